# No change, which any forecast has to improve on.
# baseline: {paper: wavelit, problems: all, seeds: 1}
# citation: a comparison of this project; nothing to cite


rule run:
    """The last frame, over and over."""
    input:
        task=config["task"],
        evaluation=config["evaluation"],
    output:
        config["files"],
    log:
        config["log"],
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=config["memory_mb"],
        gpu=config["gpus"],
    params:
        out=subpath(output[0], parent=True),
        code=config["code"],
    message:
        "Run persistence on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/persistence.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

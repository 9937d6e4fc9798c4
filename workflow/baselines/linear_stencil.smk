# The best forecast that is linear in 5x5 points of the given frames.
# baseline: {paper: wavelit, problems: all, seeds: 1}
# citation: a comparison of this project; nothing to cite


rule run:
    """Weights fitted by least squares, in closed form."""
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
        "Run linear_stencil on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/linear_stencil.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

# The solution of helmholtz_staircase, which is one angle.
# baseline: {paper: wavelit, problems: [helmholtz_staircase], seeds: 1}
# citation: a comparison of this project; nothing to cite


rule run:
    """Every field turned by the angle that fits the training data."""
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
        "Run rotation on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/rotation.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

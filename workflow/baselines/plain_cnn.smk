# Three convolutions at full resolution, the least that a prior has to beat.
# baseline: {paper: wavelit, problems: all}
# citation: a comparison of this project; nothing to cite


rule run:
    """Trained as WaveLiT is."""
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
        launch=config["launcher"],
    message:
        "Run plain_cnn on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- {params.launch} workflow/baselines/plain_cnn.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

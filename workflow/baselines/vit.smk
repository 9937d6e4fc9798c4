# A plain vision transformer, as large as WaveLiT.
# baseline: {paper: wavelit, problems: all}
# citation: A. Dosovitskiy et al.: An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, ICLR 2021, arXiv 2010.11929.


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
        "Run vit on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- {params.launch} workflow/baselines/vit.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

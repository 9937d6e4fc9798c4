# The classic U-Net, as large as WaveLiT.
# baseline: {paper: wavelit, problems: all}
# citation: O. Ronneberger, P. Fischer, T. Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI 2015, arXiv 1505.04597.


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
        "Run unet on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- {params.launch} workflow/baselines/unet.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

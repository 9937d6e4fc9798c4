# A U-Net of ConvNeXt blocks, as large as WaveLiT.
# baseline: {paper: wavelit, problems: all}
# citation: Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie: A ConvNet for the 2020s, CVPR 2022, arXiv 2201.03545.


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
        "Run convnext_unet on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- {params.launch} workflow/baselines/convnext_unet.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

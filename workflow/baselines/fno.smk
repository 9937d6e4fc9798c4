# The Fourier neural operator, as large as WaveLiT.
# baseline: {paper: wavelit, problems: all}
# citation: Z. Li, N. Kovachki, K. Azizzadenesheli, B. Liu, K. Bhattacharya, A. Stuart, A. Anandkumar: Fourier Neural Operator for Parametric Partial Differential Equations, ICLR 2021, arXiv 2010.08895.


rule run:
    """Trained as WaveLiT is; every block reaches the forecast."""
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
        "Run fno on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- {params.launch} workflow/baselines/fno.py --task {input.task} --seed {wildcards.seed} --out {params.out}"

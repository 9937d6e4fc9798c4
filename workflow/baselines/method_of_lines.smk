# What a solver of the 1970s makes of KD-PINN's equations in time and one space dimension.
# baseline: {paper: kd_pinn, problems: [burgers, black_scholes, allen_cahn, allen_cahn_hard, stiff_reaction_diffusion], seeds: 1}
# citation: W. E. Schiesser: The Numerical Method of Lines, Academic Press 1991.


rule run:
    """Central differences in space, an implicit integrator in time; refined until two grids agree."""
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
        "Run method_of_lines on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/method_of_lines.py {input.task} {params.out}"

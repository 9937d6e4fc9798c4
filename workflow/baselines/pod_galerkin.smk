# What reduced-basis methods did before PINNs: POD of classical solutions, Galerkin, DEIM for nonlinear terms.
# baseline: {paper: s2gpt_pinn, problems: [burgers, burgers_full_range, klein_gordon, allen_cahn_periodic, helmholtz], seeds: 1}
# citation: S. Chaturantabut, D. C. Sorensen: Nonlinear Model Reduction via Discrete Empirical Interpolation, SIAM J. Sci. Comput. 32 (2010), 2737-2764.


rule run:
    """Snapshots at the training parameters, a basis of them, and its answers at the held-out ones."""
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
        "Run pod_galerkin on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/pod_galerkin.py {input.task} {params.out}"

# What magnitude pruning makes of a full PINN when nothing follows it.
# baseline: {paper: s2gpt_pinn, problems: [burgers], needs: [gpt_pinn], seeds: 1}
# citation: S. Han, J. Pool, J. Tran, W. J. Dally: Learning both Weights and Connections for Efficient Neural Networks, NeurIPS 2015, arXiv 1506.02626.


rule run:
    """A full PINN for every query, pruned."""
    input:
        task=config["task"],
        evaluation=config["evaluation"],
        run=config["needs"][0],
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
        run=subpath(input.run, parent=True),
        code=config["code"],
    message:
        "Run pruned_pinn_untuned on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/pruned_pinn_untuned.py {input.task} {params.run} {params.out}"

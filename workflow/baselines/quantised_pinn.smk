# What eight-bit weights make of a full PINN; each query is a training, so Burgers alone.
# baseline: {paper: s2gpt_pinn, problems: [burgers], needs: [gpt_pinn], seeds: 1}
# citation: B. Jacob et al.: Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, CVPR 2018, arXiv 1712.05877.


rule run:
    """A full PINN for every query, its weights rounded to eight bits."""
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
        "Run quantised_pinn on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/quantised_pinn.py {input.task} {params.run} {params.out}"

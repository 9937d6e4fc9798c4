# What GPT-PINN's full PINNs are worth without any combination of them.
# baseline: {paper: s2gpt_pinn, problems: all, needs: [gpt_pinn], seeds: 1}
# citation: a comparison of this project; nothing to cite


rule run:
    """The neuron of the nearest parameters as the answer to every query."""
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
        "Run nearest_neuron on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication run-external --task {input.task} --seed {wildcards.seed} --out {params.out} --log {log}"
        " -- python workflow/baselines/nearest_neuron.py {input.task} {params.run} {params.out}"

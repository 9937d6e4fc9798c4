# The papers' own methods; baselines bring their own rules.


rule train:
    """One method on one problem with one seed; what it builds on are other runs of the same seed."""
    input:
        needs=plan.training_needs,
        evaluation=layout.evaluation(plan.name, "{paper}", "{problem}"),
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.run_files(plan.name),
    log:
        layout.log(plan.name, "train", layout.RUN),
    benchmark:
        layout.benchmark(plan.name, "train", layout.RUN)
    wildcard_constraints:
        paper=plan.pointwise_papers(),
        method=plan.own_methods(),
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=plan.memory_mb,
        gpu=plan.gpus,
    params:
        out=lambda wildcards, output: Path(output[0]).parent,
        needs=lambda wildcards, input: [Path(record).parent for record in input.needs],
        settings=plan.training_settings,
        code=plan.training_code,
    message:
        "Train {wildcards.method} on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication train --settings {params.settings:q} --evaluation {input.evaluation}"
        " --hardware {input.hardware} --needs {params.needs} --out {params.out} --log {log}"

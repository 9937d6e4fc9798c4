# What only KD-PINN needs.


rule kd_pinn:
    """One paper's table, verdicts and page, without the others."""
    input:
        layout.table(plan.name, "kd_pinn"),
        layout.page(plan.name, "kd_pinn"),


rule latency:
    """Inference of teacher and distilled student, interleaved, alone on the machine."""
    input:
        baseline=layout.run_file(plan.name, "training.json", "kd_pinn", "teacher"),
        others=layout.run_file(plan.name, "training.json", "kd_pinn", "kd_student"),
    output:
        layout.measured(
            plan.name, "{hardware}", "kd_pinn", "{problem}", "latency", "{seed}"
        ),
    log:
        layout.log(plan.name, "latency", "{hardware}/kd_pinn/{problem}/seed{seed}"),
    conda:
        "../../environment.yml"
    threads: workflow.cores
    params:
        baseline=lambda wildcards, input: Path(input.baseline).parent,
        others=lambda wildcards, input: Path(input.others).parent,
        settings=lambda wildcards: plan.measurement_settings(
            "kd_pinn", wildcards.problem, "latency"
        ),
        code=plan.code("replication.verbs.latency"),
    message:
        "Time inference on {wildcards.problem}, seed {wildcards.seed}, alone on {wildcards.hardware}"
    shell:
        "python -m replication latency --settings {params.settings:q} --baseline {params.baseline}"
        " --others {params.others} --cores {threads} --out {output} --log {log}"

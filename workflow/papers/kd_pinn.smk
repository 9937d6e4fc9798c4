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
        hardware=layout.hardware(plan.name, "{hardware}"),
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
        code=plan.measurement_code("latency"),
    message:
        "Time inference on {wildcards.problem}, seed {wildcards.seed}, alone on {wildcards.hardware}"
    shell:
        "python -m replication latency --settings {params.settings:q} --baseline {params.baseline}"
        " --others {params.others} --hardware {input.hardware} --cores {threads} --out {output} --log {log}"


rule roofline:
    """The machine's ceilings, measured alone, and where teacher and student stand below them."""
    input:
        runs=plan.measured_runs("kd_pinn", "roofline"),
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "kd_pinn", "{problem}", "roofline", "{seed}"
        ),
    log:
        layout.log(plan.name, "roofline", "{hardware}/kd_pinn/{problem}/seed{seed}"),
    conda:
        "../../environment.yml"
    threads: workflow.cores
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input.runs],
        settings=lambda wildcards: plan.measurement_settings(
            "kd_pinn", wildcards.problem, "roofline"
        ),
        code=plan.measurement_code("roofline"),
    message:
        "Measure peak and bandwidth for {wildcards.problem}, seed {wildcards.seed}, alone on {wildcards.hardware}"
    shell:
        "python -m replication roofline --settings {params.settings:q} --hardware {input.hardware}"
        " --teacher {params.runs[0]} --student {params.runs[1]} --out {output} --log {log}"


rule extrapolation:
    """Errors of all arms outside the trained domain."""
    input:
        plan.measured_runs("kd_pinn", "extrapolation"),
    output:
        layout.measured(
            plan.name, "{hardware}", "kd_pinn", "{problem}", "extrapolation", "{seed}"
        ),
    log:
        layout.log(
            plan.name, "extrapolation", "{hardware}/kd_pinn/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input],
        settings=lambda wildcards: plan.measurement_settings(
            "kd_pinn", wildcards.problem, "extrapolation"
        ),
        code=plan.measurement_code("extrapolation"),
    message:
        "Extrapolate on {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication extrapolation --settings {params.settings:q} --runs {params.runs}"
        " --out {output} --log {log}"


rule frequency_bands:
    """Errors of all arms and variants by spatial frequency."""
    input:
        runs=plan.measured_runs("kd_pinn", "frequency_bands"),
        reference=layout.reference(plan.name, "kd_pinn", "{problem}"),
    output:
        layout.measured(
            plan.name,
            "{hardware}",
            "kd_pinn",
            "{problem}",
            "frequency_bands",
            "{seed}",
        ),
    log:
        layout.log(
            plan.name, "frequency_bands", "{hardware}/kd_pinn/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input.runs],
        settings=lambda wildcards: plan.measurement_settings(
            "kd_pinn", wildcards.problem, "frequency_bands"
        ),
        code=plan.measurement_code("frequency_bands"),
    message:
        "Split errors on {wildcards.problem} by frequency, seed {wildcards.seed}"
    shell:
        "python -m replication frequency-bands --settings {params.settings:q} --runs {params.runs}"
        " --reference {input.reference} --out {output} --log {log}"


rule dynamics:
    """Training with and without distillation: swings of the loss, gradients, landscape."""
    input:
        plan.measured_runs("kd_pinn", "dynamics"),
    output:
        layout.measured(
            plan.name, "{hardware}", "kd_pinn", "{problem}", "dynamics", "{seed}"
        ),
    log:
        layout.log(plan.name, "dynamics", "{hardware}/kd_pinn/{problem}/seed{seed}"),
    conda:
        "../../environment.yml"
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input],
        settings=lambda wildcards: plan.measurement_settings(
            "kd_pinn", wildcards.problem, "dynamics"
        ),
        code=plan.measurement_code("dynamics"),
    message:
        "Look at training on {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication dynamics --settings {params.settings:q} --teacher {params.runs[0]}"
        " --students {params.runs[1]} {params.runs[2]} --out {output} --log {log}"

# What only WaveLiT needs.

from replication.plan import as_json

ONE_DATASET = "(?!joint/)[a-zA-Z0-9_]+"


rule wavelit:
    """One paper's table, verdicts and page, without the others."""
    input:
        layout.table(plan.name, "wavelit"),
        layout.page(plan.name, "wavelit"),
        plan.fidelity("csv"),


rule windows:
    """Histories of test windows, which methods may read, and what follows them, which only the harness reads."""
    input:
        layout.well_dataset(plan.name, "{problem}"),
    output:
        evaluation=layout.evaluation(plan.name, "wavelit", "{problem}"),
        reference=layout.reference(plan.name, "wavelit", "{problem}"),
    log:
        layout.log(plan.name, "windows", "wavelit/{problem}"),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: as_json(
            plan.papers["wavelit"].data_settings(wildcards.problem)
        ),
        code=plan.code("replication.verbs.windows"),
    message:
        "Publish the test windows of {wildcards.problem}"
    shell:
        "python -m replication windows --dataset {input} --settings {params.settings:q}"
        " --evaluation {output.evaluation} --reference {output.reference} --log {log}"


rule train_wavelit:
    """WaveLiT, or a variant, on one dataset with one seed."""
    input:
        data=layout.well_dataset(plan.name, "{problem}"),
        evaluation=layout.evaluation(plan.name, "wavelit", "{problem}"),
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.run_files(plan.name, "wavelit"),
    log:
        layout.log(
            plan.name,
            "train_wavelit",
            "{hardware}/wavelit/{problem}/{method}/seed{seed}",
        ),
    benchmark:
        layout.benchmark(
            plan.name,
            "train_wavelit",
            "{hardware}/wavelit/{problem}/{method}/seed{seed}",
        )
    wildcard_constraints:
        method="wavelit(-[a-z0-9_.]+)?",
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=plan.memory_mb,
        gpu=plan.gpus,
    params:
        out=subpath(output[0], parent=True),
        launch=plan.launcher,
        settings=lambda wildcards: as_json(
            plan.papers["wavelit"].training_settings(
                wildcards.problem, wildcards.method
            )
        ),
        code=plan.code("replication.papers.wavelit.methods.wavelit"),
    message:
        "Train {wildcards.method} on {wildcards.problem}, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "{params.launch} -m replication train --settings {params.settings:q} --evaluation {input.evaluation}"
        " --data {input.data} --hardware {input.hardware} --out {params.out} --log {log}"


rule train_joint:
    """One model for several datasets; it forecasts nothing here."""
    input:
        data=[
            layout.well_dataset(plan.name, name)
            for name in plan.papers["wavelit"].joint_datasets()
        ],
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        [
            path.replace("{problem}", "joint")
            for path in layout.run_files(plan.name, "wavelit", "wavelit_joint")
        ],
    log:
        layout.log(plan.name, "train_joint", "{hardware}/seed{seed}"),
    benchmark:
        layout.benchmark(plan.name, "train_joint", "{hardware}/seed{seed}")
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=plan.memory_mb,
        gpu=plan.gpus,
    params:
        out=subpath(output[0], parent=True),
        launch=plan.launcher,
        settings=as_json(
            plan.papers["wavelit"].training_settings("joint", "wavelit_joint")
        ),
        code=plan.code("replication.papers.wavelit.methods.wavelit_joint"),
    message:
        "Train one WaveLiT on several datasets, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "{params.launch} -m replication train --settings {params.settings:q} --data {input.data}"
        " --hardware {input.hardware} --out {params.out} --log {log}"


rule joint_forecast:
    """What the joint model forecasts of one dataset; its training is a run of its own."""
    input:
        joint=layout.run_file(
            plan.name, "training.json", "wavelit", "wavelit_joint"
        ).replace("{problem}", "joint"),
        data=layout.well_dataset(plan.name, "{problem}"),
        evaluation=layout.evaluation(plan.name, "wavelit", "{problem}"),
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.run_files(plan.name, "wavelit", "wavelit_joint"),
    log:
        layout.log(plan.name, "joint_forecast", "{hardware}/{problem}/seed{seed}"),
    wildcard_constraints:
        problem=ONE_DATASET,
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        mem_mb=plan.memory_mb,
        gpu=plan.gpus,
    params:
        out=subpath(output[0], parent=True),
        joint=subpath(input.joint, parent=True),
        settings=lambda wildcards: as_json(
            plan.papers["wavelit"].training_settings(
                wildcards.problem, "wavelit_joint"
            )
        ),
        code=plan.code("replication.papers.wavelit.methods.wavelit_joint"),
    message:
        "Forecast {wildcards.problem} with the joint model, seed {wildcards.seed}, {wildcards.hardware}"
    shell:
        "python -m replication train --settings {params.settings:q} --evaluation {input.evaluation} --data {input.data}"
        " --needs {params.joint} --hardware {input.hardware} --out {params.out} --log {log}"


rule score_forecast:
    """Errors of one forecast against the frames that followed."""
    input:
        layout.run_files(plan.name, "wavelit"),
        reference=layout.reference(plan.name, "wavelit", "{problem}"),
    output:
        layout.run_file(plan.name, "scores.json", "wavelit"),
    log:
        layout.log(
            plan.name,
            "score_forecast",
            "{hardware}/wavelit/{problem}/{method}/seed{seed}",
        ),
    wildcard_constraints:
        problem=ONE_DATASET,
    conda:
        "../../environment.yml"
    params:
        run=subpath(output[0], parent=True),
        code=plan.code("replication.verbs.score_forecast"),
    message:
        "Score {wildcards.method} on {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication score-forecast --run {params.run} --reference {input.reference} --out {output}"
        " --log {log}"


rule score_joint:
    """The joint training has costs and no forecast to score."""
    input:
        [
            path.replace("{problem}", "joint")
            for path in layout.run_files(plan.name, "wavelit", "wavelit_joint")
        ],
    output:
        layout.run_file(plan.name, "scores.json", "wavelit", "wavelit_joint").replace(
            "{problem}", "joint"
        ),
    log:
        layout.log(plan.name, "score_joint", "{hardware}/seed{seed}"),
    conda:
        "../../environment.yml"
    params:
        run=subpath(output[0], parent=True),
        code=plan.code("replication.verbs.score_forecast"),
    message:
        "Note the joint training, seed {wildcards.seed}"
    shell:
        "python -m replication score-forecast --run {params.run} --out {output} --log {log}"


rule training_step:
    """Cost of a training step of every trained method, alone on the machine."""
    input:
        runs=plan.measured_runs("wavelit", "training_step"),
        baselines=plan.baseline_records("wavelit"),
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "wavelit", "{problem}", "training_step", "{seed}"
        ),
    log:
        layout.log(
            plan.name, "training_step", "{hardware}/wavelit/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    threads: workflow.cores
    resources:
        gpu=plan.gpus,
    params:
        runs=lambda wildcards, input: [
            Path(record).parent for record in [*input.runs, *input.baselines]
        ],
        settings=lambda wildcards: plan.measurement_settings(
            "wavelit", wildcards.problem, "training_step"
        ),
        code=plan.measurement_code("training_step"),
    message:
        "Measure training steps on {wildcards.problem}, seed {wildcards.seed}, alone on {wildcards.hardware}"
    shell:
        "python -m replication training-step --settings {params.settings:q} --runs {params.runs}"
        " --hardware {input.hardware} --out {output} --log {log}"


# Measured beside the trainings: of the data, of the transform, of one layer.


rule prior_match:
    """How well a dataset matches the prior, from its data alone."""
    input:
        layout.well_dataset(plan.name, "{problem}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "wavelit", "{problem}", "prior_match", "{seed}"
        ),
    log:
        layout.log(plan.name, "prior_match", "{hardware}/wavelit/{problem}/seed{seed}"),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: plan.measurement_settings(
            "wavelit", wildcards.problem, "prior_match"
        ),
        code=plan.measurement_code("prior_match"),
    message:
        "Score how {wildcards.problem} matches the prior"
    shell:
        "python -m replication prior-match --settings {params.settings:q} --dataset {input} --out {output} --log {log}"


rule round_trip:
    """How exactly the wavelet transform is inverted on a dataset's grid."""
    input:
        layout.well_dataset(plan.name, "{problem}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "wavelit", "{problem}", "round_trip", "{seed}"
        ),
    log:
        layout.log(plan.name, "round_trip", "{hardware}/wavelit/{problem}/seed{seed}"),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: plan.measurement_settings(
            "wavelit", wildcards.problem, "round_trip"
        ),
        code=plan.measurement_code("round_trip"),
    message:
        "Invert the wavelet transform on the grid of {wildcards.problem}"
    shell:
        "python -m replication round-trip --settings {params.settings:q} --dataset {input} --out {output} --log {log}"


rule attention_cost:
    """Time of one attention layer over the number of tokens, alone on the machine."""
    input:
        hardware=layout.hardware(plan.name, "{hardware}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "wavelit", "{problem}", "attention_cost", "{seed}"
        ),
    log:
        layout.log(
            plan.name, "attention_cost", "{hardware}/wavelit/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    threads: workflow.cores
    resources:
        gpu=plan.gpus,
    params:
        settings=lambda wildcards: plan.measurement_settings(
            "wavelit", wildcards.problem, "attention_cost"
        ),
        code=plan.measurement_code("attention_cost"),
    message:
        "Time attention over the number of tokens, alone on {wildcards.hardware}"
    shell:
        "python -m replication attention-cost --settings {params.settings:q} --hardware {input.hardware}"
        " --out {output} --log {log}"

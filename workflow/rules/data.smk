# What methods are given and what they are judged against.


rule reference:
    """Evaluation points, which methods may read, and the reference solution on them, which only the harness reads."""
    output:
        evaluation=layout.evaluation(plan.name, "{paper}", "{problem}"),
        reference=layout.reference(plan.name, "{paper}", "{problem}"),
    log:
        layout.log(plan.name, "reference", "{paper}/{problem}"),
    wildcard_constraints:
        paper=plan.pointwise_papers(),
    conda:
        "../../environment.yml"
    params:
        settings=plan.data_settings,
        code=plan.data_code,
    message:
        "Reference solution of {wildcards.problem}"
    shell:
        "python -m replication reference --settings {params.settings:q}"
        " --evaluation {output.evaluation} --reference {output.reference} --log {log}"


rule task:
    """What baselines are told about a problem on a hardware target."""
    input:
        layout.hardware(plan.name, "{hardware}"),
    output:
        layout.task(plan.name, "{hardware}", "{paper}", "{problem}"),
    log:
        layout.log(plan.name, "task", "{hardware}/{paper}/{problem}"),
    conda:
        "../../environment.yml"
    params:
        settings=plan.task_settings,
        code=plan.code("replication.verbs.task"),
    message:
        "Write down the task of {wildcards.problem} on {wildcards.hardware}"
    shell:
        "python -m replication task --settings {params.settings:q} --hardware {input} --out {output} 2> {log}"


rule datasets:
    """The datasets of The Well that the preset needs, with their likeness to the real ones."""
    input:
        plan.fidelity("csv"),
        plan.fidelity("svg"),


rule dataset:
    """One dataset of The Well: simulated here, found in a folder, or fetched."""
    output:
        layout.well_dataset(plan.name, "{dataset}"),
    log:
        layout.log(plan.name, "dataset", "{dataset}"),
    conda:
        "../../environment.yml"
    params:
        base=plan.dataset_base,
        settings=plan.dataset_settings,
        code=plan.dataset_code,
    message:
        "Make dataset {wildcards.dataset}"
    shell:
        "python -m replication dataset --name {wildcards.dataset} --settings {params.settings:q}"
        " --base {params.base} --out {output} --log {log}"


rule fidelity:
    """A dataset's statistics beside the published ones of the real set, and a strip of its frames."""
    input:
        layout.well_dataset(plan.name, "{dataset}"),
    output:
        card=layout.fidelity(plan.name, "{dataset}", "csv"),
        strip=layout.fidelity(plan.name, "{dataset}", "npz"),
        about=layout.fidelity(plan.name, "{dataset}", "json"),
    log:
        layout.log(plan.name, "fidelity", "{dataset}"),
    conda:
        "../../environment.yml"
    params:
        code=plan.code("replication.well.fidelity", "replication.verbs.fidelity"),
    message:
        "Compare dataset {wildcards.dataset} with the real one's statistics"
    shell:
        "python -m replication fidelity --dataset {input} --card {output.card} --strip {output.strip}"
        " --about {output.about} 2> {log}"


rule frames:
    """A strip of a dataset's frames, drawn."""
    input:
        layout.fidelity(plan.name, "{dataset}", "npz"),
    output:
        layout.fidelity(plan.name, "{dataset}", "svg"),
    log:
        layout.log(plan.name, "frames", "{dataset}"),
    conda:
        "../../environment.yml"
    params:
        code=plan.code("replication.verbs.frames"),
    message:
        "Draw frames of dataset {wildcards.dataset}"
    shell:
        "python -m replication frames --strip {input} --out {output} 2> {log}"

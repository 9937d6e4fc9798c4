# Numbers: methods never grade themselves.


rule probe:
    """Find out whether a hardware target exists where its jobs run."""
    output:
        layout.hardware(plan.name, "{hardware}"),
    log:
        layout.log(plan.name, "probe", "{hardware}"),
    conda:
        "../../environment.yml"
    resources:
        gpu=plan.gpus,
    params:
        settings=plan.probe_settings,
    message:
        "Look for hardware target {wildcards.hardware}"
    shell:
        "python -m replication probe --settings {params.settings:q} --out {output} --log {log}"


rule score:
    """Errors of one prediction against the reference solution."""
    input:
        layout.run_files(plan.name),
        reference=layout.reference(plan.name, "{paper}", "{problem}"),
    output:
        layout.run_file(plan.name, "scores.json"),
    log:
        layout.log(plan.name, "score", layout.RUN),
    wildcard_constraints:
        paper=plan.pointwise_papers(),
    conda:
        "../../environment.yml"
    params:
        run=lambda wildcards, output: Path(output[0]).parent,
        code=plan.code("replication.measurement.accuracy", "replication.verbs.score"),
    message:
        "Score {wildcards.method} on {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication score --run {params.run} --reference {input.reference} --out {output} --log {log}"


rule table:
    """Every number of one paper, one row each."""
    input:
        runs=lambda wildcards: plan.run_files(wildcards.paper, "scores.json"),
        records=lambda wildcards: plan.run_files(wildcards.paper, "training.json"),
        measurements=lambda wildcards: plan.measurements(wildcards.paper),
    output:
        report(
            layout.table(plan.name, "{paper}"),
            caption="../report/table.rst",
            category="Tables",
            labels={"paper": "{paper}", "table": "every number"},
        ),
    log:
        layout.log(plan.name, "table", "{paper}"),
    conda:
        "../../environment.yml"
    params:
        code=plan.code("replication.verbs.table"),
    message:
        "Collect the table of {wildcards.paper}"
    shell:
        "python -m replication table --runs {input.runs} --measurements {input.measurements} --out {output} 2> {log}"


rule metrics:
    """The papers' tables together."""
    input:
        [layout.table(plan.name, paper) for paper in plan.papers],
    output:
        csv=layout.metrics(plan.name)[0],
        parquet=layout.metrics(plan.name)[1],
    log:
        layout.log(plan.name, "metrics", "all"),
    conda:
        "../../environment.yml"
    params:
        code=plan.code("replication.verbs.metrics"),
    message:
        "Put the tables together"
    shell:
        "python -m replication metrics --tables {input} --csv {output.csv} --parquet {output.parquet} 2> {log}"

# What methods are given and what they are judged against.


rule reference:
    """Evaluation points, which methods may read, and the reference solution on them, which only the harness reads."""
    output:
        evaluation=layout.evaluation(plan.name, "{paper}", "{problem}"),
        reference=layout.reference(plan.name, "{paper}", "{problem}"),
    log:
        layout.log(plan.name, "reference", "{paper}/{problem}"),
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

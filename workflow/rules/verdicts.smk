# From numbers to words.


rule judge:
    """Every claim of one paper against its table."""
    input:
        table=layout.table(plan.name, "{paper}"),
        claims=plan.claims,
    output:
        verdicts=report(
            layout.verdicts(plan.name, "{paper}"),
            caption="../report/verdicts.rst",
            category="Tables",
            labels={"paper": "{paper}", "table": "verdicts"},
        ),
        evidence=report(
            layout.evidence(plan.name, "{paper}"),
            caption="../report/evidence.rst",
            category="Tables",
            labels={"paper": "{paper}", "table": "single tests"},
        ),
        sensitivity=layout.sensitivity(plan.name, "{paper}"),
    log:
        layout.log(plan.name, "judge", "{paper}"),
    conda:
        "../../environment.yml"
    params:
        size=lambda wildcards: plan.size(wildcards.paper),
        level=plan.preset.evidence_level,
        code=plan.code("replication.verbs.judge"),
    message:
        "Judge the claims of {wildcards.paper}"
    shell:
        "python -m replication judge --paper {wildcards.paper} --table {input.table} --size {params.size}"
        " --evidence {params.level:q} --verdicts-out {output.verdicts} --evidence-out {output.evidence}"
        " --sensitivity-out {output.sensitivity} 2> {log}"


rule verdicts:
    """The papers' verdicts together."""
    input:
        [layout.verdicts(plan.name, paper) for paper in plan.papers],
    output:
        layout.verdicts(plan.name),
    log:
        layout.log(plan.name, "verdicts", "all"),
    conda:
        "../../environment.yml"
    message:
        "Put the verdicts together"
    shell:
        "python -m replication stack --parts {input} --out {output} 2> {log}"


rule evidence:
    """The papers' single tests together."""
    input:
        [layout.evidence(plan.name, paper) for paper in plan.papers],
    output:
        layout.evidence(plan.name),
    log:
        layout.log(plan.name, "evidence", "all"),
    conda:
        "../../environment.yml"
    message:
        "Put the evidence together"
    shell:
        "python -m replication stack --parts {input} --out {output} 2> {log}"


rule sensitivity:
    """The papers' sensitivities together."""
    input:
        [layout.sensitivity(plan.name, paper) for paper in plan.papers],
    output:
        layout.sensitivity(plan.name),
    log:
        layout.log(plan.name, "sensitivity", "all"),
    conda:
        "../../environment.yml"
    message:
        "Put together at which margins verdicts would flip"
    shell:
        "python -m replication stack --parts {input} --out {output} 2> {log}"


rule calibration:
    """How often each kind of test is wrong, by simulated claims; the file is committed, being the same everywhere."""
    output:
        layout.CALIBRATION,
    log:
        layout.log(plan.name, "calibration", "all"),
    conda:
        "../../environment.yml"
    message:
        "Simulate claims of known truth, which takes half a minute"
    shell:
        "python -m replication calibration --out {output} 2> {log}"

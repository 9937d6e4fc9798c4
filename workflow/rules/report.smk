# From numbers to pictures and pages.

from replication.report import figure
from replication.report.part import read_all


rule figure_data:
    """What one figure shows, as a small file."""
    input:
        lambda wildcards: plan.figure_sources(wildcards.paper, wildcards.figure),
    output:
        report(
            layout.figure(plan.name, "{paper}", "{figure}", "{format}"),
            caption="../report/figure_data.rst",
            category="Data",
            labels={"paper": "{paper}", "figure": "{figure}"},
        ),
    log:
        layout.log(plan.name, "figure_data", "{paper}/{figure}.{format}"),
    wildcard_constraints:
        format="csv|npz",
    conda:
        "../../environment.yml"
    params:
        code=lambda wildcards: plan.figure_code(wildcards.paper, wildcards.figure),
    message:
        "Collect the data of figure {wildcards.figure}"
    shell:
        "python -m replication figure-data --paper {wildcards.paper} --figure {wildcards.figure}"
        " --sources {input} --out {output} 2> {log}"


rule figure_draw:
    """The figure, from that file alone."""
    input:
        lambda wildcards: plan.figure_data(wildcards.paper, wildcards.figure),
    output:
        svg=report(
            layout.figure(plan.name, "{paper}", "{figure}", "svg"),
            caption="../report/figure.rst",
            category="Figures",
            labels={"paper": "{paper}", "figure": "{figure}"},
        ),
        pdf=layout.figure(plan.name, "{paper}", "{figure}", "pdf"),
        png=layout.figure(plan.name, "{paper}", "{figure}", "png"),
    log:
        layout.log(plan.name, "figure_draw", "{paper}/{figure}"),
    conda:
        "../../environment.yml"
    params:
        stem=lambda wildcards, output: Path(output.svg).with_suffix(""),
        code=lambda wildcards: plan.figure_code(wildcards.paper, wildcards.figure),
    message:
        "Draw figure {wildcards.figure}"
    shell:
        "python -m replication figure-draw --paper {wildcards.paper} --figure {wildcards.figure}"
        " --data {input} --out {params.stem} 2> {log}"


rule figure_animate:
    """The figure in motion, from that file alone."""
    input:
        lambda wildcards: plan.figure_data(wildcards.paper, wildcards.figure),
    output:
        layout.figure(plan.name, "{paper}", "{figure}", "webp"),
    log:
        layout.log(plan.name, "figure_animate", "{paper}/{figure}"),
    conda:
        "../../environment.yml"
    params:
        code=lambda wildcards: plan.figure_code(wildcards.paper, wildcards.figure),
    message:
        "Animate figure {wildcards.figure}"
    shell:
        "python -m replication figure-animate --paper {wildcards.paper} --figure {wildcards.figure}"
        " --data {input} --out {output} 2> {log}"


rule paper_record:
    """What the runs of one paper cost and on what they ran."""
    input:
        runs=lambda wildcards: plan.run_files(wildcards.paper, "training.json"),
        measurements=lambda wildcards: plan.measurements(wildcards.paper),
    output:
        layout.record(plan.name, "{paper}"),
    log:
        layout.log(plan.name, "record", "{paper}"),
    conda:
        "../../environment.yml"
    params:
        config=plan.preset.config,
        code=plan.code("replication.verbs.record"),
    message:
        "Record the cost of {wildcards.paper}"
    shell:
        "python -m replication record --runs {input.runs} --measurements {input.measurements}"
        " --config {params.config:q} --out {output} 2> {log}"


rule record:
    """What all runs cost and on what they ran."""
    input:
        runs=[
            path
            for paper in plan.papers
            for path in plan.run_files(paper, "training.json")
        ],
        measurements=[
            path for paper in plan.papers for path in plan.measurements(paper)
        ],
    output:
        layout.record(plan.name),
    log:
        layout.log(plan.name, "record", "all"),
    conda:
        "../../environment.yml"
    params:
        config=plan.preset.config,
        code=plan.code("replication.verbs.record"),
    message:
        "Record the cost of all runs"
    shell:
        "python -m replication record --runs {input.runs} --measurements {input.measurements}"
        " --config {params.config:q} --out {output} 2> {log}"


rule paper_page:
    """The page of one paper."""
    input:
        verdicts=layout.verdicts(plan.name, "{paper}"),
        evidence=layout.evidence(plan.name, "{paper}"),
        sensitivity=layout.sensitivity(plan.name, "{paper}"),
        metrics=layout.table(plan.name, "{paper}"),
        runs=layout.record(plan.name, "{paper}"),
        protocol=lambda wildcards: plan.protocol(wildcards.paper),
        figures=lambda wildcards: plan.drawings(wildcards.paper),
    output:
        html=report(
            layout.page(plan.name, "{paper}"),
            caption="../report/page.rst",
            category="Pages",
            labels={"paper": "{paper}"},
        ),
        markdown=layout.page(plan.name, "{paper}").with_suffix(".md"),
    log:
        layout.log(plan.name, "page", "{paper}"),
    conda:
        "../../environment.yml"
    params:
        preset=plan.name,
        figures=layout.figures(plan.name),
        tables=layout.page_tables(plan.name),
        settings=plan.all_settings(),
        code=plan.page_code(),
    message:
        "Render the page of {wildcards.paper}"
    shell:
        "python -m replication page --preset {params.preset} --papers {wildcards.paper} --verdicts {input.verdicts}"
        " --evidence {input.evidence} --sensitivity {input.sensitivity} --metrics {input.metrics} --runs {input.runs}"
        " --figures {params.figures} --tables {params.tables} --settings {params.settings:q} --root . --html {output.html}"
        " --markdown {output.markdown} 2> {log}"


rule page:
    """The page of all papers."""
    input:
        verdicts=layout.verdicts(plan.name),
        evidence=layout.evidence(plan.name),
        sensitivity=layout.sensitivity(plan.name),
        metrics=layout.metrics(plan.name),
        runs=layout.record(plan.name),
        protocols=[plan.protocol(paper) for paper in plan.papers],
        figures=[path for paper in plan.papers for path in plan.drawings(paper)],
        papers=[layout.page(plan.name, paper) for paper in plan.papers],
        datasets=plan.fidelity("csv") + plan.fidelity("json") + plan.fidelity("svg"),
    output:
        html=report(
            layout.page(plan.name),
            caption="../report/page.rst",
            category="Pages",
            labels={"paper": "all"},
        ),
        markdown=layout.page(plan.name).with_name("report.md"),
    log:
        layout.log(plan.name, "page", "all"),
    conda:
        "../../environment.yml"
    params:
        preset=plan.name,
        papers=paper_slugs(),
        figures=layout.figures(plan.name),
        tables=layout.page_tables(plan.name),
        datasets=layout.datasets(plan.name),
        settings=plan.all_settings(),
        code=plan.page_code(),
    message:
        "Render the page"
    shell:
        "python -m replication page --preset {params.preset} --papers {params.papers} --verdicts {input.verdicts}"
        " --evidence {input.evidence} --sensitivity {input.sensitivity} --metrics {input.metrics[0]} --runs {input.runs}"
        " --figures {params.figures} --tables {params.tables} --datasets {params.datasets}"
        " --settings {params.settings:q} --root . --html {output.html}"
        " --markdown {output.markdown} 2> {log}"


rule reference_report:
    """The reference report made again in a folder of its own, from the committed parts alone."""
    input:
        [
            path
            for part in read_all(layout.REFERENCE)
            for path in sorted(part.folder.rglob("*"))
            if path.is_file()
        ],
    output:
        html=layout.REPORTS / "rebuilt" / "index.html",
        markdown=layout.REPORTS / "rebuilt" / "report.md",
    log:
        layout.log(plan.name, "page", "reference"),
    conda:
        "../../environment.yml"
    threads: 2
    params:
        code=lambda wildcards: [
            plan.page_code(),
            *(
                plan.figure_code(paper, name)
                for paper in paper_slugs()
                for name in figure.figures(paper)
            ),
        ],
    message:
        "Make the reference report again"
    shell:
        "python -m replication reference-report --out $(dirname {output.html}) 2> {log}"

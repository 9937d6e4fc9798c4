"""Settings in, rule files found and included, targets out."""

from pathlib import Path

from replication import layout, workflow_start
from replication.baselines.rule_file import SEPARATOR
from replication.settings.preset import paper_slugs

plan = workflow_start.plan(workflow.configfiles, config)


report: "workflow/report/workflow.rst"


wildcard_constraints:
    hardware="[a-z0-9_-]+",
    paper="|".join(plan.papers),
    problem="[a-zA-Z0-9_]+",
    method="[a-z0-9_.-]+",
    measurement="[a-z_]+",
    figure="[a-z0-9_]+",
    dataset="[a-zA-Z0-9_]+",
    seed="[0-9]+",


rule all:
    input:
        layout.page(plan.name),


include: "workflow/rules/data.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/measurement.smk"
include: "workflow/rules/verdicts.smk"
include: "workflow/rules/report.smk"


for paper in plan.papers:

    include: f"workflow/papers/{paper}.smk"


# Each a module of its own, so that none of its names can overwrite ours; its rule is called <name>__<rule>.
for baseline in plan.baselines.values():
    prefix = f"{baseline.name}{SEPARATOR}"

    module:
        name: prefix
        snakefile:
            baseline.file
        config:
            plan.baseline_config(baseline.name)

    use rule * from prefix as prefix*

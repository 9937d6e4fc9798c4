# What only S²GPT-PINN needs.

from replication.plan import as_json


rule s2gpt_pinn:
    """One paper's table, verdicts and page, without the others."""
    input:
        layout.table(plan.name, "s2gpt_pinn"),
        layout.page(plan.name, "s2gpt_pinn"),


ruleorder: queries > reference


rule queries:
    """Held-out parameters with their points, which methods may read, and the reference solutions there."""
    output:
        evaluation=layout.evaluation(plan.name, "s2gpt_pinn", "{problem}"),
        reference=layout.reference(plan.name, "s2gpt_pinn", "{problem}"),
    log:
        layout.log(plan.name, "queries", "s2gpt_pinn/{problem}"),
    conda:
        "../../environment.yml"
    params:
        settings=lambda wildcards: as_json(
            plan.papers["s2gpt_pinn"].data_settings(wildcards.problem)
        ),
        code=plan.code("replication.verbs.queries"),
    message:
        "Reference solutions of held-out parameters of {wildcards.problem}"
    shell:
        "python -m replication queries --settings {params.settings:q}"
        " --evaluation {output.evaluation} --reference {output.reference} --log {log}"


rule query_accuracy:
    """Errors on held-out parameters, and those of the neurons."""
    input:
        runs=plan.measured_runs("s2gpt_pinn", "query_accuracy"),
        baselines=plan.baseline_records("s2gpt_pinn"),
        reference=layout.reference(plan.name, "s2gpt_pinn", "{problem}"),
    output:
        layout.measured(
            plan.name,
            "{hardware}",
            "s2gpt_pinn",
            "{problem}",
            "query_accuracy",
            "{seed}",
        ),
    log:
        layout.log(
            plan.name, "query_accuracy", "{hardware}/s2gpt_pinn/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input.runs],
        baselines=lambda wildcards, input: [
            Path(record).parent for record in input.baselines
        ],
        code=plan.measurement_code("query_accuracy"),
    message:
        "Measure errors on held-out parameters of {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication query-accuracy --runs {params.runs} --baselines {params.baselines}"
        " --reference {input.reference} --out {output} --log {log}"


rule worst_case:
    """The largest loss over all parameters by number of neurons, and what was chosen."""
    input:
        plan.measured_runs("s2gpt_pinn", "worst_case"),
    output:
        layout.measured(
            plan.name, "{hardware}", "s2gpt_pinn", "{problem}", "worst_case", "{seed}"
        ),
    log:
        layout.log(
            plan.name, "worst_case", "{hardware}/s2gpt_pinn/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input],
        code=plan.measurement_code("worst_case"),
    message:
        "Measure the largest loss over all parameters of {wildcards.problem}, seed {wildcards.seed}"
    shell:
        "python -m replication worst-case --runs {params.runs} --out {output} --log {log}"


rule query_cost:
    """Time of a query in both arms and of classical solvers, alone on the machine."""
    input:
        runs=plan.measured_runs("s2gpt_pinn", "query_cost"),
        baselines=plan.baseline_records("s2gpt_pinn"),
        reference=layout.reference(plan.name, "s2gpt_pinn", "{problem}"),
    output:
        layout.measured(
            plan.name, "{hardware}", "s2gpt_pinn", "{problem}", "query_cost", "{seed}"
        ),
    log:
        layout.log(
            plan.name, "query_cost", "{hardware}/s2gpt_pinn/{problem}/seed{seed}"
        ),
    conda:
        "../../environment.yml"
    threads: workflow.cores
    params:
        runs=lambda wildcards, input: [Path(record).parent for record in input.runs],
        baselines=lambda wildcards, input: [
            Path(record).parent for record in input.baselines
        ],
        settings=lambda wildcards: plan.measurement_settings(
            "s2gpt_pinn", wildcards.problem, "query_cost"
        ),
        code=plan.measurement_code("query_cost"),
    message:
        "Time queries of {wildcards.problem}, seed {wildcards.seed}, alone on {wildcards.hardware}"
    shell:
        "python -m replication query-cost --settings {params.settings:q} --runs {params.runs}"
        " --baselines {params.baselines} --reference {input.reference} --out {output} --log {log}"

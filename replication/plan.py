"""What the workflow makes of a preset: every run, its inputs, its parameters. Rules ask here and hold no logic.

Imports no torch: the Snakefile loads this at every start.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replication import layout
from replication.baselines.declaration import Baseline, baselines, method_version
from replication.layout import RunKey
from replication.papers.contract import PaperSettings
from replication.provenance.code_version import code_version
from replication.provenance.modules import measurement_modules
from replication.report import figure
from replication.settings.loading import LoadedPreset, paper_blocks, targets_of
from replication.settings.preset import PAPERS

if TYPE_CHECKING:
    from replication.verdicts.selection import Size


@dataclass(frozen=True)
class Plan:
    """The runs of one preset, narrowed to the problems that the user asked for."""

    preset: LoadedPreset

    @property
    def name(self) -> str:
        """Name of the preset, a folder below results/ and reports/."""
        return self.preset.name

    @cached_property
    def papers(self) -> dict[str, PaperSettings]:
        """The papers of this preset, by slug."""
        return paper_blocks(self.preset.settings)

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the hardware targets."""
        return tuple(self.preset.settings.hardware)

    def targets_of(self, paper: str) -> tuple[str, ...]:
        """Return the hardware targets that a paper runs on."""
        return targets_of(self.papers[paper], self.preset.settings)

    def size(self, paper: str) -> "Size":
        """Return what a paper's runs can speak to: on mini datasets never the published size."""
        settings = self.preset.settings
        data = settings.data
        problems = self.papers[paper].problem_names()
        on_mini = data is not None and data.source == "mini" and not set(data.datasets).isdisjoint(problems)
        return "reduced" if on_mini and settings.size == "published" else settings.size

    def problems(self, paper: str) -> tuple[str, ...]:
        """Return the problems of a paper that are to run."""
        chosen = self.preset.settings.problems
        return tuple(name for name in self.papers[paper].problem_names() if chosen is None or name in chosen)

    @cached_property
    def baselines(self) -> dict[str, Baseline]:
        """The baselines that are to run with the papers of this preset, by name."""
        chosen = self.preset.settings.baselines
        return {
            name: baseline
            for name, baseline in baselines().items()
            if baseline.header.paper in self.papers and (chosen is None or name in chosen)
        }

    def runs(self, paper: str) -> Iterator[RunKey]:
        """Yield every training run of a paper, baselines after its own methods."""
        block = self.papers[paper]
        for target in self.targets_of(paper):
            for problem in self.problems(paper):
                for method in block.methods(problem):
                    for seed in range(block.seeds(problem, method)):
                        yield RunKey(target, paper, problem, method, seed)
                for name, baseline in self.baselines.items():
                    for seed in range(self.baseline_seeds(baseline, problem) if baseline.header.paper == paper else 0):
                        yield RunKey(target, paper, problem, name, seed)

    def baseline_seeds(self, baseline: Baseline, problem: str) -> int:
        """Return how many seeds of a baseline run on a problem of its paper: none where what it needs does not run."""
        header, block = baseline.header, self.papers[baseline.header.paper]
        competes = baseline.runs_on(problem) and bool(block.data_settings(problem))
        if not competes or not set(header.needs) <= set(block.methods(problem)):
            return 0
        bounds = [block.seeds(problem), *(block.seeds(problem, method) for method in header.needs)]
        return min([*bounds, header.seeds] if header.seeds else bounds)

    def baseline_config(self, name: str) -> dict[str, Any]:
        """Return what a baseline's rule file finds in `config`: patterns of paths, its code version, its resources."""
        header = self.baselines[name].header
        return {
            "task": str(layout.task(self.name, "{hardware}", header.paper, "{problem}")),
            "evaluation": str(layout.evaluation(self.name, header.paper, "{problem}")),
            "needs": [layout.run_file(self.name, "training.json", header.paper, need) for need in header.needs],
            "files": layout.run_files(self.name, header.paper, name),
            "log": layout.log(self.name, name, f"{{hardware}}/{header.paper}/{{problem}}/seed{{seed}}"),
            "code": self.baselines[name].code_version,
            "memory_mb": self.memory_mb,
            "gpus": self.gpus,
            "launcher": self.launcher,
        }

    def baseline_records(self, paper: str) -> Callable[[Any], list[Path]]:
        """Return an input function: the records of every baseline's run on one problem with one seed."""

        def records(wildcards: Any) -> list[Path]:
            place = wildcards.hardware, paper, wildcards.problem, int(wildcards.seed)
            found = [run for run in self.runs(paper) if run.method in self.baselines]
            here = [run for run in found if (run.hardware, run.paper, run.problem, run.seed) == place]
            return [run.folder(self.name) / "training.json" for run in here]

        return records

    def run_files(self, paper: str, name: str) -> list[Path]:
        """Return the file called `name` of every run of a paper."""
        return [run.folder(self.name) / name for run in self.runs(paper)]

    def measurements(self, paper: str) -> list[Path]:
        """Return the measurements of a paper that look at several methods at once."""
        block = self.papers[paper]
        return [
            layout.measured(self.name, target, paper, problem, measurement, seed)
            for target in self.targets_of(paper)
            for problem in self.problems(paper)
            for measurement in block.measurements(problem)
            for seed in range(block.seeds(problem))
        ]

    def measured_runs(self, paper: str, measurement: str) -> Callable[[Any], list[Path]]:
        """Return an input function: the records of the runs that a measurement looks at."""

        def records(wildcards: Any) -> list[Path]:
            target, problem, seed = wildcards.hardware, wildcards.problem, int(wildcards.seed)
            methods = self.papers[paper].measured(problem, measurement, seed)
            runs = [RunKey(target, paper, problem, method, seed) for method in methods]
            return [run.folder(self.name) / "training.json" for run in runs]

        return records

    def references(self, paper: str) -> list[Path]:
        """Return the reference solutions of a paper; a problem without data settings has none of its own."""
        has_one = self.papers[paper].data_settings
        return [layout.reference(self.name, paper, problem) for problem in self.problems(paper) if has_one(problem)]

    def training_needs(self, wildcards: Any) -> list[str]:
        """Return the records of the runs that a training builds on."""
        run = _key(wildcards)
        return [
            str(RunKey(run.hardware, run.paper, run.problem, method, run.seed).folder(self.name) / "training.json")
            for method in self.papers[run.paper].needs(run.problem, run.method)
        ]

    def training_settings(self, wildcards: Any) -> str:
        """Return what a training reads of the preset, as JSON: a change of anything else reruns nothing."""
        run = _key(wildcards)
        if run.method in self.baselines:
            return self.task_settings(run)
        return as_json(self.papers[run.paper].training_settings(run.problem, run.method))

    def training_code(self, wildcards: Any) -> str:
        """Return the code version of a method."""
        return method_version(wildcards.paper, wildcards.problem, wildcards.method)

    def task_settings(self, wildcards: Any) -> str:
        """Return what baselines are told about a problem, but for the hardware, as JSON."""
        paper, problem = wildcards.paper, wildcards.problem
        task = {
            "paper": paper,
            "problem": problem,
            "evaluation": layout.evaluation(self.name, paper, problem).as_posix(),
            "prediction": layout.prediction(paper),
            "budget": {"wall_s": self.preset.settings.baseline_seconds},
        }
        if paper in layout.FORECASTING:
            task["data"] = self.dataset_folder(problem).as_posix()
        return as_json(task | self.papers[paper].task(problem))

    def data_settings(self, wildcards: Any) -> str:
        """Return what the evaluation points and the reference solution of a problem depend on, as JSON."""
        return as_json(self.papers[wildcards.paper].data_settings(wildcards.problem))

    def data_code(self, wildcards: Any) -> str:
        """Return the code version of a problem's data."""
        return code_version(f"replication.problems.{wildcards.problem}", "replication.verbs.reference")

    def measurement_settings(self, paper: str, problem: str, measurement: str) -> str:
        """Return what a measurement reads of the preset, as JSON."""
        return as_json(self.papers[paper].measurements(problem)[measurement])

    def measurement_code(self, measurement: str) -> Callable[[Any], str]:
        """Return a parameter function: the code version of a measurement."""
        return lambda wildcards: code_version(*measurement_modules(wildcards.problem, measurement))

    def code(self, *modules: str) -> str:
        """Return the code version of what a rule runs."""
        return code_version(*modules)

    def claims(self, wildcards: Any) -> list[Path]:
        """Return the claims of a paper."""
        return sorted((PAPERS / wildcards.paper / "claims").glob("*.yaml"))

    def protocol(self, paper: str) -> Path:
        """Return the protocol that a paper's page shows."""
        return PAPERS / paper / "protocol.md"

    def figure_sources(self, paper: str, name: str) -> list[Path]:
        """Return the files that a figure says it reads."""
        files: dict[str, list[Path]] = {
            "table": [layout.table(self.name, paper)],
            "history": self.run_files(paper, "history.csv"),
            "prediction": self.run_files(paper, layout.prediction(paper)),
            "reference": self.references(paper),
        }
        return [path for kind in figure.declared(paper, name).reads for path in files[kind]]

    def figure_data(self, paper: str, name: str) -> Path:
        """Return the data file of a figure, in the format that it declares."""
        return layout.figure(self.name, paper, name, figure.declared(paper, name).format)

    def figure_code(self, paper: str, name: str) -> str:
        """Return the code version of a figure."""
        return code_version(f"replication.papers.{paper}.figures.{name}", "replication.report.figure")

    def drawings(self, paper: str) -> list[Path]:
        """Return the drawings of a paper that its page shows, and the animations of those that move."""
        names = figure.figures(paper)
        moving = [name for name in names if figure.declared(paper, name).animated]
        still = [layout.figure(self.name, paper, name, "svg") for name in names]
        return still + [layout.figure(self.name, paper, name, figure.ANIMATION) for name in moving]

    def page_code(self) -> str:
        """Return the version of what renders pages: code, templates, style sheets and what every page shows."""
        templates = sorted((PAPERS.parent / "report" / "templates").iterdir())
        of_papers = ("errata/*.yaml", "surprises.md", "published.csv")
        told = sorted(path for name in of_papers for path in PAPERS.glob(f"*/{name}"))
        shown = [*templates, *told, layout.CALIBRATION]
        digest = sha256(b"".join(path.read_bytes() for path in shown if path.is_file())).hexdigest()[:16]
        return f"{code_version('replication.verbs.page')}-{digest}"

    def all_settings(self) -> str:
        """Return the preset as run, as JSON."""
        return as_json(self.preset.settings.model_dump(mode="json", exclude_none=True))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets of The Well that the preset needs."""
        data = self.preset.settings.data
        return tuple(data.datasets) if data else ()

    def dataset_settings(self, wildcards: Any) -> str:
        """Return what a dataset of The Well depends on, as JSON."""
        data = self.preset.settings.data
        assert data is not None
        return as_json(data.chosen())

    def dataset_base(self, wildcards: Any) -> Path:
        """Return the folder that a dataset is put into."""
        data = self.preset.settings.data
        assert data is not None
        return layout.well_base(self.name, data.source)

    def dataset_folder(self, name: str) -> Path:
        """Return the folder of one dataset."""
        data = self.preset.settings.data
        assert data is not None
        if data.local is None or data.source != "local":
            return layout.well_base(self.name, data.source) / name
        nested = Path(data.local.folder) / "datasets" / name
        return nested if nested.is_dir() else Path(data.local.folder) / name

    def dataset_code(self, wildcards: Any) -> str:
        """Return the code version of what makes a dataset."""
        return code_version(f"replication.well.solvers.{wildcards.dataset}", "replication.verbs.dataset")

    def fidelity(self, suffix: str) -> list[Path]:
        """Return the statistics (`csv`) or frames (`svg`) of all datasets, or of those among the chosen problems."""
        chosen = self.preset.settings.problems
        shown = [name for name in self.datasets if chosen is None or name in chosen]
        return [layout.fidelity(self.name, name, suffix) for name in shown]

    def probe_settings(self, wildcards: Any) -> str:
        """Return a hardware target's entry, as JSON."""
        return as_json(self.preset.settings.hardware[wildcards.hardware].model_dump())

    def memory_mb(self, wildcards: Any) -> int:
        """Return the memory that a training job asks for on its target."""
        return self.preset.settings.hardware[wildcards.hardware].memory_mb

    def gpus(self, wildcards: Any) -> int:
        """Return the GPUs that a job asks for on its target."""
        return self.preset.settings.hardware[wildcards.hardware].gpus

    def launcher(self, wildcards: Any) -> str:
        """Return what starts a training that shares its batches: Python, or on several GPUs one process for each."""
        gpus = self.gpus(wildcards)
        return "python" if gpus < 2 else f"torchrun --standalone --nproc-per-node {gpus}"

    def own_methods(self) -> str:
        """Return a pattern that matches the papers' own methods, so that a baseline's rule stands alone."""
        names = {run.method for paper in self.papers for run in self.runs(paper)} - set(self.baselines)
        return "|".join(map(re.escape, sorted(names))) or "none"

    def pointwise_papers(self) -> str:
        """Return a pattern that matches the papers whose methods answer with values at points, not with forecasts."""
        return "|".join(paper for paper in self.papers if paper not in layout.FORECASTING) or "none"


def as_json(value: Mapping[str, Any] | list[Any]) -> str:
    """Write settings for a command line: one text for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _key(wildcards: Any) -> RunKey:
    return RunKey(wildcards.hardware, wildcards.paper, wildcards.problem, wildcards.method, int(wildcards.seed))

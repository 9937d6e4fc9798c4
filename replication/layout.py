"""Every path of the workflow, from the working directory of a run.

A reader who sees a table row (preset, hardware, paper, problem, method, seed) can guess each path; this module is where
the guess is written down. It imports nothing heavy, since the Snakefile reads it.
"""

from dataclasses import dataclass
from pathlib import Path

DATA = Path("data")
RESULTS = Path("results")
REPORTS = Path("reports")
REFERENCE = REPORTS / "reference"
"""The published run: parts from several presets and machines."""
LOGS = Path("logs")
PRESETS = Path("workflow/presets")
BASELINES = Path("workflow/baselines")

CALIBRATION = Path("docs/calibration.csv")
"""How often each kind of test is wrong, by simulation; the same for every preset, so it is committed."""

REFERENCES = "references"
TABLES = "tables"

FORECASTING = ("wavelit",)
"""Papers whose methods forecast datasets of The Well: their evaluation, reference and prediction are HDF5 files."""

RECORD_FILES = ("training.json", "history.csv", "model.safetensors", "model.json", "manifest.json")
"""What every training run leaves beside its prediction, whatever its status."""


@dataclass(frozen=True, order=True)
class RunKey:
    """The names that identify a run; `paper` is the folder's slug, `problem` a PDE or a Well dataset."""

    hardware: str
    paper: str
    problem: str
    method: str
    seed: int

    def folder(self, preset: str) -> Path:
        """Return the run's folder below the working directory."""
        return RESULTS / preset / self.hardware / self.paper / self.problem / self.method / f"seed{self.seed}"

    @classmethod
    def of_folder(cls, folder: Path) -> "RunKey":
        """Read the names back from a run's folder, given with or without what lies above `results/`."""
        hardware, paper, problem, method, seed = Path(folder).parts[-5:]
        return cls(hardware, paper, problem, method, int(seed.removeprefix("seed")))


def prediction(paper: str) -> str:
    """Return the name of what a paper's methods answer: values at points, or a forecast."""
    return "forecast.h5" if paper in FORECASTING else "prediction.npz"


def evaluation(preset: str, paper: str, problem: str) -> Path:
    """Return the evaluation points, or the histories to forecast from, that methods may read."""
    return DATA / "evaluation" / preset / paper / f"{problem}{_suffix(paper)}"


def reference(preset: str, paper: str, problem: str) -> Path:
    """Return the reference solution on the evaluation points, or what follows, which only the harness reads."""
    return DATA / REFERENCES / preset / paper / f"{problem}{_suffix(paper)}"


def _suffix(paper: str) -> str:
    return Path(prediction(paper)).suffix


RUN = "{hardware}/{paper}/{problem}/{method}/seed{seed}"
"""A run folder below its preset, with Snakemake's wildcards."""


def run_file(preset: str, name: str, paper: str = "{paper}", method: str = "{method}") -> str:
    """Return the pattern of a file in run folders, narrowed to a paper or a method if given."""
    return f"{RESULTS / preset}/{RUN}/{name}".replace("{paper}", paper).replace("{method}", method)


def run_files(preset: str, paper: str = "{paper}", method: str = "{method}") -> list[str]:
    """Return the patterns of what every training run leaves, narrowed to a paper or a method if given."""
    return [run_file(preset, name, paper, method) for name in (prediction(paper), *RECORD_FILES)]


def log(preset: str, rule: str, job: str) -> str:
    """Return the log file of a job of a rule."""
    return f"{LOGS / preset / rule / job}.log"


def benchmark(preset: str, rule: str, job: str) -> str:
    """Return Snakemake's own record of a job's cost."""
    return f"{LOGS / preset / rule / job}.benchmark.tsv"


def well_base(preset: str, source: str) -> Path:
    """Return the folder that holds a preset's datasets of The Well, from one source."""
    return DATA / source / preset / "datasets"


def well_dataset(preset: str, dataset: str) -> Path:
    """Return the file that says where a dataset lies; it is written once the dataset is whole."""
    return DATA / "well" / preset / f"{dataset}.json"


def datasets(preset: str) -> Path:
    """Return the folder of what the page shows of the datasets of The Well."""
    return REPORTS / preset / "datasets"


def fidelity(preset: str, dataset: str, suffix: str) -> Path:
    """Return a dataset's description (`json`), statistics beside the real set's (`csv`) or frames (`npz`, `svg`)."""
    return datasets(preset) / f"{dataset}.{suffix}"


def task(preset: str, target: str, paper: str, problem: str) -> Path:
    """Return what baselines are told about a problem on a hardware target."""
    return DATA / "tasks" / preset / target / paper / f"{problem}.json"


def hardware(preset: str, target: str) -> Path:
    """Return what the probe found out about a hardware target."""
    return RESULTS / preset / target / "hardware.json"


def measured(preset: str, target: str, paper: str, problem: str, measurement: str, seed: int | str) -> Path:
    """Return a measurement that needs several methods at once, as rows of the table."""
    return RESULTS / preset / target / paper / problem / "measured" / measurement / f"seed{seed}.csv"


def table(preset: str, paper: str) -> Path:
    """Return the long table of one paper."""
    return RESULTS / preset / TABLES / f"{paper}.csv"


def metrics(preset: str) -> tuple[Path, Path]:
    """Return the long table of all papers, as CSV and as Parquet."""
    return RESULTS / preset / "metrics.csv", RESULTS / preset / "metrics.parquet"


def verdicts(preset: str, paper: str | None = None) -> Path:
    """Return the verdicts of one paper, or of all."""
    return REPORTS / preset / ("verdicts.csv" if paper is None else f"verdicts/{paper}.csv")


def evidence(preset: str, paper: str | None = None) -> Path:
    """Return the single tests behind the verdicts of one paper, or of all."""
    return REPORTS / preset / ("evidence.csv" if paper is None else f"evidence/{paper}.csv")


def sensitivity(preset: str, paper: str | None = None) -> Path:
    """Return at which margins the verdicts of one paper, or of all, would flip."""
    return REPORTS / preset / ("sensitivity.csv" if paper is None else f"sensitivity/{paper}.csv")


def figure(preset: str, paper: str, name: str, suffix: str) -> Path:
    """Return a figure's drawing (`svg`, `pdf`, `png`) or its data (`csv`, `npz`)."""
    return figures(preset) / paper / f"{name}.{suffix}"


def figures(preset: str) -> Path:
    """Return the folder of all figures, one folder a paper inside."""
    return REPORTS / preset / "figures"


def page_tables(preset: str) -> Path:
    """Return the folder of the page's tables as CSV, Markdown and LaTeX."""
    return REPORTS / preset / "tables"


def record(preset: str, paper: str | None = None) -> Path:
    """Return what the runs of one paper, or of all, cost and on what they ran."""
    return REPORTS / preset / ("runs.json" if paper is None else f"runs/{paper}.json")


def page(preset: str, paper: str | None = None) -> Path:
    """Return the page of one paper, or of all."""
    return REPORTS / preset / ("index.html" if paper is None else f"{paper}.html")

"""What the workflow asks of a paper's block of settings."""

from typing import Any, Protocol


class PaperSettings(Protocol):
    """Implemented by `Settings` in each `papers/<slug>/settings.py`; no method imports torch.

    It may also have `misfits(data)`, which yields a line for whatever cannot work with the preset's datasets.
    """

    @classmethod
    def known_problems(cls) -> tuple[str, ...]:
        """Return every problem that a preset may run."""
        ...

    def problem_names(self) -> tuple[str, ...]:
        """Return the problems that the preset runs."""
        ...

    def methods(self, problem: str) -> tuple[str, ...]:
        """Return the methods that run on a problem, those that others need included."""
        ...

    def seeds(self, problem: str, method: str | None = None) -> int:
        """Return the number of seeds on a problem, or of one method there: a variant may have fewer."""
        ...

    def needs(self, problem: str, method: str) -> tuple[str, ...]:
        """Return the methods whose finished run a training of `method` reads."""
        ...

    def training_settings(self, problem: str, method: str) -> dict[str, Any]:
        """Return what a training reads and nothing else."""
        ...

    def task(self, problem: str) -> dict[str, Any]:
        """Return what a baseline is told about a problem, its budget of `training` included; plain JSON values.

        The workflow adds `paper`, `problem`, `evaluation`, `prediction`, `budget` and `hardware`; where `equation`
        names a module of `replication/problems/`, also what that says, at `coefficients` or for free `parameters`.
        """
        ...

    def data_settings(self, problem: str) -> dict[str, Any]:
        """Return what evaluation points and reference depend on: `coefficients` and `grid`."""
        ...

    def measurements(self, problem: str) -> dict[str, dict[str, Any]]:
        """Return the measurements over several methods at once, with what each reads."""
        ...

    def measured(self, problem: str, measurement: str, seed: int) -> tuple[str, ...]:
        """Return the methods that a measurement looks at, those it compares with first."""
        ...

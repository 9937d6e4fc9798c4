"""Settings of KD-PINN. The paper states almost none of them; defaults are our assumptions, see `protocol.md`."""

from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from replication.papers.kd_pinn.arms import DISTILLED, METHODS, SCRATCH, TEACHER, base_method, needs, variant_of
from replication.papers.kd_pinn.problems import Problems, ProblemSettings
from replication.papers.kd_pinn.variants import UNCHANGED, Variant
from replication.settings.strict import Strict

Runtime = Literal["eager", "onnx", "compiled", "exported", "eager_kept"]


class Latency(Strict):
    """How inference is timed: forward passes alone, teacher and students interleaved."""

    batches: Annotated[list[PositiveInt], Field(min_length=1)] = Field(
        [1, 10, 100, 1000, 10000, 25600, 65536], description="Points per call [assumed]."
    )
    threads: Annotated[list[PositiveInt | Literal["all"]], Field(min_length=1)] = Field(
        [1, "all"], description="Threads per call [assumed]."
    )
    runtimes: Annotated[list[Runtime], Field(min_length=1)] = Field(
        ["eager", "onnx", "eager_kept"],
        description="Ways to run the network [assumed]; `eager_kept` keeps freed memory for the next call.",
    )
    first_seed_runtimes: list[Runtime] = Field(
        [], description="Runtimes timed for the first seed only, since they compile for minutes."
    )
    warm_up: NonNegativeInt = Field(50, description="Calls before the clock starts [assumed].")
    repeats: PositiveInt = Field(200, description="Timed calls per network and condition [assumed].")
    seconds: PositiveFloat = Field(
        4.0, description="Time after which a condition makes no further calls, but for the first twenty [assumed]."
    )


class Dynamics(Strict):
    """How training is looked at, with and without distillation."""

    snapshots: Annotated[int, Field(ge=2)] = Field(13, description="Snapshots of the weights during Adam [assumed].")
    batches: Annotated[int, Field(ge=2)] = Field(
        16, description="Resampled batches per snapshot and loss term [assumed]."
    )
    points: PositiveInt = Field(1000, description="Points of one batch, the same for every loss term [assumed].")
    slice_points: Annotated[int, Field(ge=3)] = Field(15, description="Landscape slice: points along either direction.")
    slice_radius: PositiveFloat = Field(0.5, description="Landscape slice: largest step, in filter norms [assumed].")


class Roofline(Strict):
    """How the machine's two ceilings are measured."""

    matrix: PositiveInt = Field(1024, description="Size of the square matrices whose product gives the peak [assumed].")
    stream: PositiveInt = Field(2**24, description="Numbers in each array of the bandwidth measurement [assumed].")
    repeats: PositiveInt = Field(10, description="Repetitions, of which the fastest counts, as in STREAM.")


class Settings(Strict):
    """The block `kd_pinn` of a preset."""

    problems: Problems = Field(description="PDEs to run, each with its own protocol.")
    latency: Latency = Field(default_factory=lambda: Latency(), description="Latency measurement.")
    dynamics: Dynamics = Field(default_factory=lambda: Dynamics(), description="Measurement of training dynamics.")
    roofline: Roofline = Field(default_factory=lambda: Roofline(), description="Roofline measurement.")

    @field_validator("problems")
    @classmethod
    def _some(cls, problems: Problems) -> Problems:
        if not any(getattr(problems, name) for name in Problems.model_fields):
            raise ValueError(f"at least one problem is needed; allowed: {', '.join(Problems.model_fields)}")
        return problems

    def problem_names(self) -> tuple[str, ...]:
        """Return the problems that the preset runs."""
        return tuple(name for name in Problems.model_fields if getattr(self.problems, name) is not None)

    @classmethod
    def known_problems(cls) -> tuple[str, ...]:
        """Return every problem that a preset may run."""
        return tuple(Problems.model_fields)

    def problem(self, name: str) -> ProblemSettings:
        """Return one problem's settings."""
        return getattr(self.problems, name)

    def methods(self, problem: str) -> tuple[str, ...]:
        """Return the arms to run on a problem, those that others need included, then their variants."""
        chosen = self.problem(problem)
        variants = [f"{method}-{name}" for name, variant in chosen.variants.items() for method in variant.methods]
        wanted = {*chosen.methods, *variants}
        wanted |= {needed for method in wanted for needed in self.needs(problem, method)}
        return (*(method for method in METHODS if method in wanted), *variants)

    def seeds(self, problem: str, method: str | None = None) -> int:
        """Return the number of seeds on a problem, or of one arm there."""
        chosen = self.problem(problem)
        variant = chosen.variants.get(variant_of(method or ""))
        return chosen.seeds if variant is None else min(variant.seeds, chosen.seeds)

    def needs(self, problem: str, method: str) -> tuple[str, ...]:
        """Return the arms whose model the training of `method` reads: a variant's own teacher if it has one."""
        return needs(method, self._variant(problem, method).methods)

    def data_settings(self, problem: str) -> dict[str, Any]:
        """Return what evaluation points and reference solution depend on."""
        chosen = self.problem(problem)
        return {"coefficients": chosen.coefficients(), "grid": chosen.grid}

    def task(self, problem: str) -> dict[str, Any]:
        """Return what a baseline is told: equation, grid, and what the teacher may use for its training."""
        chosen = self.problem(problem)
        training = {"points": chosen.points.model_dump(), **chosen.training.model_dump()}
        return {"equation": problem, **self.data_settings(problem), "training": training}

    def measurements(self, problem: str) -> dict[str, dict[str, Any]]:
        """Return the measurements over several arms, with what each reads."""
        chosen = self.problem(problem)
        reads: dict[str, dict[str, Any]] = {
            "latency": self.latency.model_dump(),
            "roofline": self.roofline.model_dump(),
            "extrapolation": self.data_settings(problem) | chosen.extrapolation.model_dump(),
            "frequency_bands": {} if chosen.bands is None else chosen.bands.model_dump(),
            "dynamics": self.dynamics.model_dump(),
        }
        return {name: reads[name] for name in chosen.measurements if self.measured(problem, name, 0)}

    def measured(self, problem: str, measurement: str, seed: int) -> tuple[str, ...]:
        """Return the arms that a measurement looks at, the teacher first; none if one that it must have is not run."""
        trained = [method for method in self.methods(problem) if seed < self.seeds(problem, method)]
        if measurement == "frequency_bands":
            return tuple(trained)
        if measurement == "extrapolation":
            return tuple(method for method in trained if method in METHODS)
        pair = (TEACHER, DISTILLED) if measurement in {"latency", "roofline"} else (TEACHER, DISTILLED, SCRATCH)
        return pair if set(pair) <= set(trained) else ()

    def training_settings(self, problem: str, method: str) -> dict[str, Any]:
        """Return what the training of one arm reads and nothing else, since a change here reruns it."""
        chosen, variant = self.problem(problem), self._variant(problem, method)
        watched = "dynamics" in self.measurements(problem) and method in self.measured(problem, "dynamics", 0)
        snapshots = self.dynamics.snapshots if watched and METHODS[base_method(method)].NETWORK == "student" else 0
        return chosen.trained(base_method(method), variant) | {"snapshots": snapshots}

    def _variant(self, problem: str, method: str) -> Variant:
        """Return what is different about an arm; nothing for the arms themselves."""
        return self.problem(problem).variants.get(variant_of(method), UNCHANGED)

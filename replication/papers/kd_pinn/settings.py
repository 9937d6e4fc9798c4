"""Settings of KD-PINN. The paper states almost none of them; defaults are our assumptions, see `protocol.md`."""

from math import pi
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from replication.papers.kd_pinn.arms import DISTILLED, METHODS, TEACHER, base_method, needs
from replication.settings.strict import Strict
from replication.training.settings import Training

Activation = Literal["tanh", "silu", "cos"]
Layers = Annotated[list[PositiveInt], Field(min_length=1)]
Runtime = Literal["eager", "compiled", "exported", "onnx"]


class Points(Strict):
    """How many points each term of the loss has; drawn once per seed and shared by all arms."""

    collocation: PositiveInt = Field(10000, description="Residual points, Latin hypercube [assumed: Raissi's code].")
    distillation: PositiveInt = Field(
        10000, description="Points where student and teacher are compared, drawn independently [assumed]."
    )
    conditions: dict[str, PositiveInt] = Field(description="Points by condition: initial, boundary, terminal.")


class Networks(Strict):
    """Hidden layers of teacher and student."""

    teacher: Layers = Field([50, 50, 50], description="Hidden widths of the teacher [secondary].")
    student: Layers = Field([20, 20, 20], description="Hidden widths of every student [secondary].")
    activation: Activation = Field("tanh", description="Activation of all hidden layers [secondary].")


class ProblemSettings(Strict):
    """What every problem of KD-PINN shares."""

    seeds: PositiveInt = Field(5, description="Number of seeds; each pairs one run of every arm.")
    methods: list[str] = Field(list(METHODS), description="Arms to run; an arm's teacher is added where it needs one.")
    grid: dict[str, PositiveInt] = Field(description="Evaluation grid, points by coordinate.")
    points: Points = Field(description="Training points.")
    networks: Networks = Field(default_factory=lambda: Networks(), description="Teacher and student networks.")
    training: Training = Field(default_factory=lambda: Training(), description="Optimisation.")
    condition_weight: PositiveFloat = Field(
        1.0, description="Weight of the initial, boundary and terminal terms; the residual has 1 [assumed]."
    )
    distillation_weight: NonNegativeFloat = Field(1.0, description="w_KD of the distilled student [assumed].")

    @field_validator("methods")
    @classmethod
    def _known(cls, methods: list[str]) -> list[str]:
        for method in methods:
            if method not in METHODS:
                raise ValueError(f"method {method!r} is not known; allowed: {', '.join(METHODS)}")
        return methods

    def coefficients(self) -> dict[str, float]:
        """Return the equation's coefficients: the keys that only this problem has."""
        own = set(type(self).model_fields) - set(ProblemSettings.model_fields)
        return {name: getattr(self, name) for name in sorted(own)}


class Burgers(ProblemSettings):
    """Burgers equation (`replication/problems/burgers.py`)."""

    viscosity: PositiveFloat = Field(0.01 / pi, description="Viscosity ν [assumed: Raissi's code].")
    grid: dict[str, PositiveInt] = Field(
        {"x": 256, "t": 100}, description="Evaluation grid, points by coordinate [assumed: burgers_shock.mat]."
    )


class Problems(Strict):
    """The PDEs of KD-PINN."""

    burgers: Burgers | None = Field(None, description="Viscous Burgers equation.")


class Latency(Strict):
    """How inference is timed: forward passes alone, teacher and students interleaved."""

    batches: Annotated[list[PositiveInt], Field(min_length=1)] = Field(
        [1, 10, 100, 1000, 10000, 25600, 65536], description="Points per call [assumed]."
    )
    threads: list[PositiveInt | Literal["all"]] = Field([1, "all"], description="Threads per call [assumed].")
    runtimes: list[Runtime] = Field(["eager", "onnx"], description="Ways to run the network [assumed].")
    warm_up: NonNegativeInt = Field(50, description="Calls before the clock starts [assumed].")
    repeats: PositiveInt = Field(200, description="Timed calls per network and condition [assumed].")
    seconds: PositiveFloat = Field(
        4.0, description="Time after which a condition makes no further calls, but for the first twenty [assumed]."
    )


class Settings(Strict):
    """The block `kd_pinn` of a preset."""

    problems: Problems = Field(description="PDEs to run, each with its own protocol.")
    latency: Latency = Field(default_factory=lambda: Latency(), description="Latency measurement.")

    def problem_names(self) -> tuple[str, ...]:
        """Return the problems that the preset runs."""
        return tuple(name for name in Problems.model_fields if getattr(self.problems, name) is not None)

    def problem(self, name: str) -> ProblemSettings:
        """Return one problem's settings."""
        return getattr(self.problems, name)

    def methods(self, problem: str) -> tuple[str, ...]:
        """Return the arms to run on a problem, those that others need included, in the order of `METHODS`."""
        wanted = set(self.problem(problem).methods)
        wanted |= {needed for method in wanted for needed in needs(method)}
        return tuple(method for method in METHODS if method in wanted)

    def seeds(self, problem: str) -> int:
        """Return the number of seeds on a problem."""
        return self.problem(problem).seeds

    def needs(self, problem: str, method: str) -> tuple[str, ...]:
        """Return the arms whose model the training of `method` reads."""
        return needs(method)

    def data_settings(self, problem: str) -> dict[str, Any]:
        """Return what evaluation points and reference solution depend on."""
        chosen = self.problem(problem)
        return {"coefficients": chosen.coefficients(), "grid": chosen.grid}

    def measurements(self, problem: str) -> dict[str, dict[str, Any]]:
        """Return the measurements over several arms, with what each reads."""
        timed = {TEACHER, DISTILLED} <= set(self.methods(problem))
        return {"latency": self.latency.model_dump()} if timed else {}

    def training_settings(self, problem: str, method: str) -> dict[str, Any]:
        """Return what the training of one arm reads and nothing else, since a change here reruns it."""
        chosen = self.problem(problem)
        arm = METHODS[base_method(method)]
        points: dict[str, Any] = {"conditions": chosen.points.conditions if arm.PHYSICS else {}}
        weights: dict[str, float] = {}
        if arm.PHYSICS:
            points["collocation"] = chosen.points.collocation
            weights = {"residual": 1.0} | dict.fromkeys(chosen.points.conditions, chosen.condition_weight)
        if arm.DISTILLATION:
            points["distillation"] = chosen.points.distillation
            weights["distillation"] = chosen.distillation_weight if arm.PHYSICS else 1.0
        return {
            "coefficients": chosen.coefficients(),
            "points": points,
            "weights": weights,
            "hidden": getattr(chosen.networks, arm.NETWORK),
            "activation": chosen.networks.activation,
            "training": chosen.training.model_dump(),
        }

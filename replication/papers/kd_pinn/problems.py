"""What KD-PINN's settings say about each PDE. Coefficients, points and networks are assumptions where not marked."""

from math import pi
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from replication.papers.kd_pinn.arms import DISTILLED, METHODS, TEACHER
from replication.papers.kd_pinn.variants import (
    MAIN_WEIGHT,
    UNCHANGED,
    VARIANT_NAME,
    Conditions,
    Layers,
    Variant,
    known_methods,
    weight_of,
)
from replication.settings.strict import Strict
from replication.settings.variants import NULL_LEAVES_OUT
from replication.training.settings import Training

Activation = Literal["tanh", "silu", "cos"]
Measurement = Literal["latency", "roofline", "extrapolation", "frequency_bands", "dynamics"]


class Points(Strict):
    """How many points each term of the loss has; drawn once per seed and shared by all arms."""

    collocation: PositiveInt = Field(10000, description="Residual points, Latin hypercube [assumed: Raissi's code].")
    distillation: PositiveInt = Field(
        10000, description="Points where student and teacher are compared, drawn independently [assumed]."
    )
    conditions: dict[str, PositiveInt] = Field(description="Points by condition: initial, boundary, terminal, outflow.")


class Networks(Strict):
    """Hidden layers of teacher and student."""

    teacher: Layers = Field([50, 50, 50], description="Hidden widths of the teacher [secondary].")
    student: Layers = Field([20, 20, 20], description="Hidden widths of every student [secondary].")
    activation: Activation = Field("tanh", description="Activation of all hidden layers [secondary].")


FLOW_NETWORKS = Networks(teacher=[64, 64, 64], student=[32, 32, 32], activation="silu")
"""SiLU for Navier-Stokes is secondary; the widths are assumed, 32 being the one that a summary names as remedy."""


class Extrapolation(Strict):
    """Domains beyond the trained one, along one coordinate; errors there are measured, never trained on.

    A domain [a, b] holds the places from low + a (high - low), exclusive, to low + b (high - low).
    """

    coordinate: str = Field(description="Coordinate along which the domain is left to the right.")
    domains: dict[str, tuple[float, float]] = Field(
        {"mild_right": (1.0, 1.25), "hard_right": (1.25, 1.5), "extreme": (1.5, 2.0)},
        description="Begin and end of each domain, in units of the trained extent [assumed; names secondary].",
    )

    @field_validator("domains")
    @classmethod
    def _not_empty(cls, domains: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        if not domains:
            raise ValueError("no domain is named; allowed: one or more, such as mild_right: [1, 1.25]")
        for name, (begin, end) in domains.items():
            if not 1 <= begin < end:
                raise ValueError(f"domain {name} = [{begin:g}, {end:g}] is empty or inside; allowed: 1 <= begin < end")
        return domains


class Bands(Strict):
    """Frequency bands in which errors are looked at, by the number of periods that fit the domain."""

    coordinates: Annotated[list[str], Field(min_length=1)] = Field(description="Coordinates with periodic solutions.")
    edges: tuple[PositiveFloat, PositiveFloat] = Field(description="Where the middle and the high band begin.")

    @field_validator("edges")
    @classmethod
    def _rising(cls, edges: tuple[float, float]) -> tuple[float, float]:
        if not edges[0] < edges[1]:
            raise ValueError("the high band must begin above the middle one")
        return edges


class ProblemSettings(Strict):
    """What every problem of KD-PINN shares."""

    allows_hard: ClassVar[bool] = False
    condition_names: ClassVar[tuple[str, ...]] = ("initial", "boundary")

    seeds: PositiveInt = Field(5, description="Number of seeds; each pairs one run of every arm.")
    methods: list[str] = Field(list(METHODS), description="Arms to run; an arm's teacher is added where it needs one.")
    variants: Annotated[dict[str, Variant], NULL_LEAVES_OUT] = Field(
        {}, description="Sweeps and open questions: changed arms by name; null: none, or not that one."
    )
    grid: dict[str, PositiveInt] = Field(description="Evaluation grid, points by coordinate.")
    points: Points = Field(description="Training points.")
    networks: Networks = Field(default_factory=lambda: Networks(), description="Teacher and student networks.")
    training: Training = Field(default_factory=lambda: Training(), description="Optimisation.")
    conditions: Conditions = Field(
        "soft", description="Whether conditions are terms of the loss or built into the network, where they can be."
    )
    condition_weight: PositiveFloat = Field(
        1.0, description="Weight of the initial, boundary and terminal terms; the residual has 1 [assumed]."
    )
    distillation_weight: NonNegativeFloat = Field(MAIN_WEIGHT, description="w_KD of the distilled student [assumed].")
    measurements: list[Measurement] = Field(
        ["latency", "extrapolation"], description="What is measured over several arms; left out where arms are missing."
    )
    extrapolation: Extrapolation = Field(
        default_factory=lambda: Extrapolation(coordinate="t"), description="Domains beyond the trained one."
    )
    bands: Bands | None = Field(None, description="Frequency bands of the error.")

    @model_validator(mode="before")
    @classmethod
    def _over_its_defaults(cls, given: Any) -> Any:
        """Lay what is given of networks, domains or bands over the problem's own, so that a part leaves the rest."""
        if not isinstance(given, dict):
            return given
        own = {name: field.get_default(call_default_factory=True) for name, field in cls.model_fields.items()}
        return given | {
            name: own[name].model_dump() | part
            for name, part in given.items()
            if isinstance(part, dict) and isinstance(own.get(name), Networks | Extrapolation | Bands)
        }

    @field_validator("methods")
    @classmethod
    def _known(cls, methods: list[str]) -> list[str]:
        return known_methods(methods)

    @field_validator("grid")
    @classmethod
    def _coordinates(cls, grid: dict[str, int]) -> dict[str, int]:
        if set(grid) != set(known := list(cls.model_fields["grid"].default)):
            raise ValueError(f"coordinates must be {' and '.join(known)}")
        return grid

    @field_validator("points")
    @classmethod
    def _conditions(cls, points: Points) -> Points:
        if set(points.conditions) != set(cls.condition_names):
            raise ValueError(f"conditions must be {' and '.join(cls.condition_names)}")
        return points

    @field_validator("conditions")
    @classmethod
    def _possible(cls, conditions: Conditions) -> Conditions:
        if conditions == "hard" and not cls.allows_hard:
            raise ValueError("they cannot be built into the network on this problem; allowed: soft")
        return conditions

    @field_validator("variants")
    @classmethod
    def _named(cls, variants: dict[str, Variant]) -> dict[str, Variant]:
        for name, variant in variants.items():
            if not VARIANT_NAME.fullmatch(name):
                raise ValueError(f"variant {name!r} may hold a-z, 0-9, _ and . only")
            weight = weight_of(name)
            if weight is not None and variant.distillation_weight != weight:
                raise ValueError(f"variant {name!r} is shown at w_KD = {weight:g}; name it by its weight")
            cls._possible(variant.conditions or "soft")
        return variants

    @model_validator(mode="after")
    def _variants_take_effect(self) -> "ProblemSettings":
        for name, variant in self.variants.items():
            for method in variant.methods:
                if not self._changed(variant, method):
                    raise ValueError(
                        f"variant {name!r} changes nothing in {method}; allowed: another conditions, another "
                        f"distillation_weight of {DISTILLED}, another student, or teacher_steps of a teacher of its own"
                    )
        return self

    @model_validator(mode="after")
    def _one_arm_a_weight(self) -> "ProblemSettings":
        """See that a sweep over the weight has its main arms at 0 and 1, where they are shown, and no weight twice."""
        swept = {name: weight for name in self.variants if (weight := weight_of(name)) is not None}
        if swept and self.distillation_weight != MAIN_WEIGHT:
            raise ValueError(
                f"distillation_weight = {self.distillation_weight:g}: variant {next(iter(swept))!r} is shown beside a "
                f"main arm of {MAIN_WEIGHT:g}; allowed: that weight, or no such variants (null leaves them out)"
            )
        run = [0.0, MAIN_WEIGHT, *swept.values()]
        for name, weight in swept.items():
            if run.count(weight) > 1:
                raise ValueError(f"variant {name!r}: an arm with w_KD = {weight:g} is run already")
        return self

    def _changed(self, variant: Variant, method: str) -> bool:
        """Tell whether a variant's arm differs from the arm itself, in its own training or in its teacher's."""
        if self.trained(method, variant) != self.trained(method, UNCHANGED):
            return True
        return METHODS[method].DISTILLATION and TEACHER in variant.methods and self._changed(variant, TEACHER)

    @field_validator("extrapolation", "bands")
    @classmethod
    def _on_the_grid(cls, chosen: Extrapolation | Bands | None, known: ValidationInfo) -> Extrapolation | Bands | None:
        used = chosen.coordinates if isinstance(chosen, Bands) else [chosen.coordinate] if chosen else []
        for coordinate in used:
            if coordinate not in (grid := known.data.get("grid", used)):
                raise ValueError(f"coordinate {coordinate!r} is not one of {', '.join(grid)}")
        if chosen is None and "frequency_bands" in known.data.get("measurements", ()):
            raise ValueError("the measurement frequency_bands needs them")
        return chosen

    def trained(self, method: str, variant: Variant) -> dict[str, Any]:
        """Return what the training of an arm, with a variant's changes, reads of these settings."""
        arm = METHODS[method]
        points: dict[str, Any] = {"conditions": self.points.conditions if arm.PHYSICS else {}}
        weights: dict[str, float] = {}
        if arm.PHYSICS:
            points["collocation"] = self.points.collocation
            weights = {"residual": 1.0} | dict.fromkeys(self.points.conditions, self.condition_weight)
        if arm.DISTILLATION:
            points["distillation"] = self.points.distillation
            weights["distillation"] = _first(variant.distillation_weight, self.distillation_weight)
            if not arm.PHYSICS:
                weights["distillation"] = 1.0
        training = self.training.model_dump()
        hidden = getattr(self.networks, arm.NETWORK)
        if arm.NETWORK == "student":
            hidden = _first(variant.student, hidden)
        elif variant.teacher_steps is not None:
            training["adam"]["steps"], training["lbfgs"]["iterations"] = variant.teacher_steps
        return {
            "coefficients": self.coefficients(),
            "conditions": _first(variant.conditions, self.conditions),
            "points": points,
            "weights": weights,
            "hidden": hidden,
            "activation": self.networks.activation,
            "training": training,
        }

    def coefficients(self) -> dict[str, float]:
        """Return the equation's coefficients: the keys that only this problem has."""
        own = set(type(self).model_fields) - set(ProblemSettings.model_fields)
        return {name: getattr(self, name) for name in sorted(own)}


def _first(own: Any, common: Any) -> Any:
    return common if own is None else own


class Burgers(ProblemSettings):
    """Burgers equation (`replication/problems/burgers.py`)."""

    viscosity: PositiveFloat = Field(0.01 / pi, description="Viscosity ν [assumed: Raissi's code].")
    grid: dict[str, PositiveInt] = Field(
        {"x": 256, "t": 100}, description="Evaluation grid, points by coordinate [assumed: burgers_shock.mat]."
    )
    measurements: list[Measurement] = Field(
        ["latency", "roofline", "extrapolation", "frequency_bands", "dynamics"],
        description="What is measured over several arms.",
    )
    bands: Bands | None = Field(Bands(coordinates=["x"], edges=(4.0, 16.0)), description="Frequency bands [assumed].")


class BlackScholes(ProblemSettings):
    """Black-Scholes equation (`replication/problems/black_scholes.py`); values recur in public code."""

    condition_names = ("terminal", "boundary")

    strike: PositiveFloat = Field(1.0, description="Strike K, the unit of all prices [assumed].")
    rate: NonNegativeFloat = Field(0.05, description="Interest rate r per year [assumed].")
    volatility: PositiveFloat = Field(0.2, description="Volatility σ per square root of a year [assumed].")
    maturity: PositiveFloat = Field(1.0, description="Maturity T in years [assumed].")
    largest_price: PositiveFloat = Field(2.0, description="Largest price of the asset [assumed].")
    grid: dict[str, PositiveInt] = Field({"s": 200, "t": 100}, description="Evaluation grid [assumed].")
    measurements: list[Measurement] = Field(
        ["latency", "extrapolation", "dynamics"], description="What is measured over several arms."
    )
    extrapolation: Extrapolation = Field(
        Extrapolation(coordinate="s"), description="Prices above the largest one [assumed; names secondary]."
    )


class AllenCahn(ProblemSettings):
    """Allen-Cahn equation with fixed ends (`replication/problems/allen_cahn.py`)."""

    allows_hard = True

    diffusion: PositiveFloat = Field(1e-3, description="Diffusion D [assumed: DeepXDE's example].")
    reaction: PositiveFloat = Field(5.0, description="Reaction rate R [assumed: DeepXDE's example].")
    grid: dict[str, PositiveInt] = Field({"x": 201, "t": 101}, description="Evaluation grid [assumed].")
    conditions: Conditions = Field(
        "hard", description="Conditions built into the network [assumed: DeepXDE's example]."
    )
    measurements: list[Measurement] = Field(
        ["latency", "extrapolation", "dynamics"], description="What is measured over several arms."
    )


class AllenCahnHard(ProblemSettings):
    """Allen-Cahn equation, hard case (`replication/problems/allen_cahn_hard.py`)."""

    allows_hard = True

    diffusion: PositiveFloat = Field(1e-4, description="Diffusion D [assumed: Raissi's code].")
    reaction: PositiveFloat = Field(5.0, description="Reaction rate R [assumed: Raissi's code].")
    grid: dict[str, PositiveInt] = Field({"x": 512, "t": 201}, description="Evaluation grid [assumed: AC.mat].")


class TaylorGreen(ProblemSettings):
    """Taylor-Green vortices (`replication/problems/taylor_green.py`)."""

    viscosity: PositiveFloat = Field(0.01, description="Kinematic viscosity ν [assumed].")
    grid: dict[str, PositiveInt] = Field({"x": 65, "y": 65, "t": 11}, description="Evaluation grid [assumed].")
    networks: Networks = Field(FLOW_NETWORKS, description="Teacher and student networks [assumed; SiLU secondary].")
    measurements: list[Measurement] = Field(
        ["latency", "roofline", "extrapolation", "frequency_bands"], description="What is measured over several arms."
    )
    bands: Bands | None = Field(
        Bands(coordinates=["x", "y"], edges=(2.0, 4.0)), description="Frequency bands [assumed]."
    )


class Kovasznay(ProblemSettings):
    """Kovasznay flow (`replication/problems/kovasznay.py`)."""

    condition_names = ("boundary", "outflow")

    reynolds: PositiveFloat = Field(20.0, description="Reynolds number [assumed: DeepXDE's example].")
    grid: dict[str, PositiveInt] = Field({"x": 101, "y": 101}, description="Evaluation grid [assumed].")
    networks: Networks = Field(FLOW_NETWORKS, description="Teacher and student networks [assumed; SiLU secondary].")
    extrapolation: Extrapolation = Field(
        Extrapolation(coordinate="x"), description="Downstream of the outflow [assumed]."
    )


class StiffReactionDiffusion(ProblemSettings):
    """Fast activator and slow inhibitor (`replication/problems/stiff_reaction_diffusion.py`); a question of ours."""

    diffusion: PositiveFloat = Field(0.01, description="Diffusion D of both fields [ours].")
    time_scale: PositiveFloat = Field(0.05, description="Time scale ε of the activator; the inhibitor's is 1 [ours].")
    grid: dict[str, PositiveInt] = Field({"x": 201, "t": 101}, description="Evaluation grid [ours].")


class Problems(Strict):
    """The PDEs of KD-PINN."""

    burgers: Burgers | None = Field(None, description="Viscous Burgers equation.")
    black_scholes: BlackScholes | None = Field(None, description="Black-Scholes equation, European call.")
    allen_cahn: AllenCahn | None = Field(None, description="Allen-Cahn equation with fixed ends.")
    taylor_green: TaylorGreen | None = Field(None, description="Navier-Stokes: decaying Taylor-Green vortices.")
    kovasznay: Kovasznay | None = Field(None, description="Navier-Stokes: steady Kovasznay flow.")
    allen_cahn_hard: AllenCahnHard | None = Field(None, description="Allen-Cahn equation, sharper and periodic.")
    stiff_reaction_diffusion: StiffReactionDiffusion | None = Field(
        None, description="Reaction and diffusion on two time scales."
    )

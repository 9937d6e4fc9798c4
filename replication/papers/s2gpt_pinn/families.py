"""What S²GPT-PINN's settings say about each family of PDEs; marks in brackets say how well a default is known."""

from math import prod
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, field_validator, model_validator

from replication.papers.s2gpt_pinn.arms import METHODS, PINN, check
from replication.settings.strict import Strict
from replication.training.settings import LBFGS, Adam, Training

Counts = dict[str, PositiveInt]


class Parameter(Strict):
    """One free coefficient: its range and the values of the parameter grid, ends included."""

    low: float = Field(description="Smallest value.")
    high: float = Field(description="Largest value.")
    count: PositiveInt | None = Field(None, description="Values of the grid; none where the family has no grid.")
    spacing: Literal["linear", "logarithmic"] = Field("linear", description="How grid and held-out values are spread.")

    @model_validator(mode="after")
    def _ordered(self) -> "Parameter":
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}")
        if self.spacing == "logarithmic" and self.low <= 0:
            raise ValueError(f"low = {self.low:g} has no logarithm; spacing is linear or low is positive")
        return self


class GaussNewton(Strict):
    """Levenberg-Marquardt in float64, the default trainer of neurons [assumed]."""

    kind: Literal["gauss_newton"] = Field("gauss_newton", description="Trainer.")
    steps: PositiveInt = Field(200, description="Most steps, at most half of them on few points.")
    early_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.4, description="Share of the points that a draw has until the loss on fresh points stops falling."
    )
    collocation: PositiveInt = Field(1000, description="Residual points of one draw after that.")
    conditions: Counts = Field({}, description="Points by condition of one draw.")
    condition_weight: PositiveFloat = Field(3.0, description="Weight of the conditions; the residual has 1.")
    resample_every: PositiveInt = Field(2, description="Steps between draws, so that no points are overfitted.")
    marching_draws: PositiveInt = Field(
        1, description="Draws over which the points reach ever further along the last coordinate; 1: none."
    )
    tolerance: PositiveFloat = Field(1e-9, description="Loss on freshly drawn points at which training ends.")


class Gradient(Strict):
    """The published kind of trainer: Adam, then L-BFGS where the family has it [code]."""

    kind: Literal["gradient"] = Field("gradient", description="Trainer.")
    collocation: PositiveInt = Field(10000, description="Residual points [code].")
    conditions: Counts = Field({}, description="Points by condition [code].")
    condition_weight: PositiveFloat = Field(1.0, description="Weight of the conditions [code].")
    training: Training = Field(
        default_factory=lambda: Training(adam=Adam(steps=75000, learning_rate=5e-4), lbfgs=LBFGS(iterations=0)),
        description="Steps and rates [code].",
    )


Trainer = Annotated[GaussNewton | Gradient, Field(discriminator="kind")]


class Published(Strict):
    """The published optimiser of the meta-network [code]."""

    kind: Literal["adam", "gradient_descent", "lbfgs"] = Field("adam", description="Optimiser.")
    steps: PositiveInt = Field(2000, description="Steps, the same offline and online.")
    rate: PositiveFloat = Field(2.5e-3, description="Learning rate.")


class Family(Strict):
    """What every family shares."""

    equation: str = Field(description="Module of `replication/problems/` that holds the equation.")
    derivatives: Literal["correct", "as_published"] = Field(
        "correct", description="Whether second derivatives are right or carry the reference code's error [code]."
    )
    seeds: PositiveInt = Field(3, description="Number of seeds; each trains its own neurons, shared by all arms.")
    variant_seeds: PositiveInt | None = Field(None, description="Number of seeds of variants; all seeds if absent.")
    methods: list[str] = Field([*METHODS, PINN], description="Arms, their variants and full PINNs to run.")
    pinn_queries: PositiveInt = Field(3, description="Held-out parameters, the first ones, that full PINNs answer.")
    parameters: dict[str, Parameter] = Field(description="The parameter grid, axis by axis.")
    scattered: PositiveInt | None = Field(
        None,
        description="Number of Sobol' points that stand in for the parameter grid, which grows too fast with axes.",
    )
    first: list[float] | None = Field(None, description="Parameters of the first neuron; the grid's middle if absent.")
    neurons: PositiveInt = Field(description="Neurons n of the meta-network.")
    hidden: list[PositiveInt] = Field(description="Hidden widths of the full PINN.")
    activation: Literal["tanh", "cos", "silu"] = Field("tanh", description="Activation of the full PINN.")
    enclosed: bool = Field(False, description="Whether the full PINN vanishes on the boundary by construction.")
    trainer: Trainer = Field(description="How neurons are trained.")
    meta_grid: Counts = Field(description="Full grid of the meta-network, points by coordinate.")
    meta_conditions: Counts = Field({}, description="Points of the meta-network by condition.")
    sum_weight: NonNegativeFloat | None = Field(
        1.0, description="Weight of (sum of coefficients - 1)², S²GPT-PINN's substitute for data; none: it keeps data."
    )
    indicator_sum_weight: NonNegativeFloat | None = Field(
        None, description="Weight of the same term where the greedy search compares losses; that of training if absent."
    )
    orthogonal_residuals: bool = Field(True, description="Whether residual points come from orthogonalised residuals.")
    steps: PositiveInt = Field(30, description="Most Gauss-Newton steps of a meta-network.")
    published: Published = Field(default_factory=lambda: Published(), description="Published optimiser.")
    published_share: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="Share of the parameter grid that the variants with the published optimiser sweep."
    )
    held_out: PositiveInt = Field(description="Held-out parameters, Latin hypercube, the same for all seeds.")
    held_out_low: dict[str, float] = Field({}, description="Lower ends of the held-out box where not the grid's.")
    grid: Counts = Field(description="Evaluation grid of a held-out solution, points by coordinate.")

    @field_validator("methods")
    @classmethod
    def _known(cls, methods: list[str]) -> list[str]:
        if not methods:
            raise ValueError(f"no method is named; allowed: {', '.join([*METHODS, PINN])}")
        for method in methods:
            check(method)
        return methods

    @model_validator(mode="after")
    def _known_names(self) -> "Family":
        fields = type(self).model_fields
        named = {
            key: (list(getattr(self, key)), list(fields[key].default))
            for key in ("parameters", "meta_grid", "meta_conditions", "grid")
        }
        named["trainer.conditions"] = list(self.trainer.conditions), list(fields["trainer"].default.conditions)
        for key, (given, needed) in named.items():
            if sorted(given) != sorted(needed):
                raise ValueError(
                    f"{key} names {', '.join(given) or 'nothing'}; needed: {', '.join(needed) or 'nothing'}"
                )
        for name, low in self.held_out_low.items():
            if name not in self.parameters:
                raise ValueError(f"held_out_low names {name}; allowed: {', '.join(self.parameters)}")
            if low >= self.parameters[name].high:
                raise ValueError(
                    f"held_out_low.{name} = {low:g} is not below its high = {self.parameters[name].high:g}"
                )
        return self

    @model_validator(mode="after")
    def _enough_parameters(self) -> "Family":
        for name, axis in self.parameters.items():
            if (axis.count is None) == (self.scattered is None):
                raise ValueError(f"parameters.{name}.count or scattered: one of them says how many values there are")
        size = self.scattered or prod(axis.count or 0 for axis in self.parameters.values())
        if any(method.endswith("-published") for method in self.methods):
            size = max(1, round(self.published_share * size))
        if self.neurons >= size:
            raise ValueError(f"neurons = {self.neurons} leaves none of the {size} parameters of the grid to ask for")
        if self.pinn_queries > self.held_out:
            raise ValueError(
                f"pinn_queries = {self.pinn_queries} is more than the held_out = {self.held_out} parameters"
            )
        if self.first is not None and len(self.first) != len(self.parameters):
            raise ValueError(f"first = {self.first}: one value for each of {', '.join(self.parameters)}")
        for value, (name, axis) in zip(self.first or (), self.parameters.items(), strict=False):
            if not axis.low <= value <= axis.high:
                raise ValueError(f"first = {self.first}: {name} lies outside {axis.low:g} to {axis.high:g}")
        return self


class Burgers(Family):
    """Burgers with variable viscosity ν, down to the smallest that the published run kept."""

    equation: str = Field("burgers", description="Equation.")
    parameters: dict[str, Parameter] = Field(
        {"viscosity": Parameter(low=0.0360938, high=1.0, count=125)},
        description="Viscosities: those of the 129 published values that its second run still had [code].",
    )
    neurons: PositiveInt = Field(10, description="Neurons [code].")
    hidden: list[PositiveInt] = Field([20, 20, 20, 20], description="Hidden widths [code].")
    trainer: Trainer = Field(
        GaussNewton(conditions={"initial": 200, "boundary": 200}, tolerance=1e-8), description="Trainer of neurons."
    )
    meta_grid: Counts = Field({"x": 100, "t": 100}, description="Full grid [code].")
    meta_conditions: Counts = Field({"initial": 200, "boundary": 400}, description="Condition points [code].")
    sum_weight: NonNegativeFloat | None = Field(10.0, description="Weight of the sum constraint [code].")
    indicator_sum_weight: NonNegativeFloat | None = Field(1.0, description="Its weight in the greedy search [code].")
    orthogonal_residuals: bool = Field(False, description="Burgers takes plain residuals [code].")
    published: Published = Field(Published(kind="lbfgs", steps=50, rate=0.1), description="Published optimiser [code].")
    held_out: PositiveInt = Field(24, description="Held-out viscosities [code: number].")
    held_out_low: dict[str, float] = Field({"viscosity": 0.067}, description="Smallest held-out viscosity [code].")
    grid: Counts = Field({"x": 100, "t": 100}, description="Evaluation grid [code].")


class BurgersFullRange(Burgers):
    """Burgers over all published viscosities, down to 0.005."""

    parameters: dict[str, Parameter] = Field(
        {"viscosity": Parameter(low=0.005, high=1.0, count=129)}, description="The 129 published viscosities [code]."
    )
    held_out_low: dict[str, float] = Field({}, description="The grid's own.")


class BurgersSharp(Burgers):
    """Burgers towards small viscosities until the method breaks; asked for below its smallest trained one too."""

    seeds: PositiveInt = Field(1, description="Number of seeds.")
    parameters: dict[str, Parameter] = Field(
        {"viscosity": Parameter(low=0.002, high=0.1, count=65, spacing="logarithmic")},
        description="Viscosities down to fronts that the full grid does not resolve [assumed].",
    )
    held_out_low: dict[str, float] = Field({"viscosity": 0.001}, description="Half the smallest trained viscosity.")
    trainer: Trainer = Field(
        GaussNewton(conditions={"initial": 200, "boundary": 200}, steps=240, tolerance=1e-6),
        description="Trainer of neurons.",
    )
    grid: Counts = Field({"x": 201, "t": 51}, description="Evaluation grid, fine enough to see the front [assumed].")


class KleinGordon(Family):
    """Klein-Gordon with variable coefficients α, β, γ."""

    equation: str = Field("klein_gordon", description="Equation.")
    parameters: dict[str, Parameter] = Field(
        {
            "alpha": Parameter(low=-2.0, high=-1.0, count=10),
            "beta": Parameter(low=0.0, high=1.0, count=10),
            "gamma": Parameter(low=0.0, high=1.0, count=10),
        },
        description="The published grid [code].",
    )
    neurons: PositiveInt = Field(12, description="Neurons [code].")
    hidden: list[PositiveInt] = Field([40, 40], description="Hidden widths [code].")
    activation: Literal["tanh", "cos", "silu"] = Field("cos", description="Activation [code].")
    trainer: Trainer = Field(
        GaussNewton(conditions={"initial": 150, "boundary": 300}, tolerance=5e-6),
        description="Trainer of neurons.",
    )
    meta_grid: Counts = Field({"x": 100, "t": 100}, description="Full grid [code].")
    meta_conditions: Counts = Field({"initial": 512, "boundary": 1024}, description="Condition points [code].")
    held_out: PositiveInt = Field(200, description="Held-out parameters [code: number].")
    grid: Counts = Field({"x": 40, "t": 40}, description="Evaluation grid [code].")


class Helmholtz(Family):
    """Helmholtz with variable rates a₁, a₂ of its solution."""

    equation: str = Field("helmholtz", description="Equation.")
    derivatives: Literal["correct"] = Field("correct", description="Those of the reference code are right [code].")
    parameters: dict[str, Parameter] = Field(
        {
            "first_rate": Parameter(low=1.0, high=2.0, count=11),
            "second_rate": Parameter(low=1.0, high=4.0, count=31),
        },
        description="The published grid [code].",
    )
    neurons: PositiveInt = Field(24, description="Neurons [code].")
    hidden: list[PositiveInt] = Field([20, 20, 20, 20], description="Hidden widths [code].")
    enclosed: bool = Field(True, description="Zero boundary values by the factor (x² - 1)(y² - 1) [code].")
    trainer: Trainer = Field(
        GaussNewton(steps=240, collocation=1400, early_share=0.43, tolerance=1e-4), description="Trainer of neurons."
    )
    meta_grid: Counts = Field({"x": 200, "y": 200}, description="Full grid [code].")
    sum_weight: NonNegativeFloat | None = Field(None, description="No constraint: the boundary is exact [code].")
    published: Published = Field(Published(steps=1000, rate=0.01), description="Published optimiser [code].")
    held_out: PositiveInt = Field(121, description="Held-out parameters [code: number].")
    grid: Counts = Field({"x": 50, "y": 50}, description="Evaluation grid [assumed].")


class AllenCahnPeriodic(Family):
    """Allen-Cahn on a ring with variable diffusion λ and reaction ε."""

    equation: str = Field("allen_cahn_periodic", description="Equation.")
    parameters: dict[str, Parameter] = Field(
        {
            "diffusion": Parameter(low=1e-4, high=1e-3, count=11),
            "reaction": Parameter(low=1.0, high=5.0, count=11),
        },
        description="The published grid [code].",
    )
    neurons: PositiveInt = Field(15, description="Neurons [code].")
    hidden: list[PositiveInt] = Field([25, 25, 25, 25], description="Hidden widths [assumed: published are 4x128].")
    trainer: Trainer = Field(
        GaussNewton(
            conditions={"initial": 256, "boundary": 100}, condition_weight=30, collocation=1200, marching_draws=40,
            steps=260, tolerance=1e-6,
        ),
        description="Trainer of neurons.",
    )  # fmt: skip
    meta_grid: Counts = Field({"x": 200, "t": 100}, description="Full grid [assumed: 20,000 as published].")
    meta_conditions: Counts = Field({"initial": 512, "boundary": 100}, description="Condition points [code].")
    sum_weight: NonNegativeFloat | None = Field(None, description="The sparse loss keeps all data [code].")
    published: Published = Field(Published(rate=0.01), description="Published optimiser [code].")
    held_out: PositiveInt = Field(25, description="Held-out parameters [code: number].")
    grid: Counts = Field({"x": 60, "t": 60}, description="Evaluation grid [code].")


class AdvectionDiffusionReaction(Family):
    """Advection, diffusion and reaction with five free coefficients, too many for a grid of parameters."""

    equation: str = Field("advection_diffusion_reaction", description="Equation.")
    derivatives: Literal["correct"] = Field("correct", description="No published code has this family.")
    parameters: dict[str, Parameter] = Field(
        {
            "speed": Parameter(low=0.0, high=1.0),
            "diffusion": Parameter(low=0.05, high=0.5),
            "growth": Parameter(low=-1.0, high=1.0),
            "saturation": Parameter(low=0.0, high=2.0),
            "forcing": Parameter(low=0.0, high=1.0),
        },
        description="The box of coefficients [assumed].",
    )
    scattered: PositiveInt | None = Field(1024, description="Sobol' points in place of a grid of 4^5 [assumed].")
    neurons: PositiveInt = Field(20, description="Neurons [assumed].")
    hidden: list[PositiveInt] = Field([20, 20, 20], description="Hidden widths [assumed].")
    trainer: Trainer = Field(
        GaussNewton(conditions={"initial": 150, "boundary": 100}, collocation=800, tolerance=1e-7),
        description="Trainer of neurons.",
    )
    meta_grid: Counts = Field({"x": 60, "t": 60}, description="Full grid [assumed].")
    meta_conditions: Counts = Field({"initial": 200, "boundary": 100}, description="Condition points [assumed].")
    held_out: PositiveInt = Field(100, description="Held-out parameters [assumed].")
    grid: Counts = Field({"x": 40, "t": 40}, description="Evaluation grid [assumed].")


class Families(Strict):
    """The families of S²GPT-PINN."""

    burgers: Burgers | None = Field(None, description="Burgers, ν from 0.036.")
    burgers_full_range: BurgersFullRange | None = Field(None, description="Burgers, ν from 0.005.")
    klein_gordon: KleinGordon | None = Field(None, description="Klein-Gordon.")
    helmholtz: Helmholtz | None = Field(None, description="Helmholtz.")
    allen_cahn_periodic: AllenCahnPeriodic | None = Field(None, description="Allen-Cahn on a ring.")
    burgers_sharp: BurgersSharp | None = Field(None, description="Burgers, ν from 0.002 and asked for from 0.001.")
    advection_diffusion_reaction: AdvectionDiffusionReaction | None = Field(
        None, description="Advection, diffusion, reaction; five coefficients."
    )

"""Settings of S²GPT-PINN: the reference code's values, the same for both arms, see `protocol.md`."""

from typing import Any, ClassVar

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from replication.papers.s2gpt_pinn.arms import METHODS, PINN
from replication.papers.s2gpt_pinn.families import Families, Family
from replication.settings.strict import Strict

PAIR = ("gpt_pinn", "s2gpt_pinn")


class Online(Strict):
    """How a query's answer is timed: arms interleaved, alone on the machine."""

    queries: PositiveInt = Field(10, description="Held-out parameters that are timed one by one [assumed].")
    repeats: PositiveInt = Field(5, description="Timed answers of each, after one that does not count [assumed].")
    seconds: PositiveFloat = Field(20.0, description="Time after which an arm's optimiser makes no further answers.")


class Settings(Strict):
    """The block `s2gpt_pinn` of a preset."""

    DEVICES: ClassVar[tuple[str, ...]] = ("cpu",)
    """Its methods compute there whatever the target: neurons and coefficients are small systems in float64."""

    problems: Families = Field(description="Families to run, each with its own protocol.")
    online: Online = Field(default_factory=lambda: Online(), description="Timing of queries.")

    @field_validator("problems")
    @classmethod
    def _some(cls, problems: Families) -> Families:
        if not any(getattr(problems, name) for name in Families.model_fields):
            raise ValueError(f"at least one family is needed; allowed: {', '.join(Families.model_fields)}")
        return problems

    def problem_names(self) -> tuple[str, ...]:
        """Return the families that the preset runs."""
        return tuple(name for name in Families.model_fields if getattr(self.problems, name) is not None)

    @classmethod
    def known_problems(cls) -> tuple[str, ...]:
        """Return every family that a preset may run."""
        return tuple(Families.model_fields)

    def family(self, problem: str) -> Family:
        """Return one family's settings."""
        return getattr(self.problems, problem)

    def methods(self, problem: str) -> tuple[str, ...]:
        """Return the arms to run, methods before their variants, full PINNs last."""
        wanted = self.family(problem).methods
        variants = [name for name in wanted if name not in METHODS and name != PINN]
        return (*(name for name in METHODS if name in wanted), *variants, *([PINN] if PINN in wanted else []))

    def seeds(self, problem: str, method: str | None = None) -> int:
        """Return the number of seeds, the same for all methods; variants may have fewer."""
        family = self.family(problem)
        fewer = family.variant_seeds if method and "-" in method else None
        return min(family.seeds, fewer or family.seeds)

    def needs(self, problem: str, method: str) -> tuple[str, ...]:
        """Return nothing: arms share neurons through their cache, whichever comes first."""
        return ()

    def training_settings(self, problem: str, method: str) -> dict[str, Any]:
        """Return what an arm reads: the family without the names of the other arms."""
        return {"family": self.family(problem).model_dump(exclude={"methods", "seeds", "variant_seeds"})}

    def data_settings(self, problem: str) -> dict[str, Any]:
        """Return what held-out parameters, evaluation points and reference solutions depend on."""
        names = {"equation", "parameters", "scattered", "held_out", "held_out_low", "grid"}
        return self.family(problem).model_dump(include=names)

    def task(self, problem: str) -> dict[str, Any]:
        """Return what a baseline is told: equation, parameter boxes and grid, neurons and how each is trained.

        `points` of the evaluation file hold the parameters before the coordinates.
        """
        family = self.family(problem)
        return self.data_settings(problem) | {
            "neurons": family.neurons,
            "meta_grid": family.meta_grid,
            "trainer": family.trainer.model_dump(),
        }

    def measurements(self, problem: str) -> dict[str, dict[str, Any]]:
        """Return the measurements, with what each reads."""
        measured: dict[str, dict[str, Any]] = {"query_accuracy": {}, "worst_case": {}}
        return measured | ({"query_cost": self.online.model_dump()} if set(PAIR) <= set(self.methods(problem)) else {})

    def measured(self, problem: str, measurement: str, seed: int) -> tuple[str, ...]:
        """Return the methods that a measurement looks at; costs are compared between the two arms alone."""
        looked_at = {
            "query_accuracy": lambda name: True,
            "worst_case": lambda name: name != PINN,
            "query_cost": lambda name: name in PAIR,
        }
        there = [name for name in self.methods(problem) if seed < self.seeds(problem, name)]
        return tuple(filter(looked_at[measurement], there))

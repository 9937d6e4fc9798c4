"""Settings of WaveLiT. The paper's text is known in part only: see `protocol.md` for what is assumed."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt, field_validator, model_validator

from replication.errors import UserError
from replication.forecasting.settings import Evaluation, Training
from replication.networks.wavelit_settings import WaveLiTNetwork, countable, sized
from replication.papers.wavelit.misfits import misfits
from replication.settings.data import Data
from replication.settings.strict import Strict
from replication.settings.variants import NULL_LEAVES_OUT
from replication.well.catalogue import DATASETS, dataset

SMALLEST = "mini"
"""Size of a network that names none."""
OWN, JOINT_METHOD = "wavelit", "wavelit_joint"
JOINT = "joint"
"""Stands for the problem of the one training over several datasets; its forecasts stand under their datasets."""


class Network(Strict):
    """A size by name, and what differs from it; what is absent is as the size says, or as in what it is laid over."""

    size: Literal["mini", "1m", "4m", "10m"] | None = Field(
        None, description="Named size, by number of parameters; the block's own is `mini` if absent."
    )
    width: PositiveInt | None = Field(None, description="Channels of a token.")
    blocks: PositiveInt | None = Field(None, description="Blocks, each applied at every scale.")
    heads: PositiveInt | None = Field(None, description="Heads of the attention.")
    expansion: NonNegativeFloat | None = Field(None, description="Hidden channels over width, in feed-forward layers.")
    tokenizer: Literal["wavelet", "patch"] | None = Field(None, description="Wavelet transform, or learned patches.")
    wavelet: Literal["haar", "db2", "db4", "adaptive"] | None = Field(
        None, description="Orthonormal wavelet; `adaptive`: the one that compacts the dataset's changes most [ours]."
    )
    boundary: Literal["periodised", "symmetric"] | None = Field(None, description="Of the wavelet, at walls.")
    levels: PositiveInt | None = Field(None, description="Levels of the transform.")
    layout: Literal["mallat", "packet"] | None = Field(None, description="Tokens at several scales, or at one.")
    attention: Literal["augmented", "plain", "softmax"] | None = Field(None, description="Token mixer.")
    pyramid: Literal["shared", "unshared", "single"] | None = Field(None, description="Weights over the scales.")
    parity_shift: bool | None = Field(None, description="Random shift of the wavelet's grid in training.")
    layer_scale: NonNegativeFloat | None = Field(None, description="Scale of the first weights of residual branches.")
    recompute: bool | None = Field(None, description="Compute blocks again in the backward pass: less memory.")

    def chosen(self) -> dict[str, Any]:
        """Return size and differences as plain values."""
        return self.model_dump(exclude_none=True)

    def sized(self) -> WaveLiTNetwork:
        """Return the whole architecture, what the size says included."""
        changes = {"size": SMALLEST} | self.countable()
        return sized(changes.pop("size"), **changes)

    def countable(self) -> dict[str, Any]:
        """Return size and differences, an adaptive wavelet as Haar."""
        return countable(self.chosen())

    def changed(self, changes: "Network | None") -> "Network":
        """Return this network with what `changes` states laid over it."""
        return self if changes is None else Network(**(self.chosen() | changes.chosen()))


class Auxiliary(Strict):
    """The loss in the wavelet domain, beside the mean square."""

    kind: Literal["none", "l2", "l1", "weighted_l2", "weighted_l1"] = Field(
        "weighted_l1", description="Norm; weighted by one over each subband's standard deviation [assumed]."
    )
    weight: NonNegativeFloat = Field(0.1, description="Factor of the auxiliary loss [assumed].")


class Bespoke(Strict):
    """One dataset's own model, where it differs from the others'."""

    network: Network | None = Field(None, description="Differences from the block's `network`.")
    steps: PositiveInt | None = Field(None, description="Optimiser steps, for the baselines of this dataset as well.")
    batch: PositiveInt | None = Field(None, description="Windows a step, for the baselines of this dataset as well.")


class Variant(Strict):
    """A model with something changed, for an ablation or a sweep."""

    datasets: Annotated[list[str], Field(min_length=1)] = Field(description="Datasets that it is trained on.")
    network: Network | None = Field(None, description="Differences from the dataset's network.")
    by_dataset: dict[str, Network] = Field({}, description="Further differences on single datasets.")
    equal_size: bool = Field(True, description="Give layers the widths that make parameters equal.")
    auxiliary: Auxiliary | None = Field(None, description="Another loss in the wavelet domain.")
    history: PositiveInt | None = Field(None, description="Another number of frames to look back.")
    repeats: PositiveInt | None = Field(None, description="Number of seeds, if fewer than the block's.")


class Joint(Strict):
    """One model for several datasets: a shared trunk, each dataset with its own embedding and heads."""

    datasets: list[str] | None = Field(None, description="Datasets to train on; all of the block if absent.")
    repeats: PositiveInt | None = Field(None, description="Number of seeds, if fewer than the block's.")
    network: Network | None = Field(None, description="Differences from the block's `network`.")
    steps: PositiveInt = Field(description="Optimiser steps over all datasets, which take turns.")
    batch: PositiveInt | None = Field(None, description="Windows a step.")


class Cost(Strict):
    """What is timed, alone on the machine: training steps of every trained method, and one layer of attention."""

    datasets: list[str] | None = Field(None, description="Datasets to time training steps on; all if absent.")
    steps: PositiveInt = Field(5, description="Timed steps of each method, after one that does not count.")
    tokens: Annotated[list[PositiveInt], Field(min_length=1)] = Field(
        [1024 << doublings for doublings in range(7)], description="Numbers of tokens that attention is timed on."
    )
    softmax_tokens: PositiveInt = Field(8192, description="Most tokens that softmax attention is timed on.")
    repeats: PositiveInt = Field(
        3, description="Rounds of each number of tokens, and round trips of a dataset, in one seed."
    )


class Settings(Strict):
    """The block `wavelit` of a preset."""

    datasets: Annotated[dict[str, Bespoke], Field(min_length=1)] = Field(
        description="Datasets of The Well to train on, each with what is its own."
    )
    targets: list[str] | None = Field(
        None, min_length=1, description="Hardware targets to run on; all of the preset if absent."
    )
    repeats: PositiveInt = Field(3, description="Seeds: repeats with other initial weights and batches.")
    history: PositiveInt = Field(4, description="Frames that a forecast is given [assumed: as The Well's baselines].")
    network: Network = Field(default_factory=lambda: Network(), description="Architecture [assumed].")
    auxiliary: Auxiliary = Field(default_factory=lambda: Auxiliary(), description="Loss in the wavelet domain.")
    training: Training = Field(description="Budget and optimiser, the same for baselines.")
    evaluation: Evaluation = Field(default_factory=lambda: Evaluation(), description="Windows to forecast.")
    joint: Joint | None = Field(None, description="The joint model; absent: none.")
    variants: Annotated[dict[str, Variant], NULL_LEAVES_OUT] = Field(
        {}, description="Ablations and sweeps; methods `wavelit-<name>`; null: none, or not that one."
    )
    cost: Cost = Field(default_factory=lambda: Cost(), description="Measurement of training steps.")

    @model_validator(mode="after")
    def _known(self) -> "Settings":
        lists = {f"variants.{name}": variant.datasets for name, variant in self.variants.items()}
        if self.joint is not None:
            lists["joint"] = self.joint.datasets or []
        lists["cost"] = self.cost.datasets or []
        lists |= {f"variants.{name}.by_dataset": list(variant.by_dataset) for name, variant in self.variants.items()}
        for key, names in lists.items():
            for name in names:
                if name not in self.datasets:
                    raise ValueError(f"{key}: {name!r} is not a dataset of this block")
        return self

    @model_validator(mode="after")
    def _networks_fit(self) -> "Settings":
        for problem, method, network in self._networks():
            try:
                network.sized()
            except UserError as error:
                raise ValueError(f"{problem}, {method}: {error}") from None
        return self

    @model_validator(mode="after")
    def _histories_fit(self) -> "Settings":
        first = self.evaluation.rollout_from
        histories = {f"variants.{name}.history": variant.history for name, variant in self.variants.items()}
        for key, history in {"history": self.history, **histories}.items():
            if history is not None and history > first:
                raise ValueError(
                    f"{key} = {history}: a rollout begins at frame evaluation.rollout_from = {first}; "
                    f"allowed: at most {first}, or rollouts that begin later"
                )
        return self

    @field_validator("network")
    @classmethod
    def _of_a_size(cls, network: Network) -> Network:
        return Network(size=SMALLEST).changed(network)

    @field_validator("datasets")
    @classmethod
    def _of_the_well(cls, datasets: dict[str, Bespoke]) -> dict[str, Bespoke]:
        try:
            return {dataset(name).name: bespoke for name, bespoke in datasets.items()}
        except UserError as error:
            raise ValueError(str(error)) from None

    @field_validator("variants")
    @classmethod
    def _names(cls, variants: dict[str, Variant]) -> dict[str, Variant]:
        for name in variants:
            if not name.replace("_", "").replace(".", "").isalnum() or name != name.lower():
                raise ValueError(f"variant name {name!r} may hold a-z, 0-9, _ and . only")
        return variants

    @classmethod
    def known_problems(cls) -> tuple[str, ...]:
        """Return every dataset that a preset may name."""
        return tuple(DATASETS)

    def problem_names(self) -> tuple[str, ...]:
        """Return the datasets, then the training over several of them."""
        return (*self.datasets, *([JOINT] if self.joint is not None else []))

    def methods(self, problem: str) -> tuple[str, ...]:
        """Return the method, its variants and, where it is trained on this dataset, the joint model."""
        if problem == JOINT:
            return (JOINT_METHOD,)
        variants = (f"{OWN}-{name}" for name, variant in self.variants.items() if problem in variant.datasets)
        return (OWN, *variants, *([JOINT_METHOD] if problem in self.joint_datasets() else []))

    def joint_datasets(self) -> tuple[str, ...]:
        """Return the datasets of the joint model."""
        return () if self.joint is None else tuple(self.joint.datasets or self.datasets)

    def seeds(self, problem: str, method: str | None = None) -> int:
        """Return the number of seeds; a variant or the joint model may have fewer than the main method."""
        fewer = None
        if method == JOINT_METHOD and self.joint is not None:
            fewer = self.joint.repeats
        elif method is not None and method.startswith(f"{OWN}-"):
            fewer = self.variant(method).repeats
        return self.repeats if fewer is None else min(fewer, self.repeats)

    def variant(self, method: str) -> Variant:
        """Return what a variant changes; nothing for the method itself."""
        name = method.partition("-")[2]
        return self.variants[name] if name else Variant(datasets=list(self.datasets))

    def needs(self, problem: str, method: str) -> tuple[str, ...]:
        """Return nothing: what a joint forecast reads is the run of another problem, see `wavelit.smk`."""
        return ()

    def training_settings(self, problem: str, method: str) -> dict[str, Any]:
        """Return what a training reads; a forecast of the joint model reads that model and the windows alone."""
        if method == JOINT_METHOD:
            return self._joint() if problem == JOINT else {"windows": self.data_settings(problem)}
        variant, bespoke = self.variant(method), self.datasets[problem]
        base = self.network.changed(bespoke.network)
        network = base.changed(variant.network).changed(variant.by_dataset.get(problem))
        return {
            "network": network.chosen(),
            "equal_to": base.chosen() if variant.equal_size and network != base else None,
            "auxiliary": (variant.auxiliary or self.auxiliary).model_dump(),
            "history": variant.history or self.history,
            "training": self._budget(bespoke.steps, bespoke.batch),
            "windows": self.data_settings(problem),
        }

    def _joint(self) -> dict[str, Any]:
        if self.joint is None:
            return {}
        return {
            "datasets": list(self.joint_datasets()),
            "network": self.network.changed(self.joint.network).chosen(),
            "auxiliary": self.auxiliary.model_dump(),
            "history": self.history,
            "training": self._budget(self.joint.steps, self.joint.batch),
        }

    def _budget(self, steps: int | None, batch: int | None) -> dict[str, Any]:
        changes = {"steps": steps, "batch": batch}
        changed = self.training.model_dump() | {key: value for key, value in changes.items() if value is not None}
        return Training(**changed).model_dump()

    def _networks(self) -> Iterator[tuple[str, str, Network]]:
        """Yield problem, method and network of every training."""
        for problem in self.problem_names():
            for method in self.methods(problem):
                if network := self.training_settings(problem, method).get("network"):
                    yield problem, method, Network(**network)

    def transforms(self) -> Iterator[tuple[str, str, int]]:
        """Yield a dataset, a method that is trained on it, and the levels of its transform."""
        for problem, method, network in self._networks():
            for name in self.joint_datasets() if problem == JOINT else (problem,):
                yield name, method, network.sized().levels

    def misfits(self, data: Data) -> Iterator[str]:
        """Yield a line for whatever cannot work with the data of the preset."""
        yield from misfits(self, data)

    def task(self, problem: str) -> dict[str, Any]:
        """Return what a baseline is told: budget, history and the network whose size it is to match."""
        own = self.training_settings(problem, OWN)
        own["network"] = Network(**own["network"]).countable()
        return {"dataset": problem, **{key: own[key] for key in ("history", "network", "training", "windows")}}

    def data_settings(self, problem: str) -> dict[str, Any]:
        """Return what the published windows depend on; the joint training has none."""
        if problem == JOINT:
            return {}
        histories = [self.variant(method).history for method in self.methods(problem) if method != JOINT_METHOD]
        return {
            "history": max(self.history, *(each or 1 for each in histories)),
            "evaluation": self.evaluation.model_dump(),
        }

    def measurements(self, problem: str) -> dict[str, dict[str, Any]]:
        """Return the measurements: what the data and the transform are like, and costs where they are wanted."""
        if problem == JOINT:
            assert self.joint is not None
            network = self.network.changed(self.joint.network).sized()
            layer = {"width": network.width, "heads": network.heads}
            return {"attention_cost": layer | self.cost.model_dump(include={"tokens", "softmax_tokens", "repeats"})}
        network = self.network.changed(self.datasets[problem].network).sized()
        wavelet = {"wavelet": network.wavelet, "levels": network.levels}
        wanted = self.datasets if self.cost.datasets is None else self.cost.datasets
        return {
            "prior_match": {"history": self.history, **wavelet},
            "round_trip": {"boundary": network.boundary, "repeats": self.cost.repeats, **wavelet},
            **({"training_step": {"steps": self.cost.steps}} if problem in wanted else {}),
        }

    def measured(self, problem: str, measurement: str, seed: int) -> tuple[str, ...]:
        """Return the methods that a measurement looks at; baselines are added by the rule."""
        return (OWN,) if measurement == "training_step" else ()

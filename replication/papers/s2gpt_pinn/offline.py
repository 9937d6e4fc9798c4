"""The offline phase of both arms: a greedy search over the whole parameter grid, then the held-out queries."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.arms import arm
from replication.papers.s2gpt_pinn.meta_network import MetaNetwork
from replication.papers.s2gpt_pinn.neurons import Neurons
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.reduced_basis.columns import evaluate
from replication.reduced_basis.interpolation import Dependent
from replication.runs.outcome import Outcome, Phase, Status
from replication.runs.run import Run
from replication.seeds import generator

log = logging.getLogger(__name__)

PHASES = ("pinn", "precompute", "sweep", "selection")


def build(run: Run) -> Outcome:
    """Build one arm's meta-network and answer the held-out queries with it.

    Greedy: the loss of the present meta-network is minimised for every parameter of the grid; where it ends largest,
    the next neuron is trained. A neuron that is a combination of the others is dropped, said so, and the parameter with
    the next largest loss takes its place. The cost of neurons is what their training took, whoever trained them.
    """
    family = run.settings["family"]
    search = Search(run)
    try:
        search.run(family["neurons"])
    except FloatingPointError as error:
        return Outcome(Status.DIVERGED, str(error), history=search.history, phases=search.phases)
    meta = search.meta
    parameters, points = queries_of(run.evaluation_points(), len(family["parameters"]))
    fitted = meta.fit(torch.as_tensor(parameters))
    solution = _field(search.networks, meta, torch.as_tensor(points)) @ (meta.change @ fitted.coefficients.T)
    outside = int(Parametric.of(family).outside(parameters).sum())
    if outside:
        log.warning("%d of %d queries lie outside the trained parameters", outside, len(parameters))
    return Outcome(
        Status.DONE,
        prediction={"u": solution.T.reshape(-1).numpy()},
        history=search.history,
        weights=search.arrays(),
        architecture={"kind": "meta_network", "arm": run.method, "neuron": search.networks[0].architecture()},
        phases=search.phases,
        parameters=meta.count,
        details={
            "neurons": search.records,
            "dropped": search.dropped,
            "queries": len(parameters),
            "queries_outside": outside,
        },
    )


class Search:
    """The greedy search of one arm."""

    def __init__(self, run: Run) -> None:
        family = run.settings["family"]
        self.meta = MetaNetwork(arm(run.method), family, run.seed)
        self.neurons = Neurons.beside(run.folder, family, run.seed)
        self.grid = torch.as_tensor(self.meta.parametric.grid())
        self.candidates = torch.arange(len(self.grid))
        if self.meta.arm.optimiser == "published" and family["published_share"] < 1:
            random = generator("s2gpt_pinn", family["equation"], "published share")
            chosen = random.permutation(len(self.grid))[: max(1, round(family["published_share"] * len(self.grid)))]
            self.candidates = torch.as_tensor(np.sort(chosen))
        self.networks: list[MLP] = []
        self.records: list[dict[str, Any]] = []
        self.dropped: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []
        self.phases = {name: Phase() for name in PHASES}
        self._kept: dict[str, np.ndarray] = {}

    def run(self, count: int) -> None:
        """Choose, train and add `count` neurons, and sweep the grid with each number of them."""
        first = self.meta.family["first"]
        ranked = [self.meta.parametric.middle().tolist() if first is None else list(first)]
        while self.meta.count < count:
            self._add_first_that_is_new(ranked)
            with self._clock("sweep"):
                losses, coefficients = self._sweep()
            with self._clock("selection"):
                order = losses.argsort(descending=True)
                winner = int(self.candidates[order[0]])
                if self.meta.arm.points == "sparse" and self.meta.count < count:
                    self._add_residual_point(self.grid[winner][None], coefficients[order[0]][None])
            self._note(losses, coefficients, int(order[0]))
            ranked = [self.grid[self.candidates[i]].tolist() for i in order]

    def _add_residual_point(self, parameters: Tensor, coefficients: Tensor) -> None:
        try:
            self.meta.add_residual_point(parameters, coefficients)
        except Dependent as reason:
            log.warning("no residual point with %d neurons: %s", self.meta.count, reason)

    def _add_first_that_is_new(self, ranked: list[list[float]]) -> None:
        for parameters in ranked:
            neuron = self.neurons.neuron(parameters)
            neuron.add_cost(self.phases["pinn"])
            self._use(parameters)
            try:
                with self._clock("precompute"):
                    self.meta.add(neuron.network, parameters)
            except Dependent as reason:
                log.warning("dropping the neuron at %s: %s", parameters, reason)
                self.dropped.append(neuron.summary() | {"reason": str(reason)})
                continue
            self.networks.append(neuron.network)
            self.records.append(neuron.summary())
            return
        raise FloatingPointError(
            f"{self.meta.count} neurons: all others, {len(self.dropped)}, are combinations of them"
        )

    def _use(self, parameters: list[float]) -> None:
        distance = (self.grid[self.candidates] - torch.tensor(parameters, dtype=torch.float64)).abs().amax(dim=1)
        self.candidates = self.candidates[distance > 1e-12]

    def _sweep(self) -> tuple[Tensor, Tensor]:
        fitted = self.meta.fit(self.grid[self.candidates])
        self.phases["sweep"].steps += int(fitted.steps.sum())
        return self.meta.indicator(fitted), fitted.coefficients

    def _note(self, losses: Tensor, coefficients: Tensor, winner: int) -> None:
        n = self.meta.count
        neurons = coefficients @ self.meta.change.T
        self.history.append(
            {
                "phase": "greedy",
                "step": n,
                "loss": float(losses[winner]),
                "loss_median": float(losses.median()),
                "coefficient_sum": float(neurons[winner].sum()),
                **{f"winner_{i}": float(v) for i, v in enumerate(self.grid[self.candidates[winner]])},
                **{name: phase.cpu_s for name, phase in self.phases.items()},
            }
        )
        self._kept[f"swept_{n}"] = self.candidates.numpy().astype(np.int64)
        self._kept[f"coefficients_{n}"] = neurons.numpy()
        self._kept[f"losses_{n}"] = losses.numpy()
        log.info("%d neurons: largest loss %.2e", n, losses[winner])

    def arrays(self) -> dict[str, np.ndarray]:
        """Return neurons, points and the coefficients of every sweep (in the neurons themselves)."""
        weights = {
            f"neuron_{i}.{name}": tensor.numpy()
            for i, network in enumerate(self.networks)
            for name, tensor in network.state_dict().items()
        }
        points = self.meta.points()
        return (
            weights
            | self._kept
            | {
                "parameters": np.array(self.meta.parameters),
                "interpolation_points": np.array(self.meta.space.points),
                "residual_points": np.array(self.meta.residual_points, dtype=np.int64),
                "points": np.arange(len(self.meta.columns.points)) if points is None else np.array(points),
                "change": self.meta.change.numpy(),
            }
        )

    @contextmanager
    def _clock(self, name: str) -> Iterator[None]:
        phase = self.phases[name]
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            phase.wall_s += time.perf_counter() - wall
            phase.cpu_s += time.process_time() - cpu


def _field(networks: list[MLP], meta: MetaNetwork, points: Tensor) -> Tensor:
    """Return the neurons' values (N, n) at points (N, d)."""
    problem = meta.parametric.at(meta.parametric.middle())
    return torch.stack([evaluate(network, problem, points, problem.fields)["u"] for network in networks], dim=1)

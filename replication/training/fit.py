"""Trains a small network: Adam, then L-BFGS, with a history, checkpoints and honest clocks."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from torch import Tensor

from replication.networks.flat import flatten, load_flat
from replication.runs.outcome import Phase
from replication.runs.progress import Progress
from replication.training.checkpoint import Checkpoint, adam_state, restore_adam
from replication.training.gradient import LossAndGradient
from replication.training.lbfgs import LBFGS
from replication.training.objective import Objective
from replication.training.settings import Training
from replication.training.snapshots import Snapshots

log = logging.getLogger(__name__)

ADAM = "adam"
L_BFGS = "lbfgs"


class Diverged(Exception):
    """The loss is no longer finite; `fit` holds the history up to there."""

    def __init__(self, fit: "Fit", phase: str, step: int) -> None:
        super().__init__(f"loss is not finite at {phase} step {step}")
        self.fit = fit


@dataclass
class Fit:
    """One training: `run` leaves the trained weights in the objective's network.

    Everything that the next step depends on is in the checkpoint, so a training that was killed ends with the bits of
    one that was not. `lbfgs_stop` says why L-BFGS ended.
    """

    objective: Objective
    settings: Training
    checkpoint: Checkpoint
    snapshots: Snapshots | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    phases: dict[str, Phase] = field(default_factory=lambda: {ADAM: Phase(), L_BFGS: Phase()})
    compile_wall_s: float = 0.0
    lbfgs_stop: str = ""
    lbfgs_evaluations: int = 0

    def run(self) -> None:
        """Train to the end of both budgets, or from where a checkpoint left off. Raises Diverged."""
        terms = ", ".join(self.objective.names)
        log.info("training %d weights on %s", flatten(self.objective.network).numel(), terms)
        self._function = LossAndGradient(self.objective, compiled=self.settings.compiled)
        if self._function.compiled:
            log.info("compiled in %.1f s", self._function.compile_wall_s)
        self._progress = Progress()
        saved = self.checkpoint.load()
        tensors: dict[str, Tensor] = {}
        if saved is not None:
            tensors, header = saved
            log.info("going on from a checkpoint")
            self.history = header["history"]
            self.phases = {name: Phase(**phase) for name, phase in header["phases"].items()}
            self.compile_wall_s = header["compile_wall_s"]
        elif self.snapshots is not None:
            self.snapshots.clear()
        self.compile_wall_s += self._function.compile_wall_s
        if "changes" in tensors:
            point = tensors["point"]
        else:
            point, tensors = self._adam(tensors), {}
        load_flat(self.objective.network, self._lbfgs(point, tensors))

    def _adam(self, tensors: dict[str, Tensor]) -> Tensor:
        parameter = torch.nn.Parameter(tensors.pop("point", flatten(self.objective.network)))
        budget, phase = self.settings.adam, self.phases[ADAM]
        optimiser = torch.optim.Adam([parameter], lr=budget.learning_rate)
        if tensors:
            restore_adam(optimiser, tensors)
        with self._clock(phase) as tick:
            while phase.steps < budget.steps:
                self._keep(phase.steps, parameter.data)
                loss, terms, parameter.grad = self._function(parameter.data)
                value = float(loss)
                if phase.steps % self.settings.log_every == 0:
                    self._log(ADAM, phase.steps, value, terms, parameter.grad, budget.learning_rate)
                if not isfinite(value):
                    raise Diverged(self, ADAM, phase.steps)
                optimiser.step()
                phase.steps += 1
                self._progress.report(ADAM, phase.steps, budget.steps, value)
                if self.checkpoint.due():
                    tick()
                    self._save({"point": parameter.data, **adam_state(optimiser)})
        self._keep(phase.steps, parameter.data)
        return parameter.data.clone()

    def _lbfgs(self, point: Tensor, tensors: dict[str, Tensor]) -> Tensor:
        budget, phase = self.settings.lbfgs, self.phases[L_BFGS]
        if budget.iterations == 0:
            return point
        last_terms = torch.empty(0)

        def function(flat: Tensor) -> tuple[float, Tensor]:
            nonlocal last_terms
            loss, last_terms, gradient = self._function(flat)
            return float(loss), gradient

        with self._clock(phase) as tick:
            if tensors:
                optimiser = LBFGS.from_state(function, tensors, budget.history)
            else:
                optimiser = LBFGS(function, point, budget.history)
                if not isfinite(optimiser.loss):
                    raise Diverged(self, L_BFGS, 0)
                self._log(L_BFGS, 0, optimiser.loss, last_terms, optimiser.gradient, 1.0)
            while optimiser.iterations < budget.iterations:
                if not optimiser.advance():
                    self.lbfgs_stop = f"no step lowers the loss after {optimiser.iterations} iterations"
                    break
                phase.steps = optimiser.iterations
                if phase.steps % self.settings.log_every == 0:
                    self._log(L_BFGS, phase.steps, optimiser.loss, last_terms, optimiser.gradient, 1.0)
                self._progress.report(L_BFGS, phase.steps, budget.iterations, optimiser.loss)
                if self.checkpoint.due():
                    tick()
                    self._save(optimiser.state())
        self.lbfgs_stop = self.lbfgs_stop or "budget used"
        self.lbfgs_evaluations = optimiser.evaluations
        return optimiser.point

    def _log(self, phase: str, step: int, loss: float, terms: Tensor, gradient: Tensor, rate: float) -> None:
        row: dict[str, Any] = {"phase": phase, "step": step, "loss": loss}
        row |= {f"loss_{name}": float(term) for name, term in zip(self.objective.names, terms, strict=True)}
        self.history.append(row | {"learning_rate": rate, "gradient_norm": float(gradient.norm())})

    def _keep(self, step: int, point: Tensor) -> None:
        if self.snapshots is not None:
            self.snapshots.keep(step, self.settings.adam.steps, point)

    def _save(self, tensors: dict[str, Tensor]) -> None:
        header = {
            "history": self.history,
            "phases": {name: vars(phase) for name, phase in self.phases.items()},
            "compile_wall_s": self.compile_wall_s,
        }
        self.checkpoint.save(tensors, header)

    @contextmanager
    def _clock(self, phase: Phase) -> Iterator[Any]:
        """Add the time spent inside to `phase`; the function given back adds what has passed so far."""
        wall, cpu = time.perf_counter(), time.process_time()

        def tick() -> None:
            nonlocal wall, cpu
            now_wall, now_cpu = time.perf_counter(), time.process_time()
            phase.wall_s += now_wall - wall
            phase.cpu_s += now_cpu - cpu
            wall, cpu = now_wall, now_cpu

        try:
            yield tick
        finally:
            tick()

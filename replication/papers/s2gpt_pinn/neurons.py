"""Full PINNs as neurons: trained once, kept with their cost, shared by all arms of a seed."""

import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from threadpoolctl import threadpool_limits

from replication.networks.enclosed import Enclosed
from replication.networks.flat import flatten, load_flat
from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.problems.problem import Problem
from replication.provenance.code_version import code_version
from replication.provenance.manifest import settings_hash
from replication.runs.outcome import Phase
from replication.seeds import derived_seed, generator
from replication.storage.atomic import replacing, write_json
from replication.storage.lock import only_writer
from replication.training.checkpoint import Checkpoint
from replication.training.fit import Diverged, Fit
from replication.training.gauss_newton import GaussNewton
from replication.training.least_squares import LeastSquares
from replication.training.objective import Objective
from replication.training.settings import Training

log = logging.getLogger(__name__)

NEURONS = "neurons"
ATTEMPTS, FAR = 3, 1e4
"""Trainings from other first weights at most, as long as one stalls further above the tolerance than this factor."""
PATIENCE = 20
"""Draws within which the loss on fresh points has to fall by a fifth."""


@dataclass(frozen=True)
class Neuron:
    """A trained full PINN in float64, what it cost and why its training ended."""

    network: MLP
    record: Mapping[str, Any]

    def add_cost(self, phase: Phase) -> None:
        """Add what its training took, whoever trained it."""
        phase.wall_s += self.record["wall_s"]
        phase.cpu_s += self.record["cpu_s"]
        phase.steps += self.record["steps"]

    def summary(self) -> dict[str, Any]:
        """Return what a run that uses it keeps of its record; `folder` is its name in the folder of neurons."""
        names = ("folder", "stop", "loss", "wall_s", "cpu_s", "steps")
        return {"parameters": list(self.record["parameters"].values()), **{name: self.record[name] for name in names}}


@dataclass(frozen=True)
class Neurons:
    """The neurons of one family and seed, in folders named by what they depend on: settings, code, precision."""

    folder: Path
    family: Mapping[str, Any]
    seed: int

    @classmethod
    def beside(cls, run: Path, family: Mapping[str, Any], seed: int) -> "Neurons":
        """Return the neurons that the run in folder `run` shares with all others of its paper and hardware."""
        return cls(run.parents[2] / NEURONS, family, seed)

    def neuron(self, parameters: Sequence[float]) -> Neuron:
        """Return the neuron at `parameters`, trained now if nobody has yet; another process's training is waited for.

        Raises FloatingPointError where its training diverges.
        """
        key = self._key(parameters)
        home = self.folder / settings_hash(key)
        with only_writer(home):
            if not (home / "neuron.json").is_file():
                log.info("training the neuron at %s", ", ".join(f"{value:.4g}" for value in parameters))
                with threadpool_limits(1):  # two threads sum in another order than one, and spin while they wait
                    self._train(key, home)
        record = json.loads((home / "neuron.json").read_text(encoding="utf-8"))
        network = self._network(Parametric.of(self.family).at(parameters)).double()
        network.load_state_dict(load_file(home / "model.safetensors"))
        return Neuron(network.requires_grad_(False), record)

    def _key(self, parameters: Sequence[float]) -> dict[str, Any]:
        names = ("equation", "derivatives", "hidden", "activation", "enclosed", "trainer")
        return {
            **{name: self.family[name] for name in names},
            "parameters": {
                name: float(value) for name, value in zip(self.family["parameters"], parameters, strict=True)
            },
            "seed": self.seed,
            "dtype": "float64" if self.family["trainer"]["kind"] == "gauss_newton" else self._training().dtype,
            "code": code_version(__name__, f"replication.problems.{self.family['equation']}"),
        }

    def _training(self) -> Training:
        return Training.model_validate(self.family["trainer"]["training"])

    def _network(self, problem: Problem, attempt: int = 0) -> MLP:
        kind = Enclosed if self.family["enclosed"] else MLP
        network = kind(problem.low, problem.high, self.family["hidden"], 1, self.family["activation"])
        axes = (self.seed, attempt) if attempt else (self.seed,)
        seed = derived_seed("s2gpt_pinn", self.family["equation"], "weights", *axes)
        return network.initialise(torch.Generator().manual_seed(seed))

    def _train(self, key: Mapping[str, Any], home: Path) -> None:
        problem = Parametric.of(self.family).at(list(key["parameters"].values()))
        trainer, spent = self.family["trainer"], dict.fromkeys(("wall_s", "cpu_s", "steps"), 0.0)
        for attempt in range(ATTEMPTS):
            checkpoint = Checkpoint(home / "checkpoint.safetensors", settings_hash({**key, "attempt": attempt}))
            if trainer["kind"] == "gauss_newton":
                network, cost = self._by_gauss_newton(problem, checkpoint, attempt)
            else:
                network, cost = self._by_gradients(problem, checkpoint)
            spent = {name: known + cost[name] for name, known in spent.items()}
            stalled = trainer["kind"] == "gauss_newton" and cost["steps"] < trainer["steps"]
            if not stalled or cost["fresh_losses"][-1] <= FAR * trainer["tolerance"]:
                break
            log.info("loss on fresh points %.1e after attempt %d", cost["fresh_losses"][-1], attempt + 1)
        cost |= {**spent, "steps": int(spent["steps"]), "attempts": attempt + 1}
        with replacing(home / "model.safetensors") as path:
            save_file(network.double().state_dict(), path)
        parameters = sum(parameter.numel() for parameter in network.parameters())
        loss = cost["fresh_losses"][-1] if cost["fresh_losses"] else None
        write_json(home / "neuron.json", {**key, **cost, "folder": home.name, "loss": loss, "weights": parameters})
        checkpoint.remove()

    def _by_gauss_newton(self, problem: Problem, checkpoint: Checkpoint, attempt: int) -> tuple[MLP, dict[str, Any]]:
        """Levenberg-Marquardt on points that are drawn anew every few steps.

        The loss on points just drawn is one on points never trained on. Draws are small, and steps cheap, until it
        falls no more; with full draws training ends when it is below the tolerance or falls no more either. The first
        draws may march in time, each reaching further than the one before, so that early times are learnt first.
        """
        settings = self.family["trainer"]
        network = self._network(problem, attempt).double()

        def draw(number: int, early: bool) -> LeastSquares:
            random = generator("s2gpt_pinn", self.family["equation"], "points", self.seed, number)
            share = settings["early_share"] if early else 1.0
            counts = {name: max(1, round(share * count)) for name, count in settings["conditions"].items()}
            conditions = problem.conditions(counts, random) if counts else {}
            weights = {"residual": 1.0} | dict.fromkeys(conditions, settings["condition_weight"])
            collocation = problem.collocation(max(1, round(share * settings["collocation"])), random)
            reach = min(1.0, (number + 1) / settings["marching_draws"])
            collocation[:, -1] = problem.low[-1] + reach * (collocation[:, -1] - problem.low[-1])
            return LeastSquares(problem, network, collocation, conditions, weights)

        tensors, header = checkpoint.load() or ({}, {"fresh": [], "small": None, "wall_s": 0.0, "cpu_s": 0.0})
        fresh: list[float] = header["fresh"]
        small: int | None = header["small"]  # number of small draws, once they are over
        wall, cpu = time.perf_counter() - header["wall_s"], time.process_time() - header["cpu_s"]
        function = draw(len(fresh), small is None)
        optimiser = GaussNewton.from_state(function, tensors) if tensors else GaussNewton(function, flatten(network))
        stop = f"all {settings['steps']} steps made"
        while optimiser.steps < settings["steps"]:
            stuck = not optimiser.advance()
            if not stuck and optimiser.steps % settings["resample_every"]:
                continue
            optimiser.replace(draw(len(fresh) + 1, small is None))
            fresh.append(optimiser.loss)
            if len(fresh) < settings["marching_draws"]:
                continue
            reason = _reason_to_stop(fresh[small or settings["marching_draws"] - 1 :], settings["tolerance"])
            half = 2 * optimiser.steps >= settings["steps"]
            if small is None and fresh[-1] > settings["tolerance"] and (reason or half):
                small = len(fresh)
                optimiser.replace(draw(small, early=False))
            elif reason:
                stop = reason
                break
            if checkpoint.due():
                spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
                checkpoint.save(optimiser.state(), {"fresh": fresh, "small": small, **spent})
        load_flat(network, optimiser.point)
        return network, {
            "wall_s": time.perf_counter() - wall,
            "cpu_s": time.process_time() - cpu,
            "steps": optimiser.steps,
            "stop": stop,
            "fresh_losses": fresh,
        }

    def _by_gradients(self, problem: Problem, checkpoint: Checkpoint) -> tuple[MLP, dict[str, Any]]:
        settings, training = self.family["trainer"], self._training()
        torch.set_default_dtype(getattr(torch, training.dtype))
        try:
            network = self._network(problem)
            random = generator("s2gpt_pinn", self.family["equation"], "points", self.seed, 0)
            conditions = problem.conditions(settings["conditions"], random) if settings["conditions"] else {}
            weights = {"residual": 1.0} | dict.fromkeys(conditions, settings["condition_weight"])
            collocation = problem.collocation(settings["collocation"], random)
            fit = Fit(Objective(problem, network, collocation, conditions, weights), training, checkpoint)
            fit.run()
        except Diverged as error:
            raise FloatingPointError(str(error)) from error
        finally:
            torch.set_default_dtype(torch.float32)
        phases = fit.phases.values()
        return network, {
            "wall_s": sum(phase.wall_s for phase in phases),
            "cpu_s": sum(phase.cpu_s for phase in phases),
            "steps": sum(phase.steps for phase in phases),
            "stop": fit.lbfgs_stop or "all steps made",
            "fresh_losses": [],
        }


def _reason_to_stop(fresh: Sequence[float], tolerance: float) -> str:
    """Say why training ends at these losses on fresh points; empty if it goes on."""
    if not isfinite(fresh[-1]):
        raise FloatingPointError("loss is not finite")
    if fresh[-1] <= tolerance:
        return f"loss on fresh points below {tolerance:g}"
    if len(fresh) > PATIENCE and min(fresh[-PATIENCE:]) > 0.8 * min(fresh[:-PATIENCE]):
        return f"loss on fresh points fell by less than a fifth in {PATIENCE} draws"
    return ""

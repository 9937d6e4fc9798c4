"""Trains a forecasting network, for one dataset or several: AdamW, warm-up and cosine, clipped, averaged weights."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from replication.errors import UserError
from replication.forecasting import processes
from replication.forecasting.memory import PREPARING, within_memory
from replication.forecasting.samples import Batch, Samples
from replication.forecasting.settings import Training
from replication.forecasting.validation import vrmse
from replication.runs.outcome import Phase
from replication.runs.progress import Progress
from replication.seeds import derived_seed, generator
from replication.training.checkpoint import Checkpoint

log = logging.getLogger(__name__)

ADAMW, VALIDATION = "adamw", "validation"

Forward = Callable[[str, Tensor], Tensor]
"""(name of the dataset, inputs) -> normalised change."""
Loss = Callable[[Tensor, Tensor], Tensor]
"""(normalised change, its target), each (B, C, H, W), zero inside solids -> a number."""


class Diverged(Exception):
    """The loss is no longer finite."""


@dataclass
class ForecastFit:
    """One training; `run` leaves the weights that did best on validation in `network`.

    A step's batch depends on its number and the seed alone, so a training that goes on from its checkpoint ends with
    the bits of one that was never killed. Several datasets take turns in random order, each equally often. The loss is
    the mean square of the normalised change, so that fields count alike whatever their units, plus the dataset's
    `auxiliary` loss if it has one.
    """

    network: nn.Module
    forward: Forward
    training: Mapping[str, Samples]
    validation: Mapping[str, Samples]
    settings: Training
    seed: tuple[str | int, ...]
    checkpoint: Checkpoint
    device: str = "cpu"
    auxiliary: Mapping[str, Loss | None] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    phases: dict[str, Phase] = field(default_factory=lambda: {ADAMW: Phase(), VALIDATION: Phase()})
    best: float = math.inf
    best_step: int = 0

    def run(self) -> None:
        """Train to the end of the budget. Raises Diverged or OutOfMemory."""
        with within_memory(PREPARING, self.device):
            self.prepare()
            self._start()
            windows = self.settings.validation_windows
            self._held_out = {name: each.spread(windows) for name, each in self.validation.items()}
        progress, phase = Progress(), self.phases[ADAMW]
        while phase.steps < self.settings.steps:
            step = phase.steps
            if step % self.settings.validate_every == 0:
                scores = self._validate(step)
            with self._clock(ADAMW):
                loss, terms, norm, name = self.step(step)
            if step % self.settings.log_every == 0:
                looked = scores if step % self.settings.validate_every == 0 else {}
                self._log(step, loss, terms, norm, name, looked)
            if not math.isfinite(loss):
                raise Diverged(f"loss is not finite at step {step}")
            phase.steps += 1
            progress.report(ADAMW, phase.steps, self.settings.steps, loss)
            if phase.steps < self.settings.steps and self.checkpoint.due() and processes.RANK == 0:
                self._save()
        self._log(phase.steps, loss, terms, norm, name, self._validate(phase.steps))
        self._load(self._best_weights)
        self.network.eval()

    def prepare(self) -> None:
        """Make the optimiser and the averaged weights. UserError where a batch cannot be shared out evenly."""
        parts = self.settings.accumulation * processes.COUNT
        if self.settings.batch % parts:
            raise UserError(
                f"training.batch = {self.settings.batch}: {self.settings.accumulation} parts for each of "
                f"{processes.COUNT} processes are not equal; take a multiple of {parts}"
            )
        torch.backends.cudnn.allow_tf32 = False  # convolutions in f32 are to be f32 on GPUs, too
        self.network.train()
        self._parameters = {name: p for name, p in self.network.named_parameters() if p.requires_grad}
        self._optimiser = self._adamw()
        self._average = self._weights()
        self._best_weights = self._weights()

    def rate(self, step: int) -> float:
        """Return the learning rate: a linear rise to the peak, then half a cosine down to the final rate."""
        settings = self.settings
        rise = math.ceil(settings.warm_up * settings.steps)
        if step < rise:
            return settings.peak_rate * (step + 1) / rise
        share = (step - rise) / max(1, settings.steps - rise - 1)
        fall = (1 + math.cos(math.pi * share)) / 2
        return settings.final_rate + (settings.peak_rate - settings.final_rate) * fall

    def loss(self, name: str, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the loss and its auxiliary part."""
        device_type = torch.device(self.device).type
        with torch.autocast(device_type, torch.bfloat16, enabled=self.settings.precision == "bf16"):
            output = self.forward(name, batch.inputs)
        counts = 1.0 if batch.counts is None else batch.counts
        output, target = output.float() * counts, batch.target * counts
        extra = self.auxiliary.get(name)
        auxiliary = output.new_zeros(()) if extra is None else extra(output, target)
        return (output - target).square().mean() + auxiliary, auxiliary

    def step(self, step: int) -> tuple[float, float, float, str]:
        """Make step number `step`; returns loss, auxiliary part, norm of the gradient and the dataset."""
        settings, name = self.settings, self._turn(step)
        torch.manual_seed(derived_seed(*self.seed, "network", step))
        for group in self._optimiser.param_groups:
            group["lr"] = self.rate(step)
        self._optimiser.zero_grad(set_to_none=True)
        values = torch.zeros(2, device=self.device)
        size = settings.batch // settings.accumulation // processes.COUNT
        with within_memory(self._smaller(), self.device):
            batch = self.training[name].drawn(step, settings.batch, *self.seed, name)
            mine = batch.part(processes.share(settings.batch))
            for start in range(0, len(mine.target), size):
                part = mine.part(slice(start, start + size))
                loss, auxiliary = self.loss(name, part)
                weight = len(part.target) / settings.batch
                (weight * loss).backward()
                values += weight * torch.stack([loss.detach(), auxiliary.detach()])
        processes.sum_gradients(self._parameters.values())
        with within_memory(self._smaller(), self.device):  # the optimiser's moments are made in the first step
            norm = nn.utils.clip_grad_norm_(self._parameters.values(), settings.clip)
            self._optimiser.step()
            self._take_average(step)
        loss_value, auxiliary_value = processes.total(values).tolist()
        return loss_value, auxiliary_value, float(norm), name

    def _turn(self, step: int) -> str:
        names = list(self.training)
        turn = generator(*self.seed, "turns", step // len(names)).permutation(len(names))
        return names[turn[step % len(names)]]

    def _smaller(self) -> str:
        settings = self.settings
        told = f"out of memory at batch {settings.batch} in {settings.accumulation} parts"
        parts = [n for n in range(settings.accumulation + 1, settings.batch + 1) if settings.batch % n == 0]
        if not parts:
            return f"{told}; one sample does not fit, take a smaller network"
        return f"{told}; set training.accumulation: {parts[0]}, which computes the same batch in smaller parts"

    def _adamw(self) -> torch.optim.AdamW:
        decayed = [p for p in self._parameters.values() if p.ndim > 1]
        free = [p for p in self._parameters.values() if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": self.settings.weight_decay},
            {"params": free, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.settings.peak_rate, betas=(0.9, self.settings.second_moment))

    def _weights(self) -> dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self.network.state_dict().items()}

    def _load(self, weights: dict[str, Tensor]) -> None:
        self.network.load_state_dict(weights)

    @torch.no_grad()
    def _take_average(self, step: int) -> None:
        """Move the averaged weights towards the current ones; in the first steps they follow faster."""
        decay = min(self.settings.averaging, (1 + step) / (10 + step))
        for name, tensor in self.network.state_dict().items():
            if tensor.is_floating_point():
                self._average[name].lerp_(tensor, 1 - decay)
            else:
                self._average[name].copy_(tensor)

    def _validate(self, step: int) -> dict[str, float]:
        """Return the VRMSE of the averaged weights on each validation set, and keep them if they are the best."""
        current = self._weights()
        inside = within_memory(self._smaller(), self.device)
        with self._clock(VALIDATION), inside, torch.inference_mode():
            self._load(self._average)
            self.network.eval()
            scores = {name: self._score(name, batch) for name, batch in self._held_out.items()}
            self.network.train()
            self._load(current)
        together = float(np.exp(np.mean(np.log(np.maximum(list(scores.values()), 1e-12)))))
        if together < self.best:
            self.best, self.best_step = together, step
            self._best_weights = {name: tensor.clone() for name, tensor in self._average.items()}
        return {"": together, **scores}

    def _score(self, name: str, batch: Batch) -> float:
        size, samples = self.settings.batch // self.settings.accumulation, self.validation[name]
        starts = range(0, len(batch.target), size)
        parts = (batch.part(slice(start, start + size)).to(self.device) for start in starts)
        errors = torch.cat([vrmse(self.forward(name, part.inputs).float(), part, samples) for part in parts])
        return float(errors.mean(dim=1).median())

    def _log(
        self, step: int, loss: float, auxiliary: float, norm: float, dataset: str, scores: dict[str, float]
    ) -> None:
        row: dict[str, Any] = {"phase": ADAMW, "step": step, "loss": loss, "loss_auxiliary": auxiliary}
        row |= {"learning_rate": self.rate(min(step, self.settings.steps - 1)), "gradient_norm": norm}
        row |= {"seconds": self._seconds(), "validation_vrmse": scores.get("")}
        if len(self.training) > 1:
            row |= {"dataset": dataset, **{f"validation_vrmse_{name}": scores.get(name) for name in self.validation}}
        self.history.append(row)

    def _seconds(self) -> float:
        """Return how long was trained: CPU seconds on a CPU, which others may share, else wall seconds."""
        phase = self.phases[ADAMW]
        return phase.cpu_s if self.device == "cpu" else phase.wall_s

    def _save(self) -> None:
        named: dict[Any, str] = {parameter: name for name, parameter in self._parameters.items()}
        moments = {
            f"optimiser/{key}/{named[parameter]}": value
            for parameter, state in self._optimiser.state.items()
            for key, value in state.items()
        }
        groups = {"weights": self._weights(), "average": self._average, "best": self._best_weights}
        tensors = {f"{group}/{name}": tensor for group, each in groups.items() for name, tensor in each.items()}
        header = {
            "history": self.history,
            "phases": {name: vars(phase) for name, phase in self.phases.items()},
            "best": self.best,
            "best_step": self.best_step,
        }
        self.checkpoint.save(tensors | moments, header)

    def _start(self) -> None:
        """Go on from a checkpoint if there is one."""
        saved = self.checkpoint.load()
        if saved is None:
            return
        tensors, header = saved
        log.info("going on from a checkpoint")
        self.history, self.best, self.best_step = header["history"], header["best"], header["best_step"]
        self.phases = {name: Phase(**phase) for name, phase in header["phases"].items()}
        groups: dict[str, dict[str, Tensor]] = {"weights": {}, "average": {}, "best": {}}
        for path, tensor in tensors.items():
            group, _, rest = path.partition("/")
            if group == "optimiser":
                key, _, name = rest.partition("/")
                # AdamW counts a parameter's steps on the CPU
                value = tensor.cpu() if key == "step" else tensor
                self._optimiser.state[self._parameters[name]][key] = value
            else:
                groups[group][rest] = tensor
        self._load(groups["weights"])
        self._average, self._best_weights = groups["average"], groups["best"]

    @contextmanager
    def _clock(self, phase: str) -> Iterator[None]:
        """Add the time spent inside to a phase."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.phases[phase].wall_s += time.perf_counter() - wall
            self.phases[phase].cpu_s += time.process_time() - cpu

"""How the gradients of the loss terms behave along a training."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from replication.training.objective import Objective

EARLY = 0.1
LATE = 0.5


@dataclass(frozen=True)
class TermGradients:
    """Gradients of every loss term at one point of a training: `samples[term]` is (B, P), one row a resampled batch."""

    samples: Mapping[str, Tensor]

    def variance(self, term: str) -> float:
        """Return Σ|g_b - ḡ|² / (B - 1) / |ḡ|²: the variance over batches over the squared norm of their mean."""
        sample = self.samples[term]
        mean = sample.mean(dim=0)
        return float((sample - mean).square().sum() / (len(sample) - 1) / mean.square().sum())

    def cosine(self, one: str, other: str) -> float:
        """Return the cosine between the mean gradients of two terms."""
        return float(torch.cosine_similarity(self.samples[one].mean(dim=0), self.samples[other].mean(dim=0), dim=0))

    def shares(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Return each term's share |w ḡ| / Σ|w ḡ| in the summed norms of the weighted mean gradients."""
        norms = {term: weights[term] * float(sample.mean(dim=0).norm()) for term, sample in self.samples.items()}
        total = sum(norms.values())
        return {term: norm / total for term, norm in norms.items()}

    def pairs(self) -> list[tuple[str, str]]:
        """Return every pair of terms, in the order of the loss."""
        return list(combinations(self.samples, 2))


def term_gradients(objectives: Iterable[Objective], flat: Tensor) -> TermGradients:
    """Return the gradients of every unweighted term at parameters `flat` (P,), one row for each objective.

    The objectives differ in their points alone.
    """
    samples: dict[str, list[Tensor]] = {}
    for objective in objectives:
        point = flat.clone().requires_grad_()
        terms = objective.terms(point, objective.data)
        for name, term in zip(objective.names, terms, strict=True):
            (gradient,) = torch.autograd.grad(term, point, retain_graph=True)
            samples.setdefault(name, []).append(gradient)
    return TermGradients({name: torch.stack(gradients) for name, gradients in samples.items()})


def phase_of(step: int, steps: int) -> str | None:
    """Return `early` for the first tenth of `steps`, `late` for the second half, None between them."""
    if step <= EARLY * steps:
        return "early"
    return "late" if step >= LATE * steps else None

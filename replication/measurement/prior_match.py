"""How well a dataset matches WaveLiT's prior, seen from the data alone: two scores of at most 1.

- Linear prediction: R² of the best linear forecast from 5x5 points of the history, fitted to hundreds of points a
  weight. Waves and diffusion are linear; chaotic advection is not.
- Wavelet energy: share of the energy of the change to the next frame that its largest 5 % of wavelet coefficients
  hold, mean over windows and fields. White noise has about a quarter; a few edges nearly all.

Both scores are ours, and both look at the training split.
"""

import torch
from torch import Tensor

from replication.forecasting.linear_stencil import fitted
from replication.forecasting.samples import Samples
from replication.networks.wavelet import WaveletTransform

WINDOWS = 64
"""Windows that a score looks at, evenly spread over the split."""
LARGEST = 0.05


def linear_prediction(samples: Samples) -> float:
    """Return R² = 1 - Σ (y - ŷ)² / Σ (y - ȳ)² of the normalised change, ȳ the mean of each frame and field."""
    predictor, batch = fitted(samples), samples.spread(WINDOWS)
    counts = torch.ones_like(batch.target[:, :1]) if batch.counts is None else batch.counts
    error = spread = 0.0
    for place in range(len(batch.target)):
        target, weight = batch.target[place].double(), counts[place].double()
        with torch.no_grad():
            predicted = predictor(batch.inputs[place : place + 1].double())[0]
        mean = (weight * target).sum(dim=(-2, -1), keepdim=True) / weight.sum()
        error += float((weight * (target - predicted) ** 2).sum())
        spread += float((weight * (target - mean) ** 2).sum())
    return 1 - error / spread


def wavelet_energy(samples: Samples, transform: WaveletTransform) -> float:
    """Return the share of the change's energy in its largest coefficients, mean over windows and fields that move."""
    return float(compaction(samples.spread(WINDOWS).target, transform))


def compaction(change: Tensor, transform: WaveletTransform) -> Tensor:
    """Return the mean over (B, C) of the energy share of the largest 5 % of coefficients of fields (B, C, H, W)."""
    coefficients = transform.analyse(change.double())
    bands = [coefficients.approximation.flatten(2), *(detail.flatten(2) for detail in coefficients.details)]
    energy = torch.cat(bands, dim=-1).square().sort(dim=-1, descending=True).values
    total = energy.sum(dim=-1)
    share = energy[..., : max(1, round(LARGEST * energy.shape[-1]))].sum(dim=-1) / total
    return share[total > 0].mean()

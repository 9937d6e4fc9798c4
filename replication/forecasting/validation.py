"""The score that picks weights during training: the VRMSE of one step, on windows of the validation split."""

import torch
from torch import Tensor

from replication.forecasting.samples import Batch, Samples
from replication.measurement.vrmse import FLOOR


def vrmse(output: Tensor, batch: Batch, samples: Samples) -> Tensor:
    """Return the VRMSE (B, C) of the frames that a network's output (B, C, H, W) means, in physical units, float64.

    The same number as `measurement/vrmse.py` gives for the frames; points inside solids do not count.
    """
    scaling, fields = samples.scaling, samples.shape.fields
    std, rms_delta = (each.to(output.device, torch.float64)[:, None, None] for each in (scaling.std, scaling.rms_delta))
    output, target = output.double(), batch.target.double()
    last = batch.inputs[:, (samples.history - 1) * fields : samples.history * fields].double()
    truth = last * std + target * rms_delta
    counts = torch.ones_like(truth[:, :1]) if batch.counts is None else batch.counts.double()
    points = counts.sum(dim=(-2, -1))
    error = ((output - target) * rms_delta * counts).square().sum(dim=(-2, -1)) / points
    centred = (truth - (truth * counts).sum(dim=(-2, -1), keepdim=True) / points[..., None, None]) * counts
    variance = centred.square().sum(dim=(-2, -1)) / (points - 1)
    return (error / (variance + FLOOR)).sqrt()

"""The auxiliary loss in the wavelet domain.

With r = W(prediction) - W(target), the wavelet coefficients of the error of the normalised change, and a weight w for
each band of each field:

    l2 = λ mean r²,    l1 = λ mean |r|,    weighted_l2 = λ mean (w r)²,    weighted_l1 = λ mean |w r|.

The mean runs over all coefficients of all bands. w is one over the standard deviation of that band of the target on the
training split, and 1 for the smooth band, so that fine scales, which hold little energy, count as much as coarse ones.
The transform is orthonormal, hence l2 is λ times the mean square error itself (Parseval) and can change nothing but the
learning rate. That the paper's loss is weighted_l1 with λ = 0.1 is assumed: its abstract names the domain alone.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from replication.errors import UserError
from replication.networks.wavelet import WaveletTransform

KINDS = ("l2", "l1", "weighted_l2", "weighted_l1")

SMALLEST_SPREAD = 1e-2
"""Bands of smaller standard deviation count as if they had this one, in units of the field's root mean square change.

Assumed; without it, a band that holds nothing but rounding errors would rule the loss.
"""


def wavelet_loss(kind: str, weight: float, transform: WaveletTransform, targets: Tensor) -> "WaveletLoss | None":
    """Return the loss that a preset's block `auxiliary` means, weighted by targets (N, C, H, W) of the training split.

    None for kind `none`. UserError for an unknown kind.
    """
    if kind == "none":
        return None
    return WaveletLoss(kind, weight, transform, detail_weights(targets, transform))


class WaveletLoss:
    """(prediction, target), each (B, C, H, W) -> the auxiliary loss, whose transform must be orthonormal.

    `weights` has the detail weights of each level, (C, 3), finest first; the unweighted kinds need none.
    """

    def __init__(
        self, kind: str, weight: float, transform: WaveletTransform, weights: Sequence[Tensor] | None = None
    ) -> None:
        if kind not in KINDS:
            raise UserError(f"auxiliary.kind: {kind!r} is unknown; allowed are none, {', '.join(KINDS)}")
        if kind.startswith("weighted") and weights is None:
            raise ValueError(f"{kind} needs the weights of the bands")
        self._squared, self._weight, self._transform = kind.endswith("l2"), weight, transform
        self._weights = weights if weights is not None and kind.startswith("weighted") else None

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        error = self._transform.analyse(prediction - target)
        details = error.details
        if self._weights is not None:
            details = [
                detail * weight.to(detail)[..., None, None]
                for detail, weight in zip(details, self._weights, strict=True)
            ]
        bands = [error.approximation, *details]
        sums = torch.stack([(band.square() if self._squared else band.abs()).sum() for band in bands])
        return self._weight * sums.sum() / sum(band.numel() for band in bands)


def detail_weights(target: Tensor, transform: WaveletTransform) -> list[Tensor]:
    """Return one over the standard deviation of each detail band of targets (N, C, H, W): (C, 3) a level."""
    details = transform.analyse(target).details
    return [1 / detail.std(dim=(0, -2, -1)).clamp_min(SMALLEST_SPREAD) for detail in details]

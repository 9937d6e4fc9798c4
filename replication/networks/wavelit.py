"""WaveLiT: a forecaster whose tokens are wavelet coefficients, mixed by linear attention in a multiscale pyramid.

    inputs -> wavelet bands -> one linear embedding a scale -> pyramid -> one linear head a scale
           -> wavelet bands of the change -> inverse transform

The paper's abstract names the parts (Sankaran, Wang and Perdikaris 2026, arXiv 2605.25949); everything else here is
assumed, each choice with its reason where it is made.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import torch
from torch import Tensor, nn

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.networks.changes import Changes
from replication.networks.matching import count
from replication.networks.pyramid import Pyramid
from replication.networks.token_grid import TokenGrid
from replication.networks.tokenizer import tokenizer
from replication.networks.wavelit_settings import WaveLiTNetwork


class Interface(nn.Module):
    """One dataset's side of a network: its fields into tokens of the trunk's width, and the trunk's tokens back.

    The heads start at zero: an untrained network forecasts no change.
    """

    def __init__(self, shape: ForecastShape, settings: WaveLiTNetwork) -> None:
        super().__init__()
        self.shape = shape
        self.changes = Changes(shape)
        self.tokenizer = tokenizer(shape.grid, shape.periodic, settings)
        grids, width = self.tokenizer.grids, settings.width
        if min(grids[-1]) < 2:
            raise UserError(
                f"grid {shape.grid[0]}x{shape.grid[1]}: {settings.levels} levels leave one token along an axis, "
                "at least 2 are needed; take a larger size or fewer levels"
            )
        self.period = 2**settings.levels if settings.parity_shift else 1
        self.grids = nn.ModuleList(
            TokenGrid(grid, shape.periodic, width, settings.heads, self.tokenizer.margin) for grid in grids
        )
        self.embeddings = nn.ModuleList(nn.Linear(k, width) for k in self.tokenizer.inputs(shape.inputs))
        self.edges = nn.ModuleList(Edges(grid, shape.periodic, width) for grid in grids)
        self.heads = nn.ModuleList(nn.Linear(width, k) for k in self.tokenizer.outputs(shape.fields))
        for parameter in self.heads.parameters():
            nn.init.zeros_(parameter)

    def forward(self, inputs: Tensor, trunk: nn.Module) -> Tensor:
        """Return the forecast (B, fields, H, W) of inputs (B, shape.inputs, H, W).

        In training, periodic axes are rolled by fewer than `period` points, and the forecast rolled back.
        """
        wanted = (self.shape.inputs, *self.shape.grid)
        if inputs.shape[1:] != wanted:
            raise UserError(f"network: inputs are {tuple(inputs.shape[1:])}, but it was built for {wanted}")
        if not self.training or self.period == 1 or not any(self.shape.periodic):
            return self._forecast(inputs, trunk)
        shifts = [int(torch.randint(self.period, ())) if wraps else 0 for wraps in self.shape.periodic]
        forecast = self._forecast(inputs.roll(shifts, dims=(-2, -1)), trunk)
        return forecast.roll([-shift for shift in shifts], dims=(-2, -1))

    def _forecast(self, inputs: Tensor, trunk: nn.Module) -> Tensor:
        # the first and last maps are never in lower precision: forecasts are to be right to 1e-3 and better
        with torch.autocast(inputs.device.type, enabled=False):
            arrays = self.tokenizer.split(self.changes(inputs))
            tokens = [
                edges(embedding(array))
                for edges, embedding, array in zip(self.edges, self.embeddings, arrays, strict=True)
            ]
        tokens = trunk(tokens, self.grids)
        with torch.autocast(inputs.device.type, enabled=False):
            return self.tokenizer.join([head(token) for head, token in zip(self.heads, tokens, strict=True)])


class Edges(nn.Module):
    """Adds a learned vector to the first and one to the last tokens along each axis that is not periodic."""

    marks: Tensor

    def __init__(self, grid: tuple[int, int], periodic: tuple[bool, bool], width: int) -> None:
        super().__init__()
        marks = []
        for axis, wraps in enumerate(periodic):
            if not wraps:
                for end in (0, -1):
                    marks.append(torch.zeros(grid))
                    marks[-1].select(axis, end).fill_(1)
        self.register_buffer("marks", torch.stack(marks, dim=-1) if marks else None, persistent=False)
        if marks:
            self.vectors = nn.Parameter(torch.zeros(len(marks), width))

    def forward(self, tokens: Tensor) -> Tensor:  # noqa: D102
        return tokens if self.marks is None else tokens + self.marks @ self.vectors


class Trunk(nn.Module):
    """What all datasets share: a learned vector a scale, and the pyramid."""

    def __init__(self, settings: WaveLiTNetwork) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(settings.scales, settings.width))
        self.pyramid = Pyramid(settings)

    def forward(self, tokens: list[Tensor], grids: Sequence[TokenGrid]) -> list[Tensor]:  # noqa: D102
        return self.pyramid([token + scale for token, scale in zip(tokens, self.scale, strict=True)], grids)


class WaveLiT(nn.Module):
    """A network for one dataset, as `replication.forecasting.shape` says. UserError where a grid does not fit."""

    def __init__(self, shape: ForecastShape, settings: WaveLiTNetwork) -> None:
        super().__init__()
        self.settings = settings
        self.interface, self.trunk = Interface(shape, settings), Trunk(settings)

    def architecture(self) -> dict[str, Any]:
        """Return what `build` needs to make this network again."""
        shapes = {"": asdict(self.interface.shape)}
        return {"kind": "wavelit", "shapes": shapes, "settings": asdict(self.settings)}

    def forward(self, inputs: Tensor) -> Tensor:  # noqa: D102
        return self.interface(inputs, self.trunk)


class WaveLiTJoint(nn.Module):
    """One trunk for several datasets, each with its own embeddings and heads, chosen by name.

    Only the trunk is shared, so that what one dataset gains from the others is what the trunk carries over.
    """

    def __init__(self, shapes: Mapping[str, ForecastShape], settings: WaveLiTNetwork) -> None:
        super().__init__()
        self.settings, self.shapes = settings, dict(shapes)
        self.interfaces = nn.ModuleDict({name: Interface(shape, settings) for name, shape in shapes.items()})
        self.trunk = Trunk(settings)

    def architecture(self) -> dict[str, Any]:
        """Return what `build` needs to make this network again."""
        shapes = {name: asdict(shape) for name, shape in self.shapes.items()}
        return {"kind": "wavelit", "shapes": shapes, "settings": asdict(self.settings)}

    def forward(self, inputs: Tensor, dataset: str) -> Tensor:  # noqa: D102
        if dataset not in self.interfaces:
            raise UserError(f"dataset {dataset!r}: this network was built for {', '.join(self.interfaces)}")
        return self.interfaces[dataset](inputs, self.trunk)


def build(shapes: Mapping[str, Mapping[str, Any]], settings: Mapping[str, Any]) -> WaveLiT | WaveLiTJoint:
    """Rebuild a network from its `architecture`, weights yet to be loaded."""
    known = {
        name: ForecastShape(**{**shape, "grid": tuple(shape["grid"]), "periodic": tuple(shape["periodic"])})
        for name, shape in shapes.items()
    }
    network = WaveLiTNetwork(**settings)
    return WaveLiT(known[""], network) if "" in known else WaveLiTJoint(known, network)


def matched_settings(shape: ForecastShape, changed: WaveLiTNetwork, base: WaveLiTNetwork) -> WaveLiTNetwork:
    """Return `changed` with the width and expansion that give it as many parameters as `base` has on this dataset.

    Of all widths, that one whose feed-forward layers stay closest to the proportions asked for. UserError if none fits.
    """

    def parameters(settings: WaveLiTNetwork) -> int:
        with torch.device("meta"):
            return count(WaveLiT(shape, settings))

    wanted, step = parameters(base), 4 * changed.heads
    found = []
    for width in range(step, 4 * base.width, step):
        # the number of parameters is affine in that of hidden channels
        one, two = (parameters(replace(changed, width=width, expansion=hidden / width)) for hidden in (1, 2))
        hidden = 1 + round((wanted - one) / (two - one))
        if hidden >= 1:
            found.append(replace(changed, width=width, expansion=hidden / width))
    if not found:
        raise UserError(f"network: nothing of this kind is as small as the {wanted} parameters of the one to equal")
    return min(found, key=lambda settings: abs(math.log(settings.expansion / changed.expansion)))

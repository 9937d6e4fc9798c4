"""The multiscale trunk: the same blocks at every scale of a wavelet pyramid, and an exchange between the scales."""

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from replication.networks.feed_forward import MixFeedForward
from replication.networks.linear_attention import Attention
from replication.networks.rms_norm import rms_norm
from replication.networks.token_grid import TokenGrid
from replication.networks.wavelit_settings import WaveLiTNetwork


class Residual(nn.Module):
    """x + W h in one operation, in mixed precision two: the sum keeps x's. W starts at `scale` times the usual size.

    That gives the small first steps of a LayerScale without its factors, which cost two more passes over the tokens.
    """

    def __init__(self, inputs: int, outputs: int, scale: float) -> None:
        super().__init__()
        bound = scale / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(outputs, inputs).uniform_(-bound, bound))

    def forward(self, tokens: Tensor, branch: Tensor) -> Tensor:  # noqa: D102
        if torch.is_autocast_enabled(tokens.device.type):
            return tokens + functional.linear(branch, self.weight)
        return torch.addmm(tokens.flatten(0, 2), branch.flatten(0, 2), self.weight.T).view_as(tokens)


class Block(nn.Module):
    """Attention and a feed-forward layer, each on normalised tokens and added to them; no biases, the norm has none."""

    def __init__(self, settings: WaveLiTNetwork) -> None:
        super().__init__()
        width, hidden = settings.width, settings.hidden
        self.attention = Attention(width, settings.heads, settings.attention)
        self.feed_forward = MixFeedForward(width, hidden)
        self.add_attention = Residual(width, width, settings.layer_scale)
        self.add_feed_forward = Residual(hidden, width, settings.layer_scale)

    def forward(self, tokens: Tensor, grid: TokenGrid) -> Tensor:  # noqa: D102
        tokens = self.add_attention(tokens, self.attention(rms_norm(tokens), grid))
        return self.add_feed_forward(tokens, self.feed_forward(rms_norm(tokens), grid))


class Exchange(nn.Module):
    """Passes tokens between neighbouring scales: 2x2 blocks gathered upwards, spread downwards, each by a linear map.

    Gathering and spreading lose nothing; they are a Haar step up to a rotation of the 4C channels, which the maps hold.
    """

    def __init__(self, width: int, layer_scale: float) -> None:
        super().__init__()
        self.add_finer = Residual(4 * width, width, layer_scale)
        self.down = nn.Linear(width, 4 * width, bias=False)
        nn.init.uniform_(self.down.weight, -layer_scale / math.sqrt(width), layer_scale / math.sqrt(width))

    def to_coarser(self, fine: Tensor, coarse: Tensor, grid: TokenGrid) -> Tensor:
        """Return the coarse tokens, of `grid`, with what the fine ones say."""
        return self.add_finer(coarse, grid.gather(rms_norm(fine)))

    def to_finer(self, coarse: Tensor, fine: Tensor, grid: TokenGrid, finer: TokenGrid) -> Tensor:
        """Return the fine tokens with what the coarse ones, of `grid`, say."""
        return fine + grid.spread(self.down(rms_norm(coarse)), finer)


class Pyramid(nn.Module):
    """Block by block: an exchange from fine to coarse, the block at every scale, an exchange from coarse to fine.

    Shared, one set of weights serves all scales, and one exchange all neighbours; unshared, each has its own.
    """

    def __init__(self, settings: WaveLiTNetwork) -> None:
        super().__init__()
        self._copies = settings.scales if settings.pyramid == "unshared" else 1
        self._pairs = min(self._copies, settings.scales - 1)
        self._depth, self._recompute = settings.blocks, settings.recompute
        self.blocks = nn.ModuleList(Block(settings) for _ in range(self._depth * self._copies))
        self.exchanges = nn.ModuleList(
            Exchange(settings.width, settings.layer_scale) for _ in range(self._depth * self._pairs)
        )

    def forward(self, tokens: list[Tensor], grids: Sequence[TokenGrid]) -> list[Tensor]:
        """Map the tokens of all scales, finest first, each (B, h_j, w_j, width)."""
        tokens = list(tokens)
        coarser = range(1, len(grids))
        for depth in range(self._depth):
            for j in coarser:
                exchange = self._exchange(depth, j)
                tokens[j] = exchange.to_coarser(tokens[j - 1], tokens[j], grids[j])
            tokens = [self._mixed(depth, j, tokens[j], grid) for j, grid in enumerate(grids)]
            for j in reversed(coarser):
                exchange = self._exchange(depth, j)
                tokens[j - 1] = exchange.to_finer(tokens[j], tokens[j - 1], grids[j], grids[j - 1])
        return tokens

    def _mixed(self, depth: int, scale: int, tokens: Tensor, grid: TokenGrid) -> Tensor:
        block = self.blocks[depth * self._copies + scale % self._copies]
        if self._recompute and torch.is_grad_enabled():
            return cast(Tensor, checkpoint(block, tokens, grid, use_reentrant=False))
        return block(tokens, grid)

    def _exchange(self, depth: int, scale: int) -> Exchange:
        return cast(Exchange, self.exchanges[depth * self._pairs + (scale - 1) % self._pairs])

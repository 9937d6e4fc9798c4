"""The gated feed-forward layer with a depthwise convolution, which gives linear attention its neighbourhood back."""

from torch import Tensor, nn
from torch.nn import functional

from replication.networks.depthwise import DepthwiseConvolution
from replication.networks.token_grid import TokenGrid


class MixFeedForward(nn.Module):
    """W_v x ⊙ SiLU(depthwise 3x3 of W_g x), (B, h, w, C) -> (B, h, w, hidden); an output map is yet to follow.

    Sources: Xie et al. 2021, arXiv 2105.15203 (Mix-FFN); Shi 2023, arXiv 2311.17132 (convolution on the gate alone,
    which halves its cost).
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.value, self.gate = (nn.Linear(width, hidden, bias=False) for _ in range(2))
        self.local = DepthwiseConvolution(hidden, 3)

    def forward(self, tokens: Tensor, grid: TokenGrid) -> Tensor:  # noqa: D102
        return self.value(tokens) * functional.silu(self.local(self.gate(tokens), grid))

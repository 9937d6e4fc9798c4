"""Attention whose cost grows linearly with the number of tokens, and the softmax attention it stands in for.

With features φ = ELU + 1 > 0 of queries and keys, per head:

    y_n = Σ_m α_m (R_n φ(q_n) · R_m φ(k_m)) v_m / Σ_m α_m φ(q_n) · φ(k_m)

- α_m = N softmax_m(mean(q) · k_m / √c) re-weights the keys, against the low rank of linear attention;
- R_n is the rotation by position (`TokenGrid.phases`), in the numerator alone, so that the denominator stays positive;
- the result is (y + depthwise 5x5 of v) times a gate SiLU(W_g x), through an output map.

Sums over tokens come first, so that the N x N matrix never exists, and they are taken in float32 at least.
That "augmented" means this is assumed. Sources: Katharopoulos et al. 2020, arXiv 2006.16236 (linear attention); Fan et
al. 2025, CVPR, "Breaking the low-rank dilemma of linear attention" (re-weighted keys, gate); Su et al. 2021, arXiv
2104.09864 (rotation in the numerator).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from replication.networks.depthwise import DepthwiseConvolution
from replication.networks.token_grid import TokenGrid

_TOGETHER = 64
"""Channels of the smallest matrix product: narrower heads go together, with the products across heads masked."""


def linear_attention(query: Tensor, key: Tensor, value: Tensor, heads: int, grid: TokenGrid | None = None) -> Tensor:
    """Return kernel-normalised linear attention of (B, N, C), each with `heads` heads.

    With a `grid`, keys are re-weighted and features rotated by the grid's phases.
    """
    tokens = query.shape[1]
    phi_q, phi_k = functional.elu(query) + 1, functional.elu(key) + 1
    if grid is not None:
        alpha = tokens * torch.softmax(_against(query.mean(1), key, heads) * (query.shape[-1] / heads) ** -0.5, dim=1)
        phi_k = _times(phi_k, alpha)
    total = _against(phi_k.mean(1), phi_q, heads)
    if grid is not None:
        phi_q, phi_k = grid.rotate(phi_q), grid.rotate(phi_k)
    return _times(_mix(phi_q, phi_k, value, heads), 1 / total)


def _against(vector: Tensor, tokens: Tensor, heads: int) -> Tensor:
    """Return the products of one vector (B, C) with each token (B, N, C), head by head: (B, N, heads)."""
    return tokens @ (vector.unsqueeze(-1) * _head_of(vector.shape[-1], heads, vector))


def _times(tokens: Tensor, factors: Tensor) -> Tensor:
    """Scale each head of (B, N, C) by a factor (B, N, heads)."""
    heads = factors.shape[-1]
    return (tokens.unflatten(-1, (heads, -1)) * factors.unsqueeze(-1)).flatten(-2)


def _mix(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Return q (kᵀ v / N), head by head."""
    channels = query.shape[-1]
    together = next(
        n for n in range(1, heads + 1) if heads % n == 0 and n * channels // heads >= min(_TOGETHER, channels)
    )
    query, key, value = (x.unflatten(-1, (heads // together, -1)).transpose(1, 2) for x in (query, key, value))
    summed = key.transpose(-1, -2) @ value / query.shape[-2]
    if together > 1:
        own = _head_of(query.shape[-1], together, query)
        summed = summed * (own @ own.T)
    return (query @ summed).transpose(1, 2).flatten(2)


def _head_of(channels: int, heads: int, like: Tensor) -> Tensor:
    """Return the 0-1 matrix (channels, heads) of which channel belongs to which head."""
    return torch.eye(heads, dtype=like.dtype, device=like.device).repeat_interleave(channels // heads, dim=0)


class Attention(nn.Module):
    """A token mixer, (B, h, w, C) -> (B, h, w, C); `kind` is augmented, plain (linear) or softmax."""

    def __init__(self, width: int, heads: int, kind: str) -> None:
        super().__init__()
        self.heads, self.kind = heads, kind
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        if kind == "augmented":
            self.gate = nn.Linear(width, width, bias=False)
            self.local = DepthwiseConvolution(width, 5)

    def forward(self, tokens: Tensor, grid: TokenGrid) -> Tensor:
        """Return the mixed values, which an output map is yet to follow."""
        query, key, value = self.query(tokens), self.key(tokens), self.value(tokens)
        mixed = self._mixed(query.flatten(1, 2), key.flatten(1, 2), value.flatten(1, 2), grid).view_as(tokens)
        if self.kind == "augmented":
            mixed = (mixed + self.local(value, grid)) * functional.silu(self.gate(tokens))
        return mixed

    def _mixed(self, query: Tensor, key: Tensor, value: Tensor, grid: TokenGrid) -> Tensor:
        if self.kind == "softmax":
            parts = [x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (query, key, value)]
            return functional.scaled_dot_product_attention(*parts).transpose(1, 2).flatten(2)
        with torch.autocast(query.device.type, enabled=False):
            exact = torch.promote_types(query.dtype, torch.float32)
            query, key, value = query.to(exact), key.to(exact), value.to(exact)
            return linear_attention(query, key, value, self.heads, grid if self.kind == "augmented" else None)

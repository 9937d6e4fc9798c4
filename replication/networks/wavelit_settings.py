"""What a WaveLiT is built from, and its sizes; no torch here, since presets are read without it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, get_args, get_type_hints

from replication.errors import UserError

ADAPTIVE = "adaptive"
"""Stands for the wavelet that suits a dataset best."""


@dataclass(frozen=True)
class WaveLiTNetwork:
    """The settings of a network; UserError names the first that does not fit.

    The defaults are those of the smallest size. All are assumed: the paper's text on them is not at hand.
    """

    width: int = 48
    """Channels of a token; a multiple of four times `heads`."""
    blocks: int = 2
    heads: int = 4
    expansion: float = 2.5
    """Hidden channels of the feed-forward layer, as a multiple of `width`."""
    tokenizer: Literal["wavelet", "patch"] = "wavelet"
    wavelet: Literal["haar", "db2", "db4"] = "haar"
    boundary: Literal["periodised", "symmetric"] = "periodised"
    """Of the wavelet on axes that are not periodic; on the others it always wraps around."""
    levels: int = 2
    layout: Literal["mallat", "packet"] = "mallat"
    attention: Literal["augmented", "plain", "softmax"] = "augmented"
    pyramid: Literal["shared", "unshared", "single"] = "shared"
    """Weights shared by the scales, each scale with its own, or only the coarsest grid of tokens."""
    layer_scale: float = 0.1
    """Scale of the first weights of all residual branches."""
    parity_shift: bool = True
    """Whether training rolls periodic axes by 0 to 2^levels - 1 points: the transform is not shift-invariant."""
    recompute: bool = False
    """Whether training keeps only the input of each block and computes the rest again: less memory, more time."""

    def __post_init__(self) -> None:
        for key, hint in get_type_hints(type(self)).items():
            allowed = get_args(hint)
            if allowed and getattr(self, key) not in allowed:
                raise UserError(f"network.{key}: {getattr(self, key)!r} is unknown; allowed are {', '.join(allowed)}")
        for key in ("width", "blocks", "heads", "levels", "hidden"):
            if getattr(self, key) < 1:
                raise UserError(f"network.{key}: {getattr(self, key)} is too small; at least 1")
        if self.width % (4 * self.heads):
            raise UserError(
                f"network.width: {self.width} does not divide by four times network.heads = {self.heads}; "
                f"the next that does is {self.width + -self.width % (4 * self.heads)}"
            )
        if self.layout == "packet" and self.pyramid != "single":
            raise UserError("network.layout: packet has one grid of tokens; set network.pyramid to single")

    @property
    def hidden(self) -> int:
        """Hidden channels of the feed-forward layer."""
        return round(self.expansion * self.width)

    @property
    def scales(self) -> int:
        """Grids of tokens."""
        return 1 if self.pyramid == "single" else self.levels


SIZES: Mapping[str, WaveLiTNetwork] = MappingProxyType(
    {
        "mini": WaveLiTNetwork(),
        "1m": WaveLiTNetwork(width=128, blocks=3, heads=8),
        "4m": WaveLiTNetwork(width=192, blocks=5, heads=8),
        "10m": WaveLiTNetwork(width=256, blocks=7, heads=8, recompute=True),
    }
)
"""Networks of 0.1-0.3, about 1, 4 and 10 million parameters."""


def countable(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return chosen values with an adaptive wavelet as Haar: no number of parameters depends on the wavelet."""
    return {**chosen, "wavelet": "haar"} if chosen.get("wavelet") == ADAPTIVE else dict(chosen)


def sized(name: str, **changes: Any) -> WaveLiTNetwork:
    """Return the settings of a size by its name, with changes. UserError for an unknown name."""
    if name not in SIZES:
        raise UserError(f"network size {name!r} is unknown; allowed are {', '.join(SIZES)}")
    return replace(SIZES[name], **changes)

"""One simulated trajectory, as a solver hands it to the writer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class BoundaryKind(StrEnum):
    """The three boundary kinds of The Well's format."""

    PERIODIC = "PERIODIC"
    WALL = "WALL"
    OPEN = "OPEN"


@dataclass(frozen=True)
class Boundary:
    """One group of `/boundary_conditions`.

    `mask` is boolean over the axes of `dimensions`: true where the condition acts.
    """

    name: str
    dimensions: tuple[str, ...]
    kind: BoundaryKind
    mask: NDArray[np.bool_]


def boundary_at_ends(
    name: str, dimension: str, kind: BoundaryKind, points: int, ends: Sequence[int] = (0, -1)
) -> Boundary:
    """A condition at one or both ends of one axis of `points` points; `ends` holds 0 (lower), -1 (upper) or both."""
    mask = np.zeros(points, dtype=bool)
    mask[list(ends)] = True
    return Boundary(name, (dimension,), kind, mask)


@dataclass(frozen=True)
class Trajectory:
    """Fields on a uniform Cartesian grid at stored times.

    With S the grid shape in the order of `axes`, D = len(S) and T = len(time), a field of tensor order 0, 1 or 2 has
    shape (T, *S), (T, *S, D) or (T, *S, D, D); constant fields have no T axis. Component order is that of `axes`
    (x, y); fields stand in the catalogue's order. Values may be float64: the writer casts to float32. `scalars` holds
    the parameters of this trajectory under their official names. NaN is allowed only under the Helmholtz mask.
    """

    axes: dict[str, NDArray[np.floating]]
    time: NDArray[np.floating]
    scalars: dict[str, float]
    fields: dict[str, NDArray[np.floating]]
    boundaries: tuple[Boundary, ...]
    constant_fields: dict[str, NDArray[np.floating]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """Points per axis."""
        return tuple(len(axis) for axis in self.axes.values())

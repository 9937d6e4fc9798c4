"""What a PDE problem has to say: its equation, domain, conditions and reference solution."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

Array = np.ndarray


class Values(Protocol):
    """Gives fields, derivatives and coordinates at a set of points, by name.

    `u, u_xx, x = at("u", "u_xx", "x")`: a field's name, a field with the coordinates it is differentiated by, or a
    coordinate. Each value has one entry a point. Behind it stands a network with automatic differentiation, a reduced
    basis with precomputed derivatives, or a spectral solution: the equation is written once.
    """

    def __call__(self, *names: str) -> Any:
        """Return the named values, a single one bare and several as a tuple."""
        ...


@dataclass(frozen=True)
class Prescribed:
    """Values that the solution has to take: `values` maps a quantity such as `u` or `u_t` to its (N,) targets."""

    points: Array
    values: Mapping[str, Array]


@dataclass(frozen=True)
class Periodic:
    """Quantities that have to agree between `points` (N, d) and `partners` (N, d)."""

    points: Array
    partners: Array
    quantities: tuple[str, ...]


Condition = Prescribed | Periodic


class Problem(ABC):
    """A PDE on a box, with named coordinates (one letter each) and named fields.

    A subclass is a frozen dataclass whose members are the equation's coefficients. The class is named like its module,
    in CamelCase, so that the folder listing is the registry.
    """

    coordinates: ClassVar[tuple[str, ...]]
    fields: ClassVar[tuple[str, ...]]
    hard: ClassVar[tuple[str, ...]] = ()
    """Names of the conditions that `ansatz` fulfils by construction."""

    @property
    @abstractmethod
    def low(self) -> tuple[float, ...]:
        """Lower corner of the domain."""

    @property
    @abstractmethod
    def high(self) -> tuple[float, ...]:
        """Upper corner of the domain."""

    @abstractmethod
    def residual(self, at: Values) -> dict[str, Any]:
        """Return each equation's residual by name; all are zero for a solution."""

    @abstractmethod
    def conditions(self, counts: Mapping[str, int], random: np.random.Generator) -> dict[str, Condition]:
        """Draw points on the initial, boundary or terminal sets; `counts` says how many by the condition's name."""

    @abstractmethod
    def solution(self, points: Array) -> dict[str, Array]:
        """Return the exact or reference fields (N,) at points (N, d) in float64."""

    def ansatz(self, points: Any, raw: Any) -> Any:
        """Turn a network's outputs (N, m) at points (N, d), both tensors, into fields that fulfil `hard`.

        Each field is an offset plus a factor times its own output, both functions of the point alone.
        """
        return raw

    def collocation(self, count: int, random: np.random.Generator) -> Array:
        """Draw `count` interior points by Latin hypercube, (count, d) in float64."""
        return latin_hypercube(self.low, self.high, count, random)

    def grid(self, sizes: Mapping[str, int]) -> tuple[dict[str, Array], Array]:
        """Return the evaluation axes and their tensor product (N, d), points in C order, ends of each axis included."""
        axes = {
            name: np.linspace(low, high, sizes[name])
            for name, low, high in zip(self.coordinates, self.low, self.high, strict=True)
        }
        return axes, tensor_product(axes)


def tensor_product(axes: Mapping[str, Array]) -> Array:
    """Return all points (N, d) of a grid with the given axes, in C order."""
    return np.stack([values.ravel() for values in np.meshgrid(*axes.values(), indexing="ij")], axis=1)


def latin_hypercube(low: tuple[float, ...], high: tuple[float, ...], count: int, random: np.random.Generator) -> Array:
    """Draw a Latin hypercube sample (count, d): each axis has exactly one point in each of `count` equal cells."""
    cells = np.stack([random.permutation(count) for _ in low], axis=1)
    unit = (cells + random.random((count, len(low)))) / count
    return np.asarray(low) + unit * (np.asarray(high) - np.asarray(low))


def uniform(low: tuple[float, ...], high: tuple[float, ...], count: int, random: np.random.Generator) -> Array:
    """Draw points (count, d) uniformly; an axis with equal ends is a face of the domain."""
    return random.uniform(low, high, (count, len(low)))

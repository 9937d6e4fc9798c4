"""Derivatives of a fully connected network up to second order, carried forward through its layers.

With a = W h + b and h' = σ(a), layer by layer:

    h'_s = σ'(a) a_s,    h'_sr = σ''(a) a_s a_r + σ'(a) a_sr.

One pass gives a field and all the derivatives that an equation asks for, with no nested differentiation: the gradient
of a loss is one pass back (`replication.training.objective`), and so are each point's derivatives by all weights
(`replication.training.least_squares`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from replication.errors import UserError
from replication.networks.enclosed import Enclosed
from replication.networks.flat import unflatten
from replication.networks.hard_conditions import HardConditions
from replication.networks.mlp import MLP, Cosine
from replication.problems.problem import Problem

Jet = dict[str, Tensor]
"""A quantity by what it is differentiated by: `""` itself, `"x"`, `"xt"` (coordinates in their order) ..."""

Activated = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
Linear = Callable[[nn.Linear, Jet], Jet]
Function = Callable[[Tensor], Tensor]


def _tanh(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    value = torch.tanh(a)
    slope = 1 - value * value
    return value, slope, -2 * value * slope


def _cosine(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    value = torch.cos(a)
    return value, -torch.sin(a), -value


def _silu(a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    gate = torch.sigmoid(a)
    rate = gate * (1 - gate)
    return a * gate, gate + a * rate, rate * (2 + a * (1 - 2 * gate))


ACTIVATED: dict[type[nn.Module], Activated] = {nn.Tanh: _tanh, Cosine: _cosine, nn.SiLU: _silu}
"""σ, σ' and σ'' of every activation."""


def derivatives(names: Iterable[str], coordinates: Sequence[str]) -> tuple[str, ...]:
    """Return the derivatives that `names` such as `u_xx` need, lower orders included, in order of their length.

    A field or a coordinate alone, `u` or `x`, needs none but the value itself.
    Raises UserError beyond second order.
    """
    needed = {""}
    for name in names:
        along = "".join(sorted(name.partition("_")[2], key=list(coordinates).index))
        if len(along) > 2:
            raise UserError(f"{name}: derivatives beyond second order are not carried")
        needed |= {along, *along}
    return tuple(sorted(needed, key=lambda along: (len(along), along)))


def carry(
    network: MLP,
    points: Tensor,
    coordinates: Sequence[str],
    wanted: Sequence[str],
    linear: Linear,
) -> Jet:
    """Return the network's outputs (N, m) and their derivatives `wanted` (from `derivatives`) at points (N, d).

    `linear` applies a layer to a jet.
    """
    scale = 2 / (network.high - network.low)
    jet: Jet = {"": (points - network.low) * scale - 1}
    for along in wanted[1:]:
        jet[along] = torch.zeros_like(points)
        if len(along) == 1:
            jet[along][:, coordinates.index(along)] = scale[coordinates.index(along)]
    for layer in network.layers:
        jet = linear(layer, jet) if isinstance(layer, nn.Linear) else _activate(ACTIVATED[type(layer)], jet)
    if isinstance(network, Enclosed):
        return _product(_factor(network, points, coordinates, wanted), jet)
    if isinstance(network, HardConditions):
        return _with_conditions(network, jet, points, coordinates, wanted)
    return jet


def apply_linear(layer: nn.Linear, jet: Jet) -> Jet:
    """Apply W h + b to the value and W h to the derivatives, all in one product."""
    return _affine(layer.weight, layer.bias, jet)


def linear_with(network: nn.Module, flat: Tensor) -> Linear:
    """Return what applies the network's linear layers with `flat` (P,) in place of its own parameters."""
    parameters = unflatten(network, flat)
    names = {layer: name for name, layer in network.named_modules()}

    def linear(layer: nn.Linear, jet: Jet) -> Jet:
        return _affine(parameters[f"{names[layer]}.weight"], parameters[f"{names[layer]}.bias"], jet)

    return linear


def _affine(weight: Tensor, bias: Tensor, jet: Jet) -> Jet:
    stacked = torch.cat(list(jet.values())) @ weight.T
    value, *others = stacked.split(len(jet[""]))
    return dict(zip(jet, [value + bias, *others], strict=True))


def _activate(activation: Activated, jet: Jet) -> Jet:
    value, slope, bend = activation(jet[""])
    result = {"": value}
    for along, derivative in list(jet.items())[1:]:
        result[along] = slope * derivative
        if len(along) == 2:
            result[along] = result[along] + bend * jet[along[0]] * jet[along[1]]
    return result


def _product(first: Jet, second: Jet) -> Jet:
    """Leibniz' rule up to second order."""
    result = {}
    for along in second:
        halves = {("", along), (along, "")} if along else {("", "")}
        terms = [first[a] * second[b] for a, b in sorted(halves)]
        if len(along) == 2:
            terms += [first[along[0]] * second[along[1]], first[along[1]] * second[along[0]]]
        result[along] = sum(terms[1:], start=terms[0])
    return result


def _factor(network: Enclosed, points: Tensor, coordinates: Sequence[str], wanted: Sequence[str]) -> Jet:
    """Return Π (s - low)(s - high) and its derivatives, each (N, 1)."""
    by_order = [
        (points - network.low) * (points - network.high),
        2 * points - network.low - network.high,
        torch.full_like(points, 2.0),
    ]
    result = {}
    for along in wanted:
        columns = [by_order[along.count(name)][:, i] for i, name in enumerate(coordinates)]
        result[along] = torch.stack(columns).prod(dim=0)[:, None]
    return result


def _with_conditions(
    network: HardConditions, raw: Jet, points: Tensor, coordinates: Sequence[str], wanted: Sequence[str]
) -> Jet:
    """Return the jet of offset + factor · raw, which the ansatz gives where the raw outputs are zero and one."""

    def ansatz_of(value: float) -> Jet:
        outputs = torch.full_like(raw[""], value)
        return _differentiated(lambda at: network.ansatz(at, outputs), points, coordinates, wanted)

    offset, at_one = ansatz_of(0.0), ansatz_of(1.0)
    product = _product({along: at_one[along] - offset[along] for along in wanted}, raw)
    return {along: offset[along] + product[along] for along in wanted}


def _differentiated(function: Function, points: Tensor, coordinates: Sequence[str], wanted: Sequence[str]) -> Jet:
    """Return a function (N, d) -> (N, m) of single points and its derivatives, by nested differentiation.

    It holds no weights: what is found is a constant of a training.
    """
    with torch.enable_grad():
        columns = {name: points[:, i : i + 1].detach().requires_grad_() for i, name in enumerate(coordinates)}
        jet = {"": function(torch.cat(list(columns.values()), dim=1))}
        for along in wanted[1:]:
            jet[along] = _slopes(jet[along[:-1]], columns[along[-1]])
    return {along: values.detach() for along, values in jet.items()}


def _slopes(values: Tensor, column: Tensor) -> Tensor:
    """Return the derivatives of `values` (N, m) by a coordinate (N, 1); zero where they do not depend on it."""
    slopes = []
    for output in values.split(1, dim=1):
        found = None
        if output.requires_grad:
            (found,) = torch.autograd.grad(output.sum(), column, create_graph=True, allow_unused=True)
        slopes.append(torch.zeros_like(column) if found is None else found)
    return torch.cat(slopes, dim=1)


class JetValues:
    """Fields and derivatives out of a jet, as `replication.problems.problem.Values`: one entry (N,) a point."""

    def __init__(self, jet: Jet, points: Tensor, coordinates: Sequence[str], fields: Sequence[str]) -> None:
        self._jet, self._points = jet, points
        self._coordinates, self._fields = list(coordinates), list(fields)

    @classmethod
    def of(
        cls, network: MLP, problem: Problem, points: Tensor, names: Iterable[str], linear: Linear = apply_linear
    ) -> "JetValues":
        """Return the values `names` of a network at points (N, d).

        `linear` applies a layer; a caller may put its own in place to keep what goes in and comes out.
        """
        jet = carry(network, points, problem.coordinates, derivatives(names, problem.coordinates), linear)
        return cls(jet, points, problem.coordinates, problem.fields)

    def __call__(self, *names: str) -> Any:
        """Return the named values, a single one bare and several as a tuple."""
        values = tuple(self._value(name) for name in names)
        return values[0] if len(values) == 1 else values

    def _value(self, name: str) -> Tensor:
        if name in self._coordinates:
            return self._points[:, self._coordinates.index(name)]
        field, _, along = name.partition("_")
        along = "".join(sorted(along, key=self._coordinates.index))
        return self._jet[along][:, self._fields.index(field)]


class Names:
    """Stands for values and remembers which were asked for: what a residual reads of a problem."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}

    @staticmethod
    def read_by(problem: Problem) -> tuple[str, ...]:
        """Return the names that a problem's residual asks for, in their order."""
        names = Names()
        problem.residual(names)
        return tuple(names.asked)

    def __call__(self, *names: str) -> Any:
        """Return ones, and remember `names`."""
        self.asked |= dict.fromkeys(names)
        ones = tuple(torch.ones(1, dtype=torch.float64) for _ in names)
        return ones[0] if len(ones) == 1 else ones

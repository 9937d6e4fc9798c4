from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from nested_autograd import NestedValues

from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.papers.s2gpt_pinn.queries import evaluation, queries_of
from replication.reduced_basis.columns import quantities_of

AXES: dict[str, tuple[float, float, int]] = {"alpha": (-2, -1, 3), "beta": (0, 1, 2), "gamma": (0, 1, 2)}


def erroneous(network: Callable[[torch.Tensor], torch.Tensor], points: torch.Tensor) -> torch.Tensor:
    """The reference code's pattern: the gradient of the whole first gradient, summed over its columns."""
    points = points.clone().requires_grad_()
    (first,) = torch.autograd.grad(network(points).sum(), points, create_graph=True)
    (second,) = torch.autograd.grad(first, points, torch.ones_like(first))
    return second


def test_published_derivatives_are_those_of_the_reference_code() -> None:
    network = MLP((-1, 0), (1, 5), [5, 5], 1, "tanh").initialise(torch.Generator().manual_seed(0)).double()
    exact, published = Parametric("klein_gordon", AXES), Parametric("klein_gordon", AXES, exact=False)
    mu = (-1.3, 0.2, 0.6)
    points = torch.as_tensor(exact.at(mu).collocation(20, np.random.default_rng(0)))
    at = NestedValues(network, exact.at(mu), points)
    correct, modified = (problem.at(mu).residual(at)["wave"] for problem in (exact, published))
    u_xx, u_tt = erroneous(network, points).T
    expected = correct[:, 0] - at("u_tt")[:, 0] + u_tt + mu[0] * (u_xx - at("u_xx")[:, 0])
    assert torch.allclose(modified[:, 0], expected, atol=1e-10)
    assert "u_xt" in quantities_of(published.at(mu))


def test_batch_has_the_residuals_of_its_members() -> None:
    parametric = Parametric("klein_gordon", AXES)
    grid = torch.as_tensor(parametric.grid())
    random = np.random.default_rng(0)
    points = torch.as_tensor(parametric.at(parametric.middle()).collocation(10, random))
    known: dict[str, Any] = {
        name: torch.as_tensor(random.normal(size=(len(grid), 10))) for name in ("u", "u_xx", "u_tt")
    }
    known |= {"x": points[:, 0], "t": points[:, 1]}
    rows = parametric.batch(grid).residual(lambda *names: tuple(known[name] for name in names))["wave"]
    for i, mu in enumerate(grid.tolist()):
        one = {name: value[i] if value.ndim == 2 else value for name, value in known.items()}
        alone = parametric.at(mu).residual(lambda *names, one=one: tuple(one[name] for name in names))["wave"]
        assert torch.allclose(rows[i], alone)


def test_grid_middle_and_outside() -> None:
    parametric = Parametric("klein_gordon", AXES)
    assert parametric.grid().shape == (12, 3)
    assert np.allclose(parametric.middle(), [-1.5, 0.5, 0.5])
    assert parametric.outside(np.array([[-1.5, 0.5, 0.5], [-2.1, 0.5, 0.5]])).tolist() == [False, True]


@pytest.mark.parametrize("count", [1, 4])
def test_queries_are_read_back_from_their_points(count: int) -> None:
    parameters = {name: {"low": low, "high": high, "count": n} for name, (low, high, n) in AXES.items()}
    family = {"equation": "klein_gordon", "parameters": parameters, "held_out": count, "held_out_low": {"beta": 0.5}}
    points = evaluation(family | {"grid": {"x": 4, "t": 3}})["points"]
    mu, grid = queries_of(points, 3)
    assert mu.shape == (count, 3)
    assert grid.shape == (12, 2)
    assert mu[:, 1].min() >= 0.5
    assert np.allclose(points[-1], [*mu[-1], *grid[-1]])


def test_logarithmic_values_are_evenly_spread_in_their_logarithm() -> None:
    parametric = Parametric("burgers", {"viscosity": (0.001, 0.1, 5)}, logarithmic=frozenset({"viscosity"}))
    assert np.allclose(parametric.grid()[:, 0], np.geomspace(0.001, 0.1, 5))
    assert parametric.middle() == pytest.approx([0.01])
    asked = parametric.held_out(40, {"viscosity": 0.0001})
    assert (asked < 0.001).sum() == pytest.approx(40 / 3, abs=1)
    assert np.allclose(parametric.from_unit(parametric.to_unit(asked)), asked)
    assert parametric.outside(asked).sum() == (asked < 0.001).sum()


def test_scattered_points_fill_the_box_more_evenly_than_chance() -> None:
    axes: dict[str, tuple[float, float, int]] = {name: (-1.0, 3.0, 0) for name in "abcde"}
    parametric = Parametric("advection_diffusion_reaction", axes, scattered=64)
    points = parametric.grid()
    assert points.shape == (64, 5)
    assert not parametric.outside(points).any()
    unit = parametric.to_unit(points)
    for column in unit.T:
        assert np.bincount((column * 64).astype(int), minlength=64).max() == 1
    assert np.array_equal(points, parametric.grid())

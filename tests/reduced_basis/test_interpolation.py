import numpy as np
import pytest
import torch

from replication.reduced_basis.interpolation import Dependent, EmpiricalInterpolation


def family(count: int) -> torch.Tensor:
    x = torch.linspace(-1, 1, 400, dtype=torch.float64)
    return torch.stack([torch.tanh((x - 0.1 * k) * (3 + k)) + 0.2 * k for k in range(count)])


def built(functions: torch.Tensor) -> EmpiricalInterpolation:
    found = EmpiricalInterpolation()
    for function in functions:
        found.add(function)
    return found


def test_interpolates_at_its_points() -> None:
    functions = family(9)
    space = built(functions[:8])
    gap = space.interpolate(functions[8][space.points]) - functions[8]
    assert gap[space.points].abs().max() <= 1e-12 * functions[8].abs().max()
    assert gap.abs().max() > 1e-6 * functions[8].abs().max()
    for function in functions[:8]:
        assert (space.interpolate(function[space.points]) - function).abs().max() <= 1e-12 * function.abs().max()


def test_basis_is_unit_lower_triangular_at_the_points_and_bounded_by_one() -> None:
    space = built(family(8))
    system = space.basis[space.points]
    assert torch.allclose(system.triu(), torch.eye(8, dtype=torch.float64), rtol=0, atol=1e-12)
    assert space.basis.abs().max() <= 1 + 1e-12
    assert len(set(space.points)) == 8


def test_change_of_basis_and_sum_of_coefficients() -> None:
    functions = family(6)
    space = built(functions)
    assert torch.allclose(functions.T @ space.change, space.basis, rtol=0, atol=1e-11)
    c = torch.as_tensor(np.random.default_rng(0).normal(size=6))
    assert float(space.sums @ c) == pytest.approx(float((space.change @ c).sum()))


def test_dependent_function_is_refused_and_leaves_all_as_it_was() -> None:
    functions = family(4)
    space = built(functions)
    points, change = list(space.points), space.change.clone()
    with pytest.raises(Dependent, match="remainder"):
        space.add(2 * functions[0] - functions[3])
    assert space.points == points
    assert torch.equal(space.change, change)

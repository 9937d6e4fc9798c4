import numpy as np
import pytest
from scipy.special import hankel1

from replication.errors import UserError
from replication.well.solvers import helmholtz_staircase as staircase


def free(omega, x, y, sources):
    """Sum of outgoing point sources."""
    return sum(0.25j * hankel1(0, omega * np.hypot(x - a, y - b)) for a, b in sources)


def error(omega, cells, height, source, images):
    """Largest relative error away from the source and in the fluid."""
    grid = staircase.Grid(1 / cells, staircase.LAYER)
    u = grid.inside(staircase.solve(grid, omega, source, height))
    x, y = np.meshgrid(
        *(low + (np.arange(n) + 0.5) / cells for low, n in zip(staircase.LOWER, u.shape, strict=True)), indexing="ij"
    )
    far = (np.hypot(x - source[0], y - source[1]) > 1) & (y > height(x) - 1e-9)
    exact = free(omega, x, y, images)
    return np.abs(u - exact)[far].max() / np.abs(exact[far]).max()


@pytest.mark.parametrize("omega", [0.0628, 2.0])
def test_a_source_above_a_flat_floor_matches_its_image_with_second_order(omega):
    def floor(x):
        return np.full_like(x, staircase.LOWER[1])

    errors = [error(omega, cells, floor, (0.2, 0.3), [(0.2, 0.3), (0.2, -1.3)]) for cells in (12, 24)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.3)
    assert errors[1] < 3e-3


def test_a_source_between_two_walls_at_45_degrees_matches_three_images_with_second_order():
    """Waves are damped (complex omega), so that what lies far off, where the walls meet the layers, does not matter."""

    def wedge(x):
        return np.abs(x) - 0.5

    a, b = 0.25, 0.5  # from the corner (0, -1/2) the source is at (a, b + 1/2)
    images = [(a, b), (-a, -b - 1), (b + 0.5, a - 0.5), (-b - 0.5, -a - 0.5)]
    errors = [error(2.0 + 1.0j, cells, wedge, (a, b), images) for cells in (16, 32)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.3)


def test_what_the_source_puts_in_flows_out_of_any_box_around_it():
    """Im(conj(u) grad u) has no sinks but the layers: its flux out of a box is Im u at the source, to rounding."""
    cells, omega, source = 16, 1.5, (0.1 + 1 / 32, 0.1 + 1 / 32)
    grid = staircase.Grid(1 / cells, staircase.LAYER)
    i, j = (round((at - low) * cells - 0.5) for at, low in zip(source, grid.corner, strict=True))
    source = tuple(low + (index + 0.5) / cells for low, index in zip(grid.corner, (i, j), strict=True))
    u = staircase.solve(grid, omega, source, staircase.surface)
    left, right, top = i - 20, i + 20, j + 15

    def flux(inside, outside):
        return (np.conj(inside) * (outside - inside)).imag.sum()

    x, y = grid.coordinates(0, 0.5), grid.coordinates(1, 0.5)
    open_left = y[: top + 1] > staircase.surface(np.array([x[left] - 0.5 / cells]))
    open_right = y[: top + 1] > staircase.surface(np.array([x[right] + 0.5 / cells]))
    out = (
        flux(u[left, : top + 1][open_left], u[left - 1, : top + 1][open_left])
        + flux(u[right, : top + 1][open_right], u[right + 1, : top + 1][open_right])
        + flux(u[left : right + 1, top], u[left : right + 1, top + 1])
    )
    assert out == pytest.approx(u[i, j].imag, rel=1e-8)


def test_source_and_receiver_can_be_exchanged():
    grid = staircase.Grid(1 / 16, staircase.LAYER)

    def centre(x, y):
        i, j = (int((at - low) * 16) for at, low in zip((x, y), grid.corner, strict=True))
        return (i, j), tuple(low + (index + 0.5) / 16 for low, index in zip(grid.corner, (i, j), strict=True))

    (here, source), (there, receiver) = centre(0.2, 0.1), centre(-1.7, 0.8)
    forth = staircase.solve(grid, 1.2, source, staircase.surface)[there]
    back = staircase.solve(grid, 1.2, receiver, staircase.surface)[here]
    assert forth == pytest.approx(back, rel=1e-9)


def test_there_are_as_many_sources_as_in_the_original_all_above_the_surface():
    assert len(set(staircase.SOURCES)) == 32
    assert all(y > staircase.surface(np.array(x)) for x, y in staircase.SOURCES)


def test_a_trajectory_turns_its_phase_and_is_zero_in_the_solid():
    trajectory = staircase.simulate((64, 16), 50, staircase.PARAMETERS[5], np.random.default_rng(0))
    u = trajectory.fields["pressure_re"] + 1j * trajectory.fields["pressure_im"]
    mask = trajectory.constant_fields["mask"] > 0.5
    assert (u[:, mask] == 0).all()
    np.testing.assert_allclose(u[1:], u[:-1] * np.exp(-2j * np.pi / 49), atol=1e-12)
    np.testing.assert_allclose(u[49], u[0], atol=1e-12)
    assert trajectory.time[49] == pytest.approx(2 * np.pi / trajectory.scalars["omega"])
    assert mask.mean() == pytest.approx(0.0625, abs=0.5 / 16 + 1e-9)  # the steps' area, up to the cells they cut


def test_a_grid_that_the_steps_do_not_fit_is_refused():
    with pytest.raises(UserError, match="needs a 4:1 grid"):
        staircase.simulate((64, 64), 2, staircase.PARAMETERS[0], np.random.default_rng(0))

"""The linear acoustics under the three scattering sets."""

from itertools import pairwise

import numpy as np
import pytest

from replication.well import acoustics
from replication.well.solvers import (
    acoustic_scattering_discontinuous,
    acoustic_scattering_inclusions,
    acoustic_scattering_maze,
)

CLOSED = ((True, True), (True, True))


def mesh(points):
    centres = acoustics.cell_centres(points)
    return np.meshgrid(centres, centres, indexing="ij")


def root_mean_square(values):
    return np.sqrt((values**2).mean())


def energy(density, pressure, velocity):
    return (pressure**2 / acoustics.BULK_MODULUS + density * (velocity**2).sum(axis=-1)).sum(axis=(-2, -1))


def test_a_standing_wave_in_a_closed_box_converges_with_second_order():
    def error(points, density=2.0, time=0.4):
        x, y = mesh(points)
        start = np.cos(np.pi * x) * np.cos(np.pi * y)
        omega = np.sqrt(acoustics.BULK_MODULUS / density) * np.pi * np.sqrt(2)
        pressure, _ = acoustics.propagate(np.full(x.shape, density), start, 2, time, CLOSED)
        return root_mean_square(pressure[1] - start * np.cos(omega * time))

    orders = [np.log2(coarse / fine) for coarse, fine in pairwise([error(points) for points in (32, 64, 128)])]
    assert orders == pytest.approx([2.0, 2.0], abs=0.3)


def test_a_medium_of_smooth_density_converges_with_second_order():
    def solution(points):
        x, y = mesh(points)
        pressure, _ = acoustics.propagate(
            2 + np.sin(np.pi * x) * np.cos(np.pi * y), np.exp(-8 * (x**2 + y**2)), 2, 0.3, CLOSED
        )
        return pressure[1]

    def halved(values):
        return values.reshape(len(values) // 2, 2, -1, 2).mean(axis=(1, 3))

    solutions = [solution(points) for points in (64, 128, 256)]
    changes = [root_mean_square(coarse - halved(fine)) for coarse, fine in pairwise(solutions)]
    assert np.log2(changes[0] / changes[1]) == pytest.approx(2.0, abs=0.3)


def test_a_pulse_splits_at_a_density_jump_by_the_impedances():
    points, (light, heavy) = 1600, (1.0, 9.0)
    x = acoustics.cell_centres(points)[:, None] * np.ones((1, 2))
    density = np.where(x < 0, light, heavy)
    pulse = np.exp(-(((x + 0.4) / 0.05) ** 2))
    pressure, _ = acoustics.propagate(density, 2 * pulse, 2, 0.3, CLOSED)  # half of it runs right
    z_light, z_heavy = np.sqrt(acoustics.BULK_MODULUS * np.array([light, heavy]))
    passed = 2 * z_heavy / (z_light + z_heavy) * np.sqrt(light / heavy)  # higher, and narrower by the speeds' ratio
    assert pressure[1][x > 0].sum() == pytest.approx(passed * pulse.sum(), rel=2e-3)
    back = (x < 0) & (x > -0.5)
    assert pressure[1][back].sum() == pytest.approx((z_heavy - z_light) / (z_light + z_heavy) * pulse.sum(), rel=2e-3)


def test_a_closed_box_keeps_the_pressure_integral_and_loses_little_energy_and_never_gains_it():
    random = np.random.default_rng(0)
    x, y = mesh(64)
    density = np.where(random.random(x.shape) < 0.1, 1e6, 2.0)
    pressure, velocity = acoustics.propagate(density, np.exp(-40 * (x**2 + y**2)), 40, closed=CLOSED)
    np.testing.assert_allclose(pressure.sum(axis=(1, 2)), pressure[0].sum(), rtol=1e-12)
    energies = energy(density, pressure, velocity)
    assert (np.diff(energies) <= 1e-12 * energies[0]).all()
    smooth = energy(2.0, *acoustics.propagate(np.full(x.shape, 2.0), np.exp(-40 * (x**2 + y**2)), 20, closed=CLOSED))
    assert smooth[-1] > 0.93 * smooth[0]


def test_walls_reflect_and_open_ends_let_out():
    x = acoustics.cell_centres(800)[:, None] * np.ones((1, 2))
    density = np.ones(x.shape)
    for centre, back in ((-0.7, 1.0), (0.7, 0.0)):  # towards the wall at -1, towards the open end at +1; c = 2
        pulse = np.exp(-(((x - centre) / 0.05) ** 2))
        pressure, velocity = acoustics.propagate(density, pulse, 2, 0.3)
        # one half ran inwards for 0.6; the other ran 0.3 outwards and, at a wall, 0.3 back to where it began
        home = np.abs(x - centre) < 0.25
        assert pressure[1][home].sum() == pytest.approx(0.5 * back * pulse.sum(), abs=1e-4 * pulse.sum())
        assert np.abs(velocity[1][..., 1]).max() == 0


def test_no_wave_crosses_more_than_the_courant_number_of_a_cell():
    for density in (0.3, 1.0, 1e6):
        steps = acoustics.steps_per_frame(np.full((4, 4), density), 1 / 32)
        assert steps >= 1
        assert acoustics.TIME_STEP / steps * np.sqrt(4 / density) * 32 <= acoustics.COURANT


@pytest.mark.parametrize("cells", [3, 5, 8])
def test_a_maze_is_one_tree_of_paths_with_two_openings(cells):
    walls = acoustic_scattering_maze.maze(cells, np.random.default_rng(cells))
    open_pixels = 2 * cells**2 + 1  # cells, the cells - 1 passages of a tree, two openings
    assert (~walls).sum() == open_pixels
    assert not walls[1, 0]
    assert not walls[-2, -1]
    reached, frontier = {(1, 0)}, [(1, 0)]
    while frontier:
        x, y = frontier.pop()
        for there in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if min(there) >= 0 and max(there) < len(walls) and not walls[there] and there not in reached:
                reached.add(there)
                frontier.append(there)
    assert len(reached) == open_pixels


@pytest.mark.parametrize(
    "solver", [acoustic_scattering_maze, acoustic_scattering_discontinuous, acoustic_scattering_inclusions]
)
def test_a_scattering_set_is_deterministic_finite_and_starts_at_rest(solver):
    first, second = (solver.simulate((32, 32), 10, {}, np.random.default_rng(5)) for _ in range(2))
    pressure, velocity = first.fields["pressure"], first.fields["velocity"]
    assert np.isfinite(pressure).all()
    assert pressure[0].max() > 0.1
    assert (velocity[0] == 0).all()
    np.testing.assert_array_equal(pressure, second.fields["pressure"])
    np.testing.assert_allclose(
        first.constant_fields["speed_of_sound"] ** 2 * first.constant_fields["density"], acoustics.BULK_MODULUS
    )


def test_a_maze_is_silent_in_its_walls_at_first_and_hardly_moved_later():
    trajectory = acoustic_scattering_maze.simulate((64, 64), 20, {}, np.random.default_rng(2))
    walls = trajectory.constant_fields["density"] > 100
    assert 0.5 < walls.mean() < 0.65
    assert (trajectory.fields["pressure"][0][walls] == 0).all()
    assert np.abs(trajectory.fields["velocity"][:, walls]).max() < 1e-4

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import load

from replication.forecasting.linear_stencil import fitted
from replication.forecasting.rollout import rolled_out
from replication.forecasting.samples import Batch
from replication.forecasting.shape import ForecastShape
from replication.forecasting.windows import Histories
from replication.measurement.vrmse import vrmse
from replication.well.catalogue import dataset
from replication.well.generation import solver
from replication.well.writer import Origin, write

rotation = load("rotation")
NO_LIMIT = np.float32(1e9)


def histories(frames, asked):
    """Windows to forecast from, of frames (N, T, H, W, C)."""
    count, _, *grid, _ = frames.shape
    constants, scalars = np.empty((count, *grid, 0), np.float32), np.empty((count, 0), np.float32)
    return Histories(frames.astype(np.float32), constants, scalars, np.zeros((count, *grid), bool), asked)


def turning(phases, shape=(16, 8)):
    """u(x) exp(-i phase) with a random u: (T, *shape, 2)."""
    u = np.random.default_rng(0).normal(size=(*shape, 2)) @ [1, 1j]
    z = u * np.exp(-1j * np.asarray(phases))[:, None, None]
    return np.stack([z.real, z.imag], axis=-1)


def test_persistence_errs_by_the_change():
    """sin(x - phase): a step changes it by 2 sin(step / 2) times its amplitude, whatever the phase."""
    x, step = np.arange(32) * 2 * np.pi / 32, 0.3
    wave = np.sin(x[:, None] - step * np.arange(5)[:, None, None] + 0 * x)[..., None]
    given = histories(wave[None, :2], asked=3)
    forecast = rolled_out(load("persistence").prepare({}), given, NO_LIMIT)
    assert np.array_equal(forecast, np.repeat(given.history[:, 1:2], 3, axis=1))
    scale = math.sqrt((32**2 - 1) / 32**2)
    expected = [2 * math.sin(lead * step / 2) * scale for lead in (1, 2, 3)]
    assert vrmse(forecast[0], wave[2:])[:, 0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("phi", [2 * math.pi / 49, -0.7, 3.0])
def test_the_rotation_is_exact_where_a_field_turns(phi):
    frames = turning(phi * np.arange(6))
    np.testing.assert_allclose(rotation.turned(frames[:-1], phi), frames[1:], atol=1e-14)
    forecast = rolled_out(lambda given: rotation.turned(given.history[:, -1], phi), histories(frames[None, :1], 5), 9)
    np.testing.assert_allclose(forecast[0], frames[1:], atol=1e-5)


@pytest.fixture(scope="module")
def staircase():
    """One trajectory of the mini solver."""
    module, entry = solver("helmholtz_staircase"), dataset("helmholtz_staircase")
    return module.simulate(entry.shape_at(32), 6, module.PARAMETERS[3], np.random.default_rng(0))


def training_set(folder, trajectory):
    """Write a trajectory as the training split of a helmholtz_staircase in `folder`; returns the set's folder."""
    entry, origin = dataset("helmholtz_staircase"), Origin("test", differs="", settings="{}", trajectories=(0,))
    write(folder / entry.name / "data" / "train" / f"{entry.name}_0.hdf5", entry, 1, [trajectory], origin)
    return folder / entry.name


def test_a_step_of_the_staircase_turns_the_field_by_a_forty_ninth(tmp_path, staircase):
    """Not by a fiftieth, as the README says."""
    assert rotation.angle(training_set(tmp_path, staircase)) == pytest.approx(2 * math.pi / 49, rel=1e-6)


def test_the_fitted_angle_is_the_mean_one_where_angles_differ(tmp_path, staircase):
    """Amplitudes are the same in all frames, so least squares weighs the steps alike: arg(Σ exp(iφ))."""
    turns = np.array([0.1, 0.4, 0.2, 0.1, 0.7])
    frames = turning(np.cumsum([0, *turns]), staircase.shape)
    fields = dict(zip(staircase.fields, np.moveaxis(frames, -1, 0), strict=True))
    folder = training_set(tmp_path, dataclasses.replace(staircase, fields=fields))
    assert rotation.angle(folder) == pytest.approx(np.angle(np.exp(1j * turns).sum()), rel=1e-6)


def linear_samples(shape, change, windows=6, solid=None):
    """Samples whose change is a function of white noise inputs (N, shape.inputs, H, W)."""
    inputs = torch.randn(windows, shape.inputs, *shape.grid, generator=torch.Generator().manual_seed(0))
    target = change(inputs.double())
    counts = None if solid is None else ~solid.expand(windows, 1, *shape.grid)
    if solid is not None:
        target = torch.where(solid, 1e6, target)
    return SimpleNamespace(shape=shape, spread=lambda count: Batch(inputs[:count], target, counts))


def wave_step(inputs, periodic):
    """u(n+1) - u(n) = u(n) - u(n-1) + c² Laplacian u(n) + 0.3, leapfrog for the wave equation, walls reflecting."""
    before, last = inputs[:, :1], inputs[:, 1:2]
    laplacian = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=torch.float64)[None, None]
    modes = ["circular" if wraps else "replicate" for wraps in periodic]
    around = F.pad(F.pad(last, (0, 0, 1, 1), mode=modes[0]), (1, 1, 0, 0), mode=modes[1])
    return last - before + 0.2 * F.conv2d(around, laplacian) + 0.3


@pytest.mark.parametrize("periodic", [(True, True), (True, False), (False, False)])
def test_the_stencil_finds_a_linear_scheme_exactly(periodic):
    shape = ForecastShape(2, 1, 0, (24, 20), periodic)
    stencil = fitted(linear_samples(shape, lambda u: wave_step(u, periodic)))
    expected = torch.zeros(1, 2, 5, 5, dtype=torch.float64)
    expected[0, 0, 2, 2], expected[0, 1, 2, 2] = -1, 1 - 0.8
    expected[0, 1, [1, 3, 2, 2], [2, 2, 1, 3]] = 0.2
    torch.testing.assert_close(stencil.weight.detach(), expected, atol=1e-9, rtol=0)
    torch.testing.assert_close(stencil.bias.detach(), torch.tensor([0.3], dtype=torch.float64))
    unseen = torch.randn(1, 2, *shape.grid, dtype=torch.float64)
    torch.testing.assert_close(stencil(unseen), wave_step(unseen, periodic))


def test_frames_that_say_the_same_share_their_weight():
    """At rest, frames are equal: no unique least-squares solution, the smallest is taken. Scalars are not looked at."""
    shape = ForecastShape(2, 1, 1, (24, 24), (True, True))
    inputs = linear_samples(shape, lambda u: u).spread(6).inputs
    inputs[:, 0] = inputs[:, 1]
    stencil = fitted(SimpleNamespace(shape=shape, spread=lambda count: Batch(inputs, 0.5 * inputs[:, 1:2], None)))
    expected = torch.zeros(1, 2, 5, 5, dtype=torch.float64)
    expected[..., 2, 2] = 0.25
    torch.testing.assert_close(stencil.weight.detach(), expected, atol=1e-6, rtol=0)
    elsewhere = torch.cat([inputs[:, :2], 100 + inputs[:, 2:]], dim=1)
    assert torch.equal(stencil(elsewhere), stencil(inputs))


def test_points_inside_a_solid_do_not_count():
    shape = ForecastShape(1, 1, 0, (24, 24), (True, True))
    solid = torch.zeros(1, 1, 24, 24, dtype=torch.bool)
    solid[..., 5:9, 3:20] = True
    stencil = fitted(linear_samples(shape, lambda u: 0.5 * u, solid=solid))
    assert stencil.weight[0, 0, 2, 2] == pytest.approx(0.5)
    assert stencil.bias.abs().max() < 1e-9

"""What every solver promises: fields, shapes, boundaries and scalars of the catalogue, and the same bits again."""

from importlib import import_module

import numpy as np
import pytest

from replication.well.catalogue import DATASETS


@pytest.mark.parametrize("name", DATASETS)
def test_trajectory_is_as_the_catalogue_says_and_repeats_bit_for_bit(name):
    entry, solver = DATASETS[name], import_module(f"replication.well.solvers.{name}")
    shape, frames = entry.shape_at(32), 3
    first, second = (solver.simulate(shape, frames, solver.PARAMETERS[-1], np.random.default_rng(7)) for _ in range(2))
    assert list(first.fields) == list(entry.fields)
    assert list(first.constant_fields) == list(entry.constant_fields)
    assert first.shape == shape
    assert first.time.shape == (frames,)
    for field, order in entry.fields.items():
        assert first.fields[field].shape == (frames, *shape, *[2] * order)
        assert np.array_equal(first.fields[field], second.fields[field], equal_nan=True)
        assert np.isfinite(first.fields[field]).all()
    boundaries = {boundary.name: (boundary.dimensions, boundary.kind) for boundary in first.boundaries}
    assert boundaries == dict(entry.boundaries)
    assert tuple(first.scalars) == entry.scalars
    assert all(tuple(parameters) == entry.scalars for parameters in solver.PARAMETERS)
    for axis in first.axes.values():
        assert np.diff(axis) == pytest.approx(axis[1] - axis[0], rel=1e-9)
    assert len(solver.DIFFERENCES) > 20

"""Show that helmholtz_staircase is one rotation: from its published statistics, and on a trajectory solved here."""

import argparse

import numpy as np

from replication.measurement.vrmse import vrmse
from replication.seeds import generator
from replication.well.catalogue import published_statistics
from replication.well.solvers import helmholtz_staircase

NAME = "helmholtz_staircase"
SHAPE, FRAMES = (128, 32), 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags; there are none."""


def run(options: argparse.Namespace) -> None:
    """Print the angle that the real set's statistics imply, and what a rotation by it leaves of a step here.

    Turning a field of zero mean by φ changes it by 2 sin(φ/2) of its standard deviation.
    """
    statistics = published_statistics(NAME)
    fields = ("pressure_re", "pressure_im")
    changed, spread = (np.array([statistics[moment][field] for field in fields]) for moment in ("std_delta", "std"))
    changes = changed / spread
    print(f"published std of the change over std: {np.mean(changes):.4f}, mean of both fields")
    print(", ".join(f"2 sin(pi/{steps}) = {2 * np.sin(np.pi / steps):.4f}" for steps in (49, 50)))
    parameters, random = helmholtz_staircase.PARAMETERS[0], generator(NAME, "erratum")
    trajectory = helmholtz_staircase.simulate(SHAPE, FRAMES, parameters, random)
    z = np.nan_to_num(trajectory.fields["pressure_re"] + 1j * trajectory.fields["pressure_im"])
    turned = z[:-1] * np.exp(-2j * np.pi / 49)
    first, guess, target = (np.stack([each.real, each.imag], axis=-1) for each in (z[:-1], turned, z[1:]))
    still, errors = vrmse(first, target), vrmse(guess, target)
    print(f"one step here: VRMSE {np.median(still):.4f} if nothing moves, {errors.max():.1e} turned by 2 pi/49")

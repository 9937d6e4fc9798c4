"""Show that an FNO whose blocks' results are discarded trains nothing but a function of single points."""

import argparse
import importlib.util
from pathlib import Path

from replication import layout

GRID, CHANNELS = (32, 32), 3
EQUAL = 61
"""A size at which all widths of our FNO are equal, so that a block takes the lifted field."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--network", type=Path, default=layout.BASELINES / "fno.py", help="file that defines the FNO")


def run(options: argparse.Namespace) -> None:
    """Print gradients and reach of the blocks, with their results kept and discarded."""
    import torch

    from replication.forecasting.shape import ForecastShape
    from replication.papers.wavelit.discarded_blocks import effect

    specification = importlib.util.spec_from_file_location("fno", options.network)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    torch.manual_seed(0)
    network = module.FNO(ForecastShape(1, CHANNELS, 0, GRID, (True, True)), EQUAL)
    points = GRID[0] * GRID[1]
    for discard in (False, True):
        found = effect(network, discard=discard, grid=GRID, channels=CHANNELS)
        print(
            f"results of blocks {'discarded' if discard else 'kept'}: {found.with_gradient} of {found.in_blocks} "
            f"parameters in blocks have a gradient ({found.parameters} in all); "
            f"a change at one point reaches {found.reached} of {points}"
        )

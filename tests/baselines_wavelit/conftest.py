import importlib.util
from pathlib import Path

import pytest

from replication.forecasting.shape import ForecastShape

FOLDER = Path(__file__).parents[2] / "workflow" / "baselines"
TRAINED = ("fno", "unet", "convnext_unet", "vit", "plain_cnn")

# history, fields, constants, grid, periodic axes of the eight datasets at size 64
SHAPES = {
    "acoustic_scattering_maze": ForecastShape(4, 3, 1, (64, 64), (False, False)),
    "active_matter": ForecastShape(4, 10, 3, (64, 64), (True, True)),
    "gray_scott_reaction_diffusion": ForecastShape(4, 2, 2, (64, 64), (True, True)),
    "helmholtz_staircase": ForecastShape(4, 2, 2, (128, 32), (False, False)),
    "rayleigh_benard": ForecastShape(4, 4, 2, (128, 32), (True, False)),
    "shear_flow": ForecastShape(4, 4, 2, (64, 128), (True, True)),
    "turbulent_radiative_layer_2D": ForecastShape(4, 4, 1, (32, 96), (True, False)),
    "viscoelastic_instability": ForecastShape(4, 8, 4, (64, 64), (True, False)),
}


def load(name):
    """The module of a baseline's script, which is not part of a package."""
    spec = importlib.util.spec_from_file_location(f"baseline_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def script():
    return load

"""Trained forecasters on disk: the paper's networks, and those of baseline scripts, which are built by their script."""

import json
import runpy
from pathlib import Path
from typing import Any

from torch import nn

from replication.errors import UserError
from replication.forecasting.shape import ForecastShape
from replication.networks.saved import load_network
from replication.provenance.code_version import ROOT


def architecture(folder: Path) -> dict[str, Any]:
    """Return what rebuilds the network of a run; empty if it has none."""
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


def rebuilt(folder: Path) -> tuple[nn.Module, ForecastShape]:
    """Return the network of a finished run and its shape; a baseline's has fresh weights.

    Raises UserError where the run has no network for one dataset.
    """
    description = architecture(folder)
    if "source" in description:
        shape = read_shape(description["shape"])
        return runpy.run_path(str(ROOT.parent / description["source"]))["build"](shape, description["task"]), shape
    shapes = description.get("shapes", {})
    if len(shapes) != 1:
        raise UserError(f"{folder}/model.json: not a network for one dataset")
    return load_network(folder).requires_grad_(True), read_shape(next(iter(shapes.values())))


def read_shape(values: dict[str, Any]) -> ForecastShape:
    """Return a shape from its JSON values."""
    return ForecastShape(**{**values, "grid": tuple(values["grid"]), "periodic": tuple(values["periodic"])})

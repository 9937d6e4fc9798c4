"""Every training of preset `paper` fits one GPU of 80 GB, and the joint model one of 24 GB at 256², on fake tensors.

Beside the step a device holds, at most: the resident training splits, a batch as it was drawn and as it was rolled, and
three more copies of the weights: average, best, and those that a validation puts aside.
"""

import runpy
from pathlib import Path

import pytest
import torch

from replication.layout import PRESETS
from replication.networks.matching import count
from replication.networks.wavelit import WaveLiT, WaveLiTJoint
from replication.networks.wavelit_settings import sized
from replication.papers.wavelit.training import network
from replication.settings.loading import load_preset
from replication.well.catalogue import WAVELIT_EIGHT, dataset

BENCHMARK = runpy.run_path(str(Path(__file__).resolve().parents[2] / "benchmarks" / "wavelit_step.py"))
GPU, SMALL_GPU, SHARE = 80e9, 24e9, 0.9
"""Bytes of the devices, and how much of one tensors may take: the rest is the allocator's and CUDA's own."""
FLOAT, COPIES = 4, 3
BLOCK = load_preset(PRESETS / "paper.yaml").settings.wavelit


def fits(training, step, shape, parameters):
    """Whether a step of so many bytes fits, with all that lies beside it."""
    points = shape.grid[0] * shape.grid[1]
    drawn = 2 * training["batch"] * (shape.inputs + shape.fields) * points * FLOAT
    beside = training["resident_gb"] * 2**30 + drawn + COPIES * parameters * FLOAT
    return step + beside < SHARE * GPU


def native(name):
    return BENCHMARK["shape_of"](name, dataset(name).resolution)


@pytest.mark.slow
@pytest.mark.parametrize("name", WAVELIT_EIGHT)
def test_a_datasets_own_model_fits(name):
    settings, shape = BLOCK.training_settings(name, "wavelit"), native(name)
    training, architecture = settings["training"], network(settings["network"])
    part = training["batch"] // training["accumulation"]
    step = BENCHMARK["memory"](lambda: WaveLiT(shape, architecture), shape, part)
    with torch.device("meta"):
        assert fits(training, step, shape, count(WaveLiT(shape, architecture)))


@pytest.mark.slow
def test_the_joint_model_fits_on_the_dataset_that_takes_most():
    settings, shapes = BLOCK.training_settings("joint", "wavelit_joint"), {name: native(name) for name in WAVELIT_EIGHT}
    training, architecture = settings["training"], network(settings["network"])
    part = training["batch"] // training["accumulation"]
    largest = max(shapes, key=lambda name: shapes[name].inputs * shapes[name].grid[0] * shapes[name].grid[1])
    step = BENCHMARK["memory"](lambda: WaveLiTJoint(shapes, architecture), shapes[largest], part, dataset=largest)
    with torch.device("meta"):
        assert fits(training, step, shapes[largest], count(WaveLiTJoint(shapes, architecture)))
    # in one part, and with larger splits held, it would not
    assert not fits(training | {"resident_gb": 60}, 4 * step, shapes[largest], 0)


@pytest.mark.slow
def test_a_step_of_the_joint_model_of_ten_million_fits_a_small_gpu():
    shapes, architecture = {name: BENCHMARK["shape_of"](name, (256, 256)) for name in WAVELIT_EIGHT}, sized("10m")
    widest = max(shapes, key=lambda name: shapes[name].inputs)
    step = BENCHMARK["memory"](lambda: WaveLiTJoint(shapes, architecture), shapes[widest], 8, dataset=widest)
    with torch.device("meta"):
        copies = COPIES * FLOAT * count(WaveLiTJoint(shapes, architecture))
    assert step > copies
    assert step + copies < SHARE * SMALL_GPU

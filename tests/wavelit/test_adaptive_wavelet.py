"""The wavelet that is chosen is the one that compacts the changes of the dataset most."""

import pytest
import torch

from replication.forecasting.samples import Batch
from replication.networks.wavelet import VANISHING_MOMENTS, Coefficients, WaveletTransform
from replication.papers.wavelit import training

SETTINGS = {"history": 1, "training": {"resident_gb": 1.0}, "network": {"size": "mini", "wavelet": "adaptive"}}


def changes(wavelet):
    """Return fields made of few coefficients of one wavelet."""
    random = torch.Generator().manual_seed(0)
    details = [torch.zeros(4, 1, 3, side, side, dtype=torch.float64) for side in (32, 16)]
    for detail in details:
        places = torch.randint(detail[0, 0].numel(), (4, 1, 20), generator=random)
        detail.flatten(2).scatter_(2, places, 1.0)
    return WaveletTransform(wavelet, 2).synthesise(Coefficients(torch.zeros(4, 1, 16, 16).double(), details))


@pytest.mark.parametrize("wavelet", VANISHING_MOMENTS)
def test_the_wavelet_that_fields_are_made_of_is_chosen(wavelet, monkeypatch, tmp_path):
    class Made:
        def __init__(self, folder, split, history, *, resident_gb):
            assert split == "train"

        def spread(self, count):
            return Batch(torch.zeros(0), changes(wavelet), None)

    monkeypatch.setattr(training, "Samples", Made)
    energies = training.wavelet_energies(SETTINGS, tmp_path)
    assert energies[wavelet] == pytest.approx(1.0)
    assert training.with_wavelet(SETTINGS, energies)["network"] == {"size": "mini", "wavelet": wavelet}


def test_a_fixed_wavelet_stays_and_no_data_are_read(tmp_path):
    fixed = SETTINGS | {"network": {"size": "mini", "wavelet": "db4"}}
    assert training.with_wavelet(fixed, training.wavelet_energies(fixed, tmp_path / "nowhere")) == fixed

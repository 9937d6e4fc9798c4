"""WaveLiT can fit: one window of each mini dataset, to a thousandth of the change it is to forecast."""

import pytest
import torch

from replication.forecasting.samples import Samples
from replication.networks.wavelit import WaveLiT
from replication.networks.wavelit_settings import sized
from replication.well.catalogue import WAVELIT_EIGHT
from replication.well.generation import MiniSet, generate

STEPS = 600


@pytest.mark.slow
@pytest.mark.parametrize("name", WAVELIT_EIGHT)
def test_one_batch_of_each_dataset_is_learnt_by_heart(name, tmp_path):
    folder = generate(MiniSet(name, size=32, trajectories=3, frames=24, seed=0, code="test"), tmp_path, 1)
    samples = Samples(folder, "train", 4, resident_gb=1.0)
    batch = samples.spread(2)
    counts = 1.0 if batch.counts is None else batch.counts
    torch.manual_seed(0)
    network = WaveLiT(samples.shape, sized("mini", parity_shift=False)).train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, betas=(0.9, 0.99), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    target = batch.target * counts
    scale = float(target.square().mean())
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = (network(batch.inputs) * counts - target).square().mean() / scale
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if loss < 1e-3:
            break
    assert loss < 1e-3

import numpy as np
import pytest
import torch

from replication.measurement.vrmse import vrmse


def the_wells(prediction, target):
    """the_well's own metric; its package needs matplotlib."""
    spatial = pytest.importorskip("the_well.benchmark.metrics.spatial")
    from the_well.data.datasets import WellMetadata

    metadata = WellMetadata("x", 2, target.shape[-3:-1], [], [], {}, {}, [], 1, [1], [1])
    return spatial.VRMSE.eval(torch.as_tensor(prediction), torch.as_tensor(target), metadata).numpy()


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e3])
def test_the_score_is_the_wells(scale):
    random = np.random.default_rng(0)
    target = scale * random.normal(size=(3, 5, 16, 8, 4))
    prediction = target + 0.1 * scale * random.normal(size=target.shape)
    np.testing.assert_allclose(vrmse(prediction, target), the_wells(prediction, target), rtol=1e-12)


def test_the_score_of_single_precision_is_the_wells_to_single_precision():
    random = np.random.default_rng(1)
    target = random.normal(size=(2, 32, 32, 3)).astype(np.float32)
    prediction = target + random.normal(size=target.shape).astype(np.float32)
    np.testing.assert_allclose(vrmse(prediction, target), the_wells(prediction, target), rtol=1e-5)


def test_the_mean_scores_almost_one():
    target = np.random.default_rng(2).normal(size=(1, 32, 32, 1))
    mean = np.full_like(target, target.mean())
    assert vrmse(mean, target).item() == pytest.approx(np.sqrt(1023 / 1024), rel=1e-6)


def test_masked_points_do_not_count():
    random = np.random.default_rng(3)
    target, prediction = random.normal(size=(2, 4, 6, 5, 2))
    mask = random.random((6, 5)) < 0.3
    expected = vrmse(prediction[:, ~mask][:, :, None], target[:, ~mask][:, :, None])
    target[:, mask] = np.nan
    np.testing.assert_allclose(vrmse(prediction, target, mask=mask), expected, rtol=1e-12)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="target"):
        vrmse(np.zeros((2, 4, 4, 1)), np.zeros((3, 4, 4, 1)))

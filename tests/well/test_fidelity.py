import numpy as np
import pytest
import yaml

from replication.well.catalogue import dataset, published_statistics
from replication.well.fidelity import STRIP_BYTES, card, strip, write_strip


def test_a_set_with_the_published_statistics_is_near_in_every_channel(tmp_path):
    name = "active_matter"
    published = {moment: dict(fields) for moment, fields in published_statistics(name).items()}
    statistics = {**published, "rms": published["std"], "mean_delta": published["mean"], "rms_delta": published["std"]}
    (tmp_path / name).mkdir()
    (tmp_path / name / "stats.yaml").write_text(yaml.safe_dump(statistics))
    table = card(tmp_path / name)
    assert list(table["channel"]) == list(dataset(name).channels)
    assert (table["judgement"] == "near").all()
    np.testing.assert_allclose(table["std_ratio"], 1.0)


@pytest.mark.parametrize(
    ("factor", "judgement"), [(1.4, "near"), (1 / 1.4, "near"), (2.5, "off"), (4.0, "far"), (0.2, "far")]
)
def test_deviations_are_judged_by_their_factor(factor, judgement, tmp_path):
    name = "gray_scott_reaction_diffusion"
    published = {moment: dict(fields) for moment, fields in published_statistics(name).items()}
    published["std"] = {field: factor * value for field, value in published["std"].items()}
    statistics = {**published, "rms": published["std"], "mean_delta": published["mean"], "rms_delta": published["std"]}
    (tmp_path / name).mkdir()
    (tmp_path / name / "stats.yaml").write_text(yaml.safe_dump(statistics))
    assert (card(tmp_path / name)["judgement"] == judgement).all()


def test_rayleigh_benard_is_compared_with_its_uniform_twin():
    assert published_statistics("rayleigh_benard")["mean"]["buoyancy"] == 0.35549


def test_constant_fields_have_no_delta_to_compare(make_set):
    table = card(make_set("acoustic_scattering_maze")).set_index("channel")
    assert np.isnan(table.loc["density", "std_delta"])
    assert np.isnan(table.loc["density", "std_delta_published"])


def test_a_strip_shows_frames_of_a_test_trajectory_and_stays_small(make_set, tmp_path):
    folder = make_set("active_matter", shape=(200, 160), frames=9, per_file=1)
    frames = strip(folder, 4)
    assert str(frames["channel"]) == "D_xx"
    assert frames["frames"].shape[0] == 4
    np.testing.assert_allclose(frames["time"], 3 + 0.25 * np.array([0, 3, 5, 8]))
    write_strip(tmp_path / "strip.npz", folder)
    assert (tmp_path / "strip.npz").stat().st_size < STRIP_BYTES
    with np.load(tmp_path / "strip.npz", allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["frames"], strip(folder)["frames"])

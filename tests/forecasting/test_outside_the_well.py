"""A dataset that is none of The Well's goes the whole way: simulated, published, trained on, forecast and scored."""

import h5py
import numpy as np

from replication.forecasting.windows import GROUPS, publish
from replication.measurement.forecast import scores
from replication.papers.wavelit.training import train_bespoke
from replication.runs.outcome import Status
from replication.runs.run import Run
from replication.well.generation import MiniSet, generate

NAME = "kuramoto_sivashinsky"
SETTINGS = {
    "network": {"size": "mini", "width": 16, "wavelet": "adaptive"},
    "equal_to": None,
    "auxiliary": {"kind": "weighted_l1", "weight": 0.1},
    "history": 2,
    "training": {
        "steps": 120, "batch": 4, "peak_rate": 0.01, "validate_every": 40, "validation_windows": 8, "resident_gb": 1.0,
    },
}  # fmt: skip


def test_kuramoto_sivashinsky_is_forecast_better_than_by_its_last_frame(tmp_path):
    folder = generate(MiniSet(NAME, size=16, trajectories=4, frames=30, seed=0, code="test"), tmp_path / "sets", 1)
    given, kept = tmp_path / "given.h5", tmp_path / "kept.h5"
    publish(folder, 2, {"one_step_starts": None, "rollout_from": 17, "rollout_frames": 60}, given, kept)
    out = tmp_path / "cpu" / "wavelit" / NAME / "wavelit" / "seed0"
    outcome = train_bespoke(Run("wavelit", NAME, "wavelit", 0, out, SETTINGS, given, "test", data={NAME: folder}))
    assert outcome.status is Status.DONE
    with h5py.File(given) as file:
        last = {name: file[name]["history"][:, -1] for name in GROUPS}
    with h5py.File(kept) as file:
        fields, truth = list(file.attrs["fields"]), {name: file[name]["target"][:] for name in GROUPS}
    repeated = np.broadcast_to(last["rollout"][:, None], truth["rollout"].shape)
    still = {"one_step": last["one_step"], "rollout": repeated}
    own, persistence = (
        {each["metric"]: each["value"] for each in scores(forecast, truth, fields) if not each["condition"]}
        for forecast in (outcome.prediction, still)
    )
    assert fields == ["u"]
    assert own["vrmse_one_step"] < 0.6 * persistence["vrmse_one_step"]
    assert own["vrmse_1_20"] < persistence["vrmse_1_20"]

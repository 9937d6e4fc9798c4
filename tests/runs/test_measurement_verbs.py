"""What is measured over several arms of KD-PINN, from their folders alone."""

import json

import numpy as np
import pandas as pd
import pytest

from replication.__main__ import main
from replication.measurement.roofline import Shape
from replication.papers.kd_pinn.dynamics import METRICS
from replication.problems.burgers import Burgers

from .conftest import DISTILLED, EXPLOSIVE, SETTINGS, TINY, UNTRAINED, train

MEASURED = TINY.measurements("burgers")
WATCHED = {"training": SETTINGS["training"] | {"adam": {"steps": 20}}, "snapshots": 3}
SMALL = {
    "latency": {"batches": [10], "threads": [1], "runtimes": ["eager"], "repeats": 2},
    "roofline": {"matrix": 64, "stream": 2**12, "repeats": 1},
    "dynamics": {"snapshots": 3, "batches": 2, "points": 20, "slice_points": 3},
}


def measure(workplace, verb, teacher, *students):
    """Run a verb of measurement over the folders of a teacher and its students, and return its rows."""
    settings = json.dumps(MEASURED[verb.replace("-", "_")] | SMALL.get(verb, {}))
    folders = [str(folder) for folder in (teacher, *students)]
    hardware = ["--hardware", "cpu.json"]
    runs = ["--runs", *folders]
    pairs = {
        "latency": ["--baseline", folders[0], "--others", *folders[1:], "--cores", "1", *hardware],
        "roofline": ["--teacher", folders[0], "--student", folders[1], *hardware],
        "extrapolation": runs,
        "frequency-bands": [*runs, "--reference", str(workplace / "bands.npz")],
        "dynamics": ["--teacher", folders[0], "--students", *folders[1:]],
    }
    out = workplace / verb.replace("-", "_") / "seed0.csv"
    out.parent.mkdir()
    assert main([verb, "--settings", settings, *pairs[verb], "--out", str(out)]) == 0
    return pd.read_csv(out, keep_default_na=False)


@pytest.fixture
def bands(workplace):
    """The reference solution with its axes, as the rule `reference` writes it."""
    axes, points = Burgers(0.01).grid({"x": 8, "t": 5})
    named = {f"axis_{name}": axis for name, axis in axes.items()}
    np.savez(workplace / "bands.npz", points=points, **named, **Burgers(0.01).solution(points))


@pytest.mark.parametrize(
    ("verb", "judged", "of_teacher"),
    [
        ("latency", "speedup", True),
        ("roofline", "intensity_over_balance", True),
        ("extrapolation", "relative_l2", True),
        ("frequency-bands", "band_error", True),
        ("dynamics", "gradient_variance", False),
    ],
)
def test_over_a_diverged_teacher_there_are_rows_without_values(workplace, bands, verb, judged, of_teacher):
    teacher = train(workplace, "teacher", EXPLOSIVE)
    rows = measure(workplace, verb, teacher, train(workplace, "kd_student", DISTILLED, needs=[teacher]))
    assert len(rows)
    assert set(rows["value"]) == {""}
    assert judged in set(rows["metric"])
    expected = {("kd_student", "skipped"), *([("teacher", "diverged")] if of_teacher else [])}
    assert set(zip(rows["method"], rows["status"], strict=True)) == expected


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_operations_are_counted_where_the_roofline_puts_them_and_times_are_measured_on_cpus(workplace, device):
    teacher = train(workplace, "teacher", SETTINGS | UNTRAINED)
    student = train(workplace, "kd_student", DISTILLED | UNTRAINED, needs=[teacher])
    (workplace / "cpu.json").write_text(json.dumps({"device": device}))
    rows = measure(workplace, "latency", teacher, student)
    counted = rows[rows["metric"] == "flops_per_point"].set_index("method")["value"].astype(float)
    for folder in (teacher, student):
        hidden = json.loads((folder / "model.json").read_text())["hidden"]
        assert counted[folder.parent.name] == Shape((2, *hidden, 1)).flops
    speedups = rows[rows["metric"] == "speedup"]
    assert set(speedups["status"]) == {"done" if device == "cpu" else "skipped"}
    assert (speedups["value"] != "").all() == (device == "cpu")


def test_dynamics_watch_both_students_by_the_loss_that_they_share(workplace):
    teacher = train(workplace, "teacher", SETTINGS)
    students = [
        train(workplace, "kd_student", DISTILLED | WATCHED, needs=[teacher]),
        train(workplace, "scratch_student", SETTINGS | WATCHED),
    ]
    rows = measure(workplace, "dynamics", teacher, *students)
    assert set(METRICS) <= set(rows["metric"])
    taught, alone = (rows[rows["method"] == method] for method in ("kd_student", "scratch_student"))
    terms = {condition for condition in taught["condition"] if condition.startswith("term=distillation")}
    assert terms
    assert not terms & set(alone["condition"])
    shares = taught[taught["metric"] == "gradient_share"].astype({"value": float})
    steps = shares[shares["condition"].str.contains("step=")]
    together = steps.groupby(steps["condition"].str.extract(r"step=(\d+)", expand=False))["value"].sum()
    np.testing.assert_allclose(together, 1)
    landscape = rows[rows["metric"] == "landscape_flatness"].astype({"value": float})
    assert (landscape["value"] > 0).all()


def test_an_untrained_pair_of_equal_networks_is_equally_wrong_everywhere(workplace, bands):
    teacher = train(workplace, "teacher", SETTINGS | UNTRAINED)
    student = train(workplace, "kd_student", DISTILLED | UNTRAINED, needs=[teacher])
    for verb in ("extrapolation", "frequency-bands"):
        rows = measure(workplace, verb, teacher, student).astype({"value": float})
        pair = rows.pivot(index=["metric", "condition"], columns="method", values="value")
        np.testing.assert_array_equal(pair["teacher"], pair["kd_student"])
        assert pair["teacher"].max() > 0

"""Figures of KD-PINN's measurements: their numbers from a small made-up table, and that they can be drawn."""

import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from replication import layout
from replication.layout import RunKey
from replication.measurement.table import row, write_rows
from replication.papers.kd_pinn.figures.error_against_cost import pareto_front
from replication.report import figure, style
from replication.report.sources import FigureSources
from replication.runs.outcome import Status
from replication.storage.atomic import replacing

PROBLEMS = ("burgers", "stiff_reaction_diffusion")
ARMS = ("teacher", "kd_student", "scratch_student", "kd_only_student")
ERRORS = {"teacher": 1e-3, "kd_student": 2e-3, "scratch_student": 4e-3, "kd_only_student": 3e-3}
VARIANTS = {
    "kd_student-w0.1": 3e-3,
    "kd_student-w10": 1e-3,
    "kd_student-width32": 1.5e-3,
    "teacher-steps500": 1e-1,
    "kd_student-steps500": 1e-2,
}
SEEDS = (0, 1, 2)
MADE_UP = (
    "accuracy_by_arm",
    "extrapolation",
    "gradient_variance",
    "gradient_shares",
    "loss_landscape",
    "latency_by_batch",
    "roofline",
    "speedup_map",
    "page_faults",
    "width_sweep",
    "distillation_weight",
    "error_bound",
    "teacher_failure",
    "stiff",
    "error_against_cost",
)
"""Figures that the made-up table and predictions have something for."""
AXES = {"x": np.linspace(-1, 1, 12), "t": np.linspace(0, 1, 7)}


def table():
    rows = []
    for problem in PROBLEMS:
        for seed in SEEDS:
            for method, error in (ERRORS | VARIANTS).items():
                key = RunKey("cpu", "kd_pinn", problem, method, seed)
                scaled = error * (1 + seed)
                rows += [row(key, Status.DONE, metric, scaled, "1") for metric in ("relative_l2", "rmse")]
                rows.append(row(key, Status.DONE, "train_cpu", 10.0 if "teacher" in method else 4.0, "s", timing=True))
                rows.append(row(key, Status.DONE, "parameters", 2300 if "width" in method else 900, "1"))
                for band, share in {"low": 1.0, "mid": 2.0, "high": 9.0}.items():
                    rows.append(row(key, Status.DONE, "band_error", share * scaled, "1", f"band={band}"))
                if method in ARMS:
                    for domain, factor in {"mild_right": 10, "hard_right": 40, "extreme": 90}.items():
                        rows.append(row(key, Status.DONE, "relative_l2", factor * scaled, "1", f"domain={domain}"))
            rows += dynamics(problem, seed) + roofline(problem, seed)
    return rows


def dynamics(problem, seed):
    rows = []
    for method in ("kd_student", "scratch_student"):
        key = RunKey("cpu", "kd_pinn", problem, method, seed)
        terms = ["residual", "initial", *(["distillation"] if method == "kd_student" else [])]
        rows.append(row(key, Status.DONE, "top_hessian_eigenvalue", 10.0 + seed, "1"))
        for step in (0, 100, 400):
            for term in terms:
                rows.append(row(key, Status.DONE, "gradient_variance", 0.1 + step, "1", f"term={term};step={step}"))
                rows.append(row(key, Status.DONE, "gradient_share", 1 / len(terms), "1", f"term={term};step={step}"))
            if method == "kd_student":
                for one, other in (("residual", "initial"), ("residual", "distillation"), ("initial", "distillation")):
                    where = f"terms={one}|{other};step={step}"
                    rows.append(row(key, Status.DONE, "gradient_cosine", -0.5, "1", where))
        if seed == 0:
            for a in (-1, 0, 1):
                for b in (-1, 0, 1):
                    where = f"first={a};second={b}"
                    rows.append(row(key, Status.DONE, "landscape_loss", 1e-3 + a * a + 2 * b * b, "1", where))
    return rows


def roofline(problem, seed):
    teacher, student = (RunKey("cpu", "kd_pinn", problem, method, seed) for method in ("teacher", "kd_student"))
    rows = [
        row(teacher, Status.DONE, "peak_flops", 1e11, "1/s", timing=True),
        row(teacher, Status.DONE, "bandwidth", 2e10, "B/s", timing=True),
    ]
    for key, flops in ((teacher, 10300), (student, 1720)):
        rows.append(row(key, Status.DONE, "flops_per_point", flops, "1"))
        for fusion, traffic in {"fused": 12, "unfused": flops / 4}.items():
            where = f"fusion={fusion}"
            rows.append(row(key, Status.DONE, "arithmetic_intensity", flops / traffic, "1/B", where))
            rows.append(row(student, Status.DONE, "predicted_speedup", 5.0, "1", where, timing=True))
        for batch in (1, 10000):
            where = f"batch={batch};threads=1;runtime=eager"
            rows.append(row(key, Status.DONE, "latency", flops * batch / 1e10, "s", where, timing=True))
        for runtime, faults in {"eager": flops / 1e5, "eager_kept": 0.0}.items():
            where = f"batch=10000;threads=1;runtime={runtime}"
            rows.append(row(key, Status.DONE, "page_faults", 10_000 * faults, "1", where, timing=True))
    for runtime in ("eager", "eager_kept"):
        where = f"batch=10000;threads=1;runtime={runtime}"
        rows.append(row(student, Status.DONE, "speedup", 2.0**seed, "1", where, timing=True))
    for threads in (1, 2, "all"):
        where = f"batch=1;threads={threads};runtime=eager"
        rows.append(row(student, Status.DONE, "speedup", 2.0**seed, "1", where, timing=True))
        rows.append(row(teacher, Status.DONE, "latency_floor", 1e-6, "s", where, timing=True))
    return rows


def arrays(path: Path, **content):
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **content)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    files = [layout.table("quick", "kd_pinn")]
    write_rows(table(), root / files[0])
    points = np.stack(np.meshgrid(*AXES.values(), indexing="ij"), -1).reshape(-1, 2)
    random = np.random.default_rng(0)
    for problem in PROBLEMS:
        exact = {"u": np.sin(points[:, 0]), "v": points[:, 1]}
        files.append(layout.reference("quick", "kd_pinn", problem))
        axes = {f"axis_{name}": axis for name, axis in AXES.items()}
        arrays(root / files[-1], points=points, **axes, **exact)
        for method, error in ERRORS.items():
            for seed in SEEDS:
                files.append(RunKey("cpu", "kd_pinn", problem, method, seed).folder("quick") / "prediction.npz")
                wrong = {name: values + error * random.normal(size=len(points)) for name, values in exact.items()}
                arrays(root / files[-1], **({} if (method, seed) == ("kd_student", 2) else wrong))
    return FigureSources(root, files)


@pytest.fixture(scope="module")
def two_targets(sources, tmp_path_factory):
    """The same runs once more as those of a second target."""
    root = tmp_path_factory.mktemp("targets")
    shutil.copytree(sources.root, root, dirs_exist_ok=True)
    files = [root / path.relative_to(sources.root) for path in sources.files]
    rows = table()
    write_rows([*rows, *(replace(row, hardware="cuda") for row in rows)], root / layout.table("quick", "kd_pinn"))
    for key, path in sources.predictions():
        files.append(root / replace(key, hardware="cuda").folder("quick") / path.name)
        files[-1].parent.mkdir(parents=True)
        shutil.copyfile(path, files[-1])
    return FigureSources(root, files)


def content(name, sources, folder) -> pd.DataFrame:
    path = folder / f"{name}.csv"
    figure.write_data("kd_pinn", name, sources, path)
    return figure.read_data(path)


@pytest.mark.parametrize("name", MADE_UP)
def test_it_is_drawn_from_its_data(name, sources, tmp_path):
    shown = content(name, sources, tmp_path)
    assert figure.missing(shown) is None
    with style.applied():
        drawing = import_module(f"replication.papers.kd_pinn.figures.{name}").draw(shown)
        drawing.canvas.draw()
    assert drawing.get_figwidth() == style.WIDTH
    assert all(axis.has_data() for axis in drawing.axes)
    plt.close(drawing)


@pytest.mark.parametrize("name", MADE_UP)
def test_hardware_targets_are_kept_apart(name, sources, two_targets, tmp_path):
    together, alone = (content(name, of, tmp_path) for of in (two_targets, sources))
    pd.testing.assert_frame_equal(together[together["hardware"] == "cpu"].reset_index(drop=True), alone)
    draw = import_module(f"replication.papers.kd_pinn.figures.{name}").draw
    with style.applied():
        titles = [f"{axis.get_ylabel()} {axis.get_title('left')}" for axis in draw(together).axes]
        plt.close("all")
    assert sum("cuda" in title for title in titles) == sum("cpu" in title for title in titles) > 0


def test_fields_name_the_hardware_where_problems_ran_on_several(sources):
    module = import_module("replication.papers.kd_pinn.figures.error_fields")
    data = module.data(sources)
    with style.applied():
        for hardware, named in (("cpu", "Burgers, seed 0"), ("cuda", "Burgers, cuda, seed 0")):
            drawing = module.draw(data | {"burgers/hardware": np.array(hardware)})
            assert named in [axis.get_title("left") for axis in drawing.axes]
            plt.close(drawing)


def test_extrapolation_sets_the_headline_beside_the_domains(sources, tmp_path):
    data = content("extrapolation", sources, tmp_path)
    teacher = data[(data["method"] == "teacher") & (data["problem"] == "burgers")].set_index("domain")["median"]
    assert teacher.to_dict() == pytest.approx({"inside": 2e-3, "mild_right": 2e-2, "hard_right": 8e-2, "extreme": 0.18})
    assert not data["method"].str.contains("-").any()


def test_weights_are_read_from_names_and_errors_paired_with_the_teacher(sources, tmp_path):
    data = content("distillation_weight", sources, tmp_path)
    ratios = data[data["problem"] == "burgers"].groupby("weight")["ratio"].agg(["min", "max"])
    assert list(ratios.index) == [0.0, 0.1, 1.0, 10.0]
    np.testing.assert_allclose(ratios["min"], [4, 3, 2, 1])
    np.testing.assert_allclose(ratios["max"], ratios["min"])


def test_students_stand_over_the_teacher_that_they_learned_from(sources, tmp_path):
    data = content("teacher_failure", sources, tmp_path)
    seed0 = data[(data["problem"] == "burgers") & (data["seed"] == 0)].set_index(["method", "variant"])
    assert seed0.loc[("kd_student", "steps500"), ["teacher", "student"]].tolist() == [0.1, 0.01]
    assert seed0.loc[("kd_student", "main"), "teacher"] == 1e-3
    assert np.isnan(seed0.loc[("scratch_student", "main"), "teacher"])


def test_a_distilled_student_costs_what_it_and_its_teacher_cost(sources, tmp_path):
    data = content("error_against_cost", sources, tmp_path)
    costs = data[(data["problem"] == "burgers") & (data["seed"] == 0)].set_index("method")["cost"]
    assert costs.to_dict() == {"teacher": 10, "scratch_student": 4, "kd_student": 14, "kd_only_student": 14}


def test_a_method_of_others_costs_what_the_runs_that_it_reads_cost_too(sources, tmp_path, monkeypatch):
    module = import_module("replication.papers.kd_pinn.figures.error_against_cost")
    reading = {"theirs": SimpleNamespace(header=SimpleNamespace(needs=["teacher", "scratch_student"]))}
    monkeypatch.setattr(module, "baselines", lambda: reading)
    rows = table()
    key = RunKey("cpu", "kd_pinn", "burgers", "theirs", 0)
    rows += [row(key, Status.DONE, "relative_l2", 1e-3, "1"), row(key, Status.DONE, "train_cpu", 0.5, "s", timing=True)]
    write_rows(rows, path := tmp_path / layout.TABLES / "kd_pinn.csv")
    data = module.data(FigureSources(tmp_path, [path])).set_index(["problem", "method", "seed"])["cost"]
    assert data["burgers", "theirs", 0] == 10 + 4 + 0.5


def test_the_front_holds_what_nothing_cheaper_beats():
    means = pd.DataFrame({"cost": [1, 2, 3, 4], "error": [0.3, 0.4, 0.1, 0.1]}, index=list("abcd"))
    assert list(pareto_front(means.sample(frac=1, random_state=0)).index) == ["a", "c"]


def test_widths_are_told_apart_by_their_weights(sources, tmp_path):
    data = content("width_sweep", sources, tmp_path)
    wide = data[(data["parameters"] == 2300) & (data["problem"] == "burgers")].set_index("band")["median"]
    assert wide["high"] == pytest.approx(9 * wide["low"])
    assert wide["all"] == pytest.approx(3e-3)


def test_no_student_exceeds_the_bound_and_unfinished_runs_are_left_out(sources, tmp_path):
    data = content("error_bound", sources, tmp_path)
    assert (data["student"] <= data["teacher"] + data["distance"]).all()
    assert len(data) == len(PROBLEMS) * (3 * len(SEEDS) - 1)


def test_speed_ups_are_geometric_means(sources, tmp_path):
    assert content("speedup_map", sources, tmp_path)["mean"].to_numpy() == pytest.approx(2.0)


def test_page_faults_are_those_that_the_teacher_has_beyond_the_student(sources, tmp_path):
    data = content("page_faults", sources, tmp_path)
    assert len(data) == len(PROBLEMS) * len(SEEDS) * 2
    by_runtime = data.groupby("runtime")["faults"]
    assert by_runtime.get_group("eager").to_numpy() == pytest.approx((10300 - 1720) / 1e5)
    assert by_runtime.get_group("eager_kept").to_numpy() == pytest.approx(0.0)


def test_the_floor_is_drawn_as_a_method_and_may_be_missing(sources, tmp_path):
    data = content("latency_by_batch", sources, tmp_path)
    assert set(data["method"]) == {"teacher", "kd_student", "floor"}
    module = import_module("replication.papers.kd_pinn.figures.latency_by_batch")
    with style.applied():
        plt.close(module.draw(data[data["method"] != "floor"]))


def test_sweeps_stand_in_figures_of_their_own(sources, tmp_path):
    assert set(content("accuracy_by_arm", sources, tmp_path)["method"]) == set(ARMS)


def test_attained_operations_follow_from_latency(sources, tmp_path):
    data = content("roofline", sources, tmp_path)
    assert data.loc[data["quantity"] == "attained", "value"].to_numpy() == pytest.approx(1e10)

"""Figures: two steps, the second from the first's file alone, byte for byte."""

import shutil

import numpy as np
import pandas as pd
import pytest

from replication import layout
from replication.errors import UserError
from replication.layout import RunKey
from replication.measurement.table import COLUMNS
from replication.report import figure, style
from replication.report.sources import FigureSources, NoData, condition, read_tables, with_conditions

from . import synthetic

KD_FIGURES = figure.figures("kd_pinn")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return synthetic.grow(tmp_path_factory.mktemp("tree"))


@pytest.mark.parametrize("name", KD_FIGURES)
@pytest.mark.parametrize("suffixes", [("svg",), pytest.param(("pdf", "png"), marks=pytest.mark.slow)], ids="-".join)
def test_a_figure_is_drawn_from_its_data_file_alone_and_always_to_the_same_bytes(name, suffixes, sources, tmp_path):
    form = figure.declared("kd_pinn", name).format
    data = tmp_path / f"{name}.{form}"
    figure.write_data("kd_pinn", name, sources, data)
    elsewhere = tmp_path / "elsewhere" / data.name
    elsewhere.parent.mkdir()
    shutil.copy(data, elsewhere)

    first = figure.draw("kd_pinn", name, data, tmp_path / name, suffixes=suffixes)
    second = figure.draw("kd_pinn", name, elsewhere, tmp_path / "elsewhere" / name, suffixes=suffixes)

    assert [path.suffix[1:] for path in first] == list(suffixes)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.suffix
        assert b"<dc:date>" not in one.read_bytes()
        assert b"CreationDate" not in one.read_bytes()


@pytest.mark.parametrize("name", KD_FIGURES)
def test_a_figure_without_runs_names_what_is_missing(name, tmp_path):
    nothing = FigureSources(tmp_path, [])
    data = tmp_path / f"{name}.{figure.declared('kd_pinn', name).format}"
    figure.write_data("kd_pinn", name, nothing, data)
    lacking = figure.missing(figure.read_data(data))
    assert lacking
    svg = figure.draw("kd_pinn", name, data, tmp_path / name, suffixes=("svg",))[0].read_text()
    assert f"Missing: {lacking[:20]}" in svg


@pytest.mark.parametrize("name", KD_FIGURES)
def test_a_figure_declares_itself(name):
    said = figure.declared("kd_pinn", name)
    assert said.title
    assert not said.title.endswith(".")
    assert said.caption.endswith(".")
    assert len(said.caption) > 80


def test_an_unknown_figure_is_refused_by_name():
    with pytest.raises(UserError, match="no figure 'acuracy_by_arm'; figures are: accuracy_by_arm"):
        figure.declared("kd_pinn", "acuracy_by_arm")


def test_too_large_an_npz_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).normal(size=100_000)

    class Large:
        @staticmethod
        def data(sources):
            return {"noise": noise}

    monkeypatch.setattr(figure, "_module", lambda paper, name: Large)
    with pytest.raises(ValueError, match="at most 300 kB"):
        figure.write_data("kd_pinn", "error_fields", FigureSources(tmp_path, []), tmp_path / "large.npz")
    assert list(tmp_path.iterdir()) == []


def test_accuracy_keeps_every_seed_and_every_failure(sources):
    from replication.papers.kd_pinn.figures import accuracy_by_arm

    rows = accuracy_by_arm.data(sources)
    assert len(rows) == len(synthetic.ERRORS) * len(synthetic.SEEDS)
    assert list(rows.loc[rows["relative_l2"].isna(), "status"]) == ["diverged"]


def test_errors_in_the_field_figure_are_those_of_the_prediction(sources):
    from replication.papers.kd_pinn.figures import error_fields

    content = error_fields.data(sources)
    with np.load(sources.root / layout.reference("quick", "kd_pinn", "burgers")) as reference:
        truth, x, t = reference["u"], reference["axis_x"], reference["axis_t"]
    np.testing.assert_array_equal(content["burgers/fine"], x)
    column = np.searchsorted(t, content["burgers/at"][1])
    np.testing.assert_array_equal(content["burgers/cut/reference"][1], truth.reshape(len(x), len(t))[:, column])
    key = RunKey("cpu", "kd_pinn", "burgers", "teacher", int(content["burgers/seed"]))
    with np.load(sources.root / key.folder("quick") / "prediction.npz") as prediction:
        teacher = prediction["u"].reshape(len(x), len(t))
    np.testing.assert_array_equal(content["burgers/cut/teacher"][1], teacher[:, column])


def test_of_three_coordinates_the_last_instant_is_shown_of_several_fields_the_first(tmp_path):
    from replication.papers.kd_pinn.figures import error_fields

    axes = [np.linspace(0, 1, count) for count in (9, 7, 5)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    fields = {"u": points @ [1.0, 10.0, 100.0], "v": points[:, 0]}
    reference = layout.reference("quick", "kd_pinn", "taylor_green")
    named = dict(zip(("axis_x", "axis_y", "axis_t"), axes, strict=True))
    synthetic.save_arrays(tmp_path / reference, points=points, **named, **fields)
    run = RunKey("cpu", "kd_pinn", "taylor_green", "teacher", 0).folder("quick") / "prediction.npz"
    synthetic.save_arrays(tmp_path / run, **{name: field + 1 for name, field in fields.items()})

    content = error_fields.data(FigureSources(tmp_path, [reference, run]))

    expected = axes[0][:, None] + 10 * axes[1] + 100
    np.testing.assert_allclose(content["taylor_green/map/reference"], expected)
    np.testing.assert_allclose(content["taylor_green/map/teacher"], expected + 1)
    assert content["taylor_green/axes"].tolist() == ["x", "y"]
    data = tmp_path / "error_fields.npz"
    figure.write_data("kd_pinn", "error_fields", FigureSources(tmp_path, [reference, run]), data)
    assert figure.draw("kd_pinn", "error_fields", data, tmp_path / "error_fields")[0].stat().st_size > 10_000


def test_histories_skip_the_run_that_diverged(sources):
    from replication.papers.kd_pinn.figures import training_histories

    spread = training_histories.data(sources)
    counts = spread.groupby("method")["seeds"].max()
    assert counts["scratch_student"] == len(synthetic.SEEDS) - 1
    assert counts["teacher"] == len(synthetic.SEEDS)


def test_iterations_of_the_second_phase_follow_the_steps_of_the_first(sources):
    from replication.papers.kd_pinn.figures import training_histories

    spread = training_histories.data(sources)
    steps = spread[(spread["method"] == "teacher") & (spread["term"] == "residual")].set_index("phase")["step"]
    assert steps["adam"].max() == 1980
    assert steps["lbfgs"].min() == 2000
    assert steps["lbfgs"].max() == 2380


def test_sources_give_only_what_they_were_given(sources):
    some = [file for file in sources.files if "teacher" in file.parts]
    limited = FigureSources(sources.root, some)
    assert {key.method for key, _ in limited.predictions()} == {"teacher"}
    assert list(limited.references()) == []
    with pytest.raises(NoData):
        _ = limited.table
    assert [key.problem for key, _ in sources.references()] == ["burgers"]


def test_conditions_become_columns_and_other_conditions_stay_out():
    table = pd.DataFrame({"condition": ["", "batch=1;threads=2", "batch=1", "domain=hard_right"], "value": range(4)})
    rows = with_conditions(table, "batch", "threads")
    assert rows[["batch", "threads", "value"]].to_numpy().tolist() == [["1", "2", 1]]
    assert condition("") == {}
    assert condition("window=21_60;field=p") == {"window": "21_60", "field": "p"}


def test_empty_values_are_not_numbers_but_empty_text_is_text(tmp_path):
    path = tmp_path / "table.csv"
    of_a_run = dict.fromkeys(COLUMNS, "x") | {"condition": ""}
    pd.DataFrame([of_a_run | {"value": value} for value in ("", "1.5", "nan", "inf")]).to_csv(path, index=False)
    table = read_tables([path])
    assert table["condition"].tolist() == [""] * 4
    assert table["value"].isna().tolist() == [True, False, True, False]
    assert table["value"].dtype == float


def test_every_method_keeps_one_look_and_known_methods_are_all_different():
    within_a_paper = [
        style.look(name).colour for name in ("teacher", "kd_student", "scratch_student", "kd_only_student")
    ]
    assert len(set(within_a_paper)) == 4
    assert style.look("fourier_operator") == style.look("fourier_operator")
    assert style.look("kd_student-w10").colour == style.look("kd_student").colour
    assert style.look("kd_student-w10").marker != style.look("kd_student").marker
    assert style.ordered({"zeta", "kd_student", "teacher"}) == ["teacher", "kd_student", "zeta"]

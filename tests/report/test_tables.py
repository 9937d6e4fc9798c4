"""Tables in four forms, numbers as a reader writes them, strips and protocols."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication import numbers
from replication.report import protocol, strip, wording
from replication.report.tables import Table, costs, made, results, scores


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00213, "1", "0.00213"),
        (2.1e-5, "1", "2.10×10⁻⁵"),
        (-1234.5, "1", "−1234"),
        (0.0053, "s", "5.30 ms"),
        (3.6e-6, "s", "3.60 µs"),
        (4.0, "1", "4"),
        (math.nan, "s", "–"),
        (None, "1", "–"),
        (math.inf, "1", "∞"),
        (0.0, "s", "0 s"),
        (921.0, "kWh", "921 kWh"),
    ],
)
def test_numbers_are_written_with_three_digits_and_their_unit(value, unit, text):
    assert numbers.number(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0214, "21.4 ms"), (4.2, "4.20 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7530, "2 h 05 min")],
)
def test_lengths_of_time_are_written_in_the_units_of_a_clock(seconds, text):
    assert numbers.duration(seconds) == text


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_a_written_number_reads_back_to_half_a_percent(value):
    text = numbers.number(value).replace("×10", "e").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert float(text) == pytest.approx(value, rel=6e-3)


def test_a_table_is_the_same_in_every_form(tmp_path):
    frame = pd.DataFrame({"name": ["a|b", "c_d"], "value": [1.5e-7, math.nan], "unit": ["s", "s"]})
    table = Table("example", "Example", frame, {"value": "unit"}, hidden=("unit",))
    table.write(tmp_path)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "example.csv"), frame)
    markdown = (tmp_path / "example.md").read_text().splitlines()
    assert [cell.strip() for cell in markdown[2].replace("\\|", "¦").strip("|").split("|")] == ["a¦b", "0.150 µs"]
    assert r"c\_d" in (tmp_path / "example.tex").read_text()
    assert table.agreed(("name", "unit")) == {}
    assert table.without("name").columns == ["value"]


def test_a_table_for_programs_is_written_for_them_alone(tmp_path):
    Table("long", "Long", pd.DataFrame({"value": [1.0]}), formats=("csv",)).write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["long.csv"]


def test_ranges_of_margins_are_said_as_a_reader_would():
    edges = [("replicated", 0.1, 0.5), ("inconclusive", 0.5, 2.0), ("better", 2.0, 10.0)]
    rows = pd.DataFrame(edges, columns=["verdict", "margin_from", "margin_to"])
    below, between, above = strip.stretches(rows)
    assert (below.in_words, between.in_words, above.in_words) == ("below 0.50 ×", "0.50 to 2 ×", "above 2 ×")
    assert [one.registered for one in (below, between, above)] == [False, True, False]
    assert below.left == 0
    assert between.left + between.width / 2 == pytest.approx(50, abs=0.1)
    assert above.left + above.width == pytest.approx(100, abs=0.1)
    (throughout,) = strip.stretches(pd.DataFrame([("better", 0.1, 10.0)], columns=list(rows)))
    assert throughout.in_words == "at every margin"


def test_what_runs_cost_counts_variants_with_their_method():
    base = {"hardware": "cpu", "problem": "p", "status": "done", "compile_wall_s": 1.0, "peak_memory_mb": 300.0}
    counted = (("m", 2.0, 5.0), ("m-w10", 4.0, None), ("n", 9.0, 7.0))
    runs = [base | {"method": name, "cpu_s": cost, "energy_j": joules} for name, cost, joules in counted]
    runs[1] |= {"accelerator_memory_mb": 900.0}
    frame = costs(runs).frame.set_index("method")
    assert frame.loc["m", ["runs", "finished", "CPU time", "median of a run"]].tolist() == [2, 2, 6.0, 3.0]
    assert frame["host memory"].tolist() == [300.0, 300.0]
    assert frame.loc["m", "accelerator memory"] == 900.0
    assert math.isnan(frame.loc["n", "accelerator memory"])
    assert "accelerator memory" not in costs([runs[0], runs[2]]).columns
    assert frame.loc["n", "energy"] == 7.0
    assert math.isnan(frame.loc["m", "energy"])


def test_time_that_is_counted_elsewhere_says_where_and_is_not_zero():
    base = {"hardware": "cpu", "problem": "p", "seed": 0, "status": "done", "compile_wall_s": 0.0, "wall_s": 0.0}
    base |= {"peak_memory_mb": 300.0, "energy_j": None, "paper": "s2gpt_pinn", "preset": "quick", "config": []}
    entries = [
        base | {"method": "pinn", "cpu_s": 0.0},
        base | {"method": "neurons-pinn", "cpu_s": 9.0, "energy_j": 0.0},
        base | {"method": "wavelit_joint", "cpu_s": 0.0, "needs": ["wavelit_joint"]},
    ]
    table = costs(entries)
    frame = table.frame.set_index("method")
    assert list(frame["counted"]) == ["see neurons", "", "see joint"]
    assert list(frame["CPU time"].fillna(-1)) == [-1, 9.0, -1]
    assert math.isnan(frame.loc["neurons", "energy"])
    assert {"energy", "compilation"} <= set(table.hidden)
    assert made(entries, [None] * 3).frame["CPU time"].isna().tolist() == [True, False, True]


def test_results_are_medians_of_what_is_not_zero_throughout():
    base = {"hardware": "cpu", "problem": "p", "method": "m", "condition": "", "unit": "1", "status": "done"}
    values = {"rmse": (1.0, 3.0), "compile_wall": (0.0, 0.0), "parameters": (1_250_921.0, 1_250_921.0)}
    rows = [
        base | {"metric": name, "seed": seed, "value": v}
        for name, pair in values.items()
        for seed, v in enumerate(pair)
    ]
    table = results(pd.DataFrame([*rows, rows[0] | {"condition": "n=1", "value": 99.0}]))
    assert table.columns == ["hardware", "problem", "method", "seeds", "RMSE", "parameters"]
    assert table.readable() == [["cpu", "P", "m", "2", "2", "1250921"]]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("forecasts acoustic_scattering_maze with kd_student", "forecasts Acoustic maze with student, distilled"),
        ("an unknown_name stays", "an unknown_name stays"),
    ],
)
def test_sentences_name_problems_and_methods_as_figures_do(text, read):
    assert wording.sentence(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("teacher", "teacher"),
        ("fno unet vit linear_stencil my_own", "FNO; U-Net; ViT; linear stencil; my own"),
        ("wavelit-no_wavelet_loss; band=high", "WaveLiT, no wavelet loss; band high"),
    ],
)
def test_what_a_test_compares_with_stands_by_its_names(text, read):
    assert wording.against(text) == read


@pytest.mark.parametrize(
    ("metric", "read"),
    [
        ("vrmse_13_30", "VRMSE of steps 13 to 30"),
        ("step_flops", "floating-point operations of a training step"),
        ("survival_time", "survival time"),
    ],
)
def test_a_metric_is_read_in_words(metric, read):
    assert wording.metric(metric) == read


def test_a_small_estimate_shares_its_power_of_ten_with_its_interval():
    found = {"estimate": 9.55e-8, "low": 6.4e-8, "high": 1.43e-7, "unit": "1"}
    assert wording.measured(found) == "9.55 [6.40, 14.3] ×10⁻⁸"
    assert (
        wording.measured(found | {"estimate": 0.5, "low": 0.4, "high": 0.6, "unit": "s"}) == "500 ms [400 ms, 600 ms]"
    )


def test_scores_count_failed_runs_apart_from_values():
    rows = [("done", 1.0), ("done", 3.0), ("diverged", math.nan)]
    columns = {"metric": "rmse", "hardware": "cpu", "problem": "p", "method": "m", "condition": "", "unit": "1"}
    table = scores(pd.DataFrame([{**columns, "status": status, "value": value} for status, value in rows]))
    row = table.frame.iloc[0]
    assert (row["median"], row["lowest"], row["highest"], row["finished"], row["runs"]) == (2.0, 1.0, 3.0, 2, 3)


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=1.01, max_value=100))
def test_an_interval_on_a_strip_keeps_its_order(centre, factor):
    result = strip.Result(centre, centre / factor, centre * factor, centre, math.inf)
    axis = strip.Axis.around([result], 1.0, logarithmic=True)
    places = [axis.place(x) for x in (result.low, result.estimate, result.high, result.region_high)]
    assert places == sorted(places)
    assert 0 <= places[0] <= places[-1] <= strip.WIDTH


def test_protocol_sections_keep_their_order_and_what_is_not_written_is_pending(tmp_path):
    path = tmp_path / "protocol.md"
    path.write_text(
        "# A paper (arXiv 0)\nIntro.\n## Assumptions\n| a | b |\n|---|---|\n| 1 | <b>raw</b> |\n"
        "### Deeper\ntext\n## What was easy\nAll.\n"
    )
    read = protocol.read(path, "slug")
    assert read.title == "A paper (arXiv 0)"
    assert [section.heading for section in read.sections] == ["Assumptions", "What was easy"]
    assert "<table>" in read.sections[0].html
    assert "&lt;b&gt;raw&lt;/b&gt;" in read.sections[0].html
    assert "<h5>Deeper</h5>" in read.sections[0].html
    assert read.pending == ("Methodology", "Deviations", "What was difficult", "Citation")
    assert protocol.read(tmp_path / "none.md", "slug").title == "slug"

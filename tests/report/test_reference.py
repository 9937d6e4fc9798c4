"""The reference report: parts published one by one, and a page made from nothing but them."""

import base64
import json
import math
import re
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from replication import layout
from replication.errors import UserError
from replication.plan import Plan
from replication.report import figure, publication, reference
from replication.report.part import level, read_all
from replication.report.sources import read_tables
from replication.settings.loading import MODIFIED, load_preset
from replication.storage.atomic import write_json
from replication.verbs import rejudge
from replication.verdicts.claim import load_claims

from . import finished
from .finished import PAPER

ROOT = Path("reports/reference")
PAGE = Path("index.html")
NUMBER = r"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)"
COORDINATE = r"-?\d+(\.\d{1,2})?"
TAG = r"(<[^>]*>)"
BITMAP = r"image/png;base64,([\sA-Za-z0-9+/=]+)"
COMMIT = ("abcdef1234567890", False)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """An empty working directory, the code being committed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(publication, "commit_and_dirty", lambda: COMMIT)
    return tmp_path


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder in which Burgers was published from a run of published size, Taylor-Green from a reduced one."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(publication, "commit_and_dirty", lambda: COMMIT)
        finished.finish(laptop := finished.plan("laptop", "published"), "burgers")
        finished.finish(quick := finished.plan("quick", "reduced"), "taylor_green")
        assert [part.place for part in publication.publish(laptop, PAPER, ROOT)] == ["burgers on cpu"]
        assert [part.place for part in publication.publish(quick, PAPER, ROOT)] == ["taylor_green on cpu"]
    return folder


@pytest.fixture
def two_parts(workplace, published):
    """The parts of that folder, in a working directory of the test's own."""
    shutil.copytree(published, workplace, dirs_exist_ok=True)
    return read_all(ROOT)


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def same(path: Path, one: bytes, other: bytes) -> bool:
    """Whether two files say the same: pages and tables may differ in what depends on the processor, others never."""
    if path == PAGE:
        return same_page(one.decode(), other.decode())
    return path.suffix == ".csv" and same_table(one, other)


def same_table(one: bytes, other: bytes) -> bool:
    """Whether two tables are the same to the letter, and their floating-point numbers to nine digits."""
    try:
        pd.testing.assert_frame_equal(*(pd.read_csv(BytesIO(table)) for table in (one, other)), rtol=1e-9, atol=0)
    except AssertionError:
        return False
    return True


def same_page(one: str, other: str) -> bool:
    """Whether two pages are the same but for what depends on the processor: the last digits of numbers in their tags.

    Those are coordinates, widths and sort keys. Text is the same to the letter; colours of embedded bitmaps may be
    neighbours.
    """
    pictures = [re.findall(BITMAP, page) for page in (one, other)]
    texts = [re.split(TAG, re.sub(BITMAP, "", page)) for page in (one, other)]
    tags = [re.split(NUMBER, " ".join(text[1::2])) for text in texts]
    return (
        texts[0][::2] == texts[1][::2]
        and tags[0][::2] == tags[1][::2]
        and len(pictures[0]) == len(pictures[1])
        and all(map(_near, tags[0][1::2], tags[1][1::2]))
        and all(map(_same_colours, *pictures))
    )


def _near(one: str, other: str) -> bool:
    """Whether two numbers are one to six digits, or one coordinate of a drawing to its last, a hundredth."""
    coordinates = re.fullmatch(COORDINATE, one) and re.fullmatch(COORDINATE, other)
    return math.isclose(float(one), float(other), rel_tol=1e-6, abs_tol=0.0101 if coordinates else 0)


def _same_colours(one: str, other: str) -> bool:
    """Whether two PNG files in base64 have the same pixels to a step of a map of 256 colours."""
    first, second = (plt.imread(BytesIO(base64.b64decode(picture))) for picture in (one, other))
    return first.shape == second.shape and bool(np.abs(first - second).max() < 6 / 255)


def picture(shade: float) -> str:
    """Return a tag with a grey bitmap."""
    plt.imsave(file := BytesIO(), np.full((2, 2, 3), shade), format="png")
    return f'<image href="data:image/png;base64,\n{base64.b64encode(file.getvalue()).decode()}"/>'


@pytest.mark.parametrize(
    ("one", "other", "the_same"),
    [
        ('<td data-value="0.123456781">', '<td data-value="0.123456782">', True),
        ('<path d="M 5.49 -0.01">', '<path d="M 5.5 0">', True),
        ("<td>0.12345678901</td>", "<td>0.12345678902</td>", False),
        ("<td>0.03</td>", "<td>0.04</td>", False),
        ('<td data-value="0.1234">', '<td data-value="0.1235">', False),
        ('<td data-value="3">', '<td data-value="4">', False),
        ('<td data-value="1e-8">', '<td data-value="2e-8">', False),
        ('<path d="M 1 2">', '<path d="M 1 2 3">', False),
        ("<td>2.5 s</td>", "<td>2.5 ms</td>", False),
        (picture(0.5), picture(0.505), True),
        (picture(0.5), picture(0.6), False),
        (picture(0.5), "<image/>", False),
    ],
)
def test_the_last_digits_of_numbers_in_tags_are_all_that_may_differ(one, other, the_same):
    assert same_page(one, other) is the_same


@pytest.mark.parametrize(
    ("name", "one", "other", "the_same"),
    [
        ("verdicts.csv", "claim,low\nKD1,0.12345678901\n", "claim,low\nKD1,0.12345678902\n", True),
        ("verdicts.csv", "claim,low\nKD1,0.1234567\n", "claim,low\nKD1,0.1234568\n", False),
        ("verdicts.csv", "claim,n\nKD1,3\n", "claim,n\nKD1,4\n", False),
        ("verdicts.csv", "claim,verdict\nKD1,better\n", "claim,verdict\nKD1,replicated\n", False),
        ("verdicts.csv", "claim\nKD1\n", "claim\nKD1\nKD2\n", False),
        ("report.md", "0.12345678901", "0.12345678902", False),
    ],
)
def test_the_last_digits_of_a_tables_numbers_are_all_that_may_differ(name, one, other, the_same):
    assert same(Path(name), one.encode(), other.encode()) is the_same


def test_a_part_holds_its_rows_with_preset_and_commit_its_runs_figures_and_settings(two_parts):
    burgers, taylor_green = two_parts
    rows = pd.read_csv(burgers.rows)
    assert set(rows["problem"]) == {"burgers"}
    assert set(rows["preset"]) == {"laptop"}
    assert set(rows["commit"]) == {"abcdef1234"}
    assert len(rows[rows["metric"] == "rmse"]) == 9
    assert {run["problem"] for run in json.loads(burgers.runs.read_text())["runs"]} == {"burgers"}
    assert all(burgers.figure(name).is_file() for name in figure.figures(PAPER))
    assert (burgers.preset, burgers.size, burgers.modified) == ("laptop", "published", [])
    assert taylor_green.settings["size"] == "reduced"
    assert not list(ROOT.rglob("*.svg"))


def test_a_later_part_replaces_the_problems_it_holds_and_no_other(two_parts):
    before = contents(ROOT)
    finished.finish(laptop := finished.plan("laptop", "published"), "burgers", worse=2)
    publication.publish(laptop, PAPER, ROOT)
    after = contents(ROOT)
    assert before.keys() == after.keys()
    assert {path.parts[1] for path in before if before[path] != after[path]} == {"burgers"}


def test_an_unfinished_problem_is_left_out_by_name(workplace, capsys):
    finished.finish(quick := finished.plan("quick"), "burgers")
    lost = next(iter(quick.measurements(PAPER)))
    lost.unlink()
    with pytest.raises(UserError, match="no problem of kd_pinn has all its runs"):
        publication.publish(quick, PAPER, ROOT)
    assert f"left out: burgers on cpu: 1 of 24 files missing, first {lost}" in capsys.readouterr().err
    assert not read_all(ROOT)


def test_a_dataset_without_its_fidelity_card_is_left_out(workplace, monkeypatch, capsys):
    finished.finish(quick := finished.plan("quick"), "burgers")
    card = layout.fidelity("quick", "burgers", "csv")
    monkeypatch.setattr(Plan, "fidelity", lambda self, suffix: [card.with_suffix(f".{suffix}")])
    with pytest.raises(UserError, match="no problem of kd_pinn has all its runs"):
        publication.publish(quick, PAPER, ROOT)
    assert f"1 of 25 files missing, first {card}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value", "said"), [("code_version", "0" * 16, "made by code version 0"), ("settings", {}, "other settings")]
)
def test_runs_of_other_code_or_settings_are_refused_and_nothing_is_published(workplace, key, value, said):
    quick = finished.plan("quick")
    for problem in ("burgers", "taylor_green"):
        finished.finish(quick, problem)
    record = Path("results/quick/cpu/kd_pinn/taylor_green/teacher/seed1/training.json")
    record.write_text(json.dumps(json.loads(record.read_text()) | {key: value}))
    with pytest.raises(UserError, match=said) as caught:
        publication.publish(quick, PAPER, ROOT)
    assert str(record.parent) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert contents(ROOT) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"code_version": "0" * 16}, "made by code 0{16}"), ({"settings": {"repeats": 1}}, "made with other settings")],
)
def test_measurements_of_other_code_or_settings_are_refused(workplace, changed, said):
    finished.finish(quick := finished.plan("quick"), "burgers")
    latency = Path("results/quick/cpu/kd_pinn/burgers/measured/latency/seed1.json")
    latency.write_text(json.dumps(json.loads(latency.read_text()) | changed))
    with pytest.raises(UserError, match=rf"latency/seed1\.csv: {said}"):
        publication.publish(quick, PAPER, ROOT)
    assert contents(ROOT) == {}


def test_a_dataset_of_other_settings_is_refused(workplace):
    made = Plan(load_preset(Path(__file__).parents[2] / "workflow" / "presets" / "laptop.yaml"))
    record, settings = layout.well_dataset(made.name, "active_matter"), json.loads(made.dataset_settings(None))
    write_json(record, {"settings": settings})
    publication.check_dataset(made, "active_matter")
    settings["mini"]["size"] = 32
    write_json(record, {"settings": settings})
    with pytest.raises(UserError, match=r"active_matter\.json: made with other settings than those of preset laptop"):
        publication.check_dataset(made, "active_matter")


def test_a_dirty_tree_is_refused_or_recorded(workplace, monkeypatch):
    finished.finish(quick := finished.plan("quick"), "burgers")
    monkeypatch.setattr(publication, "commit_and_dirty", lambda: ("abcdef1234567890", True))
    with pytest.raises(UserError, match="commit first, or give --allow-dirty"):
        publication.publish(quick, PAPER, ROOT)
    publication.publish(quick, PAPER, ROOT, allow_dirty=True)
    (part,) = read_all(ROOT)
    assert part.dirty
    assert set(pd.read_csv(part.rows)["commit"]) == {"abcdef1234-dirty"}


def test_the_page_needs_the_parts_alone_and_is_the_same_wherever_it_is_made(two_parts, workplace, monkeypatch):
    # Two figures, one a table and one of arrays; that every figure is drawn to the same bytes is tested beside it.
    monkeypatch.setattr(figure, "figures", lambda paper: ["accuracy_by_arm", "error_fields"] * (paper == PAPER))
    shutil.rmtree("results")
    shutil.rmtree("data")
    reference.build(ROOT, ROOT)
    reference.build(ROOT, workplace / "elsewhere/deeper")
    assert contents(ROOT) == contents(workplace / "elsewhere/deeper")
    html = (ROOT / "index.html").read_text()
    assert 'href="kd_pinn/burgers/cpu/figures/accuracy_by_arm.csv"' in html
    assert str(workplace) not in html
    assert "<small>evidence: laptop, quick</small>" in html
    assert "snakemake --cores 1 --configfile workflow/presets/laptop.yaml --force results/laptop/" in html
    assert "snakemake --cores 1 --force results/quick/cpu/kd_pinn/taylor_green/" in html


def test_a_claim_over_parts_is_judged_at_the_weaker_size_and_names_both(two_parts):
    claims = {claim.id: claim for claim in load_claims(PAPER)}
    table = read_tables([part.rows for part in two_parts])
    over_both = level(claims["KD4"], two_parts, table)
    assert (over_both.size, over_both.evidence) == ("reduced", "laptop (burgers); quick (taylor_green)")
    on_burgers = level(claims["KD10"], two_parts, table)
    assert (on_burgers.size, on_burgers.evidence) == ("published", "laptop")
    changed = ["kd_pinn.latency.repeats", "kd_pinn.problems.burgers.variants.w10.seeds"]
    modified = [replace(part, modified=changed) for part in two_parts if part.problem == "burgers"]
    told = level(claims["KD10"], modified, table).evidence
    assert told == f"laptop{MODIFIED}kd_pinn.latency.repeats, variants.w10.seeds"
    elsewhere = [replace(part, modified=["kd_pinn.problems.kovasznay.seeds"]) for part in modified]
    assert level(claims["KD10"], elsewhere, table).evidence == "laptop"
    verdicts = reference.judged(two_parts)["verdicts"].set_index("claim")
    assert verdicts.loc["KD4", "evidence"] == over_both.evidence
    assert verdicts.loc["KD10", "reason"].startswith("not run: RMSE of teacher on Black-Scholes")


def test_figures_show_all_parts_and_say_what_is_missing_only_if_no_part_has_it(two_parts, workplace):
    errors = figure.read_data(reference.merged(PAPER, "accuracy_by_arm", two_parts, workplace))
    assert set(errors["problem"]) == {"burgers", "taylor_green"}
    fields = figure.read_data(reference.merged(PAPER, "error_fields", two_parts, workplace))
    assert {key.partition("/")[0] for key in fields} == {"burgers", "taylor_green"}
    np.testing.assert_array_equal(fields["burgers/fine"], finished.AXES["burgers"]["x"].astype(np.float32))
    nothing = figure.read_data(reference.merged(PAPER, "roofline", two_parts, workplace))
    assert figure.missing(nothing)


@pytest.mark.parametrize(
    ("problems", "content", "lacking"),
    [(2, "value\n1\n", "problem"), (1, "problem,value\nburgers,1\n", "hardware")],
)
def test_figure_data_whose_parts_cannot_be_told_apart_is_refused(two_parts, workplace, problems, content, lacking):
    parts = two_parts if problems == 2 else on_two_targets(two_parts[0])
    for part in parts:
        part.figure("accuracy_by_arm").write_text(content)
    with pytest.raises(ValueError, match=f"no column `{lacking}`"):
        reference.merged(PAPER, "accuracy_by_arm", parts, workplace)


def test_a_problem_stands_beside_itself_on_another_target(workplace, published):
    shutil.copytree(published, workplace, dirs_exist_ok=True)
    on_two_targets(read_all(ROOT)[0])
    gpu, cpu, taylor_green = read_all(ROOT)
    assert [gpu.place, cpu.place, taylor_green.place] == ["burgers on cuda", "burgers on cpu", "taylor_green on cpu"]
    errors = figure.read_data(reference.merged(PAPER, "accuracy_by_arm", [gpu, cpu], workplace))
    assert set(errors["hardware"]) == {"cpu", "cuda"}
    fields = figure.read_data(reference.merged(PAPER, "error_fields", [gpu, cpu], workplace))
    assert set(fields) == {*figure.read_data(gpu.figure("error_fields")), "burgers/hardware"}
    assert fields["burgers/hardware"] == "cuda"
    # a later part of one target leaves the other alone
    finished.finish(laptop := finished.plan("laptop", "published"), "burgers", worse=2)
    before = contents(gpu.folder)
    publication.publish(laptop, PAPER, ROOT)
    assert contents(gpu.folder) == before
    reference.build(ROOT, ROOT)
    html = (ROOT / "index.html").read_text()
    assert "burgers on cuda CSV" in html
    # a claim on Burgers rests on both
    claims = {claim.id: claim for claim in load_claims(PAPER)}
    parts = read_all(ROOT)
    on_burgers = level(claims["KD10"], parts, read_tables([part.rows for part in parts]))
    assert on_burgers.evidence == "gpu (burgers on cuda); laptop (burgers on cpu)"


def on_two_targets(part):
    """Return a part and its likeness on a GPU, which is written beside it."""
    folder = part.folder.with_name("cuda")
    shutil.copytree(part.folder, folder)
    for path in [*folder.glob("*.csv"), *folder.glob("figures/*.csv"), *folder.glob("*.json")]:
        path.write_text(path.read_text().replace("cpu,", "cuda,").replace('"cpu"', '"cuda"'))
    gpu = replace(part, folder=folder, target="cuda", preset="gpu", settings={"hardware": {"cuda": {"device": "cuda"}}})
    gpu.write()
    return gpu, part


def test_rejudging_names_what_changed_and_what_is_new(two_parts, workplace, capsys):
    reference.judged(two_parts)["verdicts"].to_csv(ROOT / "verdicts.csv", index=False)
    options = type("Options", (), {"parts": ROOT})
    rejudge.run(options)
    assert capsys.readouterr().out == "0 published verdicts changed\n"
    printed = pd.read_csv(ROOT / "verdicts.csv").drop(index=0)
    printed.loc[printed["claim"] == "KD4", "verdict"] = "better"
    printed.to_csv(ROOT / "verdicts.csv", index=False)
    rejudge.run(options)
    shown = capsys.readouterr().out
    assert "!!! kd_pinn KD1: no such claim -> " in shown
    assert "!!! kd_pinn KD4: better -> " in shown
    assert "2 published verdicts changed" in shown


def test_with_nothing_published_there_is_no_page(workplace):
    with pytest.raises(UserError, match="nothing is published there"):
        reference.build(ROOT, ROOT)


@pytest.mark.slow
@pytest.mark.skipif(not read_all(layout.REFERENCE), reason="nothing is published")
def test_what_is_published_is_small_and_what_its_parts_give(tmp_path):
    """A failure after a change of page, figures or claims says: `make reference`, and commit what it wrote."""
    committed = contents(layout.REFERENCE)
    reference.build(layout.REFERENCE, tmp_path)
    rebuilt = {path: content for path, content in contents(tmp_path).items() if path.parts[0] != reference.DRAWINGS}
    changed = [path for path, content in rebuilt.items() if committed.get(path) != content]
    for path in changed:
        assert same(path, rebuilt[path], committed[path]), f"{path} differs"
    assert sum(map(len, rebuilt.values())) < 1.3e6 * len(read_all(layout.REFERENCE))  # with tables of all places
    assert len(rebuilt[PAGE]) < 8e6

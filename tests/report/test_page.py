"""The page: one file, every claim, every link to something that is there, and the same bytes each time."""

import dataclasses
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pandas as pd
import pytest

from replication.baselines.declaration import BASELINES, baselines, declared
from replication.report import citations, content, judged_claim, page
from replication.report.inputs import Inputs
from replication.report.runs import Cost
from replication.settings.loading import MODIFIED
from replication.storage.atomic import write_json
from replication.verdicts.claim import load_claims

from . import synthetic


class Outline(HTMLParser):
    """Collects ids, links, headings and tags that were not closed."""

    VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "path", "use", "circle", "rect", "line", "image"})

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.headings, self.open = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        if "id" in (attributes := dict(attributes)):
            self.ids.append(attributes["id"])


@pytest.fixture(scope="module")
def outline(rendered):
    return Outline(rendered.html)


def test_tags_are_closed_ids_are_unique_and_headings_skip_no_level(outline):
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))


def test_every_link_leads_to_something_that_is_there(outline, rendered):
    assert all(link[1:] in outline.ids for link in outline.links if link.startswith("#"))
    files = [link for link in outline.links if not link.startswith("#")]
    assert files
    for link in files:
        assert (rendered.path.parent / link).exists(), link


def test_nothing_is_loaded_from_elsewhere(rendered):
    for attribute in ("src", "href"):
        for address in re.findall(rf'\b{attribute}="([^"#][^"]*)"', rendered.html):
            assert not re.match(r"(https?:)?//", address), address
    assert "@import" not in rendered.html
    assert not re.search(r"url\(['\"]?(?!#|data:)", rendered.html)


def test_every_claim_is_on_the_first_screen_and_leads_on_to_figure_rows_folder_and_command(rendered):
    glance = rendered.html[: rendered.html.index('class="key"')]
    verdicts = pd.read_csv(rendered.inputs.verdicts).set_index("claim")
    for claim in load_claims("kd_pinn"):
        link = re.search(rf'<a href="#kd_pinn-{claim.id}">(.*?)</a>', glance, re.DOTALL)
        assert verdicts.loc[claim.id, "verdict"] in link[1]
        section = part(rendered.html, claim.id)
        assert all(f"kd_pinn-{name}" in section for name in claim.figures)
    tested = part(rendered.html, "KD4")
    assert '<svg class="strip"' in tested
    run = "results/quick/cpu/kd_pinn/burgers/kd_student/seed0"
    assert f'<a href="../../{run}">{run}</a>' in tested
    anchor = "run-kd_pinn-cpu-burgers-kd_student-seed0"
    assert f'<a href="#{anchor}">command</a>' in tested
    row = rendered.html[rendered.html.index(f'id="{anchor}"') :]
    assert f"snakemake --cores 1 --force {run}/training.json" in row[: row.index("</tr>")]


def test_the_rows_under_a_claim_are_those_its_test_reads(rendered):
    claim = next(claim for claim in load_claims("kd_pinn") if claim.id == "KD4")
    rows = judged_claim.behind(claim, rendered.inputs.metric_rows)
    assert set(rows["metric"]) == {"rmse"}
    assert set(rows["method"]) == {"teacher", "kd_student"}
    assert len(rows) == 2 * len(synthetic.SEEDS)


def test_results_are_one_folded_table_of_medians_and_its_files_hold_the_rest(rendered):
    scores = rendered.html[rendered.html.index('id="scores-of-kd_pinn"') :]
    scores = scores[: scores.index("</section>")]
    assert re.search(r"<details><summary>Medians over seeds of 2 quantities, 4 methods and problems</summary>", scores)
    assert scores.count("<tr") == 1 + len(synthetic.ERRORS)
    every = len(pd.read_csv(rendered.inputs.tables / "kd_pinn" / "scores.csv"))
    assert f"highest of {every} quantities under every condition" in scores


def test_the_command_of_a_claim_makes_a_run_of_the_cell_that_decided(rendered):
    shown = re.findall(r'<pre class="command">(.*?)</pre>', part(rendered.html, "KD4"))
    assert shown == ["snakemake --cores 1 --force results/quick/cpu/kd_pinn/burgers/kd_student/seed0/training.json"]


def test_of_an_undecided_claim_it_is_said_how_many_tests_are_decided_and_on_how_many_seeds(rendered):
    evidence = pd.read_csv(rendered.inputs.evidence)
    of_kd4 = evidence["claim"] == "KD4"
    for column, values in {"verdict": ["replicated", "inconclusive"], "n": [3, 1]}.items():
        for row, value in zip(evidence.index[of_kd4][:2], values, strict=True):
            evidence.loc[row, column] = value
    known = judged_claim._known(evidence[of_kd4].head(2))
    assert known == "1 of 2 decided, n = 1 to 3"
    assert judged_claim._known(evidence[of_kd4].head(1)) == "n = 3"
    assert judged_claim._known(evidence[of_kd4].assign(n=float("nan"))) == ""


def test_measured_rows_lead_to_the_file_of_their_measurement(rendered):
    file = "results/quick/cpu/kd_pinn/burgers/measured/latency/seed0.csv"
    assert f'<a href="../../{file}">{file}</a>' in part(rendered.html, "KD1")


def test_cost_is_the_sum_over_runs_and_energy_is_never_zero(rendered):
    runs = len(synthetic.ERRORS) * len(synthetic.SEEDS)
    assert f"{60 * runs / 3600:.3f}" in rendered.html
    assert f"{runs - 1} of {runs}" in rendered.html
    assert "<dd>not available</dd>" in rendered.html
    entry = {"status": "done", "cpu_s": 1.0, "wall_s": 1.0, "compile_wall_s": 0.0}
    assert Cost.of([entry | {"energy_j": 3.0}, entry | {"energy_j": 4.0}]).energy_j == 7.0
    assert Cost.of([entry | {"energy_j": 3.0}, entry | {"energy_j": None}]).energy_j is None


def test_networks_that_runs_share_take_time_and_are_no_runs():
    entry = {"status": "done", "cpu_s": 1.0, "wall_s": 1.0, "compile_wall_s": 0.0}
    shared = entry | {"method": "neurons-pinn", "energy_j": 0.0}
    cost = Cost.of([entry | {"method": "pinn", "energy_j": 3.0}, shared])
    assert (cost.runs, cost.cpu_s, cost.energy_j) == (1, 2.0, 3.0)


def test_a_judged_claim_shows_where_its_verdict_would_flip(rendered):
    flips = pd.read_csv(rendered.inputs.sensitivity)
    judged = flips.groupby("claim")["verdict"].agg(list)
    assert len(judged)
    for claim, words in judged.items():
        shown = re.findall(r'<span class="([a-z-]+)" style="left:', part(rendered.html, claim))
        assert shown == [word.replace(" ", "-") for word in words]
    assert 'class="flips"' not in part(rendered.html, "KD11")


def test_the_page_says_how_often_verdicts_are_wrong_what_runs_cost_and_what_to_cite(rendered):
    calibration = rendered.html[rendered.html.index('id="calibration"') :]
    assert "20,000" in calibration
    assert "ordering, skewed seeds" in calibration
    cost = rendered.html[rendered.html.index('id="cost-of-kd_pinn"') :]
    assert re.search(r"student, no KD loss</td><td[^>]*>4</td><td[^>]*>3</td>", cost[: cost.index("</section>")])
    citations = rendered.html[rendered.html.index("What to cite") :]
    assert "student, KD loss only; student, distilled; student, no KD loss; teacher</td>" in citations
    assert "arXiv 2512.13336" in citations


def test_an_erratum_stands_with_its_command_and_its_figure(rendered):
    errata = rendered.html[rendered.html.index('id="errata"') :]
    assert "workflow/presets/laptop.yaml reports/laptop/figures/kd_pinn/speedup_map.svg" in errata
    assert '<a href="#kd_pinn-speedup_map">' in errata


def test_each_paper_has_the_sections_that_reproducibility_venues_ask_for(rendered):
    kd = rendered.html[rendered.html.index('<section class="paper" id="kd_pinn"') :]
    kd = kd[: kd.index('<section class="paper" id="s2gpt_pinn"')]
    for part in ("scope", "protocol", "scores", "cost", "failures", "runs"):
        assert f'id="{part}-of-kd_pinn"' in kd
    claims = [claim.id for claim in load_claims("kd_pinn")]
    assert f"{len(claims)} numbered claims, {claims[0]} to {claims[-1]}" in kd
    for heading in ("Methodology", "Assumptions", "Deviations", "What was easy", "What was difficult", "Citation"):
        assert f"<h4>{heading}</h4>" in kd
        assert f"#### {heading}" in rendered.markdown
    assert "### Failures" in rendered.markdown


def test_three_papers_stand_side_by_side_on_the_first_screen_with_every_claim(rendered):
    glance = rendered.html[rendered.html.index('class="glance"') : rendered.html.index('class="key"')]
    for paper in rendered.inputs.papers:
        assert f'aria-labelledby="glance-{paper}"' in glance
        assert glance.count(f'href="#{paper}-') == len(load_claims(paper))


def test_energy_that_was_not_counted_is_not_available_and_says_why(rendered):
    entry = {"status": "done", "cpu_s": 1.0, "wall_s": 1.0, "compile_wall_s": 0.0, "energy_j": None}
    told = [entry | {"energy_reason": "no counter"}, entry | {"energy_reason": "no counter"}, entry]
    assert Cost.of(told).energy_reason == "it was not recorded; no counter"
    assert "Energy is not available: it was not recorded." in rendered.html
    assert "Energy is not available: it was not recorded." in rendered.markdown


def test_what_others_did_while_a_claim_was_timed_is_said_where_it_was_counted(rendered, tmp_path):
    assert "others kept at most" not in rendered.html
    record = json.loads(rendered.inputs.runs[0].read_text())
    timed = [entry for entry in record["measurements"] if entry["measurement"] == "latency"]
    del timed[-1]["neighbours"]  # as in parts that were published before it was counted

    def counted(*cores):
        for value, entry in zip(cores, timed, strict=False):
            entry["neighbours"] = value
        write_json(tmp_path / "runs.json", record)
        inputs = dataclasses.replace(rendered.inputs, runs=(tmp_path / "runs.json",))
        page.render(inputs, tmp_path / "p.html", tmp_path / "p.md")
        html = (tmp_path / "p.html").read_text()
        assert "cores of others" in html
        return html[html.index('id="kd_pinn-KD1"') :], (tmp_path / "p.md").read_text()

    html, markdown = counted(0.02, 0.314)
    assert f"others kept at most 0.31 cores busy; counted in 2 of {len(timed)} sessions" in html
    assert f"While it was timed, others kept at most 0.31 cores busy; counted in 2 of {len(timed)} sessions" in markdown
    html, _ = counted(*[0.004] * len(timed))
    assert "others kept at most 0.00 cores busy</dd>" in html


def test_what_surprised_us_is_shown_where_a_paper_has_it(rendered, tmp_path, monkeypatch):
    monkeypatch.setattr(content, "SURPRISES", tmp_path / "none.md")
    page.render(rendered.inputs, tmp_path / "p.html", tmp_path / "p.md")
    assert "What surprised us" not in (tmp_path / "p.html").read_text()
    (tmp_path / "surprises.md").write_text("# Surprises\n\n- *One* <b>seed</b>\n")
    monkeypatch.setattr(content, "SURPRISES", tmp_path / "surprises.md")
    page.render(rendered.inputs, tmp_path / "p.html", tmp_path / "p.md")
    html = (tmp_path / "p.html").read_text()
    assert "<em>One</em> &lt;b&gt;seed&lt;/b&gt;" in html[html.index('id="surprises-of-kd_pinn"') :]
    assert html.count("<h1>") == 1
    assert "### What surprised us\n\n- *One* <b>seed</b>\n" in (tmp_path / "p.md").read_text()


def test_datasets_stand_on_the_page_and_in_its_twin(rendered, tmp_path):
    folder = tmp_path / "datasets"
    folder.mkdir()
    (folder / "active_matter.csv").write_text("dataset,field,std,std_published\nactive_matter,velocity,0.5,0.6\n")
    (folder / "active_matter.svg").write_text('<svg width="1" height="1"><text>frame</text></svg>')
    about = {"source": "mini", "resolution": [32, 64], "trajectories": 7, "frames": 9, "differs": "smaller box"}
    (folder / "active_matter.json").write_text(json.dumps(about))
    page.render(dataclasses.replace(rendered.inputs, datasets=folder), tmp_path / "p.html", tmp_path / "p.md")
    for name in ("p.html", "p.md"):
        text = (tmp_path / name).read_text()
        text = text[text.index("Statistics of each dataset") :]
        for said in ("Active matter", "32 × 64 points, 7 trajectories of 9 frames", "smaller box", "std, real"):
            assert said in text, (name, said)


@pytest.mark.parametrize("name", sorted(baselines()))
def test_every_baseline_says_what_to_cite(name):
    run = {"paper": declared(BASELINES / f"{name}.smk").header.paper, "method": name, "problem": "any"}
    (cited,) = citations.table([run], {run["paper"]: "the paper"}).frame["citation"]
    assert cited != "the paper"
    assert "none given" not in cited


def test_a_run_that_failed_is_listed_with_its_reason(rendered):
    failures = rendered.html[rendered.html.index('id="failures-of-kd_pinn"') :]
    assert "the loss was not finite at Adam step 812" in failures
    assert "1 of 16 runs did not finish" in failures
    assert "the loss was not finite at Adam step 812" in rendered.markdown


def test_a_paper_without_runs_is_pending_and_breaks_nothing(rendered):
    pending = rendered.html[rendered.html.index('<section class="paper" id="wavelit"') :]
    assert 'class="chip pending"' in pending


def test_with_nothing_at_all_every_claim_is_pending(tmp_path):
    nowhere = tmp_path / "nothing"
    names = ("verdicts", "evidence", "sensitivity", "figures", "tables")
    paths = {name: nowhere / name for name in names}
    inputs = Inputs("quick", ("kd_pinn",), **paths, metrics=(nowhere / "metrics",), runs=(), root=None)
    page.render(inputs, tmp_path / "kd_pinn.html", tmp_path / "kd_pinn.md")
    html = (tmp_path / "kd_pinn.html").read_text()
    claims = len(load_claims("kd_pinn"))
    glance = html[: html.index('class="key"')]
    assert glance.count('class="chip pending"') == claims + 1
    assert f"{claims} pending" in html
    assert Outline(html).open == []


def test_rendering_twice_gives_the_same_bytes(rendered, tmp_path):
    again = rendered.path.with_name("again.html")
    page.render(dataclasses.replace(rendered.inputs), again, again.with_suffix(".md"))
    assert again.read_text() == rendered.html
    assert again.with_suffix(".md").read_text() == rendered.markdown


def test_text_from_runs_and_verdicts_is_escaped(rendered, tmp_path):
    verdicts = pd.read_csv(rendered.inputs.verdicts)
    verdicts["reason"] = "<script>alert(1)</script> & | pipe"
    verdicts.to_csv(tmp_path / "verdicts.csv", index=False)
    page.render(
        dataclasses.replace(rendered.inputs, verdicts=tmp_path / "verdicts.csv"), tmp_path / "p.html", tmp_path / "p.md"
    )
    html = (tmp_path / "p.html").read_text()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; | pipe" in html


def test_a_page_without_run_folders_links_to_none(rendered, tmp_path):
    page.render(dataclasses.replace(rendered.inputs, root=None), tmp_path / "p.html", tmp_path / "p.md")
    assert "../results" not in (tmp_path / "p.html").read_text()


def test_another_preset_is_named_in_the_command_before_an_option_that_ends_its_list():
    from replication.report import runs

    run = {"hardware": "cpu", "paper": "kd_pinn", "problem": "burgers", "method": "teacher", "seed": 2}
    run |= {"preset": "laptop", "config": []}
    target = "results/laptop/cpu/kd_pinn/burgers/teacher/seed2/training.json"
    expected = f"snakemake --cores 1 --configfile workflow/presets/laptop.yaml --force {target}"
    assert runs.command(run) == expected


def test_what_the_command_line_changed_is_typed_again():
    from replication.report import runs

    run = {"hardware": "cpu", "paper": "kd_pinn", "problem": "burgers", "method": "teacher", "seed": 2}
    run |= {"preset": "quick", "config": ['kd_pinn={"problems": {"burgers": {"seeds": 3}}}']}
    target = "results/quick/cpu/kd_pinn/burgers/teacher/seed2/training.json"
    config = """'kd_pinn={"problems": {"burgers": {"seeds": 3}}}'"""
    assert runs.command(run) == f"snakemake --cores 1 --config {config} --force {target}"


def test_the_markdown_twin_names_every_verdict(rendered):
    verdicts = pd.read_csv(rendered.inputs.verdicts)
    for claim, word in zip(verdicts["claim"], verdicts["verdict"], strict=True):
        assert f"### {claim}: {word}" in rendered.markdown


def test_rendering_needs_no_torch():
    code = "import sys, replication.report.page, replication.report.figure; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_declaring_a_figure_imports_neither_pandas_nor_matplotlib():
    code = (
        "import sys; from replication.report import figure; figure.declared('kd_pinn', 'speedup_map');"
        "sys.exit(bool({'matplotlib', 'seaborn', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def part(html, claim):
    start = html.index(f'id="kd_pinn-{claim}"')
    return html[start : html.index("</article>", start)]


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ("quick, unfinished", ["quick"]),
        (f"quick{MODIFIED}kd_pinn.latency.repeats, unfinished", ["quick", "some modified"]),
    ],
)
def test_a_page_of_what_exists_so_far_is_modified_only_if_settings_were(evidence, told):
    claims = [SimpleNamespace(found={"evidence": evidence})]
    assert content._levels(SimpleNamespace(parts=(), preset="quick"), "kd_pinn", claims) == told

"""Snakemake makes a report of its own, with what the rules declare for it; CI makes the whole one, of preset smoke."""

import pytest

pytestmark = pytest.mark.slow

TARGETS = ("reports/tiny/figures/kd_pinn/accuracy_by_arm.svg", "reports/tiny/verdicts/kd_pinn.csv")


def test_snakemakes_own_report_shows_figures_their_data_and_tables_with_captions(workplace):
    made = workplace.snakemake(*TARGETS)
    assert made.returncode == 0, made.stdout
    shown = workplace.snakemake(*TARGETS, "--report", "provenance.html")
    assert shown.returncode == 0, shown.stdout
    report = (workplace.folder / "provenance.html").read_text()
    for said in (
        "Figures",
        "Data",
        "Tables",
        "accuracy_by_arm",
        "Drawn from its data file alone",
        "One row a claim of",
    ):
        assert said in report, said

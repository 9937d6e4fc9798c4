"""What neurons cost is counted once, in an entry of their own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from replication.papers.s2gpt_pinn import full
from replication.report import runs
from replication.runs.outcome import write


def test_neurons_have_entries_of_their_own(workshop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    methods, records = ("gpt_pinn", "s2gpt_pinn"), []
    for method in methods:
        run = workshop.run(method)
        write(workshop.build(method), run.folder, {"settings": run.settings, "seed": 0}, {})
        records.append(run.folder.relative_to(workshop.root) / "training.json")
    monkeypatch.chdir(workshop.root)
    entries = runs.collect(records)["runs"]
    arms = {entry["method"]: entry for entry in entries if not runs.is_shared(entry)}
    shared = [entry for entry in entries if runs.is_shared(entry)]
    built = [workshop.build(method) for method in methods]
    distinct = {record["folder"]: record["cpu_s"] for outcome in built for record in outcome.details["neurons"]}
    assert sum(entry["cpu_s"] for entry in shared) == pytest.approx(sum(distinct.values()))
    assert set(arms) == set(methods)
    for outcome, entry in zip(built, arms.values(), strict=True):
        assert entry["cpu_s"] < outcome.phases["pinn"].cpu_s
        assert entry["cpu_s"] > 0
    assert runs.folder(shared[0]) == Path("results/preset/cpu/s2gpt_pinn/neurons")
    assert all((runs.folder(shared[0]) / name / "neuron.json").is_file() for name in distinct)
    assert runs.command(shared[0]).endswith("burgers/gpt_pinn/seed0/training.json")


def test_full_pinns_answer_the_first_queries_alone(workshop: Any) -> None:
    outcome = full.answer(workshop.run("pinn"))
    size = 20 * 15
    assert outcome.details["answered_points"] == 2 * size
    assert outcome.prediction["u"].shape == (2 * size,)
    assert [record["parameters"] for record in outcome.details["neurons"]] == outcome.weights["parameters"].tolist()
    exact = workshop.reference()["u"][: 2 * size]
    assert np.linalg.norm(outcome.prediction["u"] - exact) < 0.2 * np.linalg.norm(exact)

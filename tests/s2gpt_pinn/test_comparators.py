"""Comparison methods that come through the door, run on the small family."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from replication.networks.compression import largest_weights
from replication.networks.flat import flatten
from replication.networks.saved import predict
from replication.papers.s2gpt_pinn.compressed import STEPS, Training
from replication.papers.s2gpt_pinn.measurements.query_accuracy import query_accuracy, query_errors
from replication.papers.s2gpt_pinn.parametric import Parametric
from replication.papers.s2gpt_pinn.queries import reference
from replication.papers.s2gpt_pinn.task import QueryTask
from replication.papers.s2gpt_pinn.trained import Trained
from replication.runs.outcome import write

SCRIPTS = Path(__file__).parents[2] / "workflow/baselines"


@pytest.fixture(scope="module")
def task(workshop: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small family's task, with the neurons' own parameters among the queries."""
    run = workshop.run("gpt_pinn")
    write(workshop.build("gpt_pinn"), run.folder, {"settings": run.settings, "seed": 0}, {})
    root = tmp_path_factory.mktemp("task")
    points = workshop.evaluation["points"].copy()
    grid = points[: 20 * 15, 1:]
    first = Trained.load(run.folder).meta.parameters[0][0]
    at_neuron = np.column_stack([np.full(len(grid), first), grid])
    np.savez(root / "evaluation.npz", **(workshop.evaluation | {"points": np.concatenate([at_neuron, points])}))
    content = workshop.settings.task("burgers") | {
        "evaluation": str(root / "evaluation.npz"),
        "coordinates": ["x", "t"],
    }
    (root / "task.json").write_text(json.dumps(content), encoding="utf-8")
    return root / "task.json"


def answered(task: Path, name: str, *arguments: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """Run a script; return its folder and the reference file's content."""
    out = task.parent / f"results/preset/cpu/s2gpt_pinn/burgers/{name}/seed0"
    out.mkdir(parents=True, exist_ok=True)
    script = SCRIPTS / f"{name}.py"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", [str(word) for word in (script, task, *arguments, out)])
        runpy.run_path(str(script), run_name="__main__")
    with np.load(task.parent / "evaluation.npz") as file:
        published = dict(file)
    content = json.loads(task.read_text(encoding="utf-8"))
    return out, published | reference(content, published["points"])


def test_pod_galerkin_answers_within_its_share_of_energy(task: Path) -> None:
    out, published = answered(task, "pod_galerkin")
    assert query_errors(out, published).max() < 5e-4
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert record["parameters"] < 7
    assert set(record["phases"]) == {"reduction", "queries"}
    assert record["query_s"] > 0
    rows = query_accuracy([], published, [out])
    assert {r.method for r in rows} == {"pod_galerkin"}


def test_nearest_neuron_at_its_own_parameters_is_that_neuron(task: Path, workshop: Any) -> None:
    run = workshop.run("gpt_pinn").folder
    out, published = answered(task, "nearest_neuron", run)
    trained, queries = Trained.load(run), QueryTask.read(task)
    values = trained.columns(queries.grid).T.numpy()
    with np.load(out / "prediction.npz") as file:
        found = file["u"].reshape(len(queries.parameters), -1)
    assert np.array_equal(found[0], values[0])
    assert all((values == answer).all(axis=1).any() for answer in found)
    assert len(query_errors(out, published)) == len(queries.parameters)


@pytest.mark.parametrize("name", ["pruned_pinn", "pruned_pinn_untuned", "quantised_pinn"])
def test_compressed_networks_answer_every_query(task: Path, workshop: Any, name: str) -> None:
    out, published = answered(task, name, workshop.run("gpt_pinn").folder)
    errors = query_errors(out, published)
    assert np.isfinite(errors).all()
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert record["phases"]["training"]["steps"] == STEPS * len(errors)
    weights, biases = 2 * 8 + 8 * 8 + 8, 8 + 8 + 1
    if name == "quantised_pinn":
        assert record["bytes"] == weights + 4 * biases + 4 * (8 + 8 + 1)
        assert record["bytes_in_float32"] == 4 * (weights + biases)
    else:
        assert record["parameters"] == weights // 2 + biases


def test_training_on_lowers_the_error_and_keeps_removed_weights_at_zero(workshop: Any) -> None:
    run = workshop.run("gpt_pinn")
    write(workshop.build("gpt_pinn"), run.folder, {"settings": run.settings, "seed": 0}, {})
    network = Trained.load(run.folder).networks[0]
    problem = Parametric.of(run.settings["family"]).at([0.3])
    grid = problem.grid({"x": 20, "t": 15})[1]
    exact = problem.solution(grid)["u"]
    training = Training(problem, run.settings["family"]["trainer"], ("test",))

    def error() -> float:
        return float(np.linalg.norm(predict(network, ("u",), grid)["u"] - exact) / np.linalg.norm(exact))

    before, start = error(), flatten(network)
    training(network, 0)
    assert torch.equal(flatten(network), start)
    training(network, 12)
    assert error() < before / 2
    kept = largest_weights(network, 0.3)
    training(network, 4, kept)
    assert (flatten(network)[~kept] == 0).all()
    assert (flatten(network)[kept] != 0).all()

import copy
import dataclasses
import json
import logging
from typing import Any

import numpy as np
import pytest
import torch

from replication.networks.mlp import MLP
from replication.papers.s2gpt_pinn.arms import METHODS, arm
from replication.papers.s2gpt_pinn.measurements.query_accuracy import query_accuracy
from replication.papers.s2gpt_pinn.measurements.query_cost import query_cost
from replication.papers.s2gpt_pinn.measurements.worst_case import worst_case
from replication.papers.s2gpt_pinn.meta_network import MetaNetwork, compressed
from replication.papers.s2gpt_pinn.neurons import Neurons
from replication.papers.s2gpt_pinn.offline import build
from replication.papers.s2gpt_pinn.queries import queries_of, reference
from replication.papers.s2gpt_pinn.trained import Trained
from replication.problems.problem import Problem
from replication.reduced_basis.interpolation import Dependent
from replication.runs.outcome import Outcome, write


def meta_network(workshop: Any, method: str = "s2gpt_pinn", **changes: Any) -> tuple[MetaNetwork, list[MLP]]:
    run = workshop.run(method, **changes)
    meta, neurons = (
        MetaNetwork(arm(method), run.settings["family"], 0),
        Neurons(workshop.root / "n", workshop.run(method).settings["family"], 0),
    )
    networks = []
    for viscosity in (0.2, 0.5, 1.0):
        networks.append(neurons.neuron([viscosity]).network)
        meta.add(networks[-1], [viscosity])
    return meta, networks


def test_conditions_are_compressed_without_loss() -> None:
    random = np.random.default_rng(0)
    matrix, target = torch.as_tensor(random.normal(size=(50, 4))), torch.as_tensor(random.normal(size=50))
    small, goal = compressed(matrix, target)
    assert len(small) == 5
    c = torch.as_tensor(random.normal(size=4))
    assert torch.isclose((small @ c - goal).square().sum(), (matrix @ c - target).square().sum())


class WithSource:
    """A batch of problems with a source each, such that given residuals (M, N) become zero."""

    def __init__(self, problem: Problem, residual: torch.Tensor) -> None:
        self.problem, self.source = problem, residual

    def residual(self, at: Any) -> dict[str, torch.Tensor]:
        return {name: rows - self.source for name, rows in self.problem.residual(at).items()}


@pytest.mark.parametrize("points", ["grid", "sparse"])
def test_parameter_of_a_neuron_returns_that_neuron(workshop: Any, points: str) -> None:
    """Sources make every neuron the exact solution at its parameters, which no trained network is."""
    meta, _ = meta_network(workshop)
    meta.arm = dataclasses.replace(meta.arm, points=points)  # type: ignore[arg-type]
    meta.residual_points = [250, 600]
    at = torch.tensor([[0.2], [0.5], [1.0]], dtype=torch.float64)
    unit = torch.linalg.inv(meta.change).T
    plain = meta.loss()
    residual = plain.residual(at, unit)
    exact = dataclasses.replace(plain, problem=lambda mu: WithSource(plain.problem(mu), residual[known(mu)]))

    def known(mu: torch.Tensor) -> list[int]:
        return [at[:, 0].tolist().index(value) for value in mu[:, 0].tolist()]

    fitted = meta.fit(at, exact)
    assert fitted.losses.max() < 1e-20
    assert torch.allclose(fitted.coefficients @ meta.change.T, torch.eye(3, dtype=torch.float64), rtol=0, atol=1e-8)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_fit_with_one_neuron_starts_at_that_neuron(workshop: Any, sign: float) -> None:
    """Whatever the sign of its peak: a peak of -1 had started at minus the neuron."""
    network = Neurons(workshop.root / "n", workshop.run("s2gpt_pinn").settings["family"], 0).neuron([0.5]).network
    network = copy.deepcopy(network)
    output = [module for module in network.modules() if isinstance(module, torch.nn.Linear)][-1]
    output.weight.mul_(sign)
    output.bias.mul_(sign)
    meta = MetaNetwork(arm("s2gpt_pinn"), workshop.run("s2gpt_pinn").settings["family"], 0)
    meta.add(network, [0.5])
    neuron = meta.start(torch.tensor([[0.5]], dtype=torch.float64)) @ meta.change.T
    peak = float(meta.columns.values["u"].abs().max())
    assert float(neuron) == pytest.approx(min(1.0, 1 / peak))


def test_the_search_compares_losses_with_the_weight_of_its_own(workshop: Any) -> None:
    meta, _ = meta_network(workshop)
    meta.residual_points = [250, 600]
    fitted = meta.fit(torch.tensor([[0.3], [0.7]], dtype=torch.float64))
    gap = (fitted.coefficients @ meta.change.T).sum(dim=1) - 1
    assert gap.abs().min() > 1e-9
    assert torch.allclose(meta.indicator(fitted), fitted.losses - 9 * gap.square(), rtol=1e-9)
    meta.arm = arm("gpt_pinn")
    assert meta.indicator(fitted) is fitted.losses


def test_dependent_neuron_is_refused(workshop: Any) -> None:
    meta, networks = meta_network(workshop)
    with pytest.raises(Dependent):
        meta.add(networks[1], [0.6])
    assert meta.count == 3


def test_sparse_points_are_2n_minus_1_and_distinct(workshop: Any) -> None:
    outcome = workshop.build("s2gpt_pinn")
    assert len(set(outcome.weights["points"].tolist())) == 5
    assert len(outcome.weights["residual_points"]) == 2
    assert (
        workshop.build("s2gpt_pinn-interpolation_points").weights["points"].tolist()
        == workshop.build("s2gpt_pinn-interpolation_points").weights["interpolation_points"].tolist()
    )


def test_both_arms_share_neurons_and_both_pay_for_them(workshop: Any) -> None:
    first, second = workshop.build("gpt_pinn"), workshop.build("s2gpt_pinn")
    shared = {tuple(r["parameters"]): r["cpu_s"] for r in first.details["neurons"]}
    assert first.details["neurons"][0]["parameters"] == second.details["neurons"][0]["parameters"]
    for record in second.details["neurons"]:
        assert shared.get(tuple(record["parameters"]), record["cpu_s"]) == record["cpu_s"]
    for outcome in (first, second):
        assert outcome.phases["pinn"].cpu_s == pytest.approx(sum(r["cpu_s"] for r in outcome.details["neurons"]))
    again = workshop.build("s2gpt_pinn")
    assert np.array_equal(again.prediction["u"], second.prediction["u"])


def test_a_neuron_like_another_is_dropped_and_said_so(
    workshop: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, asked = Neurons.neuron, []

    def repeated(self: Neurons, parameters: Any) -> Any:
        asked.append(list(parameters))
        neuron = train(self, parameters)
        return dataclasses.replace(neuron, network=train(self, asked[0]).network) if len(asked) == 2 else neuron

    monkeypatch.setattr(Neurons, "neuron", repeated)
    with caplog.at_level(logging.WARNING, "replication"):
        outcome = workshop.build("s2gpt_pinn")
    assert [record["parameters"] for record in outcome.details["dropped"]] == [asked[1]]
    assert [record["parameters"] for record in outcome.details["neurons"]] == [asked[0], *asked[2:]]
    assert len(outcome.details["neurons"]) == 3
    assert "dropping the neuron" in caplog.text


def test_query_outside_the_grid_is_said(workshop: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "replication"):
        narrow = workshop.build("s2gpt_pinn", parameters={"viscosity": {"low": 0.2, "high": 0.3, "count": 7}})
    assert narrow.details["queries_outside"] > 0
    assert "outside the trained parameters" in caplog.text


def test_a_query_outside_is_marked_in_its_row_and_left_out_of_statistics(workshop: Any) -> None:
    run = workshop.run("s2gpt_pinn", parameters={"viscosity": {"low": 0.2, "high": 0.6, "count": 7}})
    write(build(run), run.folder, {"settings": run.settings, "seed": 0}, {})
    published = workshop.evaluation | workshop.reference()
    asked = queries_of(published["points"], 1)[0][:, 0]
    assert 0 < (asked > 0.6).sum() < len(asked)
    rows = query_accuracy([run.folder], published)
    by_query = {row.condition: row.value for row in rows if row.metric == "query_error"}
    assert list(by_query) == [f"query={i};domain=outside" if nu > 0.6 else f"query={i}" for i, nu in enumerate(asked)]
    of_all = {row.metric: row.value for row in rows if row.method == "s2gpt_pinn" and not row.condition}
    assert of_all["query_error_max"] == max(value for name, value in by_query.items() if "domain" not in name)
    assert of_all["queries_outside"] == (asked > 0.6).sum()


def test_measurements(workshop: Any) -> None:
    folders = []
    for method in METHODS:
        run = workshop.run(method)
        outcome: Outcome = workshop.build(method)
        write(outcome, run.folder, {"settings": run.settings, "seed": 0}, {})
        json.loads((run.folder / "training.json").read_text())
        folders.append(run.folder)
    settings = workshop.settings.data_settings("burgers")
    published = workshop.evaluation | reference(settings, workshop.evaluation["points"])
    rows = query_accuracy(folders, published)
    found = {(r.method, r.metric): r.value for r in rows if not r.condition}
    for method in METHODS:
        assert found[method, "best_approximation_median"] <= found[method, "query_error_median"] < 0.5  # type: ignore[operator]
    assert found["pinn", "neuron_error_max"] < 0.5  # type: ignore[operator]
    by_query = {(r.method, r.metric, r.condition): r.value for r in rows}
    assert by_query["gpt_pinn", "query_loss", "query=0"] == pytest.approx(
        by_query["gpt_pinn", "query_full_loss", "query=0"], rel=1e-6
    )
    assert by_query["pinn", "neuron_viscosity", "neuron=0"] == pytest.approx(0.6)
    worst = {(r.method, r.metric, r.condition): r.value for r in worst_case(folders)}
    assert worst["gpt_pinn", "indicator", "n=3"] == pytest.approx(worst["gpt_pinn", "worst_loss", "n=3"], rel=1e-6)
    assert worst["s2gpt_pinn", "collocation_points", ""] == 5
    costs = query_cost(folders, published, {"queries": 2, "repeats": 1, "seconds": 1.0})
    assert all(dataclasses.asdict(r)["value"] is not None for r in costs)
    assert {r.method for r in costs if r.metric == "query_latency"} == {*METHODS, "classical"}
    pays = {(r.method, r.condition): r.value for r in costs if r.metric == "pays_off"}
    assert {("s2gpt_pinn", "against=pinn"), ("s2gpt_pinn", "against=classical")} <= pays.keys()
    # Which ones do depends on the clock; that each does or does not is said, and only what does breaks even.
    assert {(r.method, r.condition) for r in costs if r.metric == "break_even"} == {one for one in pays if pays[one]}


@pytest.mark.parametrize("method", METHODS)
def test_first_neurons_of_a_meta_network_are_the_earlier_one(workshop: Any, method: str) -> None:
    """Its fits are those that the greedy search made when it had as many."""
    run = workshop.run(method)
    write(workshop.build(method), run.folder, {"settings": run.settings, "seed": 0}, {})
    trained = Trained.load(run.folder)
    grid = torch.as_tensor(trained.meta.parametric.grid())
    for n in (1, 2, 3):
        earlier = trained.meta.first(n)
        fitted = earlier.fit(grid[trained.arrays[f"swept_{n}"]])
        seen = earlier.indicator(fitted).numpy()
        assert np.allclose(seen, trained.arrays[f"losses_{n}"], rtol=1e-6, atol=1e-12)
        neurons = fitted.coefficients @ earlier.change.T
        assert np.allclose(neurons.numpy(), trained.arrays[f"coefficients_{n}"], rtol=1e-4, atol=1e-6)

"""S²GPT-PINN's figures: their numbers from a small made-up table, and that they can be drawn."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from replication import layout
from replication.layout import RunKey
from replication.measurement.table import Row, row, write_rows
from replication.papers.s2gpt_pinn.published_losses import LOSSES
from replication.report import figure, panels, style
from replication.report.sources import FigureSources
from replication.runs.outcome import Status

PAPER = "s2gpt_pinn"
PROBLEMS = ("burgers", "klein_gordon")
TARGETS = {"cpu": 1.0, "cuda": 0.5}
"""Hardware, and what every value on it is multiplied by."""
ARMS = {"gpt_pinn": 1.0, "s2gpt_pinn": 2.0}
VARIANT = "s2gpt_pinn-random_points"
NEURONS = (1, 2, 3)
VISCOSITIES = (0.2, 0.55, 0.9, 1.1)
OUTSIDE = 3
PARTS = {"pinn": 100.0, "precompute": 1.0, "sweep": 20.0, "selection": 0.5}
AXES = {"x": np.linspace(-1, 1, 31), "t": np.linspace(0, 1, 11)}

Number = tuple[str, float, str]
"""Metric, value, condition."""


def meta_network(method: str, factor: float) -> Iterator[Number]:
    """Yield what every arm and variant has."""
    for n in NEURONS:
        for condition in (f"n={n}", *([""] if n == NEURONS[-1] else [])):
            yield "worst_loss", factor * 10.0**-n, condition
            yield "indicator", factor * 10.0**-n / 4, condition
            yield "indicator_optimism", 4.0, condition
            yield "coefficient_sum", 0.75, condition
        yield "selected_viscosity", VISCOSITIES[n - 1], f"n={n}"
    yield "query_error_median", 1e-3 * factor, ""
    yield "best_approximation_median", 5e-4, ""
    for query in range(len(VISCOSITIES)):
        condition = f"query={query};domain=outside" if query == OUTSIDE else f"query={query}"
        for metric in ("query_error", "query_best_approximation", "query_loss", "query_full_loss"):
            yield metric, factor * 1e-3 * (1 + query), condition


def timed(factor: float) -> Iterator[Number]:
    """Yield the costs of an arm: Gauss-Newton takes a twentieth of the published optimiser's time."""
    for optimiser, share in {"gauss_newton": 0.05, "published": 1.0}.items():
        yield "query_latency", share / factor, f"optimiser={optimiser}"
        yield "sweep_cpu_per_parameter", share / factor, f"optimiser={optimiser}"
        yield "sweep_loss", (1 + share) * 1e-4 * factor, f"optimiser={optimiser}"
    yield from (("offline_cpu", seconds / factor, f"part={part}") for part, seconds in PARTS.items())
    yield "offline_cpu", sum(PARTS.values()) / factor, ""
    yield "sweep_cpu", PARTS["sweep"] / factor, "optimiser=gauss_newton"
    yield "matched_latency", 1e-3, "against=classical"


OTHERS: dict[str, list[Number]] = {
    "pinn": [
        ("neuron_train_cpu", 30.0, ""),
        ("neuron_error_median", 1e-4, ""),
        *(("neuron_error", 1e-4, f"neuron={i}") for i in range(3)),
        *(("neuron_viscosity", VISCOSITIES[i], f"neuron={i}") for i in range(3)),
    ],
    "classical": [
        (metric, value / resolution, f"resolution={resolution}")
        for resolution in (8, 16)
        for metric, value in {"query_latency": 1e-3, "query_error_median": 1e-1}.items()
    ],
    "pod_galerkin": [
        ("query_latency", 1e-3, "timed=in_run"),
        ("query_error_median", 1e-4, ""),
        ("query_error", 1e-4, "query=0"),
        ("offline_cpu", 2.0, ""),
    ],
}


def table(target: str) -> list[Row]:
    rows = []
    for problem in PROBLEMS:
        numbers = {arm: [*meta_network(arm, factor), *timed(factor)] for arm, factor in ARMS.items()} | OTHERS
        numbers["s2gpt_pinn"] += [
            (f"point_{name}", 0.2 * n, f"kind={kind};n={n}")
            for kind, count in {"interpolation": 3, "residual": 2}.items()
            for n in range(1, count + 1)
            for name in AXES
        ]
        runs = [(method, seed, own) for method, own in numbers.items() for seed in (0, 1)]
        runs.append((VARIANT, 0, list(meta_network(VARIANT, 3.0))))
        for method, seed, own in runs:
            key = RunKey(target, PAPER, problem, method, seed)
            scale = TARGETS[target]
            rows += [row(key, Status.DONE, metric, scale * value, "1", condition) for metric, value, condition in own]
    return rows


def grow(root: Path, *targets: str) -> FigureSources:
    """Write a table, and reference solutions ν x t at every viscosity."""
    files = [layout.table("quick", PAPER), *(layout.reference("quick", PAPER, problem) for problem in PROBLEMS)]
    write_rows([row for target in targets for row in table(target)], root / files[0])
    x, t = np.meshgrid(*AXES.values(), indexing="ij")
    grid = np.stack([x.ravel(), t.ravel()], axis=1)
    points = np.concatenate([np.insert(grid, 0, viscosity, axis=1) for viscosity in VISCOSITIES])
    for file in files[1:]:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        np.savez(root / file, points=points, u=points.prod(axis=1), **{f"axis_{k}": v for k, v in AXES.items()})
    return FigureSources(root, files)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> FigureSources:
    return grow(tmp_path_factory.mktemp("tree"), "cpu")


@pytest.fixture(scope="module")
def by_targets(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], FigureSources]:
    """Sources with the rows of each target alone, and with those of all targets."""
    return {
        targets: grow(tmp_path_factory.mktemp("-".join(targets)), *targets)
        for targets in (*((target,) for target in TARGETS), tuple(TARGETS))
    }


def content(name: str, sources: FigureSources, folder: Path) -> Any:
    path = folder / f"{name}.{figure.declared(PAPER, name).format}"
    figure.write_data(PAPER, name, sources, path)
    return figure.read_data(path)


def drawn(name: str, sources: FigureSources, folder: Path) -> Any:
    with style.applied():
        drawing = import_module(f"replication.papers.{PAPER}.figures.{name}").draw(content(name, sources, folder))
        drawing.canvas.draw()
    plt.close(drawing)
    return drawing


@pytest.mark.parametrize("name", figure.figures(PAPER))
def test_it_is_drawn_from_its_data(name: str, sources: FigureSources, tmp_path: Path) -> None:
    assert figure.missing(content(name, sources, tmp_path)) is None
    drawing = drawn(name, sources, tmp_path)
    assert drawing.get_figwidth() == style.WIDTH
    assert all(axis.has_data() for axis in drawing.axes)


@pytest.mark.parametrize("name", figure.figures(PAPER))
def test_without_runs_it_says_what_is_missing(name: str, tmp_path: Path) -> None:
    empty = layout.table("quick", PAPER)
    write_rows([], tmp_path / empty)
    assert figure.missing(content(name, FigureSources(tmp_path, [empty]), tmp_path))


@pytest.mark.parametrize("name", figure.figures(PAPER))
def test_hardware_targets_are_kept_apart(
    name: str, by_targets: dict[tuple[str, ...], FigureSources], tmp_path: Path
) -> None:
    together = content(name, by_targets[tuple(TARGETS)], tmp_path)
    for target in TARGETS:
        alone = content(name, by_targets[(target,)], tmp_path)
        found, expected = (data[data["hardware"] == target].reset_index(drop=True) for data in (together, alone))
        assert len(expected)
        pd.testing.assert_frame_equal(found, expected)
    drawing = drawn(name, by_targets[tuple(TARGETS)], tmp_path)
    assert all(axis.has_data() for axis in drawing.axes)


def test_panels_name_the_hardware_where_there_are_several() -> None:
    data = pd.DataFrame({"hardware": ["cuda", "cpu", "cpu"], "problem": ["burgers", "klein_gordon", "burgers"]})
    assert [title for title, _ in panels.by_place(data)] == ["Burgers\ncpu", "Burgers\ncuda", "Klein-Gordon\ncpu"]
    assert [title for title, _ in panels.by_place(data[1:])] == ["Burgers", "Klein-Gordon"]


def test_parts_of_the_offline_cost_are_stacked_to_their_sum(sources: FigureSources, tmp_path: Path) -> None:
    for axis in drawn("offline_cost", sources, tmp_path).axes:
        for place, factor in enumerate(ARMS.values()):
            bars = [bar for bar in axis.patches if bar.get_y() < place < bar.get_y() + bar.get_height()]
            assert [bar.get_width() * factor for bar in bars] == pytest.approx(list(PARTS.values()))
            ends = np.cumsum([bar.get_width() for bar in bars])
            assert [bar.get_x() for bar in bars] == pytest.approx([0.0, *ends[:-1]])


def test_published_losses_stand_beside_the_arms_that_were_run(sources: FigureSources, tmp_path: Path) -> None:
    data = content("worst_case_loss", sources, tmp_path)
    known = data[data["metric"] == "published_loss"]
    assert set(known["problem"]) == set(PROBLEMS)
    for (problem, method), own in known.groupby(["problem", "method"]):
        first, losses = LOSSES[str(problem)][str(method)]
        assert own["n"].tolist() == list(range(first, first + len(losses)))
        assert own["loss"].tolist() == losses
    assert len(data[data["metric"] == "worst_loss"]) == len(PROBLEMS) * len(ARMS) * 2 * len(NEURONS)


def test_ablations_hold_the_last_number_of_neurons_of_families_with_variants(
    sources: FigureSources, tmp_path: Path
) -> None:
    data = content("ablations", sources, tmp_path)
    assert len(data) == len(PROBLEMS) * 4 * 5
    values = data[(data["problem"] == "burgers") & (data["method"] == VARIANT)].set_index("metric")["value"]
    assert values.to_dict() == pytest.approx(
        {"query_error_median": 3e-3, "worst_loss": 3e-3, "indicator_optimism": 4.0, "sum_gap": 0.25}
    )


def test_errors_leave_out_variants_and_queries_outside(sources: FigureSources, tmp_path: Path) -> None:
    data = content("query_errors", sources, tmp_path)
    assert set(data["method"]) == {*ARMS, "pinn", "pod_galerkin"}
    assert set(data.loc[data["metric"] == "query_error", "condition"]) == {f"query={i}" for i in range(OUTSIDE)}


def test_the_cost_of_both_optimisers_is_told_by_their_ratio(sources: FigureSources, tmp_path: Path) -> None:
    for axis in drawn("optimisers", sources, tmp_path).axes:
        assert [text.get_text() for text in axis.texts] == ["20 times"] * len(ARMS)


def test_points_lie_over_the_solution_nearest_the_middle(sources: FigureSources, tmp_path: Path) -> None:
    data = content("sparse_points", sources, tmp_path)
    points, field = (data[(data["kind"] == "solution") == is_field] for is_field in (False, True))
    assert len(points) == len(PROBLEMS) * 2 * 5
    assert len(field) == len(PROBLEMS) * 25 * len(AXES["t"])
    np.testing.assert_allclose(field["value"], 0.55 * field["first"] * field["second"], atol=1e-6)

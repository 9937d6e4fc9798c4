"""WaveLiT's figures: their numbers from a small made-up table, and that they can be drawn."""

from importlib import import_module

import h5py
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from replication import layout
from replication.layout import RunKey
from replication.measurement.table import row, write_rows
from replication.papers.wavelit import shown
from replication.report import figure, style
from replication.report.sources import FigureSources
from replication.runs.outcome import Status
from replication.storage.atomic import replacing, write_text

PROBLEMS = (
    "acoustic_scattering_maze",
    "helmholtz_staircase",
    "gray_scott_reaction_diffusion",
    "shear_flow",
    "turbulent_radiative_layer_2D",
)
ERRORS = {"wavelit": 0.02, "wavelit_joint": 0.03, "persistence": 0.5, "convnext_unet": 0.04, "vit": 0.06}
VARIANTS = {"wavelit-patch_tokens": 0.03, "wavelit-no_wavelet_loss": 0.022, "wavelit-small": 0.025}
PARAMETERS = {"persistence": 0, "wavelit-small": 20_000}
SEEDS = (0, 1)
STEPS = range(1, 31)
GRID = (24, 12)


def table():
    rows = []
    for place, problem in enumerate(PROBLEMS):
        for seed in SEEDS:
            rows += [row for method, error in (ERRORS | VARIANTS).items() for row in run(problem, method, seed, error)]
            data = RunKey("cpu", "wavelit", problem, "data", seed)
            for score in ("linear_prediction", "wavelet_energy"):
                rows.append(row(data, Status.DONE, "prior_match", 1 - 0.1 * place, "1", f"score={score}"))
            own = RunKey("cpu", "wavelit", problem, "wavelit", seed)
            for method, times in {"vit": (20.0, 30.0), "convnext_unet": (0.0, 10.0)}.items():
                other = RunKey("cpu", "wavelit", problem, method, seed)
                for key, against, seconds in ((other, "wavelit", times[0]), (own, method, times[1] * (1 + seed))):
                    condition = f"against={against}"
                    rows.append(row(key, Status.DONE, "time_to_equal_error", seconds, "s", condition, timing=True))
            for dtype, error in {"float32": 1e-7, "float64": 0.0}.items():
                rows.append(row(own, Status.DONE, "round_trip_error", error, "1", f"dtype={dtype}"))
    joint = RunKey("cpu", "wavelit", "joint", "wavelit_joint", 0)
    for tokens in (1024, 4096, 16384, 65536):
        rows.append(row(joint, Status.DONE, "attention_time", 1e-6 * tokens, "s", f"tokens={tokens}", timing=True))
    rows.append(row(joint, Status.DONE, "peak_memory", 900.0, "MB", timing=True))
    rows.append(row(joint, Status.DONE, "softmax_attention_time", 0.01, "s", "tokens=1024", timing=True))
    return rows


def run(problem, method, seed, error):
    key = RunKey("cpu", "wavelit", problem, method, seed)
    scaled = error * (1 + seed) * (3 if (problem, method) == ("shear_flow", "wavelit_joint") else 1)
    diverged = (problem, method, seed) == ("shear_flow", "vit", 1)
    status = Status.DIVERGED if diverged else Status.DONE
    rows = [
        row(key, status, metric, factor * scaled, "1")
        for metric, factor in {"vrmse_one_step": 1, "vrmse_1_20": 5, "vrmse_21_60": 20}.items()
    ]
    rows.append(row(key, status, "vrmse_one_step", scaled, "1", "statistic=mean"))
    rows += [row(key, status, "vrmse_rollout", scaled * step**0.5, "1", f"step={step}") for step in STEPS]
    rows += [
        row(key, status, "spectral_error", scaled * factor, "1", f"band={band}")
        for band, factor in {"low": 0.1, "middle": 1, "high": 10}.items()
    ]
    rows.append(row(key, status, "parameters", PARAMETERS.get(method, 200_000), "1"))
    for metric, value in {"step_wall": 0.1, "train_cpu": 100.0, "peak_memory": 500.0}.items():
        rows.append(row(key, status, metric, value * (method != "persistence"), "1", timing=True))
    return rows


def history(path, factor):
    validated = {0: 1.0, 100: 0.1 * factor, 200: 0.05 * factor}
    lines = [
        f"adamw,{step},{1 / (1 + step)},0.001,1.0,{0.05 * step},{validated.get(step, '')}" for step in range(0, 201, 50)
    ]
    write_text(path, "phase,step,loss,learning_rate,gradient_norm,seconds,validation_vrmse\n" + "\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    files = [layout.table("quick", "wavelit")]
    write_rows(table(), root / files[0])
    random = np.random.default_rng(0)
    for problem in PROBLEMS[:3]:
        truth = random.standard_normal((2, len(STEPS), *GRID, 2)).cumsum(axis=1).astype(np.float32)
        truth[1, 10:] = np.nan
        truth[:, :, :3, :3] = np.nan if problem == "helmholtz_staircase" else truth[:, :, :3, :3]
        files.append(layout.reference("quick", "wavelit", problem))
        stored(root / files[-1], {"rollout/target": truth, "one_step/target": truth[:, 0]})
        for method, error in {**ERRORS, **VARIANTS}.items():
            for seed in SEEDS:
                folder = RunKey("cpu", "wavelit", problem, method, seed).folder("quick")
                files += [folder / "history.csv", folder / "forecast.h5"]
                history(root / files[-2], error / 0.02)
                wrong = np.nan_to_num(truth) + error * random.standard_normal(truth.shape)
                done = (method, seed) != ("wavelit", 0)
                stored(root / files[-1], {"rollout": wrong, "one_step": wrong[:, 0]} if done else {})
    return FigureSources(root, files)


def stored(path, arrays):
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["fields"] = ["pressure", "velocity_x"]
        for name, values in arrays.items():
            file[name] = values.astype(np.float32)


def content(name, sources, folder):
    path = folder / f"{name}.{figure.declared('wavelit', name).format}"
    figure.write_data("wavelit", name, sources, path)
    return figure.read_data(path)


@pytest.mark.parametrize("name", figure.figures("wavelit"))
def test_it_is_drawn_from_its_data(name, sources, tmp_path):
    shown_data = content(name, sources, tmp_path)
    assert figure.missing(shown_data) is None
    with style.applied():
        drawing = import_module(f"replication.papers.wavelit.figures.{name}").draw(shown_data)
        drawing.canvas.draw()
    assert drawing.get_figwidth() == style.WIDTH
    assert all(axis.has_data() for axis in drawing.axes)
    plt.close(drawing)


@pytest.mark.parametrize("name", figure.figures("wavelit"))
def test_without_runs_it_says_what_is_missing(name, tmp_path):
    empty = layout.table("quick", "wavelit")
    write_rows([], tmp_path / empty)
    assert figure.missing(content(name, FigureSources(tmp_path, [empty]), tmp_path))


def test_time_to_equal_error_is_wavelits_over_the_other_methods(sources, tmp_path):
    data = content("costs", sources, tmp_path)
    ratio = data[data["metric"] == "time_to_equal_error"].set_index(["problem", "method"])
    found = ratio.loc[("helmholtz_staircase", "vit"), ["median", "low", "high"]]
    assert found.tolist() == pytest.approx([2.25, 1.5, 3])
    assert set(ratio.index.get_level_values("method")) == {"vit"}  # the other one never beat its start


def test_costs_are_drawn_from_data_without_times_to_equal_error(sources, tmp_path):
    data = content("costs", sources, tmp_path)
    costs = import_module("replication.papers.wavelit.figures.costs")
    with style.applied():
        panels = [len(costs.draw(each).axes) for each in (data, data[data["metric"] != costs.EQUAL])]
    plt.close("all")
    assert panels[0] == panels[1] + 1


def test_scores_are_medians_over_seeds_without_variants_and_failures(sources, tmp_path):
    data = content("scores", sources, tmp_path).set_index(["problem", "method", "metric"])
    maze = data.loc[("acoustic_scattering_maze", "wavelit", "vrmse_one_step")]
    assert maze[["median", "low", "high", "seeds"]].tolist() == pytest.approx([0.03, 0.02, 0.04, 2])
    assert data.loc[("shear_flow", "vit", "vrmse_1_20"), "seeds"] == 1
    assert not data.index.get_level_values("method").str.contains("-").any()


def test_transfer_is_joint_over_own_paired_by_seed(sources, tmp_path):
    data = content("transfer", sources, tmp_path).set_index(["problem", "metric"])["median"]
    assert data[("acoustic_scattering_maze", "vrmse_one_step")] == pytest.approx(1.5)
    assert data[("shear_flow", "vrmse_21_60")] == pytest.approx(4.5)


def test_the_gain_is_over_the_strongest_trained_baseline(sources, tmp_path):
    data = content("gain_by_class", sources, tmp_path)
    assert data["gain"].to_numpy() == pytest.approx(2.0)
    assert data.set_index("problem")["kind"].to_dict()["shear_flow"] == "advection"


def test_ablations_are_paired_with_the_full_model(sources, tmp_path):
    data = content("ablations", sources, tmp_path)
    ratios = data[data["problem"] == "shear_flow"].groupby("variant")["ratio"].agg(["min", "max", "size"])
    assert ratios.loc["patch_tokens"].tolist() == pytest.approx([1.5, 1.5, 2])
    assert set(ratios.index) == {"patch_tokens", "no_wavelet_loss", "small"}


def test_growth_of_a_root_is_found(sources, tmp_path):
    data = content("growth_law", sources, tmp_path)
    assert data["exponent"].to_numpy() == pytest.approx(0.5)
    assert (data["advantage"] > 0).all()
    assert data["step"].min() == 2


def test_match_stands_beside_gain_and_transfer(sources, tmp_path):
    data = content("prior_match", sources, tmp_path)
    maze = data[(data["problem"] == "acoustic_scattering_maze") & (data["score"] == "linear_prediction")]
    assert maze.set_index("quantity")["value"].to_dict() == pytest.approx({"gain": 2.0, "transfer": 1.5})
    assert set(maze["match"]) == {1.0}


def test_learning_curves_hold_validated_steps_and_no_variants(sources, tmp_path):
    data = content("learning_curves", sources, tmp_path)
    own = data[(data["problem"] == "helmholtz_staircase") & (data["method"] == "wavelit")]
    assert own["seconds"].tolist() == pytest.approx([0, 5, 10])
    assert own["median"].tolist() == pytest.approx([1.0, 0.1, 0.05])
    assert "wavelit_joint" not in set(data["method"])


def test_the_front_holds_what_no_smaller_network_beats():
    front = import_module("replication.papers.wavelit.figures.parameters_against_error").front
    sizes, errors = np.array([1e4, 1e5, 1e6, 1e5]), np.array([0.3, 0.1, 0.2, 0.15])
    x, y = front(sizes, errors)
    assert x.tolist() == [1e4, 1e5]
    assert y.tolist() == [0.3, 0.1]


def test_the_strongest_of_several_references_is_taken_at_each_seed():
    rows = pd.DataFrame(
        [("a", 0, 1.0), ("b", 0, 2.0), ("c", 0, 4.0), ("a", 1, 1.0), ("b", 1, 8.0), ("c", 1, 4.0), ("a", 2, 1.0)],
        columns=["method", "seed", "value"],
    ).assign(hardware="cpu", problem="p", metric="m")
    paired = shown.ratios(rows, ["b", "c"])
    assert paired[paired["method"] == "a"].set_index("seed")["ratio"].to_dict() == {0: 0.5, 1: 0.25}


def test_a_rollout_is_kept_to_the_resolution_of_its_codes_and_stops_where_the_truth_does(sources, tmp_path):
    module = import_module("replication.papers.wavelit.figures.rollout_panels")
    arrays = content("rollout_panels", sources, tmp_path)
    part = {key.partition("/")[2]: value for key, value in arrays.items() if key.startswith("helmholtz_staircase/")}
    truth, forecast = module.decoded(part)
    path = next(path for key, path in sources.references() if key.problem == "helmholtz_staircase")
    with h5py.File(path) as file:
        exact = file["rollout/target"][0, ..., 0][part["steps"] - 1]
    width = float(np.ptp(part["range"])) / module.LEVELS
    np.testing.assert_allclose(truth, exact, atol=0.51 * width)
    assert np.isnan(forecast[:, :3, :3]).all()
    assert part["seed"] == 1
    assert module._title("helmholtz_staircase", part) == "Helmholtz staircase, cpu, 0.2 million parameters"
    assert part["steps"][-1] == len(STEPS)


def test_large_rollouts_are_thinned_until_they_fit(tmp_path):
    module = import_module("replication.papers.wavelit.figures.rollout_panels")
    noise = np.random.default_rng(0).standard_normal((1, 20, 96, 64, 1))
    stored(tmp_path / "reference.h5", {"rollout/target": noise})
    stored(tmp_path / "forecast.h5", {"rollout": noise})
    part = module._rollout(tmp_path / "reference.h5", tmp_path / "forecast.h5")
    assert part["truth"].nbytes + part["forecast"].nbytes < 1.3 * module.BYTES
    assert part["truth"].shape[0] == module.STEPS


def test_the_animation_has_a_frame_for_each_step_and_ends(sources, tmp_path):
    content("rollout_panels", sources, tmp_path)
    figure.animate("wavelit", "rollout_panels", tmp_path / "rollout_panels.npz", tmp_path / "film.webp")
    with Image.open(tmp_path / "film.webp") as film:
        assert (film.n_frames, film.info["loop"]) == (12, figure.LOOPS)

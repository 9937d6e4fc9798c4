"""What a rollout looks like: truth, forecast and error at several lead steps of every dataset."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from replication.papers.wavelit import shown
from replication.report import style
from replication.report.sources import FigureSources, NoData

TITLE = "Rollouts: truth, forecast, error"
CAPTION = (
    "One rollout of WaveLiT on the first test trajectory of each dataset, first field, first seed that finished: "
    "truth above, forecast in the middle, and below the absolute error over the standard deviation of the true frame "
    "(black 0, yellow 1 and more). Numbers are lead steps. The long side of a grid lies across. Values are kept in "
    "254 steps of the true range, beyond which forecasts are cut off."
)
READS = ("prediction", "reference")
FORMAT = "npz"
ANIMATED = True

STEPS = 12
"""Lead steps kept of each rollout."""
SHOWN = (0, 3, 7, 11)
"""Those of them that are drawn side by side."""
BYTES = 34_000
"""Compressed size of a dataset's frames, so that eight stay below the limit of a figure's data."""
LEVELS = 254
ROWS = ("truth", "forecast", "error")
Codes = NDArray[np.uint8]


def data(sources: FigureSources) -> dict[str, np.ndarray]:
    """Return for each dataset, under `<dataset>/...`, frames at `steps`, thinned until they fit.

    Keys: `steps` (K,); `truth` and `forecast` (K, long, short) uint8, 0 for no value and 1 to 255 from the lowest to
    the highest true value, as differences along the long side (modulo 256), which compress better; `range` (2,);
    `field`, its name; `seed`.
    """
    references = {key.problem: path for key, path in sources.references()}
    content: dict[str, np.ndarray] = {}
    runs = sorted((key.problem, key.hardware, key.seed, path) for key, path in sources.predictions() if _own(key))
    for problem, _, seed, path in runs:
        if problem in references and f"{problem}/steps" not in content:
            part = _rollout(references[problem], path)
            content |= {f"{problem}/{name}": array for name, array in {**part, "seed": np.array(seed)}.items() if part}
    if not content:
        raise NoData("the forecast of a finished run of wavelit whose dataset has a reference")
    return content


def _own(key: Any) -> bool:
    return bool(key.method == shown.OWN)


def _rollout(reference: Path, forecast: Path) -> dict[str, np.ndarray]:
    """Return one trajectory's frames of both files; nothing if the run has no forecast."""
    with h5py.File(reference) as known, h5py.File(forecast) as made:
        if "rollout" not in made:
            return {}
        truth = known["rollout/target"][0, ..., 0].astype(float)
        predicted = made["rollout"][0, ..., 0].astype(float)
        names = known.attrs.get("fields", ["first field"])
    there = np.flatnonzero(np.isfinite(truth).any(axis=(1, 2)))
    steps = there[np.unique(np.linspace(0, len(there) - 1, STEPS).round().astype(int))]
    truth, predicted = truth[steps], predicted[steps]
    if truth.shape[1] < truth.shape[2]:
        truth, predicted = truth.swapaxes(1, 2), predicted.swapaxes(1, 2)
    predicted = np.where(np.isfinite(truth), predicted, np.nan)
    low, high = float(np.nanmin(truth)), float(np.nanmax(truth))
    codes = [_coded(values, low, high) for values in (truth, predicted)]
    stride = 1
    while sum(len(zlib.compress(_differences(code[:, ::stride, ::stride]).tobytes())) for code in codes) > BYTES:
        stride += 1
    kept = [_differences(code[:, ::stride, ::stride]) for code in codes]
    return {
        "steps": steps + 1,
        "truth": kept[0],
        "forecast": kept[1],
        "range": np.array([low, high]),
        "field": np.array(str(names[0])),
    }


def _coded(values: NDArray[np.float64], low: float, high: float) -> Codes:
    share = np.clip((values - low) / (high - low if high > low else 1.0), 0, 1)
    return np.where(np.isfinite(values), np.rint(1 + LEVELS * np.nan_to_num(share)), 0).astype(np.uint8)


def _differences(codes: Codes) -> Codes:
    return np.diff(codes, axis=1, prepend=np.uint8(0))


def decoded(part: dict[str, np.ndarray]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return truth and forecast (K, long, short) in the field's units; NaN where there is no value."""
    low, high = part["range"]
    codes = (np.cumsum(part[name], axis=1, dtype=np.uint8) for name in ("truth", "forecast"))
    truth, forecast = (np.where(code > 0, low + (high - low) * (code - 1.0) / LEVELS, np.nan) for code in codes)
    return truth, forecast


def _parts(data: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    problems = shown.in_order([name.partition("/")[0] for name in data])
    return {
        problem: {key.partition("/")[2]: array for key, array in data.items() if key.startswith(f"{problem}/")}
        for problem in problems
    }


def draw(data: dict[str, np.ndarray]) -> Figure:
    """Draw three rows of frames for each dataset."""
    figure, axes = _canvas(_parts(data), len(SHOWN))
    for block, part in zip(axes, _parts(data).values(), strict=True):
        truth, forecast = decoded(part)
        for column, place in enumerate(SHOWN):
            if place < len(truth):
                _draw_step(block[:, column], truth, forecast, place)
                block[0, column].set_title(f"step {part['steps'][place]}", fontweight="normal", loc="center")
            else:
                for axis in block[:, column]:
                    axis.remove()
    return figure


def animate(data: dict[str, np.ndarray]) -> Iterator[Figure]:
    """Yield the frames of the animation: truth, forecast and error of every dataset side by side, step by step."""
    parts = _parts(data)
    figure, axes = _canvas(parts, 1)
    films = [decoded(part) for part in parts.values()]
    images = [_draw_step(block[:, 0], *film, 0) for block, film in zip(axes, films, strict=True)]
    for frame in range(STEPS):
        for block, part, (truth, forecast), drawn in zip(axes, parts.values(), films, images, strict=True):
            place = min(frame, len(truth) - 1)
            block[1, 0].set_title(f"step {part['steps'][place]}", fontweight="normal", loc="center")
            values = (truth[place], forecast[place], _error(truth, forecast, place))
            for image, shown_values in zip(drawn, values, strict=True):
                image.set_data(shown_values.T)
        yield figure


def _canvas(parts: dict[str, dict[str, np.ndarray]], columns: int) -> tuple[Figure, np.ndarray]:
    """Return a figure and its axes (dataset, 3, columns); with one column the three lie side by side."""
    shapes = [part["truth"].shape[1:] for part in parts.values()]
    across = columns if columns > 1 else 3
    rows = 3 if columns > 1 else 1
    heights = [rows * (style.WIDTH / across) * short / long + 0.42 for long, short in shapes]
    figure = plt.figure(figsize=(style.WIDTH, sum(heights)))
    blocks = np.ravel(figure.subfigures(len(parts), 1, height_ratios=heights, squeeze=False))
    axes = []
    for block, (problem, part) in zip(blocks, parts.items(), strict=True):
        title = f"{style.title(problem)}: {str(part['field']).replace('_', ' ')}"
        block.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=9)
        panels = block.subplots(rows, across, squeeze=False)
        for axis in panels.flat:
            axis.set(xticks=[], yticks=[])
        ordered = panels if columns > 1 else panels.T
        for axis, name in zip(ordered[:, 0], ROWS, strict=True):
            axis.set_ylabel(name, fontsize=8.5, rotation=0, ha="right", va="center")
        axes.append(ordered)
    return figure, np.array(axes)


def _draw_step(
    axes: np.ndarray, truth: NDArray[np.float64], forecast: NDArray[np.float64], place: int
) -> tuple[AxesImage, ...]:
    low, high = float(np.nanmin(truth)), float(np.nanmax(truth))
    reach = max(-low, high)
    scale = {"cmap": "RdBu_r", "vmin": -reach, "vmax": reach} if low < 0 < high else {"vmin": low, "vmax": high}
    error: dict[str, Any] = {"cmap": "inferno", "vmin": 0, "vmax": 1}
    values = ((truth[place], scale), (forecast[place], scale), (_error(truth, forecast, place), error))
    return tuple(
        axis.imshow(image.T, origin="lower", interpolation="nearest", **colours)
        for axis, (image, colours) in zip(axes, values, strict=True)
    )


def _error(truth: NDArray[np.float64], forecast: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    deviation = float(np.nanstd(truth[place]))
    return np.abs(forecast[place] - truth[place]) / (deviation if deviation > 0 else 1.0)

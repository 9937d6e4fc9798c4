"""What a rollout looks like: truth, forecast and error at several lead steps of every dataset."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
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
    "One rollout of WaveLiT on the first test trajectory of each dataset, first field, in the dataset's own units, "
    "first seed that finished on the hardware named above it: truth, forecast, and the absolute error over the "
    "standard deviation of the true frame (black 0, yellow 1 and more) at several lead steps. It is one trajectory, "
    "an example; scores rest on all of the test split, in mini sets a tenth of the trajectories and at least one. "
    "The long side of a grid lies across. Values are kept in 254 steps of the true range, beyond which forecasts are "
    "cut off."
)
READS = ("table", "prediction", "reference")
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
FLAT = 0.6
"""Short over long side below which steps stand below each other."""
LEFT, HEAD, FOOT, GAP, BAR = 0.7, 0.4, 0.6, 0.06, 0.1
"""Inches that labels, titles, colour bars, gaps and a bar alone take."""
Codes = NDArray[np.uint8]


def data(sources: FigureSources) -> dict[str, np.ndarray]:
    """Return for each dataset, under `<dataset>/...`, frames at `steps`, thinned until they fit.

    Keys: `steps` (K,); `truth` and `forecast` (K, long, short) uint8, 0 for no value and 1 to 255 from the lowest to
    the highest true value, as differences along the long side (modulo 256), which compress better; `range` (2,);
    `field`, its name; `seed`; `hardware`; `parameters`, if a table tells them.
    """
    references = {key.problem: path for key, path in sources.references()}
    sizes = _sizes(sources)
    content: dict[str, np.ndarray] = {}
    runs = sorted((key.problem, key.hardware, key.seed, path) for key, path in sources.predictions() if _own(key))
    for problem, hardware, seed, path in runs:
        if problem not in references or f"{problem}/steps" in content:
            continue
        if part := _rollout(references[problem], path):
            part |= {"seed": np.array(seed), "hardware": np.array(hardware)} | sizes.get((hardware, problem), {})
            content |= {f"{problem}/{name}": array for name, array in part.items()}
    if not content:
        raise NoData("the forecast of a finished run of wavelit whose dataset has a reference")
    return content


def _sizes(sources: FigureSources) -> dict[Any, dict[str, np.ndarray]]:
    """Return the number of parameters of WaveLiT by hardware and problem."""
    table = sources.table
    rows = table[(table["metric"] == "parameters") & (table["method"] == shown.OWN)].dropna(subset="value")
    found = rows.groupby(["hardware", "problem"])["value"].first()
    return {place: {"parameters": np.array(int(count))} for place, count in found.items()}


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


def _title(problem: str, part: dict[str, np.ndarray]) -> str:
    """Name a dataset, its hardware and the number of parameters, so far as the data say them."""
    told = [style.title(problem), *([str(part["hardware"])] if "hardware" in part else [])]
    told += [f"{part['parameters'] / 1e6:.2g} million parameters"] if "parameters" in part else []
    return ", ".join(told)


def draw(data: dict[str, np.ndarray]) -> Figure:
    """Draw truth, forecast and error of each dataset at several steps."""
    parts = _parts(data)
    figure, blocks = _canvas(parts, len(SHOWN))
    for block, part in zip(blocks, parts.values(), strict=True):
        truth, forecast = decoded(part)
        for column, place in enumerate(SHOWN):
            if place < len(truth):
                drawn = _draw_step(block.panels[:, column], truth, forecast, place)
                block.name(column, f"step {part['steps'][place]}")
            else:
                for axis in block.panels[:, column]:
                    axis.remove()
        _draw_bars(block, drawn, part)
    return figure


def animate(data: dict[str, np.ndarray]) -> Iterator[Figure]:
    """Yield the frames of the animation: truth, forecast and error of every dataset side by side, step by step."""
    parts = _parts(data)
    figure, blocks = _canvas(parts, 1)
    films = [decoded(part) for part in parts.values()]
    images = [_draw_step(block.panels[:, 0], *film, 0) for block, film in zip(blocks, films, strict=True)]
    for frame in range(STEPS):
        for block, part, (truth, forecast), drawn in zip(blocks, parts.values(), films, images, strict=True):
            place = min(frame, len(truth) - 1)
            block.name(0, f"step {part['steps'][place]}")
            values = (truth[place], forecast[place], _error(truth, forecast, place))
            for image, shown_values in zip(drawn, values, strict=True):
                image.set_data(shown_values.T)
        yield figure


@dataclass(frozen=True)
class _Block:
    """A dataset's place in the figure: its frames (3, steps), and bars of field and error if there are steps.

    `below` says that steps stand below each other: flat frames are wider that way.
    """

    panels: NDArray[np.object_]
    bars: list[plt.Axes]
    below: bool

    def name(self, column: int, step: str) -> None:
        """Write a step beside its frames, and beside those of the first one what they are."""
        heads = [(self.panels[0, column], step, not self.below)]
        if column == 0:
            heads += [(axis, name, self.below) for axis, name in zip(self.panels[:, 0], ROWS, strict=True)]
        for axis, text, above in heads:
            if above:
                axis.set_title(text, fontweight="normal", loc="center", pad=3)
            else:
                axis.set_ylabel(text, rotation=0, ha="right", va="center")


def _canvas(parts: dict[str, dict[str, np.ndarray]], steps: int) -> tuple[Figure, list[_Block]]:
    """Return a figure and a place in it for each dataset, with boxes in the frames' own proportions."""
    plans = []
    for part in parts.values():
        _, long, short = part["truth"].shape
        below = steps == 1 or short < FLAT * long
        rows, columns = (steps, len(ROWS)) if below else (len(ROWS), steps)
        width = (style.WIDTH - LEFT - GAP) / columns - GAP
        plans.append((below, rows, columns, width, width * short / long))
    tops = np.cumsum([0, *(HEAD + rows * (high + GAP) + (FOOT if steps > 1 else GAP) for _, rows, _, _, high in plans)])
    figure = plt.figure(figsize=(style.WIDTH, tops[-1]))
    figure.set_layout_engine("none")

    def placed(left: float, top: float, wide: float, high: float) -> plt.Axes:
        """Return axes whose place is given in inches from the upper left corner."""
        return figure.add_axes(
            (left / style.WIDTH, 1 - (top + high) / tops[-1], wide / style.WIDTH, high / tops[-1]), xticks=[], yticks=[]
        )

    blocks = []
    for (problem, part), top, (below, rows, columns, width, high) in zip(parts.items(), tops, plans, strict=False):
        figure.text(0.01, 1 - (top + 0.05) / tops[-1], _title(problem, part), va="top", fontweight="bold")
        panels = np.array(
            [
                [placed(LEFT + j * (width + GAP), top + HEAD + i * (high + GAP), width, high) for j in range(columns)]
                for i in range(rows)
            ]
        )
        foot = top + HEAD + rows * (high + GAP) + GAP
        half = (style.WIDTH - LEFT) / 2
        bars = [placed(left, foot, half - 0.25, BAR) for left in (LEFT, LEFT + half) if steps > 1]
        blocks.append(_Block(panels.T if below else panels, bars, below))
    return figure, blocks


def _draw_bars(block: _Block, drawn: tuple[AxesImage, ...], part: dict[str, np.ndarray]) -> None:
    field = str(part["field"]).replace("_", " ")
    for axis, image, label in zip(block.bars, drawn[::2], (field, "error / standard deviation"), strict=True):
        bar = axis.figure.colorbar(image, cax=axis, orientation="horizontal")
        bar.set_label(label)
        bar.ax.locator_params(nbins=3)


def _draw_step(
    axes: np.ndarray, truth: NDArray[np.float64], forecast: NDArray[np.float64], place: int
) -> tuple[AxesImage, ...]:
    low, high = float(np.nanmin(truth)), float(np.nanmax(truth))
    reach = max(-low, high)
    scale = {"cmap": "RdBu_r", "vmin": -reach, "vmax": reach} if low < 0 < high else {"vmin": low, "vmax": high}
    error: dict[str, Any] = {"cmap": "inferno", "vmin": 0, "vmax": 1}
    values = ((truth[place], scale), (forecast[place], scale), (_error(truth, forecast, place), error))
    return tuple(
        axis.imshow(image.T, origin="lower", interpolation="none", aspect="auto", **colours)
        for axis, (image, colours) in zip(axes, values, strict=True)
    )


def _error(truth: NDArray[np.float64], forecast: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    deviation = float(np.nanstd(truth[place]))
    return np.abs(forecast[place] - truth[place]) / (deviation if deviation > 0 else 1.0)

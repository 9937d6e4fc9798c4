"""How near a mini set comes to the real one: the fidelity card and a strip of frames.

The real sets' statistics are published, so this needs no real data. Mean and standard deviation compare the physics;
std_delta compares only where the stored time step is the same. Judgement by the ratio of standard deviations: `near`
within a factor 1.5, `off` within 3, `far` beyond (our thresholds).
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from replication.storage.atomic import replacing
from replication.well.catalogue import Dataset, dataset, flattened, published_statistics
from replication.well.inspection import files_of, opened
from replication.well.statistics import read_statistics

NEAR, OFF = 1.5, 3.0
CONSTANT = 1e-3
"""A field whose relative spread is below this in the mini set is called constant: its ratio means nothing."""
STRIP_BYTES = 300_000


def card(folder: Path) -> pd.DataFrame:
    """Return one row a channel: dataset, channel, mean, std and std_delta here and published, ratio, judgement.

    std_delta is NaN for constant fields, the ratio where the published deviation is zero. UserError if `stats.yaml` is
    missing or foreign.
    """
    entry = dataset(folder.name)
    here, there = read_statistics(folder / "stats.yaml", entry), published_statistics(entry.name)
    rows: list[dict[str, Any]] = []
    for name, order in {**entry.fields, **entry.constant_fields}.items():
        columns = {}
        for moment in ("mean", "std", "std_delta"):
            for suffix, statistics in (("", here), ("_published", there)):
                columns[moment + suffix] = np.ravel(statistics[moment].get(name, np.full((2,) * order, np.nan)))
        for component, channel in enumerate(flattened({name: order}, entry.dimensions)):
            values = {key: float(column[component]) for key, column in columns.items()}
            rows.append({"dataset": entry.name, "channel": channel, **values, **_judged(values)})
    return pd.DataFrame(rows)


def about(folder: Path) -> dict[str, Any]:
    """Return grid, trajectories, frames and what differs from the original of a mini set; nothing of a real one."""
    path = folder / f"{folder.name}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if not content.get("mini"):
        return {}
    return {
        "resolution": content["spatial_resolution"],
        "trajectories": sum(content["n_trajectories"].values()),
        "frames": content["n_steps_per_trajectory"],
        "differs": content["differs"],
    }


def _judged(values: dict[str, float]) -> dict[str, Any]:
    here, there = values["std"], values["std_published"]
    if there == 0 or not np.isfinite([here, there]).all():
        return {"std_ratio": np.nan, "judgement": "not comparable"}
    if here <= CONSTANT * abs(values["mean"]) and there <= CONSTANT * 10 * abs(values["mean_published"]):
        return {"std_ratio": here / there, "judgement": "constant"}
    factor = max(here / there, there / here) if here > 0 else np.inf
    return {"std_ratio": here / there, "judgement": "near" if factor <= NEAR else "off" if factor <= OFF else "far"}


def strip(folder: Path, frames: int = 6) -> dict[str, NDArray[Any]]:
    """Return evenly spaced frames of the first field of the first test trajectory.

    Arrays: `frames` (F, X, Y) float32, thinned to fit 300 kB; `time` (F,), `x`, `y`; `channel` (a name).
    """
    entry = dataset(folder.name)
    path = files_of(folder, "test")[0]
    with opened(path) as file:
        name = _shown(entry)
        data = file[f"t{entry.fields[name]}_fields/{name}"]
        chosen = np.unique(np.linspace(0, data.shape[1] - 1, frames).round().astype(int))
        thin = 1
        while 4 * len(chosen) * -(-data.shape[2] // thin) * -(-data.shape[3] // thin) > 0.9 * STRIP_BYTES:
            thin += 1
        values = np.stack([data[0, frame] for frame in chosen])
        axes = {axis: file["dimensions"][axis][::thin] for axis in entry.dimensions}
        time = np.atleast_2d(file["dimensions/time"][:])[0]
        channel = flattened({name: entry.fields[name]}, entry.dimensions)[0]
        if entry.fields[name] > 0:
            values = values.reshape(*values.shape[:3], -1)[..., 0]
        return {"frames": values[:, ::thin, ::thin], "time": time[chosen], **axes, "channel": np.array(channel)}


def write_strip(path: Path, folder: Path) -> None:
    """Write the strip to an `.npz`, whole or not at all."""
    with replacing(path) as temporary:
        np.savez_compressed(temporary, **strip(folder))  # type: ignore[arg-type]


def _shown(entry: Dataset) -> str:
    """Return the field a strip shows: the first, or D where the first is the concentration, constant in mini sets."""
    return "D" if entry.name == "active_matter" else next(iter(entry.fields))

"""What of a block of settings cannot work with the data of its preset, found before any of them are made or fetched."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from replication.settings.data import Data
from replication.well.catalogue import dataset

if TYPE_CHECKING:
    from replication.papers.wavelit.settings import Settings


def misfits(block: "Settings", data: Data) -> Iterator[str]:
    """Yield a line for whatever does not fit: key, value and what is allowed. No torch here."""
    first = block.evaluation.rollout_from
    for problem in block.datasets:
        frames = _frames(problem, data)
        if frames is not None and frames <= first:
            yield (
                f"wavelit.evaluation.rollout_from = {first}: {problem} has {frames} frames{_given(data, 'frames')}; "
                f"allowed: at most {frames - 1}, or longer trajectories"
            )
    for problem, method, levels in block.transforms():
        grid = _grid(problem, data)
        if grid is not None and levels > (most := min(map(_halvings, grid))):
            yield (
                f"wavelit: {problem}, {method}: network.levels = {levels}: {grid[0]}x{grid[1]} points"
                f"{_given(data, 'size')} can be halved {most} times; allowed: at most {most}"
            )


def _frames(problem: str, data: Data) -> int | None:
    """Return how many frames a dataset's longest trajectory will have; None where only its folder tells."""
    if data.source == "mini":
        from replication.well.generation import MiniSet  # slow to import

        return MiniSet(problem, data.mini.size, data.mini.trajectories, data.mini.frames).stored_frames
    return dataset(problem).frames if data.source == "hub" else None


def _grid(problem: str, data: Data) -> tuple[int, int] | None:
    """Return the grid that a dataset will have; None where only its folder tells."""
    if data.source == "mini":
        return dataset(problem).shape_at(data.mini.size)
    return dataset(problem).resolution if data.source == "hub" else None


def _given(data: Data, key: str) -> str:
    return f" at data.mini.{key} = {getattr(data.mini, key)}" if data.source == "mini" else ""


def _halvings(points: int) -> int:
    """Return how often an axis can be halved with two tokens left at least."""
    count = 0
    while points % 2 == 0 and points > 2:
        points, count = points // 2, count + 1
    return count

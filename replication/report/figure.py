"""A figure in two steps: its data from runs, its drawing from that data alone.

A figure is a module `replication/papers/<paper>/figures/<figure>.py` with

- `TITLE` and `CAPTION`: literals; the caption says what is shown, over which seeds, with which spread and units;
- `READS`: a literal tuple out of `READABLE`, which tells the workflow what the data step needs;
- `FORMAT`: `"csv"` or `"npz"`, what the data step returns: a DataFrame, or a dictionary of arrays;
- `data(sources)`, which raises `NoData` where nothing can be shown yet;
- `draw(data)`, which returns a matplotlib figure `style.WIDTH` inches wide;
- if it has `ANIMATED = True`, `animate(data)`, which yields the frames of an animation as such figures.

So a figure can be drawn again, byte for byte, wherever its data file is.
"""

import ast
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replication.errors import UserError
from replication.storage.atomic import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from replication.report.sources import FigureSources

READABLE = ("table", "history", "prediction", "reference")
LARGEST_NPZ = 300_000
DRAWN = ("svg", "pdf", "png")
ANIMATION = "webp"
FRAME_MS, QUALITY, LOOPS = 350, 50, 3
"""An animation runs three times and then rests."""
MISSING = "missing"
"""The only column, or array, of the data file of a figure that cannot be drawn yet."""


@dataclass(frozen=True)
class Declaration:
    """What a figure module says about itself."""

    name: str
    title: str
    caption: str
    reads: tuple[str, ...]
    format: str
    animated: bool


def declared(paper: str, figure: str) -> Declaration:
    """Return what a figure module declares, without importing it (nor matplotlib).

    Raises:
        UserError: if the module or one of its four literals is missing or wrong.
    """
    path = folder(paper) / f"{figure}.py"
    if not path.is_file():
        known = ", ".join(figures(paper)) or "none"
        raise UserError(f"{paper}: there is no figure '{figure}'; figures are: {known}")
    literals = _literals(path.read_text(encoding="utf-8"))
    for name in ("TITLE", "CAPTION", "READS", "FORMAT"):
        if name not in literals:
            raise UserError(f"{path.name}: {name} is missing, or is not written as a literal")
    if unknown := set(literals["READS"]) - set(READABLE):
        raise UserError(f"{path.name}: READS: unknown {sorted(unknown)}; allowed are {', '.join(READABLE)}")
    if literals["FORMAT"] not in ("csv", "npz"):
        raise UserError(f"{path.name}: FORMAT: '{literals['FORMAT']}' is not csv or npz")
    title, caption, reads, form = (literals[name] for name in ("TITLE", "CAPTION", "READS", "FORMAT"))
    return Declaration(figure, title, caption, reads, form, literals.get("ANIMATED", False))


@cache
def _literals(source: str) -> Mapping[str, Any]:
    literals: dict[str, Any] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            try:
                literals[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:  # a constant of its own that is computed
                continue
    return literals


def folder(paper: str) -> Path:
    """Return the folder whose listing is the list of a paper's figures."""
    return Path(__file__).parents[1] / "papers" / paper / "figures"


def figures(paper: str) -> list[str]:
    """Return the names of a paper's figures."""
    return sorted(path.stem for path in folder(paper).glob("*.py") if path.stem != "__init__")


def write_data(paper: str, figure: str, sources: "FigureSources", path: Path) -> None:
    """Write the data of a figure to `path` (`.csv` or `.npz`), whole or not at all.

    Where there is nothing to show the file says what is missing instead.

    Raises:
        ValueError: if the data is not of the declared format, or an npz is larger than 300 kB.
    """
    import pandas as pd

    from replication.report.sources import NoData

    form = declared(paper, figure).format
    if path.suffix != f".{form}":
        raise ValueError(f"{paper}/{figure}: its data is {form}, not {path.suffix}")
    try:
        content = _module(paper, figure).data(sources)
    except NoData as nothing:
        content = pd.DataFrame({MISSING: [str(nothing)]}) if form == "csv" else {MISSING: str(nothing)}
    if isinstance(content, pd.DataFrame) != (form == "csv"):
        raise ValueError(f"{paper}/{figure}: data() returned {type(content).__name__} where {form} is declared")
    with replacing(path) as temporary:
        if form == "csv":
            content.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
        else:
            _save_arrays(temporary, content)
            if (size := temporary.stat().st_size) > LARGEST_NPZ:
                raise ValueError(f"{paper}/{figure}: {size // 1000} kB of data; at most {LARGEST_NPZ // 1000} kB")


def read_data(path: Path) -> Any:
    """Read the data of a figure: a DataFrame from csv, a dictionary of arrays from npz."""
    import numpy as np
    import pandas as pd

    if path.suffix == ".csv":
        return pd.read_csv(path, keep_default_na=False, na_values=["", "nan"])
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def missing(content: Any) -> str | None:
    """Return what is missing from a figure's data, or None where it can be drawn."""
    import numpy as np

    return str(np.ravel(content[MISSING])[0]) if MISSING in content else None


def draw(paper: str, figure: str, data_path: Path, out_stem: Path, suffixes: Sequence[str] = DRAWN) -> list[Path]:
    """Draw a figure from its data file into `out_stem` + `.svg`, `.pdf` and `.png`, or some of them; return the paths.

    The same data gives the same bytes: no dates, and ids in the SVG that follow from the figure's name.
    """
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    from replication.report import style

    content = read_data(data_path)
    lacking = missing(content)
    dateless: dict[str, dict[str, str | None]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
        "png": {"Software": None},
    }
    written = []
    with style.applied():
        mpl.rcParams["svg.hashsalt"] = f"{paper}/{figure}"
        drawing = _names_what_is_missing(lacking) if lacking else _module(paper, figure).draw(content)
        for suffix in suffixes:
            path = out_stem.with_name(f"{out_stem.name}.{suffix}")
            with replacing(path) as temporary:
                drawing.savefig(temporary, metadata=dateless[suffix])
            written.append(path)
        plt.close(drawing)
    return written


def animate(paper: str, figure: str, data_path: Path, out: Path) -> None:
    """Write the animation of a figure from its data file as WebP; the same data gives the same bytes.

    Where there is nothing to show it is one frame that says what is missing.
    """
    import matplotlib as mpl

    mpl.use("agg")
    import numpy as np
    from matplotlib import pyplot as plt
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    from replication.report import style

    content = read_data(data_path)
    lacking = missing(content)
    frames = []
    with style.applied():
        drawings = [_names_what_is_missing(lacking)] if lacking else _module(paper, figure).animate(content)
        for drawing in drawings:
            drawing.set_dpi(72)
            canvas = FigureCanvasAgg(drawing)
            canvas.draw()
            frames.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
        plt.close("all")
    with replacing(out) as temporary, temporary.open("wb") as stream:
        frames[0].save(
            stream, "WEBP", save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=LOOPS, quality=QUALITY
        )


def _module(paper: str, figure: str) -> Any:
    return importlib.import_module(f"replication.papers.{paper}.figures.{figure}")


def _save_arrays(path: Path, arrays: dict[str, Any]) -> None:
    """Write arrays as a compressed npz in the order of their names; fields in float32."""
    import numpy as np

    def narrow(array: Any) -> Any:
        array = np.asarray(array)
        return array.astype(np.float32) if array.dtype == np.float64 else array

    with path.open("wb") as stream:
        np.savez_compressed(stream, **{name: narrow(arrays[name]) for name in sorted(arrays)})


def _names_what_is_missing(lacking: str) -> "Figure":
    """Return a figure that says in words why it shows nothing."""
    import textwrap

    from matplotlib import pyplot as plt

    from replication.report import style

    lines = ["Not drawn: the runs behind it have not been made.", *textwrap.wrap(f"Missing: {lacking}", 62)]
    drawing = plt.figure(figsize=(style.WIDTH, 0.35 + 0.2 * len(lines)))
    drawing.text(0.02, 0.5, "\n".join(lines), va="center", color=style.MUTED)
    return drawing

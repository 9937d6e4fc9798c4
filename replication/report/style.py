"""How figures look: one colour and one marker a method, wherever it appears.

Colours are taken from the sets of Okabe & Ito (https://jfly.uni-koeln.de/color/) and Paul Tol (SRON/EPS/TN/09-002),
which remain apart under the common colour-vision deficiencies; markers tell methods apart without any colour.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

WIDTH = 4.6
"""Width of every figure in inches: at 390 px its 9 pt text is still 9 px tall, and in print it is 9 pt."""

RUNTIME_MARKERS = {"eager": "o", "onnx": "s", "compiled": "^", "exported": "D", "eager_kept": "v"}
"""Markers where a figure compares runtimes; methods are told apart by colour alone there."""

INK = "#26241f"
MUTED = "#77736a"
BAND = "#d9d4c7"


@dataclass(frozen=True)
class Look:
    """How a method is drawn and named."""

    label: str
    colour: str
    marker: str


KNOWN = {
    "teacher": Look("teacher", "#26241f", "o"),
    "kd_student": Look("student, distilled", "#0072b2", "s"),
    "scratch_student": Look("student, no KD loss", "#d55e00", "^"),
    "kd_only_student": Look("student, KD loss only", "#009e73", "D"),
    "floor": Look("floor", MUTED, "."),
    "pinn": Look("PINN", "#26241f", "o"),
    "gpt_pinn": Look("GPT-PINN", "#e69f00", "v"),
    "s2gpt_pinn": Look("S²GPT-PINN", "#882255", "P"),
    "classical": Look("classical solver", "#009e73", "s"),
    "pod_galerkin": Look("POD-Galerkin", "#56b4e9", "D"),
    "nearest_neuron": Look("nearest neuron", "#999933", "<"),
    "pruned_pinn": Look("PINN, pruned", "#cc6677", "^"),
    "pruned_pinn_untuned": Look("PINN, pruned, untuned", "#6b6ecf", ">"),
    "quantised_pinn": Look("PINN, 8 bits", "#a5651f", "d"),
    "wavelit": Look("WaveLiT", "#332288", "X"),
    "wavelit_joint": Look("WaveLiT, joint", "#56b4e9", "h"),
    "convnext_unet": Look("ConvNeXt U-Net", "#a5651f", "p"),
    "unet": Look("U-Net", "#cc6677", "<"),
    "fno": Look("FNO", "#6b6ecf", "d"),
    "vit": Look("ViT", "#aa4499", ">"),
    "plain_cnn": Look("plain CNN", "#44aa99", "*"),
    "linear_stencil": Look("linear stencil", "#117733", "H"),
    "rotation": Look("rotation", "#ddaa33", "8"),
    "persistence": Look("persistence", "#999933", "1"),
}
PROPER_NAMES = {
    "black_scholes": "Black-Scholes",
    "allen_cahn": "Allen-Cahn",
    "allen_cahn_hard": "Allen-Cahn, hard",
    "allen_cahn_periodic": "Allen-Cahn, periodic",
    "taylor_green": "Taylor-Green",
    "klein_gordon": "Klein-Gordon",
    "acoustic_scattering_maze": "Acoustic maze",
    "acoustic_scattering_discontinuous": "Acoustic, discontinuous",
    "acoustic_scattering_inclusions": "Acoustic, inclusions",
    "helmholtz_staircase": "Helmholtz staircase",
    "gray_scott_reaction_diffusion": "Gray-Scott",
    "turbulent_radiative_layer_2D": "Radiative layer",
    "rayleigh_benard": "Rayleigh-Bénard",
    "viscoelastic_instability": "Viscoelastic",
    "kuramoto_sivashinsky": "Kuramoto-Sivashinsky",
}
BASELINE_COLOURS = ("#cc79a7", "#117733", "#999933", "#cc6677", "#44aa99", "#aa4499", "#a5651f", "#6b6ecf")
BASELINE_MARKERS = ("<", ">", "p", "d", "*", "H", "8")


def look(method: str) -> Look:
    """Return the look of a method.

    A baseline's colour and marker follow from its name alone, so that adding one changes no other. A variant such as
    `kd_student-w10` keeps the colour of its method and takes another marker.
    """
    if method in KNOWN:
        return KNOWN[method]
    digest = hashlib.sha256(method.encode()).digest()
    marker = BASELINE_MARKERS[digest[0] % len(BASELINE_MARKERS)]
    base, dash, variant = method.partition("-")
    if dash:
        original = look(base)
        return Look(f"{original.label}, {variant.replace('_', ' ')}", original.colour, marker)
    return Look(method.replace("_", " "), BASELINE_COLOURS[digest[1] % len(BASELINE_COLOURS)], marker)


def ordered(methods: list[str] | set[str]) -> list[str]:
    """Return methods in the order every figure lists them: the papers' own first, then baselines by name."""
    known = list(KNOWN)

    def rank(method: str) -> tuple[int, str]:
        base = method.partition("-")[0]
        return (known.index(base) if base in known else len(known), method)

    return sorted(set(methods), key=rank)


def title(name: str) -> str:
    """Return a problem's name as a reader writes it: `black_scholes` is `Black-Scholes`."""
    spaced = name.replace("_", " ")
    return PROPER_NAMES.get(name, spaced.capitalize() if name.islower() else spaced)


@contextmanager
def applied() -> Iterator[None]:
    """Apply the style of the page to what is drawn inside."""
    import matplotlib as mpl
    import seaborn as sns

    settings: dict[Any, Any] = {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "legend.fontsize": 8.5,
        "legend.frameon": False,
        "axes.edgecolor": MUTED,
        "axes.linewidth": 0.7,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "grid.color": "#e6e2d8",
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.5,
        "lines.markersize": 4.5,
        "figure.dpi": 100,
        "savefig.dpi": 200,
        "figure.constrained_layout.use": True,
        "axes.formatter.min_exponent": 1,
        "svg.fonttype": "none",
        "pdf.fonttype": 42,
    }
    with mpl.rc_context(), sns.axes_style("ticks", settings):
        mpl.rcParams.update(settings)
        yield


def grid(panels: int, base: float, row: float, columns: int = 2):  # type: ignore[no-untyped-def]
    """Return a figure `WIDTH` wide and its axes (rows, columns) for `panels` panels; places left over are empty.

    The height is `base` inches plus `row` inches for each row.
    """
    from matplotlib import pyplot as plt

    rows = -(-panels // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, base + row * rows), squeeze=False)
    for axis in axes.flat[panels:]:
        axis.remove()
    return figure, axes


def legend(figure, methods: list[str], columns: int = 2, markers: bool = True) -> None:  # type: ignore[no-untyped-def]
    """Put one legend of the methods above all panels of a matplotlib figure.

    Without `markers` methods are told apart by colour alone, since markers stand for something else there.
    """
    from matplotlib.lines import Line2D

    looks = [look(method) for method in ordered(methods)]
    handles = [
        Line2D([], [], color=one.colour, marker=one.marker if markers else None, label=one.label) for one in looks
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=columns)


def runtime_legend(figure, runtimes: Iterable[str]) -> None:  # type: ignore[no-untyped-def]
    """Put one legend of the runtimes' markers below all panels of a matplotlib figure."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=MUTED, linestyle="", marker=RUNTIME_MARKERS[name], label=name.replace("_", " "))
        for name in RUNTIME_MARKERS
        if name in set(runtimes)
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=4)


def label_short_log_axis(axis, which: Literal["x", "y"]) -> None:  # type: ignore[no-untyped-def]
    """Label a logarithmic axis that spans little with plain numbers; limits must be final.

    Below a factor of 3 labels are equally far apart in value, below 100 they stand at 1 and 3, at 1, 2 and 5 or closer,
    so that few of them fit a narrow panel; from ten thousand on as 10k, 1M, 1G, below a ten-thousandth as 3e−5. A
    longer axis is left as it is, with its powers of ten.
    """
    from matplotlib.ticker import EngFormatter, FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    side = axis.xaxis if which == "x" else axis.yaxis
    side.set_minor_formatter(NullFormatter())
    low, high = side.get_view_interval()
    if high > 100 * low:
        return
    large = EngFormatter(sep="")

    def written(value: float, place: int | None) -> str:
        if 0 < value < 1e-4:
            digits, _, power = f"{value:e}".partition("e-")
            return f"{float(digits):g}e−{int(power)}"
        return large(value) if value >= 1e4 else f"{value:g}"

    side.set_major_formatter(FuncFormatter(written))
    if high < 3 * low:
        side.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        side.set_minor_locator(NullLocator())
    else:
        marks = (1, 1.5, 2, 3, 5, 7) if high < 5 * low else (1, 2, 5) if high < 20 * low else (1, 3)
        side.set_major_locator(LogLocator(subs=marks, numticks=20))

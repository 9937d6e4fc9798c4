"""What is known about the datasets of The Well that this project trains on.

Facts are those of the official `datasets/<name>/README.md` and `<name>.yaml` (github.com/PolymathicAI/the_well); where
these disagree with the generation scripts or with each other the entry says so in `remark`. Which eight sets WaveLiT
used is inferred except for the maze and the staircase; the other two acoustic sets are spares.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import yaml

from replication.errors import UserError
from replication.well.trajectory import BoundaryKind

SPLITS = ("train", "valid", "test")
MOMENTS = ("mean", "std", "rms", "mean_delta", "std_delta", "rms_delta")
"""The maps of a `stats.yaml`, which names them so."""

_PUBLISHED = Path(__file__).with_name("published_statistics.yaml")
_WELL = "Ohana et al. 2024, The Well, NeurIPS Datasets and Benchmarks, arXiv 2412.00568"

PERIODIC, WALL, OPEN = BoundaryKind.PERIODIC, BoundaryKind.WALL, BoundaryKind.OPEN


@dataclass(frozen=True)
class Dataset:
    """One dataset; two-dimensional, Cartesian, dimensions (x, y)."""

    name: str
    kind: Literal["wave", "advection", "other"]
    """The class WaveLiT's claims on wave-dominated and advection-dominated sets sort it into."""
    fields: Mapping[str, int]
    """Time-varying fields in channel order -> tensor order (0 scalar, 1 vector, 2 matrix)."""
    boundaries: Mapping[str, tuple[tuple[str, ...], BoundaryKind]]
    """HDF5 boundary group -> dimensions it belongs to, kind."""
    resolution: tuple[int, int]
    frames: int
    trajectories: int
    split: tuple[int | None, int | None, int | None]
    """Official trajectories in train, valid, test; None where no source settles it."""
    time_step: float
    """Time between stored frames, in the dataset's own units; NaN where it differs from trajectory to trajectory."""
    citation: str
    constant_fields: Mapping[str, int] = field(default_factory=dict)
    scalars: tuple[str, ...] = ()
    remark: str = ""
    published_as: str = ""
    """The set whose published statistics a mini set is compared with, if not the one of the same name."""
    outside: bool = False
    """Whether it is no set of The Well: made by us alone, with nothing published to compare it with."""
    dimensions: tuple[str, str] = ("x", "y")

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the flattened channels, in the order of The Well: `velocity_x`, `D_xy`, ..."""
        return flattened(self.fields, self.dimensions)

    @property
    def constant_channels(self) -> tuple[str, ...]:
        """Names of the flattened constant channels."""
        return flattened(self.constant_fields, self.dimensions)

    def shape_at(self, size: int) -> tuple[int, int]:
        """Return the grid of the native aspect ratio with about `size`² points, its short side a power of two.

        64 gives 64x64, 128x32 (4:1), 64x128 (1:2), 32x96 (1:3).
        """
        short, long = sorted(self.resolution)
        if size < 8:
            raise UserError(f"data size {size}: a mini set needs at least 8 points a side")
        # floor(x + 1/2), since a 1:2 box is an exact tie and Python rounds ties to even
        points = 2 ** math.floor(math.log2(size / math.sqrt(long / short)) + 0.5)
        return self.resolution[0] * points // short, self.resolution[1] * points // short


def flattened(fields: Mapping[str, int], dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Return a channel name for each component of `fields` (name -> tensor order), matrices row by row."""
    names = []
    for name, order in fields.items():
        suffixes = [""]
        for _ in range(order):
            suffixes = [suffix + dimension for suffix in suffixes for dimension in dimensions]
        names += [f"{name}_{suffix}" if suffix else name for suffix in suffixes]
    return tuple(names)


_PERIODIC = {"x_periodic": (("x",), PERIODIC), "y_periodic": (("y",), PERIODIC)}
_ACOUSTIC_FIELDS = {"pressure": 0, "velocity": 1}
_ACOUSTIC_CONSTANTS = {"density": 0, "speed_of_sound": 0}
_ACOUSTIC_BOUNDARIES = {
    "x0_wall": (("x",), WALL),
    "xL_open": (("x",), OPEN),
    "y0_wall": (("y",), WALL),
    "yL_open": (("y",), OPEN),
}
_ACOUSTIC_REMARK = (
    "walls at the lower and open ends at the upper end of both axes in script and files; README says open y"
)
_CLAWPACK = "Mandli et al. 2016, Clawpack, PeerJ Computer Science 2:e68"

_ENTRIES = (
    Dataset(
        name="acoustic_scattering_maze",
        kind="wave",
        fields=_ACOUSTIC_FIELDS,
        constant_fields=_ACOUSTIC_CONSTANTS,
        boundaries=_ACOUSTIC_BOUNDARIES,
        resolution=(256, 256),
        frames=202,
        trajectories=2000,
        split=(1600, 200, 200),
        time_step=2 / 101,
        citation=f"{_CLAWPACK}; {_WELL}",
        remark=_ACOUSTIC_REMARK + "; README says 201 frames, the script Delta t = 4/201",
    ),
    Dataset(
        name="acoustic_scattering_discontinuous",
        kind="wave",
        fields=_ACOUSTIC_FIELDS,
        constant_fields=_ACOUSTIC_CONSTANTS,
        boundaries=_ACOUSTIC_BOUNDARIES,
        resolution=(256, 256),
        frames=102,
        trajectories=2000,
        split=(1600, 200, 200),
        time_step=2 / 101,
        citation=f"{_CLAWPACK}; {_WELL}",
        remark=_ACOUSTIC_REMARK + "; README says 101 frames",
    ),
    Dataset(
        name="acoustic_scattering_inclusions",
        kind="wave",
        fields=_ACOUSTIC_FIELDS,
        constant_fields=_ACOUSTIC_CONSTANTS,
        boundaries=_ACOUSTIC_BOUNDARIES,
        resolution=(256, 256),
        frames=102,
        trajectories=4000,
        split=(3200, 400, 400),
        time_step=2 / 101,
        citation=f"{_CLAWPACK}; {_WELL}",
        remark=_ACOUSTIC_REMARK + "; the download registry lists 36 of 40 files (28, 4, 4)",
    ),
    Dataset(
        name="active_matter",
        kind="other",
        fields={"concentration": 0, "velocity": 1, "D": 2, "E": 2},
        scalars=("L", "zeta", "alpha"),
        boundaries=_PERIODIC,
        resolution=(256, 256),
        frames=81,
        trajectories=225,
        split=(None, None, 24),
        time_step=0.25,
        citation=f"Maddu et al. 2024, arXiv 2308.06675; {_WELL}",
        remark="the README counts 225 trajectories, the overview 360",
    ),
    Dataset(
        name="gray_scott_reaction_diffusion",
        kind="other",
        fields={"A": 0, "B": 0},
        scalars=("F", "k"),
        boundaries=_PERIODIC,
        resolution=(128, 128),
        frames=1001,
        trajectories=1200,
        split=(960, 120, 120),
        time_step=10.0,
        citation=f"Pearson 1993, Science 261:189; {_WELL}",
        remark="gliders from frame 121 to 159 on and some spirals from frame 107 on are stationary",
    ),
    Dataset(
        name="helmholtz_staircase",
        kind="wave",
        fields={"pressure_re": 0, "pressure_im": 0},
        constant_fields={"mask": 0},
        scalars=("omega",),
        boundaries={
            "x_open_neumann": (("x",), OPEN),
            "y_open_neumann": (("y",), OPEN),
            "xy_wall": (("x", "y"), WALL),
        },
        resolution=(1024, 256),
        frames=50,
        trajectories=512,
        split=(416, 48, 48),
        time_step=math.nan,
        citation=f"Agocs and Barnett 2023, arXiv 2310.12486; {_WELL}",
        remark="frames are 2 pi/49 of phase apart (from the published statistics), not 2 pi/50 as the README says",
    ),
    Dataset(
        name="rayleigh_benard",
        kind="advection",
        fields={"buoyancy": 0, "pressure": 0, "velocity": 1},
        scalars=("Rayleigh", "Prandtl"),
        boundaries={"x_periodic": (("x",), PERIODIC), "y_wall_dirichlet": (("y",), WALL)},
        resolution=(512, 128),
        frames=200,
        trajectories=1750,
        split=(1400, 175, 175),
        time_step=0.25,
        citation=f"Burns et al. 2020, Dedalus, Physical Review Research 2:023068; {_WELL}",
        remark="official y nodes are Chebyshev; mini sets use a uniform grid and are compared with the uniform twin",
        published_as="rayleigh_benard_uniform",
    ),
    Dataset(
        name="shear_flow",
        kind="advection",
        fields={"tracer": 0, "pressure": 0, "velocity": 1},
        scalars=("Rayleigh", "Schmidt"),
        boundaries=_PERIODIC,
        resolution=(256, 512),
        frames=200,
        trajectories=1120,
        split=(896, 112, 112),
        time_step=0.1,
        citation=f"Burns et al. 2020, Dedalus, Physical Review Research 2:023068; {_WELL}",
        remark="the scalar called Rayleigh is the Reynolds number",
    ),
    Dataset(
        name="turbulent_radiative_layer_2D",
        kind="advection",
        fields={"density": 0, "pressure": 0, "velocity": 1},
        scalars=("tcool",),
        boundaries={"x_periodic": (("x",), PERIODIC), "y_open": (("y",), OPEN)},
        resolution=(128, 384),
        frames=101,
        trajectories=90,
        split=(72, 9, 9),
        time_step=1.597033,
        citation=f"Fielding et al. 2020, ApJL 894:L24; {_WELL}",
    ),
    Dataset(
        name="viscoelastic_instability",
        kind="other",
        fields={"pressure": 0, "c_zz": 0, "velocity": 1, "C": 2},
        scalars=("Re", "Wi", "beta", "epsilon", "Lmax"),
        boundaries={"x_periodic": (("x",), PERIODIC), "y_wall_noslip": (("y",), WALL)},
        resolution=(512, 512),
        frames=60,
        trajectories=260,
        split=(None, None, 22),
        time_step=1.0,
        citation=f"Beneitez et al. 2024, Journal of Fluid Mechanics 981:A30; {_WELL}",
        remark="60 frames in two of seven files, 20 in the others; deprecated upstream for a second version",
    ),
    Dataset(
        name="kuramoto_sivashinsky",
        kind="other",
        fields={"u": 0},
        boundaries=_PERIODIC,
        resolution=(128, 128),
        frames=101,
        trajectories=100,
        split=(80, 10, 10),
        time_step=1.0,
        citation="Kalogirou, Keaveny and Papageorgiou 2015, Proceedings of the Royal Society A 471:20140932",
        remark="no set of The Well; for what lies outside the family of equations that the claims are about",
        outside=True,
    ),
)

DATASETS: Mapping[str, Dataset] = MappingProxyType({entry.name: entry for entry in _ENTRIES})

WAVELIT_EIGHT = (
    "acoustic_scattering_maze",
    "helmholtz_staircase",
    "gray_scott_reaction_diffusion",
    "active_matter",
    "turbulent_radiative_layer_2D",
    "rayleigh_benard",
    "shear_flow",
    "viscoelastic_instability",
)
"""The working set; the first two names are certain, six are inferred."""


def dataset(name: str) -> Dataset:
    """Return the entry of `name`; UserError with the nearest name if there is none."""
    if name in DATASETS:
        return DATASETS[name]
    near = get_close_matches(name, DATASETS, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UserError(f"dataset {name!r} is unknown: {hint}known are {', '.join(DATASETS)}")


Moment = dict[str, float | list[float] | list[list[float]]]


@cache
def published_statistics(name: str) -> Mapping[str, Moment]:
    """Return the real set's `mean`, `std` and `std_delta` per field, as nested lists for vectors and matrices.

    From the official `stats.yaml` (train split, all frames, stored step). For rayleigh_benard these are the numbers of
    rayleigh_benard_uniform, whose grid the mini set shares. A set outside The Well has none.
    """
    if dataset(name).outside:
        return MappingProxyType({"mean": {}, "std": {}, "std_delta": {}})
    everything = yaml.safe_load(_PUBLISHED.read_text(encoding="utf-8"))
    return MappingProxyType(everything[dataset(name).published_as or name])

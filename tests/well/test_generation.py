"""Mini sets: deterministic, restartable trajectory by trajectory, split, packed, whole or absent."""

from collections import namedtuple
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from replication.errors import UserError
from replication.seeds import generator
from replication.well import disk, generation
from replication.well.catalogue import SPLITS, dataset
from replication.well.generation import MiniSet, generate, pack, randomness, simulate_one
from replication.well.inspection import inspect
from replication.well.solvers import helmholtz_staircase

SMALL = MiniSet("gray_scott_reaction_diffusion", size=16, trajectories=7, frames=3)


def content(folder: Path) -> dict[str, bytes]:
    """Every file below `folder`, HDF5 files by the values of A."""
    result = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".hdf5":
            with h5py.File(path) as file:
                result[str(path.relative_to(folder))] = file["t0_fields/A"][:].tobytes()
        elif path.is_file():
            result[str(path.relative_to(folder))] = path.read_bytes()
    return result


def test_a_set_is_laid_out_as_the_well_lays_it_out(tmp_path):
    folder = generate(SMALL, tmp_path)
    inspect(folder, dataset(SMALL.name))
    assert sorted(path.name for path in folder.iterdir()) == ["data", f"{SMALL.name}.yaml", "stats.yaml"]
    assert sorted(path.name for path in (folder / "data").iterdir()) == sorted(SPLITS)
    assert (folder / "data" / "train" / f"{SMALL.name}_F_0.014_k_0.054.hdf5").exists()
    metadata = yaml.safe_load((folder / f"{SMALL.name}.yaml").read_text())
    assert metadata["n_trajectories"] == {"train": 5, "valid": 1, "test": 1}
    assert metadata["settings"]["frames"] == 3


@pytest.mark.parametrize(("total", "counts"), [(3, (1, 1, 1)), (4, (2, 1, 1)), (24, (20, 2, 2)), (100, (80, 10, 10))])
def test_trajectories_are_split_80_10_10_with_at_least_one_each(total, counts):
    mini = MiniSet("shear_flow", 16, total, 3)
    splits = [mini.split_of(index) for index in range(total)]
    assert tuple(splits.count(split) for split in SPLITS) == counts


def test_the_number_of_processes_does_not_change_a_bit(tmp_path):
    one, two = generate(SMALL, tmp_path / "one", cores=1), generate(SMALL, tmp_path / "two", cores=2)
    assert content(one) == content(two)


def test_another_seed_gives_other_trajectories_and_more_of_them_keep_the_first(tmp_path):
    def first(mini, base):
        with h5py.File(simulate_one(mini, base, 0)) as file:
            return file["t0_fields/A"][:]

    sizes = {"size": 16, "frames": 3}
    base = first(MiniSet(SMALL.name, trajectories=7, **sizes), tmp_path / "a")
    more = first(MiniSet(SMALL.name, trajectories=9, **sizes), tmp_path / "b")
    other = first(MiniSet(SMALL.name, trajectories=7, seed=1, **sizes), tmp_path / "c")
    np.testing.assert_array_equal(base, more)
    assert not np.array_equal(base, other)


def test_a_killed_generation_goes_on_where_it_stopped(tmp_path, monkeypatch):
    expected = content(generate(SMALL, tmp_path / "whole"))
    simulated = []
    real = generation.simulate_one

    def counting(mini, base, index):
        if len(simulated) == 4:
            raise KeyboardInterrupt
        simulated.append(index)
        return real(mini, base, index)

    monkeypatch.setattr(generation, "simulate_one", counting)
    with pytest.raises(KeyboardInterrupt):
        generate(SMALL, tmp_path / "killed")
    assert not (tmp_path / "killed" / SMALL.name / "stats.yaml").exists()
    simulated.clear()
    assert content(generate(SMALL, tmp_path / "killed")) == expected
    assert simulated == [4, 5, 6]


def test_a_killed_pack_can_be_repeated(tmp_path, monkeypatch):
    expected = content(generate(SMALL, tmp_path / "whole"))
    for index in range(SMALL.trajectories):
        simulate_one(SMALL, tmp_path, index)
    with monkeypatch.context() as patch:
        patch.setattr(generation, "write_statistics", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pack(SMALL, tmp_path)
    assert content(pack(SMALL, tmp_path)) == expected


def test_a_whole_set_is_left_alone_and_one_of_other_settings_or_code_made_again(tmp_path):
    stats = generate(SMALL, tmp_path) / "stats.yaml"
    before = stats.stat().st_mtime_ns
    generate(SMALL, tmp_path)
    assert stats.stat().st_mtime_ns == before
    generate(MiniSet(SMALL.name, size=16, trajectories=7, frames=4), tmp_path)
    assert stats.stat().st_mtime_ns > before
    before = stats.stat().st_mtime_ns
    generate(MiniSet(SMALL.name, size=16, trajectories=7, frames=4, code="changed"), tmp_path)
    assert stats.stat().st_mtime_ns > before


def test_a_kept_trajectory_that_is_truncated_or_of_other_code_is_made_again(tmp_path):
    path = simulate_one(SMALL, tmp_path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    simulate_one(SMALL, tmp_path, 2)
    assert path.stat().st_size == len(whole)
    changed = MiniSet(**{**SMALL.__dict__, "code": "changed"})
    simulate_one(changed, tmp_path, 2)
    with h5py.File(path) as file:
        assert '"code": "changed"' in file.attrs["settings"]


def test_packing_names_what_is_missing(tmp_path):
    simulate_one(SMALL, tmp_path, 0)
    with pytest.raises(UserError, match=r"trajectories \[1, 2, 3, 4, 5, 6\] are not simulated"):
        pack(SMALL, tmp_path)


def test_disk_use_and_progress_are_stated(tmp_path, capsys):
    folder = generate(SMALL, tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert "7 trajectories of 3 frames at 16x16: needs 0 MB" in lines[0]
    assert "7/7 trajectories in" in lines[-1]
    size = sum(path.stat().st_size for path in folder.rglob("*.hdf5"))
    assert SMALL.bytes < size < SMALL.bytes + 7 * 30_000


def test_a_set_that_does_not_fit_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage(10, 0, SMALL.bytes))
    with pytest.raises(UserError, match="are free; free space, or ask for a smaller size"):
        generate(SMALL, tmp_path)
    assert list(tmp_path.rglob("*.hdf5")) == []


@pytest.mark.parametrize(("changes", "message"), [({"trajectories": 2}, "split empty"), ({"frames": 1}, "no step")])
def test_a_set_too_small_to_be_one_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        MiniSet(**{**SMALL.__dict__, **changes})


def test_the_staircase_has_one_period(tmp_path):
    assert MiniSet("helmholtz_staircase", 32, 4, 80).stored_frames == 50
    assert MiniSet("shear_flow", 32, 4, 80).stored_frames == 80


def test_no_two_trajectories_of_a_set_are_equal_where_a_solver_draws_one_of_a_few_things():
    """Of 24 staircases the last one, for test, had been the eighth, for training."""
    name, period, choices = "helmholtz_staircase", len(helmholtz_staircase.PARAMETERS), helmholtz_staircase.CHOICES
    mini = MiniSet(name, size=16, trajectories=period * choices, frames=2)
    drawn = [(index % period, int(randomness(mini, index).integers(choices))) for index in range(period * choices)]
    assert len(set(drawn)) == len(drawn)
    first = [int(generator(name, "trajectory", index, mini.seed).integers(choices)) for index in range(23)]
    assert [source for _, source in drawn[:23]] == first  # those that were different stay as they were
    with pytest.raises(UserError, match="only 512 trajectories differ"):
        randomness(mini, len(drawn))


def test_an_error_in_a_process_ends_the_generation_with_its_own_line(tmp_path):
    with pytest.raises(UserError, match="helmholtz_staircase needs a 4:1 grid"):
        generate(MiniSet("helmholtz_staircase", size=8, trajectories=4, frames=3), tmp_path, cores=2)
    assert list(tmp_path.rglob("*.hdf5")) == []

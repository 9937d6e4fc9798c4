"""Real files: a local folder, a download server on loopback, a stream from fsspec's memory file system."""

import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import h5py
import numpy as np
import pytest
import yaml

from replication.errors import UserError
from replication.well import disk
from replication.well.catalogue import SPLITS
from replication.well.checksums import checksum, recorded, verify
from replication.well.reader import WellReader
from replication.well.sources.download import announced, fetch, plan
from replication.well.sources.local import dataset_folder
from replication.well.sources.stream import stream

NAME = "gray_scott_reaction_diffusion"


class Server:
    """Serves the files of a folder on loopback with byte ranges, and can break off in the middle of a file."""

    def __init__(self, root):
        self.requests: list[tuple[str, str, str]] = []
        self.breaks_at: dict[str, int] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self):
                self.answer(False)

            def do_GET(self):
                self.answer(True)

            def answer(self, with_body):
                span = self.headers.get("Range", "")
                outer.requests.append((self.command, self.path, span))
                path = root / self.path.lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                body = path.read_bytes()
                start = int(span.removeprefix("bytes=").rstrip("-")) if span else 0
                if span and start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206 if span else 200)
                self.send_header("Content-Length", str(len(body) - start))
                if span:
                    self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                self.end_headers()
                if with_body:
                    self.wfile.write(body[start : outer.breaks_at.pop(path.name, len(body))])

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def bodies(self):
        return [path.rsplit("/", 1)[-1] for command, path, _ in self.requests if command == "GET"]


@pytest.fixture
def remote(make_set, tmp_path):
    """A server of a set with two training files, and a registry in the_well's form."""
    folder = make_set(NAME)
    server = Server(folder.parent)
    address = f"{server.address}/{NAME}"
    files = {split: sorted(path.name for path in (folder / "data" / split).iterdir()) for split in SPLITS}
    urls = {split: [f"{address}/data/{split}/{name}" for name in names] for split, names in files.items()}
    registry = tmp_path / "registry.yaml"
    registry.write_text(yaml.safe_dump({NAME: {"stats": f"{address}/stats.yaml", **urls}}))
    yield server, registry, folder
    server.server.shutdown()
    server.server.server_close()


def no_room(monkeypatch, free=1000):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage(free, 0, free))


def same(one, other):
    return all((one / path.relative_to(other)).read_bytes() == path.read_bytes() for path in other.rglob("*.hdf5"))


def test_a_local_folder_is_found_with_or_without_the_downloaders_level(make_set):
    folder = make_set(NAME)
    assert dataset_folder(folder.parent, NAME) == folder
    assert dataset_folder(folder.parent.parent, NAME) == folder


def test_a_local_folder_that_lacks_the_set_is_told(tmp_path):
    with pytest.raises(UserError, match="holds neither shear_flow/data nor"):
        dataset_folder(tmp_path, "shear_flow")


def test_a_whole_set_comes_from_the_server_with_checksums(remote, tmp_path, capsys):
    _, registry, original = remote
    folder = fetch(NAME, tmp_path / "real", registry=registry)
    assert folder == tmp_path / "real" / NAME
    assert same(folder, original)
    assert recorded(folder)["data/train/" + f"{NAME}_0.hdf5"] == checksum(original / "data/train" / f"{NAME}_0.hdf5")
    verify(folder)
    assert len(WellReader(folder, "train", normalised=True)) == 2 * 3 * 11
    assert "download of gray_scott_reaction_diffusion (5 files): needs" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "real").iterdir()] == [NAME]


def test_fetching_is_limited_by_files_and_can_be_extended(remote, tmp_path):
    server, registry, original = remote
    folder = fetch(NAME, tmp_path / "real", files=1, registry=registry)
    assert len(list((folder / "data" / "train").iterdir())) == 1
    server.requests.clear()
    fetch(NAME, tmp_path / "real", files=1, registry=registry)
    assert server.requests == []
    fetch(NAME, tmp_path / "real", registry=registry)
    assert f"{NAME}_1.hdf5" in server.bodies()
    assert same(folder, original)


def test_a_download_that_breaks_off_is_told_and_goes_on_where_it_stopped(remote, tmp_path):
    server, registry, original = remote
    size = (original / "data" / "train" / f"{NAME}_1.hdf5").stat().st_size
    server.breaks_at[f"{NAME}_1.hdf5"] = size // 2
    with pytest.raises(UserError, match=f"{size // 2} of {size} bytes came; run the command again"):
        fetch(NAME, tmp_path / "real", registry=registry)
    assert not (tmp_path / "real" / NAME).exists()
    server.requests.clear()
    folder = fetch(NAME, tmp_path / "real", registry=registry)
    assert same(folder, original)
    resumed = [span for _, path, span in server.requests if path.endswith(f"train/{NAME}_1.hdf5") and span]
    assert resumed == [f"bytes={size // 2}-"]
    assert f"{NAME}_0.hdf5" not in server.bodies()


def test_the_need_is_stated_and_refused_before_the_first_byte(remote, tmp_path, monkeypatch, capsys):
    server, registry, _ = remote
    needed = sum(announced(file) for file in plan(NAME, registry=registry))
    server.requests.clear()
    no_room(monkeypatch)
    with pytest.raises(UserError, match="free space or ask for fewer files"):
        fetch(NAME, tmp_path / "real", registry=registry)
    assert f"needs {needed / 1e6:.0f} MB" in capsys.readouterr().err
    assert server.bodies() == []


def test_a_file_that_changed_since_is_told(remote, tmp_path):
    _, registry, _ = remote
    folder = fetch(NAME, tmp_path / "real", files=1, registry=registry)
    with (folder / "data" / "test" / f"{NAME}_0.hdf5").open("ab") as file:
        file.write(b"x")
    with pytest.raises(UserError, match="changed since it was fetched"):
        verify(folder)


def test_a_server_that_cannot_be_reached_or_lacks_a_file_is_told(remote, tmp_path):
    _, registry, original = remote
    (original / "data" / "test" / f"{NAME}_0.hdf5").unlink()
    with pytest.raises(UserError, match=r"not reachable .*404.*; use data\.source mini"):
        fetch(NAME, tmp_path / "real", registry=registry)
    with pytest.raises(UserError, match="has no dataset shear_flow"):
        fetch("shear_flow", tmp_path / "real", registry=registry)


@pytest.fixture
def in_memory(make_set):
    """The set in fsspec's memory file system."""
    folder = make_set("active_matter")
    memory = fsspec.filesystem("memory")
    memory.put(str(folder), "/well/active_matter", recursive=True)
    yield folder
    memory.rm("/well", recursive=True)


def test_a_stream_keeps_the_first_trajectories_only(in_memory, tmp_path, capsys):
    folder = stream("active_matter", "memory://well", tmp_path / "cut", trajectories=2)
    verify(folder)
    whole, cut = WellReader(in_memory, "train"), WellReader(folder, "train")
    assert [header.trajectories for header in cut.headers] == [2, 2]
    for index, window in enumerate(cut.windows):
        sample, expected = cut[index], whole[whole.windows.index(window)]
        assert all(np.array_equal(sample[key], expected[key]) for key in expected)
    assert "stream of active_matter (4 files): needs" in capsys.readouterr().err


def test_a_stream_goes_on_with_the_files_that_are_missing(in_memory, tmp_path, monkeypatch):
    folder = stream("active_matter", "memory://well", tmp_path / "cut", trajectories=2)
    kept = folder / "data" / "train" / "active_matter_0.hdf5"
    before = kept.stat().st_mtime_ns
    (folder / "data" / "train" / "active_matter_1.hdf5").unlink()
    stream("active_matter", "memory://well", tmp_path / "cut", trajectories=2)
    assert kept.stat().st_mtime_ns == before
    verify(folder)
    stream("active_matter", "memory://well", tmp_path / "cut", trajectories=3)
    with h5py.File(kept) as file:
        assert file.attrs["n_trajectories"] == 3


def test_a_stream_is_limited_by_files_and_refused_where_it_does_not_fit(in_memory, tmp_path, monkeypatch):
    folder = stream("active_matter", "memory://well", tmp_path / "cut", trajectories=1, files=1)
    assert len(list((folder / "data" / "train").iterdir())) == 1
    no_room(monkeypatch)
    with pytest.raises(UserError, match="free space or ask for fewer trajectories"):
        stream("active_matter", "memory://well", tmp_path / "other", trajectories=1)
    assert list((tmp_path / "other").rglob("*.hdf5")) == []


def test_a_stream_from_nowhere_is_told(tmp_path):
    with pytest.raises(UserError, match="no HDF5 file there"):
        stream("active_matter", "memory://nowhere", tmp_path, trajectories=1)

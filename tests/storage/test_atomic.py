"""A file is whole or absent."""

import pytest

from replication.storage.atomic import replacing, write_json


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "result.json"
    write_json(path, {"a": 1})
    before = path.read_bytes()

    def interrupted():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        interrupted()
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_a_number_that_is_not_finite_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())


def test_folders_are_made_and_suffixes_kept(tmp_path):
    with replacing(tmp_path / "new" / "weights.safetensors") as temporary:
        assert temporary.suffix == ".safetensors"
        temporary.write_text("whole")
    assert (tmp_path / "new" / "weights.safetensors").read_text() == "whole"

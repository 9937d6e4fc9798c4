"""The dataset verb simulates, finds or refuses, and says where the dataset lies only once it is whole."""

import json

import pytest

from replication.__main__ import main
from replication.well.catalogue import dataset
from replication.well.inspection import inspect

NAME = "gray_scott_reaction_diffusion"
MINI = {"source": "mini", "mini": {"size": 16, "trajectories": 3, "frames": 3, "seed": 0}}


def make(tmp_path, settings, name=NAME):
    out = tmp_path / "where.json"
    arguments = ["--name", name, "--settings", json.dumps(settings), "--base", str(tmp_path / "datasets")]
    return main(["dataset", *arguments, "--out", str(out)]), out


def test_a_mini_set_is_simulated_and_found_again_as_a_folder_of_ones_own(tmp_path):
    code, out = make(tmp_path, MINI)
    assert code == 0
    where = json.loads(out.read_text())
    inspect(tmp_path / "datasets" / NAME, dataset(NAME))
    folder = str(tmp_path / "datasets" / NAME)
    assert where == {"dataset": NAME, "source": "mini", "folder": folder, "settings": MINI}
    out.unlink()
    code, out = make(tmp_path, {"source": "local", "local": {"folder": str(tmp_path / "datasets")}})
    assert code == 0
    assert json.loads(out.read_text())["folder"] == where["folder"]


def test_fidelity_and_frames_follow(tmp_path):
    _, out = make(tmp_path, MINI)
    card, strip, drawing = tmp_path / "card.csv", tmp_path / "strip.npz", tmp_path / "strip.svg"
    about = tmp_path / "about.json"
    written = ["--card", str(card), "--strip", str(strip), "--about", str(about)]
    assert main(["fidelity", "--dataset", str(out), *written]) == 0
    assert json.loads(about.read_text())["resolution"] == [16, 16]
    assert card.read_text().splitlines()[0].startswith("dataset,channel,mean,mean_published,std")
    assert main(["frames", "--strip", str(strip), "--out", str(drawing)]) == 0
    first = drawing.read_bytes()
    assert main(["frames", "--strip", str(strip), "--out", str(drawing)]) == 0
    assert drawing.read_bytes() == first


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"source": "local", "local": {"folder": "nowhere"}}, "nowhere holds neither"),
        ({"source": "mini", "mini": MINI["mini"] | {"trajectories": 2}}, "leave a split empty"),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(tmp_path, settings, message, capsys):
    code, out = make(tmp_path, settings)
    assert code == 1
    assert not out.exists()
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    assert message in last


def test_an_unknown_dataset_names_the_nearest(tmp_path, capsys):
    code, _ = make(tmp_path, MINI, "gray_scott")
    assert code == 1
    assert "did you mean gray_scott_reaction_diffusion?" in capsys.readouterr().err

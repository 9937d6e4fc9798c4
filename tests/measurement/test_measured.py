"""A measurement says which code and settings made it, and is not taken for today's if it is not."""

import json

import pytest

from replication import layout
from replication.errors import UserError
from replication.measurement import measured
from replication.measurement.table import Row, write_rows
from replication.plan import Plan
from replication.provenance.code_version import exists
from replication.settings.loading import load_preset

ROWS = [Row("cpu", "kd_pinn", "burgers", "teacher", 0, "batch=1", "latency", 0.125, "s", "done", True)]
PATH = layout.measured("quick", "cpu", "kd_pinn", "burgers", "latency", 0)


def test_rows_come_back_with_what_made_them(tmp_path):
    measured.write(ROWS, tmp_path / PATH, {"batches": [1]})
    assert measured.read(tmp_path / PATH) == ROWS
    assert measured.record(tmp_path / PATH)["settings"] == {"batches": [1]}


def test_rows_of_other_code_or_of_none_that_is_known_are_refused(tmp_path):
    path = tmp_path / PATH
    write_rows(ROWS, path)
    with pytest.raises(UserError, match=r"seed0\.csv: made by code that nobody recorded, today's is"):
        measured.read(path)
    measured.write(ROWS, path, {})
    record = measured.record(path)
    path.with_suffix(".json").write_text(json.dumps(record | {"code_version": "0" * 16}))
    with pytest.raises(UserError, match=r"made by code 0{16}, today's is [0-9a-f]{16}; delete the file"):
        measured.read(path)


@pytest.mark.parametrize("preset", sorted(layout.PRESETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_measurement_bears_the_name_of_the_verb_that_makes_it(preset):
    plan = Plan(load_preset(preset))
    names = {path.parent.name for paper in plan.papers for path in plan.measurements(paper)}
    assert all(exists(f"replication.verbs.{name}") for name in names)

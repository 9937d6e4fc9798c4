"""The table is written the same for the same rows, and read back as it was."""

import pytest

from replication.errors import UserError
from replication.measurement.table import Row, read_rows, write_rows


def row(method="teacher", seed=0, value=0.125, status="done", condition=""):
    return Row("cpu", "kd_pinn", "burgers", method, seed, condition, "relative_l2", value, "1", status, False)


def test_rows_come_back_as_they_were(tmp_path):
    rows = [row(), row(value=None, status="diverged", seed=1), row(condition="batch=1;threads=all", value=1e-300)]
    write_rows(rows, tmp_path / "table.csv")
    assert sorted(read_rows(tmp_path / "table.csv"), key=str) == sorted(rows, key=str)


def test_the_order_of_rows_does_not_matter(tmp_path):
    rows = [row(seed=seed, method=method) for seed in range(12) for method in ("teacher", "kd_student")]
    write_rows(rows, tmp_path / "one.csv")
    write_rows(reversed(rows), tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_value_keeps_all_its_digits(tmp_path):
    write_rows([row(value=0.1 + 0.2)], tmp_path / "table.csv")
    assert read_rows(tmp_path / "table.csv")[0].value == 0.1 + 0.2


def test_another_table_is_refused(tmp_path):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match=r"other\.csv: columns are \['a', 'b'\], expected hardware, paper"):
        read_rows(tmp_path / "other.csv")

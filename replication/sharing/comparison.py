"""Two results side by side: what can be compared, what differs and by how much, which verdicts changed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from replication.numbers import interval, number
from replication.report.tables import Table
from replication.sharing.results import SETTINGS, Results

QUANTITY = ["paper", "hardware", "problem", "method", "condition", "metric", "unit"]
NOTHING = 1e-12
"""Absolute difference below which a number is rounding error about zero."""


@dataclass(frozen=True)
class Comparison:
    """`quantities` has one row for each quantity that either side knows, over its seeds.

    Columns: those of QUANTITY; `status`: `comparable` (on both sides, made with the same settings), `other settings`,
    `settings unknown`, `only in A` or `only in B`; of either side (`_a`, `_b`) the number of runs, of finished ones and
    the mean (geometric if all values of the metric are positive); `difference` relative to A; `standard_errors`: the
    difference in units of its standard error over seeds; `timing`. `verdicts` has one row for each claim that both
    sides judged.
    """

    quantities: pd.DataFrame
    verdicts: pd.DataFrame

    @property
    def differing(self) -> pd.DataFrame:
        """Comparable quantities whose values or failures are not the same, the clearest difference first."""
        rows = self.quantities[self.quantities["status"] == "comparable"]
        other = (rows["mean_a"] != rows["mean_b"]) & ~(rows["mean_a"].isna() & rows["mean_b"].isna())
        rows = rows[other | (rows["finished_a"] != rows["finished_b"])]
        return rows.sort_values(["standard_errors", "size"], ascending=False, kind="stable", na_position="last")

    @property
    def changed(self) -> pd.DataFrame:
        """Claims whose verdict is another word in B."""
        rows = self.verdicts
        return rows[rows["verdict_a"] != rows["verdict_b"]] if len(rows) else rows

    def beyond(self, tolerance: float, spared: float = 0.0) -> pd.DataFrame:
        """Return quantities that B must repeat and does not.

        Those are all that are no timing, of either side; compared are means, relative to the larger one. Of the
        quantities of a paper a share of at most `spared` may differ in value, none may be missing or fail.
        """
        rows = self.quantities[~self.quantities["timing"]]
        difference = (rows["mean_a"] - rows["mean_b"]).abs()
        close = difference <= tolerance * np.maximum(rows["mean_a"].abs(), rows["mean_b"].abs()) + NOTHING
        close |= rows["mean_a"].isna() & rows["mean_b"].isna()
        other = (rows["status"] != "comparable") | (rows["finished_a"] != rows["finished_b"])
        apart = ~other & ~close
        return rows[other | (apart & (apart.groupby(rows["paper"]).transform("mean") > spared))]


def compare(a: Results, b: Results) -> Comparison:
    """Compare two results. Rows belong together by their names and settings, whatever code and machine made them."""
    keys = [*QUANTITY, SETTINGS]
    lowest = pd.concat([a.rows, b.rows]).groupby("metric")["value"].min()
    sides = [_by_quantity(side.rows, side.rows["metric"].map(lowest) > 0) for side in (a, b)]
    both = sides[0].merge(sides[1], how="outer", on=keys, suffixes=("_a", "_b"))
    known = [pd.MultiIndex.from_frame(side[QUANTITY]) for side in sides]
    here = pd.MultiIndex.from_frame(both[QUANTITY])
    in_both = here.isin(known[0]) & here.isin(known[1])
    matched = both["runs_a"].notna() & both["runs_b"].notna()
    both["status"] = np.select(
        [matched & (both[SETTINGS] != ""), matched, in_both & (both[SETTINGS] == ""), in_both, both["runs_b"].isna()],
        ["comparable", "settings unknown", "settings unknown", "other settings", "only in A"],
        "only in B",
    )
    both["timing"] = both["timing_a"].where(both["timing_a"].notna(), both["timing_b"]).astype(bool)
    error = np.sqrt(both["variance_a"] / both["finished_a"] + both["variance_b"] / both["finished_b"])
    with np.errstate(divide="ignore", invalid="ignore"):
        both["standard_errors"] = (both["centre_b"] - both["centre_a"]).abs() / error.replace(0, np.nan)
        both["difference"] = (both["mean_b"] - both["mean_a"]) / both["mean_a"].abs()
    both["size"] = both["difference"].abs()
    return Comparison(both, _verdicts(a.verdicts, b.verdicts))


def _by_quantity(rows: pd.DataFrame, log: pd.Series) -> pd.DataFrame:
    """Summarise rows over seeds; `centre` and `variance` are of logarithms where `log` says so."""
    scaled = rows.assign(scaled=np.log(rows["value"].where(log)).where(log, rows["value"]), log=log)
    summary = scaled.groupby([*QUANTITY, SETTINGS], sort=False).agg(
        runs=("status", "size"),
        finished=("value", "count"),
        centre=("scaled", "mean"),
        variance=("scaled", "var"),
        log=("log", "first"),
        timing=("timing", "first"),
    )
    logarithms = summary["centre"].where(summary["log"])
    summary["mean"] = np.exp(logarithms).where(summary["log"], summary["centre"])
    return summary.drop(columns="log").reset_index()


def _verdicts(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    if not (len(a) and len(b)):
        return pd.DataFrame()
    return a.merge(b, on=["paper", "claim"], suffixes=("_a", "_b"))


def in_words(found: Comparison, a: Results, b: Results, most: int = 40) -> str:
    """Write a comparison in Markdown: what is comparable, what differs (`most` rows a table), changed verdicts."""
    counts = found.quantities["status"].value_counts()
    same = int(counts.get("comparable", 0)) - len(found.differing)
    told = [f"A is {a.name}, B is {b.name}.", ""]
    told += [f"- {count} quantities: {status}" for status, count in counts.items()]
    told += [f"- {same} of the comparable ones are the same to the last bit"]
    for timing, title in ((False, "Quantities that differ"), (True, "Timings")):
        rows = found.differing
        rows = rows[rows["timing"] == timing]
        if len(rows):
            told += ["", f"## {title}", "", _quantities(rows.head(most)).markdown()]
            told += ["", f"and {len(rows) - most} more with smaller differences"] if len(rows) > most else []
    if len(found.verdicts):
        told += ["", f"## {len(found.changed)} of {len(found.verdicts)} verdicts changed"]
        told += ["", _changed(found.changed).markdown()] if len(found.changed) else []
    else:
        told += ["", "Verdicts are not compared: one side has none."]
    return "\n".join(told)


def _quantities(rows: pd.DataFrame) -> Table:
    names = ["paper", "problem", "method", "condition", "metric"]
    frame = rows[names].assign(
        A=rows["mean_a"],
        B=rows["mean_b"],
        change=100 * rows["difference"],
        unit=rows["unit"],
        errors=rows["standard_errors"],
        seeds=[f"{a:.0f} and {b:.0f}" for a, b in zip(rows["finished_a"], rows["finished_b"], strict=True)],
    )
    units = {"A": "unit", "B": "unit", "change": "=%", "standard errors": "=1"}
    return Table(
        "quantities", "Quantities", frame.rename(columns={"errors": "standard errors"}), units, hidden=("unit",)
    )


def _changed(rows: pd.DataFrame) -> Table:
    def side(letter: str) -> list[str]:
        return [
            f"{row[f'verdict_{letter}']} {number(row[f'estimate_{letter}'], row[f'unit_{letter}'])}"
            f" {interval(row[f'low_{letter}'], row[f'high_{letter}'], row[f'unit_{letter}'])}".strip(" –")
            for row in rows.to_dict("records")
        ]

    frame = pd.DataFrame({"paper": rows["paper"], "claim": rows["claim"], "A": side("a"), "B": side("b")})
    return Table("changed", "Verdicts that changed", frame.assign(statement=rows["statement_b"]))

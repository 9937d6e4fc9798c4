"""Published values stand beside runs on real data alone."""

import pandas as pd

from replication.report.published import values
from replication.settings.preset import PAPERS
from replication.verdicts.claim import load_claims

REAL, MINI = {"data": {"source": "hub"}}, {"data": {"source": "mini"}}


def test_only_problems_on_real_data_have_them():
    assert values("wavelit", {"acoustic_scattering_maze": [MINI]}) is None
    assert values("wavelit", {"acoustic_scattering_maze": [{}]}) is None
    assert values("kd_pinn", {"burgers": [REAL]}) is None
    table = values(
        "wavelit", {"acoustic_scattering_maze": [MINI, REAL], "helmholtz_staircase": [MINI], "joint": [REAL]}
    )
    assert set(table.frame["problem"]) == {"acoustic_scattering_maze"}
    assert "0.0016" in set(table.frame["vrmse"])


def test_the_claims_quote_the_table():
    table = pd.read_csv(PAPERS / "wavelit" / "published.csv")
    large = table[table["source"].str.startswith("Walrus")].astype({"vrmse": float})
    windows = {"vrmse_one_step": "one step", "vrmse_1_20": "1 to 20"}
    competes = next(claim for claim in load_claims("wavelit") if claim.id == "W4")
    for test in (test for test in competes.tests if test.kind == "equivalence"):
        best = large[large["window"] == windows[test.metric]].groupby("problem")["vrmse"].min()
        assert test.published == best.to_dict()

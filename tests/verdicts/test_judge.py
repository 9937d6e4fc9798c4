"""From the long table to verdicts: every word is reached, and what is missing is said, never guessed."""

import numpy as np
import pandas as pd
import pytest

from replication.verdicts.claim import Claim, load_claims
from replication.verdicts.judge import Level, judge, judge_at

COLUMNS = ["hardware", "paper", "problem", "method", "seed", "condition", "metric", "value", "unit", "status", "timing"]
SEEDS = 5
NOISE = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])


def claim(*tests, **changes):
    base = {"metric": "error", "method": "student", "problems": ["p"], "reason": "a test of the tests"}
    return Claim.model_validate(
        {
            "id": "X1",
            "paper": "some_paper",
            "statement": "The student is good.",
            "source": {"place": "abstract", "mark": "paper"},
            "quantity": "error",
            "published": "as printed",
            "unit": "1",
            "figures": ["errors"],
            "tests": [base | test for test in tests],
        }
        | changes
    )


def table(*columns, seeds=SEEDS):
    """Build rows from (problem, method, geometric mean) or (problem, method, status), `hardware` and more by name."""
    rows = []
    for problem, method, value, *rest in columns:
        extra = rest[0] if rest else {}
        for seed in range(seeds):
            row = dict.fromkeys(COLUMNS, "") | {"hardware": "cpu", "paper": "some_paper", "metric": "error"}
            row |= {"problem": problem, "method": method, "seed": seed, "unit": "1", "timing": False} | extra
            done = not isinstance(value, str)
            row |= {"value": value * np.exp(NOISE[seed]) if done else None, "status": "done" if done else value}
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def verdict_of(one, rows, size="published"):
    verdicts, *_ = judge([one], rows, size=size, evidence="laptop")
    return verdicts.iloc[0]


RATIO = {"kind": "ratio", "reference": {"method": "teacher"}, "better": "lower", "published": 5.0, "margin": 1.2}
ORDERING = {"kind": "ordering", "reference": {"method": "teacher"}, "better": "lower"}


@pytest.mark.parametrize(
    ("times", "word"),
    [(5.0, "replicated"), (7.0, "better"), (2.0, "in direction"), (0.8, "not replicated"), (6.0, "inconclusive")],
)
def test_a_ratio_reaches_every_word(times, word):
    noise = np.array([1.05, 1.0, 0.96, 1.02, 0.98])
    rows = table(("p", "teacher", times), ("p", "student", 1.0))
    rows.loc[rows["method"] == "teacher", "value"] *= noise
    row = verdict_of(claim(RATIO), rows)
    assert row["verdict"] == word
    assert row["estimate"] == pytest.approx(times * np.exp(np.log(noise).mean()))
    assert row["low"] < row["estimate"] < row["high"]
    assert (row["margin_low"], row["margin_high"]) == pytest.approx((5 / 1.2, 6.0))
    assert (row["n"], row["margin"], row["published"], row["evidence"]) == (5, "factor 1.2", "as printed", "laptop")


def test_a_claim_that_holds_says_of_the_interval_it_shows_where_that_lies():
    rows = table(("p", "teacher", 7.0), ("p", "student", 1.0), ("q", "teacher", 5.0), ("q", "student", 1.0))
    spread = np.where(rows["problem"] == "p", 0.04, 0.001) * np.tile([1.0, 0.0, -1.0, 0.5, -0.5], len(rows) // 5)
    rows.loc[rows["method"] == "teacher", "value"] *= np.exp(spread[rows["method"] == "teacher"])
    row = verdict_of(claim(RATIO | {"problems": ["p", "q"]}), rows)
    assert row["verdict"] == "replicated"
    inside = row["margin_low"] <= row["low"] and row["high"] <= row["margin_high"]
    assert inside == ("lies within" in row["reason"])
    assert inside != ("lies beyond" in row["reason"])


def test_an_inconclusive_verdict_says_how_many_seeds_would_settle_it():
    rows = table(("p", "teacher", 5.9), ("p", "student", 1.0))
    rows.loc[rows["method"] == "teacher", "value"] *= np.array([1.1, 1.0, 0.9, 1.05, 0.95])
    row = verdict_of(claim(RATIO), rows)
    assert row["verdict"] == "inconclusive"
    assert row["further_seeds"] > 5
    assert f"about {row['further_seeds']:.0f} further seeds would settle it" in row["reason"]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (6.0, "crosses the good edge of the claimed 4.167 to 6: as claimed or better, and which of the two is not"),
        (25 / 6, "does not settle the claimed 4.167 to 6"),
    ],
)
def test_an_interval_across_the_good_edge_says_that_nothing_bad_is_left(times, said):
    rows = table(("p", "teacher", times), ("p", "student", 1.0))
    rows.loc[rows["method"] == "teacher", "value"] *= np.array([1.05, 1.0, 0.96, 1.02, 0.98])
    row = verdict_of(claim(RATIO), rows)
    assert row["verdict"] == "inconclusive"
    assert said in row["reason"]


def test_nothing_run_is_not_testable_and_named():
    row = verdict_of(claim(ORDERING), table())
    assert row["verdict"] == "not testable"
    assert row["reason"] == "not run: error of student on P"
    row = verdict_of(claim(ORDERING), table(("p", "student", 1.0)))
    assert row["reason"] == "not run: error of teacher on P"
    assert pd.isna(row["p_value"])


def test_rows_of_other_papers_metrics_and_conditions_do_not_count():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0))
    for column, other in (("paper", "another"), ("metric", "latency"), ("condition", "n=8")):
        assert verdict_of(claim(ORDERING), rows.assign(**{column: other}))["verdict"] == "not testable"
    assert verdict_of(claim(ORDERING), rows.assign(condition=np.nan))["verdict"] == "replicated"


def test_one_seed_is_inconclusive_and_two_are_enough_for_a_wide_interval():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0), seeds=1)
    row = verdict_of(claim(ORDERING), rows)
    assert (row["verdict"], pd.isna(row["estimate"])) == ("inconclusive", True)
    assert row["reason"] == "only 1 seed on both sides, an interval needs 2"
    assert row["n"] == 1
    alone = verdict_of(claim({"kind": "threshold", "at_most": 1.5}), rows)
    assert alone["reason"] == "only 1 seed, an interval needs 2"
    two = verdict_of(claim(ORDERING), table(("p", "student", 1.0), ("p", "teacher", 2.0), seeds=2))
    assert (two["verdict"], two["n"]) == ("replicated", 2)


def test_failures_stand_apart_from_the_error_of_the_runs_that_worked():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0))
    rows.loc[(rows["method"] == "teacher") & (rows["seed"] == 4), ["value", "status"]] = [None, "diverged"]
    verdicts, evidence, *_ = judge([claim(ORDERING)], rows, size="published", evidence="laptop")
    assert verdicts.loc[0, ["n", "runs", "failures", "verdict"]].tolist() == [4, 10, 1, "replicated"]
    assert evidence.loc[0, "failure_low"] < 0.1 < evidence.loc[0, "failure_high"]


def test_a_method_whose_runs_all_fail_is_not_testable_with_their_status():
    row = verdict_of(claim(ORDERING), table(("p", "student", 1.0), ("p", "teacher", "diverged")))
    assert (row["verdict"], row["reason"]) == ("not testable", "no finished run (5 diverged): error of teacher on P")


ALL = ORDERING | {"problems": ["p", "q", "r"]}


def test_all_problems_must_hold_and_one_clear_failure_decides():
    good = [("p", "student", 1.0), ("p", "teacher", 2.0), ("q", "student", 1.0), ("q", "teacher", 2.0)]
    bad = [("r", "student", 3.0), ("r", "teacher", 2.0)]
    row = verdict_of(claim(ALL), table(*good, *bad))
    assert row["verdict"] == "not replicated"
    assert row["reason"].startswith("R: the 96.7 % interval")
    assert row["reason"].endswith("; the other 2 tests: all replicated")
    assert verdict_of(claim(ALL | {"combine": "at least 2"}), table(*good, *bad))["verdict"] == "replicated"


def test_a_missing_problem_makes_a_claim_about_all_untestable_unless_the_others_refute_it():
    good = [("p", "student", 1.0), ("p", "teacher", 2.0)]
    bad = [("q", "student", 3.0), ("q", "teacher", 2.0)]
    row = verdict_of(claim(ALL), table(*good))
    assert (row["verdict"], row["reason"]) == ("not testable", "not run: error of student on Q, R")
    assert verdict_of(claim(ALL), table(*good, *bad))["verdict"] == "not replicated"
    assert verdict_of(claim(RATIO | {"problems": ["p", "q"]}), table(*good))["verdict"] == "not testable"
    assert verdict_of(claim(ALL | {"combine": "at least 1"}), table(*good))["verdict"] == "replicated"


def test_every_hardware_target_that_has_rows_counts_unless_targets_are_named():
    cpu = [("p", "student", 1.0), ("p", "teacher", 2.0)]
    gpu = [(*cpu[0], {"hardware": "cuda-h200"}), ("p", "teacher", 0.5, {"hardware": "cuda-h200"})]
    assert verdict_of(claim(ORDERING), table(*cpu))["verdict"] == "replicated"
    assert verdict_of(claim(ORDERING), table(*cpu, *gpu))["verdict"] == "not replicated"
    assert verdict_of(claim(ORDERING | {"targets": ["cpu"]}), table(*cpu, *gpu))["verdict"] == "replicated"
    assert verdict_of(claim(ORDERING | {"targets": ["cuda"]}), table(*cpu, *gpu))["verdict"] == "not replicated"
    assert verdict_of(claim(ORDERING | {"targets": ["cuda"]}), table(*cpu))["verdict"] == "not testable"


def test_a_target_counts_where_the_method_ran_and_a_problem_on_the_targets_it_ran_on():
    cpu = [("p", "student", 1.0), ("p", "teacher", 2.0)]
    gpu = [("q", method, value, {"hardware": "cuda"}) for _, method, value in cpu]
    baseline = ("p", "teacher", 0.5, {"hardware": "cuda"})
    assert verdict_of(claim(ORDERING), table(*cpu, baseline))["verdict"] == "replicated"
    both = ORDERING | {"problems": ["p", "q"]}
    assert verdict_of(claim(both), table(*cpu, *gpu))["verdict"] == "replicated"
    assert verdict_of(claim(both), table(*cpu, *gpu[:1]))["reason"] == "not run: error of teacher on Q (cuda)"
    row = verdict_of(claim(both | {"problems": ["p", "q", "r"]}), table(*cpu, *gpu))
    assert row["reason"] == "not run: error of student on R (cpu); not run: error of student on R (cuda)"


def test_problems_that_are_taken_together_count_on_targets_that_have_all_of_them():
    cpu = [("p", "student", 1.0), ("p", "teacher", 2.0)]
    gpu = [("q", method, value, {"hardware": "cuda"}) for _, method, value in cpu]
    two_of_both = claim(ORDERING | {"problems": ["p", "q"], "combine": "at least 2"})
    # no target makes up for another
    assert verdict_of(two_of_both, table(*cpu, *gpu))["verdict"] == "not testable"
    # cuda has both problems; cpu, with a bad result on one alone, is not asked
    elsewhere = [("p", method, value, {"hardware": "cuda"}) for _, method, value in cpu]
    bad = [("p", "student", 3.0), ("p", "teacher", 2.0)]
    row = verdict_of(two_of_both, table(*bad, *gpu, *elsewhere))
    assert (row["verdict"], row["hardware"]) == ("replicated", "cuda")
    assert verdict_of(claim(ORDERING | {"problems": ["p", "q"]}), table(*bad, *gpu))["verdict"] == "not replicated"


def test_a_deterministic_reference_stands_beside_every_seed():
    student, one = table(("p", "student", 1.0)), table(("p", "teacher", 2.0), seeds=1)
    rows = pd.concat([student, one])
    assert "only 1 seed" in verdict_of(claim(ORDERING), rows)["reason"]
    known = claim(ORDERING | {"reference": {"method": "teacher", "deterministic": ["teacher"]}})
    row = verdict_of(known, rows)
    assert (row["verdict"], row["n"]) == ("replicated", SEEDS)
    times = one["value"].iloc[0] / student["value"]
    assert row["estimate"] == pytest.approx(np.exp(np.log(times).mean()))
    with pytest.raises(ValueError, match="'other' is none of the methods compared with: teacher"):
        claim(ORDERING | {"reference": {"method": "teacher", "deterministic": ["other"]}})


def test_of_several_references_the_strongest_is_named():
    rows = table(("p", "student", 1.0), ("p", "teacher", 3.0), ("p", "scratch_student", 2.0))
    row = verdict_of(claim(ORDERING | {"reference": {"method": ["teacher", "scratch_student"]}}), rows)
    assert row["estimate"] == pytest.approx(2.0)
    assert row["reason"].endswith(" (strongest beside it: student, no KD loss)")


def test_several_tests_must_all_hold():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0))
    bound = {"kind": "threshold", "at_most": 0.5}
    assert verdict_of(claim(ORDERING, bound | {"at_most": 1.5}), rows)["verdict"] == "replicated"
    row = verdict_of(claim(ORDERING, bound), rows)
    assert (row["verdict"], row["margin"]) == ("not replicated", "at most 0.5")


def test_a_median_is_over_problems():
    test = {"kind": "equivalence", "published": 1.0, "margin": 1.5, "combine": "median", "problems": ["p", "q", "r"]}
    row = verdict_of(claim(test), table(("p", "student", 1.0), ("q", "student", 1.1), ("r", "student", 50.0)))
    assert (row["verdict"], row["estimate"]) == ("replicated", pytest.approx(1.1))
    assert row["reason"].startswith("median over P, Q, R: the 90 % interval")
    without = verdict_of(claim(test), table(("p", "student", 50.0), ("q", "student", 50.0)))
    assert (without["verdict"], without["reason"]) == ("not testable", "not run: error of student on R")


def test_a_size_that_proves_nothing_and_a_claim_that_never_can_be_tested():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0))
    row = verdict_of(claim(ORDERING), rows, size="none")
    assert (row["verdict"], row["reason"]) == (
        "not testable",
        "not testable at this size: needs runs of reduced or published size",
    )
    never = verdict_of(claim(tests=[], not_testable="missing: the constant"), rows)
    assert (never["verdict"], never["reason"]) == ("not testable", "missing: the constant")


def test_a_reduced_run_never_claims_the_published_size():
    published = {"kind": "threshold", "at_most": 1.5, "sizes": ["published"]}
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0))
    assert verdict_of(claim(published), rows, size="reduced")["verdict"] == "not testable"
    reduced = verdict_of(claim(published, ORDERING), rows, size="reduced")
    assert reduced["verdict"] == "in direction"
    assert "the published size itself is not testable at this size" in reduced["reason"]
    assert verdict_of(claim(published, ORDERING), rows)["verdict"] == "replicated"
    instead = ORDERING | {"sizes": ["reduced"]}
    assert verdict_of(claim(published, instead), rows)["verdict"] == "replicated"
    assert verdict_of(claim(published, instead), rows, size="reduced")["verdict"] == "in direction"


def test_holm_is_shown_beside_the_verdict_and_counts_the_claims_of_the_paper():
    rows = table(("p", "student", 1.0), ("p", "teacher", 1.0))
    rows.loc[rows["method"] == "teacher", "value"] *= np.exp([0.02, 0.035, 0.005, 0.04, -0.005])
    alone, *_ = judge([claim(ORDERING)], rows, size="published", evidence="laptop")
    bound = {"kind": "threshold", "at_most": 1.5}
    others = [claim(bound, id=f"X{number}") for number in (2, 3)]
    missing = claim(ORDERING | {"metric": "latency"}, id="X4")
    together, *_ = judge([claim(ORDERING), *others, missing], rows, size="published", evidence="laptop")
    assert together["verdict"].tolist() == ["replicated"] * 3 + ["not testable"]
    p = alone.loc[0, "p_value"]
    assert 0.05 / 2 < p <= 0.05
    assert alone.loc[0, ["p_holm", "verdict_holm"]].tolist() == [p, "replicated"]
    assert together.loc[0, "p_holm"] == pytest.approx(p)
    harder = claim(ORDERING, id="X5")
    twice, *_ = judge([claim(ORDERING), harder], rows, size="published", evidence="laptop")
    assert twice["p_holm"].tolist() == pytest.approx([2 * p, 2 * p])
    assert twice["verdict_holm"].tolist() == ["inconclusive", "inconclusive"]


def test_the_published_value_is_compared_with_one_more_run():
    test = {"kind": "equivalence", "published": 1.0, "margin": 1.01}
    _, evidence, _ = judge([claim(test)], table(("p", "student", 1.025)), size="published", evidence="laptop")
    assert evidence.loc[0, "published_predicted"]
    assert evidence.loc[0, "prediction_low"] < 1.0 < evidence.loc[0, "low"]
    _, evidence, _ = judge([claim(test)], table(("p", "student", 2.0)), size="published", evidence="laptop")
    assert not evidence.loc[0, "published_predicted"]


def test_growth_and_rank_and_failures_are_read_from_the_table():
    curve = [("p", "student", n**1.0, {"condition": f"n={n};field=u"}) for n in (1, 2, 4, 8)]
    growth = {"kind": "growth", "along": "n", "quantity": "exponent", "at_most": 1.15, "conditions": ["field=u"]}
    assert verdict_of(claim(growth), table(*curve))["verdict"] == "replicated"
    assert verdict_of(claim(growth), table(*curve[:3]))["reason"] == "3 points along n: needs at least 4"
    assert verdict_of(claim(growth), table())["reason"] == "not run: error of student (field u) along n on P"
    law = growth | {"quantity": "power_law"}
    del law["at_most"]
    assert verdict_of(claim(law), table(*curve))["verdict"] == "replicated"

    order = {"kind": "rank_order", "problems": ["p", "q", "r", "s"], "order": [["r"], ["s"], ["q"], ["p"]]}
    ranked = table(("p", "student", 4.0), ("q", "student", 3.0), ("r", "student", 1.0), ("s", "student", 2.0))
    assert verdict_of(claim(order), ranked)["verdict"] == "replicated"
    assert verdict_of(claim(order | {"order": [["p"], ["q"], ["s"], ["r"]]}), ranked)["verdict"] == "not replicated"

    failing = {"kind": "failure_rate", "at_most": 0.5}
    assert verdict_of(claim(failing), table(("p", "student", 1.0)))["verdict"] == "replicated"
    assert verdict_of(claim(failing), table(("p", "student", "diverged")))["verdict"] == "not replicated"


def test_what_ranks_cannot_settle_with_more_seeds_is_said():
    problems = ["p", "q", "r", "s", "t"]
    ranked = table(*[(problem, "student", 2.0**place) for place, problem in enumerate(problems)])
    row = verdict_of(
        claim({"kind": "rank_order", "problems": problems, "order": [["p", "q"], ["r", "s", "t"]]}), ranked
    )
    assert (row["verdict"], row["further_seeds"]) == ("inconclusive", np.inf)
    assert row["reason"] == (
        "the 90 % interval −1 to 1 does not settle the bound of at least 0; no number of further "
        "seeds would settle it, only more problems: so few agree perfectly by chance in 10 % of cases"
    )
    assert row["p_value"] == pytest.approx(0.1)
    partly = [["q"], ["p"], ["r"], ["t"], ["s"]]
    row = verdict_of(claim({"kind": "rank_order", "problems": problems, "order": partly[::2] + partly[1::2]}), ranked)
    assert (row["verdict"], row["further_seeds"]) == ("inconclusive", np.inf)
    assert row["reason"].endswith(
        "no number of further seeds would settle it as long as the problems keep their mean ranks"
    )


def test_an_error_that_is_not_positive_has_no_logarithm_and_is_said():
    row = verdict_of(claim(ORDERING), table(("p", "student", 0.0), ("p", "teacher", 1.0)))
    assert (row["verdict"], row["reason"]) == ("inconclusive", "5 of 5 values are not positive: no logarithm")


def test_sensitivity_flips_where_the_interval_meets_the_margin():
    rows = table(("p", "teacher", 5.5), ("p", "student", 1.0))
    rows.loc[rows["method"] == "teacher", "value"] *= np.array([1.05, 1.0, 0.96, 1.02, 0.98])
    row = verdict_of(claim(RATIO), rows)
    strip = judge([claim(RATIO)], rows, size="published", evidence="laptop").sensitivity
    assert strip["verdict"].tolist() == ["better", "inconclusive", "replicated"]
    expected = [np.log(row[end] / 5.0) / np.log(1.2) for end in ("low", "high")]
    assert strip["margin_to"].tolist()[:2] == pytest.approx(expected, rel=0.01)
    assert strip["margin_from"].tolist()[1:] == strip["margin_to"].tolist()[:-1]


def test_sensitivity_at_the_registered_margin_is_the_verdict():
    rows = table(("p", "student", 1.0), ("p", "teacher", 2.0), ("q", "student", 1.0), ("q", "teacher", 1.01))
    tests = [ORDERING, RATIO, {"kind": "threshold", "at_most": 0.7}, {"kind": "failure_rate", "at_most": 0.5}]
    claims = [claim(test | {"problems": ["p", "q"]}, id=f"X{i}") for i, test in enumerate(tests, 1)]
    verdicts, _, strips = judge(claims, rows, size="published", evidence="laptop")
    at_one = strips[(strips["margin_from"] < 1) & (strips["margin_to"] > 1)]
    assert at_one["verdict"].tolist() == verdicts["verdict"].tolist()


def test_sensitivity_of_a_reduced_run_claims_no_more_than_its_verdict():
    rows = table(("p", "student", 1.0), ("p", "teacher", 5.0))
    both = claim(ORDERING, RATIO | {"sizes": ["published"]})
    strip = judge([both], rows, size="reduced", evidence="laptop").sensitivity
    assert "replicated" not in set(strip["verdict"])
    assert verdict_of(both, rows, size="reduced")["verdict"] == "in direction"


def test_a_published_value_stands_only_beside_what_is_tested_against_it():
    rows = table(("p", "student", 1.0), ("p", "teacher", 5.0))
    both = claim(RATIO | {"sizes": ["published"]}, ORDERING | {"sizes": ["reduced"]}, published="5 times")
    assert verdict_of(both, rows)["published"] == "5 times"
    assert verdict_of(both, rows, size="reduced")["published"] == "not comparable with a reduced run"
    assert verdict_of(claim(ORDERING, published="5 times"), rows, size="reduced")["published"] == "5 times"


def test_each_claim_is_judged_at_the_size_of_its_own_runs():
    rows = table(("p", "student", 1.0), ("p", "teacher", 5.0))
    claims = [claim(RATIO | {"sizes": ["published"]}, id=name) for name in ("X1", "X2")]
    verdicts, *_ = judge_at([Level("published", "laptop"), Level("reduced", "quick")], claims, rows)
    assert verdicts["verdict"].tolist() == ["replicated", "not testable"]
    assert verdicts["evidence"].tolist() == ["laptop", "quick"]


def test_a_claim_about_all_problems_is_in_direction_only_if_the_ordering_is_shown_on_all():
    noise = np.tile([1.05, 1.0, 0.96, 1.02, 0.98], 4)
    every = claim(RATIO | {"combine": "all", "problems": ["p", "q"]})
    sides = [("p", "teacher", 2.0), ("p", "student", 1.0), ("q", "teacher", 2.0), ("q", "student", 1.0)]
    rows = table(*sides)
    rows["value"] *= np.where(rows["method"] == "teacher", noise, 1.0)
    assert verdict_of(every, rows)["verdict"] == "in direction"
    one_seed_on_q = rows[(rows["problem"] == "p") | (rows["seed"] == 0)]
    refuted = verdict_of(every, one_seed_on_q)
    assert refuted["verdict"] == "not replicated"
    assert refuted["reason"].startswith("P: the 95 % interval")
    assert "the ordering holds there, but is not shown wherever the claim says" in refuted["reason"]
    assert refuted["reason"].endswith("; the other test: undecided (only 1 seed on both sides, an interval needs 2)")
    assert tuple(refuted[["test", "hardware", "problem", "condition"]]) == (1, "cpu", "p", "")


def test_reasons_are_written_in_units_a_reader_would_choose():
    rows = table(("p", "student", 0.0042))
    threshold = claim({"kind": "threshold", "at_most": 0.01}, unit="s")
    reason = verdict_of(threshold, rows)["reason"]
    assert reason == "the 90 % interval 4.14 ms to 4.26 ms lies within the bound of at most 10 ms"
    assert verdict_of(threshold, rows)["margin"] == "at most 10 ms"
    assert verdict_of(claim({"kind": "threshold", "at_most": 80000}, unit="MB"), rows)["margin"] == "at most 80000 MB"
    assert verdict_of(claim({"kind": "threshold", "at_most": 1e-6}), rows)["margin"] == "at most 1×10⁻⁶"


def test_kd_pinn_without_any_run_is_not_testable_throughout():
    verdicts, evidence, strips = judge(load_claims("kd_pinn"), table(), size="published", evidence="laptop")
    first = "claim paper statement verdict evidence n estimate low high published margin unit reason"
    assert list(verdicts)[:13] == first.split()
    assert set(first.split()) - {"statement"} <= set(evidence)
    assert set(verdicts["verdict"]) == {"not testable"}
    reasons = verdicts.set_index("claim")["reason"]
    assert reasons.drop("KD11").str.startswith("not run: ").all()
    assert reasons["KD11"].startswith("missing: the constant")
    assert strips.empty


def test_every_kd_pinn_test_can_reach_replicated_and_not_replicated():
    """Rows made to fit each claim, then turned against it: no test is without a way to pass or to fail."""
    for one in load_claims("kd_pinn"):
        for test in one.tests:
            single = one.model_copy(update={"tests": [test]})
            assert _fitted(single, test, claimed=True) in ("replicated", "better"), one.id
            assert _fitted(single, test, claimed=False) in ("not replicated", "in direction"), one.id


def _fitted(one, test, claimed):
    """Return the verdict on rows in which the method is as claimed, or a factor of five (or a half) worse."""
    columns = []
    for cell in next(test.cells(table())):
        region = test.region(cell.problems[0])
        edges = [edge for edge in (region.lower, region.upper) if np.isfinite(edge)]
        towards_good = 1 if region.good == "higher" else -1
        value = np.mean(edges) + towards_good * ((0.1 if len(edges) == 1 else 0.0) if claimed else -np.log(5))
        value = np.exp(value) if test.logarithmic else max(value, 0.01)
        inverted = test.kind in ("ordering", "ratio") and test.reference and test.better == "lower"
        *compared, last = test.sides(cell)
        sides = [(side, 1 / value if inverted else value) for side in (*compared, last)]
        if test.reference:
            sides[-1] = (last, 1.0)
        for (method, condition), level in sides:
            columns.append((cell.problems[0], method, level, {"metric": test.metric, "condition": condition}))
    rows = table(*columns).drop_duplicates(["problem", "method", "seed", "condition"])
    rows["value"] *= np.exp(np.random.default_rng(0).normal(0, 1e-4, len(rows)))
    return verdict_of(one, rows.assign(paper=one.paper))["verdict"]

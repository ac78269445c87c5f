"""Residual seasonality: known statistics, size and power, verdicts."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from airline import AIRLINE
from page import names_after

from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters import asked
from tradelib.seasonal import residual

PAGE = "22_seasonal"


@pytest.mark.parametrize(
    ("log", "differences", "expected"),
    [(False, 2, 167.64858), (True, 2, 176.32932), (True, 1, 206.68807)],
)
def test_qs_equals_that_of_x13(log, differences, expected):
    values = np.log(AIRLINE) if log else AIRLINE
    for _ in range(differences):
        values = values.diff().iloc[1:]
    assert names_after(PAGE, "r12, r24 =", changes=values)["qs"] == pytest.approx(expected, abs=5e-6)


def test_qs_ignores_negative_autocorrelation():
    flips = pd.Series(np.tile(np.r_[np.ones(12), -np.ones(12)], 5))
    assert names_after(PAGE, "r12, r24 =", changes=flips)["qs"] == 0.0


def test_a_p_value_says_present_uncertain_or_not_proven_and_never_none():
    rate = names_after(PAGE, "def rate", table=pd.DataFrame({"p": [0.5]}))["rate"]
    assert [rate(p) for p in (0.009, 0.01, 0.049, 0.05, 1.0)] == [
        "present", "uncertain", "uncertain", "not proven", "not proven",
    ]  # fmt: skip
    assert rate(0.03, present=0.04) == "present"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], "**cannot be ruled out** (p = 0.046, 2016-05 to"),
        ([0.3, 0.6], "**is not proven** (p = 0.046, 0.14 after the correction for 3 series, 2016-05 to"),
    ],
)
def test_sentence_and_table_judge_a_series_by_one_rule(others, expected):
    table, readings = pd.DataFrame({"p": dict(enumerate([0.046, *others]))}), []
    table["BEA's rule"] = "not flagged"
    own = SimpleNamespace(p_value=0.046, first="2016-05", last="2025-03", bound=1.0)
    names = {"chosen": SimpleNamespace(series=0), "tests": {0: own}, "amount": str, "label": "Imports"}
    record = SimpleNamespace(reading=readings.append)
    page = names_after(PAGE, "def rate", "doubtful = ", "residual seasonality **", table=table, record=record, **names)
    assert expected in readings[0]
    assert (0 in page["doubtful"]) == ("cannot be ruled out" in readings[0])


@pytest.mark.parametrize("years", [0, -1, 4, 7.5, True])
def test_spans_that_cannot_be_tested_are_refused(years):
    with pytest.raises(ParameterError, match=f"years={years}: expected a whole number of years, at least 5"):
        residual.recent(AIRLINE, years)


def test_a_span_longer_than_the_series_is_the_whole_series():
    assert [len(residual.recent(AIRLINE, years)) for years in (15, 10)] == [144, 120]


def test_changes_of_a_deficit_are_in_levels():
    got = {sign: names_after(PAGE, "in_logs =", judged=sign * AIRLINE) for sign in (1, -1)}
    assert [got[sign]["unit"] for sign in (1, -1)] == ["percent", "billions of dollars"]
    assert got[1]["changes"].iloc[0] == pytest.approx(100 * np.log(118 / 112))
    assert got[-1]["changes"].iloc[0] == -6


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"series": "exports_goods_census_nsa"}, "not published as seasonally adjusted"),
        ({"start": "2021-01"}, "2021-01 to 2025-03 are 51 months; the tests need 60"),
        ({"serie": "BOPGSTB"}, "unknown parameter 'serie'; did you mean series"),
    ],
)
def test_the_notebook_refuses_what_it_cannot_answer(values, message):
    with pytest.raises(ParameterError, match=message):
        asked("22_seasonal", **values)

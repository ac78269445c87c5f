"""The distance of an adjustment from the agency's."""

import pytest
from airline import AIRLINE

import tradelib
from tradelib.quantity.errors import ComparabilityError
from tradelib.seasonal.agency import agreement
from tradelib.seasonal.pattern import stl_pattern


def test_a_series_agrees_with_itself():
    got = agreement(AIRLINE, AIRLINE)
    assert (got.mean_absolute, round(got.correlation, 9), got.same_direction) == (0, 1, 100)


def test_a_constant_factor_is_a_difference_of_level_alone():
    got = agreement(1.02 * AIRLINE, AIRLINE)
    assert got.mean_absolute == pytest.approx(2)
    assert got.correlation == pytest.approx(1)


def test_months_without_a_value_are_not_compared():
    holed = AIRLINE.copy()
    holed.iloc[50] = float("nan")
    got = agreement(holed, holed)
    assert (got.mean_absolute, round(got.correlation, 9), got.same_direction) == (0, 1, 100)
    falling = 1 / AIRLINE
    falling.iloc[50] = float("nan")
    steady = (AIRLINE.pct_change().iloc[1:] == 0).drop(AIRLINE.index[50:52])
    assert agreement(falling, AIRLINE).same_direction == pytest.approx(100 * steady.mean())


def test_nothing_to_compare_is_refused():
    with pytest.raises(ComparabilityError, match="no two months in a row"):
        agreement(AIRLINE * float("nan"), AIRLINE)


def test_series_of_different_months_are_refused():
    with pytest.raises(ComparabilityError, match="expected the same months"):
        agreement(AIRLINE.iloc[1:], AIRLINE)


@pytest.mark.parametrize(("flow", "expected"), [("exports", 0.96), ("imports", 1.45)])
def test_stl_stays_about_one_percent_from_the_agency(flow, expected):
    data = tradelib.load([f"{flow}_goods_census_sa", f"{flow}_goods_census_nsa"], start="1989-01", vintage="2025-04-03")
    ours = stl_pattern(data[f"{flow}_goods_census_nsa"]).components["adjusted"]
    got = agreement(ours, data[f"{flow}_goods_census_sa"])
    assert round(got.mean_absolute, 2) == expected

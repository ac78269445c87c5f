"""Shares, contributions and concentration: what must add up adds up; a bound holds whatever is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from tradelib import composition
from tradelib.quantity.errors import SeriesError


def parts(values):
    index = pd.period_range("2020-01", periods=len(values), freq="M", name="period")
    return pd.DataFrame(values, index=index, columns=[f"p{n}" for n in range(len(values[0]))])


def test_by_hand():
    table = parts([[6.0, 2.0]] * 12 + [[6.0, 4.0]] * 12)
    got = composition.compose(table, table.sum(axis=1))
    assert got.parts.index.tolist() == ["p0", "p1"]
    assert got.parts["share"].tolist() == [60.0, 40.0]
    assert got.parts["contribution"].tolist() == [0.0, 25.0]
    assert got.growth == 25.0
    assert (str(got.first), str(got.last)) == ("2021-01", "2021-12")
    assert got.summary() == "2021-01 to 2021-12: p0 is 60.0 percent; of a change of +25.0 percent p1 made +25.0 points"


@given(st.lists(st.lists(st.floats(1, 1e6), min_size=3, max_size=3), min_size=24, max_size=30))
def test_contributions_add_up_to_growth_and_shares_to_the_whole(values):
    table = parts(values)
    got = composition.compose(table, table.sum(axis=1))
    assert got.parts["contribution"].sum() == pytest.approx(got.growth, abs=1e-9 + 1e-12 * abs(got.growth))
    assert got.parts["share"].sum() == pytest.approx(100)


@given(st.lists(st.floats(0.1, 1e4), min_size=4, max_size=12), st.permutations(range(4)), st.integers(1, 4))
def test_some_parts_bound_the_index_of_all_also_when_they_are_not_the_largest(sizes, order, count):
    table = parts([sizes] * 12)
    total = table.sum(axis=1)
    exact = composition.concentration(table, total).iloc[-1]
    some = composition.concentration(table.iloc[:, list(order)[:count]], total).iloc[-1]
    assert exact["at_least"] == pytest.approx((np.square(table.iloc[0] / total.iloc[0]) * 1e4).sum())
    assert exact["rest"] == pytest.approx(0, abs=1e-9)
    assert some["at_least"] <= exact["at_least"] * (1 + 1e-9)
    assert some["at_least"] + some["rest"] ** 2 >= exact["at_least"] * (1 - 1e-9)
    assert some["equal_parts"] >= exact["equal_parts"] * (1 - 1e-9)


def test_parts_of_one_size_count_themselves():
    table = parts([[5.0] * 4] * 12)
    got = composition.concentration(table, table.sum(axis=1)).iloc[-1]
    assert (got["at_least"], got["equal_parts"]) == (2500.0, 4.0)


def test_unfit_parts_are_refused():
    table = parts([[1.0, 2.0]] * 23)
    with pytest.raises(SeriesError, match="expected 24 or more"):
        composition.compose(table, table.sum(axis=1))
    table = parts([[1.0, np.nan]] * 24)
    with pytest.raises(SeriesError, match="p1 has months without a value"):
        composition.compose(table, table["p0"])

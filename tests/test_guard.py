"""Tests of what may stand in one formula."""

import pandas as pd
import pytest

from tradelib import guard, load
from tradelib.quantity import Quantity
from tradelib.quantity.errors import ComparabilityError


def series(name, vintage=None):
    values = pd.Series([1.0, 2.0], index=pd.period_range("2020-01", periods=2, freq="M"), name=name)
    if vintage:
        values.attrs["series"] = {name: {"compilation": "compilation", "vintage": vintage}}
    return values


@pytest.mark.parametrize(
    "quantity",
    [
        Quantity("exports"), Quantity("imports", "goods", basis="census", adjustment="nsa"),
        Quantity("exports", "goods", basis="census", price="chained2017"),
        Quantity("imports", "goods", "world", "bls", "nsa", "base2000", "index"),
    ],
)  # fmt: skip
def test_a_name_says_what_the_quantity_is(quantity):
    got = guard.quantity(series(quantity.name))
    expected = (quantity.flow, quantity.item, quantity.basis, quantity.adjustment, quantity.price)
    assert (got.flow, got.item, got.basis, got.adjustment, got.price_basis) == expected


def test_an_end_use_in_chained_dollars_is_understood():
    got = guard.quantity(series("exports_capital_goods_census_sa_chained2012"))
    expected = guard.Quantity(
        "exports_capital_goods_census_sa_chained2012", "exports", "capital_goods", "census", "sa", "chained2012", None
    )
    assert got == expected


@pytest.mark.parametrize("name", [None, "apples", "exports", "exports_goods_bop", "goods_bop_sa"])
def test_a_series_that_does_not_say_what_it_is_is_refused(name):
    with pytest.raises(ComparabilityError, match="does not say what it is"):
        guard.quantity(series(name))


@pytest.mark.parametrize(
    ("one", "two", "aspect"),
    [
        ("exports_goods_bop_sa", "exports_goods_census_sa", "basis"),
        ("exports_goods_census_sa", "exports_goods_census_nsa", "adjustment"),
        ("exports_goods_census_sa_chained2012", "exports_goods_census_sa_chained2017", "price_basis"),
        ("exports_goods_bop_sa", "exports_services_bop_sa", "item"),
        ("exports_goods_bop_sa", "imports_goods_bop_sa", "flow"),
    ],
)
def test_a_mixture_names_both_sides_and_can_only_be_stated(one, two, aspect):
    with pytest.raises(ComparabilityError) as caught:
        guard.require_same(series(one), series(two), (aspect,))
    for word in (one, two, aspect):
        assert word in str(caught.value)
    guard.require_same(series(one), series(two), (aspect,), accept=(aspect,))


def test_two_vintages_of_one_series_do_not_mix():
    old = series("exports_goods_bop_sa", "2024-03-07")
    new = series("exports_goods_bop_sa", "2024-04-04")
    with pytest.raises(ComparabilityError, match=r"2024-03-07.*2024-04-04.*vintage"):
        guard.require_same(old, new, ("vintage",))
    guard.require_same(new, new, ("vintage",))
    guard.require_same(new, series("exports_goods_bop_sa"), ("vintage",))


def test_a_loaded_column_keeps_its_vintage():
    got = guard.quantity(load("exports_goods_bop_sa", vintage="2024-04-04")["exports_goods_bop_sa"])
    assert got.vintage == "census 2024-04-04"


def test_the_kind_of_prices_is_checked():
    assert guard.require_prices(series("exports_goods_bop_sa"), "current").basis == "bop"
    with pytest.raises(ComparabilityError, match="price basis 'current'; expected 'chained'"):
        guard.require_prices(series("exports_goods_bop_sa"), "chained")


def test_flows_have_an_order():
    x, m = series("exports_goods_bop_sa"), series("imports_goods_bop_sa")
    guard.require_flows(x, m)
    with pytest.raises(ComparabilityError, match="expected exports and imports"):
        guard.require_flows(m, x)

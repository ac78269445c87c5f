"""Tests of Fisher indexes and contributions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from tradelib.quantity.errors import ComparabilityError, SeriesError
from tradelib.real.chained import components
from tradelib.real.fisher import fisher, fisher_contributions, nominal_contributions

MONTHS = pd.period_range("2020-01", periods=4, freq="M")
NAMES = [f"exports_{item}_census_sa" for item in ("foods", "capital_goods", "other_goods")]
table = arrays(float, (4, 3), elements=st.floats(0.5, 100))

# Statistics Canada, User Guide: Canadian System of National Economic Accounts, 13-017-X, table 2.12, "Contributions
# to growth for period 3, a sample calculation: the case of volume estimates based on chain Fisher formula".
CURRENT = pd.DataFrame(
    {"A": [80, 90, 72, 48], "B": [180, 210, 240, 255], "C": [250, 450, 455, 504], "D": [100, 150, 150, 135]},
    MONTHS,
    dtype=float,
)
REAL = pd.DataFrame(
    {"A": [60, 90, 108, 144], "B": [210, 210, 224, 238], "C": [375, 450, 525, 540], "D": [120, 150, 150, 162]},
    MONTHS,
    dtype=float,
)
PRICES = CURRENT / REAL


def frame(values, names=("a", "b", "c")):
    return pd.DataFrame(values, MONTHS, list(names))


@pytest.mark.parametrize(
    ("parts", "links", "chain"),
    [
        ("AB", [113.2, 110.1, 111.1], [113.2, 124.6, 138.5]),
        ("CD", [121.3, 112.3, 104.0], [121.3, 136.2, 141.7]),
        ("ABCD", [118.2, 111.5, 106.3], [118.2, 131.9, 140.2]),
    ],
)
def test_the_published_example_is_reproduced(parts, links, chain):
    got = fisher(PRICES[list(parts)], REAL[list(parts)])
    assert list((100 * got.quantity_link).round(1))[1:] == links
    assert list(got.quantity.round(1))[1:] == chain


def test_the_published_contributions_are_reproduced():
    got = fisher_contributions(PRICES, REAL).iloc[-1].round(2).to_dict()
    assert got == {"A": 1.98, "B": 1.66, "C": 1.49, "D": 1.22}


@given(table, table)
def test_two_periods_pass_time_reversal(p, q):
    forward = fisher(frame(p[:2].repeat(2, axis=0)), frame(q[:2].repeat(2, axis=0)))
    back = fisher(frame(p[1::-1].repeat(2, axis=0)), frame(q[1::-1].repeat(2, axis=0)))
    for name in ("price", "quantity"):
        product = getattr(forward, name).iloc[-1] * getattr(back, name).iloc[-1]
        assert product == pytest.approx(100**2, rel=1e-9)


@given(table, table)
def test_price_times_quantity_is_value(p, q):
    got = fisher(frame(p), frame(q))
    value = (p * q).sum(axis=1)
    np.testing.assert_allclose(got.price * got.quantity / 1e4, value / value[0], rtol=1e-9)


@given(table, table)
def test_exchanging_prices_and_quantities_exchanges_the_indexes(p, q):
    one, two = fisher(frame(p), frame(q)), fisher(frame(q), frame(p))
    np.testing.assert_allclose(one.price, two.quantity, rtol=1e-9)


@given(table, table)
def test_one_commodity_is_its_own_index(p, q):
    one = frame(p)[["a"]], frame(q)[["a"]]
    got = fisher(*one)
    np.testing.assert_allclose(got.price, 100 * p[:, 0] / p[0, 0], rtol=1e-9)
    np.testing.assert_allclose(got.quantity, 100 * q[:, 0] / q[0, 0], rtol=1e-9)
    growth = 100 * (q[1:, 0] / q[:-1, 0] - 1)
    np.testing.assert_allclose(fisher_contributions(*one)["a"].iloc[1:], growth, rtol=1e-8, atol=1e-8)


@given(table, table, st.sampled_from([1, 2, 3]))
def test_real_contributions_sum_to_the_growth_of_the_index(p, q, over):
    got = fisher_contributions(frame(p), frame(q), over).sum(axis=1, skipna=False).iloc[-1]
    ends = [0 if over == 3 else 3 - over, 3]
    expected = fisher(frame(p).iloc[ends], frame(q).iloc[ends]).quantity.iloc[-1] - 100
    assert got == pytest.approx(expected, rel=1e-8, abs=1e-8)


@given(table)
def test_nominal_contributions_sum_to_the_growth_of_the_total(values):
    parts = frame(values, NAMES)
    total = parts.sum(axis=1).rename("exports_goods_census_sa")
    got = nominal_contributions(parts, total).sum(axis=1, skipna=False).iloc[1:]
    np.testing.assert_allclose(got, 100 * total.pct_change().iloc[1:], rtol=1e-8, atol=1e-8)


def test_nominal_contributions_by_hand():
    parts = frame([[60, 30, 10], [63, 30, 12], [1, 1, 1], [1, 1, 1]], NAMES)
    got = nominal_contributions(parts.astype(float), parts.sum(axis=1).rename("exports_goods_census_sa"))
    assert got.iloc[1].tolist() == [3, 0, 2]


def test_chained_parts_are_not_taken_for_nominal_ones():
    parts = frame(np.ones((4, 3)), [f"{name}_chained2012" for name in NAMES])
    total = pd.Series(3.0, MONTHS, name="exports_goods_census_sa")
    with pytest.raises(ComparabilityError, match=r"chained2012.* and exports_goods_census_sa \(current\)"):
        nominal_contributions(parts, total)
    with pytest.raises(ComparabilityError, match="price basis 'chained2012'; expected 'current'"):
        nominal_contributions(parts, total.rename("exports_goods_census_sa_chained2012"))


def end_uses(year=2012, flow="exports"):
    """Return the published example as nominal and chained dollars of four end uses."""
    items = dict(zip("ABCD", ("foods", "capital_goods", "automotive", "other_goods"), strict=True))
    nominal = CURRENT.rename(columns=lambda name: f"{flow}_{items[name]}_census_sa")
    return nominal, REAL.rename(columns=lambda name: f"{flow}_{items[name]}_census_sa_chained{year}")


def test_contributions_of_end_uses_come_from_nominal_and_chained_dollars():
    prices, quantities = components(*end_uses())
    assert fisher(prices, quantities).quantity.round(1).iloc[-1] == 140.2
    got = fisher_contributions(prices, quantities).iloc[-1].round(2).to_dict()
    assert got == {"foods": 1.98, "capital_goods": 1.66, "automotive": 1.49, "other_goods": 1.22}


def test_differences_of_chained_dollars_are_not_the_contributions():
    _, quantities = components(*end_uses())
    naive = 100 * quantities.diff().div(quantities.shift().sum(axis=1), axis=0).iloc[-1]
    assert abs(naive["foods"] - 1.98) > 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v, q: (v, pd.concat([q.iloc[:, :2], end_uses(2017)[1].iloc[:, 2:]], axis=1)), "differ in price_basis"),
        (
            lambda v, q: (v, pd.concat([q.iloc[:, :2], end_uses(flow="imports")[1].iloc[:, 2:]], axis=1)),
            "differ in flow",
        ),
        (lambda v, q: (v.rename(columns=lambda n: n.replace("census", "bop")), q), "differ in basis"),
    ],
)
def test_components_that_are_not_alike_are_refused(change, said):
    with pytest.raises(ComparabilityError, match=said):
        components(*change(*end_uses()))


def test_components_that_differ_in_items_are_refused():
    nominal, chained = end_uses()
    with pytest.raises(SeriesError, match="expected the same items"):
        components(nominal.iloc[:, 1:], chained)


def test_a_missing_month_stays_missing_and_the_chain_goes_on_behind_it():
    p, q = PRICES.copy(), REAL.copy()
    q.loc["2020-02", "A"] = np.nan
    got = fisher(p, q)
    assert list(got.quantity.isna()) == [False, True, False, False]
    direct = fisher(PRICES.iloc[[0, 2]], REAL.iloc[[0, 2]]).quantity.iloc[-1]
    assert got.quantity.iloc[2] == pytest.approx(direct)
    assert list(fisher_contributions(p, q)["B"].isna()) == [True, True, True, False]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p, q: (p.assign(A=[1.0, 0.0, 1.0, 1.0]), q), "is 0 in 2020-02; expected a positive number"),
        (lambda p, q: (p, -q), "is -60 in 2020-01"),
        (lambda p, q: (p.iloc[1:], q), r"found 2020-02 to 2020-04 \(3 months\) and 2020-01 to 2020-04 \(4 months\)"),
        (lambda p, q: (p[["A", "B"]], q), "expected the same"),
        (lambda p, q: (p * np.nan, q), "found no month with a price and a quantity"),
    ],
)
def test_unfit_components_are_refused(change, said):
    with pytest.raises(SeriesError, match=said):
        fisher(*change(PRICES, REAL))


def test_the_summary_says_price_and_quantity():
    assert fisher(PRICES, REAL).summary() == "2020-01 to 2020-04: price +10.1%, quantity +40.2%"

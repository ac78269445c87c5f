"""Analysis of chained dollars: the formulas in the notebook, and the notebook with real official files."""

import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays
from page import names_after, record_of

from tradelib import store
from tradelib.quantity.rounding import printed
from tradelib.store import data_folder

STEM, ONE_INDEX = "24_real_vs_nominal", "43_one_index"
MONTHS = pd.period_range("2012-01", periods=24, freq="M")
two_years = arrays(float, 24, elements=st.floats(1, 1000))


def by_item(**items):
    """Return chained dollars as the page has them: flow and item across."""
    columns = {(flow, item): values for item, pair in items.items() for flow, values in pair.items()}
    frame = pd.DataFrame(columns, MONTHS, dtype=float).rename_axis(columns=["flow", "item"])
    return frame.sort_index(axis=1, level="flow", sort_remaining=False)


def implicit(nominal, chained, year):
    """Return prices and volumes of the page from current and chained dollars, exports and imports alike."""
    nominal = pd.DataFrame({"exports": nominal, "imports": nominal}, MONTHS)
    totals = by_item(goods={"exports": chained, "imports": chained})
    span = {"first": MONTHS[0], "last": MONTHS[-1], "value": nominal, "nominal": nominal}
    return names_after(STEM, "totals = ", chained_dollars=totals, official=True, reference_year=year, **span)


@given(two_years, two_years, st.sampled_from([2012, 2013]))
def test_the_implicit_price_is_nominal_over_chained_in_any_reference_year(nominal, chained, year):
    got = implicit(nominal, chained, year)
    price, volume = got["price"]["exports"], got["volume"]["exports"]
    np.testing.assert_allclose(price / 100 * volume, nominal, rtol=1e-12)
    assert volume[str(year)].sum() == pytest.approx(got["value"].loc[str(year), "exports"].sum())
    np.testing.assert_allclose(volume / chained, [volume.iloc[0] / chained[0]] * 24, rtol=1e-9)  # growth is as it was


def test_the_implicit_price_equals_a_calculation_by_hand():
    got = implicit(np.repeat([100.0, 110.0], 12), np.repeat([200.0, 200.0], 12), 2012)
    assert got["volume"]["imports"].tolist() == pytest.approx([100] * 24)
    assert got["price"]["imports"].tolist() == pytest.approx([100] * 12 + [110] * 12)


def test_a_month_without_chained_dollars_stays_missing():
    chained = np.full(24, 10.0)
    chained[3] = np.nan
    got = implicit(np.full(24, 10.0), chained, 2013)
    assert got["price"]["exports"].isna().to_numpy().nonzero()[0].tolist() == [3]


def test_the_residual_of_the_real_balance_stays_visible():
    parts = {"goods": (27, 34), "goods/foods": (10, 10), "goods/capital_goods": (20, 20), "goods/residual": (-3, 4)}
    chained = by_item(**{item: dict(zip(("exports", "imports"), pair, strict=True)) for item, pair in parts.items()})
    got = names_after(ONE_INDEX, "by_use = ", chained=chained, span=MONTHS)["by_use"]
    assert got["Dec 2013"].to_dict() == {"goods": -7, "goods foods": 0, "goods capital goods": 0, "goods residual": -7}
    assert got["change"].tolist() == [0] * 4


@pytest.fixture(scope="module")
def with_chained(official_folder, tmp_path_factory):
    """Return the store with the agency's own chained dollars, added once."""
    folder = shutil.copytree(data_folder(), tmp_path_factory.mktemp("chained") / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADELIB_DATA", str(folder))
        store.add([official_folder / f"real{flow}_2022-02.xlsx" for flow in ("exp", "imp")], "2022-04-05")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("start", [None, "2020-01"])
def test_the_notebook_uses_official_chained_dollars(with_chained, tmp_path, monkeypatch, start):
    """The file has the total and its end uses; the total is compared with the value of all goods."""
    monkeypatch.setenv("TRADELIB_DATA", str(with_chained))
    for stem in (STEM, ONE_INDEX):
        got = record_of(stem, start=start, reference_year=2012, output=str(tmp_path / stem))
        assert all(check["holds"] for check in got["checks"])
        items = {item["name"]: item for item in got["items"]}
        if stem == STEM:
            assert "volume in chained (2012) dollars" in items["value_and_volume"]["unit"]
        else:
            assert "real_balance" in items
            assert ("distance_by_year" in items) == (start is None)


@pytest.mark.slow
def test_the_notebook_accepts_a_release_with_fewer_months_on_census_basis():
    """Printed changes are left out for months without goods on a Census basis."""
    got = record_of(ONE_INDEX, vintage="2024-02")
    assert all(check["holds"] for check in got["checks"])
    assert any("No month of this span has printed real changes" in item["reading"] for item in got["items"])


@pytest.mark.parametrize(
    ("first", "last", "is_said"),
    [
        ("2010-01", "2020-12", True),
        ("2017-01", "2017-12", True),
        ("2017-02", "2020-12", False),
        ("2013-01", "2016-12", False),
    ],
)
def test_lines_meet_in_the_reference_year_only_if_it_is_shown(first, last, is_said):
    readings, changes = [], pd.Series({"nominal": 1.0, "price": 2.0, "volume": -1.0})
    names = {"first": pd.Period(first, "M"), "last": pd.Period(last, "M"), "reference_year": 2017, "printed": printed}
    record = SimpleNamespace(reading=readings.append)
    names_after(STEM, "changed = f", "is_shown =", since={"exports": changes}, record=record, **names)
    assert readings[0].endswith(
        "volume \N{MINUS SIGN}1.0%."
        + " On average over 2017, the reference year, value and volume are about equal." * is_said
    )

"""Tests of what is made of chained dollars."""

import json
import shutil

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from tradelib import real, store
from tradelib.paths import data_folder, notebook_folder
from tradelib.quantity.errors import ComparabilityError, SeriesError
from tradelib.real import balance as real_balance, chained

X, M = "exports_goods_census_sa", "imports_goods_census_sa"
two_years = arrays(float, 24, elements=st.floats(1, 1000))


def monthly(values, name, start="2012-01"):
    return pd.Series(np.asarray(values, dtype=float), pd.period_range(start, periods=len(values), freq="M"), name=name)


def pair(nominal, volume, name=X, year=2012):
    return chained.implicit_price(monthly(nominal, name), monthly(volume, f"{name}_chained{year}"))


def test_the_implicit_price_is_nominal_over_chained():
    got = pair([110.0] * 12, [100.0] * 12)
    assert list(got.price) == pytest.approx([110.0] * 12)
    assert (got.price.name, got.reference_year) == ("exports_goods_implicit_price_census_sa_base2012", 2012)


@given(two_years, two_years)
def test_value_is_price_times_volume(nominal, volume):
    got = pair(nominal, volume)
    np.testing.assert_allclose(got.price / 100 * got.volume, nominal, rtol=1e-12)


@given(two_years, two_years)
def test_another_reference_year_changes_levels_never_growth(nominal, volume):
    v, q = monthly(nominal, X), monthly(volume, f"{X}_chained2012")
    got = chained.rebase_chained(q, v, 2013)
    assert got.name == f"{X}_chained2013"
    assert got["2013"].sum() == pytest.approx(v["2013"].sum())
    np.testing.assert_allclose(got / got.shift(), q / q.shift(), rtol=1e-9)
    np.testing.assert_allclose(chained.rebase_chained(got, v, 2012) / q, v["2012"].sum() / q["2012"].sum(), rtol=1e-9)


@pytest.mark.parametrize(
    ("nominal", "volume", "said"),
    [
        (X, f"{M}_chained2012", "differ in flow"),
        (X, "exports_foods_census_sa_chained2012", "differ in item"),
        ("exports_goods_bop_sa", f"{X}_chained2012", r"\(bop\).*\(census\) differ in basis"),
        ("exports_goods_census_nsa", f"{X}_chained2012", r"\(nsa\).*\(sa\) differ in adjustment"),
        (f"{X}_chained2012", f"{X}_chained2012", "expected 'current'"),
        (X, X, "expected 'chained'"),
    ],
)
def test_what_is_not_the_same_quantity_has_no_implicit_price(nominal, volume, said):
    with pytest.raises(ComparabilityError, match=said):
        chained.implicit_price(monthly([1] * 12, nominal), monthly([1] * 12, volume))


def test_two_vintages_have_no_implicit_price_unless_it_is_stated():
    nominal, volume = monthly([1] * 12, X), monthly([1] * 12, f"{X}_chained2012")
    nominal.attrs["series"] = {X: {"compilation": "census_goods", "vintage": "2025-04-03"}}
    volume.attrs["series"] = {f"{X}_chained2012": {"compilation": "real_goods", "vintage": "about 2021-12"}}
    with pytest.raises(ComparabilityError, match=r"census_goods 2025-04-03.*real_goods about 2021-12.*vintage"):
        chained.implicit_price(nominal, volume)
    assert chained.implicit_price(nominal, volume, accept=("vintage",)).reference_year == 2012


def test_misaligned_months_and_prices_that_are_not_positive_are_refused():
    with pytest.raises(SeriesError, match=r"12 months\) and .*13 months\); expected the same months"):
        pair([1] * 12, [1] * 13)
    with pytest.raises(SeriesError, match="is 0 in 2012-02"):
        pair([1] * 12, [1, 0, *[1] * 10])


def test_rebasing_needs_the_whole_year():
    with pytest.raises(SeriesError, match="has 6 months of 2013; expected all twelve"):
        chained.rebase_chained(monthly([1] * 18, f"{X}_chained2012"), monthly([1] * 18, X), 2013)


def test_missing_months_stay_missing():
    got = pair([1, np.nan, 3, 4], [1, 2, np.nan, 4])
    assert list(got.price.isna()) == [False, True, True, False]
    split = real_balance.command_basis(got, pair([1, 2, 3, 4], [1, 2, 3, 4], M))
    assert list(split["trading_gain"].isna()) == [False, True, True, False]


def test_better_terms_of_trade_are_a_trading_gain():
    # Exports of 120 at a price of 120 are a volume of 100, but buy 120 of imports, whose price is 100.
    got = real_balance.command_basis(pair([120], [100]), pair([90], [90], M)).iloc[0]
    expected = {"volume_balance": 10, "command_balance": 30, "trading_gain": 20}
    assert got.to_dict() == pytest.approx(expected)


@given(two_years, two_years, two_years)
def test_without_a_change_of_relative_prices_there_is_no_trading_gain(price, x, m):
    flows = pair(price * x, 100 * x), pair(price * m, 100 * m, M)
    got = real_balance.command_basis(*flows)
    np.testing.assert_allclose(got["trading_gain"] / (price * x), 0, atol=1e-9)


def test_the_command_basis_needs_one_reference_year_and_both_flows():
    with pytest.raises(ComparabilityError, match=r"chained2012 \(2012\) and .*chained2017 \(2017\).*reference year"):
        real_balance.command_basis(pair([1], [1]), pair([1], [1], M, 2017))
    with pytest.raises(ComparabilityError, match="expected exports and imports"):
        real_balance.command_basis(pair([1], [1], M), pair([1], [1]))


def both(residual=(-3.0, 4.0), years=(2012, 2012)):
    columns = {}
    for flow, left, year in zip(("exports", "imports"), residual, years, strict=True):
        parts = {"foods": 10.0, "capital_goods": 20.0}
        for item, value in {"goods": sum(parts.values()) + left, **parts, "residual": left}.items():
            columns[f"{flow}_{item}_census_sa_chained{year}"] = monthly([value], None)
    return pd.DataFrame(columns)


def test_the_real_balance_keeps_its_residual_in_sight():
    got = real_balance.real_balance(both()).iloc[0]
    assert got.to_dict() == {
        "balance_goods_census_sa_chained2012": -7,
        "balance_foods_census_sa_chained2012": 0,
        "balance_capital_goods_census_sa_chained2012": 0,
        "balance_residual_census_sa_chained2012": -7,
    }


def test_a_real_balance_of_two_reference_years_or_of_one_side_is_refused():
    with pytest.raises(ComparabilityError, match=r"chained2012\).*chained2017\) differ in price_basis"):
        real_balance.real_balance(both(years=(2012, 2017)))
    with pytest.raises(SeriesError, match="without imports_foods"):
        real_balance.real_balance(both().drop(columns="imports_foods_census_sa_chained2012"))
    with pytest.raises(ComparabilityError, match="expected 'chained'"):
        real_balance.real_balance(both().rename(columns=lambda name: name.removesuffix("_chained2012")))


@given(two_years, two_years)
def test_with_one_commodity_every_measure_is_that_commodity(price, volume):
    got = pair(price * volume / 100, volume)
    np.testing.assert_allclose(got.price, price, rtol=1e-9)
    split = got.split(1).iloc[1:]
    np.testing.assert_allclose(split["price"] + split["volume"], split["total"], atol=1e-6)
    deflated = real.deflate(
        monthly(price * volume / 100, X), monthly(price, "exports_price_index_census_sa_base2012"), 2012
    )
    np.testing.assert_allclose(deflated.volume / volume, (deflated.volume / volume).iloc[0], rtol=1e-9)


def test_the_real_paragraph_of_a_release():
    flows = pair([100, 110], [100, 105]), pair([200, 190], [200, 195], M)
    got = real_balance.balance_growth(*flows).iloc[1].round(6)
    expected = {"balance": (-10, -20), "exports": (5, 10), "imports": (-2.5, -5)}
    for flow, pair_of in expected.items():
        assert (got[flow, "real"], got[flow, "nominal"]) == pair_of


def test_a_balance_that_changed_sign_has_no_percent_change():
    got = real_balance.balance_growth(pair([100, 210], [100, 190]), pair([200, 200], [200, 200], M)).iloc[1]
    assert np.isnan(got["balance", "nominal"])
    assert got["balance", "real"] == pytest.approx(-90)


def run(folder, **parameters):
    """Run the notebook's cells in this process and return its record."""
    mpl.use("Agg")
    notebook = nbformat.read(notebook_folder() / "24_real_vs_nominal.ipynb", 4)
    space = {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        exec(cell.source, space)  # noqa: S102 - the notebook's own cells
        if "parameters" in cell.metadata.get("tags", []):
            space |= parameters | {"output": str(folder)}
    return json.loads((folder / "results.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("start", [None, "2020-01"])
def test_the_notebook_takes_official_chained_dollars(official_folder, tmp_path, monkeypatch, start):
    """Their file has the total and its end uses: the total is what is compared with the value of all goods."""
    shutil.copytree(data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    store.add([official_folder / f"real{flow}_2022-02.xlsx" for flow in ("exp", "imp")], "2022-04-05")
    got = run(tmp_path / "out", start=start, reference_year=2012)
    assert all(check["holds"] for check in got["checks"])
    names = [item["name"] for item in got["items"]]
    assert "real_balance" in names
    assert ("distance_by_year" in names) == (start is None)
    assert "volume in chained (2012) dollars" in got["items"][0]["unit"]


@pytest.mark.slow
def test_the_notebook_takes_a_release_with_fewer_months_on_census_basis(tmp_path):
    """Printed changes of months that goods on a Census basis do not reach are left out, not looked up."""
    got = run(tmp_path, vintage="2024-02")
    assert all(check["holds"] for check in got["checks"])
    assert any("No month of this span has printed real changes" in item["reading"] for item in got["items"])

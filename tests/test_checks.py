"""The accounting that official tables must satisfy: which identities, how tight, what is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import official
import pandas as pd
import pytest

from tradelib.errors import SourceError
from tradelib.sources import read_history
from tradelib.sources.checks import ANNUAL_TOLERANCE, MONTHLY_TOLERANCE, check_accounts, identities

NAMES = pd.Index([f"{f}_{i}_bop_sa" for f in ("balance", "exports", "imports") for i in ("total", "goods", "services")])


@pytest.fixture(scope="module")
def exhibit(tmp_path_factory):
    path = tmp_path_factory.mktemp("checks") / "history.txt"
    path.write_text(official.as_text(official.history_rows(official.bundled().since(2020))), encoding="utf-8")
    return read_history(path)


def changed(exhibit, part, at, column, by):
    frame = getattr(exhibit, part).copy()
    frame.iloc[at, frame.columns.get_loc(column)] += by
    return replace(exhibit, **{part: frame})


def test_identities_of_the_history_table():
    got = {str(identity) for identity in identities(NAMES)}
    items = ("total", "goods", "services")
    expected = {f"balance_{i}_bop_sa = exports_{i}_bop_sa - imports_{i}_bop_sa" for i in items}
    expected |= {
        f"{f}_total_bop_sa = {f}_goods_bop_sa + {f}_services_bop_sa" for f in ("balance", "exports", "imports")
    }
    assert got == expected


def test_no_identity_mixes_basis_adjustment_or_price_basis():
    mixed = ["balance_goods_bop_sa", "exports_goods_census_sa", "imports_goods_bop_sa", "exports_goods_bop_nsa"]
    mixed += ["exports_goods_bop_sa_chained2017", "balance_goods_bop_sa_chained2012"]
    assert list(identities(pd.Index(mixed))) == []
    real = [f"{flow}_goods_census_sa_chained2017" for flow in ("balance", "exports", "imports")]
    assert len(list(identities(pd.Index([*mixed, *real])))) == 1


def test_bundled_release_satisfies_them_all(exhibit):
    check_accounts(exhibit)
    check_accounts(replace(exhibit, annual=exhibit.annual.iloc[:0], places=exhibit.places | {"annual": ()}))


@pytest.mark.parametrize("column", NAMES)
@pytest.mark.parametrize("by", [-3, 3])
def test_month_that_is_off_by_more_than_rounding_is_refused(exhibit, column, by):
    with pytest.raises(SourceError) as caught:
        check_accounts(changed(exhibit, "months", 7, column, by))
    assert caught.value.place == f"{exhibit.places['months'][7]} (2020-08)"
    assert caught.value.expected.endswith("within 1 million")
    assert column in caught.value.expected


@pytest.mark.parametrize("column", NAMES)
def test_annual_line_that_is_off_is_refused(exhibit, column):
    with pytest.raises(SourceError, match=r"\(2022-01 to 2022-12\).*within 5 million"):
        check_accounts(changed(exhibit, "annual", 2, column, 11))


def test_tolerances_are_exact(exhibit):
    totals = [name for name in NAMES if "total" in name]
    frame = exhibit.months.copy()
    frame["exports_total_bop_sa"] = frame["exports_goods_bop_sa"] + frame["exports_services_bop_sa"]
    frame["balance_total_bop_sa"] = frame["exports_total_bop_sa"] - frame["imports_total_bop_sa"]
    only = replace(
        exhibit, months=frame[totals], annual=exhibit.annual[totals].iloc[:0], previous=exhibit.previous[totals],
        places=exhibit.places | {"annual": ()},
    )  # fmt: skip
    check_accounts(changed(only, "months", 3, "balance_total_bop_sa", MONTHLY_TOLERANCE))
    with pytest.raises(SourceError, match="balance_total_bop_sa = exports_total_bop_sa - imports_total_bop_sa"):
        check_accounts(changed(only, "months", 3, "balance_total_bop_sa", MONTHLY_TOLERANCE + 1))


def test_annual_line_is_the_sum_of_its_months(exhibit):
    one = [name for name in NAMES if name.startswith("exports_goods")]
    sums = exhibit.months[one].groupby(exhibit.months.index.year).sum().to_numpy()
    annual = pd.DataFrame(sums, index=exhibit.annual.index, columns=one)
    only = replace(exhibit, months=exhibit.months[one], annual=annual, previous=exhibit.previous[one])
    check_accounts(changed(only, "annual", 1, one[0], -ANNUAL_TOLERANCE))
    with pytest.raises(SourceError, match="exports_goods_bop_sa of the line = sum of its months within 5") as caught:
        check_accounts(changed(only, "annual", 1, one[0], -ANNUAL_TOLERANCE - 1))
    expected = f"{annual.iloc[1, 0] - 6:,.0f} against {annual.iloc[1, 0]:,.0f}"
    assert caught.value.found == expected


def test_annual_line_without_all_its_months_is_refused(exhibit):
    with pytest.raises(SourceError, match=r"a line for 2024-01 to 2024-02, but months from 2020-01 to 2024-01"):
        check_accounts(replace(exhibit, months=exhibit.months.iloc[:-1]))


def test_previous_print_is_held_to_the_identities(exhibit):
    previous = exhibit.months.iloc[-2:-1].copy()
    told = replace(exhibit, previous=previous, places=exhibit.places | {"previous": ("line 99",)})
    check_accounts(told)
    with pytest.raises(SourceError, match=r"line 99 \(2024-01\)"):
        check_accounts(changed(told, "previous", 0, "imports_goods_bop_sa", 4))


def test_withheld_value_is_not_held_against_the_table(exhibit):
    check_accounts(changed(exhibit, "months", 7, "imports_goods_bop_sa", np.nan))

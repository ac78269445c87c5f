"""Constants of published methods, and the boundaries of thresholds: a changed digit in the code fails here."""

from types import SimpleNamespace

import layouts
import numpy as np
import pytest

from tradelib.analysis import break_tests, breaks
from tradelib.quantity.errors import SourceError
from tradelib.seasonal.quality import LIMITS, grade
from tradelib.seasonal.residual import BeaRule
from tradelib.seasonal.x13.result import Adjustment
from tradelib.sources import country

# Bai and Perron (2003), U.S. ex-post real interest rate, 103 quarters: sums of squares for 0 to 3 breaks in the mean.
RSS = (1214.9, 645.0, 456.0, 445.2)


def test_information_criteria_choose_the_two_breaks_that_bai_and_perron_published():
    got = breaks.criteria(SimpleNamespace(series=range(103), model="level", rss=RSS))
    assert got["bic"].round(4).tolist() == [2.5127, 1.9695, 1.7128, 1.7788]
    assert got["lwz"].round(4).tolist() == [2.5501, 2.0822, 1.901, 2.043]
    assert (got["bic"].idxmin(), got["lwz"].idxmin()) == (2, 2)


@pytest.mark.parametrize(("months", "lags"), [(128, 6), (129, 7), (9, 2)])
def test_the_bandwidth_is_that_of_andrews(monkeypatch, months, lags):
    """1.1447 (alpha n)^(1/3) with alpha = 4 rho^2 / (1 - rho^2)^2, 16/9 for a rho of one half."""
    monkeypatch.setattr(breaks, "autocorrelation", lambda _: 0.5)
    assert breaks.bandwidth(np.zeros(months)) == lags


def test_limits_of_the_quality_card_are_the_published_ones():
    assert [grade(value, "m") for value in (1.0, 1.0001, 1.2, 1.2001, 2.0, 2.0001)] == [
        "good", "uncertain", "uncertain", "bad", "bad", "severe",
    ]  # fmt: skip
    assert grade(0.05, "qs_p") == "good"
    assert grade(0.0499, "qs_p") == "uncertain"
    assert (LIMITS["spans"][:2], LIMITS["changes"][:2]) == ([15.0, 25.0], [35.0, 40.0])
    assert grade(float("nan"), "m") == ""


def test_the_rule_of_the_bureau_has_its_published_limits():
    assert BeaRule() == BeaRule(qs_p=0.01, stable_f=7.0, m7=1.0)


def with_cell(column, change):
    """Return the made-up country workbook with one month of the world's imports changed, and its year accordingly."""
    rows = layouts.country()
    head, at = rows[0], next(n for n, row in enumerate(rows) if row[:2] == ["2021", "0015"])
    place, year = head.index(column), head.index("IYR")
    rows[at][place] += change(rows[at][place])
    rows[at][year] = sum(rows[at][head.index("IJAN") : year])
    return [[float(cell) if isinstance(cell, (int, float)) else cell for cell in row] for row in rows]


@pytest.mark.parametrize(("share", "refused"), [(0.0099, False), (0.02, True)])
def test_countries_may_miss_the_world_by_one_percent(monkeypatch, share, refused):
    monkeypatch.setattr(country, "WORLD_SINCE", 1992)
    rows = with_cell("IMAR", lambda value: value * share)
    if refused:
        with pytest.raises(SourceError, match=r"imports of March 2021: .*the same within 1\.0%"):
            country.read_country("country.xlsx", rows)
    else:
        assert country.read_country("country.xlsx", rows).month.year == 2023


def test_partners_that_are_left_out_are_counted(monkeypatch):
    assert country.read_country("country.xlsx", layouts.country()).notes == ()
    monkeypatch.setattr(country, "LARGEST", 1)
    [note] = country.read_country("country.xlsx", layouts.country()).notes
    assert note == "2 smaller partners are left out (data/README.md)"


def test_a_code_with_another_countrys_name_is_refused():
    rows = [[("Mexico" if cell == "China" else cell) for cell in row] for row in with_cell("IMAR", lambda _: 0.0)]
    with pytest.raises(SourceError, match="code 5700: found Mexico; expected China"):
        country.read_country("country.xlsx", rows)


@pytest.mark.parametrize("cells", [2, 20])
def test_a_row_that_ends_early_is_refused_with_its_place(cells):
    rows = layouts.country()
    rows[3] = rows[3][:cells]
    with pytest.raises(SourceError, match=r"country\.xls, row 4: found ''; expected"):
        country.read_country("country.xls", rows)


@pytest.mark.parametrize(
    ("stable", "moving", "ranks_p", "verdict"),
    [
        ((20, 0.0999), (1, 50), 0.5, "present"), ((20, 0.1), (1, 50), 0.5, "not present"),
        ((4, 0.01), (2, 4.99), 0.5, "not present"), ((4, 0.01), (2, 5), 0.5, "probably not present"),
        ((7, 0.01), (1, 50), 0.5, "probably not present"), ((7.01, 0.01), (1, 50), 0.5, "present"),
        ((20, 0.01), (1, 50), 1.0, "probably not present"), ((20, 0.01), (1, 50), 0.99, "present"),
    ],
)  # fmt: skip
def test_the_combined_test_has_the_levels_of_lothian_and_morry(stable, moving, ranks_p, verdict):
    """F of stable seasonality at 0.1 percent, F of moving seasonality at 5, the ranks at 1; T1 = 7/F, T2 = 3 F_M/F."""
    numbers = {"f2.fsd8": stable, "f2.msf": moving, "f2.kw": (50.0, ranks_p)}
    result = SimpleNamespace(number=lambda key, place=0: float(numbers[key][place]))
    assert Adjustment.identifiable.fget(result) == verdict


def test_the_tables_of_critical_values_are_complete_and_correct():
    """Sums of Bai and Perron's (2003b) critical values by trimming and size; any changed digit changes one."""
    sums = {
        table: {trim: {size: round(sum(row), 2) for size, row in rows.items()} for trim, rows in values.items()}
        for table, values in {"sup_f": break_tests.SUP_F, "sequential": break_tests.SEQUENTIAL}.items()
    }
    assert sums["sup_f"] == {
        0.05: {10: 56.75, 5: 62.96, 1: 76.52}, 0.1: {10: 42.1, 5: 47.87, 1: 60.42},
        0.15: {10: 26.41, 5: 30.66, 1: 40.35},
    }  # fmt: skip
    assert sums["sequential"] == {
        0.05: {10: 114.4, 5: 131.62, 1: 163.36}, 0.1: {10: 108.66, 5: 126.74, 1: 159.38},
        0.15: {10: 104.0, 5: 120.66, 1: 155.51},
    }  # fmt: skip
    assert break_tests.UD_MAX == {
        0.05: {10: 8.78, 5: 10.17, 1: 13.74}, 0.1: {10: 8.05, 5: 9.52, 1: 13.07}, 0.15: {10: 7.46, 5: 8.88, 1: 12.37},
    }  # fmt: skip

"""How final a first adjustment is: the cells of the notebook on numbers with known answers."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from page import names_after

from tradelib import store
from tradelib.report.look import figures
from tradelib.seasonal import pattern
from tradelib.words import sentences as say

STEM = "30_first_adjustment"
MONTHS = pd.period_range("2010-01", periods=180, freq="M")


class Readings(list):
    """A record that keeps its readings."""

    reading = list.append

    def table(self, *_, **__):
        """Show nothing."""


def adjusted(months):
    """Return first and final adjustments as the engine gives them: the very last month has none."""
    index = MONTHS[-months:-1]
    level = pd.Series(range(len(index)), index, dtype=float)
    columns = {"first": level, "final": level, "first_before": level - 1, "final_before": level + 1}
    return pd.DataFrame(columns)


@pytest.mark.parametrize(("years", "expected"), [(3, 36), (10, 84)])
def test_the_newest_two_years_are_not_settled(years, expected):
    """Of 180 months, 72 are before the first one that counts, and 24 after the last."""
    names = {"chosen": SimpleNamespace(years=years), "unadjusted": pd.DataFrame(index=MONTHS)}
    page = names_after(STEM, "months = ", goods=SimpleNamespace(possible=str), **names)
    anew = {flow: adjusted(page["months"] + page["unsettled"]) for flow in ("exports", "imports")}
    got = names_after(STEM, "def changes", months=page["months"], runs=anew)["changes"]("first")
    assert (len(got), str(got.index[-1])) == (expected, "2022-12")
    assert set(got["exports"]) == {1.0}
    assert set(got["balance"]) == {0.0}


def test_a_change_printed_as_zero_has_no_direction():
    pairs = pd.DataFrame([(1, -1), (1, 2), (0.044, -1.5), (-3, 0.049), (-0.05, 0.05)], columns=["first", "final"])
    turned = names_after(STEM, "def turned")["turned"](pairs["first"], pairs["final"])
    assert turned.fillna(9).to_list() == [1, 0, 9, 9, 1]
    flips = names_after(STEM, "def flips")["flips"](pairs[["first"]], pairs[["final"]].set_axis(["first"], axis=1))
    assert flips.loc["first", ["months", "flipped"]].to_list() == [3, 2]


def by_calendar(flipped):
    """Return title and reading of the table by calendar month."""
    record = Readings()
    names = {"runs": True, "flipped": flipped, "pattern": pattern, "say": say, "record": record, "span": "span"}
    title = names_after(STEM, "by_month = 100", "title, unit = ", "often = ", "{by_series}", **names)["title"]
    return title, record[0]


def test_without_a_flip_no_calendar_month_is_named():
    flipped = pd.DataFrame(0.0, MONTHS[:36], ["exports", "imports"])
    title, reading = by_calendar(flipped)
    assert title == "First changes had the wrong sign in no month"
    assert reading == "By calendar month, exports never flipped; imports never flipped. Each has three years at most."


def test_months_that_flipped_most_often_are_named():
    flipped = pd.DataFrame(0.0, MONTHS[2:38], ["exports", "imports"])  # March to February: four years, three of each
    flipped.iloc[[0, 12], 0] = 1
    title, reading = by_calendar(flipped)
    assert title == "First changes had the wrong sign most often in Mar, in exports"
    assert "exports flipped most often in Mar (67 percent); imports never flipped. Each has three years" in reading
    flipped.iloc[[1, 13], 1] = 1
    assert by_calendar(flipped)[0] == "First changes had the wrong sign in up to 67 percent of years"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (
            date(2025, 5, 6),
            "The sign flipped in none of four months with a direction whose first print is in the store by",
        ),
        (date(2024, 4, 4), "No month has a direction in a first print and in a later one by 2024-04-04."),
    ],
)
def test_the_first_change_of_february_2022_had_no_direction(day, expected):
    """It was printed as 0.0, and counts as flat in the tests of revisions, too."""
    record, chosen = Readings(), SimpleNamespace(day=day)
    turned = names_after(STEM, "def turned")["turned"]
    names = {"store": store, "chosen": chosen, "record": record, "say": say, "turned": turned, "figures": figures}
    names_after(STEM, "triangle = store", "int(headline", "flips = f", **names)
    assert record[0].startswith(expected)

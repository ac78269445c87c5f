"""The shape that exhibits share: what a stub says, and the rules of title, header, calendar and foot."""

from __future__ import annotations

from math import isnan

import pandas as pd
import pytest

from tradelib.errors import SourceError
from tradelib.sources.exhibit import Layout, read_exhibit
from tradelib.sources.grid import Grid
from tradelib.sources.stub import MONTHS, LastPrint, Month, Note, Span, Year, understand

LAYOUT = Layout(
    title=r"Exhibit \d+\. Trade",
    units=(r"in millions", r"\b(?<!not[ -])seasonally adjusted"),
    header=(("", (("Total", "total"),)), ("Parts", (("Goods", "goods"), ("Services", "services")))),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1992", Year(1992)), ("2024", Year(2024)), ("1799", None), ("2100", None), ("20245", None),
        ("January", Month(1, "")), ("january", Month(1, "")), ("April(R)", Month(4, "(R)")), ("\u0661992", None),
        ("Augu\u017ft", None), ("Jan", None), ("January 2024", None), ("January (R) (R)", None),
        ("Jan. - Dec.", Span(12, "")), ("Jan.- Dec. (R)", Span(12, "(R)")), ("Jan.-Dec.", Span(12, "")),
        ("Jan. - May", Span(5, "")), ("Jan. - Sept.", Span(9, "")), ("Jan. -", Span(1, "")),
        ("Jan. - (R)", Span(1, "(R)")),
        ("Jan. - June", Span(6, "")), ("Jan. - Ju", None), ("Jan. - Fob.", None), ("Feb. - Dec.", None),
        ("April data as published last month:", LastPrint(4)), ("april data as published last month", LastPrint(4)),
        ("(1) Data are", Note()), ("(-) Represents", Note()), ("NOTE: For", Note()), ("Source: U.S.", Note()),
        ("Notes on", None), ("www.census.gov", None), ("", None),
    ],
)  # fmt: skip
def test_what_a_stub_says(text, expected):
    assert understand(text) == expected


def year(number, *, months, span=None, base=100.0):
    """Return the rows of a year in which each month has the same parts."""
    values = [[10 * base + 1, 8 * base, 2 * base + 1]] * months + [[]] * (12 - months)
    rows = [[str(number)]] + ([[span, *(months * value for value in values[0])]] if span else [])
    return rows + [[name, *row] for name, row in zip(MONTHS, values, strict=True)]


def grid(*parts, head=None, foot=None, sheet="1"):
    top = [
        [], ["Part A: Seasonally Adjusted"], ["Exhibit 1. Trade"], ["In millions of dollars."],
        ["Period", "", "", "Parts"], ["", "Total", "Goods", "Services"],
    ]  # fmt: skip
    foot = [["(1) A note"], ["and its second line."]] if foot is None else foot
    return Grid("exh1.xlsx", [*(head or top), *(row for part in parts for row in part), *foot], sheet)


def refusal(found):
    with pytest.raises(SourceError) as caught:
        read_exhibit(found, LAYOUT)
    return str(caught.value)


OPEN = year(2024, months=2, span="Jan. - Feb.")


def test_open_year_is_read_until_its_newest_month():
    got = read_exhibit(grid(year(2023, months=12, span="Jan. - Dec."), OPEN), LAYOUT)
    assert got.months.index.equals(pd.period_range("2023-01", "2024-02", freq="M", name="period"))
    assert list(got.annual.index.get_level_values("last").astype(str)) == ["2023-12", "2024-02"]
    assert got.annual.iloc[-1].tolist() == [2002, 1600, 402]
    assert got.previous.empty
    assert list(got.previous) == ["total", "goods", "services"]


def test_two_lines_a_year_and_the_previous_print():
    old = year(2023, months=12, span="Jan. - Dec.")
    old.insert(2, ["Jan. - Feb. (R)", 2002.0, 1600.0, 402.0])
    foot = [["January data as published last month:"], ["", 7.0, 5.0, "(D)"], ["NOTE: none"]]
    got = read_exhibit(grid(old, OPEN, foot=foot), LAYOUT)
    lasts = got.annual.index.get_level_values("last")
    assert list(lasts.astype(str)) == ["2023-12", "2023-02", "2024-02"]
    assert list(got.previous.index.astype(str)) == ["2024-01"]
    assert got.previous.iloc[0, :2].tolist() == [7, 5]
    assert isnan(got.previous.iloc[0, 2])
    assert got.markers.astype(str).to_numpy().tolist() == [["2023-01", "2023-02", "", "(R)"]]
    assert got.places["previous"] == ("sheet '1', row 37",)


def test_previous_print_of_a_december_is_of_the_year_before():
    foot = [["December data as published last month:"], ["", 7.0, 5.0, 2.0], ["NOTE: none"]]
    rows = year(2023, months=12, span="Jan. - Dec."), year(2024, months=1, span="Jan. -")
    got = read_exhibit(grid(*rows, foot=foot), LAYOUT)
    assert list(got.previous.index.astype(str)) == ["2023-12"]


@pytest.mark.parametrize(
    ("foot", "message"),
    [
        ([["March data as published last month:"], ["", 7.0, 5.0, 2.0]], "expected the month before February 2024"),
        ([["January data as published last month:"], ["NOTE: none"]], "no figures in the row below"),
        ([["January data as published last month:"]], "no figures in the row below"),
        ([["January data as published last month:"], ["", 7.0]], "found an empty cell"),
        ([["January data as published last month:"], ["", 7.0, 5.0, 2.0]] * 2, "expected the year 2025 or a footnote"),
        ([["January data as published last month:"], ["", 7.0, 5.0, 2.0]], "the file is cut short"),
        ([["", 7.0, 5.0, 2.0]], "found figures; expected the year 2025 or a footnote"),
        ([], "found the end of the file; expected footnotes"),
    ],
)
def test_foot_that_is_not_whole_is_refused(foot, message):
    assert message in refusal(grid(OPEN, foot=foot))


def test_blank_month_in_the_middle_is_refused():
    rows = year(2024, months=4, span="Jan. - Apr.")
    rows[3] = ["February"]
    assert "sheet '1', cell B10: found no figures for February 2024" in refusal(grid(rows))


def test_year_without_its_line_is_refused():
    assert "found no line for January to December 2023" in refusal(grid(year(2023, months=12), OPEN))
    assert "found no line for January to February 2024" in refusal(grid(year(2024, months=2)))


def test_table_without_figures_is_refused():
    assert "found no month with figures" in refusal(grid([["2024"], *([name] for name in MONTHS)]))
    assert "found no month; expected a year" in refusal(grid())


def test_fraction_is_refused():
    rows = year(2024, months=1, span="Jan. -")
    rows[2][1] = 1000.5
    assert "cell B9: found 1000.5; expected a whole number" in refusal(grid(rows))


def test_month_of_zeros_is_refused():
    rows = year(2024, months=1, span="Jan. -")
    rows[3][1:] = [0.0, 0.0, 0.0]
    assert "cell B10: found zeros in every column; expected figures, or blank cells" in refusal(grid(rows))


def test_line_of_space_and_repeated_header_between_years_are_passed_over():
    page = [[], ["NOTE: continued"], *grid(foot=[]).rows]
    got = read_exhibit(grid(year(2023, months=12, span="Jan. - Dec."), page, OPEN), LAYOUT)
    assert len(got.months) == 14


@pytest.mark.parametrize(
    ("row", "cells", "message"),
    [
        (1, ["Part B: NOT Seasonally Adjusted"], "expected 'seasonally adjusted'"),
        (2, ["Exhibit 12. Trade in Goods"], "expected the title 'Exhibit .... Trade'"),
        (3, ["In billions of dollars."], "expected 'in millions'"),
        (4, ["Period", "", "Goods", "Parts"], "found the group head 'Goods Parts'; expected 'Parts'"),
        (4, ["Period", "Parts", "", ""], "found the group head ''; expected 'Parts'"),
        (4, ["", "", "", "Parts"], "found the stub head ''; expected 'Period'"),
        (5, ["", "Total", "Goods", "Residual"], "cell D6: found the column head 'Residual'; expected 'Services'"),
        (5, ["", "Total", "Goods", "Services", "More"], "cell E6: found a cell 'More' behind the table"),
    ],
)
def test_header_that_is_not_as_declared_is_refused(row, cells, message):
    head = grid(foot=[]).rows
    head[row] = cells
    assert message in refusal(grid(OPEN, head=head))


def test_file_that_ends_under_its_title_is_refused():
    assert "no header under the title" in refusal(Grid("a.txt", [["Exhibit 1. Trade"], ["In millions"]]))

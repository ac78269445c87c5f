"""The history table: exact values from whole files, a SourceError that says where from all others."""

from __future__ import annotations

import pickle
import re

import official
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from official import as_text, history_rows, plain_reading, workbook_rows, write_workbook

from tradelib.errors import SourceError
from tradelib.sources import Exhibit, read_history

TABLE = official.bundled()
TEXT = as_text(history_rows(TABLE))
RECENT = TABLE.since(2018)


def write(folder, content, name="exhibit_history.txt"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def as_table(exhibit: Exhibit) -> official.Table:
    months = {
        (p.year, p.month): list(row) for p, row in zip(exhibit.months.index, exhibit.months.to_numpy(), strict=True)
    }
    spans = zip(exhibit.annual.index, exhibit.annual.to_numpy(), strict=True)
    return official.Table(months, {(last.year, last.month): list(row) for (_, last), row in spans})


def refusal(folder, content, name="exhibit_history.txt") -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_history(write(folder, content, name))
    return caught.value


# Whole files


def test_text_in_the_official_layout_is_read_exactly(tmp_path):
    got = read_history(write(tmp_path, TEXT))
    assert as_table(got) == TABLE
    assert (got.months.shape, got.annual.shape) == ((386, 9), (33, 9))
    assert got.title == "U.S. International Trade in Goods and Services, 1992 - Present"
    assert got.statistical_month == pd.Period("2024-02", "M")
    assert got.months.index.equals(pd.period_range("1992-01", "2024-02", freq="M", name="period"))
    assert list(got.months) == list(got.annual) == [
        f"{flow}_{item}_bop_sa" for flow in ("balance", "exports", "imports") for item in ("total", "goods", "services")
    ]  # fmt: skip
    assert (len(got.markers), len(got.previous)) == (0, 0)
    assert (got.places["months"][0], got.places["annual"][-1]) == ("line 11", "line 507")


def test_workbook_in_the_official_layout_is_read_exactly(tmp_path):
    got = read_history(write_workbook(workbook_rows(TABLE), tmp_path / "history.xlsx"))
    assert as_table(got) == TABLE
    assert got.places["months"][0] == "sheet 'exhibit_history', row 7"


def test_official_text_is_the_file_that_these_tests_write(official_text):
    assert TEXT.encode() == official_text.read_bytes()


def test_official_text_equals_an_independent_reading(official_text):
    expected = plain_reading(official_text.read_text(encoding="ascii"))
    got = as_table(read_history(official_text))
    assert got == expected == TABLE
    assert (len(expected.months), len(expected.annual)) == (386, 33)


def test_official_workbook_agrees_with_the_cells(official_workbook):
    from openpyxl import load_workbook

    rows = load_workbook(official_workbook, data_only=True).active.iter_rows(max_col=10, values_only=True)
    expected = plain_reading("\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in rows))
    got = as_table(read_history(official_workbook))
    assert got == expected
    assert (len(got.months), len(got.annual)) == (372, 31)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(lambda text: text.replace("\n", "\r"), id="carriage returns"),
        pytest.param(lambda text: "\ufeff" + text, id="byte order mark"),
        pytest.param(lambda text: text + "\n\n\t\t\n", id="blank lines at the end"),
        pytest.param(lambda text: text.replace("\t\t\t\t\n", "\n"), id="no tabs after the last cell"),
        pytest.param(lambda text: text.replace("\n1995\t", "\n\n1995\t"), id="a blank line between years"),
        pytest.param(lambda text: re.sub(r"(?<=\d),(?=\d)", "", text), id="no thousands separators"),
        pytest.param(lambda text: text.replace("\t", " \t "), id="blanks around cells"),
        pytest.param(lambda text: text.replace("Goods (1)", "Goods  (1)"), id="double blanks in a head"),
        pytest.param(lambda text: text.replace("Jan. - Dec.", "Jan.-Dec."), id="no blanks in the span"),
        pytest.param(lambda text: text.replace("1995\t", "(1) A note.\nand more\n1995\t"), id="early footnote"),
        pytest.param(lambda text: text + "\nand a last line of prose", id="a longer footnote"),
    ],
)
def test_harmless_variations_are_read_exactly(tmp_path, change):
    changed = change(TEXT)
    assert changed != TEXT
    assert as_table(read_history(write(tmp_path, changed))) == TABLE


def test_markers_are_kept_beside_the_values(tmp_path):
    text = as_text(history_rows(RECENT)).replace("January\t-67,601", "January (R) \t-67,601")
    text = text.replace("Jan. - Feb.\t", "Jan. - Feb. (R)\t")
    got = read_history(write(tmp_path, text))
    assert as_table(got) == RECENT
    expected = [("2024-01", "2024-02", "", "(R)"), ("2024-01", "2024-01", "", "(R)")]
    assert list(got.markers.astype(str).itertuples(index=False, name=None)) == expected


def test_withheld_value_is_missing_and_marked(tmp_path):
    text = as_text(history_rows(RECENT)).replace("\t84,726\t", "\t(D)\t")
    got = read_history(write(tmp_path, text))
    assert got.months.isna().sum().sum() == 1
    assert pd.isna(got.months.loc["2023-11", "exports_services_bop_sa"])
    assert list(got.markers["marker"]) == ["(D)"]
    assert list(got.markers["series"]) == ["exports_services_bop_sa"]


parts = st.lists(st.tuples(*[st.integers(0, 999_999)] * 4).filter(any).map(list), min_size=1, max_size=40)


@given(first=st.integers(1900, 2080), parts=parts, pages=st.sets(st.integers(1900, 2085)))
def test_any_text_comes_back_as_written(tmp_path, first, parts, pages):
    table = official.made(first, parts)
    assert as_table(read_history(write(tmp_path, as_text(history_rows(table, tuple(pages)))))) == table


@settings(max_examples=settings().max_examples // 6)
@given(first=st.integers(1900, 2080), parts=parts)
def test_any_workbook_comes_back_as_written(tmp_path, first, parts):
    table = official.made(first, parts)
    assert as_table(read_history(write_workbook(workbook_rows(table), tmp_path / "history.xlsx"))) == table


# Files that are refused

LINES = TEXT.split("\n")
FEBRUARY_1993 = LINES.index(next(line for line in LINES if line.startswith("February\t-3,596")))


def with_line(at: int, *lines: str) -> str:
    """Return the text with one line (counted from 0) replaced by others."""
    return "\n".join([*LINES[:at], *lines, *LINES[at + 1 :]])


def in_february(old: str, new: str) -> str:
    assert LINES[FEBRUARY_1993].count(old) == 1
    return with_line(FEBRUARY_1993, LINES[FEBRUARY_1993].replace(old, new))


def without_column(column: int) -> str:
    rows = [line.split("\t") for line in LINES]
    return "\n".join("\t".join(cell for at, cell in enumerate(row) if at != column) for row in rows)


FEBRUARY = f"line {FEBRUARY_1993 + 1}"
REFUSED = {
    # what is wrong: (content, place, found, expected)
    "empty": ("", None, "an empty file", "an official table"),
    "blank": (" \n\n", None, "an empty file", "an official table"),
    "an HTML error page": ("<!DOCTYPE html>\n<html><title>404</title></html>", "line 1", "HTML", "an official table"),
    "a JSON error": ('{"error": "no such file"}', None, "without a tab", "tabs"),
    "a prose error": ("Service\tunavailable\n", "line 1, column 1", "'Service'", "title"),
    "UTF-16": (TEXT.encode("utf-16"), None, "UTF-16", "UTF-8"),
    "UTF-16 without its mark": (TEXT.encode("utf-16-le"), "line 2", "zero byte", "UTF-8"),
    "Latin-1": (TEXT.replace("Present", "Pr\xe9sent").encode("latin-1"), "line 3", "0xe9", "UTF-8"),
    "half a workbook": (b"PK\x03\x04" + TEXT.encode(), None, "damaged workbook", "Excel workbook"),
    "half an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, None, "damaged workbook", "Excel workbook"),
    "commas for tabs": (TEXT.replace(",", "").replace("\t", ","), None, "without a tab", "tabs"),
    "blanks for tabs": (TEXT.replace("\t", "    "), None, "without a tab", "tabs"),
    "semicolons in one line": (in_february("\t-9,167\t", ";-9,167;"), f"{FEBRUARY}, column 2", ";", "number"),
    "a line without tabs": (
        with_line(FEBRUARY_1993, LINES[FEBRUARY_1993].replace("\t", " ")), f"{FEBRUARY}, column 1", "February -3,596",
        "February 1993",
    ),
    "quotes around cells": (TEXT.replace("-67,601", '"-67,601"'), "line 508, column 2", '"-67,601"', "number"),
    "another exhibit": (
        TEXT.replace("U.S. International Trade in Goods and Services, 1992 - Present", "Exhibit 1. U.S. Trade"),
        "line 3, column 1", "Exhibit 1", "title",
    ),
    "not seasonally adjusted": (TEXT.replace(". Seasonally adj", ". Not seasonally adj"), "line 3", "Not seas", "seas"),
    "billions": (TEXT.replace("In millions", "In billions"), "line 3", "In billions", "in millions"),
    "billions on a later page": (
        TEXT[::-1].replace("snoillim"[::1], "snoillib", 1)[::-1], "line 458", "In billions", "in millions",
    ),
    "values in billions": (in_february("52,480", "52.48"), f"{FEBRUARY}, column 5", "52.48", "whole number"),
    "no units": (TEXT.replace(official.UNITS, ""), "line 3", "Present", "in millions"),
    "no header": ("\n".join(LINES[:6] + LINES[8:]), "line 8, column 2", "-39,212", "Balance"),
    "an unknown head": (TEXT.replace("Services\tTotal", "Travel\tTotal", 1), "line 8, column 4", "Travel", "Services"),
    "heads in another order": (
        TEXT.replace("Total\tGoods (1)", "Goods (1)\tTotal", 1), "line 8, column 2", "Goods (1)", "Total",
    ),
    "groups in another order": (
        TEXT.replace("Exports\t\t\tImports", "Imports\t\t\tExports", 1), "line 7, column 5", "Imports", "Exports",
    ),
    "no stub head": (TEXT.replace("Period\t", "\t", 1), "line 8, column 1", "''", "Period"),
    "no first column": (without_column(1), "line 7, column 2", "", "Balance"),
    "no column in the middle": (without_column(5), "line 7, column 5", "Imports", "Exports"),
    "no last column": (without_column(9), "line 8, column 10", "''", "Services"),
    "a further column": (TEXT.replace("9,827\n", "9,827\t5\n"), "line 11", "'5'", "10"),
    "a head too many": (TEXT.replace("Services\n1992", "Services\tAll\n1992"), "line 8, column 11", "'All'", "10 col"),
    "letters in a number": (in_february("-3,596", "-3,S96"), f"{FEBRUARY}, column 2", "-3,S96", "number"),
    "a wrong group of digits": (in_february("52,480", "52,48"), f"{FEBRUARY}, column 5", "52,48", "number"),
    "digits of another script": (in_february("52,480", "٥٢٤٨٠"), f"{FEBRUARY}, column 5", "٥٢٤٨٠", "number"),
    "scientific notation": (in_february("52,480", "5.248e4"), f"{FEBRUARY}, column 5", "5.248e4", "number"),
    "nan": (in_february("52,480", "nan"), f"{FEBRUARY}, column 5", "'nan'", "number"),
    "an empty cell": (in_february("52,480", ""), f"{FEBRUARY}, column 5", "an empty cell", "number"),
    "a short line": (in_february("\t46,169\t9,907", ""), f"{FEBRUARY}, column 9", "an empty cell", "number"),
    "a cell too few": (in_february("\t52,480", ""), f"{FEBRUARY}, column 10", "an empty cell", "number"),
    "a cell too many": (in_february("52,480", "52,480\t7"), f"{FEBRUARY}, column 11", "'9,907'", "10 columns"),
    "an empty month": (with_line(FEBRUARY_1993, "February" + "\t" * 9), FEBRUARY, "February 1993", "figures"),
    "a missing month": (with_line(FEBRUARY_1993), f"{FEBRUARY}, column 1", "March", "February 1993"),
    "a month twice": (
        with_line(FEBRUARY_1993, LINES[FEBRUARY_1993], LINES[FEBRUARY_1993]), f"line {FEBRUARY_1993 + 2}", "February",
        "March 1993",
    ),
    "a misspelt month": (in_february("February", "Febuary"), f"{FEBRUARY}, column 1", "Febuary", "February 1993"),
    "a month without its name": (in_february("February", ""), f"{FEBRUARY}, column 1", "figures", "February"),
    "a month with a long s": (TEXT.replace("August", "Augu\u017ft", 1), "line 18", "Augu", "August 1992"),
    "a missing year": (TEXT.replace("\n1994" + "\t" * 9, ""), "line 37", "Jan. - Dec.", "the year 1994"),
    "a year twice": (TEXT.replace("\n1994\t", "\n1993\t"), "line 37, column 1", "1993", "the year 1994"),
    "a year too far": (TEXT.replace("\n1994\t", "\n1995\t"), "line 37, column 1", "1995", "the year 1994"),
    "figures beside a year": (TEXT.replace("\n1994\t", "\n1994\t5"), "line 37, column 1", "1994", "the year 1994"),
    "figures beside a footnote": (TEXT + "\t5", "line 522, column 1", "with figures", "the year 2025"),
    "a year lost with its page": ("\n".join(LINES[64:]), "line 10, column 1", "January 1996", "as the title says"),
    "no annual line": (with_line(9), "line 21, column 1", "no line for January to December 1992", "between"),
    "an annual line twice": (with_line(9, LINES[9], LINES[9]), "line 11, column 1", "Jan. - Dec.", "January 1992"),
    "an annual line without figures": (with_line(9, "Jan. - Dec."), "line 10", "no figures", "figures"),
    "an annual line below its months": (
        with_line(9).replace("\n1993", f"\n{LINES[9]}\n1993"), "line 22, column 1", "Jan. - Dec.", "the year 1993",
    ),
    "a line to an unknown month": (TEXT.replace("Jan. - Feb.", "Jan. - Fob."), "line 507", "Fob", "annual line"),
    "a line to a month that is still to come": (
        with_line(506, LINES[506], LINES[506].replace("Feb.", "Mar.")), "line 508", "2024-01 to 2024-03", "all months",
    ),
    "a line to another month": (
        TEXT.replace("Jan. - Feb.", "Jan. - Mar."), "line 509", "no line for January to February 2024", "one",
    ),
    "cut after a month": ("\n".join(LINES[:400]), "line 400", "end of the file", "cut short"),
    "cut at the end of a page": ("\n".join(LINES[:64]), "line 64", "end of the file", "cut short"),
    "cut before the footnotes": ("\n".join(LINES[:519]), "line 519", "end of the file", "cut short"),
    "footnotes in place of months": (
        "\n".join(LINES[:512] + LINES[519:]), "line 512, column 1", "May 2024 as last row", "June 2024",
    ),
    "words behind the table": (with_line(519, "LINES LOST"), "line 520", "LINES LOST", "footnote"),
    "another table behind it": (TEXT + "\nTourism\t5", "line 523, column 1", "'Tourism' with figures", "footnote"),
    "a wrong balance": (
        in_february("-9,167", "-9,169"), f"{FEBRUARY} (1993-02)", "-3,596 against -3,598", "balance_goods_bop_sa",
    ),
    "a wrong sum": (in_february("15,478", "15,481"), FEBRUARY, "5,571 against 5,574", "exports_services_bop_sa"),
    "a wrong annual line": (
        TEXT.replace("439,631", "439,641", 1), "line 10 (1992-01 to 1992-12)", "-96,897 against", "within 5",
    ),
    "a lost minus": (in_february("-3,596", "3,596"), FEBRUARY, "3,596 against -3,596", "within 1"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusal_says_where_what_was_found_and_what_was_expected(tmp_path, case):
    content, place, found, expected = REFUSED[case]
    assert content != TEXT
    got = refusal(tmp_path, content)
    assert got.file == "exhibit_history.txt"
    assert (got.place is None) if place is None else re.match(re.escape(place) + r"\b|" + re.escape(place), got.place)
    assert found in got.found
    assert expected in got.expected
    assert str(got).startswith("exhibit_history.txt")


@pytest.mark.parametrize("name", ["nothing.txt", "", "zero\0byte.txt"])
def test_file_that_cannot_be_opened(tmp_path, name):
    with pytest.raises(SourceError, match="expected a readable file"):
        read_history(tmp_path / name)


def test_refusal_of_a_workbook_names_the_cell(tmp_path):
    rows = workbook_rows(TABLE)
    rows[7][4] = "51,6S2"
    with pytest.raises(SourceError) as caught:
        read_history(write_workbook(rows, tmp_path / "history.xlsx"))
    assert caught.value.place == "sheet 'exhibit_history', cell E8"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own bytes


def test_empty_workbook(tmp_path):
    with pytest.raises(SourceError, match="empty sheet"):
        read_history(write_workbook([], tmp_path / "history.xlsx"))


def test_exhibit_1_under_the_name_of_the_history_table(tmp_path, official_folder):
    content = (official_folder / "exh1_2022-02-08.xlsx").read_bytes()
    got = refusal(tmp_path, content, "exhibit_history.xlsx")
    assert got.place == "sheet '1', cell A2"
    assert "Exhibit 1. U.S. International Trade" in got.found

"""A file as a grid of cells, each with the place where a person finds it."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given, strategies as st
from official import write_workbook

from tradelib.errors import SourceError
from tradelib.sources.grid import Grid, read_grid


def grid_of(*cells, sheet=None):
    return Grid("a.txt", [list(cells)], sheet)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0", 0), ("7", 7), ("-831", -831), ("1,234", 1234), ("-1,183,010", -1183010), ("1234567", 1234567),
        ("2.5", 2.5), ("1,234.5", 1234.5), (12.0, 12), (-0.5, -0.5),
    ],
)  # fmt: skip
def test_number(cell, expected):
    assert grid_of(cell).number(0, 0) == (expected, "")
    assert grid_of(cell).numbers(0, 0, 1) == ([expected], {})


@pytest.mark.parametrize("cell", ["(D)", "(NA)", "(X)", "(-)", "(Z)", "(R)", "(1)", "(12)", "-", "n.a.", "...", "(*)"])
def test_marker_is_a_missing_value_with_its_marker(cell):
    value, got = grid_of(cell).number(0, 0)
    assert isnan(value)
    assert got == cell
    values, markers = grid_of("5", cell, "7").numbers(0, 0, 3)
    assert (values[0], isnan(values[1]), values[2], markers) == (5, True, 7, {1: cell})


@pytest.mark.parametrize(
    "cell",
    [
        "1,23", "12,34", "1,2345", ",123", "1,", "1.", ".5", "+5", "--5", "- 5", "5-", "1 234", "1\u00a0234", "1_000",
        "1e5", "nan", "inf", "0x10", "5%", "$5", "\u0665", "\uff15", "\u22125", "(831)", "(r)", "( D)", "abc", '"5"',
        float("inf"), float("nan"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_its_cell(cell):
    with pytest.raises(SourceError) as caught:
        grid_of("label", cell, sheet="1").number(0, 1)
    assert caught.value.place == "sheet '1', cell B1"
    assert caught.value.found == repr(cell)
    with pytest.raises(SourceError):
        grid_of("label", cell).numbers(0, 1, 2)


def test_blank_is_a_missing_value_but_no_number_of_a_row():
    value, marker = grid_of("label").number(0, 5)
    assert isnan(value)
    assert marker == ""
    with pytest.raises(SourceError, match=r"line 1, column 3: found an empty cell"):
        grid_of("label", "5").numbers(0, 1, 3)


@given(st.integers(-(10**12), 10**12))
def test_any_whole_number_is_read_with_and_without_commas(number):
    assert grid_of(f"{number:,}").number(0, 0) == (number, "")
    assert grid_of(f"{number}").number(0, 0) == (number, "")


@given(st.text(max_size=8))
def test_no_text_is_read_as_a_number_that_it_is_not(text):
    try:
        value, marker = grid_of(text).number(0, 0)
    except SourceError:
        return
    if isnan(value):
        assert marker == text
    else:
        assert set(text) <= set("0123456789-,.")
        assert value == float(text.replace(",", ""))


@pytest.mark.parametrize(
    ("column", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_place_in_a_workbook_is_the_name_of_the_cell(column, expected):
    assert grid_of(sheet="S").place(11, column) == f"sheet 'S', cell {expected}12"
    assert grid_of(sheet="S").place(11) == "sheet 'S', row 12"


def test_place_in_a_text_counts_from_one():
    assert grid_of().place(11, 2) == "line 12, column 3"
    assert grid_of().place(11) == "line 12"


def test_text_and_workbook_give_the_same_cells(tmp_path):
    rows = [["Title"], [], ["", "Heads ", "Goods  (1)"], ["1992"], ["January", -831, 5]]
    text = tmp_path / "a.txt"
    text.write_text("\n".join("\t".join(map(str, row)) for row in rows) + "\t\t \n", encoding="utf-8")
    one, two = read_grid(text), read_grid(write_workbook(rows, tmp_path / "a.xlsx"))
    assert [len(row) for row in one.rows] == [1, 0, 3, 1, 3, 0]
    assert [len(row) for row in two.rows] == [1, 0, 3, 1, 3]
    for at, row in enumerate(two.rows):
        assert [one.text(at, column) for column in range(3)] == [two.text(at, column) for column in range(3)]
        assert one.is_blank(at) == two.is_blank(at) == (not row)
    assert (one.text(2, 2), two.numbers(4, 1, 3)) == ("Goods (1)", ([-831, 5], {}))
    assert (one.sheet, two.sheet) == (None, "exhibit_history")


def test_year_and_truth_value_in_a_workbook_are_text(tmp_path):
    got = read_grid(write_workbook([[2022, True, 2.5]], tmp_path / "a.xlsx"))
    assert [got.text(0, column) for column in range(3)] == ["2022", "True", "2.5"]


def test_content_tells_what_a_file_is_not_its_name(tmp_path):
    book = write_workbook([["x", 1]], tmp_path / "a.xlsx").rename(tmp_path / "a.txt")
    assert read_grid(book).rows == [["x", 1.0]]


def test_old_workbook(official_folder):
    got = read_grid(official_folder / "realexp_2021-07.xls")
    assert got.text(1) == "Real Exports of Goods by Principal End-Use Category"
    assert got.text(7) == "1994"
    assert got.numbers(8, 1, 3) == ([646203, 92305], {})


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system_and_nowhere_else(tmp_path, end):
    path = tmp_path / "a.txt"
    path.write_bytes(f"a\tb{end}c\x0bd\u2028e\tf{end}".encode())
    assert read_grid(path).rows == [["a", "b"], ["c\x0bd\u2028e", "f"], []]

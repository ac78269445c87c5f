"""Whatever happens to a file on its way: the right figures, or the documented error, and nothing else."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

import layouts
import layouts_real
import official
import psutil
import pytest
from hypothesis import given, strategies as st
from mutations import MANY, NAMES, Rows, bytes_damaged, hold, mutate, mutations, text_damaged, whole
from workbooks import xls, xlsx

from tradelib.errors import SourceError
from tradelib.sources import read_any
from tradelib.sources.grid import read_sheets

if TYPE_CHECKING:
    from collections.abc import Callable


class Layout(NamedTuple):
    """A layout: its sheets, how they are written, and what a reader cannot know about them."""

    sheets: dict[str, Rows]
    write: Callable[[dict[str, Rows]], bytes]
    may_end: bool = False
    """Rows can end anywhere: a text cut at a line end is a shorter table."""
    free_heads: bool = False
    """Nothing but its place tells a column."""


def numbers(rows) -> Rows:
    return [[float(cell) if isinstance(cell, int) else cell for cell in row] for row in rows]


def csv(sheets: dict[str, Rows]) -> bytes:
    return layouts.as_csv(*sheets.values()).encode()


def tabs(sheets: dict[str, Rows]) -> bytes:
    (rows,) = sheets.values()
    return "\n".join("\t".join(f"{c:,.0f}" if isinstance(c, float) else c for c in row) for row in rows).encode()


def json(sheets: dict[str, Rows]) -> bytes:
    return layouts.as_json(*sheets.values()).encode()


RECENT = official.bundled().since(2022)
EXHIBIT1 = numbers(official.exhibit1_rows(RECENT, RECENT.months[2023, 12], revised=((2024, 1), (2023, 12))))
LAYOUTS = {
    "history workbook": Layout({"exhibit_history": numbers(official.workbook_rows(RECENT))}, xlsx),
    "exhibit 1": Layout({"1": EXHIBIT1}, xlsx),
    "exhibit 1 as text": Layout({"1": EXHIBIT1}, tabs),
    "exhibit 10": Layout({"10": layouts_real.exhibit()}, xlsx),
    "exhibit 11": Layout({"11": layouts_real.petroleum()}, xlsx),
    "exhibit 12": Layout({"12": layouts.exhibit12()}, xlsx),
    "plain exhibit": Layout({"3": layouts.plain_exhibit()}, xlsx, free_heads=True),
    "realexp.xlsx": Layout({"realexp": layouts_real.long_series()}, xlsx),
    "realexp.xls": Layout({"realexp": layouts_real.long_series()}, xls),
    "realimp.xlsx": Layout({"realimp": layouts_real.long_series("Imports", 24)}, xlsx),
    "realimp.xls": Layout({"realimp": layouts_real.long_series("Imports", 14)}, xls),
    "country": Layout({"country": layouts.country()}, xlsx, may_end=True),
    "bea series": Layout(layouts.bea_series(), xlsx),
    "bea geo": Layout(layouts.bea_geo(), xlsx),
    "fred": Layout({"fred": layouts.fred()}, csv, may_end=True),
    "bls": Layout({"bls": layouts.bls()}, csv, may_end=True),
    "bls newest first": Layout({"bls": layouts.bls(newest_first=True)}, csv, may_end=True),
    "census api": Layout({"census": layouts.census_api()}, json, may_end=True),
}
WORKBOOKS = [name for name, layout in LAYOUTS.items() if layout.write in (xls, xlsx)]
TEXTS = [name for name, layout in LAYOUTS.items() if layout.write in (csv, tabs)]
ANSWERS = {"bls answer": layouts.as_json(layouts.bls_answer()), "census api": layouts.as_json(layouts.census_api())}
OLD_WITHIN = 5
"""Millions: an old workbook has no checksum; by so much its accounts let a figure differ."""


@pytest.fixture
def little_memory():
    """Allow this process two gigabytes more than it has, whatever a file asks for."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + 2_000_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def written(path, content):
    path.write_bytes(content)
    return whole(path)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_changed_table_has_right_figures_or_is_refused(name, tmp_path):
    layout = LAYOUTS[name]
    told = written(tmp_path / "whole", layout.write(layout.sheets))
    tables = st.sampled_from(list(layout.sheets))

    @MANY
    @given(tables.flatmap(lambda sheet: st.tuples(st.just(sheet), mutations(len(layout.sheets[sheet])))),
           st.sampled_from(NAMES))  # fmt: skip
    def holds(drawn, called):
        sheet, mutation = drawn
        if mutation.what == "columns" and layout.free_heads:
            return
        rows = layout.sheets[sheet]
        lost = {"drop": max(map(len, rows)), "cut": len(told[False]) if layout.may_end else 0}
        path = tmp_path / called
        path.write_bytes(layout.write(layout.sheets | {sheet: mutate(rows, mutation)}))
        hold(path, told, mutation, loses=lost.get(mutation.what, 0))

    holds()


@pytest.mark.parametrize("name", WORKBOOKS)
@pytest.mark.usefixtures("little_memory")
def test_a_workbook_with_changed_bytes_has_right_figures_or_is_refused(name, tmp_path):
    layout = LAYOUTS[name]
    old = layout.write is xls
    # Today's kind as a library writes it: compressed, texts shared.
    raw = xls(layout.sheets) if old else layouts.write_sheets(layout.sheets, tmp_path / "written").read_bytes()
    told = written(tmp_path / "whole", raw)

    @given(st.data(), st.sampled_from(NAMES))
    def holds(data, called):
        path = tmp_path / called
        path.write_bytes(bytes_damaged(raw, data.draw))
        hold(path, told, within=OLD_WITHIN if old else 0)

    holds()


@pytest.mark.parametrize("name", TEXTS)
def test_a_changed_text_has_right_figures_or_is_refused(name, tmp_path):
    layout = LAYOUTS[name]
    raw = layout.write(layout.sheets)
    told = written(tmp_path / "whole", raw)

    @given(st.data(), st.sampled_from(NAMES))
    def holds(data, called):
        path = tmp_path / called
        path.write_bytes(text_damaged(raw.decode(), data.draw))
        hold(path, told, loses=len(told[False]) if layout.may_end else 0)

    holds()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_changed_answer_has_right_figures_or_is_refused(name, tmp_path):
    text = ANSWERS[name]
    told = written(tmp_path / "whole", text.encode())

    @MANY
    @given(st.data(), st.sampled_from(NAMES))
    def holds(data, called):
        path = tmp_path / called
        path.write_bytes(text_damaged(text, data.draw))
        hold(path, told)

    holds()


@st.composite
def entries_changed(draw):
    """Draw an answer of the BLS API to which something happened, and how many figures it can lack."""
    answer = copy.deepcopy(layouts.bls_answer())
    series = answer["Results"]["series"]
    entries = series[0]["data"]
    count = len(entries)
    at, to = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
    key = draw(st.sampled_from(list(entries[at])))
    what = draw(st.sampled_from(["move", "double", "drop", "swap", "cut", "series", "top", "list", *ENTRY]))
    if what in ENTRY:
        ENTRY[what](entries[at], key, draw(st.sampled_from(["x", " 1", "1O", ",1", "٣", "", "[]", " ", None])))
        return layouts.as_json(answer), 0
    match what:
        case "move":
            entries.insert(to, entries.pop(at))
        case "double":
            entries.insert(to, dict(entries[at]))
        case "drop":
            entries.pop(at)
        case "swap":
            entries[at], entries[to] = entries[to], entries[at]
        case "cut":
            del entries[at + 1 :]
        case "list":
            entries[at] = list(entries[at].values())
        case "series":
            series.insert(0, {"seriesID": draw(st.sampled_from(["EIUIR", "EIUXX", ""])), "data": []})
        case "top":
            one = draw(st.sampled_from(list(answer)))
            answer[f"{one}s"] = answer.pop(one)
    return layouts.as_json(answer), {"drop": 1, "cut": count}.get(what, 0)


ENTRY = {
    "letter": lambda entry, key, mark: entry.update({key: f"{entry[key]}{mark}"}),
    "other": lambda entry, key, mark: entry.update({key: mark}),
    "rename": lambda entry, key, mark: entry.update({f"{key}{mark}": entry.pop(key)}),
    "extra": lambda entry, _, mark: entry.update({f"index{mark}": "7"}),
    "zero": lambda entry, *_: entry.update(value="0.0"),
}
"""What can happen to one entry of an answer."""


def test_a_bls_answer_with_changed_entries_has_right_figures_or_is_refused(tmp_path):
    told = written(tmp_path / "whole", ANSWERS["bls answer"].encode())

    @MANY
    @given(entries_changed())
    def holds(drawn):
        text, loses = drawn
        path = tmp_path / "answer.json"
        path.write_text(text)
        hold(path, told, loses=loses)

    holds()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_cut_anywhere_is_refused(name, tmp_path):
    text, path = ANSWERS[name], tmp_path / "answer"

    @MANY
    @given(st.integers(0, len(text) - 1))
    def holds(at):
        path.write_text(text[:at])
        with pytest.raises(SourceError):
            read_any(path)

    holds()


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_workbooks_of_these_tests_are_those_of_a_library(name, tmp_path):
    sheets = LAYOUTS[name].sheets
    expected = read_sheets("book", layouts.write_sheets(sheets, tmp_path / "book.xlsx").read_bytes())
    for write in (xls, xlsx):
        got = read_sheets("book", write(sheets))
        assert [grid.sheet for grid in got] == [grid.sheet for grid in expected]
        for one, other in zip(got, expected, strict=True):
            assert [[pytest.approx(c) if isinstance(c, float) else c for c in row] for row in one.rows] == other.rows


@given(st.integers(0, 11))
def test_trailing_zeros_are_missing_in_the_last_year_only(tmp_path, count):
    """A country workbook whose last year has so many months keeps them and invents none."""
    rows = layouts.country()
    for row in rows[1:]:
        if row[0] == "2023":
            for start in (3, 16):
                full = [100.0 if row[1] in ("1220", "2010", "5700") else 300.0] * (count + 1)
                row[start : start + 13] = [*full, *[0.0] * (11 - count), sum(full)]
    path = tmp_path / "country.xlsx"
    path.write_bytes(xlsx({"country": rows}))
    facts = read_any(path)
    monthly = facts.values[(facts.values["frequency"] == "monthly") & (facts.values["last"] >= "2023-01")]
    assert facts.statistical_month.month == count + 1
    assert monthly["value"].notna().sum() == 5 * 2 * (count + 1)
    assert len(monthly) == 5 * 2 * 12

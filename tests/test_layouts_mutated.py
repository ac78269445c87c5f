"""Whatever happens to a file on its way: the right figures, or the documented error, and nothing else."""

from __future__ import annotations

import layouts
import pytest
from hypothesis import given, settings, strategies as st

from tradelib.errors import SourceError
from tradelib.sources import bea, bls, census_api, country, exhibit12, fred, plain_exhibit, read_any
from tradelib.sources.grid import Grid
from tradelib.sources.recognise import facts_of
from tradelib.sources.tidy import Facts

MANY = settings(max_examples=max(200, settings.default.max_examples))
KEYS = ["table", "frequency", "first", "last", "flow", "item", "partner", "basis", "adjustment", "price_basis", "unit"]


def grid_of(rows, sheet="1"):
    """Return rows as the reader of workbooks returns them."""
    made = []
    for row in rows:
        cells = [float(cell) if isinstance(cell, (int, float)) else cell.strip() for cell in row]
        while cells and cells[-1] == "":
            cells.pop()
        made.append(cells)
    return Grid("file.xlsx", made, sheet)


def text_reader(read, tmp_path):
    def reader(rows):
        path = tmp_path / "download"
        path.write_text(layouts.as_csv(rows), encoding="utf-8")
        return read(path)

    return reader


def answer_reader(read, tmp_path):
    def reader(answer):
        path = tmp_path / "download"
        path.write_text(layouts.as_json(answer), encoding="utf-8")
        return read(path)

    return reader


def country_rows(rows):
    padded = [[float(c) if isinstance(c, (int, float)) else c for c in row] for row in rows]
    width = max(map(len, padded))
    return country.country_of("country.xlsx", [row + [""] * (width - len(row)) for row in padded])


def plain(rows):
    (exhibit, quantities), *_ = plain_exhibit.plain_exhibit_of(grid_of(rows))
    facts = facts_of.__globals__["_tidy"](exhibit, quantities)
    return Facts("file", "exhibit", exhibit.title, facts[0])


LAYOUTS = {
    "fred": (layouts.fred, lambda tmp: text_reader(fred.read_fred, tmp)),
    "bls": (layouts.bls, lambda tmp: text_reader(bls.read_bls, tmp)),
    "bls newest first": (lambda: layouts.bls(newest_first=True), lambda tmp: text_reader(bls.read_bls, tmp)),
    "census api": (layouts.census_api, lambda tmp: answer_reader(census_api.read_census_api, tmp)),
    "country": (layouts.country, lambda _: country_rows),
    "exhibit 12": (
        layouts.exhibit12,
        lambda _: lambda rows: facts_of([exhibit12.exhibit12_of(grid_of(rows, "12"))], "Exhibit 12"),
    ),
    "plain exhibit": (layouts.plain_exhibit, lambda _: plain),
}
MARKS = ["x", "(?)", " 1", "1O", "1,23", "٣", "--", "#REF!"]


@st.composite
def mutations(draw, count: int):
    """Draw what happens to a table of so many rows: what, where, and how."""
    what = draw(st.sampled_from(["move", "double", "drop", "letter", "blank", "rename", "extra", "cut", "swap"]))
    places = st.integers(0, count - 1)
    return what, draw(places), draw(places), draw(st.integers(0, 30)), draw(st.sampled_from(MARKS))


def mutate(rows, mutation):
    """Return the table after it happened."""
    what, at, to, column, mark = mutation
    rows = [list(row) for row in rows]
    row = rows[at]
    column = column % max(len(row), 1)
    if what == "move":
        rows.insert(to, rows.pop(at))
    elif what == "double":
        rows.insert(at, list(row))
    elif what == "drop":
        rows.pop(at)
    elif what == "cut":
        rows = rows[: at + 1]
    elif what == "swap":
        rows[at], rows[to] = rows[to], rows[at]
    elif what == "extra":
        row.append("7")
    elif row and what == "letter":
        row[column] = f"{row[column]}{mark}"
    elif row and what == "rename":
        row[column] = f"{row[column]} (new)" if isinstance(row[column], str) else f"{mark}?"
    elif row:
        row[column] = ""
    return rows


def figures(facts: Facts) -> dict[tuple, tuple]:
    """Return value and marker by all that makes the quantity; by period and place where heads are free text."""
    values = facts.values
    if facts.layout == "exhibit":
        values = values.assign(place=values.groupby(KEYS[1:4], observed=True).cumcount())[
            [*KEYS[1:4], "place", "value", "marker"]
        ]
        keys = values[[*KEYS[1:4], "place"]].astype(str).itertuples(index=False, name=None)
        return dict(zip(keys, zip(map(repr, values["value"].tolist()), values["marker"], strict=True), strict=True))
    keys = values[[*KEYS, *(["code"] if "code" in values else [])]].astype(str).itertuples(index=False, name=None)
    return dict(zip(keys, zip(map(repr, values["value"].tolist()), values["marker"], strict=True), strict=True))


def hold(read, whole, mutated, *, may_lack=False):
    """Every figure read is one that the whole file has; else the file is refused."""
    try:
        got = figures(read(mutated))
    except SourceError as error:
        assert "found" in str(error)  # noqa: PT017 - either outcome is right
        return
    for key, value in got.items():
        if value[0] == "nan" and value[1] == "" and key[0] in fred.CODES and may_lack:
            continue  # an empty cell of a FRED download is a missing value
        assert whole[key][0] == value[0], f"{key}: {value}, in the whole file {whole[key]}"


@pytest.mark.parametrize("name", LAYOUTS)
def test_right_figures_or_the_error(name, tmp_path):
    make, reader = LAYOUTS[name]
    rows, read = make(), reader(tmp_path)
    whole = figures(read(rows))

    @MANY
    @given(mutations(len(rows)))
    def holds(mutation):
        hold(read, whole, mutate(rows, mutation), may_lack=mutation[0] == "blank")

    holds()


@pytest.mark.parametrize("make", [layouts.bea_series, layouts.bea_geo])
def test_right_figures_or_the_error_in_a_workbook_of_many_sheets(make):
    sheets = make()

    def read(changed):
        return bea.read_bea_sheets("bea.xlsx", [grid_of(rows, name) for name, rows in changed.items()])

    whole = figures(read(sheets))
    tables = [name for name in sheets if name != "Readme"]

    @MANY
    @given(st.sampled_from(tables).flatmap(lambda name: st.tuples(st.just(name), mutations(len(sheets[name])))))
    def holds(drawn):
        name, mutation = drawn
        hold(read, whole, sheets | {name: mutate(sheets[name], mutation)})

    holds()


@pytest.mark.parametrize("make", [layouts.bls_answer, layouts.census_api])
def test_an_answer_cut_anywhere_is_refused(make, tmp_path):
    text = layouts.as_json(make())
    path = tmp_path / "answer"

    @MANY
    @given(st.integers(0, len(text) - 1))
    def holds(at):
        path.write_text(text[:at])
        with pytest.raises(SourceError):
            read_any(path)

    holds()


@pytest.mark.parametrize("name", ["fred", "bls"])
def test_a_text_cut_anywhere_has_right_figures_or_is_refused(name, tmp_path):
    make, _ = LAYOUTS[name]
    text, path = layouts.as_csv(make()), tmp_path / "download"
    path.write_text(text)
    whole = figures(read_any(path))

    @MANY
    @given(st.integers(0, len(text)), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp037"]))
    def holds(at, encoding):
        path.write_bytes(text[:at].encode(encoding))
        hold(lambda _: read_any(path), whole, None)

    holds()


@pytest.mark.parametrize("sheets", [{"12": layouts.exhibit12()}, {"country": layouts.country()}])
def test_a_workbook_with_changed_bytes_has_right_figures_or_is_refused(sheets, tmp_path):
    raw = layouts.write_sheets(sheets, tmp_path / "whole").read_bytes()
    whole = figures(read_any(tmp_path / "whole"))
    path = tmp_path / "book.xls"  # the wrong end of a name changes nothing

    @MANY
    @given(st.integers(0, len(raw) - 1), st.sampled_from(["cut", "flip", "zero"]))
    def holds(at, what):
        changed = {"cut": raw[:at], "zero": raw[:at] + bytes(min(64, len(raw) - at)) + raw[at + 64 :],
                   "flip": raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :]}[what]  # fmt: skip
        path.write_bytes(changed)
        hold(lambda _: read_any(path), whole, None)

    holds()


@given(st.integers(0, 11))
def test_trailing_zeros_are_missing_in_the_last_year_only(count):
    """A country workbook whose last year has so many months keeps them and invents none."""
    rows = layouts.country()
    for row in rows[1:]:
        if row[0] == "2023":
            for start in (3, 16):
                full = [100.0 if row[1] in ("1220", "2010", "5700") else 300.0] * (count + 1)
                row[start : start + 13] = [*full, *[0.0] * (11 - count), sum(full)]
    facts = country_rows(rows)
    monthly = facts.values[(facts.values["frequency"] == "monthly") & (facts.values["last"] >= "2023-01")]
    assert facts.statistical_month.month == count + 1
    assert monthly["value"].notna().sum() == 5 * 2 * (count + 1)
    assert len(monthly) == 5 * 2 * 12

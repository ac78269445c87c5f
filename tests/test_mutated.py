"""Damaged tables of every layout: what a damage may change unseen is listed, all else is refused with its place.

The tables are those of the store, cell by cell as the agencies published them.
"""

from __future__ import annotations

import dataclasses
import functools

import pytest
from hypothesis import given, settings, strategies as st

from tradelib.quantity.errors import SourceError
from tradelib.quantity.periods import parse
from tradelib.sources.identities import check
from tradelib.sources.reader import read_table
from tradelib.sources.rows import NUMBER, Grid
from tradelib.sources.series import FORM
from tradelib.store import release

WHOLE = {"2023-06-07", "2024-04-04", "2025-05-06"}
UNACCOUNTED = {
    "7", "8", "14", "14a", "15", "16a", "17a", "18", "19", "20", "20a", "20b", "1s", "2s", "2as", "4s", "4as",
}  # fmt: skip
"""Items and partners down: a figure of them may stand once and belong to no account."""

QUANTITIES = {"17"}
"""Barrels of all energy-related products stand in no sum but that over months, which the newest year does not have."""


@functools.cache
def tables():
    return [(day, table) for day in sorted(WHOLE) for table in release(day).tables() if table.layout.down != FORM]


NAMES = [f"{day} {name}" for day in sorted(WHOLE) for name in release(day).exhibits]
"""Tests are told apart by release and table."""


def table_of(name):
    day, exhibit = name.split()
    return next(table for own, table in tables() if (own, table.exhibit) == (day, exhibit))


def figures(table):
    """Return the addresses of all figures: grid, row, column."""
    start = {"pdf": 2}.get(table.grids[0].sheet, 1)
    return [
        (at, row, column)
        for at, grid in enumerate(table.grids)
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
        if column >= start
        and NUMBER.fullmatch(cell.strip())
        and sum(bool(c.strip()) for c in cells) > 2
        and len(cell.strip()) < 14
    ]


def damaged(table, at, change):
    """Return the grids of a table with one cell changed."""
    grids = [Grid(grid.file, grid.sheet, [list(row) for row in grid.rows]) for grid in table.grids]
    number, row, column = at
    grids[number].rows[row][column] = change(grids[number].rows[row][column].strip())
    return grids


def outcome(table, grids):
    """Return "refused", "same" (the cell is no figure of the table) or "silent"."""
    try:
        got = read_table(grids)
        check([dataclasses.replace(got, layout=table.layout)])
    except SourceError as error:
        return "refused" if error.file == table.grids[0].file else "another file"
    return "same" if got.facts.equals(table.facts) else "silent"


def thousandfold(text):
    return f"{float(text.replace(',', '')) * 1000:.12g}"


def opposite(text):
    return text.removeprefix("-") if text.startswith("-") else f"-{text}"


def marker(_):
    return "(D)"


def fraction(text):
    return f"{text}.5" if "." not in text else text


DAMAGES = {"thousandfold": thousandfold, "opposite": opposite, "marker": marker, "fraction": fraction}


def is_seen(table, damage):
    """Tell whether a damage must be seen: all in tables with accounts, markers and fractions where they cannot be."""
    if damage == "marker":
        return table.layout.complete
    if damage == "fraction":
        return table.layout.whole
    return table.layout.complete and table.exhibit not in UNACCOUNTED | QUANTITIES


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=settings.default.max_examples // 20)
@given(data=st.data())
def test_a_damaged_figure_is_refused_or_belongs_to_no_account(name, data):
    table = table_of(name)
    places = figures(table)
    at = data.draw(st.sampled_from(places))
    damage = data.draw(st.sampled_from(sorted(DAMAGES)))
    grids = damaged(table, at, DAMAGES[damage])
    cell = table.grids[at[0]].rows[at[1]][at[2]].strip()
    if grids[at[0]].rows[at[1]][at[2]] == cell or float(cell.replace(",", "")) == 0:
        return
    if is_seen(table, damage):
        assert outcome(table, grids) != "silent", (damage, table.grids[at[0]].place(at[1], at[2]), cell)


@pytest.mark.parametrize("name", [name for name in NAMES if table_of(name).layout.down == "time"])
@settings(max_examples=settings.default.max_examples // 20)
@given(data=st.data())
def test_a_month_left_out_between_others_or_given_twice_is_refused(name, data):
    table = table_of(name)
    pdf = table.grids[0].sheet == "pdf"
    rows = [
        (number, at)
        for number, grid in enumerate(table.grids)
        for at, row in enumerate(grid.rows)
        if len(row) > 3 + pdf and (span := parse(row[pdf])) and span.kind.startswith("month") and row[-1].strip()
    ]
    number, at = data.draw(st.sampled_from(rows[:-1]))
    old, twice = table.grids[number].rows, data.draw(st.booleans())
    new = old[: at + 1] + old[at:] if twice else old[:at] + old[at + 1 :]
    grids = [Grid(g.file, g.sheet, new if n == number else g.rows) for n, g in enumerate(table.grids)]
    assert outcome(table, grids) == "refused", old[at]

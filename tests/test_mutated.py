"""Damaged tables of every layout are refused with the place of the damage; what may go unnoticed is listed here.

The tables are those of the store, cell by cell as the agencies published them, in workbooks and in print. Long ones
are cut, because a row is read like its neighbours. Damage is done to the cells as read from the file.
"""

from __future__ import annotations

import functools
import os
from random import Random, SystemRandom

import layouts as layouts_made
import layouts_real
import pandas as pd
import pytest

from tradelib.quantity.errors import SourceError
from tradelib.quantity.periods import parse
from tradelib.sources.facts import FORM
from tradelib.sources.identities import check
from tradelib.sources.reader import read_table
from tradelib.sources.rows import NUMBER, Grid
from tradelib.sources.tables import layouts
from tradelib.store import release

pytestmark = [pytest.mark.slow]
WHOLE = ("2023-06-07", "2024-04-04", "2025-05-06")
UNACCOUNTED = {
    "7", "8", "14", "14a", "15", "16a", "17a", "18", "19", "20", "20a", "20b", "1s", "2s", "2as", "4s", "4as",
}  # fmt: skip
"""Tables with items or partners down the rows, where a figure may appear only once and belong to no account."""

QUANTITIES = {"17"}
"""Barrels of all energy-related products are in no sum except that over months, which the newest year does not have."""

LABELS, MANY = 6, 1000
"""Labels kept of each list; number of figures from which only two years of a table are kept."""

SEEDS = [SystemRandom().getrandbits(32) for _ in range(2000)] if os.environ.get("TRADELIB_NIGHTLY") else range(200)
"""Damages of each layout: always the same ones in ``make test``, many random ones in ``make nightly``."""

LAYOUTS = [layout.exhibit for layout in layouts()]
TIME = [layout.exhibit for layout in layouts() if layout.down == "time"]


@functools.cache
def tables():
    """Return tables by layout: those of the store and, for layouts that no stored release has, made-up ones."""
    made = layouts_made.bea_geo() | {
        flow: layouts_real.long_series(flow, first=2023) for flow in ("Exports", "Imports")
    }
    sheets = [Grid(f"{name}.xlsx", name, [[text(cell) for cell in row] for row in made[name]]) for name in made]
    stored = [table for day in WHOLE for table in release(day).tables() if table.layout.down != FORM]
    tables_of = {}
    for table in (*stored, *(read_table([grid]) for grid in sheets if grid.sheet != "Readme")):
        tables_of.setdefault(table.exhibit, []).append(cut(table))
    return tables_of


def text(cell):
    return f"{cell:.12g}" if isinstance(cell, float) else str(cell)


def has_figures(grid, row):
    return sum(bool(NUMBER.fullmatch(cell.strip())) for cell in row[1 + (grid.sheet == "pdf") :]) > 1


def cut(table):
    """Return a table cut to the first labels of its lists, or to its newest year or two; all rows are read alike."""
    since = table.month.year - (len(table.facts) > MANY)
    labels, year, grids = set(), since, []
    for grid in table.grids:
        rows = []
        for row in grid.rows:
            label = row[grid.sheet == "pdf"] if len(row) > (grid.sheet == "pdf") else ""
            if table.layout.down == "time":
                span = parse(label)
                year = span.year if span and span.year else year
                if year < since and (span or has_figures(grid, row)):
                    continue
            elif has_figures(grid, row) and label not in labels:
                if len(labels) == LABELS:
                    continue
                labels.add(label)
            rows.append(row)
        grids.append(Grid(grid.file, grid.sheet, rows))
    short = read_table(grids)
    check_accounts(short)
    return short


def check_accounts(table):
    """Check a table by the accounts within it."""
    check([table] if table.exhibit not in UNACCOUNTED else [])


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
    number, row, column = at
    grids = list(table.grids)
    rows = list(grids[number].rows)
    rows[row] = [*rows[row][:column], change(rows[row][column].strip()), *rows[row][column + 1 :]]
    grids[number] = Grid(grids[number].file, grids[number].sheet, rows)
    return grids


def outcome(name, number, grids, place=None):
    """Return "refused", "same" (the cell is no figure of the table), "alone" (only that one changed) or "silent"."""
    table = tables()[name][number]
    try:
        got = read_table(grids)
        check_accounts(got)
    except SourceError as error:
        return "refused" if error.file == table.grids[0].file else "another file"
    now, before = figures_read(got), undamaged(name, number)
    if now == before:
        return "same"
    others = [[figure for figure in read if figure[0] != place] for read in (now, before)]
    return "alone" if place and others[0] == others[1] else "silent"


def figures_read(table):
    """Return all columns of each figure of a table, its cell first; as text, so that missing values are equal."""
    columns = (texts(table.facts[name].array) for name in table.facts if name not in {"cell", "first", "last"})
    months = (table.facts[name].array.asi8.tolist() for name in ("first", "last"))
    return list(zip(table.facts["cell"].tolist(), *columns, *months, strict=True))


def texts(column):
    """Return a column as texts; of a categorical one the few categories are looked up by code, ten times as fast."""
    if isinstance(column, pd.Categorical):
        return [*map(column.categories.tolist().__getitem__, column.codes.tolist())]
    return [*map(str, column.tolist())]


@functools.cache
def undamaged(name, number):
    return figures_read(tables()[name][number])


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
    """Return whether a damage must be noticed: any in tables with accounts, markers and fractions if not allowed."""
    if damage == "marker":
        return table.layout.complete
    if damage == "fraction":
        return table.layout.whole
    return table.layout.complete and table.exhibit not in UNACCOUNTED | QUANTITIES


def test_every_layout_is_damaged():
    assert set(tables()) == set(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_damaged_figure_is_refused_or_belongs_to_no_account(name):
    for seed in SEEDS:
        must_see_a_damage(name, seed)


def must_see_a_damage(name, seed):
    random = Random(seed)  # noqa: S311 - no secret
    number = random.randrange(len(tables()[name]))
    table, at = tables()[name][number], random.choice(places(name, number))
    damage = random.choice(sorted(DAMAGES))
    grid = table.grids[at[0]]
    cell, place = grid.rows[at[1]][at[2]].strip(), grid.place(at[1], at[2])
    if DAMAGES[damage](cell) == cell or float(cell.replace(",", "")) == 0:
        return
    wanted = {"refused", "same"} if is_seen(table, damage) else {"refused", "same", "alone"}
    assert outcome(name, number, damaged(table, at, DAMAGES[damage]), place) in wanted, (seed, damage, place, cell)


@functools.cache
def places(name, number):
    return figures(tables()[name][number])


@pytest.mark.parametrize("name", TIME)
def test_a_month_left_out_between_others_or_given_twice_is_refused(name):
    for seed in SEEDS:
        must_refuse_other_months(name, seed)


def must_refuse_other_months(name, seed):
    random = Random(seed)  # noqa: S311 - no secret
    number = random.randrange(len(tables()[name]))
    table, (grid, at) = tables()[name][number], random.choice(months(name, number))
    old, twice = table.grids[grid].rows, random.random() < 0.5
    new = old[: at + 1] + old[at:] if twice else old[:at] + old[at + 1 :]
    grids = [Grid(g.file, g.sheet, new if n == grid else g.rows) for n, g in enumerate(table.grids)]
    assert outcome(name, number, grids) == "refused", (seed, old[at])


@functools.cache
def months(name, number):
    """Return the addresses of rows with the figures of a month or quarter, except the last one."""
    table = tables()[name][number]
    pdf = table.grids[0].sheet == "pdf"
    rows = [
        (grid_at, at)
        for grid_at, grid in enumerate(table.grids)
        for at, row in enumerate(grid.rows)
        if len(row) > 3 + pdf and (span := parse(row[pdf])) and span.kind in ("month", "quarter") and row[-1].strip()
    ]
    return rows[:-1]

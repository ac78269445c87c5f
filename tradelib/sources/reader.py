"""One reader for every official table: a layout says what title, columns, blocks and row labels mean.

The order of the columns is declared and the heads are only checked against it, for heads are displaced in some
workbooks and garbled in a PDF. A label in the stub is a period or an item; nothing else distinguishes tables with time
down from tables with items down.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.labels import partner_slug, partners, slug
from tradelib.quantity.periods import parse
from tradelib.sources.facts import Figures, Meaning, ordinal
from tradelib.sources.heads import NOTES, Heads
from tradelib.sources.tables import assign, labels, layout_of, letters, unknown, without_footnotes, words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from tradelib.sources.rows import Grid, Row
    from tradelib.sources.tables import Layout

_DEFAULTS: dict[str, str] = {part.name: str(part.default) for part in fields(Quantity) if part.name != "flow"}
_UNITS = {
    "quantity": "thousands of barrels",
    "quantity_per_day": "thousands of barrels a day",
    "unit_price": "dollars a barrel",
    "share": "percent",
    "rank": "rank",
}
_NUMBERS = re.compile(r"(?<![\w.])-?\d[\d,]*\.?\d*(?![\w.])")
_FOOT = re.compile(r"\d+ of")
_FLOWS = ("balance", "exports", "imports")
_STATES = re.compile(r"u\.?s\.? total|foreign trade zone", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """One official table as it was read.

    Attributes
    ----------
    layout : Layout
        What it was read by.
    title : str
        As printed.
    grids : tuple of Grid
        Its cells; several for the pages of a PDF.
    facts : pandas.DataFrame
        One row a published figure, with the columns ``FACT_COLUMNS``.
    notes : tuple of str
        What is worth saying of it: labels that no table of names has.
    released : datetime.date or None
        Day of release that its file names.
    """

    layout: Layout
    title: str
    grids: tuple[Grid, ...]
    facts: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()
    released: dt.date | None = None

    @property
    def exhibit(self) -> str:
        """Name of the table."""
        return self.layout.exhibit

    @property
    def month(self) -> pd.Period:
        """The newest month that it has a figure for."""
        return self.facts.loc[self.facts["value"].notna() & (self.facts["edition"] == "current"), "last"].max()


def read_table(grids: Sequence[Grid]) -> Table:
    """Return what the grids of one table say; several grids are the pages that it runs over.

    Raises
    ------
    SourceError
        No layout fits; a row, head, label or period is not as the layout says.
    """
    layout = layout_of(grids[0])
    if layout is None:
        raise unknown(grids[0])
    return _Reader(*layout, tuple(grids)).table()


class _Reader:
    """Reads one table row by row; what a block or a group says holds until the next one."""

    def __init__(self, layout: Layout, title: str, grids: tuple[Grid, ...]) -> None:
        self.layout, self.title, self.grids = layout, title, grids
        self.kind = layout.down
        self.fixed = dict(layout.constants)
        self.group = ""
        self.year: int | None = None
        self.previous: int | None = None
        self.notes: dict[str, None] = {}
        self.quantities: list[tuple[str, ...]] = []
        self.made: dict[tuple[tuple[str, str], ...], int] = {}
        self.rows: list[tuple[Row, Meaning, int]] = []
        self.places: list[str] = []
        self.seen: Counter[str] = Counter()
        self._read_top()
        self.heads = Heads(layout, title, grids)

    def table(self) -> Table:
        for grid in self.grids:
            before = len(self.rows)
            self._read_grid(grid)
            self.places += grid.places(row for row, *_ in self.rows[before:])
        if not self.rows:
            raise self.grids[0].error(None, "no row of figures", f"{self.heads.width} figures beside each label")
        figures = Figures(self.layout, self.grids[0], self.heads.columns, self.quantities, self.rows, self.places)
        return Table(self.layout, self.title, self.grids, figures.facts(), tuple(self.notes))

    # What stands above the figures

    def _read_top(self) -> None:
        for line in self.grids[0].lines():
            for pattern, meaning in words()["title"].items():
                if match := re.match(rf"[\[(]?{pattern}", line):
                    self.fixed |= assign(meaning.format(**match.groupdict()))
            if len(_NUMBERS.findall(line)) > 4:  # the first row of figures
                break
        self.fixed.setdefault("adjustment", "sa")

    def _read_grid(self, grid: Grid) -> None:
        started = False
        for row in grid.table():
            if started and NOTES.match(row.label) and not self.heads.is_row(row):
                if grid.sheet != "pdf":
                    break
                continue
            if self._open(row):
                continue
            if len(row.figures) == self.heads.width and (row.label or self.previous):
                started = True
                self._read_row(grid, row)
            elif started and row.figures:
                if grid.sheet == "pdf" and (
                    _FOOT.fullmatch(row.label) or self.heads.width > len(row.figures) + 2 or len(row.label) > 60
                ):
                    continue  # number of the page, footnote that ends with a figure, or head moved under the figures
                found = f"{len(row.figures)} figures beside {row.label!r}"
                raise grid.error(grid.place(row.at), found, f"{self.heads.width}")

    def _open(self, row: Row) -> bool:
        """Take a row without figures for what it opens: a block, a year, the line above the print of last month."""
        if self.layout.down == "technology" and letters(row.label).startswith("selectedcountries"):
            self.kind = "partner"
            return True
        alone = row.label if not row.figures else row.figures[0] if not row.label and len(row.figures) == 1 else ""
        if not alone:
            return False
        meaning = labels("blocks").get(letters(alone), "") if self.layout.blocks else ""
        if meaning.startswith(f"{self.layout.blocks}="):
            self.fixed |= assign(meaning)
            self.year = None
            return True
        if self.kind == "time":
            span = parse(alone)
            if span and span.kind == "year":
                self.year = span.year
            elif span and span.kind == "previous":
                self.previous = span.first
            return span is not None
        return True

    def _read_row(self, grid: Grid, row: Row) -> None:
        meaning = self._period(grid, row) if self.kind == "time" else Meaning(self._item(row))
        own = meaning.own
        if self.layout.repeats and grid.sheet == "pdf":
            # The lines that name the flow are moved under the figures: the list of partners stands once for each flow.
            partner = own["partner"]
            own = own | {"flow": _FLOWS[self.seen[partner]]}
            self.seen[partner] += 1
        self.rows.append((row, meaning, self._quantities(own)))

    def _quantities(self, own: dict[str, str]) -> int:
        """Return the number of the first column's quantity in a row; rows that mean the same share them."""
        key = (*self.fixed.items(), *own.items())
        if key not in self.made:
            self.made[key] = len(self.quantities)
            self.quantities += [self._quantity(column, own) for column in self.heads.columns]
        return self.made[key]

    def _quantity(self, column: dict[str, Any], own: dict[str, str]) -> tuple[str, ...]:
        given = _DEFAULTS | self.fixed | column | own
        given["unit"] = _UNITS.get(given["measure"].removeprefix("cif_value_"), given["unit"])
        return tuple(given[name] for name in QUANTITY_COLUMNS)

    def _period(self, grid: Grid, row: Row) -> Meaning:
        if self.previous and not row.label:
            newest = pd.Period(ordinal=max(meaning.last for _, meaning, _ in self.rows), freq="M")
            month, self.previous = self.previous, None
            year = newest.year - int(month > newest.month)
            return Meaning({}, ordinal(year, month), ordinal(year, month), edition="previous")
        span = parse(row.label)
        if span is None:
            raise grid.error(grid.place(row.at), repr(row.label), "a month, a year or a span of months")
        year = span.year or self.year
        if year is None:
            raise grid.error(grid.place(row.at), f"{row.label!r} under no year", "a line with the year above it")
        return Meaning({}, ordinal(year, span.first), ordinal(year, span.last), span.marker)

    def _item(self, row: Row) -> dict[str, Any]:
        label = without_footnotes(row.label)
        key = letters(label)
        if (fixed := labels("rows").get(key)) and self.layout.down != "naics":
            return assign(fixed)
        if self.kind == "partner":
            return self._partner(key, label)
        if self.kind == "state":
            whole = _STATES.fullmatch(label)
            where = "united_states" if not whole or "zone" in key else ""
            return {"partner": f"{where}/{slug(label)}"} if where else {"partner": "world"}
        if self.kind == "technology":
            if partner_slug(label) in partners():  # a PDF leaves out the line between groups and partners
                self.kind = "partner"
                return self._partner(key, label)
            return {} if key == "total" else {"item": f"{self.fixed['item']}/{slug(label)}"}
        return {"item": self._path(key, label)}

    def _partner(self, key: str, label: str) -> dict[str, Any]:
        if meaning := labels("partner").get(key):
            return assign(meaning)
        name = partner_slug(label)
        known = partners().get(name)
        if key == "other":
            return {"partner": f"{self.group}/other"}
        if known and known["kind"] == "area":
            self.group = name
        elif not known:
            near = get_close_matches(name, partners(), n=1, cutoff=0.8)
            hint = f"; the nearest is {near[0]}" if near else ""
            self.notes[f"{label!r} is a partner that no list has{hint}"] = None
        return {"partner": name}

    def _path(self, key: str, label: str) -> str:
        """Return the path of an item: a heading opens a group, any other label is part of the group that is open."""
        heading = labels(self.kind).get(key)
        if self.kind == "naics" and label.endswith(", Total"):
            heading = f"goods/naics/{slug(label.removesuffix(', Total'))}"
        elif self.kind == "naics" and heading is None and not self.group:
            heading = f"goods/naics/{slug(label)}"
        if self.kind == "sitc" and self.group == "goods/reexports":
            return f"{self.group}/{slug(label)}"
        if heading and heading != self.group:
            self.group = heading if heading.count("/") or self.kind == "commodity" else ""
            return heading
        return f"{self.group}/{slug(label)}"

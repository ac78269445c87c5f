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
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import FACT_COLUMNS, QUANTITY_COLUMNS, Quantity
from tradelib.quantity.labels import partner_slug, partners, slug
from tradelib.quantity.periods import parse
from tradelib.sources.calendar import Reading, check_calendar
from tradelib.sources.heads import NOTES, Heads, span_of
from tradelib.sources.rows import MARKER, REVISED, number
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
    found = layout_of(grids[0])
    if found is None:
        raise unknown(grids[0])
    return _Reader(*found, tuple(grids)).table()


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
        self.made: dict[tuple[Any, ...], range] = {}
        self.figures: list[Reading] = []
        self.seen: Counter[str] = Counter()
        self._read_top()
        self.heads = Heads(layout, title, grids)

    def table(self) -> Table:
        for grid in self.grids:
            self._read_grid(grid)
        if not self.figures:
            raise self.grids[0].error(None, "no row of figures", f"{self.heads.width} figures beside each label")
        facts = self._facts()
        return Table(self.layout, self.title, self.grids, facts, tuple(self.notes))

    # What stands above the figures

    def _read_top(self) -> None:
        for line in self.grids[0].lines():
            for pattern, meaning in words()["title"].items():
                if match := re.match(rf"[\[(]?{pattern}", line):
                    self.fixed |= assign(meaning.format(**match.groupdict()))
            if self._is_figures(line):
                break
        self.fixed.setdefault("adjustment", "sa")

    @staticmethod
    def _is_figures(line: str) -> bool:
        return len(re.findall(r"(?<![\w.])-?\d[\d,]*\.?\d*(?![\w.])", line)) > 4

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
                raise grid.error(row.place, f"{len(row.figures)} figures beside {row.label!r}", f"{self.heads.width}")

    def _open(self, row: Row) -> bool:
        """Take a row without figures for what it opens: a block, a year, the line above the print of last month."""
        if self.layout.down == "technology" and letters(row.label).startswith("selectedcountries"):
            self.kind = "partner"
            return True
        alone = row.label if not row.figures else row.figures[0].text if not row.label and len(row.figures) == 1 else ""
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
        meaning = self._period(grid, row) if self.kind == "time" else self._item(row)
        if self.layout.repeats and grid.sheet == "pdf":
            # The lines that name the flow are moved under the figures: the list of partners stands once for each flow.
            meaning["flow"] = _FLOWS[self.seen[meaning["partner"]]]
            self.seen[meaning["partner"]] += 1
        own_mark, edition = meaning.get("mark", ""), meaning.get("edition", "current")
        columns = zip(self.heads.columns, self._quantities(meaning), row.figures, strict=True)
        for column, quantity, value in columns:
            first, last = meaning.get("span") or column["span"]
            figure = number(value.text)
            if figure is None and not MARKER.fullmatch(value.text):
                raise grid.error(value.place, repr(value.text), "a figure, or a marker such as (-)")
            if figure is None and self.layout.complete and value.text != "(-)":
                raise grid.error(value.place, repr(value.text), "a figure: the agencies withhold none in this table")
            if figure is not None and self.layout.whole and not figure.is_integer():
                raise grid.error(value.place, value.text, "a whole number, as all figures of this table are")
            mark = own_mark
            if figure is None or value.revised:
                marks = (own_mark, REVISED if value.revised else "", value.text if figure is None else "")
                mark = " ".join(dict.fromkeys(filter(None, marks)))
            self.figures.append(
                Reading(quantity, first.ordinal, last.ordinal, np.nan if figure is None else figure, mark, edition,
                        value.place, row.label)
            )  # fmt: skip

    def _quantities(self, meaning: dict[str, Any]) -> range:
        """Return the number of each column's quantity in a row; rows that mean the same share them."""
        own = {key: text for key, text in meaning.items() if key not in ("span", "mark", "edition")}
        key = (*self.fixed.items(), *own.items())
        if key not in self.made:
            start = len(self.quantities)
            self.quantities += [self._quantity(column, own) for column in self.heads.columns]
            self.made[key] = range(start, len(self.quantities))
        return self.made[key]

    def _quantity(self, column: dict[str, Any], own: dict[str, str]) -> tuple[str, ...]:
        given = _DEFAULTS | self.fixed | {k: v for k, v in column.items() if k not in ("at", "annual", "span")} | own
        given["unit"] = _UNITS.get(given["measure"].removeprefix("cif_value_"), given["unit"])
        return tuple(given[name] for name in QUANTITY_COLUMNS)

    def _period(self, grid: Grid, row: Row) -> dict[str, Any]:
        if self.previous and not row.label:
            newest = pd.Period(ordinal=max(figure.last for figure in self.figures), freq="M")
            month, self.previous = self.previous, None
            year = newest.year - int(month > newest.month)
            return {"span": span_of(year, month, year, month), "edition": "previous"}
        span = parse(row.label)
        if span is None:
            raise grid.error(row.place, repr(row.label), "a month, a year or a span of months")
        year = span.year or self.year
        if year is None:
            raise grid.error(row.place, f"{row.label!r} under no year", "a line with the year above it")
        return {"span": span_of(year, span.first, year, span.last), "mark": span.marker}

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

    def _facts(self) -> pd.DataFrame:
        """Return the figures as one table; texts that repeat are categories."""
        read = Reading(*zip(*self.figures, strict=True))
        quantity, first, last = (np.array(numbers) for numbers in read[:3])
        if self.layout.down == "time":
            check_calendar(self.figures, self.quantities, self.grids[0])
            # Tables of real goods call the part of a year that is not over a whole year.
            newest = last[first == last].max(initial=0)
            last = np.where((first < newest) & (newest < last), newest, last)
        columns: dict[str, Any] = {
            name: _category(texts, quantity)
            for name, texts in zip(QUANTITY_COLUMNS, zip(*self.quantities, strict=True), strict=True)
        }
        columns["first"], columns["last"] = (pd.PeriodIndex.from_ordinals(at, freq="M") for at in (first, last))
        everywhere = np.zeros(len(last), int)
        columns |= {
            "value": read.value, "marker": read.marker, "edition": _category(read.edition, slice(None)),
            "exhibit": _category([self.layout.exhibit], everywhere),
            "file": _category([self.grids[0].file], everywhere), "cell": read.cell, "label": read.label,
        }  # fmt: skip
        return pd.DataFrame(columns, columns=list(FACT_COLUMNS))


def _category(texts: Sequence[str], which: Any) -> pd.Categorical:
    """Return the texts that some numbers choose from a list."""
    names = tuple(sorted(set(texts)))
    codes = np.array([names.index(text) for text in texts])
    return pd.Categorical.from_codes(codes[which], dtype=_dtype(names), validate=False)


@lru_cache(maxsize=256)
def _dtype(names: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(names, dtype="str"))

"""From the rows of an official table to its facts: every figure checked, its period checked, its address kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from tradelib.quantity import FACT_COLUMNS, QUANTITY_COLUMNS
from tradelib.sources.rows import REVISED, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.quantity.errors import SourceError
    from tradelib.sources.rows import Grid, Row
    from tradelib.sources.tables import Layout


class Meaning(NamedTuple):
    """What the label of a row says: fields of its quantity, or its first and last month as ordinals."""

    own: dict[str, str]
    first: int = 0
    last: int = 0
    mark: str = ""
    edition: str = "current"


@dataclass(frozen=True)
class Figures:
    """The rows of one table, as wide as its columns; figures are turned into numbers all at once.

    Attributes
    ----------
    layout : Layout
        What the table was read by.
    grid : Grid
        Its first sheet or page.
    columns : sequence of dict
        What each column says; ``span`` is its first and last month where rows are items.
    quantities : sequence of tuple
        Fields of the quantities, in the order of ``QUANTITY_COLUMNS``.
    rows : sequence of (Row, Meaning, int)
        Rows in order; the number is that of the quantity in their first column.
    places : list of str
        Addresses of the figures, row by row.
    """

    layout: Layout
    grid: Grid
    columns: Sequence[dict[str, Any]]
    quantities: Sequence[tuple[str, ...]]
    rows: Sequence[tuple[Row, Meaning, int]]
    places: list[str]

    def facts(self) -> pd.DataFrame:
        """Return the figures as one table; texts that repeat are categories."""
        rows, meanings, starts = zip(*self.rows, strict=True)
        width = len(self.columns)
        values, markers = self._values(rows, [meaning.mark for meaning in meanings for _ in range(width)])
        if self.layout.down == "time":
            first, last = (np.repeat([meaning[at] for meaning in meanings], width) for at in (1, 2))
            self._check_calendar()
            # Tables of real goods call the part of a year that is not over a whole year.
            newest = last[first == last].max(initial=0)
            last = np.where((first < newest) & (newest < last), newest, last)
        else:
            spans = [[month.ordinal for month in column["span"]] for column in self.columns]
            first, last = np.tile(spans, (len(rows), 1)).T
        quantity = np.add.outer(starts, np.arange(width)).ravel()
        columns: dict[str, Any] = {
            name: _category(texts, quantity)
            for name, texts in zip(QUANTITY_COLUMNS, zip(*self.quantities, strict=True), strict=True)
        }
        columns["first"], columns["last"] = (pd.PeriodIndex.from_ordinals(at, freq="M") for at in (first, last))
        everywhere = np.zeros(len(last), int)
        columns |= {
            "value": values, "marker": markers,
            "edition": _category([meaning.edition for meaning in meanings], np.repeat(np.arange(len(rows)), width)),
            "exhibit": _category([self.layout.exhibit], everywhere),
            "file": _category([self.grid.file], everywhere), "cell": self.places,
            "label": [row.label for row in rows for _ in range(width)],
        }  # fmt: skip
        return pd.DataFrame(columns, columns=list(FACT_COLUMNS))

    def _values(self, rows: Sequence[Row], marks: list[str]) -> tuple[np.ndarray, list[str]]:
        """Return the figures, checked, and what each cell says besides its number; ``marks`` is what its row says."""
        texts = [text for row in rows for text in row.figures]
        values, wrong = numbers(texts)
        if wrong is not None:
            raise self._error(wrong, texts, "a figure, or a marker such as (-)")
        revised = {row * len(self.columns) + at for row, its in enumerate(rows) for at in its.revised}
        withheld = np.flatnonzero(np.isnan(values)).tolist()
        if self.layout.complete and (wrong := next((at for at in withheld if texts[at] != "(-)"), None)) is not None:
            raise self._error(wrong, texts, "a figure: the agencies withhold none in this table")
        if self.layout.whole and (fractions := np.flatnonzero(values % 1 > 0)).size:
            raise self._error(fractions[0], texts, "a whole number, as all figures of this table are")
        for at in sorted(revised.union(withheld)):
            own = (marks[at], REVISED if at in revised else "", "" if values[at] == values[at] else texts[at])
            marks[at] = " ".join(dict.fromkeys(filter(None, own)))
        return values, marks

    def _error(self, at: int, texts: Sequence[str], expected: str) -> SourceError:
        return self.grid.error(self.places[at], repr(texts[at]), expected)

    def _check_calendar(self) -> None:
        """Refuse a month or quarter that is left out, or that stands twice in one block.

        They run from January of the first year to the newest one of the table, each once.
        """
        seen: dict[int, dict[tuple[str, ...], set[int]]] = {1: {}, 3: {}}
        for at, (row, meaning, quantity) in enumerate(self.rows):
            length = meaning.last - meaning.first + 1
            if length not in seen or meaning.edition != "current" or "-" in row.label:
                continue  # "Jan. -" is the year to date of a January
            ends = seen[length].setdefault(self.quantities[quantity], set())
            if meaning.last in ends:
                place = self.places[at * len(self.columns)]
                raise self.grid.error(place, f"{_month(meaning.last)} again", "each month or quarter once")
            ends.add(meaning.last)
        for length, by_quantity in seen.items():
            newest = max((max(ends) for ends in by_quantity.values()), default=0)
            for ends in by_quantity.values():
                january = min(ends) - min(ends) % 12
                if lacking := sorted(set(range(january + length - 1, newest + 1, length)) - ends):
                    every = f"every {'month' if length == 1 else 'quarter'} from January of the first year"
                    raise self.grid.error(None, f"no {_month(lacking[0])}", f"{every} to {_month(newest)}")


@cache
def ordinal(year: int, month: int) -> int:
    """Return the number of a month, as pandas counts them."""
    return int(pd.Period(year=year, month=month, freq="M").ordinal)


def _month(ordinal: int) -> pd.Period:
    return pd.Period(ordinal=ordinal, freq="M")


def _category(texts: Sequence[str], which: Any) -> pd.Categorical:
    """Return the texts that some numbers choose from a list."""
    names = tuple(sorted(set(texts)))
    codes = np.array([names.index(text) for text in texts])
    return pd.Categorical.from_codes(codes[which], dtype=_dtype(names), validate=False)


@lru_cache(maxsize=256)
def _dtype(names: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(names, dtype="str"))

"""The columns of a table: their declared order, and the periods that its heads name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.periods import MONTHS
from tradelib.sources.tables import letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradelib.sources.rows import Grid, Row
    from tradelib.sources.tables import Layout

NOTES = re.compile(r"\(\d+\)|notes?:?\b|\*|sources?:", re.IGNORECASE)

_YEARS = r"\b(20\d\d|19\d\d)\b"


class Heads:
    """The columns of one table.

    Attributes
    ----------
    width : int
        How many figures a row has.
    columns : list of dict
        For each of them, the fields of the quantity that it sets, and ``span``, its first and last month.
    """

    def __init__(self, layout: Layout, title: str, grids: tuple[Grid, ...]) -> None:
        self.layout, self.title, self.grids = layout, title, grids
        self.width = len(layout.columns) + self._quarters() - any(c.get("at") == "quarters" for c in layout.columns)
        self.columns = self._columns()

    def _head_text(self) -> str:
        """Return the text around the figures: heads, and in a PDF what was moved under the figures."""
        texts = []
        for grid in self.grids:
            for row in grid.table():
                if not self.is_row(row):
                    texts.append(" ".join([row.label, *row.figures]))
                elif grid.sheet != "pdf":
                    break
        return " ".join(texts)

    def is_row(self, row: Row) -> bool:
        """Tell whether a row has a label and a figure for every column."""
        return bool(row.label) and len(row.figures) == self.width

    def _quarters(self) -> int:
        """Return how many columns are quarters: what a row has beyond the columns declared."""
        if not any(column.get("at") == "quarters" for column in self.layout.columns):
            return 0
        widths = Counter(len(row.figures) for grid in self.grids for row in grid.table() if row.label and row.figures)
        return widths.most_common(1)[0][0] - (len(self.layout.columns) - 1) if widths else 1

    def _columns(self) -> list[dict[str, Any]]:
        """Return the columns with the periods that the heads give them."""
        text = self._head_text()
        self._check_heads(text)
        if self.layout.down == "time":
            return [dict(column) for column in self.layout.columns]
        month, quarters, years = self._periods(text)
        columns: list[dict[str, Any]] = []
        for column in self.layout.columns:
            at = column["at"]
            if at == "quarters":
                own = {key: value for key, value in column.items() if key != "at"}
                columns += [own | {"span": span} for span in quarters]
            elif at == "annual":
                year = years[sum(other.get("annual", False) for other in columns)]
                columns.append({**column, "annual": True, "span": _span(year, 1, 12)})
            elif month is not None:
                columns.append({**column, "span": _at(at, month)})
        due = {str(period.year) for column in columns for period in column.get("span", ())}
        if month is not None and due != (named := set(re.findall(_YEARS, text)) or due):
            raise self.grids[0].error(
                None, f"heads of {_listed(named)}", f"heads of {_listed(due)}, the years of {month}"
            )
        return columns

    def _periods(self, text: str) -> tuple[pd.Period | None, list[tuple[pd.Period, pd.Period]], list[int]]:
        """Return the statistical month, the quarters and the years that the heads name."""
        plain = " ".join(text.replace("(R)", " ").split())
        pairs = re.findall(r"(First|Second|Third|Fourth) Quarter (\d{4})", plain)
        quarters = sorted({(int(year), ("First", "Second", "Third", "Fourth").index(word)) for word, year in pairs})
        wanted = self._quarters()
        if wanted and len(quarters) != wanted:
            raise self.grids[0].error(None, f"heads of {len(quarters)} quarters", f"heads of {wanted} quarters")
        spans = [_span(year, 3 * at + 1, 3 * at + 3) for year, at in quarters]
        years = sorted({int(year) for year in re.findall(r"Annual (\d{4})", plain)})
        if not any("month" in column.get("at", "") for column in self.layout.columns):
            if len(years) != sum(column.get("at") == "annual" for column in self.layout.columns):
                raise self.grids[0].error(None, f"heads of the years {years}", "a head for each year")
            return None, spans, years
        months = re.findall(rf"\b({'|'.join(MONTHS)})\b", plain)
        named = re.findall(_YEARS, plain) or re.findall(r": (\d{4})", self.title)
        titled = re.search(r"(\d{4})\s*$", self.title)
        if not months or not (named or titled):
            raise self.grids[0].error(None, "no month in its heads", "heads that name a month and a year")
        month = pd.Period(f"{titled[1] if titled else named[0]}-{MONTHS.index(months[0]) + 1:02}", "M")
        wants = any(column.get("at") == "previous" for column in self.layout.columns)
        before = {MONTHS[(month - 1).month - 1]} if wants else set()
        if set(months) - {months[0]} != before - {months[0]}:
            raise self.grids[0].error(
                None, f"months {' and '.join(dict.fromkeys(months))} in its heads", f"{month} and the month before"
            )
        return month, spans, years

    def _check_heads(self, text: str) -> None:
        """Hold the heads against the declared order; a PDF garbles their order, so there they must only be there."""
        if not self.layout.heads:
            return
        if self.grids[0].sheet == "pdf":
            pool = Counter(letters(text))
            wanted = Counter("".join(set(self.layout.heads)))
            if lacking := wanted - pool:
                raise self.grids[0].error(None, f"heads without {''.join(lacking)!r}", "the heads of its layout")
            return
        got = letters(re.sub(rf"\b({'|'.join(MONTHS)}|Period|Average)\b", "", text))
        position = 0
        for head in self.layout.heads:
            at = got.find(head, position)
            if at < 0:
                raise self.grids[0].error(
                    "its heads", f"no head {head!r} where it should follow", "the heads of its layout, in their order"
                )
            position = at + len(head)


def _span(year: int, first: int, last: int) -> tuple[pd.Period, pd.Period]:
    """Return first and last month of a part of a year, both included."""
    return pd.Period(year=year, month=first, freq="M"), pd.Period(year=year, month=last, freq="M")


def _listed(words: Iterable[str]) -> str:
    return " and ".join(sorted(words))


def _at(text: str, month: pd.Period) -> tuple[pd.Period, pd.Period]:
    if text in ("month", "previous"):
        period = month - int(text == "previous")
        return period, period
    return _span(month.year - text.endswith("-1"), 1, month.month)

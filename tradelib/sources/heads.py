"""The columns of a table: their declared order, and the periods that its heads name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.periods import MONTHS, ordinal
from tradelib.sources.tables import letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.rows import Grid
    from tradelib.sources.tables import Layout

NOTES = re.compile(r"\(\d+\)|notes?:?\b|\*|sources?:", re.IGNORECASE)

_YEAR = r"\b(20\d\d|19\d\d)\b"
_QUARTERS = ("First", "Second", "Third", "Fourth")


def width_of(layout: Layout, grids: Sequence[Grid]) -> int:
    """Return how many figures a row has: one for each column declared; columns of quarters are as many as there are."""
    if all(column.get("at") != "quarters" for column in layout.columns):
        return len(layout.columns)
    widths = Counter(len(figures) for grid in grids for label, figures, *_ in grid.table() if label and figures)
    return widths.most_common(1)[0][0] if widths else len(layout.columns)


def columns_of(layout: Layout, title: str, grids: Sequence[Grid], width: int) -> list[dict[str, Any]]:
    """Return the columns of a table.

    Parameters
    ----------
    layout : Layout
        Declares their order.
    title : str
        As printed; it may name the year.
    grids : sequence of Grid
        The cells of the table.
    width : int
        As ``width_of`` counts it.

    Returns
    -------
    list of dict
        The fields of the quantity that each column sets; where rows are items also ``span``, its first and last month.

    Raises
    ------
    SourceError
        Heads stand in another order, or name other periods than the layout says.
    """
    text = _head_text(grids, width)
    _check_order(layout, grids[0], text)
    if layout.down == "time":
        return list(layout.columns)
    at = Counter(column["at"] for column in layout.columns)
    plain = " ".join(text.replace("(R)", " ").split())
    pairs = re.findall(rf"({'|'.join(_QUARTERS)}) Quarter (\d{{4}})", plain)
    quarters = sorted({ordinal(int(year), 3 * _QUARTERS.index(word) + 1) for word, year in pairs})
    wanted = width - len(layout.columns) + 1
    if at["quarters"] and len(quarters) != wanted:
        raise grids[0].error(None, f"heads of {len(quarters)} quarters", f"heads of {wanted} quarters")
    years = sorted({int(year) for year in re.findall(r"Annual (\d{4})", plain)})
    spans = {"quarters": [(first, first + 2) for first in quarters]}
    if not at["month"]:
        if len(years) != at["annual"]:
            raise grids[0].error(None, f"heads of the years {years}", "a head for each year")
        spans["annual"] = [(ordinal(year, 1), ordinal(year, 12)) for year in years]
    else:
        month = _month(title, grids[0], plain, before=bool(at["previous"]))
        january = month - month % 12
        spans |= {"month": [(month, month)], "previous": [(month - 1, month - 1)],
                  "ytd": [(january, month)], "ytd-1": [(january - 12, month - 12)]}  # fmt: skip
    columns: list[dict[str, Any]] = []
    for column in layout.columns:
        own = spans[column["at"]]
        taken = own if column["at"] == "quarters" else [own.pop(0) if column["at"] == "annual" else own[0]]
        columns += [column | {"span": span} for span in taken]
    due = {str(1970 + end // 12) for column in columns for end in column["span"]}
    named = set(re.findall(_YEAR, text)) or due
    if at["month"] and named != due:
        expected = f"heads of {' and '.join(sorted(due))}, the years of {pd.Period(ordinal=month, freq='M')}"
        raise grids[0].error(None, f"heads of {' and '.join(sorted(named))}", expected)
    return columns


def _head_text(grids: Sequence[Grid], width: int) -> str:
    """Return the text around the figures: heads, and in a PDF what was moved under the figures."""
    texts = []
    for grid in grids:
        for label, figures, *_ in grid.table():
            if not label or len(figures) != width:
                texts.append(" ".join([label, *figures]))
            elif not grid.is_pdf:
                break
    return " ".join(texts)


def _check_order(layout: Layout, grid: Grid, text: str) -> None:
    """Check the heads against the declared order; a PDF garbles their order, so there they must only be there."""
    if grid.is_pdf:
        if lacking := Counter("".join(set(layout.heads))) - Counter(letters(text)):
            raise grid.error(None, f"heads without {''.join(lacking)!r}", "the heads of its layout")
        return
    got = letters(re.sub(rf"\b({'|'.join(MONTHS)}|Period|Average)\b", "", text))
    position = 0
    for head in layout.heads:
        at = got.find(head, position)
        if at < 0:
            expected = "the heads of its layout, in their order"
            raise grid.error("its heads", f"no head {head!r} where it should follow", expected)
        position = at + len(head)


def _month(title: str, grid: Grid, plain: str, *, before: bool) -> int:
    """Return the statistical month that heads or title name; with ``before`` the heads name the month before, too."""
    months = re.findall(rf"\b({'|'.join(MONTHS)})\b", plain)
    titled = re.search(r"(\d{4})\s*$", title)
    named = [titled[1]] if titled else re.findall(_YEAR, plain) or re.findall(r": (\d{4})", title)
    if not months or not named:
        raise grid.error(None, "no month in its heads", "heads that name a month and a year")
    number = MONTHS.index(months[0])
    month = ordinal(int(named[0]), number + 1)
    if set(months) - {months[0]} != ({MONTHS[number - 1]} if before else set()):
        found = f"months {' and '.join(dict.fromkeys(months))} in its heads"
        raise grid.error(None, found, f"{pd.Period(ordinal=month, freq='M')} and the month before")
    return month

"""Tables of series: months or quarters down, quantities across, each column headed by all that makes its quantity.

Files that are no official table (FRED, the answers of BLS and Census, the country workbook) come to this one shape. It
is also how the store keeps them: the head says what each column is, so that nothing has to be looked up elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tradelib.quantity import FACT_COLUMNS, QUANTITY_COLUMNS
from tradelib.sources.reader import Table
from tradelib.sources.rows import Grid
from tradelib.sources.tables import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradelib.quantity import Quantity

FORM = "series"
"""What the store calls a table of this shape, and the sheet of its grid."""

_CELL = re.compile(r"(-?[\d.]+(?:e-?\d+)?)?\s*(.*)")


def series_table(
    layout: Layout, file: str, columns: Sequence[tuple[Quantity, str]], periods: pd.PeriodIndex,
    cells: Sequence[Sequence[str]],
) -> Table:  # fmt: skip
    """Return the table that some series make.

    Parameters
    ----------
    layout : Layout
        As ``series_layout`` makes it.
    file : str
        The official file.
    columns : sequence of (Quantity, str)
        What each column is, and its code in the file.
    periods : pandas.PeriodIndex
        Months or quarters of the rows.
    cells : sequence of sequence of str
        By row and column a number, a marker after it or alone, or nothing.
    """
    head = [[field, *(getattr(quantity, field) for quantity, _ in columns)] for field in QUANTITY_COLUMNS]
    head.append(["code", *(code for _, code in columns)])
    body = [[period, *row] for period, row in zip(periods.astype(str), cells, strict=True)]
    return read_series(layout, Grid(file, FORM, [*head, *body]))


def series_layout(name: str, title: str, publisher: str, compilation: str) -> Layout:
    """Return the layout of a table of series, which says no more than whose it is."""
    return Layout(name, title, {}, FORM, (), publisher=publisher, compilation=compilation)


def read_series(layout: Layout, grid: Grid) -> Table:
    """Return the figures of a grid that ``series_table`` made.

    Raises
    ------
    SourceError
        The head is another one, or a cell holds neither a number nor a marker.
    """
    deep = len(QUANTITY_COLUMNS) + 1
    head = {row[0]: row[1:] for row in grid.rows[:deep] if row}
    if list(head) != [*QUANTITY_COLUMNS, "code"] or not (body := grid.rows[deep:]):
        raise grid.error(None, f"the heads {', '.join(head)}", f"{', '.join(QUANTITY_COLUMNS)}, code, and rows")
    width = len(head["code"])
    periods = pd.PeriodIndex([row[0] for row in body], freq="Q" if "Q" in body[0][0] else "M")
    texts = np.array([(row[1:] + [""] * width)[:width] for row in body], dtype=object).ravel()
    there = np.flatnonzero(texts != "")
    values = pd.to_numeric(pd.Series(texts[there]), errors="coerce").to_numpy(dtype=float, copy=True)
    markers = np.full(len(there), "", dtype=object)
    for at in np.flatnonzero(np.isnan(values)):
        number, markers[at] = _CELL.fullmatch(texts[there[at]]).groups()  # type: ignore[union-attr]
        values[at] = float(number) if number else np.nan
    row, column = np.divmod(there, width)
    facts = pd.DataFrame(
        {field: pd.Categorical.from_codes(codes[column], names) for field, (codes, names) in _coded(head).items()}
        | {
            "first": periods.asfreq("M", how="start")[row],
            "last": periods.asfreq("M", how="end")[row],
            "value": values,
            "marker": markers,
            **{
                name: pd.Categorical.from_codes(np.zeros(len(there), int), [text])
                for name, text in {"edition": "current", "exhibit": layout.exhibit, "file": grid.file}.items()
            },
            "cell": np.array([f"{code}, " for code in head["code"]], object)[column]
            + np.array([line[0] for line in body], object)[row],
            "label": "",
        }
    )[list(FACT_COLUMNS)]
    return Table(layout, layout.title, (grid,), facts)


def _coded(head: Mapping[str, list[str]]) -> dict[str, tuple[np.ndarray, pd.Index]]:
    return {field: pd.factorize(np.array(head[field], dtype=object)) for field in QUANTITY_COLUMNS}

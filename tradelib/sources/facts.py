"""A table as it was read: one row per figure, with the fields of its quantity, its period and its place.

Official tables and coded series are brought to this one shape. Series (FRED, BLS, the country workbook) are stored with
months or quarters down and quantities across; each column is headed by all fields of its quantity, so a stored table
can be read without any other file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import FACT_COLUMNS, QUANTITY_COLUMNS
from tradelib.quantity.periods import parse
from tradelib.sources.rows import Grid, numbers
from tradelib.sources.tables import Layout

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from tradelib.quantity import Quantity

FORM = "series"
"""Marks a table of series: the ``down`` of its layout and the sheet name of its grid."""


@dataclass(frozen=True)
class Table:
    """One official table as it was read.

    Attributes
    ----------
    layout : Layout
        The layout it was read by.
    title : str
        As printed.
    grids : tuple of Grid
        Its cells; one grid for each page if it is from a PDF.
    facts : pandas.DataFrame
        One row per published figure, with the columns ``FACT_COLUMNS``.
    notes : tuple of str
        Remarks for the user, such as unknown partners or partners left out.
    released : datetime.date or None
        Day of release that its file names, if any.
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
        """The newest month with a figure."""
        return self.facts.loc[self.facts["value"].notna() & (self.facts["edition"] == "current"), "last"].max()


def facts_of(
    layout: Layout, file: str, quantities: Iterable[Sequence[str]], which: npt.NDArray[np.intp], /, *,
    first: Any, last: Any, **columns: Any,
) -> pd.DataFrame:  # fmt: skip
    """Return figures as a long table; columns of repeated texts are categorical.

    Parameters
    ----------
    layout, file
        The table and the file that the figures come from.
    quantities : iterable of sequence of str
        Fields of the quantities, in the order of ``QUANTITY_COLUMNS``.
    which : array of int
        For each figure, the position of its quantity in ``quantities``.
    first, last : array of int
        First and last month of each figure, as ordinals.
    columns
        The other columns of ``FACT_COLUMNS``; figures without an ``edition`` are current.
    """
    everywhere = np.zeros(len(which), int)
    same = {"exhibit": layout.exhibit, "file": file, "edition": "current"}
    columns = {name: category([text], everywhere) for name, text in same.items()} | columns
    fields = zip(QUANTITY_COLUMNS, zip(*quantities, strict=True), strict=True)
    columns |= {name: category(texts, which) for name, texts in fields}
    columns |= {name: pd.PeriodIndex.from_ordinals(at, freq="M") for name, at in (("first", first), ("last", last))}
    columns |= {name: pd.array(columns[name], dtype="str") for name in ("marker", "cell", "label")}
    return pd.DataFrame({name: columns[name] for name in FACT_COLUMNS}, copy=False)


def category(texts: Sequence[str], which: npt.NDArray[np.intp]) -> pd.Categorical:
    """Return ``texts[which]`` as a categorical, with the categories sorted."""
    names = tuple(sorted(set(texts)))
    numbers_of = {name: number for number, name in enumerate(names)}
    codes = np.array([numbers_of[text] for text in texts])
    return pd.Categorical.from_codes(codes[which], dtype=_dtype(names), validate=False)


@lru_cache(maxsize=256)
def _dtype(names: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(names, dtype="str"))


def series_layout(name: str, title: str, publisher: str, compilation: str) -> Layout:
    """Return the layout of a table of series: name, title, publisher and compilation only."""
    return Layout(name, title, {}, FORM, (), publisher=publisher, compilation=compilation)


def series_table(
    layout: Layout, file: str, columns: Sequence[tuple[Quantity, str]], periods: Iterable[pd.Period],
    cells: Sequence[Sequence[str]] | npt.NDArray[np.float64],
) -> Table:  # fmt: skip
    """Return the table of some series.

    Parameters
    ----------
    layout : Layout
        As ``series_layout`` returns it.
    file : str
        The official file.
    columns : sequence of (Quantity, str)
        The quantity of each column, and its code in the file.
    periods : iterable of pandas.Period
        Months or quarters of the rows.
    cells : sequence of sequence of str, or array of float
        By row and column. Texts: a number, a marker, a number and a marker, or nothing. Array: numbers rounded to a
        tenth, or NaN.
    """
    head = [[name, *(getattr(quantity, name) for quantity, _ in columns)] for name in QUANTITY_COLUMNS]
    head.append(["code", *(code for _, code in columns)])
    labels = list(map(str, periods))
    texts = partial(_tenths, cells) if isinstance(cells, np.ndarray) else lambda: cells
    grid = Grid(file, FORM, lambda: [*head, *([label, *row] for label, row in zip(labels, texts(), strict=True))])
    if not isinstance(cells, np.ndarray):
        return read_series(layout, grid)
    filled = np.nonzero(~np.isnan(cells))
    return _table(layout, grid, head, labels, filled, cells[filled], np.full(len(filled[0]), "", object))


def read_series(layout: Layout, grid: Grid) -> Table:
    """Return the table of a grid that ``series_table`` made.

    Raises
    ------
    SourceError
        The head is not that of a table of series, or a cell holds neither a number nor a marker.
    """
    deep = len(QUANTITY_COLUMNS) + 1
    head, body = grid.rows[:deep], grid.rows[deep:]
    names = [row[0] for row in head if row]
    if names != [*QUANTITY_COLUMNS, "code"] or not body:
        raise grid.error(None, f"the heads {', '.join(names)}", f"{', '.join(QUANTITY_COLUMNS)}, code, and rows")
    width = len(head[-1])
    cells = np.array([(row + [""] * width)[1:width] for row in body], dtype=object)
    filled = np.nonzero(cells)
    texts = cells[filled].tolist()
    parts = [text.partition(" ") for text in texts]
    values, wrong = numbers([number for number, *_ in parts])
    if wrong is not None:
        place = grid.place(deep + int(filled[0][wrong]), 1 + int(filled[1][wrong]))
        raise grid.error(place, repr(texts[wrong]), "a number, a marker after it or alone, or nothing")
    after = np.array([marker for *_, marker in parts], dtype=object)
    markers = np.where(np.isnan(values), cells[filled], after)  # a cell without a number is a marker as a whole
    return _table(layout, grid, head, [row[0] for row in body], filled, values, markers)


def _table(
    layout: Layout, grid: Grid, head: Sequence[Sequence[str]], labels: Sequence[str], filled: Any, values: Any,
    markers: Any,
) -> Table:  # fmt: skip
    """Return the table of series with the given figures; ``filled`` has the row and column of each."""
    row, column = filled
    first, last = np.array([span.ordinals(0) for label in labels if (span := parse(label))])[row].T
    starts, ends = np.array([f"{code}, " for code in head[-1][1:]], object), np.array(labels, object)
    facts = facts_of(
        layout, grid.file, zip(*(names[1:] for names in head[:-1]), strict=True), column, first=first, last=last,
        value=values, marker=markers, cell=starts[column] + ends[row], label=np.full(len(row), "", object),
    )  # fmt: skip
    return Table(layout, layout.title, (grid,), facts)


def _tenths(values: npt.NDArray[np.float64]) -> Iterator[list[str]]:
    """Yield rows of numbers as text, rounded to a tenth; whole numbers have no decimals, NaN is empty."""
    form = "%.1f\t" * values.shape[1]
    for row in values.tolist():
        yield (form % tuple(row)).replace(".0\t", "\t").replace("nan", "").split("\t")[:-1]

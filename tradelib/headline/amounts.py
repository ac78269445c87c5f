"""Exact amounts that remember the cells they were made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self, TypeAlias

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from tradelib.quantity import MILLIONS
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError
from tradelib.quantity.rounding import HALF, exact, half_up, is_settled, is_tie, printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FLOWS = ("balance", "exports", "imports")
ITEMS = ("total", "goods", "services")
COLUMNS = tuple(f"{flow}_{item}_bop_sa" for flow in FLOWS for item in ITEMS)
DOLLARS, PERCENT, RANK = "billions of dollars", "percent", "rank"


Exact: TypeAlias = "int | Fraction"
Months: TypeAlias = "Sequence[pd.Period] | pd.PeriodIndex"


class Cell(NamedTuple):
    """One published value: series and month, and the vintage when it is not the one that is told."""

    series: str
    period: pd.Period
    vintage: str = ""

    def __str__(self) -> str:
        return f"{self.series}[{self.period}{', ' + self.vintage if self.vintage else ''}]"


@dataclass(frozen=True)
class Number:
    """A number as the text prints it, and where it comes from.

    Attributes
    ----------
    printed : str
        As it stands in the text: the magnitude, for the words around it say which way. Words such as
        "virtually unchanged" that stand for a number are numbers too.
    value : float
        Unrounded, in ``unit``; a balance is negative for a deficit, a change is later minus earlier.
    unit : str
        Billions of dollars, percent or rank.
    formula : str
        How the cells make the value; cells are in millions.
    cells : tuple of Cell
        All cells in the formula.
    tie : bool
        The value lies exactly half-way between two prints: the last digit is uncertain by 0.1.
    settled : bool
        The rounding of the cells to whole millions, at its worst, cannot have changed the print.
    place : str
        Paragraph of the text.
    """

    printed: str
    value: float
    unit: str
    formula: str
    cells: tuple[Cell, ...]
    tie: bool = False
    settled: bool = True
    place: str = ""

    def __str__(self) -> str:
        return self.printed

    @property
    def cells_told(self) -> str:
        """The cells in short: months in a row as ``first..last``."""
        groups: dict[tuple[str, str], list[pd.Period]] = {}
        for cell in self.cells:
            groups.setdefault((cell.series, cell.vintage), []).append(cell.period)
        return "; ".join(
            f"{series} {', '.join(_runs(periods))}{' of ' + vintage if vintage else ''}"
            for (series, vintage), periods in groups.items()
        )


def _runs(periods: Iterable[pd.Period]) -> list[str]:
    """Return months in order, those in a row as ``first..last``."""
    runs: list[list[pd.Period]] = []
    for period in sorted(set(periods)):
        if runs and period == runs[-1][-1] + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs]


@dataclass(frozen=True)
class Amount:
    """A weighted sum of cells, exact, in millions of dollars.

    Attributes
    ----------
    terms : mapping of Cell to (weight, value)
        What is summed; a cell that cancels stays with weight zero.
    formula : str
        The sum in words.
    """

    terms: Mapping[Cell, tuple[Exact, Exact]]
    formula: str

    @cached_property
    def millions(self) -> Fraction:
        """The sum."""
        return Fraction(sum(weight * value for weight, value in self.terms.values()))

    @cached_property
    def billions(self) -> Fraction:
        """The sum in the unit of print."""
        return self.millions / 1000

    @cached_property
    def reach(self) -> Fraction:
        """How many millions the rounding of each cell to a whole million can have moved the sum, at most."""
        return sum((abs(Fraction(weight)) for weight, _ in self.terms.values()), Fraction(0)) * HALF

    @cached_property
    def sign(self) -> int:
        """Sign of the amount as printed in billions: 0 when it rounds to 0.0."""
        rounded = half_up(self.billions)
        return (rounded > 0) - (rounded < 0)

    def minus(self, other: Self) -> Amount:
        """Return the difference; cells in both cancel exactly."""
        terms = dict(self.terms)
        for cell, (weight, value) in other.terms.items():
            terms[cell] = (terms[cell][0] - weight if cell in terms else -weight, value)
        return Amount(terms, f"{self.formula} \N{MINUS SIGN} {other.formula}")

    def dollars(self, words: str | None = None) -> Number:
        """Return the magnitude for print, for example ``$68.9 billion``, or the words that stand for it."""
        tie = is_tie(self.billions)
        amount = f"${printed(abs(self.billions))} billion" if self.sign else "less than $0.1 billion"
        text = words or amount + (" ±0.1" if tie else "")
        settled = is_settled(self.billions, self.reach / 1000)
        return Number(text, float(self.billions), DOLLARS, self.formula, tuple(self.terms), tie=tie, settled=settled)

    def percent_of(self, base: Amount) -> Number | None:
        """Return the change from ``base`` to this amount in percent; None when they have no common sign."""
        if self.sign * base.sign != 1:
            return None
        top, bottom = abs(self.millions), abs(base.millions)
        value = 100 * (top / bottom - 1)
        tie = is_tie(value)
        text = f"{printed(abs(value))} percent" if half_up(value) else "less than 0.1 percent"
        reach = 100 * ((top + self.reach) / (bottom - base.reach) - top / bottom)
        cells = tuple(dict.fromkeys((*self.terms, *base.terms)))
        formula = f"100 \N{MULTIPLICATION SIGN} ({self.formula} \N{MINUS SIGN} {base.formula}) / ({base.formula})"
        settled = is_settled(value, reach)
        text += " ±0.1" if tie else ""
        return Number(text, float(value), PERCENT, formula, cells, tie=tie, settled=settled)


class Table:
    """The nine series of one vintage, read cell by cell; a month without all nine is a missing month.

    Parameters
    ----------
    frame : DataFrame
        Millions of dollars, monthly ``PeriodIndex``.
    columns : iterable of str
        Series that must be there.
    vintage : str
        What to call the vintage in the trace; empty for the one that is told.

    Raises
    ------
    SeriesError, ComparabilityError
        The frame is not such a table.
    """

    def __init__(self, frame: pd.DataFrame, columns: Iterable[str] = COLUMNS, vintage: str = "") -> None:
        names = list(columns)
        _check(frame, names)
        months = frame[names].to_numpy(dtype=float)
        if np.isinf(months).any():
            raise SeriesError("found an infinite value; expected millions of dollars, missing ones as NaN")
        whole = ~np.isnan(months).any(axis=1)
        if not whole.any():
            raise SeriesError(f"found no month with all of {', '.join(names)}; expected at least one")
        self.complete: pd.PeriodIndex = frame.index[whole]
        self.first: pd.Period = self.complete[0]
        self._rows = dict(zip(self.complete, months[whole], strict=True))
        self._place = {name: place for place, name in enumerate(names)}
        self._vintage = vintage

    def __contains__(self, month: pd.Period) -> bool:
        return month in self._rows

    def why_missing(self, months: Iterable[pd.Period]) -> str:
        """Say why the first of the months that the table does not have is not there; empty when all are."""
        lacking = [month for month in months if month not in self]
        if not lacking:
            return ""
        if lacking[0] < self.first:
            return f"the table starts in {self.first:%B %Y}"
        return f"{lacking[0]:%B %Y} is missing from the table"

    def total(self, series: str, months: Months) -> Amount:
        """Return the sum over months that must all be there."""
        name = f"{series}[{months[0]}]" if len(months) == 1 else f"sum({series}[{months[0]}..{months[-1]}])"
        if self._vintage:
            name = str(Cell(series, months[0], self._vintage))
        return self._weighted(series, months, 1, name)

    def mean(self, series: str, months: Months) -> Amount:
        """Return the mean over months that must all be there."""
        name = f"mean({series}[{months[0]}..{months[-1]}])"
        return self._weighted(series, months, Fraction(1, len(months)), name)

    def so_far(self, series: str, month: pd.Period) -> dict[pd.Period, float]:
        """Return the values of the months that are there, up to one of them."""
        place = self._place[series]
        return {at: float(row[place]) for at, row in self._rows.items() if at <= month}

    def _weighted(self, series: str, months: Months, weight: Exact, name: str) -> Amount:
        place = self._place[series]
        values = {month: float(self._rows[month][place]) for month in months}
        cells = {Cell(series, month, self._vintage): (weight, _exact(value)) for month, value in values.items()}
        return Amount(cells, name)


def _exact(value: float) -> Exact:
    """Return a value as it was published; whole millions as an integer, which is quicker than a fraction."""
    return int(value) if value.is_integer() else exact(value)


def month_of(value: str | pd.Period) -> pd.Period:
    """Return a calendar month.

    Raises
    ------
    ParameterError
        It is not one.
    """
    try:
        if isinstance(value, pd.Period):
            return value.asfreq("M")
        return pd.Period(dt.datetime.strptime(value, "%Y-%m"), freq="M")  # noqa: DTZ007 - a calendar month
    except (ValueError, TypeError):
        raise ParameterError(f"found {value!r}; expected a month like 2024-02") from None


def _check(frame: pd.DataFrame, columns: list[str]) -> None:
    index = frame.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise SeriesError(f"found an index of {type(index).__name__}; expected a monthly PeriodIndex")
    if not (index.is_unique and index.is_monotonic_increasing):
        raise SeriesError("found months that repeat or run backwards; expected each month once, in order")
    if lacking := [name for name in columns if name not in frame]:
        raise SeriesError(f"found no {', '.join(lacking)}; expected {', '.join(columns)}")
    if words := [name for name in columns if not is_numeric_dtype(frame.dtypes[name])]:
        raise SeriesError(f"found {', '.join(words)} not to be numbers; expected millions of dollars")
    told = {name: note for name, note in frame.attrs.get("series", {}).items() if name in columns}
    if units := {note["unit"] for note in told.values()} - {MILLIONS}:
        raise SeriesError(f"found {', '.join(sorted(units))}; expected {MILLIONS}")
    if len(sources := {f"{note['compilation']} of {note['vintage']}" for note in told.values()}) > 1:
        raise ComparabilityError(f"found {' and '.join(sorted(sources))} in one table; expected one vintage")

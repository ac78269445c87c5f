"""A month in words: what the monthly release says first, every number traceable to its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from tradelib.headline.amounts import COLUMNS, Cell, Number, Table, month_of
from tradelib.headline.parts import Contribution, at_a_glance, contributions, history
from tradelib.headline.words import (
    COUNTS,
    SIDES,
    Comparison,
    Phrase,
    averages,
    join,
    name_beside,
    place_in_history,
    say,
    standing,
)
from tradelib.quantity.errors import ComparabilityError, SeriesError

__all__ = [
    "COLUMNS",
    "Cell",
    "Contribution",
    "Headline",
    "Number",
    "Paragraph",
    "at_a_glance",
    "contributions",
    "history",
    "write",
]

BALANCE = "balance_total_bop_sa"
NEED_OTHER_DATA = ("end-use and service categories", "real (chained-dollar) goods", "partner countries")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text: what it is about, and its words."""

    about: str
    text: str


@dataclass(frozen=True)
class Headline:
    """A month in words.

    Attributes
    ----------
    month : pandas.Period
        The month that is told.
    title : str
        One line.
    paragraphs : tuple of Paragraph
        In order: balance, goods and services, exports, imports, year (so far), averages, history.
    numbers : tuple of Number
        The trace: every number of title and paragraphs, in the order in which they stand there.
    notes : tuple of str
        What the reader must know: ties, comparisons with no earlier vintage, what is not told for want of data.
    """

    month: pd.Period
    title: str
    paragraphs: tuple[Paragraph, ...]
    numbers: tuple[Number, ...]
    notes: tuple[str, ...]

    @property
    def ties(self) -> tuple[Number, ...]:
        """Numbers that whole millions cannot settle."""
        return tuple(number for number in self.numbers if number.tie)

    def paragraph(self, about: str) -> str:
        """Return the words of one paragraph; empty when the month has none about it."""
        return next((paragraph.text for paragraph in self.paragraphs if paragraph.about == about), "")

    def trace(self) -> pd.DataFrame:
        """Return the trace as a table, one row a number, in the order of the text.

        Returns
        -------
        DataFrame
            ``place`` and ``print`` (as in the text), ``value`` (unrounded), ``unit``, ``formula`` and
            ``cells``, ``tie`` (±0.1: exactly half-way) and ``settled`` (no rounding of cells can change the print).
        """
        rows = [
            (n.place, n.printed, n.value, n.unit, n.formula, n.cells_told, "±0.1" if n.tie else "", n.settled)
            for n in self.numbers
        ]
        names = ["place", "print", "value", "unit", "formula", "cells", "tie", "settled"]
        return pd.DataFrame(rows, columns=names, index=pd.RangeIndex(1, len(rows) + 1, name="number"))

    def summary(self) -> str:
        """Return title, text and notes, separated by blank lines."""
        return "\n\n".join((self.title, *(p.text for p in self.paragraphs), *self.notes))


def write(frame: pd.DataFrame, month: str | pd.Period | None = None, previous: pd.DataFrame | None = None) -> Headline:
    """Tell a month in words.

    Dollar figures are computed exactly from the millions, rounded last and half up, in billions. Changes that
    round to 0.0 are "virtually unchanged", percentages that do are "less than 0.1 percent"; exact ties are
    marked ±0.1; parts that do not add up in print are left as they are. Nothing after the month is used.

    Parameters
    ----------
    frame : DataFrame
        Monthly ``PeriodIndex``; the nine series of the history table (``tradelib.load()``) in millions of
        dollars, one vintage.
    month : str, pandas.Period or None
        The month to tell; None for the newest.
    previous : DataFrame, optional
        An earlier vintage of the balance, in millions. The month before is said to be revised when this shows
        it; otherwise nothing is said about revision.

    Returns
    -------
    Headline

    Raises
    ------
    SeriesError
        The month is missing, or the frame is not the history table in millions.
    ComparabilityError
        Vintages are mixed, or the earlier vintage is of another compilation.

    Notes
    -----
    Three-month averages are means of t, t-1 and t-2, compared with those ending t-1 and t-12. A month that
    lacks one of the nine series counts as missing; what needs it is said to be impossible, and why.
    """
    table = Table(frame)
    at = month_of(month) if month is not None else table.complete[-1]
    if at not in table:
        span = f"{table.first} to {table.complete[-1]}"
        raise SeriesError(f"found no complete figures for {at}; expected a month of {span} with all nine series")
    why = table.why_missing([at - 1])
    pair = Comparison(table.total, [at], None if why else [at - 1])
    before = name_beside(at - 1, at)
    no_change = Phrase(f"No change from {before} can be given: {why}." if why else "")
    told = {
        "title": _title(pair),
        "balance": join(
            pair.total(f"In {at:%B %Y}", f"in {before}", _revised(table, at - 1, frame, previous)), no_change
        ),
        "goods and services": pair.items(),
        "exports": pair.flow("exports", before, parts=True),
        "imports": pair.flow("imports", before, parts=True),
        "year" if at.month == 12 else "year to date": _year(table, at),
        "three-month averages": averages(table, at),
        "history": place_in_history(table, at),
    }
    numbers = tuple(replace(n, place=place) for place, phrase in told.items() for n in phrase.numbers)
    paragraphs = tuple(Paragraph(about, p.text) for about, p in told.items() if about != "title" and p.text)
    return Headline(at, told["title"].text, paragraphs, numbers, _notes(at, numbers, previous))


def _title(pair: Comparison) -> Phrase:
    now, then = pair.pair("balance")
    month = f"{pair.now[0]:%B %Y}"
    if not now.sign:
        return Phrase(f"U.S. trade close to balance in {month}")
    side = SIDES[now.sign]
    if then is not None and then.sign != now.sign:
        return say("U.S. trade moved to a {} of {} in {}", side, now.dollars(), month)
    verb = "was" if then is None else {1: "widened to", 0: "virtually unchanged at", -1: "narrowed to"}[
        now.minus(then).sign * now.sign
    ]  # fmt: skip
    return say("U.S. trade {} {} {} in {}", side, verb, now.dollars(), month)


def _revised(table: Table, month: pd.Period, frame: pd.DataFrame, previous: pd.DataFrame | None) -> Phrase:
    """Return a bracket when an earlier vintage shows another balance for the month; without proof, nothing."""
    if previous is None or month not in table:
        return Phrase("")
    _same_compilation(frame, previous)
    earlier = Table(previous, [BALANCE], "previous vintage")
    if month not in earlier:
        return Phrase("")
    now, was = (t.total(BALANCE, [month]) for t in (table, earlier))
    if now.millions == was.millions:
        return Phrase("")
    if now.dollars().printed == was.dollars().printed and now.sign == was.sign:
        return Phrase(" (revised)")
    return say(" (revised from {})", was.dollars() if now.sign == was.sign else standing(was))


def _same_compilation(frame: pd.DataFrame, previous: pd.DataFrame) -> None:
    compilations = {
        told.attrs["series"][BALANCE]["compilation"]
        for told in (frame, previous)
        if BALANCE in told.attrs.get("series", {})
    }
    if len(compilations) > 1:
        raise ComparabilityError(f"found vintages of {' and '.join(sorted(compilations))}; expected one compilation")


def _year(table: Table, month: pd.Period) -> Phrase:
    """Return the year to date, or in December the year, beside the same months of the year before."""
    months = pd.period_range(f"{month.year}-01", month, freq="M")
    if why := table.why_missing(months):
        return Phrase(f"The year to date cannot be given: {why}.")
    why = table.why_missing(months - 12)
    pair = Comparison(table.total, months, None if why else months - 12)
    year, before = month.year, f"the same months of {month.year - 1}"
    opening, parts = f"In the first {COUNTS[len(months) - 1]} months of {year}", Phrase("")
    if month.month == 1:
        opening, before = f"The year to date is January alone. In January {year}", f"January {year - 1}"
    if month.month == 12:
        opening, before, parts = f"In the year {year}", f"{year - 1}", pair.items()
    none = Phrase(f"No comparison with {before} can be given: {why}." if why else "")
    return join(pair.total(opening, f"in {before}"), parts, pair.flow("exports"), pair.flow("imports"), none)


def _notes(month: pd.Period, numbers: tuple[Number, ...], previous: pd.DataFrame | None) -> tuple[str, ...]:
    notes = []
    if any(number.tie for number in numbers):
        notes.append("±0.1 marks an exact tie: whole millions cannot settle whether the last digit is up or down.")
    if previous is None:
        notes.append("No earlier vintage is at hand, so nothing is said about revisions.")
    lacking = (*NEED_OTHER_DATA, "the year's share of gross domestic product") if month.month == 12 else NEED_OTHER_DATA
    notes.append(f"Not told, for want of data: {'; '.join(lacking)}.")
    return tuple(notes)

"""BLS import and export price indexes, as its API answers: JSON, or the two shapes of table made from it."""

from __future__ import annotations

import ast
import re
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import SourceError, did_you_mean
from tradelib.quantity.labels import MNEMONICS
from tradelib.quantity.periods import MONTHS
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tradelib.sources.reader import Table
    from tradelib.sources.rows import Grid

SERIES = {
    f"EIU{MNEMONICS[quantity.name]}": quantity
    for flow in ("imports", "exports")
    for quantity in [Quantity(flow, "goods", "world", "bls", "nsa", "base2000", "index", "index, 2000 = 100")]
}
HEADS = {"series_id", "year", "period", "periodName", "value", "footnotes", "latest"}
MONTHLY_SINCE = pd.Period("1988-12", "M").ordinal
"""Before, the indexes were collected for the last month of a quarter only."""

NEVER_COLLECTED = frozenset({pd.Period("2025-10", "M").ordinal})
"""Months without a survey."""

_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?", re.ASCII)
_PERIOD = re.compile(r"M(0[1-9]|1[0-2])", re.ASCII)
_VALUE = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class _Fact(NamedTuple):
    series: str
    month: int
    value: float
    mark: str
    place: str | None


def is_bls(grid: Grid) -> bool:
    """Tell whether a comma-separated file has the columns of a BLS answer, in whichever order."""
    return bool(grid.rows) and {cell.strip() for cell in grid.rows[0]} == HEADS


def is_bls_answer(answer: object) -> bool:
    """Tell whether parsed JSON is an answer of the BLS API, good or bad."""
    return isinstance(answer, dict) and "status" in answer and "Results" in answer


def read_bls(grid: Grid) -> Table:
    """Read a table made from BLS API answers: comma-separated, columns and rows in any order.

    Raises
    ------
    SourceError
        A row is not a month of a known series, a month is missing, or stands twice with different values.

    Notes
    -----
    A row that stands twice with one value counts once.
    """
    heads = [cell.strip() for cell in grid.rows[0]]
    rows = []
    for at, row in enumerate(grid.rows[1:], 2):
        if len(row) != len(heads) and any(row):
            raise grid.error(f"line {at}", f"{len(row)} cells", f"{len(heads)}, as in the header")
        rows += [(f"line {at}", dict(zip(heads, (cell.strip() for cell in row), strict=True)))] if any(row) else []
    return _official(grid.file, (_fact(grid.file, place, row) for place, row in rows))


def read_bls_answer(file: str, answer: dict[str, Any]) -> Table:
    """Read an answer of the BLS API as it came, parsed from JSON.

    Raises
    ------
    SourceError
        The API did not process the request (its messages are given), or as ``read_bls``.
    """
    return _official(file, _facts_of(file, answer))


def _facts_of(file: str, answer: dict[str, Any]) -> Iterator[_Fact]:
    if answer["status"] != "REQUEST_SUCCEEDED":
        messages = "; ".join(map(str, answer.get("message") or [])) or "no message"
        raise SourceError(file, None, found=f"{answer['status']} ({messages[:200]})", expected="REQUEST_SUCCEEDED")
    try:
        series = [(one["seriesID"], list(one["data"])) for one in answer["Results"]["series"]]
        rows = [
            (f"series {name}, entry {at}", {"series_id": str(name)} | dict(row))
            for name, data in series
            for at, row in enumerate(data, start=1)
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SourceError(file, None, found=f"no {error}", expected="Results with series and their data") from error
    for place, row in rows:
        footnotes = row.get("footnotes")
        yield _fact(file, place, {k: str(v) for k, v in row.items()} | {"footnotes": repr(footnotes)})


def _fact(file: str, place: str, row: dict[str, str]) -> _Fact:
    """Return the one figure that a row holds."""

    def refuse(head: str, expected: str) -> SourceError:
        return SourceError(file, place, found=f"{head} {row.get(head)!r}", expected=expected)

    if row["series_id"] not in SERIES:
        raise refuse("series_id", f"a known one; {did_you_mean(row['series_id'], SERIES)}")
    year, period = _YEAR.fullmatch(row.get("year", "")), _PERIOD.fullmatch(row.get("period", ""))
    if not year:
        raise refuse("year", "a year such as 2024")
    if not period:
        raise refuse("period", "a month, M01 to M12")
    if row.get("periodName") != MONTHS[int(period[1]) - 1]:
        raise refuse("periodName", MONTHS[int(period[1]) - 1])
    text = row.get("value", "")
    if not _VALUE.fullmatch(text) and text != "-":
        raise refuse("value", "a number such as 141.2, or - where there is none")
    value = nan if text == "-" else float(text)
    if value == 0 or (text != "-" and not isfinite(value)):
        raise refuse("value", "an index above zero")
    try:
        listed = ast.literal_eval(row["footnotes"])
        notes: list[Any] = [note for note in listed if note != {}] if isinstance(listed, list) else [None]
        codes = [
            note["code"] for note in notes if note.keys() == {"code", "text"} and re.fullmatch(r"\w+", note["code"])
        ]
    except (ValueError, SyntaxError, TypeError, KeyError, AttributeError, RecursionError, MemoryError):
        codes, notes = [], [None]
    if len(codes) < len(notes):
        raise refuse("footnotes", "a list such as [{}] or [{'code': 'R', 'text': 'Revised.'}]")
    mark = " ".join([*(f"({code})" for code in codes), *(["-"] if text == "-" else [])])
    return _Fact(
        row["series_id"], pd.Period(year=int(year[1]), month=int(period[1]), freq="M").ordinal, value, mark, place
    )


def _official(file: str, facts: Iterable[_Fact]) -> Table:
    series: dict[str, dict[int, _Fact]] = {}
    for fact in facts:
        known = series.setdefault(fact.series, {}).setdefault(fact.month, fact)
        if known[2:4] != fact[2:4] and not (known.value != known.value and fact.value != fact.value):
            got = f"{_month(fact.month)} again with {fact.value} {fact.mark}, not {known.value} {known.mark}"
            raise SourceError(file, fact.place, found=" ".join(got.split()), expected="one value a month")
    if not series:
        raise SourceError(file, None, found="no figures", expected="at least one month")
    for name, by_month in series.items():
        _check_calendar(file, name, sorted(by_month))
    first = max(min(map(min, series.values())), MONTHLY_SINCE)  # quarters before are no months
    ordinals = range(first, max(map(max, series.values())) + 1)
    cells = [[_cell(by_month.get(at)) for by_month in series.values()] for at in ordinals]
    kept = [at for at, row in enumerate(cells) if any(row)]
    layout = series_layout(f"bls_{'_'.join(series)}", f"BLS {', '.join(series)}, import and export price indexes",
                           "bls", "bls")  # fmt: skip
    periods = pd.PeriodIndex([_month(ordinals[at]) for at in kept], freq="M")
    return series_table(layout, file, [(SERIES[name], name) for name in series], periods, [cells[at] for at in kept])


def _cell(fact: _Fact | None) -> str:
    if fact is None:
        return ""
    return " ".join(filter(None, ("" if fact.value != fact.value else f"{fact.value:.12g}", fact.mark)))


def _month(ordinal: int) -> str:
    return str(pd.Period(ordinal=ordinal, freq="M"))


def _check_calendar(file: str, series: str, published: list[int]) -> None:
    """Refuse a gap: quarter by quarter until 1988, then month by month but for months without a survey."""
    due = {m for m in range(published[0], published[-1] + 1) if m >= MONTHLY_SINCE or m % 3 == 2} - NEVER_COLLECTED
    if lacking := sorted(due - set(published)):
        raise SourceError(file, series, found=f"no {_month(lacking[0])}", expected="every month that was collected")

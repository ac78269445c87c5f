"""BLS import and export price indexes, as its API answers: JSON, or the two shapes of table made from it."""

from __future__ import annotations

import ast
import json
import re
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tradelib import catalog
from tradelib.errors import SourceError, did_you_mean
from tradelib.sources.delimited import read_csv_grid
from tradelib.sources.grid import decode, read_raw
from tradelib.sources.stub import MONTHS
from tradelib.sources.tidy import Facts, Line, Quantity, month_name, ordinal, stack, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tradelib.sources.grid import Grid

SERIES = {
    f"EIU{s.mnemonic}": Quantity(s.flow, s.item, s.basis, s.adjustment, s.unit, price_basis=s.price_basis)
    for s in catalog.CATALOG.values()
    if s.basis == "bls"
}
HEADS = {"series_id", "year", "period", "periodName", "value", "footnotes", "latest"}
MONTHLY_SINCE = ordinal(1988, 12)
"""Before, the indexes were collected for the last month of a quarter only."""

NEVER_COLLECTED = frozenset({ordinal(2025, 10)})
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
    return {str(cell) for cell in grid.rows[0]} == HEADS


def is_bls_answer(answer: object) -> bool:
    """Tell whether parsed JSON is an answer of the BLS API, good or bad."""
    return isinstance(answer, dict) and "status" in answer and "Results" in answer


def read_bls(path: str | Path) -> Facts:
    """Read a table made from BLS API answers.

    Parameters
    ----------
    path : str or Path
        Comma-separated text with the columns of the API in any order, rows in any order.

    Raises
    ------
    SourceError
        A row is not a month of a known series, a month is missing, or stands twice with different values.

    Notes
    -----
    A row that stands twice with one value counts once.
    """
    grid = read_csv_grid(path)
    if not is_bls(grid):
        raise grid.error(0, found=f"the columns {', '.join(map(str, grid.rows[0]))}", expected=", ".join(sorted(HEADS)))
    heads = [str(cell) for cell in grid.rows[0]]
    rows = ((grid.place(at), dict(zip(heads, map(str, row), strict=True))) for at, row in enumerate(grid.rows) if at)
    return _official(grid.file, "BLS API table", (_fact(grid.file, place, row) for place, row in rows))


def read_bls_json(path: str | Path) -> Facts:
    """Read an answer of the BLS API as it came.

    Raises
    ------
    SourceError
        The API did not process the request (its messages are told), or as ``read_bls``.
    """
    path = Path(path)
    answer = load_json(path)
    if not is_bls_answer(answer):
        raise SourceError(path.name, None, found="other JSON", expected="an answer of the BLS API")
    return _official(path.name, "BLS API answer", _facts_of(path.name, answer))


def load_json(path: Path) -> Any:
    """Return parsed JSON.

    Raises
    ------
    SourceError
        The file is not whole JSON in UTF-8.
    """
    text = decode(path, read_raw(path))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(path.name, None, found=f"damaged JSON ({error})", expected="whole JSON") from error


def _facts_of(file: str, answer: dict[str, Any]) -> Iterator[_Fact]:
    if answer["status"] != "REQUEST_SUCCEEDED":
        told = "; ".join(map(str, answer.get("message") or [])) or "no message"
        raise SourceError(file, None, found=f"{answer['status']} ({told[:200]})", expected="REQUEST_SUCCEEDED")
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
    return _Fact(row["series_id"], ordinal(int(year[1]), int(period[1])), value, mark, place)


def _official(file: str, layout: str, facts: Iterable[_Fact]) -> Facts:
    told: dict[str, dict[int, _Fact]] = {}
    for fact in facts:
        known = told.setdefault(fact.series, {}).setdefault(fact.month, fact)
        if known[2:4] != fact[2:4] and not (known.value != known.value and fact.value != fact.value):
            found = f"{month_name(fact.month)} again with {fact.value} {fact.mark}, not {known.value} {known.mark}"
            raise SourceError(file, fact.place, found=" ".join(found.split()), expected="one value a month")
    if not told:
        raise SourceError(file, None, found="no figures", expected="at least one month")
    frames = []
    for series, by_month in told.items():
        _check_calendar(file, series, sorted(by_month))
        lines = [Line("monthly", m, m, [by_month[m].value], by_month[m].mark) for m in sorted(by_month)]
        frames.append(tidy(lines, [SERIES[series]], series))
    return Facts(file, layout, f"BLS {', '.join(told)}", stack(frames))


def _check_calendar(file: str, series: str, published: list[int]) -> None:
    """Refuse a gap: quarter by quarter until 1988, then month by month but for months without a survey."""
    due = {m for m in range(published[0], published[-1] + 1) if m >= MONTHLY_SINCE or m % 3 == 2} - NEVER_COLLECTED
    if lacking := sorted(due - set(published)):
        raise SourceError(file, series, found=f"no {month_name(lacking[0])}", expected="every month that was collected")

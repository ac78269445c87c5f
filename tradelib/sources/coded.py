"""Series under codes, which are no official table: FRED downloads, answers of BLS, the bulk file of the release.

What a code stands for is known here (``layouts/codes.toml``), for the files do not say it. A file is taken apart into
points, each a code, a period and the text of its cell; the rest is the same for all.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import SourceError, did_you_mean
from tradelib.quantity.periods import MONTHS, parse
from tradelib.sources.facts import series_layout, series_table
from tradelib.sources.rows import NUMBER, Grid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tradelib.sources.facts import Table

_CODES = tomllib.loads((Path(__file__).parent / "layouts" / "codes.toml").read_text(encoding="utf-8"))
FRED, BLS, BULK = (
    {code: Quantity(**fields) for code, fields in _CODES[kind].items()} for kind in ("fred", "bls", "bulk")
)
"""By code, the quantity."""

MONTHLY_SINCE = pd.Period("1988-12", "M")
"""Before, the price indexes were collected for the last month of a quarter only; those are left out."""

NEVER_COLLECTED = frozenset({pd.Period("2025-10", "M")})
"""Months without a survey of prices."""

_RELEASES = {"bop": ("ft900", "bea"), "nipa": ("gdp", "nipa")}
"""By basis of a series of FRED, publisher and compilation."""

_DATE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-01", re.ASCII)
_BLS_HEADS = {"series_id", "year", "period", "periodName", "value", "footnotes", "latest"}
_NOTE = r"\{(?:'code': '(\w+)', 'text': (?:'[^']*'|\"[^\"]*\"))?\}"
_SECTIONS = ("CATEGORIES", "DATA TYPES", "GEO LEVELS", "TIME PERIODS", "NOTES", "DATA UPDATED ON", "DATA")
_BULK_HEADS = ["per_idx", "cat_idx", "dt_idx", "geo_idx", "is_adj", "val"]


class Point(NamedTuple):
    """One cell: a number, a marker after it or alone, or nothing."""

    code: str
    period: pd.Period
    text: str
    place: str


def read_coded(file: str, text: str) -> Table | None:
    """Read an answer of the BLS API, or a comma-separated file of coded series; None for any other text.

    Raises
    ------
    SourceError
        A code, a period or a value is not as published; a period is left out, or stands twice with different values; a
        series has no value; the API did not process the request (its messages are given); the text is cut short.
    """
    if text.lstrip().startswith("{"):
        return _bls_answer(file, text)
    heads = [cell.strip() for cell in next(csv.reader(io.StringIO(text, newline="")), [])]
    is_bulk, is_bls = heads == [_SECTIONS[0]], set(heads) == _BLS_HEADS
    if not is_bulk and not is_bls and heads[:1] not in (["observation_date"], ["DATE"]):
        return None
    grid = Grid(file, "", list(csv.reader(io.StringIO(text.replace("\r\r\n", "\n"), newline=""))))
    table = _bulk(grid) if is_bulk else _bls(file, _rows(grid, heads)) if is_bls else _fred(grid, heads)
    if not text.endswith(("\n", "\r")):
        raise grid.error(f"line {len(grid.rows)}", "no line end", "a line end; the file is cut short")
    return table


def _rows(grid: Grid, heads: list[str], start: int = 1) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows under the heads that have anything: their place, and their cells by head."""
    for at, row in enumerate(grid.rows[start:], start + 1):
        cells = [cell.strip() for cell in row]
        if any(cells) and len(cells) != len(heads):
            raise grid.error(f"line {at}", f"{len(cells)} cells", f"{len(heads)}, as in the header")
        if any(cells):
            yield f"line {at}", dict(zip(heads, cells, strict=True))


def _table(
    file: str, source: tuple[str, str, str, str], quantities: Mapping[str, Quantity], points: Iterable[Point],
    never: Collection[pd.Period] = (),
) -> Table:  # fmt: skip
    """Return the table of some points: every series has every period, once, and a value in one of them.

    ``source`` is what ``series_layout`` needs: name, title, publisher, compilation.
    """
    series: dict[str, dict[pd.Period, Point]] = {}
    for point in points:
        known = series.setdefault(point.code, {}).setdefault(point.period, point)
        if known.text != point.text:
            found = f"{point.period} of {point.code} again with {point.text}, not {known.text}"
            raise SourceError(file, point.place, found=found, expected="each period once")
    if not series:
        raise SourceError(file, None, found="no figures", expected="at least one period")
    span = pd.period_range(min(map(min, series.values())), max(map(max, series.values())))
    kept = [period for period in span if period not in never]
    for code, own in series.items():
        if lacking := [period for period in kept if period not in own]:
            expected = f"every period from {span[0]} to {span[-1]}"
            raise SourceError(file, code, found=f"no {lacking[0]}", expected=expected)
        if not any(NUMBER.match(point.text) for point in own.values()):
            raise SourceError(file, None, found=f"no value of {code}", expected="at least one")
    cells = [[own[period].text for own in series.values()] for period in kept]
    return series_table(series_layout(*source), file, [(quantities[code], code) for code in series], kept, cells)


def _fred(grid: Grid, heads: list[str]) -> Table:
    """Read a FRED download: a date column, one column a series; a missing value is ``.`` or empty."""
    codes = heads[1:]
    if unknown := [code for code in codes if code not in FRED]:
        hint = did_you_mean(unknown[0], FRED)
        raise grid.error("line 1", f"the code {unknown[0]!r}", f"a known one; {hint}")
    bases = {FRED[code].basis for code in codes}
    if len(bases) != 1 or len(set(codes)) < len(codes):
        raise grid.error("line 1", f"the codes {', '.join(codes)}", "series of one news release, each once")
    monthly = bases == {"bop"}
    points, before = [], ""
    for line, row in _rows(grid, heads):
        date = row.pop(heads[0])
        match = _DATE.fullmatch(date)
        if not match or (not monthly and int(match[2]) % 3 != 1) or date <= before:
            expected = f"the first day of the {'month' if monthly else 'quarter'} that comes next, such as 2024-04-01"
            raise grid.error(line, repr(date), expected)
        before, period = date, pd.Period(date, "M" if monthly else "Q")
        for column, (code, cell) in enumerate(row.items(), 2):
            text, flow, place = "" if cell == "." else cell, FRED[code].flow, f"{line}, column {column}"
            if text and not re.fullmatch(r"-?\d+(?:\.\d+)?", text, re.ASCII):
                raise grid.error(place, repr(text), "a number such as -1234.5, or . for a missing one")
            if text and monthly and not float(text).is_integer():
                raise grid.error(place, text, "whole millions of dollars, as this series has them")
            if flow != "balance" and text.startswith("-"):
                raise grid.error(place, text, f"{flow} above zero")
            points.append(Point(code, period, text, place))
    if points and points[-1].text == "0":  # FRED shows a value that is not there yet as a dot
        raise grid.error(points[-1].place, "0 at the end", "a value, or . for a missing one")
    title = f"{', '.join(codes)}, U.S. Bureau of Economic Analysis, by way of FRED"
    return _table(grid.file, (f"fred_{'_'.join(codes)}", title, *_RELEASES[bases.pop()]), FRED, points)


def _bls_answer(file: str, text: str) -> Table:
    """Read an answer of the BLS API as it came."""
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(file, None, found=f"damaged JSON ({error})", expected="whole JSON") from error
    if answer.get("status") != "REQUEST_SUCCEEDED":
        messages = "; ".join(map(str, answer.get("message") or [])) or "no message"
        found = f"{answer.get('status')} ({messages[:200]})"
        raise SourceError(file, None, found=found, expected="an answer of the BLS API, REQUEST_SUCCEEDED")
    try:
        rows = [
            (f"series {series['seriesID']}, entry {at}", {"series_id": series["seriesID"]} | row)
            for series in answer["Results"]["series"]
            for at, row in enumerate(series["data"], 1)
        ]
    except (KeyError, TypeError) as error:
        raise SourceError(file, None, found=f"no {error}", expected="Results with series and their data") from error
    return _bls(file, [(place, {name: str(cell) for name, cell in row.items()}) for place, row in rows])


def _bls(file: str, rows: Iterable[tuple[str, dict[str, str]]]) -> Table:
    """Return the price indexes of an answer; a row that stands twice with one value counts once."""
    points = [_bls_point(file, place, row) for place, row in rows]
    codes = dict.fromkeys(point.code for point in points)
    source = (f"bls_{'_'.join(codes)}", f"BLS {', '.join(codes)}, import and export price indexes", "bls", "bls")
    monthly = [point for point in points if point.period >= MONTHLY_SINCE]
    return _table(file, source, BLS, monthly, NEVER_COLLECTED)


def _bls_point(file: str, place: str, row: Mapping[str, str]) -> Point:
    """Return the one figure that a row holds."""

    def checked(head: str, pattern: str, expected: str) -> re.Match[str]:
        match = re.fullmatch(pattern, row.get(head, ""), re.ASCII)
        if not match:
            raise SourceError(file, place, found=f"{head} {row.get(head)!r}", expected=expected)
        return match

    code = checked("series_id", "|".join(BLS), f"one of {', '.join(BLS)}")[0]
    year = checked("year", r"((?:19|20)\d\d)(?:\.0)?", "a year such as 2024")[1]
    month = checked("period", r"M(0[1-9]|1[0-2])", "a month, M01 to M12")[1]
    checked("periodName", name := MONTHS[int(month) - 1], name)
    value = checked("value", r"-|(?!0+(?:\.0+)?$)\d+(?:\.\d+)?", "an index such as 141.2, or - where there is none")[0]
    expected = "a list such as [{}] or [{'code': 'R', 'text': 'Revised.'}]"
    notes = checked("footnotes", rf"\[(?:{_NOTE}(?:, (?!\]))?)*\]", expected)[0]
    marks = [f"({sign})" for sign in re.findall(_NOTE, notes) if sign]
    cells = [*marks, "-"] if value == "-" else [f"{float(value):.12g}", *marks]
    return Point(code, pd.Period(f"{year}-{month}", "M"), " ".join(cells), place)


def _bulk(grid: Grid) -> Table:
    """Read ``FTD-mf.csv``, sections of codes, then figures that refer to them: BOP basis, adjusted and not."""
    starts = {row[0]: at for at, row in enumerate(grid.rows) if len(row) == 1 and row[0] in _SECTIONS}
    if list(starts) != list(_SECTIONS):
        raise grid.error(None, f"the sections {', '.join(starts)}", ", ".join(_SECTIONS))
    ends = dict(pairwise([*starts.values(), len(grid.rows)]))
    items, flows, months = (
        {row[0]: row[1] for row in grid.rows[starts[name] + 2 : ends[starts[name]]] if len(row) > 1}
        for name in ("CATEGORIES", "DATA TYPES", "TIME PERIODS")
    )
    heads_at = starts["DATA"] + 1
    if grid.rows[heads_at : heads_at + 1] != [_BULK_HEADS]:
        found = ",".join(*grid.rows[heads_at : heads_at + 1])
        raise grid.error(f"line {heads_at + 1}", found, ",".join(_BULK_HEADS))
    periods = {
        at: pd.Period(year=span.year, month=span.first, freq="M")
        for at, text in months.items()
        if (span := parse(text.replace("-", " "))) and span.year and span.kind == "month"
    }
    points = []
    for line, row in _rows(grid, _BULK_HEADS, heads_at + 1):
        month, item, flow, place, adjusted, text = row.values()
        code = f"{flows.get(flow)} {items.get(item)} {adjusted}"
        if not re.fullmatch(r"-?\d+", text, re.ASCII) or place != "1" or month not in periods or code not in BULK:
            raise grid.error(line, ",".join(row.values()), "a listed month, item and flow, and whole millions")
        points.append(Point(code, periods[month], text, line))
    title = "U.S. International Trade in Goods and Services, bulk file"
    return _table(grid.file, ("ftd", title, "ft900", "census"), BULK, points)

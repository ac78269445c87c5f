"""Series under codes, which are no official table: FRED downloads, answers of BLS, the bulk file of the release.

What a code stands for is known here, for the files do not say it. A file is taken apart into points, each a code, a
period and the text of its cell; the rest is the same for all.
"""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import SourceError, did_you_mean
from tradelib.quantity.labels import MNEMONICS
from tradelib.quantity.periods import MONTHS
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tradelib.sources.reader import Table
    from tradelib.sources.rows import Grid
    from tradelib.sources.tables import Layout

_RATE = "billions of dollars, annual rate"
_BOP = [Quantity(*pair) for pair in product(("balance", "exports", "imports"), ("total", "goods", "services"))]
_NIPA = [Quantity(flow, basis="nipa", unit=_RATE) for flow in ("exports", "imports", "balance", "gdp")]
FRED = {MNEMONICS[quantity.name]: quantity for quantity in (*_BOP, *_NIPA)}
BLS = {
    f"EIU{MNEMONICS[quantity.name]}": quantity
    for flow in ("imports", "exports")
    for quantity in [Quantity(flow, "goods", "world", "bls", "nsa", "base2000", "index", "index, 2000 = 100")]
}
BULK = {
    f"{flow} {item} {adjusted}": Quantity(flows, items, adjustment=adjustment)
    for (flow, flows), (item, items), (adjusted, adjustment) in product(
        {"BAL": "balance", "EXP": "exports", "IMP": "imports"}.items(),
        {"BOPGS": "total", "BOPG": "goods", "BOPS": "services"}.items(), {"1": "sa", "0": "nsa"}.items(),
    )
}  # fmt: skip
"""By code, the quantity."""

MONTHLY_SINCE = pd.Period("1988-12", "M")
"""Before, the price indexes were collected for the last month of a quarter only; those are left out."""

NEVER_COLLECTED = frozenset({pd.Period("2025-10", "M")})
"""Months without a survey of prices."""

_DATE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-01", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_BLS_HEADS = {"series_id", "year", "period", "periodName", "value", "footnotes", "latest"}
_NOTE = r"\{(?:'code': '(\w+)', 'text': (?:'[^']*'|\"[^\"]*\"))?\}"
_NOTES = re.compile(rf"\[(?:{_NOTE}(?:, (?!\]))?)*\]", re.ASCII)
_SECTIONS = ("CATEGORIES", "DATA TYPES", "GEO LEVELS", "TIME PERIODS", "NOTES", "DATA UPDATED ON", "DATA")
_BULK_HEADS = ["per_idx", "cat_idx", "dt_idx", "geo_idx", "is_adj", "val"]


class Point(NamedTuple):
    """One cell: a number, a marker after it or alone, or nothing."""

    code: str
    period: pd.Period
    text: str
    place: str


def read_coded(grid: Grid) -> Table | None:
    """Read a comma-separated file of coded series; None for any other.

    Raises
    ------
    SourceError
        A code, a period or a value is not as published; a period is left out, or stands twice with different values; a
        series has no value.
    """
    heads = [cell.strip() for cell in grid.rows[0]] if grid.rows else []
    if heads[:1] in (["observation_date"], ["DATE"]):
        return _fred(grid, heads[1:])
    if set(heads) == _BLS_HEADS:
        rows = ((f"line {at}", row) for at, row in enumerate(grid.rows[1:], 2) if any(row))
        return _bls(grid.file, [_bls_point(grid.file, place, _named(grid, place, heads, row)) for place, row in rows])
    return _bulk(grid) if heads == [_SECTIONS[0]] else None


def read_bls_answer(file: str, answer: Mapping[str, Any]) -> Table:
    """Read an answer of the BLS API as it came, parsed from JSON.

    Raises
    ------
    SourceError
        The API did not process the request (its messages are given), or as ``read_coded``.
    """
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
    return _bls(file, [_bls_point(file, place, {name: str(text) for name, text in row.items()}) for place, row in rows])


def _table(
    file: str, layout: Layout, quantities: Mapping[str, Quantity], points: Iterable[Point], freq: str = "M",
    never: Collection[pd.Period] = (),
) -> Table:  # fmt: skip
    """Return the table of some points: every series has every period, once, and a value in one of them."""
    series: dict[str, dict[pd.Period, Point]] = {}
    for point in points:
        known = series.setdefault(point.code, {}).setdefault(point.period, point)
        if known.text != point.text:
            found = f"{point.period} of {point.code} again with {point.text}, not {known.text}"
            raise SourceError(file, point.place, found=found, expected="each period once")
    if not series:
        raise SourceError(file, None, found="no figures", expected="at least one period")
    span = pd.period_range(min(map(min, series.values())), max(map(max, series.values())), freq=freq)
    kept = [period for period in span if period not in never]
    for code, own in series.items():
        if lacking := [period for period in kept if period not in own]:
            expected = f"every period from {span[0]} to {span[-1]}"
            raise SourceError(file, code, found=f"no {lacking[0]}", expected=expected)
        if not any(_NUMBER.match(point.text) for point in own.values()):
            raise SourceError(file, None, found=f"no value of {code}", expected="at least one")
    cells = [[own[period].text for own in series.values()] for period in kept]
    periods = pd.PeriodIndex(kept, freq=freq)
    return series_table(layout, file, [(quantities[code], code) for code in series], periods, cells)


def _known(grid: Grid, place: str, code: str, quantities: Mapping[str, Quantity]) -> Quantity:
    if code not in quantities:
        raise grid.error(place, f"the code {code!r}", f"a known one; {did_you_mean(code, quantities)}")
    return quantities[code]


def _named(grid: Grid, place: str, heads: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(heads):
        raise grid.error(place, f"{len(row)} cells", f"{len(heads)}, as in the header")
    return dict(zip(heads, (cell.strip() for cell in row), strict=True))


def _fred(grid: Grid, codes: list[str]) -> Table:
    """Read a FRED download: a date column, one column a series; a missing value is ``.`` or empty."""
    bases = {_known(grid, "line 1", code, FRED).basis for code in codes}
    if len(bases) != 1 or len(set(codes)) < len(codes):
        raise grid.error("line 1", f"the codes {', '.join(codes)}", "series of one news release, each once")
    monthly = bases == {"bop"}
    points = list(_fred_points(grid, ["date", *codes], monthly=monthly))
    if points and (last := points[-1]).text == "0":  # FRED shows a value that is not there yet as a dot
        raise grid.error(last.place, "0 at the end", "a value, or . for a missing one")
    publisher, compilation = ("ft900", "bea") if monthly else ("gdp", "nipa")
    title = f"{', '.join(codes)}, U.S. Bureau of Economic Analysis, by way of FRED"
    layout = series_layout(f"fred_{'_'.join(codes)}", title, publisher, compilation)
    return _table(grid.file, layout, FRED, points, "M" if monthly else "Q")


def _fred_points(grid: Grid, heads: list[str], *, monthly: bool) -> Iterator[Point]:
    before = ""
    for at, row in enumerate(grid.rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        date, *cells = _named(grid, f"line {at}", heads, row).values()
        match = _DATE.fullmatch(date)
        if not match or (not monthly and int(match[2]) % 3 != 1) or date <= before:
            expected = f"the first day of the {'month' if monthly else 'quarter'} that comes next"
            raise grid.error(f"line {at}", repr(date), f"{expected}, such as 2024-04-01")
        before, period = date, pd.Period(date, "M" if monthly else "Q")
        for column, (code, text) in enumerate(zip(heads[1:], cells, strict=True), 2):
            place, flow = f"line {at}, column {column}", FRED[code].flow
            if text not in ("", ".") and not _NUMBER.fullmatch(text):
                raise grid.error(place, repr(text), "a number such as -1234.5, or . for a missing one")
            if monthly and not (text.removesuffix(".") == "" or float(text).is_integer()):
                raise grid.error(place, text, "whole millions of dollars, as this series has them")
            if flow != "balance" and text.startswith("-"):
                raise grid.error(place, text, f"{flow} above zero")
            yield Point(code, period, text.removesuffix(".") and text, place)


def _bls(file: str, points: list[Point]) -> Table:
    """Return the price indexes of an answer; a row that stands twice with one value counts once."""
    monthly = [point for point in points if point.period >= MONTHLY_SINCE]
    codes = dict.fromkeys(point.code for point in points)
    title = f"BLS {', '.join(codes)}, import and export price indexes"
    return _table(
        file, series_layout(f"bls_{'_'.join(codes)}", title, "bls", "bls"), BLS, monthly, "M", NEVER_COLLECTED
    )


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
    notes = checked("footnotes", _NOTES.pattern, "a list such as [{}] or [{'code': 'R', 'text': 'Revised.'}]")[0]
    marks = [f"({sign})" for sign in re.findall(_NOTE, notes) if sign]
    cells = [*marks, "-"] if value == "-" else [f"{float(value):.12g}", *marks]
    return Point(code, pd.Period(f"{year}-{month}", "M"), " ".join(cells), place)


def _bulk(grid: Grid) -> Table:
    """Read ``FTD-mf.csv``, sections of codes, then figures that refer to them: BOP basis, adjusted and not."""
    starts = {row[0]: at for at, row in enumerate(grid.rows) if len(row) == 1 and row[0] in _SECTIONS}
    if list(starts) != list(_SECTIONS):
        raise grid.error(None, f"the sections {', '.join(starts)}", ", ".join(_SECTIONS))
    ends = dict(pairwise([*starts.values(), len(grid.rows)]))
    parts = {name: [row for row in grid.rows[at + 1 : ends[at]] if any(row)] for name, at in starts.items()}
    items, flows, months = (
        {row[0]: row[1] for row in parts[name][1:]} for name in ("CATEGORIES", "DATA TYPES", "TIME PERIODS")
    )
    if parts["DATA"][:1] != [_BULK_HEADS]:
        raise grid.error(f"line {starts['DATA'] + 2}", ",".join(parts["DATA"][0]), ",".join(_BULK_HEADS))
    periods = {at: pd.to_datetime(text, format="%b-%Y").to_period("M") for at, text in months.items()}
    points = []
    for at, row in enumerate(parts["DATA"][1:], starts["DATA"] + 3):
        month, item, flow, place, adjusted, text = _named(grid, f"line {at}", _BULK_HEADS, row).values()
        code = f"{flows.get(flow)} {items.get(item)} {adjusted}"
        if not re.fullmatch(r"-?\d+", text, re.ASCII) or place != "1" or month not in periods or code not in BULK:
            raise grid.error(f"line {at}", ",".join(row), "a listed month, item and flow, and whole millions")
        points.append(Point(code, periods[month], text, f"line {at}"))
    title = "U.S. International Trade in Goods and Services, bulk file"
    return _table(grid.file, series_layout("ftd", title, "ft900", "census"), BULK, points)

"""The Census country workbook: goods by partner since 1985, Census basis, one row a year and partner."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.errors import SourceError
from tradelib.sources.grid import first_sheet, read_raw
from tradelib.sources.stub import MONTHS
from tradelib.sources.tidy import MILLIONS, Facts, months, ordinal
from tradelib.sources.workbook import is_workbook

if TYPE_CHECKING:
    from tradelib.sources.checks import Values

HEADER = ["year", "CTY_CODE", "CTYNAME"]
HEADER += [f"{flow}{month[:3].upper()}" for flow in "IE" for month in (*MONTHS, "YR ")]
HEADER = [head.strip() for head in HEADER]
ADJUSTED, WORLD_CODE = "0004", "0015"
"""The only seasonally adjusted row, and the world not adjusted."""

SUM_TOLERANCE = 0.7
"""Millions: a year against twelve months, each published to a tenth."""

WORLD_SHARE = 0.01
"""Share of the world that months of countries may lack or exceed (totals are revised before the countries), and years
of the adjusted world: in the workbook of 2023-03 they differ by up to 0.1 percent, in that of 2026-03 by 0.7."""

WORLD_SINCE = 1992
"""Before, some trade is in the world's total and in no country's."""


def is_country(heads: list[Any]) -> bool:
    """Tell whether a first row is the country workbook's header."""
    return [str(head).strip() for head in heads[: len(HEADER)]] == HEADER


def read_country(path: str | Path) -> Facts:
    """Read the country workbook.

    Parameters
    ----------
    path : str or Path
        ``country.xlsx`` of the Census Bureau.

    Returns
    -------
    Facts
        Millions of dollars, Census basis, general imports and total exports. ``code`` is the four-digit code,
        ``kind`` says whether it is a country or an aggregate (codes below 1000); row 0004 is seasonally adjusted,
        all others are not. Months of the last year that are not published yet are missing, not zero.

    Raises
    ------
    SourceError
        Header, codes or cells are not as published, a partner has a year twice, a year is not the sum of its
        months, the countries are not the world, or the adjusted world differs over a year.
    """
    path, raw = Path(path), read_raw(path)
    if not is_workbook(raw):
        raise SourceError(path.name, None, found="no workbook", expected="the country workbook")
    return country_of(path.name, first_sheet(path.name, raw))


def country_of(file: str, rows: list[list[Any]]) -> Facts:
    """Return what the cells of the country workbook say, as ``read_country`` does."""
    if not rows or not is_country(rows[0]):
        raise SourceError(file, "row 1", found=repr(rows[0])[:120] if rows else "nothing", expected=str(HEADER))
    places = [at for at, row in enumerate(rows) if at and any(row)]
    table = [rows[at] for at in places]
    if not table:
        raise SourceError(file, None, found="a header alone", expected="rows under it")
    years, codes, names = _labels(file, places, table)
    figures = _figures(file, places, table).reshape(len(table), 2, 13)
    monthly, annual = figures[:, :, :12], figures[:, :, 12]
    _check_sums(file, places, monthly.sum(axis=2), annual)
    newest = _newest(file, years, monthly)
    _check_world(file, years, codes, monthly)
    _check_adjusted(file, years, codes, monthly, newest)
    return Facts(file, "Census country workbook", "U.S. Trade in Goods by Country",
                    _tidy(years, codes, names, monthly, annual, newest))  # fmt: skip


def _labels(file: str, places: list[int], table: list[list[Any]]) -> tuple[Values, list[str], list[str]]:
    """Return years, codes and names; a partner has a year once, and one name all through."""
    years, codes, names = (
        _texts(file, places, [row[at] for row in table], f"column {'ABC'[at]}", *expected)
        for at, expected in enumerate(
            [(r"(?:19|20)\d\d", "a year"), (r"\d{4}", "a code of four digits"), (r"\S.*", "the name of a partner")]
        )
    )
    called = dict(zip(codes, names, strict=True))
    for place, code, name in zip(places, codes, names, strict=True):
        if called[code] != name:
            raise SourceError(file, f"row {place + 1}", found=f"{code} {name}", expected=f"{code} {called[code]}")
    seen: set[tuple[str, str]] = set()
    if len(set(zip(years, codes, strict=True))) < len(table):
        for place, year, code in zip(places, years, codes, strict=True):
            if (year, code) in seen:
                raise SourceError(file, f"row {place + 1}", found=f"{code} in {year} again", expected="a year once")
            seen.add((year, code))
    numbers = np.array(years, dtype=int)
    for code in (ADJUSTED, WORLD_CODE):
        have = np.sort(numbers[[one == code for one in codes]])
        if not have.size or have.size != have[-1] - have[0] + 1 or have[-1] != numbers.max():
            found = f"{have.size} years" + (f" from {have[0]} to {have[-1]}" if have.size else "")
            raise SourceError(file, f"code {code}", found=found, expected=f"every year until {numbers.max()}")
    return numbers, codes, names


def _texts(file: str, places: list[int], cells: list[Any], column: str, pattern: str, expected: str) -> list[str]:
    """Return the cells of a column as text; the few different ones are looked at once."""
    texts = {cell: _text(cell) for cell in set(cells)}
    bad = [cell for cell, text in texts.items() if not re.fullmatch(pattern, text, re.ASCII)]
    if bad:
        at = next(at for at, cell in enumerate(cells) if cell in bad)
        raise SourceError(file, f"{column}, row {places[at] + 1}", found=repr(cells[at]), expected=expected)
    return [texts[cell] for cell in cells]


def _text(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _figures(file: str, places: list[int], table: list[list[Any]]) -> Any:
    """Return the 26 figures of every row; each must be a number."""
    width = len(HEADER)
    figures = [row[3:width] for row in table]
    # Text that looks like a number would convert: the types of all cells are looked at, at once.
    kinds = set(map(type, chain.from_iterable(figures)))
    if (
        kinds != {float}
        or min(map(len, table)) < width
        or (max(map(len, table)) > width and any(any(row[width:]) for row in table))
    ):
        place, row = next(
            (place, row)
            for place, row in zip(places, table, strict=True)
            if len(row) < width or any(row[width:]) or not all(isinstance(cell, float) for cell in row[3:width])
        )
        at = next((at for at, cell in enumerate(row[3:width], start=3) if not isinstance(cell, float)), width)
        where, shown = (HEADER[at], repr(row[at])) if at < width else ("its end", f"{len(row)} cells")
        raise SourceError(
            file, f"row {place + 1}, {where}", found=shown, expected=f"{width} columns, numbers from the fourth on"
        )
    values = np.fromiter(chain.from_iterable(figures), float, len(table) * (width - 3)).reshape(len(table), -1)
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        first = tuple(np.argwhere(bad)[0])
        where = f"row {places[first[0]] + 1}, {HEADER[first[1] + 3]}"
        raise SourceError(file, where, found=str(values[first]), expected="a number of zero or more")
    return values


def _check_sums(file: str, places: list[int], sums: Values, annual: Values) -> None:
    gaps = np.abs(sums - annual)
    if (gaps > SUM_TOLERANCE).any():
        row, flow = np.argwhere(gaps > SUM_TOLERANCE)[0]
        place = f"row {places[row] + 1}, {('IYR', 'EYR')[flow]}"
        found = f"{annual[row, flow]:,.1f} against {sums[row, flow]:,.1f}"
        raise SourceError(file, place, found=found, expected=f"the sum of its months within {SUM_TOLERANCE}")


def _newest(file: str, years: Values, monthly: Values) -> int:
    """Return the newest month published in the last year; behind it all partners have zeros in both flows."""
    traded = (monthly[years == years.max()] > 0).any(axis=0)
    filled = [int(flow.sum()) for flow in traded]
    if filled[0] != filled[1] or not filled[0] or not traded[:, : filled[0]].all():
        found = f"{filled[0]} months of imports and {filled[1]} of exports, or a gap between them"
        raise SourceError(file, f"{years.max():.0f}", found=found, expected="the same months in a row")
    return filled[0]


def _check_world(file: str, years: Values, codes: list[str], monthly: Values) -> None:
    """Check that the countries add up to the world, as far as the world is made of countries alone."""
    is_country, is_world = np.array([code >= "1000" for code in codes]), np.array([c == WORLD_CODE for c in codes])
    for year in np.unique(years[is_world & (years >= WORLD_SINCE)]):
        world = monthly[is_world & (years == year)][0]
        parts = monthly[is_country & (years == year)].sum(axis=0)
        broken = np.abs(parts - world) > WORLD_SHARE * world + SUM_TOLERANCE
        if broken.any():
            flow, month = np.argwhere(broken)[0]
            place = f"{('imports', 'exports')[flow]} of {MONTHS[month]} {year}"
            found = f"countries of {parts[flow, month]:,.1f} against a world of {world[flow, month]:,.1f}"
            raise SourceError(file, place, found=found, expected=f"the same within {WORLD_SHARE:.1%}")


def _check_adjusted(file: str, years: Values, codes: list[str], monthly: Values, newest: int) -> None:
    """Check that the adjusted world has every published month, and whole years of the world that is not adjusted."""
    by_year = {code: {int(years[at]): monthly[at] for at, one in enumerate(codes) if one == code}
               for code in (ADJUSTED, WORLD_CODE)}  # fmt: skip
    for year, adjusted in by_year[ADJUSTED].items():
        count = newest if year == years.max() else 12
        if not adjusted[:, :count].all():
            flow, month = np.argwhere(adjusted[:, :count] == 0)[0]
            place = f"{('imports', 'exports')[flow]} of {MONTHS[month]} {year}"
            raise SourceError(file, place, found=f"0 for code {ADJUSTED}", expected="the world, seasonally adjusted")
        world = by_year[WORLD_CODE].get(year)
        if count < 12 or world is None:
            continue
        one, other = adjusted.sum(axis=1), world.sum(axis=1)
        over = np.abs(one - other) - WORLD_SHARE * other
        if (over > 0).any():
            flow = int(over.argmax())
            found = f"{one[flow]:,.1f} adjusted against {other[flow]:,.1f} not adjusted"
            place = f"{('imports', 'exports')[flow]} of {year}"
            raise SourceError(file, place, found=found, expected=f"the same year within {WORLD_SHARE:.1%}")


def _tidy(
    years: Values, codes: list[str], names: list[str], monthly: Values, annual: Values, newest: int
) -> pd.DataFrame:
    """Return imports and exports, months and years, under each other; a year's end is its last published month."""
    count, last = len(years), years == years.max()
    values = monthly.copy()
    values[last, :, newest:] = np.nan
    january = ordinal(0, 1) + years.astype(np.int64) * 12
    first = np.broadcast_to(january[:, None, None] + np.arange(12), values.shape)
    ends = np.where(last, january + newest - 1, january + 11)
    frequency = np.where(ends - january == 11, 1, 2)
    spread = (count, 2, 12)

    def both(by_month: Any, by_year: Any) -> Any:
        return np.concatenate([np.broadcast_to(by_month, spread).ravel(), np.broadcast_to(by_year, spread[:2]).ravel()])

    flows, kinds = np.arange(2), np.array([0 if code >= "1000" else 1 for code in codes])
    code_of, code_names = pd.factorize(np.array(codes, dtype=object))
    name_of, partners = pd.factorize(np.array(names, dtype=object))
    adjusted = np.array([0 if code == ADJUSTED else 1 for code in codes])
    size = count * 26

    def label(numbers: Any, categories: Any) -> pd.Categorical:
        return pd.Categorical.from_codes(np.asarray(numbers, dtype=np.int16), categories)

    def by_row(numbers: Any, categories: Any) -> pd.Categorical:
        return label(both(numbers[:, None, None], numbers[:, None]), categories)

    same = np.zeros(size)
    return pd.DataFrame(
        {
            "table": label(same, ["country"]),
            "frequency": label(both(0, frequency[:, None]), ["monthly", "annual", "year to date"]),
            "first": months(both(first, january[:, None])),
            "last": months(both(first, ends[:, None])),
            "flow": label(both(flows[:, None], flows), ["imports", "exports"]),
            "item": label(same, ["goods"]),
            "partner": by_row(name_of, partners),
            "code": by_row(code_of, code_names),
            "kind": by_row(kinds, ["country", "aggregate"]),
            "basis": label(same, ["census"]),
            "adjustment": by_row(adjusted, ["sa", "nsa"]),
            "price_basis": label(same, ["current"]),
            "unit": label(same, [MILLIONS]),
            "value": both(values, annual[:, :]),
            "marker": label(same, [""]),
        }
    )

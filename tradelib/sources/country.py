"""The Census country workbook: goods by partner since 1985, Census basis, one row a year and partner."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from tradelib.quantity import WORLD, Quantity
from tradelib.quantity.errors import SourceError
from tradelib.quantity.labels import partner_slug, partners
from tradelib.quantity.periods import MONTHS
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    import numpy.typing as npt

    from tradelib.sources.reader import Table

    Values: TypeAlias = npt.NDArray[np.float64]

HEADER = ["year", "CTY_CODE", "CTYNAME"]
HEADER += [f"{flow}{month[:3].upper()}" for flow in "IE" for month in (*MONTHS, "YR ")]
HEADER = [head.strip() for head in HEADER]
ADJUSTED, WORLD_CODE = "0004", "0015"
"""The only seasonally adjusted row, and the world not adjusted."""

FLOWS = ("imports", "exports")

SUM_TOLERANCE = 0.7
"""Millions: a year against twelve months, each published to a tenth."""

WORLD_SHARE = 0.01
"""Share of the world that months of countries may lack or exceed (totals are revised before the countries), and years
of the adjusted world: in the workbook of 2023-03 they differ by up to 0.1 percent, in that of 2026-03 by 0.7."""

TECHNOLOGY = "0007"
"""Advanced technology products with all partners."""

LARGEST = 45
"""Partners that the store keeps beside the totals, by exports and imports of the last twelve months."""

WORLD_SINCE = 1992
"""Before, some trade is in the world's total and in no country's."""


def is_country(heads: list[Any]) -> bool:
    """Tell whether a first row is the country workbook's header."""
    return [str(head).strip() for head in heads[: len(HEADER)]] == HEADER


def read_country(file: str, rows: list[list[Any]]) -> Table:
    """Read the cells of the country workbook, ``country.xlsx`` of the Census Bureau.

    Returns
    -------
    Table
        Months since 1985 in millions of dollars, Census basis, general imports and total exports: the world (adjusted
        and not), advanced technology products, areas, and the ``LARGEST`` countries. Months of the last year that are
        not published yet are missing, not zero.

    Raises
    ------
    SourceError
        Header, codes or cells are not as published, a code has another country's name, a partner has a year twice, a
        year is not the sum of its months, the countries are not the world, or the adjusted world differs over a year.
    """
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
    return _table(file, years, codes, dict(zip(codes, names, strict=True)), monthly, newest)


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
    _check_names(file, called)
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


def _check_names(file: str, called: dict[str, str]) -> None:
    """Check that no code has the name of another partner; a partner that no list has passes."""
    known = {code: slug for slug, row in partners().items() for code in row["codes"].split(";") if code}
    slugs = set(known.values())
    for code, name in called.items():
        if code in known and (got := partner_slug(name)) != known[code] and got in slugs:
            raise SourceError(file, f"code {code}", found=name, expected=partners()[known[code]]["name"])


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


def _table(file: str, years: Values, codes: list[str], names: dict[str, str], monthly: Values, newest: int) -> Table:
    """Return months down; a country without a row of a year had no trade with the United States in it."""
    first, last = int(years.min()), int(years.max())
    blocks: dict[tuple[str, str], Values] = {}
    for at, code in enumerate(codes):
        key = ("", code) if code < "1000" else (partner_slug(names[code]), "")  # some countries had two codes in turn
        blocks.setdefault(key, np.zeros((2, last - first + 1, 12)))[:, int(years[at]) - first] += monthly[at]
    series = {key: block.reshape(2, -1)[:, : (last - first) * 12 + newest] for key, block in blocks.items()}
    traded = {key: both[:, -12:].sum() for key, both in series.items() if key[0]}
    kept = [key for key in series if not key[0]] + sorted(traded, key=lambda key: -traded[key])[:LARGEST]
    called = {(partner_slug(name), ""): code for code, name in sorted(names.items(), reverse=True)}
    codes_of = {key: key[1] or called[key] for key in kept}
    columns = [(_quantity(flow, codes_of[key], names[codes_of[key]]), codes_of[key]) for key in kept for flow in FLOWS]
    values = np.concatenate([series[key] for key in kept]).T
    starts = (values != 0).argmax(axis=0)  # an area or technology group has no figures before it was compiled
    cells = [
        ["" if at < start else f"{value:.1f}".removesuffix(".0") for value, start in zip(row, starts, strict=True)]
        for at, row in enumerate(values.tolist())
    ]
    layout = series_layout("country", "U.S. Trade in Goods by Country, U.S. Census Bureau", "ft900", "country")
    return series_table(layout, file, columns, pd.period_range(f"{first}-01", periods=len(cells), freq="M"), cells)


def _quantity(flow: str, code: str, name: str) -> Quantity:
    item = "goods/advanced_technology" if code == TECHNOLOGY else "goods"
    partner = WORLD if code in (ADJUSTED, WORLD_CODE, TECHNOLOGY) else partner_slug(name)
    return Quantity(flow, item, partner, "census", "sa" if code == ADJUSTED else "nsa")

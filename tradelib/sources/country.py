"""The Census country workbook: goods by partner since 1985, Census basis, one row per partner and year."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from tradelib.quantity import WORLD, Quantity
from tradelib.quantity.errors import SourceError
from tradelib.quantity.labels import partner_slug, partners
from tradelib.quantity.periods import MONTHS
from tradelib.sources.facts import series_layout, series_table
from tradelib.sources.formats import text_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from tradelib.sources.facts import Table

    Values: TypeAlias = npt.NDArray[np.float64]
    Rows: TypeAlias = list[list[Any]]

HEADER = ["year", "CTY_CODE", "CTYNAME", *(f"{flow}{month[:3].upper()}" for flow in "IE" for month in (*MONTHS, "YR"))]
ADJUSTED, WORLD_CODE = "0004", "0015"
"""Codes of the adjusted world, the only seasonally adjusted entry, and of the unadjusted world."""

FLOWS = ("imports", "exports")

SUM_TOLERANCE = 0.7
"""Tolerance, in millions, of a year against the sum of its twelve months, each published to a tenth."""

WORLD_SHARE = 0.01
"""Tolerance, as a share of the world: for the sum of countries (totals are revised first), and for adjusted years (they
differ from the unadjusted by up to 0.1 percent in the workbook of 2023-03, by 0.7 percent in that of 2026-03)."""

TECHNOLOGY = "0007"
"""Code of advanced technology products with all partners."""

LARGEST = 45
"""Number of countries that the store keeps, ranked by exports plus imports of the last twelve months."""

WORLD_SINCE = 1992
"""First year in which the countries add up to the world; earlier totals contain trade that no country has."""


def is_country(heads: list[Any]) -> bool:
    """Return whether a first row is the header of the country workbook."""
    return [str(head).strip() for head in heads[: len(HEADER)]] == HEADER


def read_country(file: str, rows: list[list[Any]]) -> Table:
    """Read the rows of the country workbook, ``country.xlsx`` of the Census Bureau.

    Returns
    -------
    Table
        Months since 1985 in millions of dollars, Census basis, general imports and total exports: the world (adjusted
        and not), advanced technology products, areas, and the ``LARGEST`` countries. The table ends with the newest
        published month, although the workbook has zeros for the rest of the year.

    Raises
    ------
    SourceError
        Codes or cells are not as published, a code has another country's name, a partner has a year twice, a year is
        not the sum of its months, the countries do not add up to the world, the world has no figure for a month, or a
        year of the adjusted world differs from the unadjusted one.
    """
    places = [at for at, row in enumerate(rows, 1) if at > 1 and any(row)]
    if not places:
        raise SourceError(file, None, found="a header alone", expected="rows under it")
    width = len(HEADER)  # a row of an .xls may end early
    table = [row if len(row := rows[at - 1]) >= width else row + [""] * (width - len(row)) for at in places]
    labels, code_labels, names = _labels(file, places, table)
    figures = _figures(file, places, table)
    codes = {code: at for at, code in enumerate(sorted(names))}
    year_at = np.array(list(map(int, labels)))
    years = np.arange(year_at.min(), year_at.max() + 1)
    months = np.zeros((len(codes), len(years), 2, 12))  # a partner without a row for a year had no trade
    months[[codes[code] for code in code_labels], year_at - years[0]] = figures[:, :, :12]
    newest = _newest(file, years[-1], months[:, -1])
    _check_world(file, list(codes), years, months, newest)
    series = months.transpose(0, 2, 1, 3).reshape(len(codes), 2, -1)[:, :, : (len(years) - 1) * 12 + newest]
    return _table(file, names, dict(zip(codes, series, strict=True)), years[0])


def _labels(file: str, places: list[int], table: Rows) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the year and code of each row, and names by code; check that a code has one name and each year once."""
    years, codes, names = (
        _texts(file, places, [row[at] for row in table], *expected)
        for at, expected in enumerate([(r"(?:19|20)\d\d", "a year"), (r"\d{4}", "four digits"), (r"\S.*", "a partner")])
    )
    called: dict[str, str] = {}
    seen: dict[str, set[str]] = {}
    for place, year, code, name in zip(places, years, codes, names, strict=True):
        years_seen = seen.setdefault(code, set())
        if called.setdefault(code, name) != name or year in years_seen:
            expected = f"{called[code]}, each year once"
            raise SourceError(file, f"row {place}", found=f"{code} {name} in {year}", expected=expected)
        years_seen.add(year)
    known = {code: slug for slug, row in partners().items() for code in row["codes"].split(";") if code}
    for code, name in called.items():  # refuse a known code with the name of another partner; unlisted names pass
        if code in known and (slug := partner_slug(name)) != known[code] and slug in partners():
            raise SourceError(file, f"code {code}", found=name, expected=partners()[known[code]]["name"])
    return years, codes, called


def _texts(file: str, places: list[int], cells: list[Any], pattern: str, expected: str) -> list[str]:
    """Return the cells of a column as text; each of the few distinct values is checked once."""
    texts = {cell: text_of(cell).strip() for cell in set(cells)}
    if bad := {cell for cell, text in texts.items() if not re.fullmatch(pattern, text, re.ASCII)}:
        place, cell = next((place, cell) for place, cell in zip(places, cells, strict=True) if cell in bad)
        raise SourceError(file, f"row {place}", found=repr(cell), expected=expected)
    return [texts[cell] for cell in cells]


def _figures(file: str, places: list[int], table: Rows) -> Values:
    """Return the figures of every row by flow: twelve months and the year, checked to be their sum."""
    width = len(HEADER)
    pack, packed = struct.Struct(f"{width - 3}d").pack, []
    for place, row in zip(places, table, strict=True):
        try:
            packed.append(pack(*row[3:width]))  # fails on anything but numbers
            wrong = [cell for cell in row[width:] if cell]
        except struct.error:
            wrong = [cell for cell in row[3:width] if not isinstance(cell, float)]
        if wrong:
            expected = f"{width} columns, numbers from the fourth on"
            raise SourceError(file, f"row {place}", found=repr(wrong[0]), expected=expected)
    figures = np.frombuffer(b"".join(packed)).reshape(len(table), 2, 13)
    gaps = np.abs(figures[:, :, :12].sum(axis=2) - figures[:, :, 12]).max(axis=1)
    least, most = figures.min(axis=(1, 2)), figures.max(axis=(1, 2))
    for far, words, found, expected in (
        (~np.isfinite(most) | (least < 0), "", least, "numbers of zero or more"),
        (gaps > SUM_TOLERANCE, "a gap of ", gaps, f"years that are the sum of their months within {SUM_TOLERANCE}"),
    ):
        if far.any():
            at = int(far.argmax())
            raise SourceError(file, f"row {places[at]}", found=f"{words}{found[at]:,.1f}", expected=expected)
    return figures


def _newest(file: str, year: int, months: Values) -> int:
    """Return the number of published months in the last year; after them, all partners have zeros in both flows."""
    traded: npt.NDArray[np.bool_] = np.any(months > 0, axis=0)
    imports, exports = (int(flow.sum()) for flow in traded)
    if imports != exports or not imports or not traded[:, :imports].all():
        found = f"{imports} months of imports and {exports} of exports, or a gap between them"
        raise SourceError(file, str(year), found=found, expected="the same months in a row")
    return imports


def _check_world(file: str, codes: list[str], years: Values, months: Values, newest: int) -> None:
    """Check that no month of the world is missing, countries add up to it, and adjustment keeps annual totals."""
    for code in (ADJUSTED, WORLD_CODE):
        total = months[codes.index(code)] if code in codes else np.zeros_like(months[0])
        start = int(total.any(axis=(1, 2)).argmax())
        if not total[start:-1].all() or not total[-1, :, :newest].all():
            raise SourceError(file, f"code {code}", found="no figure, or 0", expected="the world in every month")
    world, adjusted = (months[codes.index(code)] for code in (WORLD_CODE, ADJUSTED))
    countries = months[[code >= "1000" for code in codes]].sum(axis=0)
    since = int(max(np.searchsorted(years, WORLD_SINCE), world.any(axis=(1, 2)).argmax()))
    _check_same(file, "the countries", years[since:], countries[since:], world[since:])
    whole = adjusted.all(axis=(1, 2)) & world.all(axis=(1, 2))
    sums = (months[whole].sum(axis=2, keepdims=True) for months in (adjusted, world))
    _check_same(file, f"code {ADJUSTED} over the year", years[whole], *sums)


def _check_same(file: str, what: str, years: Values, got: Values, world: Values) -> None:
    """Check figures by year, flow and month (or by year and flow) against those of the world."""
    wrong = np.abs(got - world) > WORLD_SHARE * world + SUM_TOLERANCE
    if wrong.any():
        year, flow, month = at = tuple(np.argwhere(wrong)[0])
        place = f"{FLOWS[flow]} of {f'{MONTHS[month]} ' if wrong.shape[2] == 12 else ''}{years[year]}"
        found = f"{what}: {got[at]:,.1f} against a world of {world[at]:,.1f}"
        raise SourceError(file, place, found=found, expected=f"the same within {WORLD_SHARE:.1%}")


def _table(file: str, names: dict[str, str], months: dict[str, Values], first: int) -> Table:
    """Return the table of every total and the largest countries; successive codes of a country are added up."""
    codes: dict[str, list[str]] = {}
    for code, name in names.items():
        codes.setdefault(code if code < "1000" else partner_slug(name), []).append(code)
    series = {min(same): sum((months[code] for code in same), np.zeros(1)) for same in codes.values()}
    traded = {code: both[:, -12:].sum() for code, both in series.items() if code >= "1000"}
    kept = [code for code in series if code < "1000"] + sorted(traded, key=lambda code: -traded[code])[:LARGEST]
    columns = [(_quantity(flow, code, names[code]), code) for code in kept for flow in FLOWS]
    values = np.concatenate([series[code] for code in kept]).round(1).T
    starts = (values != 0).argmax(axis=0)  # an area or technology group has no figures before it was compiled
    values[np.arange(len(values))[:, None] < starts] = np.nan
    layout = series_layout("country", "U.S. Trade in Goods by Country, U.S. Census Bureau", "ft900", "country")
    periods = pd.period_range(f"{first}-01", periods=len(values), freq="M")
    left = len(series) - len(kept)
    notes = (f"{left} smaller partners are left out (data/README.md)",) if left else ()
    return replace(series_table(layout, file, columns, periods, values), notes=notes)


def _quantity(flow: str, code: str, name: str) -> Quantity:
    item = "goods/advanced_technology" if code == TECHNOLOGY else "goods"
    partner = WORLD if code in (ADJUSTED, WORLD_CODE, TECHNOLOGY) else partner_slug(name)
    return Quantity(flow, item, partner, "census", "sa" if code == ADJUSTED else "nsa")

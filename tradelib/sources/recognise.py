"""Any official file: which layout it has, told by its content, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.errors import SourceError
from tradelib.sources import bea, bls, census_api, country, exhibit12, fred, official, plain_exhibit, real_goods
from tradelib.sources.checks import check_accounts
from tradelib.sources.delimited import read_csv_grid
from tradelib.sources.exhibit import read_exhibit
from tradelib.sources.grid import decode, grids_of, read_grid, read_raw
from tradelib.sources.tidy import MILLIONS, Facts, Line, Quantity, stack, tidy
from tradelib.sources.workbook import is_workbook, read_cells
from tradelib.unpack import is_package

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.exhibit import Exhibit
    from tradelib.sources.grid import Grid

_FIRST_ROWS = 15


def read_any(path: str | Path) -> Facts:
    """Read an official file of any layout that tradelib knows.

    Parameters
    ----------
    path : str or Path
        Text, CSV, JSON or workbook; its name and its exhibit number are not trusted to say what it is.

    Returns
    -------
    Facts
        Every published figure with all that makes it the quantity it is, checked.

    Raises
    ------
    SourceError
        The file has no known layout, is not whole and well-formed, or contradicts itself.
    """
    path = Path(path)
    raw = read_raw(path)
    if is_workbook(raw):
        return _workbook(path, raw)
    text = decode(path, raw).lstrip()
    if text.startswith(("[", "{")):
        is_array = census_api.is_census_answer(bls.load_json(path))
        return census_api.read_census_api(path) if is_array else bls.read_bls_json(path)
    if "\t" in text or "," not in text.partition("\n")[0]:
        return _exhibit(read_grid(path))
    grid = read_csv_grid(path)
    if fred.is_fred(grid):
        return fred.read_fred(path)
    if bls.is_bls(grid):
        return bls.read_bls(path)
    raise grid.error(0, found=f"the columns {', '.join(map(str, grid.rows[0]))[:120]}", expected="FRED or BLS columns")


def _workbook(path: Path, raw: bytes) -> Facts:
    if is_package(raw):
        expected = "one file; read_package reads the exhibits of a monthly package"
        raise SourceError(path.name, None, found="an archive of workbooks", expected=expected)
    sheets = read_cells(path.name, raw)
    _, rows = sheets[0]
    if rows and country.is_country(rows[0]):
        return country.country_of(path.name, rows)
    grids = grids_of(path.name, sheets)
    if bea.is_bea(grids):
        return bea.read_bea_sheets(path.name, grids)
    return _exhibit(grids[0])


def _exhibit(grid: Grid) -> Facts:
    """Read what has the exhibit shape: a declared layout when its title is known, else the shape as it is."""
    titles = [grid.text(at) for at in range(min(_FIRST_ROWS, len(grid.rows)))]
    for kind in official.KINDS:
        if any(map(kind.layout.is_title, titles)):
            exhibit = read_exhibit(grid, kind.layout)
            check_accounts(exhibit)
            return facts_of([exhibit], kind.name)
    if any(map(exhibit12.EXHIBIT12.is_title, titles)):
        return facts_of([exhibit12.exhibit12_of(grid)], "Exhibit 12")
    if real_goods.is_real_goods(titles):
        return facts_of(list(real_goods.real_goods_of(grid).values()), "real goods")
    if plain_exhibit.title_row(grid) is not None:
        found = plain_exhibit.plain_exhibit_of(grid)
        parts = [_tidy(exhibit, quantities) for exhibit, quantities in found]
        return Facts(grid.file, "exhibit", found[0][0].title, stack(part for tables in parts for part in tables))
    shown = next((title for title in titles if title), "")
    raise grid.error(0, found=repr(shown[:80]), expected="an official table that tradelib knows")


def facts_of(exhibits: Sequence[Exhibit], layout: str) -> Facts:
    """Return exhibits whose series have names as tidy facts; the print repeated at a foot is a table of its own."""
    frames = []
    for exhibit in exhibits:
        quantities = [Quantity.named(str(name)) for name in exhibit.months.columns]
        units = [
            MILLIONS if q.price_basis == "current" else f"millions of chained ({q.price_basis[-4:]}) U.S. dollars"
            for q in quantities
        ]
        frames += _tidy(exhibit, [q._replace(unit=unit) for q, unit in zip(quantities, units, strict=True)])
    return Facts(exhibits[0].file, layout, exhibits[0].title, stack(frames), exhibits=tuple(exhibits))


def _tidy(exhibit: Exhibit, quantities: Sequence[Quantity]) -> list[pd.DataFrame]:
    frames = []
    last_print = f"{exhibit.title}, as published last month"
    for part, table in {"months": exhibit.title, "annual": exhibit.title, "previous": last_print}.items():
        frame: pd.DataFrame = getattr(exhibit, part)
        if frame.empty:
            continue
        marks = exhibit.markers if part != "previous" else exhibit.markers.iloc[:0]
        frames.append(tidy(list(_lines(frame, marks)), quantities, table))
    return frames


def _lines(frame: pd.DataFrame, markers: pd.DataFrame) -> list[Line]:
    spans = frame.index if isinstance(frame.index, pd.MultiIndex) else [(month, month) for month in frame.index]
    single = not isinstance(frame.index, pd.MultiIndex)
    told: dict[tuple[pd.Period, pd.Period], dict[str, str]] = {}
    for first, last, series, marker in markers.itertuples(index=False):
        told.setdefault((first, last), {})[series] = marker
    lines = []
    for (first, last), figures in zip(spans, frame.to_numpy(), strict=True):
        marks = told.get((first, last), {})
        of = {at: marks[name] for at, name in enumerate(frame.columns) if name in marks}
        length = last.ordinal - first.ordinal
        frequency = "monthly" if single else "annual" if length == 11 else "year to date"
        lines.append(Line(frequency, first.ordinal, last.ordinal, list(figures), marks.get("", ""), of))
    return lines

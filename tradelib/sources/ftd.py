"""The bulk time series file of the release (``FTD-mf.csv``): sections of codes, then figures that refer to them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    from tradelib.sources.reader import Table
    from tradelib.sources.rows import Grid

_ITEMS = {"BOPGS": "total", "BOPG": "goods", "BOPS": "services"}
_FLOWS = {"BAL": "balance", "EXP": "exports", "IMP": "imports"}
_ADJUSTED = {"1": "sa", "0": "nsa"}
_SECTIONS = ("CATEGORIES", "DATA TYPES", "GEO LEVELS", "TIME PERIODS", "NOTES", "DATA UPDATED ON", "DATA")
_HEADS = ["per_idx", "cat_idx", "dt_idx", "geo_idx", "is_adj", "val"]


def is_ftd(grid: Grid) -> bool:
    """Tell whether a comma-separated file begins as the bulk file does."""
    return bool(grid.rows) and grid.rows[0] == [_SECTIONS[0]]


def read_ftd(grid: Grid) -> Table:
    """Read the bulk file: balance, exports and imports, BOP basis, adjusted and not.

    Raises
    ------
    SourceError
        A section is missing; a category, type, place or month is unknown; a month stands twice or is left out.
    """
    starts = {row[0]: at for at, row in enumerate(grid.rows) if len(row) == 1 and row[0] in _SECTIONS}
    if list(starts) != list(_SECTIONS):
        raise grid.error(None, f"the sections {', '.join(starts)}", ", ".join(_SECTIONS))
    ends = dict(pairwise([*starts.values(), len(grid.rows)]))
    parts = {name: [row for row in grid.rows[at + 1 : ends[at]] if any(row)] for name, at in starts.items()}
    items, flows = ({row[0]: row[1] for row in parts[name][1:]} for name in ("CATEGORIES", "DATA TYPES"))
    months = {row[0]: pd.to_datetime(row[1], format="%b-%Y").to_period("M") for row in parts["TIME PERIODS"][1:]}
    if parts["DATA"][:1] != [_HEADS]:
        raise grid.error(f"line {starts['DATA'] + 2}", ",".join(parts["DATA"][0]), ",".join(_HEADS))
    cells: dict[tuple[str, str, str], dict[pd.Period, str]] = {}
    for at, row in enumerate(parts["DATA"][1:], starts["DATA"] + 3):
        place = f"line {at}"
        if len(row) != len(_HEADS) or not row[5].lstrip("-").isdigit() or row[3] != "1":
            raise grid.error(place, ",".join(row), "six cells, whole millions of the United States")
        month, key = months.get(row[0]), (flows.get(row[2], ""), items.get(row[1], ""), row[4])
        if month is None or key[0] not in _FLOWS or key[1] not in _ITEMS or key[2] not in _ADJUSTED:
            raise grid.error(place, ",".join(row), "a month, category and type that the file lists")
        if month in cells.setdefault(key, {}):
            raise grid.error(place, f"{month} of {' '.join(key)} again", "each month once")
        cells[key][month] = row[5]
    span = pd.period_range(min(map(min, cells.values())), max(map(max, cells.values())), freq="M")
    for key, values in cells.items():
        if lacking := [month for month in span if month not in values]:
            raise grid.error(None, f"no {lacking[0]} of {' '.join(key)}", "every month of every series")
    columns = [
        (Quantity(_FLOWS[flow], _ITEMS[item], adjustment=_ADJUSTED[adjusted]), f"{flow} {item} {adjusted}")
        for flow, item, adjusted in cells
    ]
    layout = series_layout("ftd", "U.S. International Trade in Goods and Services, bulk file", "ft900", "census")
    return series_table(layout, grid.file, columns, span, [[cells[key][month] for key in cells] for month in span])

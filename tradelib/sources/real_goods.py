"""Real goods: chained dollars, Census basis, seasonally adjusted, by end use, with the residual.

Three official tables: the long series ``realexp``/``realimp`` (``.xls``, ``.xlsx``), the exhibit by principal end
use (10 in a monthly release) and the one by petroleum and non-petroleum (11). Exhibit numbers move; titles decide.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.errors import SourceError
from tradelib.sources.checks import check_accounts
from tradelib.sources.exhibit import Exhibit, Layout, read_exhibit
from tradelib.sources.grid import Cell, Grid, Part, read_grid
from tradelib.sources.stub import MONTHS, Month, Note, Span, Year, understand

if TYPE_CHECKING:
    from collections.abc import Iterable

RESIDUAL_TOLERANCE = 2
"""Millions: the total, six end uses and the residual are rounded on their own."""

END_USES = {
    "Foods, Feeds, & Beverages": "foods",
    "Industrial Supplies": "industrial_supplies",
    "Capital Goods": "capital_goods",
    "Automotive Vehicles, etc.": "automotive",
    "Consumer Goods": "consumer_goods",
    "Other Goods": "other_goods",
}
_TOTAL, _RESIDUAL = {"Total Census Basis": "goods"}, {"Residual": "residual"}
_PETROLEUM = {"Petroleum": "petroleum", "Non-Petroleum": "nonpetroleum"}
_GROUP = "Chained dollars"
_FLOWS = {"balance": "balance", "trade balance": "balance", "exports": "exports", "imports": "imports"}
_CHAINED = re.compile(r"\b(?:chained \((\d{4})\) dollars|(\d{4}) chain-weighted dollars)", re.IGNORECASE)


@dataclass(frozen=True)
class _Table:
    """One of the official tables: its title and the items of its columns by their heads."""

    title: str
    items: dict[str, str]

    def layout(self, flow: str, year: int) -> Layout:
        columns = tuple((head, f"{flow}_{item}_census_sa_chained{year}") for head, item in self.items.items())
        units = (r"in millions of dollars", r"\b(?<!not[ -])seasonally adjusted", rf"\b{year}\b")
        return Layout(title=self.title, units=units, header=((_GROUP, columns),))


_TABLES = (
    _Table(r"Real (Exports|Imports) of Goods by Principal End-Use Category", _TOTAL | END_USES | _RESIDUAL),
    _Table(
        r"Exhibit \w+\. Real U\.S\. Trade in Goods by Principal End-Use Category(?: \(.*\))?",
        _TOTAL | END_USES | _RESIDUAL,
    ),
    _Table(
        r"Exhibit \w+\. Real .*\bPetroleum and Non-?petroleum\b.*",
        _TOTAL | _PETROLEUM | {"Residual": "petroleum_residual"},
    ),
)


def read_real_goods(path: str | Path) -> dict[str, Exhibit]:
    """Read one table of real goods and check its accounts.

    Parameters
    ----------
    path : str or Path
        ``realexp``, ``realimp``, or the exhibit of real goods by end use or by petroleum and non-petroleum.

    Returns
    -------
    dict of str to Exhibit
        By flow. Millions of chained dollars; the reference year is in the name of each series, for example
        ``exports_capital_goods_census_sa_chained2012``. The total is item ``goods``, the difference between it
        and the sum of its parts ``residual`` (``petroleum_residual``).

    Raises
    ------
    SourceError
        The file is no such table, or is not whole, names two reference years, or breaks an identity.

    Notes
    -----
    Source: U.S. Census Bureau and U.S. Bureau of Economic Analysis, FT-900. Total = parts + residual within
    2 million, an annual line equals its months within 5 million. In ``realexp`` and ``realimp`` the line of the
    newest year is labelled *Jan.-Dec.* however many months it sums; it is read as the year to date.
    """
    return real_goods_of(read_grid(path))


def real_goods_of(grid: Grid) -> dict[str, Exhibit]:
    """Return what a grid of cells says that holds a table of real goods; see ``read_real_goods``."""
    table = _table(grid)
    year = _reference_year(grid)
    found = {}
    for flow, rows in _flows(grid).items():
        exhibit = read_exhibit(_part(grid, rows, table), table.layout(flow, year))
        check_accounts(exhibit)
        _check_residual(exhibit)
        found[flow] = exhibit
    _check_balance(found)
    return found


def real_files(folder: str | Path) -> list[Path]:
    """Return the files of real goods that a folder has."""
    found = [*Path(folder).glob("realexp*"), *Path(folder).glob("realimp*")]
    return sorted(path for path in found if path.suffix in (".xls", ".xlsx"))


def read_real_folder(folder: str | Path) -> pd.DataFrame:
    """Read the newest long series of real exports and imports that a folder has.

    Parameters
    ----------
    folder : str or Path
        Holds ``realexp*.xls[x]`` and ``realimp*.xls[x]``; of several the one with the newest month is taken.

    Returns
    -------
    pandas.DataFrame
        Billions of chained dollars by month, both flows, all end uses and residuals. ``attrs["series"]`` tells,
        as ``tradelib.load`` does, where each column comes from.

    Raises
    ------
    SourceError
        A flow is missing, or the two files differ in reference year or in newest month.
    """
    frames: list[pd.DataFrame] = []
    told: dict[str, dict[str, str]] = {}
    for stem, flow in {"realexp": "exports", "realimp": "imports"}.items():
        paths = [path for path in real_files(folder) if path.name.startswith(stem)]
        if not paths:
            raise SourceError(str(folder), None, found=f"no {stem}*.xls or .xlsx", expected=f"real {flow} of goods")
        newest = max((read_real_goods(path)[flow] for path in paths), key=lambda exhibit: exhibit.statistical_month)
        frames.append(newest.months / 1000)
        told |= {str(name): _told(newest, Path(folder), str(name)) for name in newest.months}
    ends = {str(frame.columns[0])[-11:] + f" to {frame.index[-1]}" for frame in frames}
    if len(ends) > 1:
        expected = "exports and imports of one reference year and one release"
        raise SourceError(str(folder), None, found=" and ".join(sorted(ends)), expected=expected)
    both = pd.concat(frames, axis=1)
    both.attrs["series"] = told
    return both


def _told(exhibit: Exhibit, folder: Path, name: str) -> dict[str, str]:
    return {
        "flow": name.split("_", maxsplit=1)[0],
        "basis": "census",
        "adjustment": "sa",
        "price_basis": name.rsplit("_", maxsplit=1)[1],
        "family": "real_goods",
        "vintage": f"about {exhibit.statistical_month}",
        "statistical_month": str(exhibit.statistical_month),
        "source": f"U.S. Census Bureau and BEA, {exhibit.title} ({exhibit.file})",
        "unit": "billions of chained dollars",
        "sha256": hashlib.sha256((folder / exhibit.file).read_bytes()).hexdigest(),
    }


def is_real_goods(titles: Iterable[str]) -> bool:
    """Tell whether one of the titles is that of a table of real goods."""
    return any(re.fullmatch(table.title, title, re.IGNORECASE) for title in titles for table in _TABLES)


def _table(grid: Grid) -> _Table:
    titles = [grid.text(at) for at in range(len(grid.rows))]
    for table in _TABLES:
        if any(re.fullmatch(table.title, title, re.IGNORECASE) for title in titles):
            return table
    shown = next((title for title in titles if title), "")
    raise grid.error(0, 0, found=repr(shown[:80]), expected="the title of a table of real goods")


def _reference_year(grid: Grid) -> int:
    """Return the one reference year that the file names."""
    named = {
        int(match[1] or match[2]): at for at in range(len(grid.rows)) for match in _CHAINED.finditer(grid.text(at))
    }
    if len(named) != 1:
        found = f"the reference years {', '.join(map(str, sorted(named)))}" if named else "no reference year"
        raise grid.error(max(named.values(), default=0), 0, found=found, expected="one line 'Chained (<year>) Dollars'")
    return next(iter(named))


def _flows(grid: Grid) -> dict[str, list[int]]:
    """Return the rows of each flow: the head that all share, its own rows, the footnotes that all share."""
    for at in range(len(grid.rows)):
        if match := re.fullmatch(r"Real (Exports|Imports) of Goods by .*", grid.text(at), re.IGNORECASE):
            return {match[1].lower(): list(range(len(grid.rows)))}
    starts = {_FLOWS[flow]: at for at in range(len(grid.rows)) if (flow := _only_cell(grid, at)) in _FLOWS}
    if not {"exports", "imports"} <= set(starts):
        found = f"the parts {', '.join(starts) or 'none'}"
        raise grid.error(None, found=found, expected="a part Exports and a part Imports")
    notes = next((at for at in range(len(grid.rows)) if isinstance(understand(grid.text(at)), Note)), len(grid.rows))
    order = sorted(starts.values())
    ends = dict(zip(order, [*order[1:], notes], strict=True))
    shared = range(order[0]), range(notes, len(grid.rows))
    return {flow: [*shared[0], *range(at + 1, ends[at]), *shared[1]] for flow, at in starts.items()}


def _only_cell(grid: Grid, at: int) -> str:
    """Return what a row says that has one cell of text behind an empty stub."""
    texts = [text for column in range(len(grid.rows[at])) if (text := grid.text(at, column))]
    return texts[0].lower() if len(texts) == 1 and not grid.text(at) else ""


def _part(grid: Grid, origin: list[int], table: _Table) -> Part:
    """Return the rows of one flow in the plain shape: one row of heads as declared, labels as they are meant."""
    rows = [list(grid.rows[at]) for at in origin]
    plain = Part(grid.file, rows, grid.sheet, origin)
    top = next((at for at in range(len(rows)) if plain.text(at) == "Period"), None)
    if top is None or top + 1 >= len(rows):
        raise plain.error(None, found="no row with the stub head 'Period'", expected="column heads")
    width = max(len(rows[top]), len(rows[top + 1]))
    heads = [plain.text(top + 1, column) or plain.text(top, column) for column in range(1, width)]
    rows[top], rows[top + 1] = ["", _GROUP], ["Period", *_declared(heads, table.items)]
    for row in rows[top + 2 :]:
        if row and isinstance(row[0], str) and isinstance(understand(row[0].removesuffix(".")), Month):
            row[0] = row[0].removesuffix(".")  # "March." stands once
    _name_year_to_date(plain, top + 2)
    return plain


def _declared(heads: Iterable[str], items: Iterable[str]) -> list[Cell]:
    """Return heads as declared where they differ only in footnote, commas or capitals."""

    def key(head: str) -> str:
        return re.sub(r"\(\d+\)|[\s,.-]", "", head).lower()

    known = {key(head): head for head in items}
    return [known.get(key(head), head) for head in heads]


def _name_year_to_date(grid: Grid, start: int) -> None:
    """Name the line of a year that is still open by its newest month, where it is the only one and says *Jan.-Dec.*."""
    spans: list[tuple[int, int]] = []
    months = 0
    for at in range(start, len(grid.rows)):
        match understand(grid.text(at)):
            case Year():
                spans, months = [], 0
            case Span(last):
                spans.append((at, last))
            case Month(number) if not grid.is_blank(at, 1):
                months = number
    if len(spans) == 1 and spans[0][1] == len(MONTHS) and 0 < months < len(MONTHS):
        grid.rows[spans[0][0]][0] = f"Jan. - {MONTHS[months - 1][:3]}"


def _check_residual(exhibit: Exhibit) -> None:
    """Check that the total is the sum of its parts and the residual."""
    for part in ("months", "annual", "previous"):
        frame: pd.DataFrame = getattr(exhibit, part)
        gap = frame.iloc[:, 0] - frame.iloc[:, 1:].sum(axis=1, skipna=False)
        for at, value in enumerate(gap):
            if abs(value) > RESIDUAL_TOLERANCE:
                label = frame.index[at]
                months = " to ".join(map(str, label)) if isinstance(label, tuple) else str(label)
                place = f"{exhibit.places[part][at]} ({months})"
                expected = f"{frame.columns[0]} = end uses + residual within {RESIDUAL_TOLERANCE} million"
                raise SourceError(exhibit.file, place, found=f"a gap of {value:,.0f}", expected=expected)


def _check_balance(found: dict[str, Exhibit]) -> None:
    """Check that a published balance is exports minus imports, item by item."""
    if "balance" not in found:
        return
    balance, exports, imports = (found[flow].months for flow in ("balance", "exports", "imports"))
    gap = balance.to_numpy() - (exports.to_numpy() - imports.to_numpy())
    broken = abs(gap) > RESIDUAL_TOLERANCE
    if broken.any():
        row, column = (int(axis[0]) for axis in broken.nonzero())
        place = f"{found['balance'].places['months'][row]} ({balance.index[row]})"
        expected = f"{balance.columns[column]} = exports - imports within {RESIDUAL_TOLERANCE} million"
        raise SourceError(found["balance"].file, place, found=f"a gap of {gap[row, column]:,.0f}", expected=expected)

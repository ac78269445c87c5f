"""The history table: trade in goods and services since 1992, seasonally adjusted, BOP basis, as text or workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradelib.sources.checks import check_accounts
from tradelib.sources.exhibit import Exhibit, Layout, read_exhibit
from tradelib.sources.grid import read_grid

if TYPE_CHECKING:
    from pathlib import Path


def bop_header() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return balance, exports and imports by total, goods and services, as history table and Exhibit 1 have them."""
    items = {"Total": "total", "Goods (1)": "goods", "Services": "services"}
    return tuple(
        (flow, tuple((head, f"{flow.lower()}_{item}_bop_sa") for head, item in items.items()))
        for flow in ("Balance", "Exports", "Imports")
    )


HISTORY = Layout(
    title=r"U\.S\. International Trade in Goods and Services, (?P<first>\d{4}) - Present",
    units=(r"in millions of dollars", r"\b(?<!not[ -])seasonally adjusted"),
    header=bop_header(),
)


def read_history(path: str | Path) -> Exhibit:
    """Read the history table and check its accounts.

    Parameters
    ----------
    path : str or Path
        The official text (tab separated) or workbook.

    Returns
    -------
    Exhibit
        Nine monthly series in millions of dollars, seasonally adjusted, BOP basis, and the annual lines.

    Raises
    ------
    SourceError
        The file is not a whole, well-formed history table, or breaks an accounting identity.

    Notes
    -----
    Source: U.S. Census Bureau and U.S. Bureau of Economic Analysis, *U.S. International Trade in Goods and
    Services*. Balance = exports - imports and total = goods + services hold within 1 million, the annual line
    equals its months within 5 million.
    """
    exhibit = read_exhibit(read_grid(path), HISTORY)
    check_accounts(exhibit)
    return exhibit

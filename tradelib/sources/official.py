"""Any official file that the store takes, told by what it says and not by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradelib.sources.checks import check_accounts
from tradelib.sources.exhibit import Exhibit, Layout, read_exhibit
from tradelib.sources.exhibit1 import EXHIBIT1
from tradelib.sources.grid import read_grid
from tradelib.sources.history import HISTORY

if TYPE_CHECKING:
    from pathlib import Path

TITLE_ROWS = 15
"""A title stands in the first rows of a file."""

_BOP = {
    "producer": "U.S. Census Bureau and U.S. Bureau of Economic Analysis",
    "unit": "millions of U.S. dollars",
    "basis": "balance of payments (BOP)",
    "adjustment": "seasonally adjusted",
}


@dataclass(frozen=True)
class Kind:
    """One kind of official file.

    Attributes
    ----------
    name : str
        What people call it.
    family : str
        The source family whose releases it belongs to.
    layout : Layout
        How it is read.
    told : dict of str to str
        Producer, unit, basis and adjustment, for the provenance.
    """

    name: str
    family: str
    layout: Layout
    told: dict[str, str]


KINDS = (
    Kind("history table", "census_history", HISTORY, _BOP),
    Kind("Exhibit 1", "census_history", EXHIBIT1, _BOP),
)


@dataclass(frozen=True)
class Official:
    """An official file that was read and checked, and what kind it is."""

    kind: Kind
    exhibit: Exhibit


def read_official(path: str | Path) -> Official:
    """Read an official file of any known kind and check its accounts.

    Parameters
    ----------
    path : str or Path
        Text or workbook; its name is not trusted to say what it is.

    Raises
    ------
    SourceError
        The file is of no known kind, is not whole and well-formed, or breaks an accounting identity.
    """
    grid = read_grid(path)
    texts = [grid.text(row) for row in range(min(TITLE_ROWS, len(grid.rows)))]
    for kind in KINDS:
        if any(kind.layout.is_title(text) for text in texts):
            exhibit = read_exhibit(grid, kind.layout)
            check_accounts(exhibit)
            return Official(kind, exhibit)
    first = next((text for text in texts if text), "")
    raise grid.error(0, found=repr(first[:80]), expected=f"the title of a {' or '.join(kind.name for kind in KINDS)}")

"""Exhibit 12 of the monthly release: goods not seasonally adjusted, on both bases, and the net adjustments between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradelib.errors import SourceError
from tradelib.sources.checks import ANNUAL_TOLERANCE, MONTHLY_TOLERANCE, check_accounts
from tradelib.sources.exhibit import Exhibit, Layout, read_exhibit

if TYPE_CHECKING:
    from tradelib.sources.grid import Grid

_BOP, _CENSUS, _NET = "Total Balance of Payments Basis", "Total Census Basis", "Net Adjustments"
_NAMES = {_BOP: "{}_goods_bop_nsa", _NET: "{}_net_adjustments_bop_nsa", _CENSUS: "{}_goods_census_nsa"}
_HEADS = {"Balance": (_BOP, _CENSUS), "Exports": (_BOP, _NET, _CENSUS), "Imports": (_BOP, _NET, _CENSUS)}

EXHIBIT12 = Layout(
    title=r"Exhibit \w+\. U\.S\. Trade in Goods",
    units=(r"in millions of dollars", r"\bnot seasonally adjusted"),
    header=tuple(
        (flow, tuple((head, _NAMES[head].format(flow.lower())) for head in heads)) for flow, heads in _HEADS.items()
    ),
)
"""Told by its title: packages of the annual revision number their exhibits differently."""


def exhibit12_of(grid: Grid) -> Exhibit:
    """Read Exhibit 12 and check its accounts, the step from one basis to the other among them.

    Raises
    ------
    SourceError
        The file is not a whole, well-formed Exhibit 12, or breaks an accounting identity.
    """
    exhibit = read_exhibit(grid, EXHIBIT12)
    check_accounts(exhibit)
    tolerances = {"months": MONTHLY_TOLERANCE, "previous": MONTHLY_TOLERANCE, "annual": ANNUAL_TOLERANCE}
    for part, tolerance in tolerances.items():
        frame = getattr(exhibit, part)
        for flow in ("exports", "imports"):
            bop, net, census = (frame[_NAMES[head].format(flow)] for head in (_BOP, _NET, _CENSUS))
            for at, gap in enumerate(bop - census - net):
                if abs(gap) > tolerance:
                    expected = f"{flow} on BOP basis = Census basis + net adjustments within {tolerance} million"
                    found = f"{bop.iloc[at]:,.0f} against {census.iloc[at] + net.iloc[at]:,.0f}"
                    raise SourceError(exhibit.file, exhibit.places[part][at], found=found, expected=expected)
    return exhibit

"""Exhibit 1 of the monthly release: two or three years of goods and services, and last month's print at the foot."""

from __future__ import annotations

from tradelib.sources.exhibit import Layout
from tradelib.sources.history import bop_header

EXHIBIT1 = Layout(
    title=r"Exhibit \d+\. U\.S\. International Trade in Goods and Services",
    units=(r"in millions of dollars", r"\b(?<!not[ -])seasonally adjusted"),
    header=bop_header(),
)
"""Told by its title: packages of the annual revision number their exhibits differently."""

"""The tables of BEA's two workbooks: title, what it shows, unit, column heads and the quantity under each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tradelib.sources.tidy import Quantity

CATEGORIES = {
    "Total": "services",
    "Maintenance and Repair Services n.i.e.": "maintenance_and_repair",
    "Transport": "transport",
    "Travel": "travel",
    "Construction": "construction",
    "Insurance Services": "insurance",
    "Financial Services": "financial",
    "Charges for the Use of Intellectual Property n.i.e.": "intellectual_property",
    "Telecommunications, Computer, and Information Services": "telecom_computer_information",
    "Other Business Services": "other_business",
    "Personal, Cultural, and Recreational Services": "personal_cultural_recreational",
    "Government Goods and Services n.i.e.": "government",
}
"""Services by category since 1999, and the items they are."""

PREVIOUS = {
    "Total": "services_previous",
    "Travel": "travel_previous",
    "Passenger Fares": "passenger_fares_previous",
    "Other Transportation": "other_transportation_previous",
    "Royalties and License Fees": "royalties_and_license_fees_previous",
    "Other Private Services": "other_private_previous",
}
MILITARY = {"exports": "Transfers Under U.S. Military Sales Contracts", "imports": "Direct Defense Expenditures"}
"""The previous presentation: other categories, which must not share names with today's."""

PARTNERS = (
    "Australia", "Belgium", "Brazil", "Canada", "China", "France", "Germany", "Hong Kong", "India", "Ireland", "Israel",
    "Italy", "Japan", "Korea, South", "Malaysia", "Mexico", "Netherlands", "Saudi Arabia", "Singapore", "Switzerland",
    "Taiwan", "United Kingdom", "Vietnam", "All other countries", "CAFTA-DR", "European Union", "South/Central America",
)  # fmt: skip
AREAS = ("CAFTA-DR", "European Union", "South/Central America")


@dataclass(frozen=True)
class Table:
    """What is particular to one table; ``heads`` are the rows of its header, without the stub."""

    title: str
    shows: str
    unit: str
    heads: tuple[tuple[str, ...], ...]
    quantities: tuple[Quantity, ...]
    frequency: str
    has_parts: bool = False
    """The first column is the sum of the others."""


def key(head: str) -> str:
    """Return a head without footnote digits, hyphenation and blanks, to compare with."""
    return re.sub(r"[-\s]", "", re.sub(r"\s*\d+$", "", head.strip())).lower()


def _totals() -> Table:
    flows, items = ("balance", "exports", "imports"), ("total", "goods", "services")
    groups = tuple(head for flow in flows for head in ("", flow.capitalize(), ""))
    return Table(
        "U.S. International Trade in Goods and Services",
        "Exports, Imports, and Balances",
        _UNIT.format("months"),
        (groups, ("Total", "Goods", "Services") * 3),
        tuple(Quantity(flow, item, "bop", "sa") for flow in flows for item in items),
        "monthly",
    )


def _services(flow: str, *, previous: bool) -> Table:
    title = "U.S. International Trade in Services by Major Category"
    items = CATEGORIES
    if previous:
        title += " (Previous Presentation)"
        military = MILITARY[flow]
        items = PREVIOUS | {
            military: "_".join(military.replace(".", "").lower().split()) + "_previous",
            "U.S. Government Misc. Services": "us_government_misc_previous",
        }
    quantities = tuple(Quantity(flow, item, "bop", "sa") for item in items.values())
    return Table(
        title, flow.capitalize(), _UNIT.format("months"), (tuple(items),), quantities, "monthly", has_parts=True
    )


def _by_country(item: str, flow: str) -> Table:
    what = {"total": "Goods and Services", "goods": "Goods", "services": "Services"}[item]
    return Table(
        "U.S. International Trade by Selected Countries and Areas",
        f"{flow.capitalize()} {'on' if flow == 'balance' else 'of'} {what}",
        _UNIT.format("quarters"),
        (PARTNERS,),
        tuple(Quantity(flow, item, "bop", "sa", partner=partner) for partner in PARTNERS),
        "quarterly",
    )


_UNIT = "[Millions of dollars, {} seasonally adjusted]"
SERIES = (
    _totals(),
    *(_services(flow, previous=previous) for previous in (False, True) for flow in ("exports", "imports")),
)
"""Totals, services by category, and services by category as presented before."""

GEO = tuple(
    _by_country(item, flow) for item in ("total", "goods", "services") for flow in ("exports", "imports", "balance")
)
"""Goods and services, goods, services, each by flow and partner."""

"""The source families: from which official files a release of each is compiled, and which series it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib.catalog import CATALOG, MILLIONS
from tradelib.sources.bea_tables import CATEGORIES
from tradelib.sources.country import ADJUSTED, WORLD_CODE
from tradelib.sources.tidy import WORLD, Facts

if TYPE_CHECKING:
    from collections.abc import Callable

News: TypeAlias = Literal["FT-900", "import and export prices"]
"""The news release that a family comes with: families of one are published on the same day."""

SERVICES, PARTNERS = "bea_services", "census_partners"
LARGEST = 20
"""How many partners a release keeps."""

_LABELS = {item: head.removesuffix(" n.i.e.").capitalize() for head, item in CATEGORIES.items()}
_LABELS |= {
    "services": "Total services", "intellectual_property": "Intellectual property",
    "telecom_computer_information": "Telecom, computer, information",
    "maintenance_and_repair": "Maintenance and repair",
    "personal_cultural_recreational": "Personal and cultural services", "government": "Government services",
}  # fmt: skip


@dataclass(frozen=True)
class Family:
    """One compilation: what its releases are made of.

    Attributes
    ----------
    name : str
        Folder in the store.
    layouts : tuple of str
        Layouts of the files that hold it, as ``read_any`` tells them; the fuller one first.
    producer, unit, basis, adjustment, title, note : str
        For the provenance. Without a title the file's own is taken; a note may be empty.
    news : str
        The news release that it comes with.
    series : tuple of str
        The series of a release, in the order of its columns. Empty where the file says which there are.
    needs : tuple of str
        Those without which there is no release; all when empty.
    since : str
        First month of a release; empty for the first of the file.
    decimals : int or None
        Of the stored values, where the file has more of them.
    table : callable
        Makes the monthly table from the facts of one file.
    revises : int or None
        How many of its last months the next release may revise; None where revisions go by calendar year.
    parts : bool
        Whether a release keeps also annual lines, markers and the print that a foot repeats.
    """

    name: str
    layouts: tuple[str, ...]
    producer: str
    unit: str
    basis: str
    adjustment: str
    title: str = ""
    news: News = "FT-900"
    series: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    since: str = ""
    decimals: int | None = None
    table: Callable[[Facts], pd.DataFrame] = Facts.wide
    revises: int | None = None
    parts: bool = False
    note: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What the provenance of every release says."""
        told = {name: getattr(self, name) for name in ("producer", "title", "unit", "basis", "adjustment", "note")}
        return {name: text for name, text in told.items() if text}


def services_of(facts: Facts) -> pd.DataFrame:
    """Return services by category from the facts of BEA's time series, in millions, with their labels."""
    items = list(CATEGORIES.values())
    labels = {f"{flow}_{item}_bop_sa": _LABELS[item] for flow in ("exports", "imports") for item in items}
    frame = facts.wide().loc["1999-01":, list(labels)]
    frame.attrs["labels"] = labels
    return frame


def partners_of(facts: Facts) -> pd.DataFrame:
    """Return goods by country from the facts of the country workbook, in millions; no aggregate but the world."""
    values = facts.values  # noqa: PD011 - a frame of its own
    chosen = values[
        (values["frequency"] == "monthly")
        & (values["last"] >= "1992-01")
        & ((values["kind"] == "country") | (values["code"] == WORLD_CODE))
    ]
    labels = chosen["partner"].astype(str).where(chosen["code"].astype(str) != WORLD_CODE, WORLD)
    slugs = labels.map({label: re.sub(r"[^a-z]+", "_", label.lower()).strip("_") for label in labels.unique()})
    names = chosen["flow"].astype(str) + "_goods_" + slugs + "_census_nsa"
    frame = chosen["value"].to_frame().assign(name=names, period=chosen["last"]).pivot_table(
        index="period", columns="name", values="value", aggfunc="sum", min_count=1
    )  # fmt: skip
    frame = frame.loc[: facts.statistical_month].fillna(0.0)  # a country without a row had no trade with the U.S.
    frame.columns.name = None
    frame.index = pd.PeriodIndex(frame.index, freq="M", name="period")
    frame.attrs["labels"] = dict(zip(names, labels, strict=True))
    return frame


def largest_partners_of(facts: Facts) -> pd.DataFrame:
    """Return the world and the largest partners by exports and imports of the last twelve months, largest first."""
    frame = partners_of(facts)
    ends = [name.removeprefix("exports") for name in frame if name.startswith("exports")]
    traded = {end: frame[["exports" + end, "imports" + end]].iloc[-12:].sum(axis=None) for end in ends}
    kept = sorted(traded, key=lambda end: (end != f"_goods_{WORLD.lower()}_census_nsa", -traded[end]))[: LARGEST + 1]
    chosen = frame[[flow + end for flow in ("exports", "imports") for end in kept]]
    chosen.attrs["labels"] = {name: frame.attrs["labels"][name] for name in chosen}
    return chosen


def world_of(facts: Facts) -> pd.DataFrame:
    """Return goods with all partners, adjusted and not, from the facts of the country workbook."""
    frame = facts.wide(code=[ADJUSTED, WORLD_CODE])
    return frame.set_axis([name for name, _ in frame.columns], axis=1)


def _of(family: str) -> tuple[str, ...]:
    return tuple(name for name, one in CATALOG.items() if one.family == family)


_BOP, _SA = "balance of payments (BOP)", "seasonally adjusted"
_BEA, _CENSUS = "U.S. Bureau of Economic Analysis", "U.S. Census Bureau"

_ALL = (
    Family(
        "census_history",
        layouts=("history table", "Exhibit 1"),
        producer=f"{_CENSUS} and {_BEA}",
        unit=MILLIONS,
        basis=_BOP,
        adjustment=_SA,
        series=_of("census_history"),
        parts=True,
    ),
    Family(
        SERVICES,
        layouts=("BEA time series",),
        producer=_BEA,
        title="U.S. International Trade in Services by Major Category",
        unit=MILLIONS,
        basis=_BOP,
        adjustment=_SA,
        table=services_of,
    ),
    Family(
        "census_goods",
        layouts=("Census country workbook",),
        producer=_CENSUS,
        unit=MILLIONS,
        basis="Census",
        decimals=1,
        title="U.S. Trade in Goods by Country, World",
        adjustment="columns _sa seasonally adjusted (code 0004), columns _nsa not (code 0015)",
        series=_of("census_goods"),
        since="1989-01",
        table=world_of,
    ),
    Family(
        PARTNERS,
        layouts=("Census country workbook",),
        producer=_CENSUS,
        unit=MILLIONS,
        basis="Census",
        decimals=1,
        title="U.S. Trade in Goods by Country",
        adjustment="not seasonally adjusted",
        note="World and the twenty largest partners of the last twelve months, to one decimal.",
        table=largest_partners_of,
    ),
    Family(
        "bea_fred",
        layouts=("FRED CSV",),
        producer=f"{_BEA}, by way of FRED, Federal Reserve Bank of St. Louis",
        title="Trade Balance: Goods and Services, Balance of Payments Basis (BOPGSTB)",
        unit=MILLIONS,
        basis=_BOP,
        adjustment=_SA,
        series=_of("census_history"),
        needs=("balance_total_bop_sa",),
    ),
    Family(
        "bls_prices",
        layouts=("BLS API answer", "BLS API table"),
        news="import and export prices",
        producer="U.S. Bureau of Labor Statistics",
        title="Import/Export Price Indexes, all commodities (EIUIR, EIUIQ)",
        unit="index, 2000 = 100",
        basis="BLS end use, all commodities",
        adjustment="not seasonally adjusted",
        note="BLS revises the last three months.",
        series=_of("bls_prices"),
        since="1988-12",
        revises=3,
    ),
    Family(
        "real_goods",
        layouts=("real goods",),
        producer=f"{_CENSUS} and {_BEA}",
        title="Real Exports and Imports of Goods by Principal End-Use Category",
        unit="millions of chained dollars, their reference year in the name of each series",
        basis="Census",
        adjustment=_SA,
        series=_of("real_goods"),
    ),
)
FAMILIES = {family.name: family for family in _ALL}
"""By name."""

NOT_STORED = {
    "archive": "its Exhibit 1 is fetched on its own; no family holds the other exhibits",
    "BEA time series by country": "it is quarterly, the store holds months",
    "Exhibit 12": "census_goods is compiled from the country workbook, to one decimal; no family holds BOP goods "
    "that are not adjusted",
    "exhibit": "no family holds it",
    "Census API answer": "census_goods and census_partners are compiled from the country workbook; the API answers "
    "whole dollars since 2010",
}
"""Layouts that can be read and go into no family, and why."""


def families_of(layout: str) -> list[Family]:
    """Return the families that a file of a layout may hold."""
    return [family for family in FAMILIES.values() if layout in family.layouts]

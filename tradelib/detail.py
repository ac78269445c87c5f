"""Services by category and goods by partner, from the store or from a folder of official files, in billions."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib import store
from tradelib.errors import SourceError
from tradelib.sources.bea_tables import CATEGORIES

if TYPE_CHECKING:
    from tradelib.sources import Facts

SERVICES, PARTNERS = "bea_services", "census_partners"
FETCHED = "fetched"
"""Instead of a folder: what ``tradelib fetch`` has brought."""

WORLD = "World"
_FILES = {
    SERVICES: ("services", "trad-time-series*.xlsx", "BEA time series"),
    PARTNERS: ("country", "country*.xlsx", "Census country workbook"),
}
_LABELS = {item: head.removesuffix(" n.i.e.").capitalize() for head, item in CATEGORIES.items()}
_LABELS |= {
    "services": "Total services", "intellectual_property": "Intellectual property",
    "telecom_computer_information": "Telecom, computer, information",
    "maintenance_and_repair": "Maintenance and repair",
    "personal_cultural_recreational": "Personal and cultural services", "government": "Government services",
}  # fmt: skip


def load_services(official: str | None = None) -> pd.DataFrame:
    """Load services by category.

    Parameters
    ----------
    official : str, optional
        Folder with BEA's ``trad-time-series-MMYY.xlsx``, or ``"fetched"``; by default the newest release of the store.

    Returns
    -------
    pandas.DataFrame
        Billions of dollars by month, BOP basis, seasonally adjusted; columns ``exports_travel_bop_sa`` and the like,
        the totals ``exports_services_bop_sa`` and ``imports_services_bop_sa`` among them. ``attrs["series"]`` tells
        label, unit, source and hash by column.

    Raises
    ------
    SourceError
        There is no such file (the message says what to fetch), or it is not as it should be.
    """
    return _load(SERVICES, official, services_of)


def load_partners(official: str | None = None) -> pd.DataFrame:
    """Load goods by partner.

    Parameters
    ----------
    official : str, optional
        Folder with the Census ``country.xlsx`` (all countries), or ``"fetched"``; by default the newest release of
        the store (the twenty largest partners).

    Returns
    -------
    pandas.DataFrame
        Billions of dollars by month since 1992, Census basis, not seasonally adjusted; columns
        ``exports_goods_canada_census_nsa`` and the like, and ``exports_goods_world_census_nsa``.

    Raises
    ------
    SourceError
        As ``load_services``.
    """
    return _load(PARTNERS, official, partners_of)


def services_of(facts: Facts) -> pd.DataFrame:
    """Return services by category from the facts of BEA's time series, in millions, with their labels."""
    frame = facts.wide()
    items = list(CATEGORIES.values())
    names = [f"{flow}_{item}_bop_sa" for flow in ("exports", "imports") for item in items]
    frame = frame.loc["1999-01":, names]
    frame.attrs["labels"] = {
        f"{flow}_{item}_bop_sa": _LABELS[item] for flow in ("exports", "imports") for item in items
    }
    return frame


def partners_of(facts: Facts) -> pd.DataFrame:
    """Return goods by country from the facts of the country workbook, in millions; no aggregate but the world."""
    values = facts.values  # noqa: PD011 - a frame of its own
    chosen = values[
        (values["frequency"] == "monthly")
        & (values["last"] >= "1992-01")
        & ((values["kind"] == "country") | (values["code"] == "0015"))
    ]
    labels = chosen["partner"].astype(str).where(chosen["code"].astype(str) != "0015", WORLD)
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


def _load(family: str, official: str | None, make: Any) -> pd.DataFrame:
    if official is None:
        release = store.select(family)
        frame = store.read_months(release)
        told = {"source": release.source, "vintage": release.released.isoformat(), "sha256": release.sha256}
        labels, month = release.provenance["labels"], release.statistical_month
    else:
        from tradelib.sources import read_any

        path = _find(family, official)
        facts = read_any(path)
        if facts.layout != _FILES[family][2]:
            raise SourceError(path.name, None, found=f"the layout {facts.layout!r}", expected=_FILES[family][2])
        frame = make(facts)
        labels, month = frame.attrs.pop("labels"), facts.statistical_month
        producer = "U.S. Bureau of Economic Analysis" if family == SERVICES else "U.S. Census Bureau"
        told = {
            "source": f"{producer}, {facts.title}, {path.name}",
            "vintage": f"about {month}",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
    basis, adjustment = ("bop", "sa") if family == SERVICES else ("census", "nsa")
    told |= {
        "family": family, "unit": "billions of U.S. dollars", "basis": basis, "adjustment": adjustment,
        "statistical_month": str(month),
    }  # fmt: skip
    frame = frame / 1000
    frame.attrs["series"] = {str(name): told | {"label": labels[name]} for name in frame}
    return frame


def _find(family: str, official: str) -> Path:
    """Return the newest file of the kind that the folder, or the cache of downloads, has."""
    source, pattern, _ = _FILES[family]
    expected = f"{pattern}; get it with: tradelib fetch {source}"
    if official == FETCHED:
        from tradelib.fetch import at_hand

        if record := at_hand(source):
            return record.path
        raise SourceError("the cache of downloads", None, found=f"no file of {source}", expected=expected)
    paths = sorted(Path(official).glob(pattern), key=lambda path: (path.stat().st_mtime, path.name))
    if not paths:
        raise SourceError(official, None, found=f"no {pattern}", expected=expected)
    return paths[-1]

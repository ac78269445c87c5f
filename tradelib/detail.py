"""Services by category and goods by partner, from the store or from a folder of official files, in billions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tradelib import store
from tradelib.archive import sha256_of
from tradelib.errors import SourceError
from tradelib.families import FAMILIES, PARTNERS, SERVICES, partners_of, services_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tradelib.sources import Facts

FETCHED = "fetched"
"""Instead of a folder: what ``tradelib fetch`` has brought."""

_FILES = {SERVICES: ("services", "trad-time-series*.xlsx"), PARTNERS: ("country", "country*.xlsx")}
"""The source to fetch, and what its file is called."""


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


def _load(family: str, official: str | None, make: Callable[[Facts], pd.DataFrame]) -> pd.DataFrame:
    if official is None:
        if family not in store.families():
            expected = f"a release of it; get it with: tradelib update {_FILES[family][0]}"
            raise SourceError("the store", None, found=f"no family {family}", expected=expected)
        release = store.select(family)
        frame = store.read_months(release)
        told = {"source": release.source, "vintage": release.released.isoformat(), "sha256": release.sha256}
        labels, month = release.provenance["labels"], release.statistical_month
    else:
        from tradelib.sources import read_any

        path = _find(family, official)
        facts = read_any(path)
        if facts.layout not in FAMILIES[family].layouts:
            expected = " or ".join(FAMILIES[family].layouts)
            raise SourceError(path.name, None, found=f"the layout {facts.layout!r}", expected=expected)
        frame = make(facts)
        labels, month = frame.attrs.pop("labels"), facts.statistical_month
        told = {
            "source": f"{FAMILIES[family].producer}, {facts.title}, {path.name}",
            "vintage": f"about {month}",
            "sha256": sha256_of(path),
        }
    basis, adjustment = ("bop", "sa") if family == SERVICES else ("census", "nsa")
    told |= {
        "family": family, "unit": "billions of U.S. dollars", "basis": basis, "adjustment": adjustment,
        "statistical_month": str(month),
    }  # fmt: skip
    frame = frame / 1000
    frame.attrs["series"] = {str(name): told | {"label": labels[name]} for name in frame}
    return frame


def official_files(official: str) -> list[Path]:
    """Return the files that are read for ``official``."""
    return [_find(family, official) for family in _FILES]


def _find(family: str, official: str) -> Path:
    """Return the newest file of the kind that the folder, or the cache of downloads, has."""
    source, pattern = _FILES[family]
    expected = f"{pattern}; get it with: tradelib fetch {source}"
    if official == FETCHED:
        from tradelib.fetch.files import at_hand

        if record := at_hand(source):
            return record.path
        raise SourceError("the cache of downloads", None, found=f"no file of {source}", expected=expected)
    paths = sorted(Path(official).glob(pattern), key=lambda path: (path.stat().st_mtime, path.name))
    if not paths:
        raise SourceError(official, None, found=f"no {pattern}", expected=expected)
    return paths[-1]

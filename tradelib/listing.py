"""What there is: series and source families of the store, and files that can be fetched, as frames to look through."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import catalog, store, vintages
from tradelib.errors import ParameterError
from tradelib.families import families_of
from tradelib.fetch import addresses, files as fetch

if TYPE_CHECKING:
    from tradelib.catalog import Series

SHOWN = ["label", "unit", "basis", "adjustment", "price_basis", "first", "last", "vintage", "mnemonic"]


def series(text: str = "") -> pd.DataFrame:
    """Return the series that tradelib knows, with what the store has of each.

    Parameters
    ----------
    text : str
        Words that all must stand in the name, label, unit, basis, family or FRED mnemonic of a series; upper and
        lower case are the same. Everything when empty.

    Returns
    -------
    pandas.DataFrame
        One row a series and source family, indexed by ``name``: ``label``, ``unit``, ``basis``, ``adjustment``,
        ``price_basis``, ``first`` and ``last`` month, ``vintage`` (day of the newest release; empty where the
        store has none), ``mnemonic``, ``family``.

    Raises
    ------
    ParameterError
        No series has these words; the message offers what is close.
    """
    rows = [_row(one, family) for one in catalog.CATALOG.values() for family in _families(one)]
    rows += [_row(one, one.family) for one in vintages.labelled().values()]
    frame = pd.DataFrame(rows, columns=["name", *SHOWN, "family"])
    told = frame.astype(str).agg(" ".join, axis=1).str.lower()
    for word in text.lower().split():
        frame, told = frame[told.str.contains(word, regex=False)], told[told.str.contains(word, regex=False)]
    if frame.empty:
        close = get_close_matches(text, catalog.CATALOG, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(close)}?" if close else "without words all series are listed"
        raise ParameterError(f"no series with {text!r}; {hint}")
    return frame.set_index("name")


def _families(one: Series) -> list[str]:
    """Return the families of the store that hold a series, its own first."""
    others = [family for family in store.families() if family != one.family and one.name in _columns(family)]
    return [one.family, *others]


def _columns(family: str) -> list[str]:
    """Return the series of a family's newest release."""
    path = store.releases(family)[-1].folder / "months.csv"
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().split(",")[1:]


def _row(one: Series, family: str) -> dict[str, str]:
    told = {
        "name": one.name,
        "label": one.label,
        "unit": one.unit,
        "basis": one.basis,
        "adjustment": one.adjustment,
        "price_basis": one.price_basis,
        "mnemonic": one.mnemonic or "",
        "family": family,
    }
    if family not in store.families() or one.name not in _columns(family):
        return told | {"first": "", "last": "", "vintage": ""}
    newest = store.releases(family)[-1]
    first = min(release.span[0] for release in store.releases(family))
    return told | {"first": str(first), "last": str(newest.span[1]), "vintage": newest.released.isoformat()}


def families() -> pd.DataFrame:
    """Return the source families of the store, one row a family.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``family``: ``producer``, ``title``, ``unit``, ``basis``, ``adjustment``, number of ``series``
        and of ``releases``, ``first`` and ``last`` month, ``vintage`` (day of the newest release).
    """
    words = ["producer", "title", "unit", "basis", "adjustment"]
    columns = ["family", *words, "series", "releases", "first", "last", "vintage"]
    rows = []
    for family in store.families():
        held = store.releases(family)
        told = held[-1].provenance
        rows.append(
            {"family": family}
            | {name: str(told.get(name, "")) for name in words}
            | {
                "series": len(_columns(family)),
                "releases": len(held),
                "first": str(min(release.span[0] for release in held)),
                "last": str(held[-1].span[1]),
                "vintage": held[-1].released.isoformat(),
            }
        )
    return pd.DataFrame(rows, columns=columns).set_index("family")


def downloads() -> pd.DataFrame:
    """Return the files that ``fetch`` knows, one row a source: what it holds, for which families, what is at hand."""
    rows = []
    for source in addresses.sources().values():
        record = fetch.at_hand(source.name)
        rows.append(
            {
                "source": source.name,
                "what": source.what,
                "producer": source.producer,
                "families": ", ".join(family.name for family in families_of(source.layout)),
                "month": record.statistical_month if record else "",
                "fetched": record.fetched[:10] if record else "",
                "key": source.key.variable if source.key else "",
                "url": source.url,
            }
        )
    return pd.DataFrame(rows).set_index("source")

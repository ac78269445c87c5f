"""What series there are, and what releases printed of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity.errors import ComparabilityError, ParameterError, nearest
from tradelib.quantity.labels import SEARCH
from tradelib.store.choosing import find
from tradelib.store.folders import publishers, releases

if TYPE_CHECKING:
    import datetime as dt

    from tradelib.quantity import Quantity


def series(text: str = "") -> pd.DataFrame:
    """Return the series of the store, or those that some words describe.

    Parameters
    ----------
    text : str
        Words that all must stand in name, label, unit or mnemonic; ``deficit``, ``oil``, ``cars`` and other everyday
        words are understood. Everything when empty.

    Returns
    -------
    pandas.DataFrame
        One row a series, indexed by ``name``: ``label``, ``unit``, ``mnemonic``, ``publisher``, ``releases`` (how many
        have it), ``newest`` (day of the newest).

    Raises
    ------
    ParameterError
        No series has these words; the message offers what is close.

    Examples
    --------
    >>> tradelib.series("deficit").index[0]
    'balance_total_bop_sa'
    """
    known: dict[str, tuple[Quantity, str]] = {}
    days: dict[str, list[str]] = {}
    for publisher in publishers():
        for one in releases(publisher):
            for name, quantity in one.quantities.items():
                known.setdefault(name, (quantity, publisher))
                days.setdefault(name, []).append(one.released.isoformat())
    words = [SEARCH.get(word, word) for word in text.lower().split()]
    rows = []
    for name, (quantity, publisher) in known.items():
        mnemonic = next((alias for alias in quantity.aliases if alias.isupper()), "")
        row = (name, quantity.label(), quantity.unit, mnemonic)
        searched = " ".join(row).lower()
        if all(any(part in searched for part in word.split("|")) for word in words):
            rows.append((*row, publisher, len(days[name]), days[name][-1]))
    if not rows:
        raise ParameterError(f"no series with {text!r}; {nearest(text, known)}")
    columns = ["name", "label", "unit", "mnemonic", "publisher", "releases", "newest"]
    return pd.DataFrame(rows, columns=columns).set_index("name").sort_index(key=lambda names: names.str.len())


def triangle(series: str, compilation: str | None = None) -> pd.DataFrame:
    """Return the revision triangle of a series: months down, releases across.

    ``tradelib.store.triangles`` reads it.

    Parameters
    ----------
    series : str
        Name or mnemonic of one series.
    compilation : str, optional
        Whose figures: ``census`` (exhibits and history table), ``bea`` (BEA's time series and FRED), ... By default
        the one that most releases have.

    Returns
    -------
    pandas.DataFrame
        As ``tradelib.store.triangles.build`` returns it, in the unit of the store.

    Raises
    ------
    ParameterError
        The word stands for no series or several, or the compilation does not have it.
    ComparabilityError
        More than one compilation was asked for: they differ by more than revisions.
    """
    from tradelib.store import triangles

    quantities = find(series)
    if len(quantities) > 1:
        names = ", ".join(quantity.name for quantity in quantities)
        raise ParameterError(f"a triangle is of one series; {series!r} stands for {names}")
    if compilation is not None and not isinstance(compilation, str):
        raise ComparabilityError(
            f"a triangle is of one compilation, whose values only revisions change; found {compilation}"
        )
    [quantity] = quantities
    prints: dict[str, list[tuple[dt.date, pd.Period, pd.Series]]] = {}
    for publisher in publishers():
        for one in releases(publisher):
            for name in one.compilations(quantity.name):
                values = one.values(quantity.name, name)
                if not values.empty:
                    prints.setdefault(name, []).append((one.released, one.month, values))
    own = compilation or max(prints, key=lambda name: len(prints[name]))
    if own not in prints:
        raise ParameterError(f"{own} has no {quantity.name}; possible: {', '.join(prints)}")
    return triangles.build(prints[own], series=quantity.name, compilation=own, unit=quantity.unit)

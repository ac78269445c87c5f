"""May two series stand in one formula? Their names, and their vintages, decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tradelib.quantity.errors import ComparabilityError

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

Aspect = Literal["flow", "item", "basis", "adjustment", "price_basis", "vintage"]
_NAME = re.compile(r"(exports|imports|balance)_(\w+)_(bop|census|bls)_(sa|nsa)(?:_([a-z]+\d{4}))?(?:_index)?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """What the name of a series says, and the vintage that ``load`` noted.

    Attributes
    ----------
    name, flow, item, basis, adjustment : str
        As the name says.
    price_basis : str
        ``current``, ``chained2012``, ``deflated2017``, ``base2000``, ...
    vintage : str or None
        Compilation and day of release; None when the series does not come straight from ``load``.
    """

    name: str
    flow: str
    item: str
    basis: str
    adjustment: str
    price_basis: str
    vintage: str | None


def quantity(series: pd.Series) -> Quantity:
    """Return what a series is.

    Parameters
    ----------
    series : pandas.Series
        Named as the store names series, e.g. ``exports_goods_census_sa_chained2012``.

    Raises
    ------
    ComparabilityError
        The series has no name, or one that does not say what it is.
    """
    match = _NAME.fullmatch(str(series.name))
    if match is None:
        expected = "a name like 'exports_goods_census_sa' or 'imports_goods_census_sa_chained2012'"
        raise ComparabilityError(f"a series named {series.name!r} does not say what it is; expected {expected}")
    told = series.attrs.get("series", {}).get(series.name, {})
    vintage = f"{told['compilation']} {told['vintage']}" if told else None
    return Quantity(match[0], match[1], match[2], match[3], match[4], match[5] or "current", vintage)


def renamed(values: pd.Series, name: str, origin: pd.Series) -> pd.Series:
    """Return values under a new name, with the vintage of the series they were made of.

    Parameters
    ----------
    values : pandas.Series
        What was computed.
    name : str
        What it is.
    origin : pandas.Series
        The series whose vintage it has.
    """
    named = values.rename(name)
    told = origin.attrs.get("series", {}).get(origin.name)
    named.attrs = {"series": {name: told}} if told else {}
    return named


def require_same(
    one: pd.Series, two: pd.Series, aspects: Collection[Aspect], *, accept: Collection[Aspect] = ()
) -> None:
    """Refuse two series that differ in an aspect which a formula needs to be the same.

    Parameters
    ----------
    one, two : pandas.Series
        Named as the store names series.
    aspects : collection of str
        What must be the same. A vintage that is not known is not compared.
    accept : collection of str
        Differences that the caller states and answers for.

    Raises
    ------
    ComparabilityError
        Names both sides, how they differ, and how to state that the difference is meant.
    """
    left, right = quantity(one), quantity(two)
    for aspect in aspects:
        a, b = getattr(left, aspect), getattr(right, aspect)
        if a != b and aspect not in accept and None not in (a, b):
            raise ComparabilityError(
                f"{left.name} ({a}) and {right.name} ({b}) differ in {aspect}; the formula needs the same, "
                f"or accept=({aspect!r},) to state the mixture"
            )


def require_prices(series: pd.Series, kind: str) -> Quantity:
    """Return what a series is, if its price basis is of the kind that a formula needs.

    Parameters
    ----------
    series : pandas.Series
        Named as the store names series.
    kind : str
        Start of the price basis: ``current``, ``chained``, ``base`` (an index).

    Raises
    ------
    ComparabilityError
        The price basis is another one.
    """
    found = quantity(series)
    if not found.price_basis.startswith(kind):
        raise ComparabilityError(f"{found.name} has price basis {found.price_basis!r}; expected {kind!r}")
    return found


def require_flows(exports: pd.Series, imports: pd.Series) -> None:
    """Refuse two series that are not exports and imports, in this order.

    Raises
    ------
    ComparabilityError
        Names both sides.
    """
    found = quantity(exports), quantity(imports)
    if tuple(side.flow for side in found) != ("exports", "imports"):
        raise ComparabilityError(f"found {found[0].name} and {found[1].name}; expected exports and imports")


def reference_year(series: pd.Series) -> int:
    """Return the reference year of a series in chained dollars.

    Raises
    ------
    ComparabilityError
        The series is not in chained dollars.
    """
    return int(require_prices(series, "chained").price_basis.removeprefix("chained"))

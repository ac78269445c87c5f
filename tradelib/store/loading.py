"""Series by name: what was known on a day, from the newest release that has it."""

from __future__ import annotations

import warnings
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tradelib.quantity import Quantity, require_addable
from tradelib.quantity.errors import ParameterError
from tradelib.store.choosing import FIRST, HEADLINE, as_of, choose, names_of, notes_on
from tradelib.store.cutting import cut
from tradelib.store.folders import publishers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from tradelib.store.cutting import Month
    from tradelib.store.reading import Release

Unit = Literal["millions", "billions"]
_COUNT = {"monthly": "M", "quarterly": "Q", "annual": "Y", "ytd": "M"}


class StoreWarning(UserWarning):
    """What was loaded is not what a reader might take it for."""


def load(
    series: str | Iterable[str] = HEADLINE,
    start: Month = None,
    end: Month = None,
    vintage: str | dt.date | None = None,
    unit: Unit = "millions",
    freq: str = "monthly",
) -> pd.DataFrame:
    """Load series into one wide frame.

    Parameters
    ----------
    series : str or iterable of str
        Names, mnemonics (``"BOPGSTB"``) or shell patterns (``"exports_goods_*_census_sa"``), as ``tradelib series``
        lists them; by default the nine of Exhibit 1. Series of one publisher come from one release, the newest that
        has all of them; where none has, each comes from the newest that has it. A balance of a partner or a category
        that no release prints is derived as exports minus imports; its ``attrs`` have the ``formula``.
    start, end : str, pandas.Period or None
        First and last period, both included; None for all that the newest release has. Exhibits print two or three
        years: with an earlier ``start`` the series come from the newest release that reaches back to it, with
        ``"first"`` from the one that reaches back farthest.
    vintage : str, datetime.date or None
        None for the newest release; a day for what was known on that day; a month for the release about it.
    unit : {"millions", "billions"}
        Unit of series in millions of dollars; others keep their own.
    freq : {"monthly", "quarterly", "annual", "ytd"}
        Which spans.

    Returns
    -------
    pandas.DataFrame
        Gap-free ``PeriodIndex`` named ``period``; one column a series, in the order asked. ``attrs["series"]`` holds,
        by column, label, unit, source, day of release (``vintage``), exhibit and cell of the newest figure, and all
        that the quantity is. ``attrs["notes"]`` holds what was warned of.

    Raises
    ------
    ParameterError
        Unknown series, vintage, unit or an impossible span; the message offers what is near.
    ComparabilityError
        A balance would have to be derived from what does not add up, such as chained dollars.

    Warns
    -----
    StoreWarning
        Series of one publisher come from releases of several days; a newer release of another compilation is at hand.

    Examples
    --------
    >>> tradelib.load("BOPGSTB", start="2025-02", vintage="2025-03", unit="billions").round(1)
             balance_total_bop_sa
    period
    2025-02                -123.2
    2025-03                -140.5
    """
    words = [series] if isinstance(series, str) else list(series)
    derived = {word: flows for word in words if (flows := _flows_of(word, vintage))}
    chosen = choose([part for word in words for part in derived.get(word, (word,))], vintage, start)
    columns, described = {}, {}
    for name, release in chosen.items():
        rows = release.rows(name, freq)
        months = pd.PeriodIndex(rows["last"], freq="M", name="period")
        columns[name] = pd.Series(rows["value"].to_numpy(), months.asfreq(_COUNT[freq]))
        described[name] = _described(release, release.quantities[name], rows.iloc[-1])
    order: list[str] = []
    for word in words if derived else ():
        if word not in derived:
            order += names_of([word], list(chosen.values()))
            continue
        exports, imports = derived[word]
        balance = replace(chosen[exports].quantities[exports], flow="balance")
        columns[balance.name] = columns[exports] - columns[imports]
        described[balance.name] = described[exports] | {
            "flow": "balance", "label": f"{balance.label()}, derived", "formula": f"{exports} - {imports}",
            "cell": f"{described[exports]['cell']}; {described[imports]['cell']}",
        }  # fmt: skip
        order.append(balance.name)
    frame = cut(pd.DataFrame({name: columns[name] for name in order or chosen}), None if start == FIRST else start, end)
    notes = notes_on(chosen, vintage)
    frame.attrs = {"series": {name: described[name] for name in frame}, "notes": notes}
    frame = in_unit(frame, unit)
    for note in notes if start is None else ():  # who says where to start has asked for another release
        warnings.warn(note, StoreWarning, stacklevel=2)
    return frame


def in_unit(frame: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Return a loaded frame of millions of dollars in the unit asked for; what has another unit keeps it.

    Raises
    ------
    ParameterError
        Unknown unit.
    """
    if unit not in ("millions", "billions"):
        raise ParameterError(f"unknown unit {unit!r}; possible: billions, millions")
    for name, about in frame.attrs["series"].items() if unit == "billions" else ():
        if about["unit"].startswith("millions of "):
            frame[name] /= 1000
            about["unit"] = about["unit"].replace("millions", "billions")
    return frame


def _flows_of(word: str, vintage: str | dt.date | None) -> tuple[str, str] | None:
    """Return exports and imports of a balance that no release prints; None of any other word.

    Raises
    ------
    ComparabilityError
        They do not add up: chained dollars, averages, prices.
    """
    if not word.startswith("balance_"):
        return None
    known = [one for publisher in publishers() for one in as_of(publisher, vintage)]
    if any(one.find(word) for one in known):
        return None
    exports, imports = (f"{flow}_{word.removeprefix('balance_')}" for flow in ("exports", "imports"))
    for one in known:
        if (sold := one.find(exports)) and (bought := one.find(imports)):
            require_addable((sold, bought))
            return sold.name, bought.name
    return None


def _described(release: Release, quantity: Quantity, newest: pd.Series) -> dict[str, str]:
    entry = release.contents["tables"][newest["exhibit"]]
    return asdict(quantity) | {
        "label": quantity.label(),
        "compilation": entry["compilation"],
        "publisher": release.publisher,
        "source": release.source,
        "vintage": release.released.isoformat(),
        "statistical_month": str(release.month),
        "sha256": entry["sha256"],
        "exhibit": str(newest["exhibit"]),
        "cell": f"{newest['file']}, {newest['cell']}",
    }

"""Series by name: what was known on a day, from the newest release that has it."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import asdict, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tradelib.quantity import Quantity, require_addable
from tradelib.quantity.errors import ParameterError, nearest
from tradelib.store.cutting import cut
from tradelib.store.folders import publishers, releases
from tradelib.store.reading import FT900, Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradelib.store.cutting import Month

Unit = Literal["millions", "billions"]
HEADLINE = tuple(
    Quantity(flow, item).name for flow in ("balance", "exports", "imports") for item in ("total", "goods", "services")
)
"""The nine series of Exhibit 1."""

FIRST = "first"
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
    chosen = _choose([part for word in words for part in derived.get(word, (word,))], vintage, start)
    columns, described = {}, {}
    for name, release in chosen.items():
        rows = release.rows(name, freq)
        months = pd.PeriodIndex(rows["last"], freq="M", name="period")
        columns[name] = pd.Series(rows["value"].to_numpy(), months.asfreq(_COUNT[freq]))
        described[name] = _described(release, release.quantities[name], rows.iloc[-1])
    order: list[str] = []
    for word in words if derived else ():
        if word not in derived:
            order += _names([word], list(chosen.values()))
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
    notes = _notes(chosen, vintage)
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
    known = [one for publisher in publishers() for one in _as_of(publisher, vintage)]
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


def _choose(words: str | Iterable[str], vintage: str | dt.date | None, start: Month = None) -> dict[str, Release]:
    """Return by canonical name the release that each series comes from."""
    asked = [words] if isinstance(words, str) else list(words)
    # The trade release first: most series are its own, and no other publisher's tables are read to find them.
    ordered = sorted(publishers(), key=lambda publisher: publisher != FT900)
    known = {publisher: _as_of(publisher, vintage) for publisher in ordered}
    everything = [one for listed in known.values() for one in listed]
    if not everything:
        stored = ", ".join(f"{one.released} (about {one.month})" for one in releases()) or "none"
        raise ParameterError(f"no release for vintage {str(vintage)!r}; the store has {stored}")
    found: dict[str, Release] = {}
    names = dict.fromkeys(_names(asked, everything))
    for listed in known.values():
        own = [name for name in names if name not in found and any(one.find(name) for one in listed)]
        having = (one for one in listed if own and all(one.find(name) for name in own))
        whole = next(having, None) if start is None else _reaching(list(having), own, start)
        for name in own:
            found[name] = whole or next(one for one in listed if one.find(name))
    return {name: found[name] for name in names}


def _reaching(known: Sequence[Release], names: Sequence[str], start: str | pd.Period) -> Release | None:
    """Return the newest of some releases whose series begin early enough, else the newest of all; None of none."""
    if not known:
        return None
    begin = [max(_first(one, name) for name in names) for one in known]
    wanted = min(begin) if start == FIRST else str(start)
    return next((one for one, first in zip(known, begin, strict=True) if first <= wanted), known[0])


def _first(release: Release, name: str) -> str:
    """Return the first month of a series; of one that is not monthly the first of all months."""
    try:
        return str(release.span(name)[0])
    except ParameterError:
        return ""


def _as_of(publisher: str, vintage: str | dt.date | None) -> list[Release]:
    """Return the releases of a publisher that count, newest first."""
    listed = releases(publisher)[::-1]
    if vintage is None:
        return listed
    day = vintage if isinstance(vintage, dt.date) else _day(vintage)
    return [one for one in listed if one.released <= day]


def _day(vintage: str) -> dt.date:
    """Return the day that a vintage names, or that of the release about its month; no day at all without one."""
    try:
        if len(vintage) != len("2024-02"):
            return dt.date.fromisoformat(vintage)
        month = pd.Period(dt.datetime.strptime(vintage, "%Y-%m"), freq="M")  # noqa: DTZ007 - a calendar month
    except ValueError:
        raise ParameterError(f"vintage {vintage!r} is neither a day like 2024-04-04 nor a month like 2024-02") from None
    return max((one.released for one in releases() if one.month == month), default=dt.date.min)


def _names(words: Sequence[str], known: Sequence[Release]) -> list[str]:
    """Return the canonical names that words stand for, in the order asked."""
    found: list[str] = []
    for word in words:
        if any(sign in word for sign in "*?["):
            everything = dict.fromkeys(name for one in known for name in one.quantities)
            # Chained dollars only where the pattern names them, so that none mixes them in.
            hits = [n for n in everything if fnmatchcase(n, word) and ("chained" in word or "_chained" not in n)]
            if not hits:
                raise ParameterError(f"no series fits {word!r}; {_hint(word.strip('*_'), known)}")
            found += hits
        elif quantity := next((quantity for one in known if (quantity := one.find(word))), None):
            found.append(quantity.name)
        else:
            raise ParameterError(f"unknown series {word!r}; {_hint(word, known)}")
    return found


def _hint(word: str, known: Sequence[Release]) -> str:
    everything = dict.fromkeys(name for one in known for name in (*one.quantities, *one._aliases))  # noqa: SLF001
    close = get_close_matches(word, everything, n=5, cutoff=0.75)
    return f"did you mean {' or '.join(close)}?" if close else nearest(word, everything)


def _notes(chosen: dict[str, Release], vintage: str | dt.date | None) -> list[str]:
    """Return what a reader might not expect: releases of several days, and newer ones that were passed over."""
    notes = []
    for publisher in dict.fromkeys(one.publisher for one in chosen.values()):
        own = {name: one.released for name, one in chosen.items() if one.publisher == publisher}
        days = {day: name for name, day in own.items()}
        if len(days) > 1:
            listed = ", ".join(f"{name} of {day}" for day, name in sorted(days.items()))
            notes.append(f"no release has all of these series; they come from several: {listed}")
        newer = (one for one in _as_of(publisher, vintage) if one.released > max(days))
        passed = [(one.released, names) for one in newer if (names := [name for name in own if one.find(name)])]
        if passed:
            notes.append(
                f"from the release of {max(days)}, the newest that has all of these series and months; that of "
                f"{passed[0][0]} has less: {', '.join(passed[0][1])}"
            )
    return notes


def release_of(series: str | Iterable[str] = HEADLINE, vintage: str | dt.date | None = None) -> Release:
    """Return the newest release that has some series, by a day or about a month.

    Raises
    ------
    ParameterError
        There is none.
    """
    names = [series] if isinstance(series, str) else list(series)
    chosen = _choose(names, vintage)
    if len(days := {one.folder: one for one in chosen.values()}) != 1:
        raise ParameterError(f"no one release has all of {', '.join(names)}")
    return next(iter(days.values()))


def find(words: str | Iterable[str], vintage: str | dt.date | None = None) -> list[Quantity]:
    """Return the quantities that names, mnemonics or patterns stand for, in the order asked, each once.

    Raises
    ------
    ParameterError
        A word stands for nothing; the message offers what is near.
    """
    return [release.quantities[name] for name, release in _choose(words, vintage).items()]

"""Which release a series comes from: what was known on a day, the newest release that has it, what was passed over."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity import Quantity
from tradelib.quantity.errors import ParameterError, nearest
from tradelib.store.folders import publishers, releases
from tradelib.store.reading import FT900, Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradelib.store.cutting import Month

HEADLINE = tuple(
    Quantity(flow, item).name for flow in ("balance", "exports", "imports") for item in ("total", "goods", "services")
)
"""The nine series of Exhibit 1."""

FIRST = "first"


def choose(words: str | Iterable[str], vintage: str | dt.date | None, start: Month = None) -> dict[str, Release]:
    """Return by canonical name the release that each series comes from."""
    wanted = [words] if isinstance(words, str) else list(words)
    # The trade release first: most series are its own, and no other publisher's tables are read to find them.
    ordered = sorted(publishers(), key=lambda publisher: publisher != FT900)
    known = {publisher: as_of(publisher, vintage) for publisher in ordered}
    everything = [one for listed in known.values() for one in listed]
    if not everything:
        stored = ", ".join(f"{one.released} (about {one.month})" for one in releases()) or "none"
        raise ParameterError(f"no release for vintage {str(vintage)!r}; the store has {stored}")
    chosen: dict[str, Release] = {}
    names = dict.fromkeys(names_of(wanted, everything))
    for listed in known.values():
        own = [name for name in names if name not in chosen and any(one.find(name) for one in listed)]
        having = (one for one in listed if own and all(one.find(name) for name in own))
        whole = next(having, None) if start is None else _reaching(list(having), own, start)
        for name in own:
            chosen[name] = whole or next(one for one in listed if one.find(name))
    return {name: chosen[name] for name in names}


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


def as_of(publisher: str, vintage: str | dt.date | None) -> list[Release]:
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


def names_of(words: Sequence[str], known: Sequence[Release]) -> list[str]:
    """Return the canonical names that words stand for, in the order asked."""
    names: list[str] = []
    for word in words:
        if any(sign in word for sign in "*?["):
            everything = dict.fromkeys(name for one in known for name in one.quantities)
            # Chained dollars only where the pattern names them, so that none mixes them in.
            hits = [n for n in everything if fnmatchcase(n, word) and ("chained" in word or "_chained" not in n)]
            if not hits:
                raise ParameterError(f"no series fits {word!r}; {_hint(word.strip('*_'), known)}")
            names += hits
        elif quantity := next((quantity for one in known if (quantity := one.find(word))), None):
            names.append(quantity.name)
        else:
            raise ParameterError(f"unknown series {word!r}; {_hint(word, known)}")
    return names


def _hint(word: str, known: Sequence[Release]) -> str:
    everything = dict.fromkeys(name for one in known for name in (*one.quantities, *one._aliases))  # noqa: SLF001
    close = get_close_matches(word, everything, n=5, cutoff=0.75)
    return f"did you mean {' or '.join(close)}?" if close else nearest(word, everything)


def notes_on(chosen: dict[str, Release], vintage: str | dt.date | None) -> list[str]:
    """Return what a reader might not expect: releases of several days, and newer ones that were passed over."""
    notes = []
    for publisher in dict.fromkeys(one.publisher for one in chosen.values()):
        own = {name: one.released for name, one in chosen.items() if one.publisher == publisher}
        days = {day: name for name, day in own.items()}
        if len(days) > 1:
            listed = ", ".join(f"{name} of {day}" for day, name in sorted(days.items()))
            notes.append(f"no release has all of these series; they come from several: {listed}")
        newer = (one for one in as_of(publisher, vintage) if one.released > max(days))
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
    chosen = choose(names, vintage)
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
    return [release.quantities[name] for name, release in choose(words, vintage).items()]

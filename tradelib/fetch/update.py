"""Add fetched files to the store: the newest on release day, and past releases from the archive, month by month.

``update`` and ``fill`` say what was revised, ``freshness`` whether newer figures may be out. ``fill`` can be repeated
and thereby resumes an interrupted run: a release that was added is not requested again, a refused one is downloaded
again only if it has changed, and a missing one is requested again, as it may have appeared.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Literal, TypeAlias

import pandas as pd

from tradelib import store
from tradelib.fetch import addresses
from tradelib.fetch.files import Outcome, Progress, Record, at_hand, downloads, fetch, obtain
from tradelib.fetch.http import AbsentError, DownloadError, ForbiddenError, Offline
from tradelib.quantity.errors import ParameterError, TradelibError
from tradelib.sources.files import released_on
from tradelib.sources.formats import read_grids
from tradelib.store.periods import day_of, month_of
from tradelib.store.reading import FT900, day_about

WHOLE = 20
"""Number of tables from which a release counts as complete, whatever its source."""

Verdict: TypeAlias = Literal["current", "possible", "overdue", "empty"]
_MARK = "archive"
"""Key of the address in the description of a file from the archive."""

SEEN = "the day it was fetched, on which the series had these values"

USUAL = (25, 50)
"""Shortest and longest delay of a release in days after its month, if the store has too few releases to tell."""

ENOUGH = 3
"""Number of releases from which the delays are taken from the store."""


def update(
    names: Iterable[str] | None = None,
    *,
    released: str | dt.date | None = None,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> list[Outcome]:
    """Fetch the newest files and add each to the release that it belongs to.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all.
    released : str or datetime.date, optional
        Day of release of the FT-900, if neither its files nor the store name it. For other publishers, the day of
        fetching is used if the day of release is unknown; the description in the store says so.
    today : datetime.date, optional
        As in ``fetch``.
    progress : callable, optional
        As in ``fetch``.

    Returns
    -------
    list of Outcome
        As from ``fetch``, each with what was ``added`` or why it was ``refused``.

    Raises
    ------
    ParameterError
        A source is unknown, or ``released`` is not a day.
    """
    day = None if released is None else day_of(released, "released")
    outcomes = fetch(names, today=today, progress=progress)
    for last in (False, True):  # files that name their day come first: it is the day of others about the same month
        outcomes = [_added(outcome, day, last=last) for outcome in outcomes]
    return outcomes


def _added(outcome: Outcome, released: dt.date | None, *, last: bool) -> Outcome:
    """Add a fetched file to the store; a file whose day is unknown waits for the last round."""
    record = outcome.record
    if record is None or outcome.added or outcome.refused:
        return outcome
    provenance: dict[str, Any] = {"official_url": record.answered, "fetched": record.fetched}
    try:
        day = day_about(record.month, record.publisher)
        if last and day is None and record.publisher == FT900:
            day = released
        elif last and day is None:
            day, provenance["released_known_from"] = dt.date.fromisoformat(record.fetched[:10]), SEEN
        return replace(outcome, added=store.add(record.path, day, provenance=provenance))
    except TradelibError as error:
        waits = isinstance(error, store.DayUnknownError) and not last
        return outcome if waits else replace(outcome, refused=str(error))


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return in words what was fetched, what is new, what the store already had, and what was refused."""
    listed = list(outcomes)
    added = [outcome.added for outcome in listed if outcome.added]
    parts = {
        "Fetched": [outcome.summary() for outcome in listed],
        "New in the store": [entry.summary() for entry in added if not entry.already],
        "In the store already": [entry.summary() for entry in added if entry.already],
        "NOT ADDED": [f"{outcome.name}: {outcome.refused}" for outcome in listed if outcome.refused],
    }
    blocks = {head: "\n".join(lines).replace("\n", "\n  ") for head, lines in parts.items() if lines}
    return "\n\n".join(f"{head}:\n  {text}" for head, text in blocks.items())


def fill(since: str, until: pd.Period) -> Iterator[Outcome]:
    """Add every release in a span of statistical months; a missing or refused one does not stop the others.

    A month counts as failed, not missing, if all its addresses are forbidden (403): the server may block this client.

    Parameters
    ----------
    since : str
        First statistical month, for example ``2020-09``.
    until : pandas.Period
        Last statistical month.

    Yields
    ------
    Outcome
        One per month, in order, as soon as it is done.

    Raises
    ------
    ParameterError
        ``since`` is not a month or is after ``until``, or the table of addresses cannot be read.
    """
    first = month_of(since, "since")
    if first > until:
        raise ParameterError(f"since {first} is after {until}, the last month that can be out")
    places = addresses.archive()
    for month in pd.period_range(first, until, freq="M"):
        if _is_stored(month):
            yield Outcome(str(month), "there")
            continue
        try:
            yield _archived(month, places)
        except (Offline, DownloadError, OSError) as error:
            yield Outcome(str(month), "failed", str(error))
        except TradelibError as error:
            yield Outcome(str(month), "refused", str(error))


def _is_stored(month: pd.Period) -> bool:
    """Return whether the store has the complete release about a month, or one from the archive."""
    return any(
        len(release.exhibits) >= WHOLE or any(_MARK in file for file in release.contents["files"].values())
        for release in store.releases()
        if release.month == month
    )


def _archived(month: pd.Period, places: addresses.Archive) -> Outcome:
    """Add the release about a month; the PDF is requested only if there are no tables or the day is unknown."""
    *urls, printed_url = (url.format(month=month.to_timestamp()) for url in (*places.tables, places.printed))
    absent: list[AbsentError] = []
    get = partial(_get, month, places.pause, absent)
    tables = next(filter(None, map(get, urls)), None)
    day = day_about(month)
    printed = None if tables and day else get(printed_url)
    record = tables or printed
    if record is None:
        if all(isinstance(error, ForbiddenError) for error in absent):
            raise DownloadError(f"{absent[0]}, as at each address of this month: the server may block this client")
        return Outcome(str(month), "missing", f"the archive has neither {urls[0]} nor {printed_url}")
    if printed and not day:
        day = released_on(next(read_grids(printed.path, printed.path.read_bytes())))
    added = store.add(record.path, day, provenance={_MARK: record.answered})
    shutil.rmtree(downloads() / _MARK / str(month), ignore_errors=True)
    return Outcome(str(month), "added", added.summary())


def _get(month: pd.Period, pause: float, absent: list[AbsentError], url: str) -> Record | None:
    """Return a file of the archive, or None if it is absent (the error is appended to ``absent``), after a pause.

    A file that was fetched before and not added is downloaded again only if it has changed.
    """
    time.sleep(pause)
    name = f"{_MARK}/{month}/{PurePosixPath(url).name}"
    try:
        return obtain(name, url, at_hand(name), lambda _: (month, FT900))
    except AbsentError as error:
        absent.append(error)
        return None


def last_month() -> pd.Period:
    """Return the last statistical month that can be out: no release comes within three weeks after its month."""
    return pd.Period(dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=21), "M") - 1


def freshness(today: dt.date | None = None, *, reached: bool = False) -> tuple[Verdict, str]:
    """Return whether a trade release newer than the newest in the store may be out, and the reasons in words.

    Parameters
    ----------
    today : datetime.date, optional
        The day to judge from; by default today.
    reached : bool
        Whether a server has answered just now, so that an update is not advised again.

    Returns
    -------
    verdict : {"current", "possible", "overdue", "empty"}
        The days since the end of the month due are fewer than the shortest delay of a release, at most the longest, or
        more; ``empty`` if the store has no trade release.
    words : str
        The newest month, the month due, the delays, and what to do.
    """
    if not (known := store.releases()):
        return "empty", f"The store, {store.data_folder()}, has no release; get one with: tradelib update"
    newest = known[-1]
    due = newest.month + 1
    days = [(release.released - release.month.end_time.date()).days for release in known]
    shortest, longest = (min(days), max(days)) if len(days) >= ENOUGH else USUAL
    waited = ((today or dt.datetime.now(tz=dt.UTC).date()) - due.end_time.date()).days
    here = f"The newest month in the store is {newest.month:%B %Y}, released {newest.released}."
    took = f"releases came {shortest} to {longest} days after the end of their month"
    if waited < shortest:
        return "current", f"{here} {due:%B %Y} is not due yet: {took}."
    verdict: Verdict = "possible" if waited <= longest else "overdue"
    state = "may be out" if verdict == "possible" else "is out, unless the release is delayed or suspended"
    do = "The servers that answered have nothing newer; try again later." if reached else "Try tradelib update."
    return verdict, f"{here} {due:%B %Y} ended {waited} days ago and {state}: {took}. {do}"

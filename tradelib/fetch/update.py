"""What is fetched goes into the store: the newest files on release day, the archive month by month, each whole.

It says what was revised, and whether newer figures may be out. Of the archive a release that was added is never asked
for again, one that was refused is sent again only if it has changed, and one that was missing is asked for again, as it
can appear; so a run that was interrupted is taken up by the same command.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

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
"""Tables from which a release counts as whole, wherever it came from."""

_MARK = "archive"
"""What the description of a file from here says of its address."""

SEEN = "the day it was fetched, on which the series stood so"

USUAL = (25, 50)
"""Days from the end of a month to its release, where the store has too few releases to tell."""

ENOUGH = 3
"""Releases from which the store's own delays are taken."""


def update(
    names: Iterable[str] | None = None,
    *,
    released: str | dt.date | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Fetch the newest files and add them to the releases that they belong to, each for itself.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all.
    released : str or datetime.date, optional
        Day of release of the FT-900, where neither a file of it nor the store names it. A file of another publisher
        counts as of the day it was fetched; its description in the store says so.
    today : datetime.date, optional
        The day it is.
    progress : callable, optional
        As ``fetch`` takes it.

    Returns
    -------
    list of Outcome
        As ``fetch``, each with what was ``added`` or why it was ``refused``.

    Raises
    ------
    ParameterError
        A source is unknown, or ``released`` is no day.
    """
    day = None if released is None else day_of(released, "released")
    outcomes = fetch(names, today=today, progress=progress)
    for last in (False, True):  # files that name their day go in first: others of the same month have the same day
        outcomes = [_added(outcome, day, last=last) for outcome in outcomes]
    return outcomes


def _added(outcome: Outcome, released: dt.date | None, *, last: bool) -> Outcome:
    """Add a fetched file to the store; one of which nothing says the day waits for the last round."""
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
    """Return what was fetched, what it changed, what was there already and what is wrong, in this order."""
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
    """Add every release from a statistical month on; one that is missing or refused does not stop the others.

    A month whose every address is forbidden (403) has failed: a server that blocks its client answers so, too.

    Parameters
    ----------
    since : str
        First statistical month, for example ``2020-09``.
    until : pandas.Period
        Last one.

    Yields
    ------
    Outcome
        Month by month, in order, as each is done.

    Raises
    ------
    ParameterError
        ``since`` is not a month, or after the last one; the table of addresses cannot be read.
    """
    first = month_of(since, "since")
    if first > until:
        raise ParameterError(f"since {first} is after {until}, the last month that can be out")
    places = addresses.archive()
    for month in pd.period_range(first, until, freq="M"):
        if _is_there(month):
            yield Outcome(str(month), "there")
            continue
        try:
            yield _archived(month, places)
        except (Offline, DownloadError, OSError) as error:
            yield Outcome(str(month), "failed", str(error))
        except TradelibError as error:
            yield Outcome(str(month), "refused", str(error))


def _is_there(month: pd.Period) -> bool:
    """Tell whether the store has the whole release about a month, from here or from elsewhere."""
    return any(
        len(release.exhibits) >= WHOLE or any(_MARK in file for file in release.contents["files"].values())
        for release in store.releases()
        if release.month == month
    )


def _archived(month: pd.Period, places: addresses.Archive) -> Outcome:
    """Add the release about a month; its print is asked for only where the tables or the day are not known without."""
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
    """Return a file, or None where there is none, with the reason in ``absent``; every request waits its turn.

    What came before and was not added is sent again only if it has changed.
    """
    time.sleep(pause)
    name = f"{_MARK}/{month}/{PurePosixPath(url).name}"
    try:
        return obtain(name, url, at_hand(name), lambda _: (month, FT900))
    except AbsentError as error:
        absent.append(error)
        return None


def last_month() -> pd.Period:
    """Return the last statistical month that can be out: no release comes before its month is over by three weeks."""
    return pd.Period(dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=21), "M") - 1


@dataclass(frozen=True)
class Freshness:
    """How old the newest month is.

    Attributes
    ----------
    newest, due : pandas.Period
        The newest month at hand, and the one after it.
    released : datetime.date
        When the newest was published.
    waited : int
        Days since the month that is due ended; negative while it lasts.
    shortest, longest : int
        Days that releases took after the end of their month.
    verdict : {"current", "possible", "overdue"}
        No release of the month due came that early; some did; each did.
    """

    newest: pd.Period
    due: pd.Period
    released: dt.date
    waited: int
    shortest: int
    longest: int
    verdict: str

    def summary(self, *, reached: bool = False) -> str:
        """Return the verdict in words, with what it rests on; an update that reached a server is not advised again."""
        here = f"The newest month in the store is {self.newest:%B %Y}, released {self.released}."
        took = f"releases came {self.shortest} to {self.longest} days after the end of their month"
        if self.verdict == "current":
            return f"{here} {self.due:%B %Y} is not due yet: {took}."
        do = "The servers that answered have nothing newer; try again later." if reached else "Try tradelib update."
        late = "is out, unless the release is delayed or suspended"
        state = "may be out" if self.verdict == "possible" else late
        return f"{here} {self.due:%B %Y} ended {self.waited} days ago and {state}: {took}. {do}"


def freshness(today: dt.date | None = None) -> Freshness:
    """Return how old the newest month of the trade release is.

    Parameters
    ----------
    today : datetime.date, optional
        The day to judge from; today by default.

    Raises
    ------
    ParameterError
        The store has no release.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    known = store.releases()
    newest = known[-1] if known else store.release()
    due = newest.month + 1
    days = [(release.released - release.month.end_time.date()).days for release in known]
    shortest, longest = (min(days), max(days)) if len(days) >= ENOUGH else USUAL
    waited = (day - due.end_time.date()).days
    verdict = "current" if waited < shortest else "possible" if waited <= longest else "overdue"
    return Freshness(newest.month, due, newest.released, waited, shortest, longest, verdict)


def in_words(*, reached: bool = False) -> str:
    """Return how old the newest month of the store is; what to do without one."""
    if not store.releases():
        return f"The store, {store.data_folder()}, has no release; get one with: tradelib update"
    return freshness().summary(reached=reached)

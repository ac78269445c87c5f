"""Release day: fetch, add what is new to the store, say what was revised, and whether newer figures may be out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib import store
from tradelib.fetch.files import Outcome, Progress, fetch
from tradelib.quantity.errors import TradelibError
from tradelib.store.reading import FT900, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable

SEEN = "the day it was fetched, on which the series stood so"

USUAL = (25, 50)
"""Days from the end of a month to its release, where the store has too few releases to tell."""

ENOUGH = 3
"""Releases from which the store's own delays are taken."""


def update(
    names: Iterable[str] | None = None,
    *,
    released: dt.date | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Fetch the newest files and add them to the releases that they belong to, each for itself.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all.
    released : datetime.date, optional
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
        A source is unknown.
    """
    outcomes = fetch(names, today=today, progress=progress)
    for last in (False, True):  # files that name their day go in first: others of the same month have the same day
        outcomes = [_added(outcome, released, last=last) for outcome in outcomes]
    return outcomes


def _added(outcome: Outcome, released: dt.date | None, *, last: bool) -> Outcome:
    """Add a fetched file to the store; one of which nothing says the day waits for the last round."""
    record = outcome.record
    if record is None or outcome.added or outcome.refused:
        return outcome
    provenance: dict[str, Any] = {"official_url": record.answered, "fetched": record.fetched}
    try:
        day = day_of(record.month, record.publisher)
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
        here = f"The newest month here is {self.newest:%B %Y}, released {self.released}."
        took = f"releases came {self.shortest} to {self.longest} days after the end of their month"
        if self.verdict == "current":
            return f"{here} {self.due:%B %Y} is not to be expected yet: {took}."
        do = "The servers that answered have nothing newer; try again later." if reached else "Try tradelib update."
        if self.verdict == "possible":
            return f"{here} {self.due:%B %Y} ended {self.waited} days ago and may be out: {took}. {do}"
        late = "unless the release is delayed or suspended"
        return f"{here} {self.due:%B %Y} ended {self.waited} days ago and is out, {late}: {took}. {do}"


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

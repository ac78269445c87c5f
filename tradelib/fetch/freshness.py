"""Whether newer figures are probably out, judged by the store's own releases: no cadence is assumed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradelib import store
from tradelib.store import data_folder

if TYPE_CHECKING:
    import pandas as pd

USUAL = (25, 50)
"""Days from the end of a month to its release, where the store has too few releases to tell."""

ENOUGH = 3
"""Releases from which the store's own delays are taken."""


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

    def summary(self, *, asked: bool = False) -> str:
        """Return the verdict in one sentence, with what it rests on; where servers were asked, nobody is told to."""
        here = f"The newest month here is {self.newest:%B %Y}, released {self.released}."
        took = f"releases came {self.shortest} to {self.longest} days after the end of their month"
        if self.verdict == "current":
            return f"{here} {self.due:%B %Y} is not to be expected yet: {took}."
        do = "The servers that answered have nothing newer; try again later." if asked else "Try tradelib update."
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


def in_words(*, asked: bool = False) -> str:
    """Return how old the newest month of the store is; what to do without one."""
    if not store.releases():
        return f"The store, {data_folder()}, has no release; get one with: tradelib update"
    return freshness().summary(asked=asked)

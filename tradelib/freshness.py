"""Whether newer figures are probably out, judged by the store's own releases: no cadence is assumed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradelib import store
from tradelib.families import FAMILIES
from tradelib.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tradelib.store import Release

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


def freshness(today: dt.date | None = None, *, family: str = store.HISTORY) -> Freshness:
    """Return how old the newest month of a family is.

    Parameters
    ----------
    today : datetime.date, optional
        The day to judge from; today by default.
    family : str
        Source family.

    Raises
    ------
    ParameterError
        The store has no such family.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    newest = store.releases(family)[-1]
    due = newest.statistical_month + 1
    every = [release for name in store.families() for release in store.releases(name)]
    shortest, longest = _delays(every)
    waited = (day - due.end_time.date()).days
    verdict = "current" if waited < shortest else "possible" if waited <= longest else "overdue"
    return Freshness(newest.statistical_month, due, newest.released, waited, shortest, longest, verdict)


def _delays(releases: Sequence[Release]) -> tuple[int, int]:
    """Return the shortest and longest delay of trade releases; other families are published at other times."""
    days = [
        (release.released - release.statistical_month.end_time.date()).days
        for release in releases
        if release.family in (store.HISTORY, "bea_fred")
    ]
    return (min(days), max(days)) if len(days) >= ENOUGH else USUAL


def uneven() -> str:
    """Return a sentence on families of the trade release that end in an earlier month than others; empty if none."""
    trade = [name for name in store.families() if name in FAMILIES and FAMILIES[name].news == "FT-900"]
    months = {name: store.releases(name)[-1].statistical_month for name in trade}
    newest = max(months.values(), default=None)
    behind = [f"{name} ends in {month:%B %Y}" for name, month in months.items() if month != newest]
    if not behind:
        return ""
    ahead = ", ".join(name for name, month in months.items() if month == newest)
    return f"Not all families are about one month: {', '.join(behind)}; {ahead} in {newest:%B %Y}."


def told(*, asked: bool = False) -> str:
    """Return how old the newest month of the store is and which families end before others; what to do without one."""
    if store.HISTORY not in store.families():
        return f"The store, {data_folder()}, has no {store.HISTORY}; get it with: tradelib update history"
    return " ".join(filter(None, (freshness().summary(asked=asked), uneven())))

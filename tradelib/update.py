"""Release day: fetch, add what is new as a vintage, say what was revised."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradelib import adding, fetch, store
from tradelib.errors import TradelibError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradelib.adding import Added
    from tradelib.fetch import Fetched, Progress, Record

STORED = ("history", "exhibit1")
"""Sources whose files become releases of the store, the fuller one first."""


@dataclass(frozen=True)
class Updated:
    """What came of an update.

    Attributes
    ----------
    fetched : list of Fetched
        What came of each source.
    added : list of Added
        What went into the store, or was there already.
    refused : dict of str to str
        By source, why its file did not go into the store.
    """

    fetched: list[Fetched]
    added: list[Added]
    refused: dict[str, str]

    @property
    def is_new(self) -> bool:
        """Whether the store has a release that it did not have before."""
        return any(not added.already for added in self.added)

    def summary(self) -> str:
        """Return what was fetched, added and revised, a line each."""
        lines = [one.summary() for one in self.fetched]
        lines += [line for added in self.added for line in added.summary().splitlines()]
        return "\n".join(lines + [f"{name} was not added: {why}" for name, why in self.refused.items()])


def update(
    names: Iterable[str] | None = None,
    *,
    released: dt.date | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Fetch the newest files and add those that the store takes as a new release.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all but the optional ones.
    released : datetime.date, optional
        Day of release. The files do not say it: by default the day that the store has for that month, else the
        day that the server gives the file, else today.
    today : datetime.date, optional
        The day it is.
    progress : callable, optional
        As ``fetch.fetch`` takes it.

    Raises
    ------
    ParameterError
        A source is unknown.
    """
    day = today or dt.datetime.now(tz=dt.UTC).date()
    fetched = fetch.fetch(names, today=day, progress=progress)
    at_hand = {one.source: one.record for one in fetched if one.record and one.source in STORED}
    added: list[Added] = []
    refused: dict[str, str] = {}
    for source in STORED:
        if not (record := at_hand.get(source)) or record.statistical_month < _newest():
            continue
        try:
            added.append(adding.add(record.path, released or _day(record, day)))
        except TradelibError as error:
            refused[source] = str(error)
    return Updated(fetched, added, refused)


def _newest() -> str:
    """Return the newest month that the store has of the history."""
    return str(store.releases(store.HISTORY)[-1].statistical_month) if store.HISTORY in store.families() else ""


def _day(record: Record, today: dt.date) -> dt.date:
    """Return the day of release as far as it can be known."""
    for release in store.releases(store.HISTORY) if store.HISTORY in store.families() else []:
        if str(release.statistical_month) == record.statistical_month:
            return release.released
    return record.published or today

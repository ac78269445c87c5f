"""Release day: fetch, add what is new to the store, say what was revised."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib import store
from tradelib.fetch import files as fetch
from tradelib.quantity.errors import TradelibError
from tradelib.sources.files import read_files
from tradelib.store.reading import FT900, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradelib.fetch.cache import Record
    from tradelib.fetch.files import Fetched, Progress

SEEN = "the day it was fetched, on which the series stood so"


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
        By source, why its file is not in the store.
    """

    fetched: list[Fetched]
    added: list[store.Added] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether no file was refused and no source failed; without any connection there is nothing to fail."""
        return not self.refused and fetch.is_whole(self.fetched)

    @property
    def asked(self) -> bool:
        """Whether a server answered."""
        return any(one.status in ("new", "unchanged") for one in self.fetched)

    def summary(self) -> str:
        """Return what was fetched, what it changed, what was there already and what is wrong, in this order."""
        parts = {
            "Fetched": [one.summary() for one in self.fetched],
            "New in the store": [added.summary() for added in self.added if not added.already],
            "In the store already": [added.summary() for added in self.added if added.already],
            "NOT ADDED": [f"{source}: {why}" for source, why in self.refused.items()],
        }
        blocks = [
            "\n".join([f"{head}:", *("  " + line.replace("\n", "\n  ") for line in lines)])
            for head, lines in parts.items()
            if lines
        ]
        return "\n\n".join(blocks)


def update(
    names: Iterable[str] | None = None,
    *,
    released: dt.date | None = None,
    today: dt.date | None = None,
    progress: Progress | None = None,
) -> Updated:
    """Fetch the newest files and add them to the releases that they belong to, each for itself.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all but the optional ones.
    released : datetime.date, optional
        Day of release of the FT-900, where neither a file of it nor the store names it. A file of another publisher
        counts as of the day it was fetched; its description in the store says so.
    today : datetime.date, optional
        The day it is.
    progress : callable, optional
        As ``fetch.fetch`` takes it.

    Raises
    ------
    ParameterError
        A source is unknown.
    """
    done = Updated(fetch.fetch(names, today=today or dt.datetime.now(tz=dt.UTC).date(), progress=progress))
    waiting = [one.record for one in done.fetched if one.record]
    unknown: list[Record] = []
    for record in waiting:  # files that name their day come first: others of the same month have the same day
        _add(done, record, None, unknown)
    for record in unknown:
        _add(done, record, released, None)
    return done


def last_month(today: dt.date | None = None) -> pd.Period:
    """Return the last statistical month that can be out: no release comes before its month is over by three weeks."""
    return pd.Period((today or dt.datetime.now(tz=dt.UTC).date()) - dt.timedelta(days=21), "M") - 1


def _add(done: Updated, record: Record, released: dt.date | None, later: list[Record] | None) -> None:
    provenance: dict[str, Any] = {"official_url": record.answered, "fetched": record.fetched}
    try:
        publisher = read_files([record.path])[0].layout.publisher
        day = day_of(record.month, publisher)
        try:
            done.added.append(store.add(record.path, day or released, provenance=provenance))
        except store.DayUnknownError:
            if later is not None:
                later.append(record)
                return
            if publisher == FT900:
                raise
            seen = dt.date.fromisoformat(record.fetched[:10])
            done.added.append(store.add(record.path, seen, provenance=provenance | {"released_known_from": SEEN}))
    except TradelibError as error:
        done.refused[record.source] = str(error)

"""Release day: fetch, add what is new as a vintage of its family, say what was revised."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradelib import adding, compiling, store
from tradelib.errors import TradelibError
from tradelib.families import FAMILIES, NOT_STORED, families_of
from tradelib.fetch import addresses, files as fetch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradelib.added import Added
    from tradelib.compiling import Entry
    from tradelib.fetch.files import Fetched, Progress, Record

NEWS = "FT-900"
"""The news release whose day can be said."""

FETCHED_THEN = "the day it was fetched; neither the file nor the server names one"


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
        By family, why it has no new release although there are files of it.
    older : dict of str to str
        By family whose files are about an earlier month than its newest release: the two months.
    kept : dict of str to str
        By source that goes into no family: where its file is, and why it is not in the store.
    """

    fetched: list[Fetched]
    added: list[Added] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    older: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether the store has a release that it did not have before."""
        return any(not added.already for added in self.added)

    @property
    def is_whole(self) -> bool:
        """Whether no family was refused and no source failed; without any connection there is nothing to fail."""
        return not self.refused and fetch.is_whole(self.fetched)

    def asked(self, family: str) -> bool:
        """Tell whether a server answered about a source of a family."""
        known = addresses.sources()
        answered = [one.source for one in self.fetched if one.status in ("new", "unchanged")]
        return any(known[name].layout in FAMILIES[family].layouts for name in answered)

    def summary(self) -> str:
        """Return what was fetched, what it changed, what was there already and what is wrong, in this order."""
        had = [a for a in self.added if a.already]
        same = [f"{a.family}: about {a.newest.name}, released {a.released}; {a.kind} has the same values" for a in had]
        parts = {
            "Fetched": [one.summary() for one in self.fetched],
            "New in the store": [added.summary() for added in self.added if not added.already],
            "In the store already": same + [f"{family}: {why}" for family, why in self.older.items()],
            "Not for the store": [f"{source}: {why}" for source, why in self.kept.items()],
            "NOT ADDED": [f"{family}: {why}" for family, why in self.refused.items()],
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
    """Fetch the newest files and add those that the store takes as new releases, each family for itself.

    Parameters
    ----------
    names : iterable of str, optional
        Sources to fetch; by default all but the optional ones.
    released : datetime.date, optional
        Day of release of the FT-900, for its families where neither the store has a day for that month nor the file
        names one. By default the day that another family of the same news release has, or that the server gives
        the file; else the day that it was fetched. The provenance says which.
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
    done = Updated(fetch.fetch(names, today=day, progress=progress))
    batches: dict[str, list[Record]] = {}
    for one in done.fetched:
        if one.record:
            batches.setdefault(one.record.layout, []).append(one.record)
    order = [layout for family in FAMILIES.values() for layout in family.layouts]
    for layout in sorted(batches, key=lambda layout: order.index(layout) if layout in order else len(order)):
        records = batches[layout]
        if families_of(layout):
            _add(done, records, released, day)
        else:
            why = NOT_STORED.get(layout, "no family holds it")
            done.kept.update({r.source: f"about {r.statistical_month}, in {r.path}; {why}" for r in records})
    return done


def _add(done: Updated, records: Sequence[Record], released: dt.date | None, today: dt.date) -> None:
    """Add the releases that files of one layout hold; what one family refuses does not stop the others."""
    try:
        found = compiling.read([record.path for record in records])
    except TradelibError as error:
        done.refused.update({family.name: str(error) for family in families_of(records[0].layout)})
        return
    for name, files in found.items():
        try:
            entry = compiling.compile_release(name, files)
            newest = _newest(name)
            if newest and entry.month < newest.statistical_month:
                done.older[name] = (
                    f"about {newest.statistical_month}, released {newest.released}; {entry.file} is about {entry.month}"
                )
                continue
            day, known_from = _day(entry, records, released, today)
            used = [record for record in records if record.path in files]
            told = {
                "released_known_from": known_from,
                "official_url": _one_or_all([record.answered for record in used]),
                "fetched": _one_or_all([record.fetched for record in used]),
            }
            done.added.append(adding.add_entry(entry, day, told))
        except TradelibError as error:
            done.refused[name] = str(error)


def _one_or_all(texts: list[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else texts


def _newest(family: str) -> store.Release | None:
    return store.releases(family)[-1] if family in store.families() else None


def _day(entry: Entry, records: Sequence[Record], released: dt.date | None, today: dt.date) -> tuple[dt.date, str]:
    """Return the day of release as far as it can be known, and how it is known."""
    newest = _newest(entry.family.name)
    if newest and newest.statistical_month == entry.month:
        return newest.released, "the store"
    after = max(newest.released if newest else dt.date.min, entry.month.end_time.date())
    if entry.updated and after < entry.updated <= today:
        return entry.updated, "the file: its last update"
    if released and entry.family.news == NEWS:
        return released, "said when it was added"  # adding refuses one that cannot be
    candidates: list[tuple[dt.date | None, str]] = []
    for family in FAMILIES.values():
        if family.news == entry.family.news and family.name in store.families():
            candidates += [
                (release.released, f"the release of {family.name} about the same month")
                for release in store.releases(family.name)
                if release.statistical_month == entry.month
                and release.provenance.get("released_known_from") != FETCHED_THEN
            ]
    candidates.append((max((r.published for r in records if r.published), default=None), "the server: last modified"))
    fetched = max(dt.date.fromisoformat(record.fetched[:10]) for record in records)
    known = ((day, how) for day, how in candidates if day and after < day <= today)
    return next(known, (min(today, fetched), FETCHED_THEN))

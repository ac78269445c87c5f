"""Adding a release: official files are read, checked together and against the store, and written whole or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.errors import ParameterError
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import printed
from tradelib.sources.identities import check
from tradelib.sources.plausible import check_against, check_jumps
from tradelib.sources.series import FORM
from tradelib.store.comparing import revisions
from tradelib.store.folders import release, releases
from tradelib.store.opened import open_files
from tradelib.store.reading import FT900, Release
from tradelib.store.writing import write_release

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tradelib.sources.reader import Table

DAYS = {FT900: (20, 120)}
"""Days after the end of its month on which a release can be published; shutdowns have delayed some by two months."""

_SHOWN = 5
"""Revisions that a summary names one by one."""


class DayUnknownError(ParameterError):
    """Neither the files nor the caller say on which day a release was published."""


@dataclass(frozen=True, repr=False)
class Added(Result):
    """What became of files that were added, and what they change.

    Attributes
    ----------
    release : Release
        The release that they are, or belong to.
    tables : list of str
        Tables that are new in the store; empty when it had all of them.
    against : Release or None
        The release before it that has figures of the same compilations.
    revisions : pandas.DataFrame
        One row a figure that changed against it: ``name``, ``month``, ``before``, ``now``, ``change``, largest first.
    compared : int
        How many figures both have.
    notes : list of str
        What is worth saying of the tables.
    """

    release: Release
    tables: list[str]
    against: Release | None
    revisions: pd.DataFrame
    compared: int
    notes: list[str]

    @property
    def table(self) -> pd.DataFrame:
        """The revisions."""
        return self.revisions

    @property
    def already(self) -> bool:
        """Whether the store had every table before."""
        return not self.tables

    def summary(self) -> str:
        """Return what was added and what was revised, in a few lines."""
        about = f"the release of {self.release.released} about {self.release.month}"
        if self.already:
            return f"{self.release.publisher}: {about} is in the store already, with the same figures"
        plural = "s" if len(self.tables) > 1 else ""
        lines = [f"{self.release.publisher}: {about}, {len(self.tables)} new table{plural}: {', '.join(self.tables)}"]
        if self.against:
            lines.append(
                f"  {len(self.revisions)} of {self.compared:,} figures that the release of {self.against.released} "
                "has too were revised"
            )
            for row in self.revisions.head(_SHOWN).itertuples():
                change = printed(row.change, 1, sign=True)
                lines.append(
                    f"    {row.name} {row.month}: {printed(row.before, 1)} to {printed(row.now, 1)} ({change})"
                )
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def add(
    paths: str | Path | Sequence[str | Path],
    released: str | dt.date | None = None,
    *,
    provenance: dict[str, Any] | None = None,
) -> Added:
    """Add official files to the store, or say why not; no release is ever half there.

    Parameters
    ----------
    paths : path or sequence of paths
        Workbooks, texts, PDFs, answers, folders and archives of one release, alone or together. What comes later joins
        the release of its day.
    released : str or datetime.date, optional
        Day of release; needed where no file names it.
    provenance : dict, optional
        More to say of where the files come from.

    Returns
    -------
    Added
        What is new, and what it revises.

    Raises
    ------
    SourceError
        A file is not as published, breaks an account, or disagrees with another file or an earlier print.
    DayUnknownError
        The day of release is not known.
    ParameterError
        The day cannot be that of a release about that month; the store has another release about it; the files are of
        several publishers.
    StoreError
        The store cannot be written.

    Examples
    --------
    >>> tradelib.add("history.txt", "2024-04-04").already
    True
    """
    opened = open_files(paths, released)
    publisher, day, month, tables = opened.publisher, opened.released, opened.month, opened.tables()
    file = opened.opened[0].grids[0].file
    if day is None:
        raise DayUnknownError(f"{file} does not say when it was released; say it (--released 2024-04-04)")
    _check_day(publisher, day, month)
    known = releases(publisher)
    own = next((stored for stored in known if stored.released == day), None)
    # Some tables of a release are quarterly or lag: they join it although their newest month is another.
    if own and own.month != month and (month > own.month or any(table.layout.complete for table in tables)):
        raise ParameterError(
            f"{file} is about {month}, but the store's release of {day} is about {own.month} ({own.folder})"
        )
    if publisher == FT900:
        _check_order(day, month, known)
    had = own.tables() if own else []
    check([*opened.opened, *had])
    _check_store(tables, file, opened, known)
    new = [table for table in tables if table.exhibit not in {table.exhibit for table in had}]
    before = _before(day, new or tables, known)
    if new:
        files = {name: entry | (provenance or {}) for name, entry in opened.contents["files"].items()}
        write_release(publisher, day, max(month, own.month) if own else month, new, files, own)
    revised, compared = revisions(new, before)
    notes = [note for table in new for note in table.notes]
    return Added(release(day, publisher), [table.exhibit for table in new], before, revised, compared, notes)


def _check_day(publisher: str, day: dt.date, month: pd.Period) -> None:
    least, most = DAYS.get(publisher, (1, None))
    lag = (day - month.end_time.date()).days
    if lag < least or (most and lag > most):
        usual = f"{least} to {most} days after its month" if most else "after its month"
        raise ParameterError(
            f"released {day}, but the newest figures are about {month}; a release comes {usual}: is the day right, and "
            "are the years in the file?"
        )
    if day > dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1):
        raise ParameterError(f"released {day} is in the future")


def _check_order(day: dt.date, month: pd.Period, known: Sequence[Release]) -> None:
    """Check that releases of later days are about later months, one release a month."""
    for other in known:
        if other.released != day and (other.month >= month if other.released < day else other.month <= month):
            raise ParameterError(
                f"a release about {month} of {day}, while the store has the release of {other.released} about "
                f"{other.month} ({other.folder}): later releases are about later months; is the day right?"
            )


def _check_store(tables: Sequence[Table], file: str, opened: Release, known: Sequence[Release]) -> None:
    """Check the print of last month that a table repeats, and series that have no accounts, against the store."""
    for other in known if opened.publisher == FT900 else ():
        if other.month == opened.month - 1:
            check_against([table.facts for table in tables], other.facts, f"in the release of {other.released}")
        if other.month == opened.month + 1:
            together = pd.concat([table.facts for table in tables], ignore_index=True)
            check_against([other.facts], together, f"in {file}")
    for table in tables:
        if table.layout.down == FORM:
            having = (one for one in known if one.released < opened.released and table.exhibit in one.exhibits)
            stored = max(having, key=lambda one: one.released, default=None)
            check_jumps(table, stored.facts[stored.facts["exhibit"] == table.exhibit] if stored else None)


def _before(day: dt.date, tables: Sequence[Table], known: Sequence[Release]) -> Release | None:
    """Return the newest release before a day that has a table of one of the same compilations."""
    wanted = {table.layout.compilation for table in tables}
    return next(
        (
            one
            for one in reversed(known)
            if one.released < day and wanted & {entry["compilation"] for entry in one.contents["tables"].values()}
        ),
        None,
    )

"""Open official files as a release, check them together and against the store, and add them atomically."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import printed
from tradelib.sources.facts import FORM
from tradelib.sources.files import files_of, read_file
from tradelib.sources.identities import check, check_against, check_jumps, common
from tradelib.store.periods import day_of
from tradelib.store.reading import FT900, Release, release, releases
from tradelib.store.tables import Figures
from tradelib.store.writing import PUBLISHERS, write_release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.facts import Table

_REVISED = ["name", "month", "before", "now", "change"]
_SHOWN = 5
"""Number of revisions that a summary lists."""


class DayUnknownError(ParameterError):
    """Neither the files nor the caller say on which day a release was published."""


@dataclass(frozen=True, repr=False)
class Opened(Release):
    """A release read from files, in the store or not; its ``folder`` is the first given path.

    Attributes
    ----------
    released : datetime.date or None
        Day of publication; None if neither a file nor the caller names it.
    opened : tuple of Table
        The tables of the files, in order, without repeats of a table.
    """

    released: dt.date | None  # type: ignore[assignment]
    opened: tuple[Table, ...] = ()

    def tables(self) -> list[Table]:
        """Return the tables of the files."""
        return list(self.opened)

    @cached_property
    def figures(self) -> Figures:
        """The figures of the tables."""
        return Figures.of(self.tables())


@dataclass(frozen=True, repr=False)
class Added(Result):
    """The result of adding files: the tables that are new, and the figures that they revise.

    Attributes
    ----------
    release : Release
        The release that the files belong to.
    tables : list of str
        Tables that are new in the store; empty if it had all of them.
    against : Release or None
        The newest earlier release with some of the same figures; None if there is none, or nothing is new.
    table : pandas.DataFrame
        One row per figure that differs: ``name``, ``month``, ``before``, ``now``, ``change``; largest change first.
    compared : int
        Number of figures that both releases have.
    notes : list of str
        Remarks on the tables.
    """

    release: Release
    tables: list[str]
    against: Release | None
    table: pd.DataFrame
    compared: int
    notes: list[str]

    @property
    def already(self) -> bool:
        """Whether the store already had every table."""
        return not self.tables

    def summary(self) -> str:
        """Return in a few lines what was added and what was revised."""
        about = f"the release of {self.release.released} about {self.release.month}"
        if self.already:
            return f"{self.release.publisher}: {about} is in the store already, with the same figures"
        plural = "s" if len(self.tables) > 1 else ""
        lines = [f"{self.release.publisher}: {about}, {len(self.tables)} new table{plural}: {', '.join(self.tables)}"]
        if self.against:
            lines.append(
                f"  {len(self.table)} of {self.compared:,} figures in common with the release of "
                f"{self.against.released} were revised"
            )
            for row in self.table.head(_SHOWN).itertuples():
                moved = f"{printed(row.before, 1)} to {printed(row.now, 1)} ({printed(row.change, 1, sign=True)})"
                lines.append(f"    {row.name} {row.month}: {moved}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def read(
    files: str | Path | Sequence[str | Path], released: str | dt.date | None = None, *, first_of: Sequence[str] = ()
) -> Opened:
    """Read official files and check their accounts, without adding them to the store.

    Parameters
    ----------
    files : path or sequence of paths
        Workbooks, texts, PDFs, API responses, folders and archives of one release, alone or together.
    released : str or datetime.date, optional
        Day of release, if no file names it.
    first_of : sequence of str
        Names of tables; reading stops at the first of these tables in the files.

    Returns
    -------
    Release
        With the methods of a release in the store: ``series``, ``wide``, ``figure``, ``facts``.

    Raises
    ------
    SourceError
        A file is not as published, breaks an account, or disagrees with another file.
    ParameterError
        The files are of several publishers, have none of the tables of ``first_of``, or ``released`` is not a day.

    Examples
    --------
    >>> float(tradelib.read("history.txt").figure("BOPGSTB", "2024-02"))
    -68901.0
    """
    given = [files] if isinstance(files, (str, Path)) else list(files) if pd.api.types.is_list_like(files) else []
    if not given or not all(isinstance(file, (str, Path)) and str(file) for file in given):
        raise ParameterError(f"found the files {files!r}; expected one path or several")
    tables: list[Table] = []
    hashes = {}
    for path, raw in files_of(map(Path, given)):
        tables += [table for table in read_file(path, raw, first_of) if not first_of or table.exhibit in first_of]
        hashes[path.name] = {"sha256": hashlib.sha256(raw).hexdigest()}
        if first_of and tables:
            break
    if not tables:
        found = f"none of the tables {', '.join(first_of)}" if hashes else "no file"
        raise ParameterError(f"{', '.join(map(str, given))}: found {found}; expected official files")
    publishers = {table.layout.publisher: table.grids[0].file for table in tables}
    if len(publishers) > 1:
        named = " and ".join(f"{file} ({publisher})" for publisher, file in publishers.items())
        raise ParameterError(f"found {named}; add the files of one publisher at a time")
    [publisher] = publishers
    day, month = _day(tables, released), _months(tables)[0]
    check(tables)
    first = {table.exhibit: table for table in reversed(tables)}
    opened = tuple(table for table in tables if table is first[table.exhibit])
    entries = {table.exhibit: {"title": table.title, "compilation": table.layout.compilation} for table in opened}
    head = PUBLISHERS[publisher]
    contents = {
        "publisher": head["publisher"], "title": head["title"], "released": day, "statistical_month": str(month),
        "licence": head["licence"], "files": hashes, "tables": entries,
    }  # fmt: skip
    return Opened(day, month, Path(given[0]), contents, publisher, opened)


def add(
    paths: str | Path | Sequence[str | Path],
    released: str | dt.date | None = None,
    *,
    provenance: dict[str, Any] | None = None,
) -> Added:
    """Add official files to the store, atomically: all of them or none.

    Parameters
    ----------
    paths : path or sequence of paths
        Workbooks, texts, PDFs, API responses, folders and archives of one release, alone or together. Files added later
        join the release of the same day.
    released : str or datetime.date, optional
        Day of release; required if no file names it.
    provenance : dict, optional
        Further entries for ``release.toml`` on where the files come from.

    Returns
    -------
    Added
        The tables that are new, and what they revise.

    Raises
    ------
    SourceError
        A file is not as published, breaks an account, or disagrees with another file or an earlier print.
    DayUnknownError
        The day of release is not known.
    ParameterError
        The day is impossible for a release about that month, or contradicts the releases in the store; the files are of
        several publishers.
    StoreError
        The store cannot be written.

    Examples
    --------
    >>> tradelib.add("history.txt", "2024-04-04").already
    True
    """
    opened = read(paths, released)
    publisher, day, tables = opened.publisher, opened.released, opened.tables()
    file = opened.opened[0].grids[0].file
    if day is None:
        raise DayUnknownError(f"{file} does not say when it was released; give the day (--released 2024-04-04)")
    known, months = releases(publisher), _months(tables)
    stored = next((other for other in known if other.released == day), None)
    if len(months) > 1 and stored is None:
        found = f"only quarterly figures, as releases about {months[1]} to {months[-1]} have"
        raise SourceError(file, None, found=found, expected=f"a monthly table of {day} with it, or in the store")
    month = stored.month if stored and stored.month in months else opened.month
    _check_day(publisher, day, month, known)
    # Some tables of a release are quarterly or lag behind: they join it although their newest month is earlier.
    if stored and stored.month != month and (month > stored.month or any(table.layout.complete for table in tables)):
        raise ParameterError(
            f"{file} is about {month}, but the store's release of {day} is about {stored.month} ({stored.folder})"
        )
    if stored:
        check([*tables, *stored.tables()])
    _check_store(opened, file, known)
    new = [table for table in tables if stored is None or table.exhibit not in stored.exhibits]
    if new:
        write_release(opened, new, stored, provenance or {})
    names = [table.exhibit for table in new]
    facts = opened.facts[opened.facts["exhibit"].isin(names)]
    compilations = set(facts["compilation"])
    earlier = [other for other in known if other.released < day and compilations & set(other.table["compilation"])]
    pairs = ((other, *revisions(facts, other)) for other in reversed(earlier))
    nothing = (None, pd.DataFrame(columns=_REVISED), 0)
    before, revised, compared = next((pair for pair in pairs if pair[2]), nothing)
    notes = [note for table in new for note in table.notes]
    return Added(release(day, publisher), names, before, revised, compared, notes)


def revisions(facts: pd.DataFrame, before: Release) -> tuple[pd.DataFrame, int]:
    """Return the facts that differ from an earlier release, by compilation, and the number that both have."""
    shared = before.facts["name"].isin(facts["name"].unique())
    old, new = (frame[frame["edition"] == "current"] for frame in (before.facts[shared], facts))
    pairs = [[frame[frame["compilation"] == name] for frame in (old, new)] for name in new["compilation"].unique()]
    both = pd.concat([common(*pair) for pair in pairs])
    length = both["last"].astype("int64") - both["first"].astype("int64")
    both = both[length == length.min()]  # revisions of longer spans follow from those of their months
    both = both.assign(change=(both["value"] - both["value_before"]).round(6))
    revised = both[both["change"] != 0].sort_values("change", key=abs, ascending=False, kind="stable")
    renamed = revised.rename(columns={"last": "month", "value_before": "before", "value": "now"})
    return renamed[_REVISED].reset_index(drop=True), len(both)


def _day(tables: Sequence[Table], released: str | dt.date | None) -> dt.date | None:
    """Return the day of release that files or caller name, None if neither does; refuse two different days."""
    day = None if released is None else day_of(released, "released")
    for table in tables:
        if table.released and table.released != (day := day or table.released):
            found = f"the day of release {table.released}"
            raise SourceError(table.grids[0].file, None, found=found, expected=str(day))
    return day


def _months(tables: Sequence[Table]) -> list[pd.Period]:
    """Return the statistical month; for quarterly tables that in the name of the file, or else all possible months."""
    newest = max(table.month for table in tables)
    if tables[0].layout.publisher != FT900 or any((t.facts["first"] == t.facts["last"]).any() for t in tables):
        return [newest]
    possible = [newest + months for months in range(4)]
    return [month for month in possible if f"-{month:%m%y}." in tables[0].grids[0].file] or possible


def _check_day(publisher: str, day: dt.date, month: pd.Period, known: Sequence[Release]) -> None:
    """Check that a release about a month can be of that day, and that later releases are about later months."""
    least, *most = PUBLISHERS[publisher]["days"]
    lag = (day - month.end_time.date()).days
    if lag < least or any(lag > days for days in most):
        usual = f"{least} to {most[0]} days after its month" if most else "after its month"
        raise ParameterError(
            f"released {day}, but the newest figures are about {month}; a release comes {usual}: is the day right, and "
            "are the years in the file?"
        )
    if day > dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1):
        raise ParameterError(f"released {day} is in the future")
    for other in known if publisher == FT900 else ():
        if other.released != day and (other.month >= month if other.released < day else other.month <= month):
            raise ParameterError(
                f"a release about {month} of {day}, while the store has the release of {other.released} about "
                f"{other.month} ({other.folder}): later releases are about later months; is the day right?"
            )


def _check_store(opened: Release, file: str, known: Sequence[Release]) -> None:
    """Check figures that repeat last month's release, and series without accounts, against the store."""
    for other in known:
        if other.month == opened.month - 1:
            check_against(opened.facts, other.facts, f"in the release of {other.released}")
        if other.month == opened.month + 1:
            check_against(other.facts, opened.facts, f"in {file}")
    for table in (table for table in opened.tables() if table.layout.down == FORM):
        before = [other for other in known if other.released < opened.released and table.exhibit in other.exhibits]
        check_jumps(table, before[-1].facts[before[-1].facts["exhibit"] == table.exhibit] if before else None)

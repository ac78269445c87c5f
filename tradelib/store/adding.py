"""Adding a release: official files are read, checked together and against the store, and written whole or not."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import tomli_w

from tradelib.paths import data_folder
from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError, SourceError, TradelibError
from tradelib.quantity.rounding import printed
from tradelib.sources.files import files_of, read_file
from tradelib.sources.heads import NOTES
from tradelib.sources.identities import check, check_against, check_jumps
from tradelib.sources.rows import Grid
from tradelib.sources.series import FORM
from tradelib.sources.tables import titles
from tradelib.store.reading import FT900, Release, release, releases
from tradelib.store.tables import TOML, from_text, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradelib.sources.reader import Table

DAYS = {FT900: (20, 120)}
"""Days after the end of its month on which a release can be published; shutdowns have delayed some by two months."""

PUBLISHERS = {
    FT900: ("U.S. Census Bureau and U.S. Bureau of Economic Analysis",
            "U.S. International Trade in Goods and Services (FT-900)"),
    "bls": ("U.S. Bureau of Labor Statistics", "Import and export price indexes"),
    "gdp": ("U.S. Bureau of Economic Analysis", "Gross Domestic Product"),
}  # fmt: skip
_LONGEST = 12
"""Words that a cell may have before it is a sentence, if it is no title."""

_SHOWN = 5
"""Revisions that a summary names one by one."""


class StoreError(TradelibError):
    """The store cannot be written."""


class DayUnknownError(ParameterError):
    """Neither the files nor the caller say on which day a release was published."""


@dataclass(frozen=True)
class Added:
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
    """
    listed = [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
    tables: list[Table] = []
    files: dict[str, dict[str, Any]] = {}
    for path, raw in files_of(listed):
        tables += read_file(path, raw)
        files[path.name] = {"sha256": hashlib.sha256(raw).hexdigest()} | (provenance or {})
    publisher = _publisher(tables)
    day = _day(tables, released)
    month = max(table.month for table in tables)
    _check_day(publisher, day, month)
    known = {one.released: one for one in releases(publisher)}
    own = known.get(day)
    if own and own.month != month:
        own = _other_month(own, tables, month)
    _check_order(publisher, day, month, known.values())
    had = own.tables() if own else []
    check([*tables, *had])
    _check_store(publisher, day, month, tables, known)
    names = {table.exhibit for table in had}
    kept = {table.exhibit: table for table in reversed(tables)}  # of a table that came twice, equal, the first
    new = [table for table in tables if kept[table.exhibit] is table and table.exhibit not in names]
    before = _before(day, new or tables, known.values())
    if new:
        _write(publisher, day, max(month, own.month) if own else month, new, files, own)
    revisions, compared = _revisions(new, before)
    notes = [note for table in new for note in table.notes]
    return Added(release(day, publisher), [table.exhibit for table in new], before, revisions, compared, notes)


def _publisher(tables: Sequence[Table]) -> str:
    by = {table.layout.publisher: table.grids[0].file for table in tables}
    if len(by) != 1:
        named = " and ".join(f"{file} ({publisher})" for publisher, file in by.items()) or "no table"
        raise ParameterError(f"found {named}; add the files of one publisher at a time")
    return next(iter(by))


def _day(tables: Sequence[Table], released: str | dt.date | None) -> dt.date:
    said = {table.released: table.grids[0].file for table in tables if table.released}
    try:
        day = dt.date.fromisoformat(released) if isinstance(released, str) else released
    except ValueError:
        raise ParameterError(f"released {released!r} is not a day like 2024-04-04") from None
    for named, file in said.items():
        if named != (day := day or named):
            raise SourceError(file, None, found=f"the day of release {named}", expected=str(day))
    if day is None:
        raise DayUnknownError(
            f"{tables[0].grids[0].file} does not say when it was released; say it (--released 2024-04-04)"
        )
    return day


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


def _other_month(own: Release, tables: Sequence[Table], month: pd.Period) -> Release:
    """Return the release that tables join although their newest month is another: some are quarterly or lag."""
    if month > own.month or any(table.layout.complete for table in tables):
        raise ParameterError(
            f"{tables[0].grids[0].file} is about {month}, but the store's release of {own.released} is about "
            f"{own.month} ({own.folder})"
        )
    return own


def _check_order(publisher: str, day: dt.date, month: pd.Period, known: Iterable[Release]) -> None:
    """Check that releases of later days are about later months, one release a month."""
    for other in known:
        wrong = other.month >= month if other.released < day else other.month <= month
        if other.released != day and wrong and publisher == FT900:
            raise ParameterError(
                f"a release about {month} of {day}, while the store has the release of {other.released} about "
                f"{other.month} ({other.folder}): later releases are about later months; is the day right?"
            )


def _check_store(
    publisher: str, day: dt.date, month: pd.Period, tables: Sequence[Table], known: dict[dt.date, Release]
) -> None:
    """Check the print of last month that a table repeats, and series that have no accounts, against the store."""
    for other in known.values():
        if other.month == month - 1 and publisher == FT900:
            check_against([table.facts for table in tables], other.facts, f"in the release of {other.released}")
        if other.month == month + 1 and publisher == FT900:
            check_against([other.facts], _together(tables), f"in {tables[0].grids[0].file}")
    earlier = [other for other in known.values() if other.released < day]
    for table in tables:
        if table.layout.down == FORM:
            stored = next((other for other in reversed(earlier) if table.exhibit in other.exhibits), None)
            check_jumps(table, stored.facts[stored.facts["exhibit"] == table.exhibit] if stored else None)


def _together(tables: Sequence[Table]) -> pd.DataFrame:
    return pd.concat([table.facts for table in tables], ignore_index=True)


def _before(day: dt.date, tables: Sequence[Table], known: Iterable[Release]) -> Release | None:
    """Return the newest release before a day that has a table of one of the same compilations."""
    own = {table.layout.compilation for table in tables}
    fitting = [
        one
        for one in known
        if one.released < day and own & {entry["compilation"] for entry in one.contents["tables"].values()}
    ]
    return max(fitting, key=lambda one: one.released, default=None)


_KEY = [*QUANTITY_COLUMNS, "first", "last"]


def _revisions(tables: Sequence[Table], before: Release | None) -> tuple[pd.DataFrame, int]:
    """Return which figures differ from the release before, compilation by compilation, and how many both have."""
    columns = ["name", "month", "before", "now", "change"]
    if before is None or not tables:
        return pd.DataFrame(columns=columns), 0
    parts = []
    for compilation in dict.fromkeys(table.layout.compilation for table in tables):
        own = [table.facts for table in tables if table.layout.compilation == compilation]
        named = [name for name, entry in before.contents["tables"].items() if entry["compilation"] == compilation]
        old = before.facts[before.facts["exhibit"].isin(named)]
        pair = [
            frame[(frame["edition"] == "current") & frame["value"].notna()]
            .drop_duplicates(_KEY)
            .astype(dict.fromkeys(QUANTITY_COLUMNS, str))
            for frame in (old, pd.concat(own))
        ]
        parts.append(pair[0].merge(pair[1], on=_KEY, suffixes=("_before", "_now")))
    both = pd.concat(parts)
    change = both["value_now"] - both["value_before"]
    both = both.assign(change=change.round(6))
    length = both["last"].astype("int64") - both["first"].astype("int64")
    revised = both[(both["change"] != 0) & (length == length.min())]
    revised = revised.reindex(revised["change"].abs().sort_values(ascending=False, kind="stable").index)
    names = [Quantity(*row).name for row in revised[list(QUANTITY_COLUMNS)].itertuples(index=False, name=None)]
    found = revised.rename(columns={"last": "month", "value_before": "before", "value_now": "now"})
    return found.assign(name=names)[columns].reset_index(drop=True), len(both)


def _write(
    publisher: str, day: dt.date, month: pd.Period, tables: Sequence[Table], files: dict[str, dict[str, Any]],
    own: Release | None,
) -> None:  # fmt: skip
    """Write a release, or the tables that join one; its description comes last and changes place in one step."""
    final = data_folder() / publisher / day.isoformat()
    who, title = PUBLISHERS[publisher]
    used = {table.grids[0].file for table in tables}
    contents: dict[str, Any] = {
        "publisher": who, "title": title, "released": day, "statistical_month": str(month),
        "licence": "Work of the United States government, public domain (17 U.S.C. 105)",
        **({key: own.contents[key] for key in own.contents if key not in ("files", "tables")} if own else {}),
        "files": (own.contents["files"] if own else {}) | {name: files[name] for name in files if name in used},
    }  # fmt: skip
    partial: Path | None = None
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
        entries = {table.exhibit: _write_table(table, partial) for table in tables}
        contents["tables"] = (own.contents["tables"] if own else {}) | entries
        contents["statistical_month"] = str(month)
        (partial / TOML).write_text(tomli_w.dumps(contents), encoding="utf-8")
        partial.chmod(0o777 & ~_umask())
        if own is None:
            partial.rename(final)
            return
        for path in sorted(partial.iterdir(), key=lambda path: path.name == TOML):
            path.replace(final / path.name)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else (error.strerror or str(error)).lower()
        raise StoreError(f"cannot write to {final.parent}: {why}; nothing was added") from error
    finally:
        if partial:
            shutil.rmtree(partial, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_table(table: Table, folder: Path) -> dict[str, str]:
    """Write one table as text, and prove that the text says what the file said."""
    stored = table
    if table.layout.down != FORM:
        stored = replace(table, grids=tuple(_without_sentences(grid) for grid in table.grids))
    text = to_text(stored)
    entry = {
        "title": table.title, "file": table.grids[0].file, "publisher": table.layout.publisher,
        "compilation": table.layout.compilation, "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    if not from_text(text, table.exhibit, entry).facts.equals(table.facts):
        raise SourceError(table.grids[0].file, None, found=f"table {table.exhibit} changed by storing", expected="none")
    (folder / f"{table.exhibit}.csv").write_text(text, encoding="utf-8", newline="")
    return entry


def _without_sentences(grid: Grid) -> Grid:
    """Return a grid without notes and explanations; every cell that stays keeps its place."""
    named = set(titles(grid))
    rows: list[list[str]] = []
    figures = False
    for row in grid.rows:
        text = " ".join(cell for cell in row[grid.sheet == "pdf" :] if cell.strip())
        several = sum(bool(re.fullmatch(r"-?[\d,]*\.?\d+|\(-\)|\(X\)|n\.a\.", cell.strip())) for cell in row) > 2
        figures = figures or several
        note = not several and figures and (NOTES.match(text.strip()) or text.strip().endswith("."))
        if note and grid.sheet not in ("", "pdf"):  # pages of a text begin with their notes again
            break
        if note or (len(text.split()) > _LONGEST and not several and not _is_head(row) and text.strip() not in named):
            row = row[:1] if grid.sheet == "pdf" else []  # noqa: PLW2901
        rows.append([cell.rstrip() for cell in row])
    return Grid(grid.file, grid.sheet, rows)


def _is_head(row: Sequence[str]) -> bool:
    """Tell whether a row has heads beside each other: a sentence stands alone in its cell."""
    return sum(bool(cell.strip()) for cell in row[1:]) > 1 or any("Period" in cell for cell in row[:2])

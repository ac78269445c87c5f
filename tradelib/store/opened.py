"""Official files opened as a release, without the store."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.sources.files import files_of, read_file
from tradelib.sources.identities import check
from tradelib.store.reading import Release
from tradelib.store.tables import Figures
from tradelib.store.writing import PUBLISHERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.reader import Table


@dataclass(frozen=True, repr=False)
class Opened(Release):
    """A release as some files have it; the store need not know it, and its ``folder`` is the first of them.

    Attributes
    ----------
    released : datetime.date or None
        Day of publication; None where neither file nor caller names it.
    opened : tuple of Table
        All tables of the files, in order.
    """

    released: dt.date | None  # type: ignore[assignment]
    opened: tuple[Table, ...] = ()

    def tables(self) -> list[Table]:
        """Return its tables; of one that came twice, equal, the first."""
        first = {table.exhibit: table for table in reversed(self.opened)}
        return [first[name] for name in self.contents["tables"]]

    @cached_property
    def _figures(self) -> dict[str, Figures]:
        return {table.exhibit: Figures.of(table.facts) for table in self.tables()}


def read(
    files: str | Path | Sequence[str | Path], released: str | dt.date | None = None, *, first_of: Sequence[str] = ()
) -> Opened:
    """Read official files and check their accounts, without adding them to the store.

    Parameters
    ----------
    files : path or sequence of paths
        Workbooks, texts, PDFs, answers, folders and archives of one release, alone or together.
    released : str or datetime.date, optional
        Day of release, where no file names it.
    first_of : sequence of str
        Names of tables: reading ends with the first of them that the files have.

    Returns
    -------
    Release
        All that a release of the store can do: ``series``, ``wide``, ``figure``, ``facts``.

    Raises
    ------
    SourceError
        A file is not as published, breaks an account, or disagrees with another file.
    ParameterError
        The files are of several publishers, have none of the tables, or the day of release is none.

    Examples
    --------
    >>> float(tradelib.read("history.txt").figure("BOPGSTB", "2024-02"))
    -68901.0
    """
    opened = open_files(files, released, first_of)
    check(opened.opened)
    return opened


def open_files(
    files: str | Path | Sequence[str | Path], released: str | dt.date | None = None, first_of: Sequence[str] = ()
) -> Opened:
    """Return what ``read`` returns, unchecked."""
    listed = [Path(file) for file in ([files] if isinstance(files, (str, Path)) else files)]
    tables: list[Table] = []
    hashes = {}
    for path, raw in files_of(listed):
        own = read_file(path, raw, first_of)
        tables += [table for table in own if not first_of or table.exhibit in first_of]
        hashes[path.name] = {"sha256": hashlib.sha256(raw).hexdigest()}
        if first_of and tables:
            break
    if first_of and not tables:
        files_read = ", ".join(path.name for path in listed)
        raise ParameterError(f"{files_read}: found none of the tables {', '.join(first_of)}; expected a file with one")
    publisher = _publisher(tables)
    who, title = PUBLISHERS.get(publisher, (publisher, tables[0].title))
    named = {table.exhibit: {"title": table.title, "compilation": table.layout.compilation} for table in tables}
    contents = {"publisher": who, "title": title, "files": hashes, "tables": named}
    month = max(table.month for table in tables)
    return Opened(publisher, _day(tables, released), month, listed[0], contents, tuple(tables))


def _publisher(tables: Sequence[Table]) -> str:
    by = {table.layout.publisher: table.grids[0].file for table in tables}
    if len(by) != 1:
        named = " and ".join(f"{file} ({publisher})" for publisher, file in by.items()) or "no table"
        raise ParameterError(f"found {named}; add the files of one publisher at a time")
    return next(iter(by))


def _day(tables: Sequence[Table], released: str | dt.date | None) -> dt.date | None:
    """Return the day of release that files or caller name, None where neither does; refuse two different days."""
    files = {table.released: table.grids[0].file for table in tables if table.released}
    try:
        day = dt.date.fromisoformat(released) if isinstance(released, str) else released
    except ValueError:
        raise ParameterError(f"released {released!r} is not a day like 2024-04-04") from None
    for named, file in files.items():
        if named != (day := day or named):
            raise SourceError(file, None, found=f"the day of release {named}", expected=str(day))
    return day

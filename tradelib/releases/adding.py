"""Storing a whole release: read, checked together, and written, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from tradelib.paths import data_folder
from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.releases import PUBLISHER, TOML, MonthlyRelease, read_release
from tradelib.sources.files import files_of, read_file
from tradelib.sources.heads import NOTES
from tradelib.sources.identities import check
from tradelib.sources.reader import read_table
from tradelib.sources.rows import Grid
from tradelib.sources.tables import titles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.reader import Table

_DAYS = (20, 120)
"""Days after the end of its month on which a release can be published; shutdowns have delayed some by two months."""

_LONGEST = 12
"""Words that a cell may have before it is a sentence, if it is no title."""


def add_release(paths: Sequence[Path], released: str | dt.date) -> MonthlyRelease:
    """Store a whole release: its files are read, checked together, and written, whole or not at all.

    Parameters
    ----------
    paths : sequence of Path
        Workbooks, folders, archives and PDFs of one release.
    released : str or datetime.date
        Day of release.

    Raises
    ------
    SourceError
        A file is not as published, or two of them disagree.
    ParameterError
        The day cannot be that of a release about that month, or the store has a release of that day.
    """
    day = dt.date.fromisoformat(released) if isinstance(released, str) else released
    tables: list[Table] = []
    files: dict[str, dict[str, str]] = {}
    for path, raw in files_of(paths):
        tables += read_file(path, raw)
        files[path.name] = {"sha256": hashlib.sha256(raw).hexdigest()}
    check(tables)
    month = max(table.month for table in tables)
    lag = (day - month.end_time.date()).days
    if not _DAYS[0] <= lag <= _DAYS[1]:
        raise ParameterError(
            f"released {day}, but the newest figures are about {month}; a release comes {_DAYS[0]} to {_DAYS[1]} days "
            "after its month: is the day right, and are the years in the file?"
        )
    final = data_folder() / PUBLISHER / day.isoformat()
    if final.exists():
        raise ParameterError(f"the store has the release of {day} already ({final}); remove that folder to replace it")
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=final.parent))
    try:
        # A table that came in two files, workbook and PDF, was found equal: the first one is kept.
        kept = {table.exhibit: table for table in reversed(tables)}
        entries = {table.exhibit: _write(table, partial) for table in tables if kept[table.exhibit] is table}
        contents = {
            "publisher": "U.S. Census Bureau and U.S. Bureau of Economic Analysis",
            "title": "U.S. International Trade in Goods and Services (FT-900)",
            "released": day, "statistical_month": str(month), "files": files, "tables": entries,
            "licence": "Work of the United States government, public domain (17 U.S.C. 105)",
        }  # fmt: skip
        (partial / TOML).write_text(tomli_w.dumps(contents), encoding="utf-8")
        partial.chmod(0o755)
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return read_release(final / TOML)


def _write(table: Table, folder: Path) -> dict[str, str]:
    """Write one table as text, and prove that the text says what the file said."""
    grids = [_without_sentences(grid) for grid in table.grids]
    if not read_table(grids).facts.equals(table.facts):
        raise SourceError(table.grids[0].file, None, found=f"table {table.exhibit} changed by storing", expected="none")
    text = "\f".join(Grid("", "", [[grid.file, grid.sheet]]).to_csv() + grid.to_csv() for grid in grids)
    (folder / f"{table.exhibit}.csv").write_text(text, encoding="utf-8", newline="")
    return {
        "title": table.title,
        "file": table.grids[0].file,
        "compilation": table.layout.compilation,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


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
        if note and grid.sheet != "pdf":
            break
        if note or (len(text.split()) > _LONGEST and not several and not _is_head(row) and text.strip() not in named):
            row = row[:1] if grid.sheet == "pdf" else []  # noqa: PLW2901
        rows.append([cell.rstrip() for cell in row])
    return Grid(grid.file, grid.sheet, rows)


def _is_head(row: Sequence[str]) -> bool:
    """Tell whether a row has heads beside each other: a sentence stands alone in its cell."""
    return sum(bool(cell.strip()) for cell in row[1:]) > 1 or any("Period" in cell for cell in row[:2])

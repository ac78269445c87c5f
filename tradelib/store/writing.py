"""Write a release atomically: every table as text that diffs line by line, the description last."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from tradelib.quantity.errors import SourceError, TradelibError
from tradelib.sources.facts import FORM
from tradelib.sources.reader import from_text
from tradelib.sources.rows import NOTES, Grid, is_value
from tradelib.sources.tables import titles
from tradelib.store.tables import TOML, data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.facts import Table
    from tradelib.store.reading import Release

PUBLISHERS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("publishers.toml").read_text("utf-8"))
_LONGEST = 12
"""The largest number of words in a cell that is neither a title nor counted as a sentence."""


class StoreError(TradelibError):
    """The store cannot be written."""


def write_release(opened: Release, tables: Sequence[Table], stored: Release | None, provenance: dict[str, Any]) -> None:
    """Write a new release, or add tables to a stored one; the description is replaced last, in one atomic step."""
    final = data_folder() / opened.publisher / str(opened.released)
    contents = stored.contents if stored else opened.contents | {"files": {}, "tables": {}}
    month = max(opened.month, stored.month) if stored else opened.month
    used = {table.grids[0].file for table in tables}
    files = {name: entry | provenance for name, entry in opened.contents["files"].items() if name in used}
    contents = contents | {"statistical_month": str(month), "files": contents["files"] | files}
    partial = final.with_name(f".partial-{final.name}-{os.getpid()}")
    try:
        shutil.rmtree(partial, ignore_errors=True)  # may be left by a killed process with the same id
        partial.mkdir(parents=True)
        contents["tables"] = contents["tables"] | {table.exhibit: _write_table(table, partial) for table in tables}
        (partial / TOML).write_text(tomli_w.dumps(contents), encoding="utf-8")
        if stored is None:
            partial.rename(final)
            return
        for path in sorted(partial.iterdir(), key=lambda path: path.name == TOML):
            path.replace(final / path.name)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else (error.strerror or str(error)).lower()
        raise StoreError(f"cannot write to {final.parent}: {why}; nothing was added") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_table(table: Table, folder: Path) -> dict[str, str]:
    """Write one table as text, after checking that the text gives the same figures as the file."""
    grids = table.grids if table.layout.down == FORM else [_without_sentences(grid) for grid in table.grids]
    text = "\f".join(Grid("", "", [[grid.file, grid.sheet]]).to_csv() + grid.to_csv() for grid in grids)
    entry = {
        "title": table.title, "file": table.grids[0].file, "publisher": table.layout.publisher,
        "compilation": table.layout.compilation, "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    if not from_text(text, table.exhibit, entry).facts.equals(table.facts):
        found = f"other figures in table {table.exhibit} once it is stored"
        raise SourceError(table.grids[0].file, None, found=found, expected="the same figures")
    (folder / f"{table.exhibit}.csv").write_text(text, encoding="utf-8", newline="")
    return entry


def _without_sentences(grid: Grid) -> Grid:
    """Return a grid without notes and explanations; the other cells keep their places."""
    named = set(titles(grid))
    rows: list[list[str]] = []
    figures = False
    for row in grid.rows:
        text = " ".join(cell for cell in row[grid.sheet == "pdf" :] if cell.strip())
        several = sum(bool(is_value(cell.strip())) for cell in row) > 2
        figures = figures or several
        note = not several and figures and (NOTES.match(text.strip()) or text.strip().endswith("."))
        if note and grid.sheet not in ("", "pdf"):  # in texts and PDFs, more of the table may follow the notes
            break
        if note or (len(text.split()) > _LONGEST and not several and not _is_head(row) and text.strip() not in named):
            row = row[:1] if grid.sheet == "pdf" else []  # noqa: PLW2901
        rows.append([cell.rstrip() for cell in row])
    return Grid(grid.file, grid.sheet, rows)


def _is_head(row: Sequence[str]) -> bool:
    """Return whether a row has several heads; a sentence is the only filled cell of its row."""
    return sum(bool(cell.strip()) for cell in row[1:]) > 1 or any("Period" in cell for cell in row[:2])

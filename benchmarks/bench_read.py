"""What imports, commands and reading take, the last beside plain calls on the same rows, in turn.

The processor's time is measured, in the processes that a call starts, too, so that what else the machine does counts
little. ``goals.py`` prints it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pandas as pd
from bench_kernels import processor_seconds
from python_calamine import load_workbook

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import official

from tradelib.sources.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

Times = list[tuple[float, float]]
"""A figure and its limit or peer, for each repetition."""
SHORT = 3
"""How often is measured what takes at most five seconds."""
BESIDE = Path(os.environ.get("TRADELIB_OFFICIAL") or Path(__file__).parents[2] / "shared" / "official")


def seconds(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call."""
    used = processor_seconds()
    call()
    return processor_seconds() - used


def in_turn(call: Callable[[], object], peer: Callable[[], object], calls: int) -> Times:
    """Return the milliseconds of a call and of its peer, each repetition the best of so many calls."""
    best = []
    for _ in range(SHORT):
        pairs = [(seconds(call), seconds(peer)) for _ in range(calls)]
        best.append(tuple(1000 * min(side) for side in zip(*pairs, strict=True)))
    return best


def history_text() -> Times:
    """Return what the official history text takes, and its rows without heads and notes in pandas."""
    with tempfile.TemporaryDirectory() as folder:
        text, rows = Path(folder) / "history.txt", Path(folder) / "rows.txt"
        text.write_text(official.as_text(official.history_rows(official.bundled())), encoding="ascii")
        figures = [line for line in text.read_text().split("\n") if line.count("\t") == 9]
        rows.write_text("\n".join(figures), encoding="ascii")
        return in_turn(lambda: read_file(text), lambda: pd.read_csv(rows, sep="\t", header=None, thousands=","), 15)


def country_workbook() -> Times:
    """Return what the country workbook takes, and merely opening it."""
    book = BESIDE / "country_2023-03.xlsx"
    return in_turn(lambda: read_file(book), lambda: load_workbook(book).get_sheet_by_index(0).to_python(), 3)


def imports() -> Times:
    """Return what importing the package takes in a new process, and pandas in another."""
    package, pandas = (
        lambda name=name: subprocess.run([sys.executable, "-c", f"import {name}"], check=True)
        for name in ("tradelib", "pandas")
    )
    return in_turn(package, pandas, 3)


def command(*arguments: str | Path) -> float:
    """Return the processor seconds of a command, its start included."""
    line = [sys.executable, "-c", "from tradelib.cli import run; run()", *arguments]
    return seconds(lambda: subprocess.run(line, check=True, capture_output=True))


def adding(name: str, day: str) -> float:
    """Return the processor seconds that a release takes into an empty store; a folder goes as an archive."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, TRADELIB_DATA=f"{folder}/data"):
        path = BESIDE / name
        if path.is_dir():
            path = shutil.make_archive(f"{folder}/{name}", "zip", path)
        Path(folder, "data").mkdir()
        return command("add", path, "--released", day)

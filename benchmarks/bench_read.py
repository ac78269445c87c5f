"""Time of imports, of commands, and of reading, which is compared with plain calls on the same rows.

Processor time is measured, including that of the processes that a call starts, so that other work on the machine
matters little. ``goals.py`` prints the results.
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
"""Repetitions of what takes at most five seconds."""
BESIDE = Path(os.environ.get("TRADELIB_OFFICIAL") or Path(__file__).parents[2] / "shared" / "official")


def seconds(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call."""
    used = processor_seconds()
    call()
    return processor_seconds() - used


def in_turn(call: Callable[[], object], peer: Callable[[], object], calls: int) -> Times:
    """Return the milliseconds of a call and of its peer: for each repetition, the best of ``calls`` in turn."""
    best = []
    for _ in range(SHORT):
        pairs = [(seconds(call), seconds(peer)) for _ in range(calls)]
        best.append(tuple(1000 * min(side) for side in zip(*pairs, strict=True)))
    return best


def history_text() -> Times:
    """Return the time of reading the official history text, and of reading only its rows of figures by pandas."""
    with tempfile.TemporaryDirectory() as folder:
        text, rows = Path(folder) / "history.txt", Path(folder) / "rows.txt"
        text.write_text(official.as_text(official.history_rows(official.bundled())), encoding="ascii")
        figures = [line for line in text.read_text().split("\n") if line.count("\t") == 9]
        rows.write_text("\n".join(figures), encoding="ascii")
        return in_turn(lambda: read_file(text), lambda: pd.read_csv(rows, sep="\t", header=None, thousands=","), 15)


def country_workbook() -> Times:
    """Return the time of reading the country workbook, and of only opening it."""
    book = BESIDE / "country_2023-03.xlsx"
    return in_turn(lambda: read_file(book), lambda: load_workbook(book).get_sheet_by_index(0).to_python(), 3)


def imports() -> Times:
    """Return the time of importing the package in a new process, and of importing pandas in another."""
    package, pandas = (
        lambda name=name: subprocess.run([sys.executable, "-c", f"import {name}"], check=True)
        for name in ("tradelib", "pandas")
    )
    return in_turn(package, pandas, 3)


def command(*arguments: str | Path) -> float:
    """Return the processor seconds of a command, including its start."""
    line = [sys.executable, "-c", "from tradelib.cli import run; run()", *arguments]
    return seconds(lambda: subprocess.run(line, check=True, capture_output=True))


def adding(name: str, day: str) -> float:
    """Return the processor seconds of adding a release to an empty store; a folder is added as an archive."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, TRADELIB_DATA=f"{folder}/data"):
        path = BESIDE / name
        if path.is_dir():
            path = shutil.make_archive(f"{folder}/{name}", "zip", path)
        Path(folder, "data").mkdir()
        return command("add", path, "--released", day)

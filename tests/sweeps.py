"""Sweeps and reports of small notebooks, run as commands, and checks of the folders that they leave."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import nbformat
import pandas as pd
import psutil

from tradelib.report.execution.partial import MARK
from tradelib.store import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

DEFAULTS = 'series = "balance_total_bop_sa"\nstart = None\nend = None\nvintage = None\noutput = None'
SMALL = """
import json, pathlib, time
time.sleep(0.05)
pathlib.Path(output, "figures").mkdir()
for end in ("png", "svg"):
    pathlib.Path(output, "figures", f"path.{end}").write_text(f"<svg viewBox='0 0 9 5'>{start}</svg>")
figure = {"kind": "figure", "name": "path", "title": "T", "alt": "A", "reading": ""}
section = {"notebook": NAME, "title": "T", "question": "Q", "parameters": {}, "sources": {}, "items": [figure],
        "results": {"headline": f"about {start}"}, "checks": []}
pathlib.Path(output, "results.json").write_text(json.dumps(section))
"""


def record(**parts: object) -> dict[str, object]:
    """Return what a notebook records, with these parts in place of the defaults."""
    texts = {"notebook": "23_trend", "title": "T", "question": "Q", "parameters": {}, "sources": {}}
    return texts | {"items": [], "results": {}, "checks": []} | parts


MONTHS = [f"20{year:02}-{month:02}" for year in range(10, 14) for month in range(1, 13, 4)]
# A process that a script starts in the background ignores Ctrl-C, and so do its children; this enables it again.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
TRADELIB = [sys.executable, "-c", f"{HEARING}; from tradelib.cli import run; run()"]


def write_notebook(folder: Path, name: str, source: str = SMALL, defaults: str = DEFAULTS) -> None:
    folder.mkdir(exist_ok=True)
    first = nbformat.v4.new_code_cell(defaults, metadata={"tags": ["parameters"]})
    cells = [first, nbformat.v4.new_code_cell(source.replace("NAME", repr(name)))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")


def sweep_command(folder: Path, *more: str) -> list[str]:
    return [*TRADELIB, "sweep", "trend", "--over", f"start={','.join(MONTHS)}", "--out", str(folder), *more]


def report_command(folder: Path, *more: str) -> list[str]:
    return [*TRADELIB, "report", "--only", "trend", "--only", "seasonal", "--out", str(folder), *more]


def is_same(path: Path, sha256: str) -> bool:
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def whole_runs(folder: Path) -> int:
    """Check that all runs are complete, and return their number."""
    count = 0
    for kind in ("runs", "failed"):
        for path in folder.glob(f"{kind}/*/*"):
            manifest = json.loads((path / "run.json").read_text())
            assert (manifest["error"] is None) == (kind == "runs")
            assert all(is_same(path / name, sha256) for name, sha256 in manifest["files"].items())
            count += kind == "runs"
    if (folder / "index.html").exists():
        assert len(pd.read_csv(folder / "results.csv")) == len(MONTHS)
        assert (folder / "index.html").read_text().endswith("</html>\n")
    return count


def whole_reports(parent: Path) -> int:
    """Check that all reports are complete, and return the number of good ones."""
    count = 0
    for path in parent.glob("[!.]*"):
        manifest = json.loads((path / "manifest.json").read_text())
        assert (manifest["outcome"] == "ok") != path.name.endswith("-failed")
        assert all(is_same(path / name, sha256) for name, sha256 in manifest["files"].items())
        count += manifest["outcome"] == "ok"
    return count


def results(folder: Path) -> dict[str, str]:
    """Return the hashes of the files of a sweep or report, ignoring how long its runs took, and in which kernel.

    A run whose warm server was killed is continued in a stock kernel.
    """
    hashes = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != ".lock":
            content = path.read_bytes()
            if path.name == "run.json":
                content = json.dumps(json.loads(content) | {"seconds": 0, "kernel": ""}).encode()
            elif path.name == "results.csv":
                content = pd.read_csv(path).drop(columns="seconds").to_csv().encode()
            elif path.name == "index.html" and (folder / "runs").exists():
                continue  # it shows seconds
            hashes[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return hashes


def store() -> dict[str, bytes]:
    """Return all files of the store."""
    return {str(path): path.read_bytes() for path in data_folder().rglob("*") if path.is_file()}


def hidden(folder: Path) -> list[Path]:
    """Return hidden files and folders: work in progress, or left unfinished."""
    return [path for path in folder.glob(".*") if path.name not in {".lock", MARK}]


def lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pids: Iterable[int]) -> list[psutil.Process]:
    """Return all descendants of some processes."""
    descendants = []
    for pid in pids:
        try:
            descendants += psutil.Process(pid).children(recursive=True)
        except psutil.NoSuchProcess:
            continue
    return descendants


def kernels(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that are kernels, or servers from which kernels are forked."""
    living = []
    for process in processes:
        try:
            if any("forkserver" in word or "ipykernel" in word for word in process.cmdline()):
                living.append(process)
        except psutil.NoSuchProcess:
            continue
    return living


def wait_until(what: Callable[[], object], message: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, message
        time.sleep(0.05)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)

"""One table of what the project promises about speed: figure, limit or peer, ratio, goal, met or not.

Every ratio comes from one run of this file; both sides of it are measured one after the other on the same cores, so
that a machine busy with other things moves the ratio less than the seconds. ``--runs`` and ``--series`` make it
shorter, ``--parts`` chooses; plain papermill runs at most ``--plain`` of the runs, as its cost a run does not change
with their number.
"""

from __future__ import annotations

import argparse
import logging
import operator
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads, as the command line does

import bench_kernels
import bench_x13
from bench_kernels import timed

import tradelib
from tradelib.report.execution import threads
from tradelib.report.execution.plan import sweep_of
from tradelib.report.run import report
from tradelib.seasonal.x13 import _to_run, build, ready, x13_batch
from tradelib.store.tables import cache_folder

CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Row:
    """A figure against its limit or peer; the ratio must be at most or at least the goal."""

    what: str
    figure: float
    against: str
    limit: float
    goal: float
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """The figure over its limit or, where more is better, the peer over the figure."""
        return self.limit / self.figure if self.at_least else self.figure / self.limit

    def line(self) -> str:
        """Return the row as text."""
        met = (operator.ge if self.at_least else operator.le)(self.ratio, self.goal)
        goal = f"{'>=' if self.at_least else '<='} {self.goal:g}"
        return (
            f"{self.what:<44}{self.figure:>9.2f}  {self.against:<40}{self.limit:>9.2f}{self.ratio:>8.2f}  "
            f"{goal:<8}{'met' if met else 'NOT MET'}"
        )


OLDER = ("overview", "seasonal", "trend", "real_vs_nominal", "revisions", "forecasts")
"""The notebooks that a report had when its limit was set."""


def made(options: dict[str, object] | None = None, **how: Any) -> tuple[bench_kernels.Cost, dict[str, float]]:
    """Return what a report costs and the seconds of each notebook that ran for it."""
    seconds = dict[str, float]()
    with timed() as cost:
        got = report(options, progress=lambda o: seconds.update({o.job.notebook: o.seconds}), **how)
    if got.failures:
        sys.exit(str(got.failures))
    return cost, seconds


def ask_anew() -> None:
    """Let X-13 compute all again: its answers of before are in the cache."""
    shutil.rmtree(cache_folder() / "x13", ignore_errors=True)


def of_report() -> list[Row]:
    """Return the rows on a report: all notebooks in it, the same again, one parameter changed, and the older ones."""
    with tempfile.TemporaryDirectory() as folder:
        place, kept = Path(folder), Path(folder) / "kept"
        ask_anew()
        with bench_kernels.cells_alone() as cells:
            cost, seconds = made(out=place / "r", kept=kept)
        again = [made(out=place / "r", kept=kept) for _ in range(3)]
        changed = {"trend.start": "2015-01"}
        one, ran_then = made(changed, out=place / "one", kept=kept)
        alone, _ = made(changed, only=["trend"], out=place / "alone")
        ask_anew()
        older, _ = made(only=OLDER, out=place / "older")
    ran = [notebook for _, seconds_again in again for notebook in seconds_again]
    if ran or len(ran_then) != 1:
        sys.exit(f"ran though nothing had changed: {[*ran, *ran_then]}")
    unchanged = min(cost_again.wall for cost_again, _ in again)
    bound = max(*seconds.values(), cost.processor / CORES)
    longest = max(cells, key=lambda cell: cells[cell].processor)
    beyond = cost.processor - sum(one.processor for one in cells.values())
    return [
        Row("report --force of all notebooks, s", cost.wall, "longest notebook or share of processor s", bound, 1.3),
        Row("  its processor s beyond the cells'", beyond, "all its processor s", cost.processor, 1 / 3),
        Row(f"  longest cell, {longest[0]} {longest[1]}", cells[longest].processor, "processor s", 3.0, 1.0),
        Row("  unchanged, best of three, s", unchanged, "half a second", 0.5, 1.0),
        Row("  one parameter of one notebook, s", one.wall, "a report of that notebook alone, s", alone.wall, 1.5),
        Row("report of the six older notebooks, s", older.wall, "ten seconds", 10.0, 1.0),
    ]  # fmt: skip


def of_sweeps(counts: list[int], most_plain: int) -> list[Row]:
    """Return the rows on sweeps of a small notebook: plain papermill, warm kernels, Dask on this machine."""
    months = [f"{year}-{month:02}" for year in range(1993, 2013) for month in range(1, 13)][: max(counts)]
    work = sweep_of("trend", over=[f"start={','.join(months)}"])
    rows = []
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, TRADELIB_NOTEBOOKS=folder):
        bench_kernels.small_notebook(Path(folder), work[0])
        bench_kernels.plain(work[:1])  # warms the file cache
        for count, goal in zip(counts, (4.0, 8.0), strict=True):
            ran = min(count, most_plain)
            papermill = bench_kernels.plain(work[:ran], timed).wall / ran
            warm = bench_kernels.run(work[:count], threads(kernel="warm"), timed).wall / count
            rows.append(Row(f"{count} runs, s a run", warm, "plain papermill, s a run", papermill, goal, at_least=True))
        for what, way in (("Dask", bench_kernels.on_dask), ("a Dask at work", bench_kernels.on_running_dask)):
            there = way(work[:count], timed).wall / count
            rows.append(Row(f"{count} runs on {what}, s a run", there, "this machine's threads, s a run", warm, 1.3))
    return rows


def of_x13(count: int) -> Row:
    """Return the row on many series adjusted with a fixed model, against the bare program on the same cores."""
    frame = bench_x13.many(count, tradelib.load("exports_goods_census_nsa", start="2005-01").iloc[:, 0])
    spec = build("x11", **bench_x13.FIXED)
    texts = [_to_run(spec).text(ready(frame[column])) for column in frame]
    x13_batch(frame.iloc[:, :2], spec=spec)  # warms the file cache
    ask_anew()
    bare, _ = bench_x13.timed(lambda: bench_x13.on_all_cores(bench_x13.bare, texts))
    batch, _ = bench_x13.timed(lambda: x13_batch(frame, spec=spec))
    return Row(f"{count} series through X-13, s", batch, "the bare program, s", bare, 1.2)


def main() -> None:
    """Measure and print."""
    logging.getLogger("papermill").setLevel(logging.ERROR)  # the small notebook has no use for output
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs=2, default=[12, 48])
    parser.add_argument("--plain", type=int, default=6)
    parser.add_argument("--series", type=int, default=1000)
    parts = {
        "x13": lambda: [of_x13(options.series)],
        "sweeps": lambda: of_sweeps(options.runs, options.plain),
        "report": of_report,
    }
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    options = parser.parse_args()
    print(f"{CORES} cores\n{'figure':<53}  {'limit or peer':<49}{'ratio':>8}  goal")
    for part in options.parts:
        print("\n".join(row.line() for row in parts[part]()), flush=True)


if __name__ == "__main__":
    main()

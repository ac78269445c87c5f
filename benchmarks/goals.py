"""One table of the project's goals for speed: figure, limit or peer, ratio, spread, goal, met or not.

Every ratio comes from one run of this file. Its two sides are measured one after the other on the same cores, so that
other work on the machine affects the ratio less than the seconds. What takes long is measured twice, the rest more
often. The ratio compares the best of each side, or the sums where parts of the same work took turns; the spread is the
smallest and the largest ratio of a single repetition. Fewer ``--runs`` and ``--series`` take less time; ``--parts``
selects rows. Plain papermill runs at most ``--plain`` of the runs, because its cost per run does not depend on their
number.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy loads, as the command line does

import bench_kernels
import bench_read
import bench_x13
from bench_kernels import timed
from bench_read import BESIDE, SHORT, command
from bench_x13 import ask_anew

import tradelib
from tradelib.report.execution import threads
from tradelib.report.execution.plan import sweep_of
from tradelib.report.run import report
from tradelib.seasonal.agency import SPEC
from tradelib.seasonal.x13 import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench_read import Times

CORES = os.cpu_count() or 1
LONG = 2
"""Repetitions of what takes more than five seconds."""
LOTS = 5
"""Number of lots of series in which X-13 and tradelib take turns."""


@dataclass(frozen=True)
class Row:
    """A figure against its limit or peer, for each repetition; the ratio must be at most or at least the goal.

    ``of`` combines the repetitions of either side: with the least, the median or the sum, the ratio lies within the
    spread.
    """

    what: str
    against: str
    times: Times
    goal: float
    at_least: bool = False
    of: Callable[[Iterable[float]], float] = min

    def ratio(self, figure: float, limit: float) -> float:
        """Return the figure over its limit or, where more is better, the peer over the figure."""
        return limit / figure if self.at_least else figure / limit

    def line(self) -> str:
        """Return the row as text."""
        figure, limit = (self.of(side) for side in zip(*self.times, strict=True))
        ratio, ratios = self.ratio(figure, limit), [self.ratio(*pair) for pair in self.times]
        met = ratio >= self.goal if self.at_least else ratio <= self.goal
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        goal = f"{'>=' if self.at_least else '<='} {self.goal:.3g}"
        return (
            f"{self.what:<44}{figure:>9.2f}  {self.against:<40}{limit:>9.2f}{ratio:>8.2f}{spread:>13}  "
            f"{goal:<9}{'met' if met else 'NOT MET'}"
        )


def within(what: str, figures: list[float], limit: float, against: str = "s") -> Row:
    """Return the row of a figure that has a limit in seconds."""
    return Row(what, against, [(figure, limit) for figure in figures], 1.0)


OLDER = ("overview", "seasonal", "trend", "real_vs_nominal", "revisions", "forecasts")
"""The notebooks that a report had when its limit was set."""


def made(options: dict[str, object] | None = None, **how: Any) -> tuple[bench_kernels.Cost, dict[str, float]]:
    """Return the cost of a report and the seconds of each notebook that ran for it."""
    seconds = dict[str, float]()
    with timed() as cost:
        got = report(options, progress=lambda o: seconds.update({o.job.notebook: o.seconds}), **how)
    if got.failures:
        sys.exit(str(got.failures))
    return cost, seconds


def of_start() -> list[Row]:
    """Return the rows on the start of the package and of its commands."""
    return [
        Row("import tradelib, processor ms", "import pandas, ms", bench_read.imports(), 1.2),
        within("tradelib --help", [command("--help") for _ in range(SHORT)], 0.6, "processor s"),
    ]


def of_reading() -> list[Row]:
    """Return the rows on official files, as far as available: reading them, adding them to an empty store."""
    rows = [Row("history text, processor ms", "its rows by pandas.read_csv, ms", bench_read.history_text(), 3.0)]
    if not BESIDE.is_dir():
        print("left out: workbooks and PDF of the agencies; set TRADELIB_OFFICIAL to a folder that has them")
        return rows
    exhibit = [command("headline", BESIDE / "exh1_2022-02-08.xlsx") for _ in range(SHORT)]
    workbooks = [bench_read.adding("ft900xlsx_2023-06-07", "2023-06-07") for _ in range(SHORT)]
    pdf = [bench_read.adding("ft900_2025-05-06.pdf", "2025-05-06") for _ in range(LONG)]
    return [
        *rows,
        Row("country workbook, processor ms", "opening it, ms", bench_read.country_workbook(), 1.5),
        within("tradelib headline, Exhibit 1", exhibit, 2.0, "processor s"),
        within("tradelib add, 31 workbooks", workbooks, 3.0, "processor s"),
        within("tradelib add, the PDF", pdf, 10.0, "processor s"),
    ]


def of_report() -> list[Row]:
    """Return the rows on a report: all notebooks in it, the same again, one parameter changed, and the older ones."""
    whole, cells, older, changed = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for number in range(LONG):  # each time without cached runs
            ask_anew()
            places = {"out": place / f"all-{number}", "kept": place / f"kept-{number}"}
            with bench_kernels.cells_alone() as taken:
                whole.append(made(**places))
            cells.append({cell: cost.processor for cell, cost in taken.items()})
        again = [made(**places) for _ in range(SHORT)]
        ran = [notebook for _, seconds in again for notebook in seconds]
        for number in range(SHORT):
            options = {"trend.start": f"{2013 + number}-01"}
            cost, seconds = made(options, out=place / f"changed-{number}", kept=places["kept"])
            alone, _ = made(options, only=["trend"], out=place / f"alone-{number}")
            changed.append((cost.wall, alone.wall))
            ran += seconds
        for number in range(LONG):
            ask_anew()
            older.append(made(only=OLDER, out=place / f"older-{number}")[0].wall)
    if len(ran) != SHORT:
        sys.exit(f"ran though nothing had changed: {ran}")
    bounds = [(cost.wall, max(*seconds.values(), cost.processor / CORES)) for cost, seconds in whole]
    beyond = [(cost.processor - sum(own.values()), cost.processor) for (cost, _), own in zip(whole, cells, strict=True)]
    longest = max(cells[0], key=lambda cell: min(own[cell] for own in cells))
    return [
        Row("report --force of all notebooks, s", "longest notebook or share of processor s", bounds, 1.3),
        Row("  its processor s beyond the cells'", "all its processor s", beyond, 1 / 3),
        within(f"  longest cell, {longest[0]} {longest[1]}", [own[longest] for own in cells], 3.0, "processor s"),
        within("  unchanged, s", [cost.wall for cost, _ in again], 0.5),
        Row("  one parameter of one notebook, s", "a report of that notebook alone, s", changed, 1.5),
        within("report of the six older notebooks, s", older, 10.0),
    ]


def of_sweeps(counts: list[int], most_plain: int) -> list[Row]:
    """Return the rows on sweeps of a small notebook: plain papermill, warm kernels, Dask on this machine."""
    months = [f"{year}-{month:02}" for year in range(1993, 2013) for month in range(1, 13)][: max(counts)]
    work = sweep_of("trend", over=[f"start={','.join(months)}"])
    clusters = {"Dask": bench_kernels.on_dask, "a Dask at work": bench_kernels.on_running_dask}
    times = defaultdict[int | str, list[tuple[float, float]]](list)
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, TRADELIB_NOTEBOOKS=folder):
        bench_kernels.small_notebook(Path(folder), work[0])
        bench_kernels.plain(work[:1])  # warms the file cache
        for _ in range(LONG):
            for count in counts:
                ran = min(count, most_plain)
                papermill = bench_kernels.plain(work[:ran], timed).wall / ran
                warm = bench_kernels.run(work[:count], threads(kernel="warm"), timed).wall / count
                times[count].append((warm, papermill))
            for name, way in clusters.items():
                times[name].append((way(work[:count], timed).wall / count, warm))
    return [
        Row(f"{count} runs, s a run", "plain papermill, s a run", times[count], goal, at_least=True)
        for count, goal in zip(counts, (4.0, 8.0), strict=True)
    ] + [
        Row(f"{counts[-1]} runs on {name}, s a run", "this machine's threads, s a run", times[name], 1.3)
        for name in clusters
    ]


def of_x13(count: int) -> list[Row]:
    """Return the rows on many series, in lots, against the bare program on the same cores: model fixed or chosen."""
    fixed = bench_x13.many(count, tradelib.load("exports_goods_census_nsa", start="2005-01").iloc[:, 0])
    detail = bench_x13.end_use()
    rows = []
    for what, frame, spec, goal in [
        (f"{count} series through X-13, s", fixed, build("x11", **bench_x13.FIXED), 1.2),
        (f"{detail.shape[1]} end uses, trading days tested, s", detail, SPEC, 1.3),
    ]:
        times = bench_x13.lots(frame, spec, size=math.ceil(frame.shape[1] / LOTS))
        rows.append(Row(what, "the bare program, s", times[..., 0].tolist(), goal, of=sum))
    return rows


def main() -> None:
    """Measure and print."""
    logging.getLogger("papermill").setLevel(logging.ERROR)  # the small notebook has no use for output
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs=2, default=[12, 48])
    parser.add_argument("--plain", type=int, default=6)
    parser.add_argument("--series", type=int, default=1000)
    parts = {
        "start": of_start,
        "read": of_reading,
        "x13": lambda: of_x13(options.series),
        "sweeps": lambda: of_sweeps(options.runs, options.plain),
        "report": of_report,
    }
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    options = parser.parse_args()
    print(f"{CORES} cores\n{'figure':<53}  {'limit or peer':<49}{'ratio':>8}{'least-most':>13}  goal")
    for part in options.parts:
        print("\n".join(row.line() for row in parts[part]()), flush=True)


if __name__ == "__main__":
    main()

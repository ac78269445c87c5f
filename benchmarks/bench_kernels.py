"""Cost of a run with plain papermill, a thread pool, warm kernels, and a Dask cluster on this machine.

Wall time on a shared machine says little, so the processor time of all processes involved is measured as well, and
every ratio comes from one run of this file. ``--counts 1 12 48 200`` measures all sizes; the default is short. Plain
papermill and the thread pool run at most ``--plain`` of the jobs, because their cost per run does not depend on the
number.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import nbformat
import psutil
from bench_report import empty_notebook

from tradelib.report.execution import jobs, threads
from tradelib.report.execution.notebook_run import NotebookRun
from tradelib.report.execution.plan import sweep_of
from tradelib.report.run import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradelib.report.execution.jobs import Executor, Job

CORES = os.cpu_count() or 1
FIGURES = """
from tradelib import load
data = load("balance_total_bop_sa", start=start)
for months in (1, 3, 12):
    fig, ax = plt.subplots()
    ax.plot(data.index.to_timestamp(), data.rolling(months).mean())
    display(fig)
    plt.close(fig)
"""


@dataclass
class Cost:
    """Wall and processor seconds, and peak memory (proportional share, so that shared pages count once)."""

    wall: float = 0.0
    processor: float = 0.0
    megabytes: float = 0.0


Meter = Callable[[], contextlib.AbstractContextManager[Cost]]


@contextlib.contextmanager
def timed() -> Iterator[Cost]:
    """Measure the time that the block takes, including all processes that it starts and ends."""
    cost, begun, used = Cost(), time.perf_counter(), processor_seconds()
    yield cost
    cost.wall, cost.processor = time.perf_counter() - begun, processor_seconds() - used


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """Measure time and memory; sampling memory adds a twentieth to the processor time of a short run."""
    over, most = threading.Event(), 0.0

    def sample() -> None:
        nonlocal most
        while not over.wait(0.5):
            total = 0.0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += process.memory_full_info().pss
            most = max(most, total / 1e6)

    sampler = threading.Thread(target=sample)
    sampler.start()
    with timed() as cost:
        yield cost
    over.set()
    sampler.join()
    cost.megabytes = most


def processor_seconds() -> float:
    """Return the processor time of this process and of all descendants that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def run(work: list[Job], executor: Executor, meter: Meter = measured) -> Cost:
    """Return what the jobs cost."""
    with tempfile.TemporaryDirectory() as folder, meter() as cost:
        outcomes = list(executor(work, Path(folder) / "work"))
    if failed := [o for o in outcomes if o.error]:
        sys.exit(f"{failed[0].job.place}: {failed[0].error}")
    return cost


def plain(work: list[Job], meter: Meter = measured) -> Cost:
    """Return what the jobs cost when papermill executes one after another, each in a kernel of its own."""
    import papermill

    with tempfile.TemporaryDirectory() as folder, meter() as cost:
        for number, job in enumerate(work):
            given = job.values | {"output": folder}
            papermill.execute_notebook(
                job.source,
                f"{folder}/{number}.ipynb",
                given,
                progress_bar=False,
                kernel_name="python3",
                language="python",
            )
    return cost


@contextlib.contextmanager
def dask() -> Iterator[Executor]:
    """Provide an executor on a local cluster: one worker process with as many threads as a sweep uses here."""
    import dask.config
    from distributed import LocalCluster

    from tradelib.report.execution.cluster import cluster

    with (
        dask.config.set({"distributed.worker.profile.enabled": False}),  # as docs/scale.md starts a worker
        mock.patch.object(sys.modules["__main__"], "__file__", None),  # so that no worker loads this script
        LocalCluster(n_workers=1, threads_per_worker=CORES + 3, dashboard_address=":0") as made,
    ):
        yield cluster(made.scheduler_address)


def on_dask(work: list[Job], meter: Meter = measured) -> Cost:
    """Return what the jobs cost on a local cluster, including its start and end."""
    with meter() as cost, dask() as executor:
        run(work, executor, contextlib.nullcontext)
    return cost


def on_running_dask(work: list[Job], meter: Meter = measured) -> Cost:
    """Return what the jobs cost on a local cluster that has already run a job."""
    with dask() as executor:
        run(work[:1], executor, contextlib.nullcontext)
        return run(work, executor, meter)


@contextlib.contextmanager
def cells_alone() -> Iterator[dict[tuple[str, int], Cost]]:
    """Measure each cell alone, by notebook and number: its time in the kernel and in the processes that it starts."""
    taken: dict[tuple[str, int], Cost] = {}
    run_cell, run_job, here = NotebookRun.execute_cell, jobs.execute, threading.local()

    def spy(client: Any, cell: Any, number: int, **kwargs: Any) -> Any:
        kernel, begun = psutil.Process(client.km.provisioner.process.pid), time.perf_counter()
        used = sum(kernel.cpu_times()[:4])
        try:
            return run_cell(client, cell, number, **kwargs)
        finally:
            spent = sum(kernel.cpu_times()[:4]) - used
            taken[here.notebook, number] = Cost(time.perf_counter() - begun, spent)

    def named(job: Job, **how: Any) -> Any:
        here.notebook = job.notebook
        return run_job(job, **how)

    with mock.patch.object(NotebookRun, "execute_cell", spy), mock.patch.object(jobs, "execute", named):
        yield taken


def compare_report() -> None:
    """Measure the whole report, including the page, against the cost of its cells alone."""
    with tempfile.TemporaryDirectory() as folder, cells_alone() as cells, measured() as cost:
        made = report(out=Path(folder) / "r")
    if made.failures:
        sys.exit(str(made.failures))
    wall, processor = sum(cell.wall for cell in cells.values()), sum(cell.processor for cell in cells.values())
    for name in sorted({name for name, _ in cells}):
        own = [cell for (notebook, _), cell in cells.items() if notebook == name]
        print(
            f"  cells of {name:<24}{sum(cell.wall for cell in own):6.1f} s "
            f"{sum(cell.processor for cell in own):6.1f} processor s"
        )
    print(
        f"the report: {cost.wall:.1f} s, {cost.wall / (wall / CORES):.2f} times the {wall:.1f} s of its cells over "
        f"{CORES} cores; {cost.processor:.1f} processor s, {cost.processor / processor:.2f} times the {processor:.1f} "
        f"of its cells; {cost.megabytes:.0f} MB", flush=True,
    )  # fmt: skip


def small_notebook(folder: Path, like: Job) -> None:
    """Write a notebook of three figures whose cells take a tenth of a second each."""
    empty_notebook(folder, like)
    path = folder / f"{like.notebook}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(FIGURES))
    nbformat.write(notebook, path)


def main() -> None:
    """Measure and print."""
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it warns that the small notebook does not use ``output``
    parser = argparse.ArgumentParser()
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 12])
    parser.add_argument("--notebook", help="a notebook of the project; by default a small one of three figures")
    parser.add_argument("--plain", type=int, default=24, help="largest number of runs without warm kernels")
    options = parser.parse_args()
    months = ",".join(f"{year}-{month:02}" for year in range(1993, 2013) for month in range(1, 13))
    everything = sweep_of(options.notebook or "trend", over=[f"start={months}"])
    with tempfile.TemporaryDirectory() as folder:
        small_notebook(Path(folder), everything[0])
        with mock.patch.dict(os.environ, {} if options.notebook else {"TRADELIB_NOTEBOOKS": folder}):
            compare(everything, options.counts, options.plain)
    with tempfile.TemporaryDirectory() as folder:
        empty_notebook(Path(folder), everything[0])
        with mock.patch.dict(os.environ, TRADELIB_NOTEBOOKS=folder):
            for kernel in ("stock", "warm"):
                cost = run(everything[:4], threads(CORES, kernel))
                print(f"set-up alone, {kernel} kernels: {cost.processor / 4:.2f} processor s a run", flush=True)
    compare_report()


def compare(everything: list[Job], counts: list[int], most_plain: int) -> None:
    """Measure every way for each number of runs."""
    ways: dict[str, Callable[[list[Job]], Cost]] = {
        "papermill, one by one": plain,
        "thread pool": lambda work: run(work, threads(CORES, "stock")),
        "warm kernels": lambda work: run(work, threads(CORES, "warm")),
        "Dask, warm kernels": on_dask,
    }
    plain(everything[:1])  # warms the file cache
    print(f"{CORES} cores; a run:                       wall s  times   processor s  times   most MB")
    for count in counts:
        first = None
        for name, way in ways.items():
            ran = min(count, most_plain) if name in {"papermill, one by one", "thread pool"} else count
            cost = way(everything[:ran])
            each = cost.wall / ran, cost.processor / ran
            first = first or each
            fewer = f" ({ran} of them)" if ran < count else ""
            print(
                f"{count:4} runs  {name + fewer:<34}{each[0]:7.2f}{first[0] / each[0]:7.1f}"
                f"{each[1]:14.2f}{first[1] / each[1]:7.1f}{cost.megabytes:10.0f}", flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()

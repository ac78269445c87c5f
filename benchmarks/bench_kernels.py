"""What a run costs: plain papermill, a thread pool, warm kernels, a Dask cluster on this machine.

Wall time of a shared machine says little, so that the processor time of all processes involved is measured beside it,
and every ratio comes from one run of this file. ``--counts 1 12 48 200`` for all sizes; the default is short.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import psutil
from bench_report import empty_notebook

from tradelib.report import jobs as jobs_module
from tradelib.report import threads
from tradelib.sweep import sweep_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tradelib.report.jobs import Executor, Job

CORES = os.cpu_count() or 1


@dataclass
class Cost:
    """Wall and processor seconds, and the most memory (proportional share, so that shared pages count once)."""

    wall: float = 0.0
    processor: float = 0.0
    megabytes: float = 0.0


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """Measure what the block, with all processes that it starts, takes."""
    cost, over = Cost(), threading.Event()

    def sample() -> None:
        while not over.wait(0.5):
            total = 0.0
            for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    total += process.memory_full_info().pss
            cost.megabytes = max(cost.megabytes, total / 1e6)

    sampler = threading.Thread(target=sample)
    sampler.start()
    begun, used = time.perf_counter(), processor_seconds()
    yield cost
    cost.wall, cost.processor = time.perf_counter() - begun, processor_seconds() - used
    over.set()
    sampler.join()


def processor_seconds() -> float:
    """Return the processor time of this process and of all descendants that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def run(work: list[Job], executor: Executor) -> Cost:
    """Return what the jobs cost."""
    with tempfile.TemporaryDirectory() as folder, measured() as cost:
        outcomes = list(executor(work, Path(folder) / "work"))
    if failed := [o for o in outcomes if o.error]:
        sys.exit(f"{failed[0].job.place}: {failed[0].error}")
    return cost


def on_dask(work: list[Job]) -> Cost:
    """Return what the jobs cost on a local cluster of one worker process, its start included."""
    from distributed import LocalCluster

    from tradelib.sweep.cluster import cluster

    with (
        tempfile.TemporaryDirectory() as folder,
        measured() as cost,
        LocalCluster(n_workers=1, threads_per_worker=CORES, dashboard_address=None) as made,
    ):
        outcomes = list(cluster(made.scheduler_address)(work, Path(folder) / "work"))
    if failed := [o for o in outcomes if o.error]:
        sys.exit(f"{failed[0].job.place}: {failed[0].error}")
    return cost


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--counts", type=int, nargs="+", default=[1, 12])
    asked.add_argument("--notebook", default="trend")
    options = asked.parse_args()
    months = ",".join(f"{year}-{month:02}" for year in range(1993, 2013) for month in range(1, 13))
    everything = sweep_of(options.notebook, over=[f"start={months}"])
    ways: dict[str, Callable[[list[Job]], Cost]] = {
        "papermill, one by one": lambda work: run(work, threads(1, "stock")),
        "thread pool": lambda work: run(work, threads(CORES, "stock")),
        "warm kernels": lambda work: run(work, threads(CORES, "warm")),
        "Dask, warm kernels": on_dask,
    }
    run(everything[:1], threads(1, "stock"))  # warms the file cache
    print(f"{options.notebook}, {CORES} cores; a run:   wall s  times   processor s  times   most MB")
    for count in options.counts:
        work, plain = everything[:count], None
        for name, way in ways.items():
            cost = way(work)
            plain = plain or cost
            faster, thriftier = plain.wall / cost.wall, plain.processor / cost.processor
            print(
                f"{count:4} runs  {name:<24}{cost.wall / count:7.2f}{faster:7.1f}"
                f"{cost.processor / count:14.2f}{thriftier:7.1f}{cost.megabytes:10.0f}", flush=True,
            )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        empty_notebook(Path(folder), everything[0])
        with mock.patch.object(jobs_module, "notebook_folder", return_value=Path(folder)):
            empty = {kernel: run(everything[:8], threads(CORES, kernel)) for kernel in ("stock", "warm")}
    full = {kernel: run(everything[:8], threads(CORES, kernel)) for kernel in ("stock", "warm")}
    for kernel, cost in empty.items():
        share = cost.processor / full[kernel].processor
        print(f"set-up of 8 runs in {kernel} kernels: {cost.processor / 8:.2f} processor s a run, {share:.0%} of it")


if __name__ == "__main__":
    main()

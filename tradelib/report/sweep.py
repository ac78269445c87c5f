"""A sweep: one notebook for many parameters, with all runs in one table and on one page.

Runs that are there are kept; the folder belongs to this sweep, or to one that it continues.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.errors import TradelibError
from tradelib.report.execution import runs, threads
from tradelib.report.execution.inputs import digests, surroundings
from tradelib.report.execution.partial import MARK, OccupiedError, partial_folder, require_own
from tradelib.report.page import template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.report.execution.jobs import Executor, Job
    from tradelib.report.execution.runs import Begin, Progress

MOST_SHOWN = 2000
"""More small figures than this no browser shows and no reader looks through; the table has every run."""


@dataclass(frozen=True)
class Sweep:
    """What became of a sweep.

    Attributes
    ----------
    folder : Path
        ``index.html``, ``results.csv``, ``runs/``, ``failed/``.
    runs, skipped : int
        How many runs it has, and how many of them were there already.
    failures : dict of str to str
        By the run's place, what went wrong.
    """

    folder: Path
    runs: int
    skipped: int
    failures: dict[str, str]


def sweep(
    jobs: Sequence[Job],
    out: Path | None = None,
    *,
    executor: Executor | None = None,
    force: bool = False,
    begin: Begin = lambda *_: None,
    progress: Progress = lambda _: None,
) -> Sweep:
    """Run the jobs that are not done, and gather all of them.

    Parameters
    ----------
    jobs : sequence of Job
        Of one notebook, checked, as ``jobs_of`` makes them.
    out : Path, optional
        Folder of the sweep, by default ``reports/sweep-<notebook>``; one that was interrupted is taken up.
    executor : Executor, optional
        Who runs the jobs; threads by default.
    force : bool
        Run also what is done.
    begin, progress : callable
        Called before the first run with all jobs and, by place, why those that run do; with each outcome as it comes.

    Raises
    ------
    OccupiedError
        The folder holds something, and no sweep was ever made in it; or runs of another sweep.
    RunError
        The folder cannot be written, its disk is full, another sweep is at work in it, or the notebook, the package or
        the data changed while it ran. What is done is kept.
    KeyboardInterrupt
        Says how many runs are done.
    """
    folder = _own_folder(jobs, out)
    try:
        with runs.at_work(folder):
            executor = executor or threads()
            made = runs.bring(jobs, folder, executor, force=force, begin=begin, progress=progress)
            with partial_folder(folder) as work:
                failures = gather(folder, jobs, work)
    except OSError as error:
        raise runs.RunError(f"cannot write to {folder}: {runs.reason(error)}. {_kept(jobs, folder)}") from error
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_kept(jobs, folder)) from None
    return Sweep(folder, len(jobs), len(jobs) - len(made), failures)


def _own_folder(jobs: Sequence[Job], out: Path | None) -> Path:
    """Return where a sweep goes: never among files that are not of a sweep, nor over the table of another one.

    Raises
    ------
    OccupiedError
        The folder asked for has such files, or such a table.
    """
    folder, own = out or Path("reports") / f"sweep-{jobs[0].notebook}", {job.place for job in jobs}
    kinds = [folder / kind for kind in ("runs", "failed")]
    others = {path.parent.relative_to(kind).as_posix() for kind in kinds for path in kind.rglob("run.json")} - own
    if others and out is None:
        folder = folder.with_name(f"{folder.name}-{hashlib.sha256(repr(sorted(own)).encode()).hexdigest()[:8]}")
    elif others:
        raise OccupiedError(
            f"{folder} has the table of another sweep: {len(others)} runs of it are not in this; "
            "give --out another folder"
        )
    require_own(folder, "sweep", made_by_us=(folder / MARK).is_file())
    return folder


def _kept(jobs: Sequence[Job], folder: Path) -> str:
    """Return in words how many runs of a sweep that has stopped are there."""
    around, done = surroundings(), 0
    for job in jobs:
        with suppress(OSError, ValueError, TradelibError):
            done += not runs.reason_to_run(folder / "runs" / job.place, digests(job, around), files=False)
    return f"{done} of {len(jobs)} runs are done and kept; the same command goes on from there"


def gather(folder: Path, jobs: Sequence[Job], work: Path) -> dict[str, str]:
    """Write ``results.csv`` and ``index.html`` from what the runs left; return by place what went wrong.

    The table has a row for each run: its parameters, outcome, seconds, place and every key result that its
    notebook kept; unrounded. They are written in the folder ``work`` first.
    """
    values = [job.values for job in jobs]
    varying = [name for name in values[0] if len({repr(row[name]) for row in values}) > 1] or list(values[0])
    made: list[dict[str, Any]] = [
        {
            "number": number, "values": job.values, "outcome": "failed" if about["error"] else "ok",
            "error": about["error"], "seconds": about["seconds"], "place": place.relative_to(folder).as_posix(),
            "results": record.get("results", {}), "question": record.get("question"),
            "figures": [item for item in record.get("items", ()) if item["kind"] == "figure"],
            "notebook": (place / "notebook.ipynb").exists(),
        }
        for number, (job, place, about, record) in enumerate(runs.left(jobs, folder))
    ]  # fmt: skip
    rows = (
        run["values"]
        | {name: run[name] for name in ("outcome", "error", "seconds", "place")}
        | {f"result_{name}": value for name, value in run["results"].items()}
        for run in made
    )
    pd.DataFrame(rows).to_csv(work / "results.csv", index=False, lineterminator="\n")
    text = template("sweep.html.j2").render(
        notebook=jobs[0].notebook, runs=made, varying=varying, most=MOST_SHOWN,
        results=list(dict.fromkeys(name for run in made for name in run["results"])),
        figures=list(dict.fromkeys(figure["name"] for run in made for figure in run["figures"])),
    )  # fmt: skip
    (work / "index.html").write_text(text + "\n", encoding="utf-8")
    for name in ("results.csv", "index.html"):
        (work / name).replace(folder / name)  # so that a reader never sees half of it
    return {job.place: run["error"] for job, run in zip(jobs, made, strict=True) if run["error"]}

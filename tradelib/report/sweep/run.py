"""A sweep in a folder of its own: runs that are there are kept, all of them are gathered in a table and on a page."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradelib.quantity.errors import TradelibError
from tradelib.report.execution import threads
from tradelib.report.execution.inputs import digests, surroundings
from tradelib.report.execution.partial import MARK, OccupiedError, partial_folder
from tradelib.report.execution.runs import RunError, at_work, bring, reason, reason_to_run
from tradelib.report.sweep.gather import gather

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tradelib.report.execution.jobs import Executor, Job
    from tradelib.report.execution.runs import Begin, Progress


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
    folder: Path,
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
        Checked, as ``jobs_of`` makes them.
    folder : Path
        Where the sweep is; one that was interrupted is taken up.
    executor : Executor, optional
        Who runs the jobs; threads by default.
    force : bool
        Run also what is done.
    begin, progress : callable
        Called before the first run with all jobs and, by place, why those that run do; with each outcome as it comes.

    Raises
    ------
    OccupiedError
        The folder holds something, and no sweep was ever made in it.
    RunError
        The folder cannot be written, its disk is full, another sweep is at work in it, or the notebook, the package or
        the data changed while it ran. What is done is kept.
    """
    try:
        _require_own(folder)
        with at_work(folder):
            made, failures = bring(jobs, folder, executor or threads(), force=force, begin=begin, progress=progress)
            with partial_folder(folder) as work:
                gather(folder, jobs, work)
    except OSError as error:
        raise RunError(f"cannot write to {folder}: {reason(error)}. {kept(jobs, folder)}") from error
    return Sweep(folder, len(jobs), len(jobs) - len(made), failures)


def _require_own(folder: Path) -> None:
    """Refuse a folder with anything in it, unless a sweep was begun there when it was empty."""
    if folder.is_file():
        raise OccupiedError(f"{folder} is a file; give --out a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise OccupiedError(
            f"{folder} holds files and is no sweep of ours; nothing was written; give --out another folder, "
            f"for example {folder.with_name(folder.name + '-sweep')}"
        )


def kept(jobs: Sequence[Job], folder: Path) -> str:
    """Return in words how many runs of a sweep that has stopped are there."""
    around, done = surroundings(), 0
    for job in jobs:
        with suppress(OSError, ValueError, TradelibError):
            done += not reason_to_run(folder / "runs" / job.place, digests(job, around), files=False)
    return f"{done} of {len(jobs)} runs are done and kept; the same command goes on from there"

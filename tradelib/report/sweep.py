"""A sweep: one notebook run with many sets of parameters, all gathered in one table and on one page.

Existing runs are kept. A folder holds one sweep, which may be extended.
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
"""Most runs on the page; browsers and readers cannot cope with more small figures. The table has every run."""


@dataclass(frozen=True)
class Sweep:
    """The outcome of a sweep.

    Attributes
    ----------
    folder : Path
        ``index.html``, ``results.csv``, ``runs/``, ``failed/``.
    runs, skipped : int
        Number of runs, and how many of them existed already.
    failures : dict of str to str
        Errors by the run's place.
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
    """Run the jobs that are not done yet, and gather the results of all.

    Parameters
    ----------
    jobs : sequence of Job
        Jobs of one notebook with checked parameters, as ``jobs_of`` returns them.
    out : Path, optional
        Folder of the sweep, where an interrupted one is resumed; by default ``reports/sweep-<notebook>``, with a hash
        added if that has runs of another sweep.
    executor : Executor, optional
        Runs the jobs; threads by default.
    force : bool
        Run all jobs, including those already done.
    begin, progress : callable
        ``begin`` is called before the first run, with all jobs and, by place, the reason for each that will run;
        ``progress`` is called with each outcome as it arrives.

    Raises
    ------
    OccupiedError
        The folder holds files but was never used for a sweep, or ``out`` has runs of another sweep.
    RunError
        The folder cannot be written, its disk is full, another sweep is using it, or the notebook, the package or the
        data changed while it ran. Finished runs stay in the folder.
    KeyboardInterrupt
        The sweep was interrupted; the message says how many runs are done.
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
    """Return the folder of a sweep, which must have neither other files nor the table of another sweep.

    Raises
    ------
    OccupiedError
        The folder has such files, or ``out`` has such a table.
    """
    folder, places = out or Path("reports") / f"sweep-{jobs[0].notebook}", {job.place for job in jobs}
    kinds = [folder / kind for kind in ("runs", "failed")]
    others = {path.parent.relative_to(kind).as_posix() for kind in kinds for path in kind.rglob("run.json")} - places
    if others and out is None:
        folder = folder.with_name(f"{folder.name}-{hashlib.sha256(repr(sorted(places)).encode()).hexdigest()[:8]}")
    elif others:
        raise OccupiedError(
            f"{folder} holds another sweep: {len(others)} of its runs are not in this one; give --out another folder"
        )
    require_own(folder, "sweep", made_by_us=(folder / MARK).is_file())
    return folder


def _kept(jobs: Sequence[Job], folder: Path) -> str:
    """Return in words how many runs of a stopped sweep are done."""
    around, done = surroundings(), 0
    for job in jobs:
        with suppress(OSError, ValueError, TradelibError):
            done += not runs.reason_to_run(folder / "runs" / job.place, digests(job, around), files=False)
    return f"{done} of {len(jobs)} runs are done and kept; the same command resumes the sweep"


def gather(folder: Path, jobs: Sequence[Job], work: Path) -> dict[str, str]:
    """Write ``results.csv`` and ``index.html`` from the files of the runs; return errors by place.

    The table has one row per run: parameters, outcome, error, seconds, place and every key result of the notebook,
    unrounded. Both files are written in the folder ``work`` first.
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
        (work / name).replace(folder / name)  # atomic: a reader never sees a partial file
    return {job.place: run["error"] for job, run in zip(jobs, made, strict=True) if run["error"]}

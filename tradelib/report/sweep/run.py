"""The runs of a sweep: each whole or not there, done ones kept, failing ones told, two sweeps never in one folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from tradelib.quantity.errors import TradelibError
from tradelib.report.execution import threads
from tradelib.report.execution.inputs import changes, circumstances, sha256_of, surroundings
from tradelib.report.execution.partial import MARK, OccupiedError, partial_folder
from tradelib.report.recorded import RecordError, read_recorded
from tradelib.report.run import reason, write_json
from tradelib.report.sweep.gather import gather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tradelib.report.execution.jobs import Executor, Job, Outcome

_TRIAL = b"0" * 65536


class SweepError(TradelibError):
    """A sweep cannot start, or cannot go on."""


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
    progress: Callable[[Outcome], None] = lambda _: None,
    skipping: Callable[[int], None] = lambda _: None,
) -> Sweep:
    """Run the jobs that are not done, and gather all of them.

    Parameters
    ----------
    jobs : sequence of Job
        Checked, each with a name of its own, as ``jobs_of`` makes them.
    folder : Path
        Where the sweep is; one that was interrupted is taken up.
    executor : Executor, optional
        Who runs the jobs; threads by default.
    force : bool
        Run also what is done.
    progress, skipping : callable
        Called with each outcome as it comes; with the number of runs that are done already, before the first.

    Raises
    ------
    OccupiedError
        The folder holds something, and no sweep was ever made in it.
    SweepError
        The folder cannot be written, its disk is full, another sweep is at work in it, or the notebook, the package or
        the data changed while it ran. What is done is kept.
    """
    try:
        _require_own(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
        with FileLock(folder / ".lock", timeout=0):
            return _sweep(jobs, folder, executor or threads(), force, progress, skipping)
    except Timeout:
        raise SweepError(f"another sweep is at work in {folder}; wait for it, or give --out another folder") from None
    except OSError as error:
        raise SweepError(f"cannot write to {folder}: {reason(error)}. {kept(jobs, folder)}") from error


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
        with suppress(OSError, ValueError, KeyError, TradelibError):
            told = json.loads((folder / "runs" / job.place / "run.json").read_text(encoding="utf-8"))
            done += told["inputs"] == _digest(circumstances(job, around))
    return f"{done} of {len(jobs)} runs are done and kept; the same command goes on from there"


def _sweep(
    jobs: Sequence[Job],
    folder: Path,
    executor: Executor,
    force: bool,  # noqa: FBT001
    progress: Callable[[Outcome], None],
    skipping: Callable[[int], None],
) -> Sweep:
    around = surroundings()
    inputs = {job.place: circumstances(job, around) for job in jobs}
    todo = [job for job in jobs if force or not _is_done(folder / "runs" / job.place, _digest(inputs[job.place]))]
    skipping(len(jobs) - len(todo))
    failures = {}
    with partial_folder(folder) as work:
        for told in executor(todo, work) if todo else ():
            expected = inputs[told.job.place]
            if moved := changes(expected, told.job):
                raise SweepError(
                    f"{', '.join(moved)} changed while the sweep ran. What it made before does not count any more; "
                    "the same command makes all of it anew"
                )
            outcome = _judged(told, work / told.job.place)
            _keep(outcome, folder, work, _digest(expected))
            if outcome.error:
                failures[outcome.job.place] = outcome.error
                _try_to_write(folder)
            progress(outcome)
        gather(folder, jobs, work)
    return Sweep(folder, len(jobs), len(jobs) - len(todo), failures)


def _digest(inputs: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _judged(outcome: Outcome, made: Path) -> Outcome:
    """Return an outcome that is a failure when what the notebook recorded cannot be read."""
    try:
        read_recorded(made)
    except RecordError as error:
        return outcome if outcome.error else replace(outcome, error=str(error))
    return outcome


def _is_done(place: Path, inputs: str) -> bool:
    """Return whether a run is there, made from the same inputs, with all its files whole."""
    try:
        told = json.loads((place / "run.json").read_text(encoding="utf-8"))
        return told["inputs"] == inputs and all(sha256_of(place / n) == sha for n, sha in told["files"].items())
    except (OSError, ValueError, KeyError):
        return False


def _keep(outcome: Outcome, folder: Path, work: Path, inputs: str) -> None:
    """Move a run to where it belongs, whole: among the good ones, or among the failed ones with its error."""
    job, made = outcome.job, work / outcome.job.place
    made.mkdir(parents=True, exist_ok=True)  # a run that could not even begin leaves its error
    files = {p.relative_to(made).as_posix(): sha256_of(p) for p in sorted(made.rglob("*")) if p.is_file()}
    told: dict[str, Any] = {
        "notebook": job.notebook, "parameters": job.values, "inputs": inputs, "error": outcome.error,
        "seconds": round(outcome.seconds, 2), "kernel": outcome.kernel, "files": files,
    }  # fmt: skip
    write_json(made / "run.json", told)
    former = work / "former"
    for kind in ("runs", "failed"):
        if (folder / kind / job.place).exists():
            (folder / kind / job.place).rename(former)  # in one step, so that no half of it is ever there
            shutil.rmtree(former)
    final = folder / ("failed" if outcome.error else "runs") / job.place
    final.parent.mkdir(parents=True, exist_ok=True)
    made.rename(final)


def _try_to_write(folder: Path) -> None:
    """Raise OSError when the folder takes no more, so that the remaining runs are not spent for nothing."""
    trial = folder / ".trial"
    try:
        trial.write_bytes(_TRIAL)
    finally:
        trial.unlink(missing_ok=True)

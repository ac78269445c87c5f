"""Runs kept in a folder: each is complete or absent, and made again only if something that it depends on has changed.

What a notebook recorded in its folder is read back and checked: a truncated record is an error.
"""

from __future__ import annotations

import errno
import json
import shutil
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from tradelib.quantity.errors import TradelibError
from tradelib.report.execution.inputs import changes, digests, sha256_of, surroundings
from tradelib.report.execution.partial import MARK, manifest_in, partial_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tradelib.report.execution.jobs import Executor, Job, Outcome

    Begin = Callable[[Sequence[Job], dict[str, str]], None]
    Progress = Callable[[Outcome], None]


RESULTS = "results.json"


class RunError(TradelibError):
    """Notebooks cannot be run, or their results cannot be written."""


@contextmanager
def at_work(folder: Path) -> Iterator[Path]:
    """Mark a folder of runs as ours, and lock it while the block runs.

    Raises
    ------
    RunError
        Another process has locked it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield folder
    except Timeout:
        raise RunError(f"another sweep is at work in {folder}; wait for it, or give --out another folder") from None


def bring(
    jobs: Sequence[Job],
    folder: Path,
    executor: Executor,
    *,
    force: bool = False,
    begin: Begin = lambda *_: None,
    progress: Progress = lambda _: None,
) -> dict[str, str]:
    """Run the jobs that have no valid run in the folder.

    Parameters
    ----------
    jobs : sequence of Job
        Each with a place of its own.
    folder : Path
        Gets a folder for each job, in ``runs/`` or ``failed/``; locked by ``at_work``.
    executor : Executor
        Runs the jobs.
    force : bool
        Run all jobs.
    begin, progress : callable
        ``begin`` is called before the first run, with all jobs and, by place, the reason for each that will run;
        ``progress`` is called with each outcome as it arrives.

    Returns
    -------
    dict of str to str
        By place, the reason for each run.

    Raises
    ------
    RunError
        Notebook, package or data changed while the jobs ran. Finished runs stay, but count as made from other inputs.
    """
    around = surroundings()
    inputs = {job.place: digests(job, around) for job in jobs}
    reasons = {
        place: reason
        for place, known in inputs.items()
        if (reason := "forced" if force else reason_to_run(folder / "runs" / place, known))
    }
    begin(jobs, reasons)
    if not reasons:
        return reasons
    with partial_folder(folder) as work:
        # The longest first, so that no core waits for it at the end; before them, jobs that have never run.
        todo = sorted((job for job in jobs if job.place in reasons), key=lambda job: -_seconds(folder, job))
        for outcome in executor(todo, work):
            place = outcome.job.place
            if moved := changes(inputs[place], outcome.job):
                raise RunError(
                    f"{', '.join(moved)} changed while the notebooks ran. What was made so far no longer "
                    "counts; the same command makes all of it again"
                )
            judged = replace(outcome, error=outcome.error or read_recorded(work / place)[1])
            _keep(judged, folder, work, inputs[place])
            progress(judged)
    return reasons


def left(jobs: Sequence[Job], folder: Path) -> Iterator[tuple[Job, Path, dict[str, Any], dict[str, Any]]]:
    """Yield each job with the folder of its run, the run's manifest, and what the notebook recorded."""
    for job in jobs:
        place = _place_of(folder, job)
        yield job, place, manifest_in(place / "run.json"), read_recorded(place)[0]


def reason_to_run(place: Path, inputs: Mapping[str, Any], name: str = "run.json", *, files: bool = True) -> str:
    """Return in words why a run must be made; empty if it exists, made from the same inputs, with its files intact.

    Parameters
    ----------
    place : Path
        Folder of the run.
    inputs : mapping
        As ``digests`` returns them, or those of a report.
    name : str
        File in the folder that lists the run's inputs and the hashes of its files.
    files : bool
        Whether to check the files, too.
    """
    if not (place / name).exists():
        return "not run with these parameters before"
    known = manifest_in(place / name)
    if known and (moved := [key for key, value in inputs.items() if known["inputs"].get(key) != value]):
        return f"{', '.join(moved)} changed"
    listed = known["files"].items() if known and files else ()
    whole = known and all((place / file).is_file() and sha256_of(place / file) == sha256 for file, sha256 in listed)
    return "" if whole else "its files were changed"


def _seconds(folder: Path, job: Job) -> float:
    """Return how many seconds a job took when it last ran; infinity if that is not known."""
    return float(manifest_in(_place_of(folder, job) / "run.json").get("seconds", "inf"))


def _place_of(folder: Path, job: Job) -> Path:
    """Return the folder of a job's run: in ``runs/`` if there is a good one, else in ``failed/``."""
    good = folder / "runs" / job.place
    return good if good.exists() else folder / "failed" / job.place


def reason(error: OSError) -> str:
    """Return in words why something could not be written."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} is no folder"
    return "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, the same bytes for the same value."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def files_in(folder: Path) -> dict[str, str]:
    """Return the hash of every file in a folder, by relative path."""
    return {p.relative_to(folder).as_posix(): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def _keep(outcome: Outcome, folder: Path, work: Path, inputs: Mapping[str, str]) -> None:
    """Move a complete run into place: to ``runs/`` or, with its error, to ``failed/``."""
    job, made = outcome.job, work / outcome.job.place
    made.mkdir(parents=True, exist_ok=True)  # a run that could not even begin has an error, but no folder
    about: dict[str, Any] = {
        "notebook": job.notebook, "parameters": job.values, "inputs": inputs, "error": outcome.error,
        "seconds": round(outcome.seconds, 2), "kernel": outcome.kernel, "files": files_in(made),
    }  # fmt: skip
    write_json(made / "run.json", about)
    former = work / "former"
    for kind in ("runs", "failed"):
        if (folder / kind / job.place).exists():
            (folder / kind / job.place).rename(former)  # atomic, so that a partial folder never exists
            shutil.rmtree(former)
    final = folder / ("failed" if outcome.error else "runs") / job.place
    final.parent.mkdir(parents=True, exist_ok=True)
    made.rename(final)


def read_recorded(place: Path) -> tuple[dict[str, Any], str | None]:
    """Return what a notebook recorded, and what is wrong with it or None.

    A missing or wrong record is returned as empty. Wrong is a file that is not valid JSON, or not what
    ``Record.finish`` writes, and a figure without its file.

    Parameters
    ----------
    place : Path
        Folder of the run.
    """
    from jsonschema.exceptions import best_match

    path = place / RESULTS
    if not path.exists():
        return {}, None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        # Python reads these, but they cannot be written again: lone surrogates, NaN and infinity.
        json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"{RESULTS} cannot be read: {error}"
    if fault := best_match(_record_schema().iter_errors(content)):
        return {}, f"{RESULTS}, {fault.json_path}: {fault.message}"
    for number, item in enumerate(content["items"]):
        if item["kind"] == "figure" and not (place / "figures" / f"{item['name']}.svg").is_file():
            return {}, f"{RESULTS}, $.items[{number}]: there is no figures/{item['name']}.svg"
    return dict(content), None


@cache
def _record_schema() -> Any:
    """Return the validator of what ``Record.finish`` writes, from ``results.schema.json``."""
    from jsonschema import Draft202012Validator

    schema = files("tradelib.report") / "templates" / "results.schema.json"
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))

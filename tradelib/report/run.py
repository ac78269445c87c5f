"""A run from plan to published folder: whole or not at all, and only if it is not there already."""

from __future__ import annotations

import errno
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib import store
from tradelib.quantity.errors import TradelibError
from tradelib.report.execution.inputs import inputs_of, sha256_of
from tradelib.report.execution.jobs import Executor, Job, Outcome, plan, threads
from tradelib.report.execution.partial import partial_folder, publish, require_replaceable
from tradelib.report.page import write_page
from tradelib.report.recorded import RecordError, read_recorded
from tradelib.report.take import write_pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class ReportError(TradelibError):
    """A report cannot be written."""


@dataclass(frozen=True)
class Report:
    """A published run.

    Attributes
    ----------
    folder : Path
        Where it lies.
    headline : str
        Its first sentence.
    failures : dict of str to str
        By notebook, the cell that failed and why; empty after success.
    skipped : bool
        Whether the same run was there already and nothing had to be done.
    """

    folder: Path
    headline: str
    failures: dict[str, str]
    skipped: bool = False


def report(
    options: Mapping[str, Any] | None = None,
    *,
    only: Sequence[str] = (),
    out: Path | None = None,
    force: bool = False,
    executor: Executor | None = None,
    pdf: bool = False,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> Report:
    """Run the notebooks and publish the report.

    Parameters
    ----------
    options : mapping, optional
        Parameters by name, as ``plan`` takes them.
    only : sequence of str
        Notebooks to run; all when empty.
    out : Path, optional
        Folder of the run; by default ``reports/<statistical month>`` with what differs from the defaults.
    force : bool
        Run even when the same run is there.
    executor : Executor, optional
        Who runs the jobs; threads, one a core, by default.
    pdf : bool
        Print the page to ``report.pdf``, too, with a browser that is installed.
    progress : callable
        Called with each outcome as it comes.

    Raises
    ------
    ParameterError
        Before anything runs, when a parameter is unknown or impossible.
    OccupiedError
        Before anything runs, when the folder holds what is no report.
    ReportError
        The folder cannot be written, its disk is full, or a notebook, the package or the data changed meanwhile.
    """
    options = dict(options or {})
    jobs = plan(options, only)
    final = out or Path("reports") / _run_name(options, only)
    for place in (final, _failed(final)):
        require_replaceable(place)
    inputs = inputs_of(jobs) | {"options": options, "only": list(only), "pdf": pdf}
    inputs["released"] = store.release_of(vintage=options.get("vintage")).released.isoformat()
    if not force and (done := _already_done(final, inputs)):
        return done
    try:
        return _make(jobs, inputs, final, executor or threads(), progress)
    except OSError as error:
        raise ReportError(f"cannot write {final}: {reason(error)}. What was there before is there still") from error


def _make(
    jobs: Sequence[Job], inputs: Mapping[str, Any], final: Path, executor: Executor, progress: Callable[[Outcome], None]
) -> Report:
    final.parent.mkdir(parents=True, exist_ok=True)
    with partial_folder(final.parent) as partial:
        outcomes = []
        for told in executor(jobs, partial / "work"):
            outcome = _judged(told, partial / "work")
            progress(outcome)
            outcomes.append(outcome)
        now = inputs_of(jobs)
        if moved := [name for name, value in now.items() if value != inputs[name]]:
            raise ReportError(f"{', '.join(moved)} changed while the notebooks ran; no report was written. Try again")
        outcomes.sort(key=lambda outcome: outcome.job.notebook)
        failures = {o.job.notebook: o.error for o in outcomes if o.error}
        _gather(partial, outcomes)
        headline = write_page(partial, failures)
        shutil.rmtree(partial / "drawings")  # they are in the page
        if inputs["pdf"]:
            write_pdf(partial)
        _write_manifest(partial, inputs, outcomes, headline)
        if failures:
            # A good report of the same name stays where it is.
            final = _failed(final)
        require_replaceable(final)  # whatever came there while the notebooks ran
        publish(partial, final)
    return Report(final, headline, failures)


def _failed(final: Path) -> Path:
    return final.with_name(f"{final.name}-failed")


def _judged(outcome: Outcome, work: Path) -> Outcome:
    """Return an outcome that is a failure when what the notebook recorded cannot be read."""
    try:
        read_recorded(work / outcome.job.place, whole=True)
    except RecordError as error:
        return outcome if outcome.error else replace(outcome, error=str(error))
    return outcome


def reason(error: OSError) -> str:
    """Return why something could not be written, in words."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename} is no folder"
    return "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror or str(error)


def _run_name(options: Mapping[str, Any], only: Sequence[str]) -> str:
    """Return the statistical month and what differs from the defaults, as a folder's name."""
    vintage = options.get("vintage")
    month = store.release_of(vintage=vintage).month
    said = [f"{name}-{value}" for name, value in sorted(options.items()) if name != "vintage" and value is not None]
    words = [str(month), *said, *sorted(only)]
    return "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in word) for word in words)


def _already_done(final: Path, inputs: Mapping[str, Any]) -> Report | None:
    """Return the run that is there when it succeeded on the same inputs and all its files are whole."""
    try:
        told = json.loads((final / "manifest.json").read_text(encoding="utf-8"))
        same = told["outcome"] == "ok" and told["inputs"] == json.loads(json.dumps(inputs))
        whole = all(sha256_of(final / name) == sha256 for name, sha256 in told["files"].items())
    except (OSError, ValueError, KeyError):
        return None
    return Report(final, told["headline"], {}, skipped=True) if same and whole else None


def _gather(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Move what each notebook left in its own folder to where a reader looks for it."""
    results = {}
    for kind in ("notebooks", "figures", "tables", "drawings"):
        (folder / kind).mkdir()
    for job in (outcome.job for outcome in outcomes):
        work = folder / "work" / job.notebook
        with suppress(RecordError):  # it has been told as a failure
            results[job.notebook] = read_recorded(work, whole=True)
        if (work / "notebook.ipynb").exists():
            (work / "notebook.ipynb").rename(folder / "notebooks" / f"{job.notebook}.ipynb")
        for kind in ("figures", "tables", "drawings"):
            for path in sorted((work / kind).glob("*")):
                path.rename(folder / kind / f"{job.notebook}-{path.name}")
    shutil.rmtree(folder / "work")
    write_json(folder / "results.json", {name: told for name, told in results.items() if told})


def _write_manifest(folder: Path, inputs: Mapping[str, Any], outcomes: Sequence[Outcome], headline: str) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = {
        "outcome": "failed" if any(o.error for o in outcomes) else "ok",
        "headline": headline,
        "inputs": inputs,
        "notebooks": {outcome.job.notebook: {"error": outcome.error} for outcome in outcomes},
        "files": {path.relative_to(folder).as_posix(): sha256_of(path) for path in files},
    }
    write_json(folder / "manifest.json", told)


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, the same bytes for the same value."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")

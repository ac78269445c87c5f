"""A report from plan to published folder: complete or not at all, and only if it does not exist already."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib import store
from tradelib.report.execution import runs, warm
from tradelib.report.execution.inputs import sources, surroundings
from tradelib.report.execution.jobs import Executor, Job, threads
from tradelib.report.execution.partial import MANIFEST, manifest_in, partial_folder, publish, require_replaceable
from tradelib.report.execution.plan import planned
from tradelib.report.page import printed_numbers, write_page
from tradelib.report.take import write_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from tradelib.report.execution.runs import Begin, Progress


@dataclass(frozen=True)
class Report:
    """A published report.

    Attributes
    ----------
    folder : Path
        Folder of the report.
    headline : str
        Its headline.
    failures : dict of str to str
        By notebook, the cell that failed and why; empty after success.
    left_out : dict of str to str
        By notebook, what it needs and the data do not have.
    skipped : bool
        Whether the same report existed already, so that nothing was run.
    """

    folder: Path
    headline: str
    failures: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)
    skipped: bool = False


def report(  # noqa: PLR0913
    options: Mapping[str, Any] | None = None,
    *,
    only: Sequence[str] = (),
    out: Path | None = None,
    force: bool = False,
    executor: Executor | None = None,
    pdf: bool = False,
    kept: Path | None = None,
    begin: Begin = lambda *_: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Run the notebooks and publish the report.

    Parameters
    ----------
    options : mapping, optional
        Parameters by name, as ``planned`` takes them.
    only : sequence of str
        Notebooks to run; all when empty.
    out : Path, optional
        Folder of the report; by default ``reports/<statistical month>`` and the options that differ from the defaults.
    force : bool
        Run even if the same report exists.
    executor : Executor, optional
        Runs the jobs; by default threads, one more than cores, so that the longest notebook has most of a core.
    pdf : bool
        Also print the page to ``report.pdf``, with an installed browser.
    kept : Path, optional
        Folder that keeps the run of each notebook; a run with the same code, parameters, data and libraries is taken
        from there. Without the folder, or while another report uses it, all notebooks run.
    begin, progress : callable
        ``begin`` is called before the first run, with all jobs and, by place, the reason for each that will run;
        ``progress`` is called with each outcome as it arrives.

    Raises
    ------
    ParameterError
        A parameter is unknown or impossible; raised before anything runs.
    OccupiedError
        The folder holds something other than a report; checked before anything runs and again at the end.
    RunError
        The folder cannot be written, its disk is full, or a notebook, the package or the data changed meanwhile.
    """
    release = store.release_in_use((options or {}).get("vintage"))
    options = dict(options or {}) | {"vintage": release.released.isoformat()}  # the whole report is about one release
    final = out or Path("reports") / _run_name(release.month, options, only)
    for place in (final, _failed(final)):
        require_replaceable(place)
    inputs = surroundings() | {"sources": sources(), "options": options, "only": list(only), "pdf": pdf}
    # Compared before the parameters are checked, because the check reads the data; same inputs, same parameters.
    known = manifest_in(final / MANIFEST)
    same = json.loads(json.dumps(inputs))
    if not force and known.get("outcome") == "ok" and not runs.reason_to_run(final, same, MANIFEST):
        return Report(final, known["headline"], {}, known["inputs"]["left_out"], skipped=True)
    workers = executor or threads((os.cpu_count() or 1) + 1)
    run = partial(runs.bring, executor=workers, force=force, begin=begin, progress=progress)
    # The kernel server loads while the parameters are checked; printed numbers are judged while the notebooks run.
    with warm.running() if executor is None and warm.available() else nullcontext(), ThreadPoolExecutor(1) as beside:
        jobs, left_out = planned(options, only)
        prints = beside.submit(printed_numbers, release)
        inputs |= {"released": release.released.isoformat(), "left_out": left_out}
        inputs["notebooks"] = {job.notebook: {"parameters": job.values} for job in jobs}  # noqa: PD011
        jobs.sort(key=lambda job: job.notebook)
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            with partial_folder(final.parent) as made, _runs(kept, made.with_name("runs")) as place:
                run(jobs[::-1], place)  # analyses come last and take longest
                errors = _gather(made, jobs, place)
                prints.result()
                headline = _write(made, inputs, errors)
                if errors:  # a good report of the same name stays where it is
                    final = _failed(final)
                require_replaceable(final)  # something may have been put there while the notebooks ran
                publish(made, final)
        except OSError as error:
            raise runs.RunError(
                f"cannot write {final}: {runs.reason(error)}. What was there before is unchanged"
            ) from error
    return Report(final, headline, errors, left_out)


@contextmanager
def _runs(kept: Path | None, own: Path) -> Iterator[Path]:
    """Provide the folder of kept runs or, if it cannot be used, one for this report alone."""
    with ExitStack() as stack:
        place = own
        with suppress(OSError, runs.RunError):
            place = stack.enter_context(runs.at_work(kept)) if kept else own
        place.mkdir(exist_ok=True)
        yield place


def _failed(final: Path) -> Path:
    return final.parent / f"{final.name}-failed"


def _run_name(month: pd.Period, options: Mapping[str, Any], only: Sequence[str]) -> str:
    """Return the name of a report's folder: the statistical month and the options that differ from the defaults."""
    chosen = [f"{name}-{value}" for name, value in sorted(options.items()) if name != "vintage" and value is not None]
    words = [str(month), *chosen, *sorted(only)]
    return "_".join("".join(c if c.isalnum() or c in "-." else "-" for c in word) for word in words)


def _gather(folder: Path, jobs: Sequence[Job], kept: Path) -> dict[str, str]:
    """Copy the files of each notebook into the folders of the report; return errors by notebook."""
    results, errors = dict[str, Any](), dict[str, str]()
    for kind in ("notebooks", "figures", "tables", "drawings"):
        (folder / kind).mkdir()
    for job, made, about, record in runs.left(jobs, kept):
        results |= {job.notebook: record} if record else {}
        errors |= {job.notebook: about["error"]} if about["error"] else {}
        if (made / "notebook.ipynb").exists():
            shutil.copyfile(made / "notebook.ipynb", folder / "notebooks" / f"{job.notebook}.ipynb")
        for kind in ("figures", "tables", "drawings"):
            for path in sorted((made / kind).glob("*")):
                shutil.copyfile(path, folder / kind / f"{job.notebook}-{path.name}")
    runs.write_json(folder / "results.json", results)
    return errors


def _write(folder: Path, inputs: Mapping[str, Any], failures: Mapping[str, str]) -> str:
    """Write the pages and the manifest of a report from the notebooks' files; return its headline."""
    headline = write_page(folder, failures)
    shutil.rmtree(folder / "drawings")  # they are in the page
    if inputs["pdf"]:
        write_pdf(folder)
    manifest = {
        "outcome": "failed" if failures else "ok",
        "headline": headline,
        "inputs": inputs,
        "notebooks": {name: {"error": failures.get(name)} for name in inputs["notebooks"]},
        "files": runs.files_in(folder),
    }
    runs.write_json(folder / MANIFEST, manifest)
    return headline

"""What to run (a list of jobs) and who runs it (an executor)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib.errors import ParameterError, did_you_mean
from tradelib.parameters import NOTEBOOKS, Parameters, check
from tradelib.paths import notebook_folder
from tradelib.report.kernels import Choice, Kernels, kernels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Job:
    """A notebook and checked parameters for it."""

    notebook: str
    parameters: Parameters

    @property
    def source(self) -> Path:
        """The notebook as it stands in the project."""
        return notebook_folder() / f"{self.notebook}.ipynb"

    @property
    def values(self) -> dict[str, Any]:
        """Parameters as plain values, without the place of the output, which is the executor's business."""
        return self.parameters.model_dump(exclude={"output"})


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    job : Job
        What was run.
    seconds : float
        Wall time, kernel start included.
    error : str or None
        Cell and message of the failure, None after success.
    kernel : str
        What it ran in: ``warm`` or ``stock``.
    """

    job: Job
    seconds: float
    error: str | None = None
    kernel: str = "stock"


Executor = Callable[[Sequence[Job], Path], Iterator[Outcome]]
"""Runs every job in a folder of its own, ``<folder>/<notebook>/``, and yields outcomes as they come.

An executor never raises for a job that fails; it leaves the executed copy as ``notebook.ipynb``.
"""


def plan(options: Mapping[str, Any], only: Sequence[str] = ()) -> list[Job]:
    """Return the jobs of a report, every parameter checked.

    Parameters
    ----------
    options : mapping
        Values by parameter name, given to every notebook that has it; ``trend.horizon`` gives one notebook its own.
    only : sequence of str
        Names of notebooks, with or without their number; all of them when empty.

    Raises
    ------
    ParameterError
        A notebook or a parameter is unknown, or a value impossible.
    """
    chosen = [_named(name) for name in only] or list(NOTEBOOKS)
    values: dict[str, dict[str, Any]] = {name: {} for name in chosen}
    # What is said of one notebook stands against what is said to all.
    for option, value in sorted(options.items(), key=lambda pair: "." in pair[0]):
        notebook, _, parameter = option.rpartition(".")
        takers = [_named(notebook)] if notebook else [n for n in chosen if option in NOTEBOOKS[n].model_fields]
        if not takers:
            known = {field for name in chosen for field in NOTEBOOKS[name].model_fields} - {"output"}
            raise ParameterError(f"unknown parameter {option!r}; {did_you_mean(option, known)}")
        for name in takers:
            values.setdefault(name, {})[parameter] = value
    return [Job(name, check(NOTEBOOKS[name], given)) for name, given in values.items()]


def _named(word: str) -> str:
    """Return the notebook that a word names: ``03_trend`` or ``trend``."""
    for name in NOTEBOOKS:
        if word in (name, name.partition("_")[2]):
            return name
    raise ParameterError(f"unknown notebook {word!r}; {did_you_mean(word, [n.partition('_')[2] for n in NOTEBOOKS])}")


def threads(workers: int | None = None, kernel: Choice = "auto") -> Executor:
    """Return an executor that runs jobs side by side; the work is in the kernels, so threads are enough.

    Parameters
    ----------
    workers : int or None
        How many at a time; by default one a core.
    kernel : {'auto', 'warm', 'stock'}
        Kernels forked from a preloaded process, as Jupyter starts them, or warm where that can be.
    """

    def run(jobs: Sequence[Job], folder: Path) -> Iterator[Outcome]:
        import os

        with kernels(kernel) as chosen, ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            waiting = [pool.submit(execute, job, folder, chosen) for job in jobs]
            try:
                yield from (done.result() for done in as_completed(waiting))
            except BaseException:
                # The kernels do not hear the terminal's Ctrl-C; the threads end when their kernels have.
                pool.shutdown(wait=False, cancel_futures=True)
                chosen.end()
                raise

    return run


def execute(job: Job, folder: Path, chosen: Kernels) -> Outcome:
    """Execute one job in ``<folder>/<notebook>/`` and leave the executed, normalised copy there."""
    import nbformat
    import papermill  # takes a second to import, which planning need not wait for

    place = folder / job.notebook
    place.mkdir(parents=True)
    copy, begun = place / "notebook.ipynb", time.perf_counter()
    took = partial(lambda: time.perf_counter() - begun)
    try:
        # The kernel works in its own folder and writes there, so no path of this machine enters the notebook.
        # Papermill's own cwd= would change the directory of the whole process, which threads share.
        papermill.execute_notebook(
            job.source, copy, parameters=job.values | {"output": "."}, progress_bar=False,
            kernel_name=KERNEL["name"], language=KERNEL["language"], kernel_manager_class=chosen.manager,
            resources={"metadata": {"path": str(place)}}, extra_arguments=["--IPKernelApp.log_level=50"],
        )  # fmt: skip
    except papermill.PapermillExecutionError as error:
        return Outcome(job, took(), f"cell {error.exec_count}: {error.ename}: {error.evalue}", chosen.kind)
    except Exception as error:  # noqa: BLE001 - a kernel that dies must not cost the other notebooks
        return Outcome(job, took(), f"{type(error).__name__}: {error}", chosen.kind)
    finally:
        if copy.exists():
            nbformat.write(normalise(nbformat.read(copy, as_version=4)), copy)
    return Outcome(job, took(), None, chosen.kind)


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with nothing in it that changes from run to run: times, paths, random identifiers."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
    return notebook

"""Jobs, the executors and kernels that run them, and the executed notebooks that they write."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import psutil

from tradelib.report.execution import warm
from tradelib.report.execution.partial import watched
from tradelib.store import notebook_folder

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from tradelib.report.execution.notebook_run import NotebookRun
    from tradelib.report.parameters import Common

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


LONGEST_ERROR = 2000
"""Most characters of an error message that are kept; the executed notebook has it in full."""


@dataclass(frozen=True)
class Job:
    """A notebook and checked parameters for it.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    parameters : Common
        Checked parameters.
    """

    notebook: str
    parameters: Common

    @cached_property
    def place(self) -> str:
        """The run's own folder within a folder of runs; its name follows from notebook and values."""
        digest = hashlib.sha256(json.dumps([self.notebook, self.values], sort_keys=True).encode()).hexdigest()
        return f"{digest[:2]}/{digest[:16]}"

    @property
    def source(self) -> Path:
        """Path of the notebook in the project."""
        return notebook_folder() / f"{self.notebook}.ipynb"

    @property
    def values(self) -> dict[str, Any]:
        """Parameters as plain values, without ``output``, which the executor sets."""
        return self.parameters.model_dump(exclude={"output"})


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job.

    Attributes
    ----------
    job : Job
        What was run.
    seconds : float
        Wall time, kernel start included.
    error : str or None
        Cell and message of the failure, cut if long; None after success.
    kernel : str
        Kind of kernel that it ran in: ``warm`` or ``stock``.
    """

    job: Job
    seconds: float
    error: str | None = None
    kernel: str = "stock"

    def __post_init__(self) -> None:
        """Cut a long message, and escape lone surrogates, which no file in UTF-8 can hold."""
        if self.error:
            text = self.error.encode("utf-8", "backslashreplace").decode()
            cut = f"{text[:LONGEST_ERROR]}… ({len(text):,} characters)" if len(text) > LONGEST_ERROR else text
            object.__setattr__(self, "error", cut)


Choice = Literal["warm", "stock"]


@dataclass(frozen=True)
class Limits:
    """Limits of one run; None means unlimited.

    Attributes
    ----------
    seconds : float or None
        Wall time.
    memory : int or None
        Bytes of the kernel's own memory (``RLIMIT_DATA``; Linux only).
    output : int or None
        Characters of output of all cells.
    """

    seconds: float | None = None
    memory: int | None = None
    output: int | None = None


NO_LIMITS = Limits()


class Kernels:
    """The kernels of one executor.

    Parameters
    ----------
    name : str
        Name of the kernelspec that they are started from.
    limits : Limits
        Limits of each run.
    scratch : Path
        Folder for temporary files, connection files (which hold keys) and sockets of running kernels.
    """

    def __init__(self, name: str, limits: Limits, scratch: Path) -> None:
        self.name, self.limits, self.scratch = name, limits, scratch
        self.living: set[NotebookRun] = set()
        self.ended = False

    def end(self) -> None:
        """End every kernel at once and prevent others from starting."""
        self.ended = True
        for run in list(self.living):
            run.end("interrupted")


Executor = Callable[[Iterable[Job], Path], Iterator[Outcome]]
"""Runs each job in its own folder, ``<folder>/<place>/``, and yields outcomes as they arrive.

An executor never raises for a job that fails; it leaves the executed copy as ``notebook.ipynb``.
"""


def memory_share(runs: int | None) -> int:
    """Return the bytes that each of several concurrent runs may take: an equal share of this machine, at least 2 GB."""
    return int(max(2e9, psutil.virtual_memory().total / (runs or os.cpu_count() or 1)))


@contextmanager
def kernels(choice: Choice, limits: Limits = NO_LIMITS) -> Iterator[Kernels]:
    """Provide kernels while the block runs.

    Parameters
    ----------
    choice : {'warm', 'stock'}
        Forked from a preloaded process if the platform can do this, or as Jupyter starts them.
    limits : Limits
        Limits of each run.
    """
    with ExitStack() as stack:
        # Removed when this process ends, even by a kill; a short path, because paths of sockets must be short.
        scratch = stack.enter_context(watched(Path(tempfile.mkdtemp(prefix="tradelib-"))))
        name = KERNEL["name"]
        if choice == "warm" and warm.available():
            stack.enter_context(warm.running())
            # Imported now: this takes a second, during which the server loads.
            from tradelib.report.execution import notebook_run  # noqa: F401

            name = warm.NAME if warm.server().ready() else name
        yield Kernels(name, limits, scratch)


def threads(workers: int | None = None, kernel: Choice = "warm", limits: Limits = NO_LIMITS) -> Executor:
    """Return an executor that runs jobs in threads, which are enough because kernels do the work.

    Parameters
    ----------
    workers : int or None
        Most concurrent runs; by default three more than cores.
    kernel : {'warm', 'stock'}
        Kernels forked from a preloaded process if the platform can do this, or as Jupyter starts them.
    limits : Limits
        Limits of each job.
    """

    def run(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
        count = workers or (os.cpu_count() or 1) + 3  # a kernel waits for timers while it starts and ends
        with kernels(kernel, limits) as chosen, ThreadPoolExecutor(count) as pool:
            executed = partial(execute, folder=folder, chosen=chosen)
            try:
                for _, future in completed(jobs, lambda job: pool.submit(executed, job), lambda: 2 * count):
                    yield future.result()
            except BaseException:
                # The terminal's Ctrl-C does not reach the kernels; each thread ends once its kernel has.
                pool.shutdown(wait=False, cancel_futures=True)
                chosen.end()
                raise

    return run


def completed(
    jobs: Iterable[Job], submit: Callable[[Job], Future[Any]], most: Callable[[], int]
) -> Iterator[tuple[Job, Future[Any]]]:
    """Submit jobs, at most ``most()`` at a time, and yield each finished job with its future."""
    queue, waiting = iter(jobs), dict[Future[Any], Job]()
    while True:
        while len(waiting) < most() and (job := next(queue, None)):
            waiting[submit(job)] = job
        if not waiting:
            return
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future


def execute(job: Job, folder: Path, chosen: Kernels) -> Outcome:
    """Execute one job in its folder and write the executed, normalised copy there."""
    import nbformat

    from tradelib.report.execution.notebook_run import NotebookRun, with_parameters

    place, begun = folder / job.place, time.perf_counter()
    try:
        place.mkdir(parents=True)
        # The kernel works, and writes, in its folder.
        notebook = with_parameters(job.source, job.values | {"output": "."})
        error = NotebookRun(notebook, place, chosen).run()
        nbformat.write(normalise(notebook), place / "notebook.ipynb")
    except Exception as failure:  # noqa: BLE001 - an unreadable or unwritable file must not stop the others
        error = f"{type(failure).__name__}: {failure}"
    return Outcome(job, time.perf_counter() - begun, error, "warm" if chosen.name == warm.NAME else "stock")


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Remove from a notebook, in place, what changes from run to run (times, paths, identifiers), and return it."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
    return notebook

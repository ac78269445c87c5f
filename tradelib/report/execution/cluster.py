"""An executor on a Dask cluster: only parameters and results are sent, code and data must be the same on both sides.

Start one worker process per host, with a thread for each run at a time (``dask worker ADDRESS --nworkers 1
--nthreads 8``): each worker process keeps one warm server.
"""

from __future__ import annotations

import re
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib.report.execution.inputs import changes, digests, surroundings
from tradelib.report.execution.jobs import NO_LIMITS, Outcome, completed, execute, kernels, memory_share
from tradelib.report.execution.runs import RunError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from tradelib.report.execution.jobs import Choice, Executor, Job, Kernels, Limits

RETRIES = 2
"""Retries of a task that raises. For a task whose worker is lost the scheduler's own settings apply."""
SECONDS_TO_ANSWER = 30


def cluster(address: str, kernel: Choice = "warm", limits: Limits = NO_LIMITS) -> Executor:
    """Return an executor that runs jobs on the workers of a Dask scheduler.

    Parameters
    ----------
    address : str
        Address of the scheduler, for example ``tcp://10.0.0.1:8786``.
    kernel : {'warm', 'stock'}
        As ``threads`` takes it; chosen on each worker.
    limits : Limits
        Limits of each job. The default for memory is an equal share of the worker's machine.

    Raises
    ------
    RunError
        When jobs are run: Dask is not installed, no scheduler or worker answers, or a worker has other code, data or
        libraries.
    """

    def run(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
        around = surroundings()
        with _connected(address) as client:
            workers = client.get_executor(pure=False, retries=RETRIES)

            def submit(job: Job) -> Future[Any]:
                return workers.submit(remote, job, digests(job, around), kernel, limits)  # type: ignore[no-any-return]

            for job, future in completed(jobs, submit, lambda: 2 * sum(client.nthreads().values()) + 1):
                yield _bring(future, job, folder / job.place)

    return run


def _connected(address: str) -> Any:
    """Return a client of a scheduler that has at least one worker.

    Raises
    ------
    RunError
        Dask is not installed, the address is malformed, or no scheduler or worker answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise RunError("a cluster needs Dask: pip install 'tradelib[cluster]'") from None
    # Checked here, because Dask's client retries a malformed address for a while and then cannot be closed.
    if not re.fullmatch(r"(tcp|tls|ucx|wss?)://.+:\d{1,5}", address):
        raise RunError(f"{address!r} is no address of a Dask scheduler like tcp://10.0.0.1:8786")
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(f"no Dask scheduler answers at {address}: {error}") from error
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        client.close()
        raise RunError(f"the scheduler at {address} has no worker") from None
    return client


def remote(job: Job, expected: Mapping[str, str], kernel: Choice, limits: Limits) -> tuple[Outcome, dict[str, bytes]]:
    """Execute a job on a worker; return its outcome and the files that it wrote.

    Raises
    ------
    RunError
        The worker has other code, data or libraries, so that its result could differ.
    """
    from distributed import get_worker

    worker = get_worker()
    with _beginning:  # of several concurrent first runs only one starts the server
        if expected not in _agreed:
            _require_same(expected, job, worker.address)
            _agreed.append(expected)
        chosen = _kernels(kernel, limits, int(worker.state.nthreads))
    with tempfile.TemporaryDirectory(dir=chosen.scratch) as folder:
        outcome = execute(job, Path(folder), chosen)
        _require_same(expected, job, worker.address)  # nothing may have changed during the run
        place = Path(folder) / job.place
        files = {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
    return outcome, files


def _require_same(expected: Mapping[str, str], job: Job, worker: str) -> None:
    if differing := changes(expected, job):
        raise RunError(
            f"code, data and libraries must be the same on both sides:\n{worker}: other {', '.join(differing)}"
        )


_beginning = threading.Lock()
_agreed: list[Mapping[str, str]] = []
"""Inputs found to be the same here at the start of a run; changes since then are noticed at the end of each run."""
_kept = ExitStack()


@cache
def _kernels(kernel: Choice, limits: Limits, runs: int) -> Kernels:
    """Return the worker's kernels for a number of concurrent runs; their server lives as long as the worker."""
    if limits.memory is None:
        limits = replace(limits, memory=memory_share(runs))
    return _kept.enter_context(kernels(kernel, limits))


def _bring(future: Future[tuple[Outcome, dict[str, bytes]]], job: Job, place: Path) -> Outcome:
    """Return the outcome of a remote run, and write its files to ``place``."""
    try:
        outcome, files = future.result()
    except RunError:
        raise
    except Exception as error:  # noqa: BLE001 - a run that kills its workers must not stop the others
        return Outcome(job, 0.0, f"{type(error).__name__}: {error}")
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return replace(outcome, job=job)

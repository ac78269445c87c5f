"""Which kernels an executor runs its notebooks in, and how it ends them when it is interrupted."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import psutil

from tradelib.report.execution import warm
from tradelib.report.execution.partial import watched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradelib.report.execution.notebook_run import NotebookRun

Choice = Literal["warm", "stock"]
STOCK = "python3"


@dataclass(frozen=True)
class Limits:
    """What one run may take; None is without limit.

    Attributes
    ----------
    seconds : float or None
        Wall time.
    memory : int or None
        Bytes of the kernel's own memory (``RLIMIT_DATA``; Linux only).
    output : int or None
        Characters that its cells may show.
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
        Kernelspec that they are started from.
    limits : Limits
        What each may take.
    scratch : Path
        Folder for what the kernels leave while they run: temporary files, connection files with their keys, sockets.
    """

    def __init__(self, name: str, limits: Limits, scratch: Path) -> None:
        self.name, self.limits, self.scratch = name, limits, scratch
        self.living: set[NotebookRun] = set()
        self.ended = False

    @property
    def kind(self) -> str:
        """``warm`` or ``stock``."""
        return "warm" if self.name == warm.NAME else "stock"

    def end(self) -> None:
        """End every kernel at once and let no other start."""
        self.ended = True
        for run in list(self.living):
            run.end("interrupted")


def memory_share(runs: int | None) -> int:
    """Return the bytes that each of several runs at a time may take: an equal share of this machine, 2 GB at least."""
    return int(max(2e9, psutil.virtual_memory().total / (runs or os.cpu_count() or 1)))


@contextmanager
def kernels(choice: Choice, limits: Limits = NO_LIMITS) -> Iterator[Kernels]:
    """Provide kernels while the block runs.

    Parameters
    ----------
    choice : {'warm', 'stock'}
        Forked from a preloaded process where that can be, or as Jupyter starts them.
    limits : Limits
        What each may take.
    """
    with ExitStack() as stack:
        # Gone when this process is; the path is short, as paths of sockets must be.
        scratch = stack.enter_context(watched(Path(tempfile.mkdtemp(prefix="tradelib-"))))
        name = STOCK
        if choice == "warm" and warm.available():
            stack.enter_context(warm.running())
            import nbclient  # noqa: F401 - take a second, in which the server loads what it needs

            name = warm.NAME if warm.server().ready() else STOCK
        yield Kernels(name, limits, scratch)

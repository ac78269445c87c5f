"""Which kernels an executor runs its notebooks in, and how it ends them when it is interrupted."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from tradelib.report.execution import warm
from tradelib.report.execution.partial import watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_client.provisioning import LocalProvisioner  # type: ignore[attr-defined]
    from nbformat import NotebookNode

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
        self.name, self.limits, self._living, self._ended = name, limits, set[Run](), False
        self.scratch, self._numbers = scratch, count()

    @property
    def kind(self) -> str:
        """``warm`` or ``stock``."""
        return "warm" if self.name == warm.NAME else "stock"

    @contextmanager
    def run(self) -> Iterator[Run]:
        """Provide one run's kernel, which does not outlive the block."""
        scratch = self.scratch / str(next(self._numbers))
        (scratch / "tmp").mkdir(parents=True)
        run = Run(self.name, self.limits, scratch)
        self._living.add(run)
        seconds = self.limits.seconds or threading.TIMEOUT_MAX
        timer = threading.Timer(seconds, run.end, [f"took longer than {seconds:g} seconds"])
        timer.daemon = True
        timer.start()
        try:
            if self._ended:
                run.end("interrupted")
            yield run
        finally:
            timer.cancel()
            run.end("over")
            self._living.discard(run)
            shutil.rmtree(scratch, ignore_errors=True)

    def end(self) -> None:
        """End every kernel at once and let no other start."""
        self._ended = True
        for run in list(self._living):
            run.end("interrupted")


class Run:
    """The kernel of one run, the notebook as it is executed, and why the kernel was ended, if it was."""

    def __init__(self, name: str, limits: Limits, scratch: Path) -> None:
        self.name, self.limits, self.reason, self._shown = name, limits, cast("str | None", None), 0
        self.scratch = scratch
        self._manager: AsyncKernelManager | None = None
        self.notebook: NotebookNode | None = None
        self._group: int | None = None

    def manager(self, config: Any) -> AsyncKernelManager:
        """Return the manager of the kernel, as nbclient asks for it."""
        specs = KernelSpecManager()
        specs.kernel_dirs = [*specs.kernel_dirs, str(warm.SPECS / "kernels")]
        own = {"kernel_name": self.name, "kernel_spec_manager": specs, "config": config}
        if sys.platform != "win32":
            # Sockets in a folder of our own: over TCP any user of this machine could read what a kernel shows.
            own |= {"transport": "ipc", "ip": str(self.scratch / "k")}
        self._manager = AsyncKernelManager(**own, connection_file=str(self.scratch / "kernel.json"))
        return self._manager

    def environment(self) -> dict[str, str]:
        """Return the environment of the kernel, whose temporary files lie in the folder of the run."""
        return warm.ONE_THREAD | dict(os.environ) | {"TMPDIR": str(self.scratch / "tmp")}

    def started(self) -> None:
        """Limit the kernel's memory; end it if that was asked for in the meantime."""
        process = self._process()
        self._group = process.pid if process else None  # it leads a process group of its own
        if process and self.limits.memory and sys.platform == "linux":
            with suppress(psutil.NoSuchProcess):
                psutil.Process(process.pid).rlimit(psutil.RLIMIT_DATA, (self.limits.memory, self.limits.memory))
        if self.reason:
            self.end(self.reason)

    def may_show(self, content: Mapping[str, Any]) -> bool:
        """Count what a cell shows; end the kernel when it is too much, of which no more is kept."""
        shown = [content.get("text", ""), content.get("evalue", ""), *content.get("traceback", ())]
        size = sum(len(str(text)) for text in [*shown, *content.get("data", {}).values()])
        self._shown += size
        if not size or not self.limits.output or self._shown <= self.limits.output:
            return True
        self.end(f"showed more than {self.limits.output / 1e6:g} million characters")
        return False

    def end(self, reason: str) -> None:
        """End the kernel, with all that it has started, for a reason; the first one counts."""
        self.reason = self.reason or reason
        process = self._process()
        living = process if process and process.poll() is None else None
        if sys.platform == "win32":
            if living:
                living.kill()
            return
        # When the run is over also if the kernel has died, as what it has started may live on. Only then and only
        # once: a number that no process has any more can be given to another.
        group = living.pid if living else self._group if reason == "over" else None
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        if reason == "over":
            self._group = None

    def _process(self) -> Any:
        provisioner = cast("LocalProvisioner | None", self._manager and self._manager.provisioner)
        return provisioner.process if provisioner else None


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
            import papermill  # noqa: F401 - takes a second, in which the server loads what it needs

            name = warm.NAME if warm.server().ready() else STOCK
        yield Kernels(name, limits, scratch)

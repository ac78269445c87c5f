"""One notebook executed in one kernel, within limits; nothing that it started outlives it.

A module of its own because nbclient and papermill take a second to import, in which the process of the warm kernels can
load.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from tradelib.report.execution import warm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbformat import NotebookNode

    from tradelib.report.execution.jobs import Kernels

_log = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)  # what goes wrong stands in the outcome


def with_parameters(path: Path, values: Mapping[str, Any]) -> NotebookNode:
    """Return a notebook with the values after its defaults, and nothing in it of an earlier execution."""
    source = load_notebook_node(str(path))
    notebook: NotebookNode = parameterize_notebook(source, values, kernel_name="python3", language="python")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


class NotebookRun(NotebookClient):
    """A notebook that is executed in a folder, and why its kernel was ended, if it was.

    Parameters
    ----------
    notebook : NotebookNode
        With its parameters; the outputs come into it.
    folder : Path
        Where the kernel works, so that no path of this machine enters the notebook.
    kernels : Kernels
        Say which kernel, and what it may take.
    """

    def __init__(self, notebook: NotebookNode, folder: Path, kernels: Kernels) -> None:
        super().__init__(
            notebook, kernel_name=kernels.name, timeout=None, raise_on_iopub_timeout=True, log=_log,
            coalesce_streams=True,  # a busy machine delivers in pieces what a cell prints, another one at once
            resources={"metadata": {"path": str(folder)}}, extra_arguments=["--IPKernelApp.log_level=50"],
        )  # fmt: skip
        self._kernels, self._limits, self._shown = kernels, kernels.limits, 0
        self._scratch = Path(tempfile.mkdtemp(dir=kernels.scratch))
        self._reason: str | None = None
        self._group: int | None = None

    def run(self) -> str | None:
        """Execute all cells; return what went wrong: why the kernel was ended, which cell failed, or that it died."""
        seconds = self._limits.seconds or threading.TIMEOUT_MAX
        timer = threading.Timer(seconds, self.end, [f"took longer than {seconds:g} seconds"])
        timer.daemon = True
        timer.start()
        self._kernels.living.add(self)
        error = None
        try:
            if self._kernels.ended:
                self.end("interrupted")
            # As execute() does, but without a callback at the end of the process, which stays when a start is cut off.
            self.reset_execution_trackers()
            with self.setup_kernel():
                for number, cell in enumerate(self.nb.cells):
                    self.execute_cell(cell, number)
        except CellExecutionError as failure:
            number = max(cell.get("execution_count") or 0 for cell in self.nb.cells)  # the last one that ran
            error = f"cell {number}: {failure.ename}: {failure.evalue}".removesuffix(": ")
            if failure.ename == "MemoryError" and self._limits.memory:
                error += f"; a run may take {self._limits.memory / 1e9:.3g} GB"
        except DeadKernelError as failure:
            error = f"DeadKernelError: {failure}: it crashed, or the system ended it, as it does when memory runs out"
        except Exception as failure:  # noqa: BLE001 - as what was executed so far is kept whatever it is
            error = f"{type(failure).__name__}: {failure}"
        finally:
            timer.cancel()
            error = self._reason or error  # also when all cells were through before the kernel could be ended
            self.end("over")
            self._kernels.living.discard(self)
            shutil.rmtree(self._scratch, ignore_errors=True)
        return error

    def create_kernel_manager(self) -> AsyncKernelManager:
        """Return the manager of the run's kernel."""
        specs = KernelSpecManager(kernel_dirs=[str(warm.SPECS / "kernels")])  # and the stock kernel, which it knows
        own = {"kernel_name": self.kernel_name, "kernel_spec_manager": specs}
        if sys.platform != "win32":
            # Sockets in a folder of our own: over TCP any user of this machine could read what a kernel shows.
            own |= {"transport": "ipc", "ip": str(self._scratch / "k")}
        self.km = AsyncKernelManager(**own, connection_file=str(self._scratch / "kernel.json"))
        return self.km

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel and limit its memory; end it if that was asked for in the meantime."""
        environment = warm.ONE_THREAD | dict(os.environ) | {"TMPDIR": str(self._scratch)}
        super().start_new_kernel(env=environment, **kwargs)
        process, most = self._process(), self._limits.memory
        self._group = process.pid if process else None  # it leads a process group of its own
        if process and most and sys.platform == "linux":
            with suppress(psutil.NoSuchProcess):
                psutil.Process(process.pid).rlimit(psutil.RLIMIT_DATA, (most, most))
        if self._reason:
            self.end(self._reason)

    def process_message(self, message: dict[str, Any], *args: Any) -> Any:
        """Take what a cell shows into the notebook; end the kernel when it is too much, of which no more is kept."""
        content, most = message["content"], self._limits.output
        shown = [content.get("text", ""), content.get("evalue", ""), *content.get("traceback", ())]
        size = sum(len(str(text)) for text in [*shown, *content.get("data", {}).values()])
        self._shown += size
        if size and most and self._shown > most:
            self.end(f"showed more than {most / 1e6:g} million characters")
            return None
        return super().process_message(message, *args)

    def end(self, reason: str) -> None:
        """End the kernel, with all that it has started, for a reason; the first one counts."""
        self._reason = self._reason or reason
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
        provisioner = self.km.provisioner if self.km else None
        return provisioner.process if provisioner else None  # type: ignore[attr-defined]

"""Execution of one notebook in one kernel, within limits; no process that it started outlives it.

A separate module because nbclient and papermill take a second to import; meanwhile the server of the warm kernels can
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
_log.setLevel(logging.CRITICAL)  # the outcome says what went wrong


def with_parameters(path: Path, values: Mapping[str, Any]) -> NotebookNode:
    """Return a notebook with the values set after its defaults, and without outputs of an earlier execution."""
    source = load_notebook_node(str(path))
    notebook: NotebookNode = parameterize_notebook(source, values, kernel_name="python3", language="python")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


class NotebookRun(NotebookClient):
    """The execution of a notebook in a folder.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook with its parameters; its outputs are set in place.
    folder : Path
        Working directory of the kernel, so that no path of this machine enters the notebook.
    kernels : Kernels
        Kernelspec, limits and scratch folder.
    """

    def __init__(self, notebook: NotebookNode, folder: Path, kernels: Kernels) -> None:
        super().__init__(
            notebook, kernel_name=kernels.name, timeout=None, raise_on_iopub_timeout=True, log=_log,
            coalesce_streams=True,  # a busy machine delivers a cell's output in pieces, an idle one at once
            resources={"metadata": {"path": str(folder)}}, extra_arguments=["--IPKernelApp.log_level=50"],
        )  # fmt: skip
        self._kernels, self._limits, self._shown = kernels, kernels.limits, 0
        self._scratch = Path(tempfile.mkdtemp(dir=kernels.scratch))
        self._reason: str | None = None
        self._group: int | None = None

    def run(self) -> str | None:
        """Execute all cells; return None, or why the kernel was ended, which cell failed, or that the kernel died."""
        seconds = self._limits.seconds or threading.TIMEOUT_MAX
        timer = threading.Timer(seconds, self.end, [f"took longer than {seconds:g} seconds"])
        timer.daemon = True
        timer.start()
        self._kernels.living.add(self)
        error = None
        try:
            if self._kernels.ended:
                self.end("interrupted")
            # As execute() does, but without its atexit callback, which stays registered if a start is interrupted.
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
        except Exception as failure:  # noqa: BLE001 - whatever it is, what was executed so far is kept
            error = f"{type(failure).__name__}: {failure}"
        finally:
            timer.cancel()
            error = self._reason or error  # even if all cells were done before the kernel was ended
            self.end("over")
            self._kernels.living.discard(self)
            shutil.rmtree(self._scratch, ignore_errors=True)
        return error

    def create_kernel_manager(self) -> AsyncKernelManager:
        """Return the manager of the run's kernel."""
        specs = KernelSpecManager(kernel_dirs=[str(warm.SPECS / "kernels")])  # the stock kernel is built in
        options = {"kernel_name": self.kernel_name, "kernel_spec_manager": specs}
        if sys.platform != "win32":
            # Sockets in a private folder: over TCP, any user of this machine could read a kernel's output.
            options |= {"transport": "ipc", "ip": str(self._scratch / "k")}
        self.km = AsyncKernelManager(**options, connection_file=str(self._scratch / "kernel.json"))
        return self.km

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel and limit its memory; end it if the run was ended in the meantime."""
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
        """Add a cell's output to the notebook; if the limit is exceeded, drop it and end the kernel."""
        content, most = message["content"], self._limits.output
        shown = [content.get("text", ""), content.get("evalue", ""), *content.get("traceback", ())]
        size = sum(len(str(text)) for text in [*shown, *content.get("data", {}).values()])
        self._shown += size
        if size and most and self._shown > most:
            self.end(f"showed more than {most / 1e6:g} million characters")
            return None
        return super().process_message(message, *args)

    def end(self, reason: str) -> None:
        """End the kernel and all that it has started; the first reason given is kept."""
        self._reason = self._reason or reason
        process = self._process()
        living = process if process and process.poll() is None else None
        if sys.platform == "win32":
            if living:
                living.kill()
            return
        # When the run is over, the group is killed even if the kernel has died, because its children may live on. Only
        # then and only once, because the id of a dead process can be reused.
        group = living.pid if living else self._group if reason == "over" else None
        if group:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        if reason == "over":
            self._group = None

    def _process(self) -> Any:
        provisioner = self.km.provisioner if self.km else None
        return provisioner.process if provisioner else None  # type: ignore[attr-defined]

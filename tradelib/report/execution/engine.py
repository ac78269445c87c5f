"""Papermill's engine with a kernel of our choice and limits; importing it registers it.

A module of its own because papermill takes a second to import, in which the process of the warm kernels can load.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

    from tradelib.report.execution.kernels import Run

NAME = "tradelib"
_log = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)  # what goes wrong stands in the outcome


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """A client whose run provides the kernel, keeps the notebook and counts what it shows."""

    def __init__(self, notebook: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(notebook, **kwargs)
        self._run = run
        run.notebook = self.nb

    def create_kernel_manager(self) -> AsyncKernelManager:
        """Return the manager of the run's kernel."""
        self.km = self._run.manager(self.config)
        return self.km

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel and let the run limit it."""
        super().start_new_kernel(env=self._run.environment(), **kwargs)
        self._run.started()

    def process_message(self, message: dict[str, Any], *args: Any) -> Any:
        """Take note of what a cell shows, up to the run's limit."""
        return super().process_message(message, *args) if self._run.may_show(message["content"]) else None


class _Engine(NBClientEngine):  # type: ignore[misc]
    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
        kept = {name: kwargs[name] for name in ("run", "resources", "extra_arguments")}
        startup = kwargs["start_timeout"]
        return Client(
            nb_man, kernel_name=kernel_name, startup_timeout=startup, timeout=None, log=_log, **kept
        ).execute()


papermill_engines.register(NAME, _Engine)

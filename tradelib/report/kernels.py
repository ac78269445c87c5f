"""Which kernels an executor runs its notebooks in, and how it ends them when it is interrupted."""

from __future__ import annotations

import contextlib
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, cast

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from tradelib import warm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.provisioning import LocalProvisioner  # type: ignore[attr-defined]

Choice = Literal["auto", "warm", "stock"]
STOCK = "python3"


class Kernels:
    """The kernels of one executor.

    Parameters
    ----------
    name : str
        Kernelspec that they are started from.
    """

    def __init__(self, name: str) -> None:
        self.name, self._living, self._ended = name, set[_Manager](), False
        self.manager = type("Manager", (_Manager,), {"kernels": self})
        """The class of their managers, as nbclient asks for it."""

    @property
    def kind(self) -> str:
        """``warm`` or ``stock``."""
        return "warm" if self.name == warm.NAME else "stock"

    def end(self) -> None:
        """End every kernel at once and let no other start."""
        self._ended = True
        for manager in list(self._living):
            manager.end()

    def started(self, manager: _Manager) -> None:
        """Note that a kernel lives."""
        self._living.add(manager)
        if self._ended:
            manager.end()

    def gone(self, manager: _Manager) -> None:
        """Note that a kernel has been shut down."""
        self._living.discard(manager)


class _Manager(AsyncKernelManager):
    """A kernel manager that tells the executor of its kernel."""

    kernels: Kernels

    def __init__(self, **kwargs: Any) -> None:
        specs = KernelSpecManager()
        specs.kernel_dirs = [*specs.kernel_dirs, str(warm.SPECS / "kernels")]
        super().__init__(**(kwargs | {"kernel_name": self.kernels.name, "kernel_spec_manager": specs}))

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        await super().start_kernel(**kwargs)
        self.kernels.started(self)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override] # noqa: FBT001, FBT002
        await super().cleanup_resources(restart=restart)
        self.kernels.gone(self)

    def end(self) -> None:
        """End the kernel and what it started."""
        provisioner = cast("LocalProvisioner | None", self.provisioner)
        process = provisioner.process if provisioner else None
        if provisioner and provisioner.pgid and process and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(provisioner.pgid, signal.SIGKILL)


@contextmanager
def kernels(choice: Choice) -> Iterator[Kernels]:
    """Provide kernels while the block runs.

    Parameters
    ----------
    choice : {'auto', 'warm', 'stock'}
        Forked from a preloaded process, as Jupyter starts them, or warm where that can be.

    Raises
    ------
    WarmError
        Warm kernels are asked for and cannot be had.
    """
    if choice == "warm" and not warm.available():
        raise warm.WarmError("warm kernels need Linux 5.3 or newer; use --kernel stock, or auto")
    if choice == "stock" or not warm.available():
        yield Kernels(STOCK)
        return
    with warm.running():
        import papermill  # noqa: F401 - takes a second, in which the server loads what it needs

        try:
            warm.server().ready()
        except warm.WarmError:
            if choice == "warm":
                raise
            yield Kernels(STOCK)
        else:
            yield Kernels(warm.NAME)

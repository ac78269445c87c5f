"""The process that warm kernels are forked from; ``tradelib.report.execution.warm`` runs this file and speaks to it.

A file of its own because it decides what is loaded, and how, before anything of the package is.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import gc
import os
import random
import signal
import sys
import threading
import tomllib
from importlib import import_module
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import SimpleNamespace
from typing import TypeAlias

Request: TypeAlias = tuple[list[str], str, dict[str, str]]
"""Arguments, folder and environment of a kernel."""

LIBRARIES = Path(__file__).with_name("libraries.toml")


def serve(descriptor: int) -> None:
    """Load the libraries, then fork a kernel for each request that comes over the line."""
    server, line, kernels, before = os.getpid(), Connection(descriptor), dict[int, int](), set(os.environ)
    gc.disable()  # what is loaded stays; looking through it again and again for what does not is a third of the time
    _load()
    gc.freeze()  # so that no kernel's collector touches, and thereby copies, the memory all share
    line.send(True)  # noqa: FBT003 - all is loaded; when it cannot be, the end of the line says so
    try:
        request = _fork_on_request(line, kernels)
    except (EOFError, OSError):  # the owner has gone
        for pidfd, pid in kernels.items():
            _bury(pid, pidfd)
        os._exit(0)  # as a kernel does: the owner waits, and taking down hundreds of modules takes a while
    line.close()
    for pidfd in kernels:
        os.close(pidfd)
    arguments, folder, environment = request
    set_by_libraries = {name: value for name, value in os.environ.items() if name not in before}
    _become_kernel(server, arguments, folder, set_by_libraries | environment)


def _load() -> None:
    """Load what every notebook would wait for: libraries, fonts, the figures of all releases, declared parameters."""
    # What some look at when they load, as it is in a kernel: matplotlib the backend, pandas terminal and encoding.
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    for module in tomllib.loads(LIBRARIES.read_text(encoding="utf-8"))["preload"]:
        import_module(module)
    del builtins.get_ipython  # type: ignore[attr-defined]
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().set_title("Title", fontweight="bold")
    FigureCanvasAgg(figure).draw()
    from tradelib.quantity.errors import TradelibError
    from tradelib.report.parameters import notebooks
    from tradelib.store import load

    with contextlib.suppress(TradelibError, OSError):  # what is wrong with data or notebooks, the run itself says
        load(start="first")
        notebooks()


def _fork_on_request(line: Connection, kernels: dict[int, int]) -> Request:
    """Fork until the line ends, which is an error; return the request in the kernel only.

    Parameters
    ----------
    line : Connection
        Brings arguments, folder and environment of a kernel; takes the number of its process.
    kernels : dict of int to int
        The living kernels, process by descriptor; kept here.
    """
    while True:
        for source in wait([line, *kernels]):
            if isinstance(source, int):
                _bury(kernels.pop(source), source)
                continue
            request: Request = line.recv()
            if not (pid := os.fork()):
                return request
            os.setpgid(pid, pid)
            kernels[os.pidfd_open(pid)] = pid
            line.send(pid)


def _bury(pid: int, pidfd: int) -> None:
    """End what is left of a kernel's process group, then let its number go."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(pidfd)


def _become_kernel(server: int, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be what a stock kernel is after its imports; returns when the kernel has been shut down."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the server
    if os.getppid() != server:  # it died before that
        os._exit(1)
    import ipykernel_launcher
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    gc.enable()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    np.random.seed()  # noqa: NPY002 - the state that all kernels would share
    sys.argv = [str(ipykernel_launcher.__file__), *arguments]
    IPKernelApp.launch_instance(argv=arguments)
    # The shell has let go of what the notebook made, which closes its files; taking down a few hundred modules, which
    # would copy the memory that all kernels share, is left to the system.
    threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001 - as multiprocessing ends what it forks
    atexit._run_exitfuncs()  # noqa: SLF001
    os._exit(0)


if __name__ == "__main__":
    del sys.path[0]  # this file's folder
    serve(int(sys.argv[1]))

"""The server from which warm kernels are forked; ``tradelib.report.execution.warm`` starts it and sends it requests.

A separate file, because it must control what is loaded, and how, before any part of the package is imported.
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


def serve(descriptor: int) -> None:
    """Load the libraries, then fork a kernel for each request from the connection."""
    server, line, kernels, before = os.getpid(), Connection(descriptor), dict[int, int](), set(os.environ)
    gc.disable()  # all that is loaded stays, and collecting in between takes a third of the time
    _load()
    gc.freeze()  # so that no kernel's collector touches, and thereby copies, the shared memory
    line.send(True)  # noqa: FBT003 - loaded; if loading fails, the connection closes instead
    try:
        request = _fork_on_request(line, kernels)
    except (EOFError, OSError):  # the owner has gone
        for pidfd, pid in kernels.items():
            _bury(pid, pidfd)
        os._exit(0)  # as kernels do: the owner is waiting, and tearing down hundreds of modules is slow
    line.close()
    for pidfd in kernels:
        os.close(pidfd)
    arguments, folder, environment = request
    set_by_libraries = {name: value for name, value in os.environ.items() if name not in before}
    _become_kernel(server, arguments, folder, set_by_libraries | environment)


def _load() -> None:
    """Load what every notebook would wait for: libraries, fonts, the figures of all releases, declared parameters."""
    # Some libraries look at these when they load, and must find what they find in a kernel: matplotlib the backend,
    # pandas the shell and the encoding.
    sys.stdout.reconfigure(encoding="UTF-8")  # type: ignore[union-attr]
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    for module in tomllib.loads(Path(__file__).with_name("libraries.toml").read_text(encoding="utf-8"))["preload"]:
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

    with contextlib.suppress(TradelibError, OSError):  # the run itself reports errors in data or notebooks
        load(start="first")
        notebooks()


def _fork_on_request(line: Connection, kernels: dict[int, int]) -> Request:
    """Fork a kernel for each request; return the request, in the forked process only.

    Parameters
    ----------
    line : Connection
        Brings arguments, folder and environment of a kernel; takes back its process id.
    kernels : dict of int to int
        Process ids of the live kernels by pidfd; updated in place.

    Raises
    ------
    EOFError, OSError
        The connection was closed.
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
    """Kill what is left of a kernel's process group, then free its process id."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(pidfd)


def _become_kernel(server: int, arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run as a stock kernel does after its imports; the process exits when the kernel is shut down."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the server
    if os.getppid() != server:  # the server died before that
        os._exit(1)
    import ipykernel_launcher
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    gc.enable()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    np.random.seed()  # noqa: NPY002 - else all kernels would share one state
    sys.argv = [str(ipykernel_launcher.__file__), *arguments]
    IPKernelApp.launch_instance(argv=arguments)
    # The shell has released the notebook's objects, which closes their files. Tearing down hundreds of modules would
    # copy the shared memory, so that is left to the system.
    threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001 - as multiprocessing does in its forks
    atexit._run_exitfuncs()  # noqa: SLF001
    os._exit(0)


if __name__ == "__main__":
    del sys.path[0]  # this file's folder
    serve(int(sys.argv[1]))

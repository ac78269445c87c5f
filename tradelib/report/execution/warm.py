"""Warm kernels: each is forked from a process that has already imported the heavy libraries.

A forked kernel is a real Jupyter kernel, a process of its own, reached through a standard kernel provisioner
(entry point ``tradelib-warm``); only its start is faster. The process that forks, the server, is owned by the process
that asks for kernels and ends with it: when their pipe closes, for whatever reason, the server ends its kernels and
itself; when the server is killed, the system kills its kernels. On platforms that cannot do this, the provisioner
falls back to stock kernels.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import sysconfig
import threading
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
from jupyter_client.provisioning import LocalProvisioner  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_client.connect import KernelConnectionInfo

NAME = "tradelib-warm"
SPECS = Path(__file__).parent / "jupyter"
"""Folder of the kernelspec; it can be put on JUPYTER_PATH."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Default environment of a kernel: with small matrices and other kernels at work, threads wait for each other."""

_PACKAGE = Path(__file__).parents[2]
_SERVER = Path(__file__).with_name("forkserver.py")
# Prefixes of variables that are read once, when a process starts or a library loads: after a change of one, the
# kernels of a running server would differ from stock ones.
_START_UP = ("PYTHON", "MPL", "OMP_", "OPENBLAS", "MKL_", "LD_", "LC_", "LANG", "TZ", "MALLOC", "STATSMODELS", "PANDAS")


def available() -> bool:
    """Return whether this platform can fork kernels that never outlive their owner."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def _state() -> str:
    """Return a digest of what a server has loaded: the package, the installed libraries, the start-up settings."""
    files = [*_PACKAGE.rglob("*.py"), Path(sysconfig.get_path("purelib"))]
    states = sorted((str(path), (status := path.stat()).st_mtime_ns, status.st_size) for path in files)
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith(_START_UP))
    return hashlib.sha256(repr((states, settings)).encode()).hexdigest()


class Server:
    """The preloaded process, as seen by the process that owns it."""

    def __init__(self) -> None:
        self.owner, self.state, self._lock = os.getpid(), _state(), threading.Lock()
        self._line, theirs = Pipe()
        # The server has its own session and standard streams, so that no terminal, pipe or Ctrl-C reaches it.
        environment = ONE_THREAD | {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER), str(theirs.fileno())], pass_fds=[theirs.fileno()], env=environment,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self._loaded: bool | None = None

    def ready(self) -> bool:
        """Wait until the server has loaded; return False if it failed, or if what it loaded has changed since."""
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = bool(self._line.recv())
                except (EOFError, OSError):  # it died
                    self._loaded = False
        return self._loaded and self.state == _state()  # if not, running kernels go on, new ones start stock

    def fork(self, arguments: list[str], folder: str, environment: dict[str, str]) -> int | None:
        """Return the process id of a new kernel, or None if the server has died."""
        with self._lock:
            try:
                self._line.send((arguments, folder, environment))
                return int(self._line.recv())
            except (EOFError, OSError):  # the server has died
                return None

    def usable(self) -> bool:
        """Return whether the server is alive and owned by this process."""
        return self.owner == os.getpid() and self._process.poll() is None

    def stop(self) -> None:
        """End the server and its kernels, and wait until they are gone."""
        self._line.close()
        if self.owner == os.getpid():
            if self._loaded is None:
                self._process.kill()  # it has no kernels yet, and would notice the closed pipe only after loading
            self._process.wait()


_guard = threading.Lock()
_server: Server | None = None
_users = 0


def server() -> Server:
    """Return this process's server, started on first use; one that has died is replaced."""
    global _server  # noqa: PLW0603 - one for the process
    with _guard:
        if _server is None or not _server.usable():
            _server = Server()
        return _server


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Keep a server while the block runs; the last such block to end stops it."""
    global _users, _server  # noqa: PLW0603 - one for the process
    with _guard:
        _users += 1
    try:
        server()
        yield
    finally:
        with _guard:
            _users -= 1
            ending, _server = (_server, None) if _users == 0 else (None, _server)
        if ending:
            ending.stop()


class Forked(psutil.Process):  # type: ignore[misc]
    """A forked kernel with the interface of ``subprocess.Popen`` that ``LocalProvisioner`` expects.

    A signal never reaches a later process with the same id; sending one to a process that has ended is no error.
    """

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return None while the kernel is alive, then 1; only its parent, the server, knows the exit code."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return None if self.is_running() and self.status() != psutil.STATUS_ZOMBIE else 1
        return 1

    def send_signal(self, sig: int) -> None:
        """Send a signal."""
        with contextlib.suppress(psutil.NoSuchProcess):
            super().send_signal(sig)

    def kill(self) -> None:
        """Kill the kernel."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """A provisioner that forks kernels from the preloaded process, with ``LocalProvisioner`` as fallback."""

    warm = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel that a command line describes."""
        if available() and "ipykernel_launcher" in cmd:
            arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
            folder, ours = os.fspath(kwargs.get("cwd") or Path.cwd()), server()
            pid = ours.fork(arguments, folder, dict(kwargs.get("env") or os.environ)) if ours.ready() else None
            with contextlib.suppress(psutil.NoSuchProcess):
                if pid:
                    self.process = cast("subprocess.Popen[bytes]", Forked(pid))
                    # The kernel leads a process group of its own, which signals are sent to.
                    self.pid, self.pgid, self.cwd, self.warm = pid, pid, folder, True
                    return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group while the kernel lives."""
        if not self.warm or (self.process and self.process.poll() is None):
            await super().send_signal(signum)

"""Kernels that start warm: each is forked from a process that has imported the heavy libraries already.

A forked kernel is a real Jupyter kernel, a process of its own, reached through a standard kernel provisioner
(entry point ``tradelib-warm``); only its start is shorter. The forking process, the server, belongs to the process
that asks for kernels and shares its fate: when the one end of their pipe closes, however that came about, the
server ends its kernels and itself; when the server is killed, the system kills its kernels. Where the platform
cannot do this, the provisioner starts a stock kernel instead.
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
"""Where the kernelspec is; a member of JUPYTER_PATH."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""What a kernel starts with unless it is set: threads of small products wait for each other, beside other kernels."""

_PACKAGE = Path(__file__).parents[2]
_SERVER = Path(__file__).with_name("forkserver.py")
# Read once, when a process starts or a library loads: a server that has other values cannot stand in.
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
    """A preloaded process, seen from the process that owns it."""

    def __init__(self) -> None:
        self.owner, self.state, self._lock = os.getpid(), _state(), threading.Lock()
        self._line, theirs = Pipe()
        # Nobody's terminal, pipe or Ctrl-C reaches the server: it has a session and standard streams of its own.
        environment = ONE_THREAD | {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER), str(theirs.fileno())], pass_fds=[theirs.fileno()], env=environment,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        self._loaded: bool | None = None

    def ready(self) -> bool:
        """Wait until the server has loaded everything; False when it could not, or when that has changed since."""
        with self._lock:
            if self._loaded is None:
                try:
                    self._loaded = bool(self._line.recv())
                except (EOFError, OSError):  # it died
                    self._loaded = False
        return self._loaded and self.state == _state()  # else its kernels go on; new ones load what is there now

    def fork(self, arguments: list[str], folder: str, environment: dict[str, str]) -> int | None:
        """Return the process of a new kernel; None where there can be none."""
        with self._lock:
            try:
                self._line.send((arguments, folder, environment))
                return int(self._line.recv())
            except (EOFError, OSError):  # the server has died
                return None

    def usable(self) -> bool:
        """Return whether it lives and is ours."""
        return self.owner == os.getpid() and self._process.poll() is None

    def stop(self) -> None:
        """End the server and its kernels, and wait until they are gone."""
        self._line.close()
        if self.owner == os.getpid():
            if self._loaded is None:
                self._process.kill()  # it has no kernels yet, and hears of the line's end only when it has loaded
            self._process.wait()


_guard = threading.Lock()
_server: Server | None = None
_users = 0


def server() -> Server:
    """Return this process's server; one that has died is replaced."""
    global _server  # noqa: PLW0603 - one for the process
    with _guard:
        if _server is None or not _server.usable():
            _server = Server()
        return _server


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Keep a server while the block runs; the last block to end ends it."""
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
    """A forked kernel, as ``LocalProvisioner`` expects a process to be: like ``subprocess.Popen``.

    Signals reach this process and no later one of the same number; one that has ended is no error.
    """

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return None while it lives; with which code it ended is known to its parent only."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return None if self.is_running() and self.status() != psutil.STATUS_ZOMBIE else 1
        return 1

    def send_signal(self, sig: int) -> None:
        """Send a signal."""
        with contextlib.suppress(psutil.NoSuchProcess):
            super().send_signal(sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking a preloaded process, or as ``LocalProvisioner`` does where that cannot be."""

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

"""Folders for what is being made: hidden, and gone when their maker is; and which folders may be replaced."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from filelock import FileLock

from tradelib.quantity.errors import TradelibError

PREFIX = ".partial-"
MARK = ".made-by-tradelib"
"""A file in each hidden folder of ours: without it a folder is somebody's own, whatever its name."""

MANIFEST = "manifest.json"
_SHOWN = 3


class OccupiedError(TradelibError):
    """The folder for a result holds something that this project did not make."""


def manifest_in(path: Path) -> dict[str, Any]:
    """Return what a run or a report says of itself: inputs, outcome, hashes of its files; empty when it cannot be read.

    Parameters
    ----------
    path : Path
        ``run.json`` of a run, ``manifest.json`` of a report.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return dict(content) | {"inputs": dict(content.get("inputs", {})), "files": dict(content["files"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def require_own(folder: Path, kind: str, *, made_by_us: bool) -> None:
    """Refuse a place for a report or a sweep that is a file, or a folder with files of somebody's own.

    Raises
    ------
    OccupiedError
        The message names another place.
    """
    if not folder.name:
        raise OccupiedError(f"--out {folder}: expected a folder for the {kind} alone, for example reports/{kind}")
    other = f"give --out another folder, for example {folder.with_name(f'{folder.name}-{kind}')}"
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        found = "link" if folder.is_symlink() else "file"
        raise OccupiedError(f"{folder} is a {found}; expected no file there; {other}")
    if folder.is_dir() and any(folder.iterdir()) and not made_by_us:
        raise OccupiedError(f"{folder} holds files and is no {kind} of ours; nothing was written; {other}")


def require_replaceable(folder: Path) -> None:
    """Refuse a place for a report that holds anything but an earlier report.

    An earlier report is a folder with a manifest that lists every file in it. One file more, and the folder is
    somebody's own.

    Raises
    ------
    OccupiedError
        The place is a file, or a folder with something in it that no report listed; the message names another place.
    """
    manifest = manifest_in(folder / MANIFEST)
    require_own(folder, "report", made_by_us=bool(manifest))
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    there = {path.relative_to(folder).as_posix() for path in paths}
    if strange := sorted(there - manifest.get("files", {}).keys() - {MANIFEST}):
        more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
        raise OccupiedError(
            f"{folder} is a report, but {', '.join(strange[:_SHOWN])}{more} in it is not of ours; nothing was written; "
            f"move that away, or give --out another folder, for example {folder.with_name(folder.name + '-report')}"
        )


# Nothing can be done in a process that is killed: another one waits for the end of the pipe between them. It tries
# for a while, as a kernel that has not noticed yet may still write.
_WATCHER = """
import os, shutil, sys, time
sys.stdin.read()
for _ in range(100):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""


@contextmanager
def partial_folder(parent: Path) -> Iterator[Path]:
    """Provide a new hidden folder, and remove it when the block ends, or this process.

    What is to stay is moved away in the block. A folder whose process and watcher both died, as in a power cut, is
    removed by the next caller, if it carries our mark; its lock is free then.
    """
    for left in parent.glob(f"{PREFIX}*"):
        if (left / MARK).is_file() and not left.is_symlink():
            with suppress(OSError), FileLock(left / ".lock", timeout=0):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    with watched(folder), FileLock(folder / ".lock"):
        (folder / MARK).touch()  # only now, or another process could take it for left between its making and its lock
        made = folder / "made"
        made.mkdir(mode=0o777)  # what is published has the permissions that the umask of its owner says
        yield made


@contextmanager
def watched(folder: Path) -> Iterator[Path]:
    """Remove a folder when the block ends, or this process."""
    command = [sys.executable, "-I", "-S", "-c", _WATCHER, str(folder.absolute())]
    # A session of its own: Ctrl-C in the terminal is not for it.
    watcher = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield folder
    finally:  # not as its own context manager, which after Ctrl-C waits for a quarter of a second only
        cast("IO[bytes]", watcher.stdin).close()
        watcher.wait()


def publish(partial: Path, final: Path) -> None:
    """Put a whole folder in its place; one that is there changes places with it or goes first, and is freed last."""
    if final.is_dir() and _exchanged(partial, final):
        return
    if final.is_dir():
        with partial_folder(final.parent) as aside:
            final.rename(aside / "former")
            partial.rename(final)
    else:
        partial.rename(final)


def _exchanged(partial: Path, final: Path) -> bool:
    """Exchange two folders in one step, so that a kill loses neither; tell whether the system could (Linux can)."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = [os.fsencode(path.absolute()) for path in (partial, final)]
    return renameat2 is not None and renameat2(-1, paths[0], -1, paths[1], 2) == 0  # 2 is RENAME_EXCHANGE

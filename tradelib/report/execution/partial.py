"""Hidden folders for work in progress, removed when their process ends; and which folders may be replaced."""

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
"""A file in each folder of ours; a folder without it belongs to the user, whatever its name."""

MANIFEST = "manifest.json"
_SHOWN = 3


class OccupiedError(TradelibError):
    """The folder for a result holds something that tradelib did not make."""


def manifest_in(path: Path) -> dict[str, Any]:
    """Return the manifest of a run or report: inputs, outcome, hashes of its files; empty if it cannot be read.

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
    """Refuse a place for a report or a sweep that is a file, a link, or a folder with the user's own files.

    Raises
    ------
    OccupiedError
        The place is refused; the message suggests another one.
    """
    if not folder.name:
        raise OccupiedError(f"--out {folder}: expected a folder for the {kind} alone, for example reports/{kind}")
    other = f"give --out another folder, for example {folder.with_name(f'{folder.name}-{kind}')}"
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()):
        found = "link" if folder.is_symlink() else "file"
        raise OccupiedError(f"{folder} is a {found}; expected no file there; {other}")
    if folder.is_dir() and any(folder.iterdir()) and not made_by_us:
        raise OccupiedError(f"{folder} holds files, but no {kind} made by tradelib; nothing was written; {other}")


def require_replaceable(folder: Path) -> None:
    """Refuse a place for a report that holds anything but an earlier report.

    An earlier report is a folder with a manifest that lists every file in it. A folder with any other file belongs to
    the user.

    Raises
    ------
    OccupiedError
        The place is a file, or a folder with a file that its manifest does not list; the message suggests another one.
    """
    manifest = manifest_in(folder / MANIFEST)
    require_own(folder, "report", made_by_us=bool(manifest))
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = {path.relative_to(folder).as_posix() for path in paths}
    if strange := sorted(names - manifest.get("files", {}).keys() - {MANIFEST}):
        more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
        raise OccupiedError(
            f"{folder} is a report, but holds other files, too: {', '.join(strange[:_SHOWN])}{more}; nothing was "
            "written; move them away, or give --out another folder, for example "
            f"{folder.with_name(folder.name + '-report')}"
        )


# A killed process cannot clean up, so a second one waits until the pipe between them closes. It retries for a while,
# because a kernel that has not noticed yet may still write.
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
    """Provide a new hidden folder, and remove it when the block or this process ends.

    Within the block, the caller moves away what is to stay. If process and watcher both died, as in a power cut, the
    next caller removes the folder, which carries our mark and whose lock is free.
    """
    for left in parent.glob(f"{PREFIX}*"):
        if (left / MARK).is_file() and not left.is_symlink():
            with suppress(OSError), FileLock(left / ".lock", timeout=0):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    with watched(folder), FileLock(folder / ".lock"):
        (folder / MARK).touch()  # only once it is locked: before, another process could take it for abandoned
        made = folder / "made"
        made.mkdir(mode=0o777)  # so that the published folder has the permissions of the user's umask
        yield made


@contextmanager
def watched(folder: Path) -> Iterator[Path]:
    """Remove a folder when the block or this process ends."""
    command = [sys.executable, "-I", "-S", "-c", _WATCHER, str(folder.absolute())]
    # A session of its own, so that Ctrl-C in the terminal does not reach it.
    watcher = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield folder
    finally:  # not `with Popen(...)`, which after Ctrl-C waits for a quarter of a second only
        cast("IO[bytes]", watcher.stdin).close()
        watcher.wait()


def publish(partial: Path, final: Path) -> None:
    """Move a complete folder into place; an existing one is exchanged with it or moved aside, and then removed."""
    if not final.is_dir():
        partial.rename(final)
    elif not _exchanged(partial, final):
        with partial_folder(final.parent) as aside:
            final.rename(aside / "former")
            partial.rename(final)


def _exchanged(partial: Path, final: Path) -> bool:
    """Exchange two folders atomically, so that a kill loses neither; return whether the system could (Linux only)."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    paths = [os.fsencode(path.absolute()) for path in (partial, final)]
    return renameat2 is not None and renameat2(-1, paths[0], -1, paths[1], 2) == 0  # 2 is RENAME_EXCHANGE

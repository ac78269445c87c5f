"""All that a run's result depends on: notebook, parameters, package, data, engines and libraries."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tomllib
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib import store
from tradelib.quantity.errors import EngineMissingError, TradelibError
from tradelib.seasonal.x13 import run as x13
from tradelib.store import data_folder, notebook_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradelib.report.execution.jobs import Job

LIBRARIES = tuple(tomllib.loads(Path(__file__).with_name("libraries.toml").read_text(encoding="utf-8"))["versions"])
"""The libraries that compute, read, draw or write what a run leaves."""

PAGE = "page"
"""The part of the surroundings that no notebook sees: how the pages are made."""


def sources() -> dict[str, str]:
    """Return the hash of the code of every notebook in the folder."""
    return {path.stem: _known(path, _notebook_hash) for path in sorted(notebook_folder().glob("[0-9]*.ipynb"))}


def surroundings() -> dict[str, Any]:
    """Return what the results of all jobs depend on: package, data, engines and libraries.

    A file is read again only when it was written since, so that this can be asked after every run.
    """
    package = Path(__file__).parents[2]
    return {
        "data": {
            f"{release.publisher}/{release.released}": _known(release.folder / "release.toml")
            for release in store.releases("*")
        },
        "tables": _hash(data_folder(), (".csv", ".toml")),
        "package": _hash(package, (".py", ".toml", ".csv")),
        PAGE: _hash(package, (".j2", ".css", ".js")),
        "x13": _x13(),
        "versions": versions(),
    }


def digests(job: Job, around: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return by name, each as a hash, all that a job's result depends on besides its parameters.

    What ``surroundings`` returned before may be given, to save looking again.
    """
    everything = {"notebook": _known(job.source, _notebook_hash)} | dict(surroundings() if around is None else around)
    return {
        name: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
        for name, value in everything.items()
        if name != PAGE
    }


def changes(before: Mapping[str, str], job: Job) -> list[str]:
    """Return the names of the circumstances of a job that are not what they were."""
    try:
        now = digests(job)
    except (OSError, ValueError, TradelibError) as error:  # a file has gone, or is half written
        return [str(error)]
    return [name for name, value in now.items() if value != before.get(name)]


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries, as this process has them."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def sha256_of(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _x13() -> str | None:
    """Return the hash of the X-13 program, None where there is none."""
    try:
        return _known(x13.binary())
    except EngineMissingError:
        return None


def _hash(root: Path, endings: tuple[str, ...]) -> str:
    """Return one hash of the names and contents of those files of a folder, at any depth, whose names end so."""
    whole = hashlib.sha256()
    for folder, inner, names in os.walk(root):
        inner.sort()  # the walk goes on in this order
        for path in (f"{folder}{os.sep}{name}" for name in sorted(names) if name.endswith(endings)):
            whole.update(f"{path.removeprefix(str(root))}\0{_known(path)}\0".encode())
    return whole.hexdigest()


def _notebook_hash(path: Path) -> str:
    """Return the hash of a notebook's sources, which outputs and counts do not change."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return hashlib.sha256(json.dumps([cell["source"] for cell in cells]).encode()).hexdigest()


def _known(path: Path | str, how: Any = sha256_of) -> str:
    """Return the hash of a file, computed once as long as its times and size stay."""
    status = os.stat(path)  # noqa: PTH116 - a third quicker, for hundreds of files after every run
    return _computed(path, how, (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=4096)
def _computed(path: Path | str, how: Any, status: tuple[int, ...]) -> str:  # noqa: ARG001 - it tells the versions apart
    digest: str = how(Path(path))
    return digest

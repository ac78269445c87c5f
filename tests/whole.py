"""What takes long and is made once for all test processes: the whole job in a copy of the project, pages of a PDF."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tradelib.sources import formats
from tradelib.store import cache_folder
from tradelib.words import checking

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent


def copy(folder: Path) -> None:
    """Copy the tracked files, as a clean clone has them."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # The environment is the one that runs the tests; -o keeps make from building it anew through the link.
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    # What a whole report asks of X-13 takes half a minute, to read all releases ten seconds; the notebooks that are
    # compared ask the same. Both are kept under the hash of all that they are made from, the code that reads included.
    _cache(folder).mkdir()
    for kind in ("x13", "figures"):
        (cache_folder() / kind).mkdir(parents=True, exist_ok=True)
        (_cache(folder) / kind).symlink_to(cache_folder().resolve() / kind)


def _cache(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}-cache")


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run make there, with runs kept apart from those of other tests."""
    command = ["make", "--no-print-directory", "-o", ".venv/installed", *words]
    own = {"PYTHONPATH": str(folder), "TRADELIB_CACHE": str(_cache(folder))}
    environment = os.environ | own | {"NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@contextmanager
def read_once(folder: Path) -> Iterator[None]:
    """Let the first process that reads a PDF, which takes four seconds for a release, leave its pages to the others."""
    read = formats.pdf_texts

    def pages(file: str, raw: bytes) -> Iterator[str]:
        place = folder / f"{hashlib.sha256(raw).hexdigest()}.json"
        with FileLock(place.with_suffix(".lock")):
            if not place.exists():
                place.write_text(json.dumps([*read(file, raw)]), encoding="utf-8")
        yield from json.loads(place.read_text(encoding="utf-8"))

    with pytest.MonkeyPatch.context() as patch:
        for module in (formats, checking):
            patch.setattr(module, "pdf_texts", pages)
        yield

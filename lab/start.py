"""Open JupyterLab on working copies of the notebooks: ``make lab``, or ``python lab/start.py``.

Options are JupyterLab's own: ``--port 8889``, ``--no-browser``, ``--allow-root``, ``--IdentityProvider.token=...``
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import tradelib.report  # noqa: F401 - before nbformat, which it keeps from compiling for a second what no notebook needs

ROOT = Path(__file__).parents[1]
NOTEBOOKS, WORK = ROOT / "notebooks", ROOT / "work"
RECORD = WORK / ".copied.json"
"""Hashes of the copies when they were made: a copy with the same hash has not been changed."""

START = """# Start

Every notebook below is your own copy, in `work/`: change it, run it, save it. A copy that you have not changed is
updated when its original changes; delete a changed copy, and the next start copies it again. All other files can be
opened and run but not saved; to keep changes to one, use *Save Notebook As* with a name under `work/`.

*Run*, *Run All Cells* runs a notebook. The parameter cell near its top says which values are allowed. Inside
`tradelib.load("...")`, the Tab key completes names of series.

| Question | Notebook |
|---|---|
{rows}

More: [twelve tasks](../docs/recipes/index.md), [the data](../data/README.md), [reports](../reports/README.md),
[a notebook of your own](mine.ipynb).
"""
EMPTY = """import tradelib

tradelib.series("petroleum")"""


def digest(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copied() -> dict[str, str]:
    """Return the hashes of earlier copies by name; empty if the record is missing or cannot be read."""
    try:
        return dict(json.loads(RECORD.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def copy_notebooks() -> list[Path]:
    """Copy every notebook whose copy is missing or unchanged; return the originals."""
    WORK.mkdir(exist_ok=True)
    record = copied()
    originals = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    for original in originals:
        copy = WORK / original.name
        if not copy.exists() or digest(copy) == record.get(copy.name):
            shutil.copy(original, copy)
            record[copy.name] = digest(copy)
    RECORD.write_text(json.dumps(record, indent=1), encoding="utf-8")
    return originals


def question(path: Path) -> tuple[str, str]:
    """Return the title of a notebook and its question: the first text in bold, or the title if that is no question."""
    first = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    title = first.splitlines()[0].removeprefix("# ")
    bold = first.split("**")
    return title, " ".join(bold[1].split()) if len(bold) > 2 and bold[1].strip().endswith("?") else title


def write_start(originals: list[Path]) -> None:
    """Write the start page and, unless it exists, the user's own notebook with a first cell."""
    rows = "\n".join(f"| {question(path)[1]} | [{question(path)[0]}]({path.name}) |" for path in originals)
    (WORK / "START.md").write_text(START.format(rows=rows), encoding="utf-8")
    mine = WORK / "mine.ipynb"
    if not mine.exists():
        cell = {"cell_type": "code", "id": "first", "metadata": {}, "execution_count": None, "outputs": []}
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        text = {"cells": [cell | {"source": EMPTY}], "metadata": {"kernelspec": kernel}, "nbformat": 4}
        mine.write_text(json.dumps(text | {"nbformat_minor": 5}), encoding="utf-8")


def main(options: list[str]) -> None:
    """Make the copies, then run JupyterLab."""
    from jupyterlab.labapp import LabApp

    write_start(copy_notebooks())
    # Jupyter reads its configuration from this folder, and labconfig/: Markdown opens rendered, the news are off.
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    os.chdir(ROOT)
    LabApp.launch_instance(options)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Execute the notebooks in place and normalise them, so that a diff shows only what changed."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tradelib.report.execution.jobs import normalise

HERE = Path(__file__).parent


def refresh(path: Path) -> None:
    """Execute one notebook and write it back with nothing in it that changes from run to run."""
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(HERE)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place, coalesce_streams=True).execute()
    nbformat.write(normalise(notebook), path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(str(path) for path in HERE.glob("[0-9]*.ipynb")):
        print(name)
        refresh(Path(name))

"""Cells of the notebooks on made-up numbers: a formula that stands on the page has known answers too."""

from functools import cache

import nbformat
import numpy as np
import pandas as pd

from tradelib.store.paths import notebook_folder


@cache
def code_of(stem, words):
    """Return the one code cell of a notebook that has some words in it, compiled."""
    notebook = nbformat.read(notebook_folder() / f"{stem}.ipynb", as_version=4)
    [source] = [cell.source for cell in notebook.cells if cell.cell_type == "code" and words in cell.source]
    return compile(source, stem, "exec")


def names_after(stem, *cells, **names):
    """Return the names that are there after some cells of a notebook, each known by words in it, have run in order."""
    space = {"pd": pd, "np": np} | names
    for words in cells:
        exec(code_of(stem, words), space)  # noqa: S102 - the notebook's own cells
    return space

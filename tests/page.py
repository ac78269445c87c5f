"""Run cells of the notebooks on made-up numbers, so that formulas in notebooks are tested on known answers, too."""

import json
from functools import cache
from unittest import mock

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd

from tradelib.store import notebook_folder

TAG = "parameters"


@cache
def code_of(stem, words):
    """Return the one code cell of a notebook that contains these words, compiled."""
    notebook = nbformat.read(notebook_folder() / f"{stem}.ipynb", as_version=4)
    [source] = [cell.source for cell in notebook.cells if cell.cell_type == "code" and words in cell.source]
    return compile(source, stem, "exec")


def names_after(stem, *cells, **names):
    """Run cells of a notebook in order, each identified by words in it, and return all names defined afterwards."""
    space = {"pd": pd, "np": np} | names
    for words in cells:
        exec(code_of(stem, words), space)  # noqa: S102 - the notebook's own cells
    return space


@cache
def cells_of(stem):
    """Return for each code cell of a notebook whether it declares the parameters, and its compiled code."""
    cells = nbformat.read(notebook_folder() / f"{stem}.ipynb", as_version=4).cells
    return [
        (TAG in cell.metadata.get("tags", []), compile(cell.source, stem, "exec"))
        for cell in cells
        if cell.cell_type == "code"
    ]


def drawn_onto_nothing(figure):
    """Draw a figure as ``print_figure`` does, without the picture."""
    figure.draw_without_rendering()
    return b""


def record_of(stem, **parameters):
    """Return what a notebook records with these parameters; its cells run in this process and not in a kernel.

    A kernel takes seconds to start, and whole reports test that the notebooks run in kernels. Figures are laid out
    but not rendered.
    """
    mpl.use("Agg")
    space = {}
    with mock.patch("tradelib.report.notebook.print_figure", drawn_onto_nothing):
        for declares, code in cells_of(stem):
            exec(code, space)  # noqa: S102 - the notebook's own cells
            space |= parameters if declares else {}
    recorded = space["record"]._recorded
    json.dumps(recorded, allow_nan=False, default=str)  # ``results.json`` is written so, too: without NaN
    return recorded

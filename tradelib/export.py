"""A figure as files: picture, drawing and data, and the drawings that the page of a report shows."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from matplotlib import pyplot as plt
from matplotlib.dates import DateLocator

from tradelib.figures import few_dates

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

NARROW = 3.75
"""Width in inches of the drawings for a phone."""
_LINE = 0.19
"""Height in inches of a line of text."""
_HEAD_AND_FOOT = 0.96
"""Height in inches of title, unit and source, which the page sets itself."""


def save(fig: Figure, folder: Path, name: str, data: pd.DataFrame, about: str = "") -> None:
    """Write a figure as PNG and SVG, and the data behind it as CSV, the same bytes for the same input.

    Beside the folder, ``drawings/`` gets it for the page: without title, unit and source, which the page sets itself,
    in its own width and in that of a phone. The figure cannot be used any more. ``about`` is written into picture and
    drawing: where they come from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_svg(fig, folder / f"{name}.svg", about)
    fig.savefig(folder / f"{name}.png", metadata={"Software": None, "Description": about})
    data.to_csv(folder / f"{name}.csv", float_format="%.12g", lineterminator="\n")
    for text in list(fig.texts):
        if text.get_gid() in {"title", "unit", "source"}:
            text.remove()
    drawings = folder.with_name("drawings")
    drawings.mkdir(exist_ok=True)
    width, height = fig.get_size_inches()
    fig.get_layout_engine().set(rect=(0, 0, 1, 1))  # type: ignore[union-attr, call-arg]
    fig.set_size_inches(width, height - _HEAD_AND_FOOT)
    _write_svg(fig, drawings / f"{name}-wide.svg")
    _make_narrow(fig, height - _HEAD_AND_FOOT)
    _write_svg(fig, drawings / f"{name}-narrow.svg")


def _write_svg(fig: Figure, path: Path, about: str = "") -> None:
    with plt.rc_context({"svg.hashsalt": "tradelib", "svg.fonttype": "none"}):
        fig.savefig(path, metadata={"Date": None, "Creator": None, "Description": about or None})


def _make_narrow(fig: Figure, height: float) -> None:
    """Lay a figure out anew for a phone: panels below each other, long names of bars on several lines."""
    drawn = [ax for ax in fig.axes if ax.get_subplotspec()]
    columns = max((ax.get_subplotspec().get_gridspec().ncols for ax in drawn), default=1)  # type: ignore[union-attr]
    if columns > 1:
        grid = fig.add_gridspec(len(drawn), 1)
        for row, ax in enumerate(drawn):
            ax.set_subplotspec(grid[row, 0])
    lines = 0
    for ax in drawn:
        names = [label.get_text() for label in ax.get_yticklabels()]
        if any(len(name) > 16 and name[0].isalpha() for name in names if name):
            names = [textwrap.fill(name, 22) for name in names]
            ax.set_yticks(ax.get_yticks(), names)
            lines += sum(max(2, name.count("\n") + 1) for name in names)
        if isinstance(ax.xaxis.get_major_locator(), DateLocator):
            few_dates(ax)
    shape = height * (1 if height > 3.4 else 0.85) * (0.8 * columns if columns > 1 else 1)
    fig.set_size_inches(NARROW, max(2.7, shape, _LINE * lines))

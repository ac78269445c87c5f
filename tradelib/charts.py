"""Kinds of charts that the chapters share, each with its colours and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib.figures import (
    BLUE,
    FILL,
    GREY,
    LIGHT,
    ORANGE,
    VERMILION,
    dates,
    few_dates,
    mark,
    name_ends,
    zero_line,
)  # fmt: skip
from tradelib.quantity.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes


def stacked_rows(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw a horizontal bar for each row, one piece a column, first row on top, and name the columns above."""
    left = pd.Series(0.0, frame.index)
    for column, shade in zip(frame, (VERMILION, ORANGE, LIGHT), strict=False):
        ax.barh(frame.index.astype(str), frame[column], left=left, color=shade, height=0.66, label=column)
        left += frame[column]
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower right", ncols=1)


def strong_lines(ax: Axes, frame: pd.DataFrame, strong: Sequence[str], labels: Mapping[str, str]) -> None:
    """Draw columns as lines, all grey but the strong ones, each named at its end."""
    shades = dict(zip(strong, (VERMILION, BLUE), strict=False))
    for name in sorted(frame, key=lambda name: name in shades):
        ax.plot(
            dates(frame.index), frame[name], color=shades.get(name, LIGHT), linewidth=2.2 if name in shades else 1.2
        )
    last = frame.iloc[-1]
    ends = [(float(last[name]), dates(frame.index)[-1], labels[name], shades.get(name, GREY)) for name in frame]
    name_ends(ax, ends)
    few_dates(ax)


def filled_balance(ax: Axes, values: pd.Series) -> None:
    """Draw a balance by month as a line whose distance from zero is filled, with its last month marked."""
    values = values.dropna()
    ax.fill_between(dates(values.index), values, 0, color=FILL, linewidth=0)
    ax.plot(dates(values.index), values, color=VERMILION, linewidth=1.6)
    zero_line(ax)
    few_dates(ax)
    ax.margins(x=0.01)
    mark(ax, dates(values.index)[-1], float(values.iloc[-1]), printed(values.iloc[-1]), offset=(-9, 0))

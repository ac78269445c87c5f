"""Kinds of charts that the chapters share, each with its colours and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib import figures
from tradelib.quantity.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes


def stacked_rows(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw a horizontal bar for each row, one piece a column, first row on top, and name the columns above."""
    left = pd.Series(0.0, frame.index)
    for column, shade in zip(frame, (figures.VERMILION, figures.ORANGE, figures.LIGHT), strict=False):
        ax.barh(frame.index.astype(str), frame[column], left=left, color=shade, height=0.66, label=column)
        left += frame[column]
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x")
    ax.legend(loc="lower right", ncols=1)


def strong_lines(ax: Axes, frame: pd.DataFrame, strong: Sequence[str], labels: Mapping[str, str]) -> None:
    """Draw columns as lines, all grey but the strong ones, each named at its end."""
    shades = dict(zip(strong, (figures.VERMILION, figures.BLUE), strict=False))
    months, last = figures.dates(frame.index), frame.iloc[-1]
    for name in sorted(frame, key=lambda name: name in shades):
        width = 2.2 if name in shades else 1.2
        ax.plot(months, frame[name], color=shades.get(name, figures.LIGHT), linewidth=width)
    ends = [(float(last[name]), months[-1], labels[name], shades.get(name, figures.GREY)) for name in frame]
    figures.name_ends(ax, ends)
    figures.few_dates(ax)


def two_causes(ax: Axes, causes: pd.DataFrame, change: pd.Series, label: str) -> None:
    """Draw what two causes make of a change as stacked bars by month, and the change itself as a line.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    causes : DataFrame
        By month; the names of its two columns, in lower case, are those of the legend.
    change : Series
        Their sum by month, without gaps.
    label : str
        What stands at the end of its line.
    """
    shades = zip(causes, (figures.ORANGE, figures.SKY), strict=True)
    figures.zero_line(ax)
    figures.stacked_bars(ax, causes, {name: (name.capitalize(), shade) for name, shade in shades})
    figures.lines(ax, change.rename("balance"), {"balance": label})
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    if len(causes) < 36:
        figures.few_dates(ax)


RECESSIONS = (("1990-07", "1991-03"), ("2001-03", "2001-11"), ("2007-12", "2009-06"), ("2020-02", "2020-04"))
"""Peaks and troughs of the business cycle. National Bureau of Economic Research, *US Business Cycle Expansions and
Contractions*."""


def recessions(ax: Axes, index: pd.PeriodIndex) -> None:
    """Shade the recessions that lie in a span of months, and name the last of them."""
    seen = [pd.PeriodIndex(ends, freq="M") for ends in RECESSIONS]
    seen = [ends for ends in seen if ends[1] >= index[0] and ends[0] <= index[-1]]
    for first, last in seen:
        start, end = max(first, index[0]).start_time, min(last, index[-1]).end_time
        ax.axvspan(start, end, color=figures.BAND, linewidth=0, zorder=0.5)
    if seen:
        left = max(seen[-1][0], index[0]).start_time
        ax.annotate(
            "Recession", (left, 0.04), xycoords=("data", "axes fraction"), xytext=(-4, 0), textcoords="offset points",
            ha="right", va="bottom", color=figures.GREY,
        )  # fmt: skip


def filled_balance(ax: Axes, values: pd.Series) -> None:
    """Draw a balance by month as a line whose distance from zero is filled, with its last month marked."""
    values = values.dropna()
    recessions(ax, values.index)
    ax.fill_between(figures.dates(values.index), values, 0, color=figures.FILL, linewidth=0)
    ax.plot(figures.dates(values.index), values, color=figures.VERMILION, linewidth=1.6)
    figures.zero_line(ax)
    figures.few_dates(ax)
    ax.margins(x=0.01)
    figures.mark(ax, figures.dates(values.index)[-1], float(values.iloc[-1]), printed(values.iloc[-1]), offset=(-9, 0))

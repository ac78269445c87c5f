"""Drawings with the twelve calendar months along the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradelib.figures import BLUE, GREY, zero_line
from tradelib.seasonal.pattern import MONTHS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


def dots_by_month(ax: Axes, by_year: pd.DataFrame, *, shown: float = 0.985) -> int:
    """Draw a dot for every year and a bar for the average of each calendar month.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    by_year : pandas.DataFrame
        One row a year, one column a calendar month.
    shown : float
        Share of the values that decides the limits of the axis, so that a few outliers do not flatten the rest.

    Returns
    -------
    int
        How many values lie outside the axis.
    """
    zero_line(ax)
    for place, month in enumerate(by_year):
        values = by_year[month].dropna()
        ax.plot(place + np.linspace(-0.25, 0.25, len(values)), values, ".", color=GREY, markersize=4, alpha=0.6)
    ax.hlines(by_year.mean(), np.arange(12) - 0.32, np.arange(12) + 0.32, color=BLUE, linewidth=3)
    limit = 1.35 * float(np.nanquantile(by_year.abs(), shown))
    ax.set_ylim(-limit, limit)
    name_months(ax)
    return int((by_year.abs() > limit).sum().sum())


def moved_by_month(ax: Axes, ends: pd.DataFrame, colour: str) -> None:
    """Draw how the effect of each calendar month moved from ``first`` (hollow) to ``last`` (full)."""
    zero_line(ax)
    ax.vlines(range(12), ends["first"], ends["last"], color=GREY, linewidth=2)
    ax.plot(range(12), ends["first"], "o", color="white", markeredgecolor=colour, label="first years")
    ax.plot(range(12), ends["last"], "o", color=colour, label="last years")
    ax.margins(y=0.2)
    name_months(ax)


def heat_by_month(ax: Axes, by_year: pd.DataFrame, limit: float) -> AxesImage:
    """Draw years down and months across, orange above zero and purple below, up to ``limit``."""
    edges = (-0.5, 11.5, by_year.index[-1] + 0.5, by_year.index[0] - 0.5)
    drawn = ax.imshow(by_year, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto", extent=edges)
    ax.grid(visible=False)
    ax.set_xticks(range(12), [month[0] for month in MONTHS])
    return drawn


def name_months(ax: Axes) -> None:
    """Write the names of the months along the axis."""
    ax.set_xticks(range(12), MONTHS)

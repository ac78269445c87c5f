"""Drawings with the twelve calendar months along the axis, and of how near an adjustment comes to the agency's.

What draws one flow takes its axes, its values and its name; ``panels`` puts exports and imports into one figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib import pyplot as plt

from tradelib.quantity.rounding import printed
from tradelib.report.look.figures import LIGHT, colour, dates, zero_line
from tradelib.seasonal.pattern import MONTHS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def panels(
    draw: Callable[..., AxesImage | None], flows: Mapping[str, Any], *, height: float, share: bool = True, **how: Any
) -> Figure:
    """Return a figure with a panel for each flow, below each other so that each has its names; shades get a scale.

    Parameters
    ----------
    draw : callable
        What draws one flow: axes, values, name of the flow, and ``how``.
    flows : mapping
        Values by flow.
    height : float
        Of the figure, in inches.
    share : bool
        One scale for all panels.
    """
    fig, axes = plt.subplots(len(flows), sharex=share, sharey=share, figsize=(7.2, height))
    for ax, (flow, values) in zip(axes, flows.items(), strict=True):
        shades = draw(ax, values, flow, **how)
        ax.set_title(flow.capitalize())
    if shades is not None:
        fig.colorbar(shades, ax=axes, shrink=0.7)
    return fig


def heat_by_month(ax: Axes, table: pd.DataFrame, _: str, *, limit: float) -> AxesImage:
    """Draw years or names down and months across, orange above zero and purple below, up to ``limit``."""
    edges = (-0.5, 11.5, len(table) - 0.5, -0.5)
    drawn = ax.imshow(table, cmap="PuOr_r", vmin=-limit, vmax=limit, aspect="auto", extent=edges)
    ax.grid(visible=False)
    name_months(ax)
    step = 1 + len(table) // 12
    ax.set_yticks(range(0, len(table), step), table.index[::step])
    return drawn


def distance_bars(ax: Axes, distances: pd.Series, flow: str) -> None:
    """Draw a bar for each way of adjusting, first on top, the last one strong, with its distance in percent."""
    names = distances.index.astype(str)
    bars = ax.barh(names, distances, color=[LIGHT] * (len(names) - 1) + [colour(flow)], height=0.62)
    ax.bar_label(bars, [printed(value, 2) for value in distances], padding=4)
    ax.grid(visible=False)
    ax.margins(x=0.2)
    ax.set_ylim(len(names) - 0.5, -0.5)  # panels share the axis: inverting it twice would undo it


def two_lines(ax: Axes, lines: pd.DataFrame, flow: str, *, zero: bool = True) -> None:
    """Draw the first of two columns in grey and the second in colour, differences around a line at zero."""
    if zero:
        zero_line(ax)
    for name, shade in zip(lines, (LIGHT, colour(flow)), strict=True):
        ax.plot(dates(lines.index), lines[name], color=shade, label=name)
    _legend(ax)


def nearer(ax: Axes, distances: pd.DataFrame, flow: str) -> None:
    """Draw a row for each entry, from its first distance (hollow) to its second (full)."""
    rows, (first, second) = range(len(distances)), distances
    ax.hlines(rows, distances.min(axis=1), distances.max(axis=1), color=LIGHT, linewidth=2, zorder=1)
    ax.plot(distances[first], rows, "o", color="white", markeredgecolor=colour(flow), label=first)
    ax.plot(distances[second], rows, "o", color=colour(flow), label=second)
    ax.set_yticks(rows, distances.index)
    ax.set_xlim(left=0)
    ax.invert_yaxis()
    _legend(ax)


def name_months(ax: Axes) -> None:
    """Write the first letters of the months along the axis, which a phone has room for."""
    ax.set_xticks(range(12), [month[0] for month in MONTHS])


def _legend(ax: Axes) -> None:
    ax.legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 1))

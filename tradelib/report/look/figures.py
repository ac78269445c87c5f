"""The style of all figures: colours, labels, axes, and the title, unit and source that each must have."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from tradelib.quantity.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which colour-blind readers can tell apart; for print in grey, lightness differs as well.
INK, BLUE, VERMILION, GREEN, ORANGE, SKY, GREY = (
    "#1a1a1a", "#0072b2", "#d55e00", "#009e73", "#e69f00", "#56b4e9", "#767676",
)  # fmt: skip
LIGHT, FILL, BAND = "#a7b0b8", "#f6dccd", "#e3e7eb"
LABEL = 9.2
"""Font size of labels in points, which is 12 pixels in a drawing on the page."""
NAME = "name of a line"
"""Group id of the names at the ends of lines, which a narrow drawing moves further apart."""
FLOW_COLOURS = {
    "balance": INK, "exports": BLUE, "imports": VERMILION, "balance_goods": ORANGE, "balance_services": GREEN,
}  # fmt: skip


def style() -> None:
    """Apply the project's style sheet, ``house.mplstyle``, to all figures that follow."""
    plt.style.use("tradelib.report.look.house")


def colour(name: str) -> str:
    """Return the colour of a series by its flow, so that exports look the same in every figure."""
    return FLOW_COLOURS.get(name) or FLOW_COLOURS.get(name.split("_", maxsplit=1)[0], GREY)


def dates(index: pd.Index) -> pd.Index:
    """Return the first day of each period, as matplotlib's date axis needs it; other indexes unchanged."""
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index


def lines(ax: Axes, frame: pd.DataFrame | pd.Series, labels: Mapping[str, str] | None = None, **kwargs: Any) -> None:
    """Draw each column as a line over its months and name it at its right end.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frame : DataFrame or Series
        Values by month; gaps stay gaps.
    labels : mapping, optional
        Name of each column; without this the lines have no names.
    **kwargs
        Passed on to ``Axes.plot``; ``color`` defaults to the colour of the flow.
    """
    ends = []
    table = pd.DataFrame(frame)
    for name in table:
        values = table[name]
        [line] = ax.plot(dates(values.index), values, **{"color": colour(str(name)), **kwargs})
        last = values.dropna()
        if labels and name in labels and len(last):
            ends.append((float(last.iloc[-1]), dates(last.index)[-1], labels[name], str(line.get_color())))
    name_ends(ax, ends)


def label(ax: Axes, text: str, at: Any, offset: tuple[int, int], *, va: str = "center", **look: Any) -> None:
    """Write a label at an offset, in points, from a position."""
    ax.annotate(text, at, offset, textcoords="offset points", va=va, **{"fontsize": LABEL, **look})


def area(ax: Axes, index: pd.Index, low: Any, high: Any, **look: Any) -> None:
    """Fill the area between two values of each month."""
    ax.fill_between(dates(index), low, high, linewidth=0, **look)


def name_ends(ax: Axes, ends: list[tuple[float, object, str, str]]) -> None:
    """Write names to the right of the lines' ends, moved apart where they would overlap."""
    low, high = ax.get_ylim()
    gap, at = (high - low) * 0.055, float("-inf")
    for value, x, text, shade in sorted(ends, key=lambda end: end[0]):
        at = max(value, at + gap)
        label(ax, text, (x, at), (6, 0), color=shade, fontweight="bold", annotation_clip=False, gid=NAME)


def time_axis(ax: Axes, *, zero: bool = False) -> None:
    """Write few and short dates under a panel, so that they do not overlap; with ``zero``, draw the zero line."""
    if zero:
        zero_line(ax)
    ax.xaxis.set_major_locator(locator := AutoDateLocator(minticks=2, maxticks=6))
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))


def signed_bars(ax: Axes, values: pd.Series, *, widens: int = 0, total: str = "") -> None:
    """Draw horizontal bars from zero, first on top, each with its signed value.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : Series
        By label.
    widens : {1, -1, 0}
        The sign that widens the deficit, drawn in ``VERMILION``; the other sign is drawn in ``BLUE``. With 0, each bar
        has the colour of the flow that its label begins with.
    total : str
        The label of a bar that is the sum of the others, drawn in ``INK``.
    """
    names = values.index.astype(str)
    shades = np.where(values * widens > 0, VERMILION, BLUE) if widens else [colour(name.lower()) for name in names]
    bars = ax.barh(names, values, color=np.where(names == total, INK, shades), height=0.62)
    for bar, value in zip(bars, values.tolist(), strict=True):
        # Right of zero even if the bar points left, so that the value never overlaps the names.
        at = (max(value, 0.0), bar.get_y() + bar.get_height() / 2)
        label(ax, printed(value, sign=True), at, (4, 0), fontweight="bold", fontsize=9.5)
    ax.axvline(0, color=INK, linewidth=0.9)
    ax.grid(visible=False)
    ax.tick_params(axis="x", labelbottom=False, length=0)
    ax.spines["bottom"].set_visible(False)
    ax.margins(x=0.16, y=0.02)
    ax.invert_yaxis()


def dumbbells(ax: Axes, before: pd.Series, after: pd.Series) -> None:
    """Draw a row for each entry, from a hollow dot (before) to a filled one (after), with the signed difference."""
    for row, (old, new) in enumerate(zip(before.tolist(), after.tolist(), strict=True)):
        change = round(new - old, 6)
        shade = BLUE if change >= 0 else VERMILION
        ax.plot([old, new], [row, row], color=shade, linewidth=2, zorder=1)
        ax.scatter(old, row, s=34, facecolor="white", edgecolor=shade, linewidth=1.4, zorder=2)
        ax.scatter(new, row, s=34, color=shade, zorder=2)
        label(ax, printed(change, sign=True), (max(old, new), row), (7, 0), color=shade)
    names = [f"{row:%b %Y}" if isinstance(row, pd.Period) else str(row) for row in before.index]
    ax.set_yticks(range(len(before)), names)
    ax.set_ylim(len(before) - 0.4, -0.6)
    ax.margins(x=0.09)
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def zero_line(ax: Axes) -> None:
    """Draw the line of balanced trade, or of no change."""
    ax.axhline(0, color=INK, linewidth=0.9, zorder=1.5)


def finish(fig: Figure, *, title: str, unit: str, source: str, alt: str) -> Figure:
    """Give a figure its message, unit, source and alternative text.

    Parameters
    ----------
    fig : Figure
        The drawing.
    title : str
        The message, one sentence.
    unit : str
        Unit, basis and adjustment, printed under the title.
    source : str
        Producer and vintage, printed at the foot.
    alt : str
        Alternative text, for readers who cannot see the figure.
    """
    width, height = fig.get_size_inches()
    heads = [("title", title, 9.2, 0.19), ("unit", unit, 14.4, 0.15), ("source", f"Source: {source}", 18.0, 0.12)]
    lines = {name: textwrap.wrap(text, int(width * letters)) for name, text, letters, _ in heads}
    more = {name: (len(lines[name]) - 1) * line for name, _, _, line in heads}  # inches of wrapped lines
    fig.set_figheight(height := height + sum(more.values()))  # added, so that the drawing keeps its height
    head, foot = (0.62 + more["title"] + more["unit"]) / height, (0.34 + more["source"]) / height
    fig.set_layout_engine("constrained", rect=(0.0, foot, 1.0, 1 - head - foot))
    looks = {
        "title": (1 - 0.06 / height, {"fontsize": 11.5, "fontweight": "bold", "va": "top", "color": INK}),
        "unit": (1 - (0.34 + more["title"]) / height, {"fontsize": 8.8, "va": "top", "color": "#555555"}),
        "source": (0.06 / height, {"fontsize": 7.2, "va": "bottom", "color": "#666666"}),
    }
    for name, (y, how) in looks.items():
        # Two dollar signs are money, not mathematics.
        fig.text(0.09 / width, y, "\n".join(lines[name]), gid=name, parse_math=False, **how)  # type: ignore[arg-type]
    fig.set_gid(alt)
    return fig

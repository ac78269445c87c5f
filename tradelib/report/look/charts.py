"""Kinds of charts that the notebooks share, each with its colours and labels."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.dates import date2num

from tradelib.quantity.rounding import printed
from tradelib.report.look import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


def stacked_bars(ax: Axes, frame: pd.DataFrame, shades: Mapping[str, tuple[str, str]]) -> None:
    """Draw a stacked bar per month or quarter, positive values upwards from zero, negative ones downwards.

    From ``LONG`` periods on, the bars touch.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frame : DataFrame
        Values by month or quarter, in order; a missing period has no bar.
    shades : mapping
        Name and colour of each column, in the order of stacking.
    """
    frame = frame.reindex(pd.period_range(frame.index[0], frame.index[-1], freq=frame.index.freq))  # keep gaps
    tops = {True: pd.Series(0.0, frame.index), False: pd.Series(0.0, frame.index)}
    edges = date2num(figures.dates(frame.index.append(frame.index[-1:] + 1)))
    width = np.median(np.diff(edges))
    for column, (name, shade) in shades.items():
        values = frame[column].fillna(0.0)
        bottom = tops[True].where(values >= 0, tops[False])
        look: dict[str, Any] = {"color": shade, "label": name, "linewidth": 0}
        if len(frame) < LONG:
            ax.bar(figures.dates(frame.index), values, bottom=bottom, width=0.85 * width, **look)
        else:  # gaps between bars would be invisible, and one shape takes a tenth of the time of hundreds
            ax.stairs(bottom + values, edges - width / 2, baseline=bottom, fill=True, **look)
        tops = {up: top + values.where((values >= 0) == up, 0.0) for up, top in tops.items()}


def stacked_rows(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw a stacked horizontal bar for each row, first row on top, with the columns in a legend."""
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
    figures.time_axis(ax)


def two_causes(ax: Axes, causes: pd.DataFrame, change: pd.Series, label: str) -> None:
    """Draw the contributions of two causes to a change as stacked bars by month, and the change as a line.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    causes : DataFrame
        By month; the legend has the names of its two columns, capitalized.
    change : Series
        Their sum by month, without gaps.
    label : str
        Name at the end of the line.
    """
    shades = zip(causes, (figures.ORANGE, figures.SKY), strict=True)
    figures.zero_line(ax)
    stacked_bars(ax, causes, {name: (name.capitalize(), shade) for name, shade in shades})
    figures.lines(ax, change.rename("balance"), {"balance": label})
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    if len(causes) < LONG:
        figures.time_axis(ax)


LONG = 60
"""Least number of months for which recessions and events are shown."""
_LETTER = 5.6
"""Upper bound of the average width of a letter, in points."""


@cache
def events() -> list[dict[str, Any]]:
    """Return recessions and other events, with their sources, in order of importance (``events.toml``)."""
    return tomllib.loads(Path(__file__).with_name("events.toml").read_text(encoding="utf-8"))["event"]  # type: ignore[no-any-return]


def history(ax: Axes, values: pd.Series) -> None:
    """Shade recessions and mark events of a long span, named above the panel unless the names would overlap.

    Nothing is drawn that was not yet known at the end of the last month, so that no figure shows what came later.
    """
    first, last = values.index[0].start_time, values.index[-1].end_time
    months = (values.index[-1] - values.index[0]).n + 1
    a_day = ax.bbox.width * 72 / ax.figure.dpi / (last - first).days  # in points
    taken: list[tuple[float, float]] = []
    for event in events() if months >= LONG else ():
        start, end = pd.Timestamp(event["date"]), pd.Timestamp(event.get("until", event["date"]))
        if pd.Timestamp(event.get("known", end)) > last or end < first:
            continue
        lasts, start = end > start, max(start, first)
        if lasts:
            ax.axvspan(start, min(end, last), color=figures.BAND, linewidth=0, zorder=0.5)
        at, width = (start - first).days * a_day, len(event["label"]) * _LETTER
        is_right = lasts or at < width
        place = (at, at + width) if is_right else (at - width, at)
        if any(place[0] < other[1] and other[0] < place[1] for other in taken):
            continue
        taken.append(place)
        leader = {"arrowstyle": "-", "color": figures.GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0}
        ax.annotate(
            event["label"], (start, float(values[: start.to_period("M")].iloc[-1])), xytext=(start, 1.02),
            textcoords=("data", "axes fraction"), ha="left" if is_right else "right", va="bottom", color=figures.GREY,
            fontsize=figures.LABEL, arrowprops=None if lasts else leader | {"relpos": (0.0 if is_right else 1.0, 0.0)},
        )  # fmt: skip


def filled_balance(ax: Axes, values: pd.Series) -> None:
    """Draw a balance by month as a line, with the area to zero filled and the last month marked."""
    values = values.dropna()
    months, newest = figures.dates(values.index), values.iloc[-1]
    history(ax, values)
    figures.area(ax, values.index, values, 0, color=figures.FILL)
    ax.plot(months, values, color=figures.VERMILION, linewidth=1.6)
    figures.time_axis(ax, zero=True)
    ax.margins(x=0.01)
    ax.plot(months[-1:], [newest], "o", color=figures.VERMILION, markersize=6.5, zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
    look: dict[str, Any] = {"color": figures.VERMILION, "fontweight": "bold", "annotation_clip": False, "bbox": box}
    figures.label(ax, printed(newest), (months[-1], float(newest)), (-9, 0), ha="right", **look)


def path(ax: Axes, values: pd.Series, smooth: pd.Series, shade: str, name: str = "") -> None:
    """Draw monthly values in grey and a smooth line through them in colour, with ``name`` at its end if given."""
    figures.lines(ax, values, color=figures.LIGHT, linewidth=0.9)
    figures.lines(ax, smooth.rename("smooth"), {"smooth": name} if name else None, color=shade, linewidth=2)
    figures.time_axis(ax, zero=values.min() < 0)


def filled(ax: Axes, values: pd.Series, shade: str) -> None:
    """Draw a measure of change as a line, with the area to zero filled."""
    figures.area(ax, values.index, values, 0, color=shade, alpha=0.15)
    figures.lines(ax, values, color=shade)
    figures.time_axis(ax, zero=True)


def named_lines(ax: Axes, frame: pd.DataFrame, names: Mapping[str, str], title: str = "") -> None:
    """Draw the columns in ``names``, each with its name at its end, and the zero line if a value is negative."""
    figures.lines(ax, frame[list(names)], names)
    figures.time_axis(ax, zero=frame[list(names)].min(axis=None) < 0)
    ax.set_title(title)


def contributions(ax: Axes, parts: pd.DataFrame, whole: pd.Series, names: Mapping[str, tuple[str, str]]) -> None:
    """Draw the contributions of parts as stacked bars, by name and colour, and the whole as a line."""
    stacked_bars(ax, parts, names)
    figures.lines(ax, whole, color=figures.INK)
    figures.time_axis(ax, zero=True)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def fan(ax: Axes, past: pd.Series, mean: pd.Series, bands: Iterable[pd.DataFrame], outcome: pd.Series) -> None:
    """Draw the past, a forecast with its bands (each with ``low`` and ``high``), and the outcome."""
    figures.lines(ax, past, color=figures.colour(str(past.name)))
    for band in bands:
        figures.area(ax, band.index, band["low"], band["high"], color=figures.SKY, alpha=0.35)
    figures.lines(ax, mean, color=figures.BLUE, linestyle="--")
    figures.lines(ax, outcome, color=figures.INK, marker="o", markersize=3)
    figures.time_axis(ax)


def panels(
    draw: Callable[..., AxesImage | None], flows: Mapping[str, Any], *, height: float, share: bool = True, **how: Any
) -> Figure:
    """Return a figure with a panel for each flow, one below the other; a heat map gets a colour bar.

    Parameters
    ----------
    draw : callable
        Draws one flow; called with axes, values, name of the flow, and ``how``.
    flows : mapping
        Values by flow.
    height : float
        Height of the figure, in inches.
    share : bool
        Whether all panels have the same scale.
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


def two_lines(ax: Axes, pair: pd.DataFrame, flow: str, *, zero: bool = True) -> None:
    """Draw the first of two columns in grey and the second in the flow's colour, with a zero line if ``zero``."""
    if zero:
        figures.zero_line(ax)
    for name, shade in zip(pair, (figures.LIGHT, figures.colour(flow)), strict=True):
        ax.plot(figures.dates(pair.index), pair[name], color=shade, label=name)
    ax.legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 1))


def name_months(ax: Axes) -> None:
    """Write the first letters of the months along the axis, for which a phone has room."""
    ax.set_xticks(range(12), list("JFMAMJJASOND"))

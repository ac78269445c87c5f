"""Drawings of what a total is made of: pairs of bars, balances, a few named paths among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradelib import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes

SHADES = (figures.BLUE, figures.VERMILION, figures.GREEN, figures.ORANGE)
OTHERS = "#d9d9d9"
_HEIGHT = 0.36


def paired_bars(ax: Axes, frame: pd.DataFrame) -> None:
    """Draw horizontal bars of exports and imports for each row, the first row on top, each with its value.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frame : DataFrame
        Columns ``exports`` and ``imports``, one row a category.
    """
    gap = 0.01 * float(frame.to_numpy().max())
    for flow, shift, height in (("exports", -0.19, 0.12), ("imports", 0.19, 0.05)):
        ax.barh([at + shift for at in range(len(frame))], frame[flow], height=_HEIGHT, color=figures.colour(flow))
        for at, value in enumerate(frame[flow]):
            ax.text(value + gap, at + shift, f"{value:.0f}", va="center", fontsize=7.5)
        ax.text(
            0.98, height, flow.capitalize(), color=figures.colour(flow), fontweight="bold", ha="right",
            transform=ax.transAxes,
        )  # fmt: skip
    ax.set_yticks(range(len(frame)), list(frame.index.astype(str)))
    _plain(ax)


def balance_bars(ax: Axes, gaps: pd.Series) -> None:
    """Draw horizontal bars of balances from zero, the first on top, deficits and surpluses in their own colours."""
    bars = ax.barh(gaps.index, gaps, color=[figures.VERMILION if g < 0 else figures.BLUE for g in gaps], height=0.62)
    ax.bar_label(bars, [f"{gap:+.0f}".replace("-", "\N{MINUS SIGN}") for gap in gaps], padding=3, fontsize=8.5)
    ax.axvline(0, color=figures.INK, linewidth=0.9)
    ax.margins(x=0.14)
    _plain(ax)


def named_paths(ax: Axes, frame: pd.DataFrame, named: Sequence[str], *, decimals: int | None = None) -> None:
    """Draw a line for each column; a few are named at their end, the others are in grey.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    frame : DataFrame
        Values by month.
    named : sequence of str
        Columns to name, at most four.
    decimals : int, optional
        Write the last value behind the name, with so many decimals.
    """
    figures.lines(ax, frame.drop(columns=list(named)), color=OTHERS, linewidth=0.9)
    last = frame.iloc[-1]
    for name, shade in zip(named, SHADES, strict=False):
        ax.plot(figures.dates(frame.index), frame[name], color=shade, linewidth=1.9)
    low, high = ax.get_ylim()
    at = float("-inf")
    for name in sorted(named, key=lambda name: float(last[name])):
        at = max(float(last[name]), at + (high - low) * 0.075)
        text = name if decimals is None else f"{name} {last[name]:.{decimals}f}"
        ax.annotate(
            text if len(text) < 15 else text.replace(" ", "\n", 1), (figures.dates(frame.index)[-1], at), xytext=(6, 0),
            textcoords="offset points", va="center", color=SHADES[list(named).index(name)], fontweight="bold",
            fontsize=8, annotation_clip=False,
        )  # fmt: skip


def _plain(ax: Axes) -> None:
    ax.grid(visible=False)
    ax.set_xticks([])
    ax.invert_yaxis()

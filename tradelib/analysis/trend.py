"""Trend of a monthly series by STL, and the turning points of a trend."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from tradelib.quantity.monthly import require_months

Turn = Literal["peak", "trough"]


def stl_trend(series: pd.Series) -> pd.DataFrame:
    """Decompose a series by STL, seasonal-trend decomposition with local regression.

    The seasonal window is 13 years. The trend window of 21 months is the narrowest that then keeps the season out of
    the trend: 1.5 * 12 / (1 - 1.5 / 13), rounded up.

    Parameters
    ----------
    series : Series
        Monthly, no gap, at least 24 months.

    Returns
    -------
    DataFrame
        By month, in the unit of the series: ``trend``, ``seasonal`` and ``remainder``, which add up to the series.

    Raises
    ------
    SeriesError
        Fewer than 24 months, or a gap.

    References
    ----------
    Cleveland, Cleveland, McRae and Terpenning (1990), "STL: a seasonal-trend decomposition procedure based on loess",
    Journal of Official Statistics 6, 3-73.
    """
    from statsmodels.tsa.seasonal import STL

    values = require_months(series, least=24, purpose="STL trend")
    fit = STL(values.to_numpy(), period=12, trend=21, seasonal=13, seasonal_deg=0).fit()
    return pd.DataFrame({"trend": fit.trend, "seasonal": fit.seasonal, "remainder": fit.resid}, values.index)


def turning_points(
    trend: pd.Series, *, window: int = 5, phase: int = 5, cycle: int = 15, least: float = 0.0
) -> pd.Series:
    """Date the peaks and troughs of a trend.

    A month is a peak if the trend is above its values in the ``window`` months on each side, a trough if it is below
    them; the first and last ``window`` months can be neither. Peaks and troughs alternate: of two peaks or two troughs
    in a row the more extreme is kept. Neighbouring turning points are at least ``phase`` months and a move of ``least``
    apart; a move of that size must also precede the first and follow the last. Successive peaks, and successive
    troughs, are at least ``cycle`` months apart.

    Parameters
    ----------
    trend : Series
        Monthly, no gap. For a negative balance, a trough is where the deficit is largest.
    window, phase, cycle : int
        Months.
    least : float
        Smallest move of the trend between two turning points, in its unit; NaN sets no minimum.

    Returns
    -------
    Series
        ``"peak"`` or ``"trough"`` by month; empty when the trend does not turn.

    References
    ----------
    Bry and Boschan (1971), "Cyclical analysis of time series", NBER, with the months they use, on one trend in place
    of their sequence of averages; Harding and Pagan (2002), Journal of Monetary Economics 49, 365-381.
    """
    from scipy.signal import argrelextrema

    values = require_months(trend, least=2 * window + 1, purpose="turning points")
    path = values.to_numpy()
    turns: list[tuple[int, Turn]] = [(at, "peak") for at in argrelextrema(path, np.greater, order=window)[0]]
    turns += [(at, "trough") for at in argrelextrema(path, np.less, order=window)[0]]
    turns = _alternate(sorted(turn for turn in turns if window <= turn[0] < len(path) - window), path)
    while (weak := _weakest(turns, path, phase, cycle, least)) is not None:
        turns = _alternate(turns[:weak] + turns[weak + 1 :], path)
    return pd.Series([turn for _, turn in turns], index=values.index[[at for at, _ in turns]], dtype=object)


def _alternate(turns: list[tuple[int, Turn]], path: np.ndarray) -> list[tuple[int, Turn]]:
    """Keep the most extreme of neighbouring turning points of the same kind."""
    kept: list[tuple[int, Turn]] = []
    for at, turn in turns:
        if not kept or kept[-1][1] != turn:
            kept.append((at, turn))
        elif (path[at] > path[kept[-1][0]]) == (turn == "peak"):
            kept[-1] = (at, turn)
    return kept


def _weakest(turns: list[tuple[int, Turn]], path: np.ndarray, phase: int, cycle: int, least: float) -> int | None:
    """Return the turning point to remove, at an end of the smallest move that breaks the rule; None if no move does."""
    if not turns:
        return None
    ats = [at for at, _ in turns]
    ends = (np.abs(part - path[at]).max() for at, part in ((ats[0], path[: ats[0] + 1]), (ats[-1], path[ats[-1] :])))
    moves = [next(ends), *np.abs(np.diff(path[ats])), next(ends)]
    months = [phase, *np.diff(ats), phase]
    broken = [i for i in range(len(moves)) if months[i] < phase or moves[i] < least]
    if not broken:
        short = [i for i in range(1, len(ats) - 1) if ats[i + 1] - ats[i - 1] < cycle]
        broken = [j for i in short for j in (i, i + 1)]
    if not broken:
        return None
    move = min(broken, key=lambda i: moves[i])
    if move in (0, len(ats)):
        return min(move, len(ats) - 1)
    return move - 1 if moves[move - 1] < moves[move + 1] else move

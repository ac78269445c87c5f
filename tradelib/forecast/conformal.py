"""Intervals as wide as past errors ask for: conformal prediction on top of a backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import norm

from tradelib.forecast.backtest import LEVELS, Backtest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradelib.forecast import Forecast


def intervals(test: Backtest, *, least: int = 19, memory: int = 60, narrow: bool = False) -> Backtest:
    """Add intervals from the past errors of the same method and step, known at each origin.

    The half width is the standard deviation that the model claims times a quantile of |error| / claimed of the past:
    where a model has been too sure of itself, its intervals widen. A calm past does not narrow them unless asked.

    Parameters
    ----------
    test : Backtest
        Forecasts and outcomes.
    least : int
        Past errors needed; 19 are the fewest that reach 95 %. Before that the interval is missing.
    memory : int
        How many of the newest past errors count.
    narrow : bool
        Let intervals become narrower than the model's own where those held too much. In trade the calm years before
        2020 would then have made the intervals that met it far too narrow.

    Returns
    -------
    Backtest
        The same with columns ``half_0.8`` and ``half_0.95``.

    References
    ----------
    Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), "Distribution-free predictive inference for regression",
    Journal of the American Statistical Association 113, 1094-1111. Months are not exchangeable, so the promise of
    coverage is not a theorem here; the backtest says what it was.
    """
    return Backtest(pd.concat(list(_conformal(test.table, least, memory, narrow=narrow))).sort_index(), test.notes)


def _conformal(table: pd.DataFrame, least: int, memory: int, *, narrow: bool) -> Iterator[pd.DataFrame]:
    for _, group in table.groupby(["method", "step"], sort=False):
        scores = (group["error"].abs() / group["sd"]).to_numpy()
        known = [scores[(group["month"] <= origin).to_numpy()][-memory:] for origin in group["origin"]]
        halves = {f"half_{level}": [_factor(past, level, least, narrow=narrow) for past in known] for level in LEVELS}
        yield group.assign(**{name: np.array(factors) * group["sd"].to_numpy() for name, factors in halves.items()})


def _factor(scores: np.ndarray, level: float, least: int, *, narrow: bool) -> float:
    """Return how many claimed standard deviations an interval reaches; missing with too few scores."""
    reach = score_quantile(scores, level, least)
    return reach if narrow else float(np.maximum(reach, norm.ppf((1 + level) / 2)))


def score_quantile(scores: np.ndarray, level: float, least: int = 19) -> float:
    """Return the conformal quantile: the k-th smallest score, k = ceil(level (n + 1)); missing with too few scores."""
    rank = int(np.ceil(level * (len(scores) + 1) - 1e-9))
    if len(scores) < least or rank > len(scores):
        return float("nan")
    return float(np.sort(scores)[rank - 1])


def interval_of(
    made: Forecast, test: Backtest, level: float = 0.8, *, least: int = 19, narrow: bool = False
) -> pd.DataFrame:
    """Return ``low`` and ``high`` of a forecast by month, its claimed spread corrected by how wrong such claims were.

    Parameters
    ----------
    made : Forecast
        Of a method in the backtest, not further ahead than the backtest reaches.
    test : Backtest
        Of the same series, up to the month the forecast is made at.
    level : float
        Share of outcomes that should lie inside.
    least, narrow : int, bool
        As for ``intervals``.
    """
    rows = test.table[test.table["method"] == made.method]
    scores = (rows["error"].abs() / rows["sd"]).groupby(rows["step"])
    past = [scores.get_group(step).to_numpy() for step in range(1, len(made.sd) + 1)]
    factors = [_factor(one, level, least, narrow=narrow) for one in past]
    half = made.sd * np.array(factors)
    return pd.DataFrame({"low": made.mean - half, "high": made.mean + half})

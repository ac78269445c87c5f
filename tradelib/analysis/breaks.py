"""Breaks in the level or the trend of a series after Bai and Perron: dates, information criteria, intervals.

The least-squares partition is found exactly, by dynamic programming on the costs of all possible regimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import require_months

Model = Literal["level", "trend"]
LEAST_MONTHS = 24


@dataclass(frozen=True)
class Search:
    """The best partition for each number of breaks.

    Attributes
    ----------
    series : Series
        The series searched.
    model : {"level", "trend"}
        A mean, or a straight line, in each regime.
    least : int
        Fewest months a regime may have.
    starts : tuple of tuple of int
        For 0, 1, 2, ... breaks, the positions at which a new regime starts.
    rss : tuple of float
        Residual sum of squares for 0, 1, 2, ... breaks.
    """

    series: pd.Series
    model: Model
    least: int
    starts: tuple[tuple[int, ...], ...]
    rss: tuple[float, ...]

    def months(self, breaks: int) -> list[pd.Period]:
        """Return the first month of each new regime in the best partition with this number of breaks."""
        return list(self.series.index[list(self.starts[breaks])])

    def fitted(self, breaks: int) -> pd.Series:
        """Return the means or lines of the best partition with this number of breaks."""
        pieces = np.split(self.series.to_numpy(), self.starts[breaks])
        degree = 0 if self.model == "level" else 1
        return pd.Series(np.concatenate([_fit(piece, degree) for piece in pieces]), self.series.index)


def search(series: pd.Series, *, model: Model = "level", trim: float = 0.10, most: int = 5) -> Search:
    """Find the least-squares partition for each number of breaks, exactly.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, at least 24 months.
    model : {"level", "trend"}
        What each regime has: a mean, or a straight line.
    trim : float
        Smallest share of the months that a regime may have.
    most : int
        Largest number of breaks to look for; fewer if the span has no room for as many regimes.

    Raises
    ------
    SeriesError
        The series does not meet these conditions.
    ParameterError
        Unknown model, a share that leaves no room for a break, or less than one break.

    References
    ----------
    Bai and Perron (2003a), "Computation and analysis of multiple structural change models", Journal of Applied
    Econometrics 18, 1-22.
    """
    if model not in ("level", "trend"):
        raise ParameterError(f"unknown model {model!r}; possible: level, trend")
    if not 0 < trim <= 0.5 or most < 1:
        raise ParameterError(f"trim {trim!r}, most {most!r}; expected a share up to 0.5 and at least one break")
    values = require_months(series, least=LEAST_MONTHS, purpose="breaks", varying=True)
    least = max(int(trim * len(values)), 3)
    return partitions(values, model, least, min(most, len(values) // least - 1))


def partitions(values: pd.Series, model: Model, least: int, most: int) -> Search:
    """Return the best partitions of a checked series: up to ``most`` breaks, at least ``least`` months per regime."""
    data, degree, months = values.to_numpy(), 0 if model == "level" else 1, len(values)
    ends, costs = np.arange(months + 1), _costs(data, degree)
    costs[np.subtract.outer(ends, ends) < least] = np.inf
    lowest, begins = costs[:, 0], list[np.ndarray]()
    ways: list[tuple[int, ...]] = [()]
    while len(ways) <= most:  # for each end of a regime: the lowest cost up to it, and where the regime then begins
        total = lowest + costs
        lowest, begins = total.min(axis=1), [*begins, total.argmin(axis=1)]
        starts = [months]
        for begin in reversed(begins):
            starts.append(int(begin[starts[-1]]))
        ways.append(tuple(starts[:0:-1]))
    rss = tuple(sum(float(((part - _fit(part, degree)) ** 2).sum()) for part in np.split(data, at)) for at in ways)
    return Search(values, model, least, tuple(ways), rss)


def _fit(piece: np.ndarray, degree: int) -> np.ndarray:
    if degree == 0:
        return np.full(len(piece), piece.mean())
    at = np.arange(len(piece)) - (len(piece) - 1) / 2
    return np.asarray(piece.mean() + at * (at @ piece) / (at @ at))


def _costs(data: np.ndarray, degree: int) -> np.ndarray:
    """Return the residual sum of squares of a mean or a line through months s to e - 1, by e (rows) and s (columns).

    Entries with too few months, or with s after e, have no meaning.
    """
    y, t = data - data.mean(), np.arange(len(data)) - (len(data) - 1) / 2
    products = (np.ones_like(y), y, y * y, t, t * t, t * y) if degree else (np.ones_like(y), y, y * y)
    n, sy, syy, *line = (np.subtract.outer(sums, sums) for sums in (np.append(0.0, np.cumsum(x)) for x in products))
    with np.errstate(divide="ignore", invalid="ignore"):
        costs = syy - sy * sy / n
        if line:
            st, stt, sty = line
            costs -= (sty - st * sy / n) ** 2 / (stt - st * st / n)
    return np.asarray(np.maximum(costs, 0.0))


def criteria(found: Search) -> pd.DataFrame:
    """Return the residual sum of squares and two information criteria by number of breaks.

    Returns
    -------
    DataFrame
        ``rss``, ``bic`` (Yao 1988), ``lwz`` (Liu, Wu and Zidek 1997), both in the form of Bai and Perron (2003a). The
        number with the smallest value of a criterion is best.
    """
    months, per_regime = len(found.series), 1 if found.model == "level" else 2
    rss = np.array(found.rss)
    breaks = np.arange(len(rss))
    free = (breaks + 1) * per_regime + breaks
    floor = np.maximum(rss, 1e-12 * rss[0])
    bic = np.log(floor / months) + free * np.log(months) / months
    lwz = np.log(floor / (months - free)) + free * 0.299 * np.log(months) ** 2.1 / months
    return pd.DataFrame({"rss": rss, "bic": bic, "lwz": lwz}, index=pd.Index(breaks, name="breaks"))


def long_run_variance(residuals: np.ndarray) -> float:
    """Return the long-run variance: the variance of the mean under autocorrelation, times the number of months.

    Newey and West (1987) with Bartlett weights; the number of lags after Andrews (1991) from the first autocorrelation,
    at most a third of the months.
    """
    from statsmodels.regression.linear_model import OLS

    months = len(residuals)
    fit = OLS(residuals, np.ones(months)).fit(cov_type="HAC", cov_kwds={"maxlags": bandwidth(residuals)})
    return float(fit.cov_params()[0, 0] * months)


def bandwidth(residuals: np.ndarray) -> int:
    """Return the number of lags of the long-run variance: Andrews (1991), at most a third of the months."""
    rho = float(np.clip(autocorrelation(residuals), -0.97, 0.97))
    alpha = 4 * rho**2 / (1 - rho**2) ** 2
    return int(min(1.1447 * (alpha * len(residuals)) ** (1 / 3), len(residuals) / 3))


def autocorrelation(residuals: np.ndarray) -> float:
    """Return the first autocorrelation, 0 if all residuals are equal."""
    centred = residuals - residuals.mean()
    size = float(centred @ centred)
    return float(centred[1:] @ centred[:-1]) / size if size > 0 else 0.0


def date_intervals(found: Search, breaks: int, *, level: float = 0.95) -> pd.DataFrame:
    """Return a confidence interval for the date of each break.

    Parameters
    ----------
    found : Search
        From ``search``.
    breaks : int
        Number of breaks.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        By first month of the new regime: ``low`` and ``high``, the bounds of that month within the span; ``before`` and
        ``after``, the fitted values on either side of the break; and ``jump``, their difference.

    Notes
    -----
    Bai (1997): scale = jump^2 / long-run variance of the regime before, so that persistence widens the interval. For
    lines, the jump of the fitted values at the break replaces the shift in mean. The asymptotics assume a jump that is
    small relative to the noise; a clear break next to a short regime is dated more precisely than the interval says.
    """
    starts, data = found.starts[breaks], found.series.to_numpy()
    fitted = found.fitted(breaks).to_numpy()
    noise = [long_run_variance(piece) for piece in np.split(data - fitted, starts)]
    rows = []
    for number, at in enumerate(starts):
        jump = fitted[at] - fitted[at - 1]
        before, after = (max(noise[i], 1e-12 * jump**2) for i in (number, number + 1))
        low, high = (-date_quantile(p, after / before) * before / jump**2 for p in ((1 + level) / 2, (1 - level) / 2))
        ends = np.clip([np.floor(at + low) - 1, np.ceil(at + high) + 1], 0, len(data) - 1).astype(int)
        rows.append((*found.series.index[ends], fitted[at - 1], fitted[at], jump))
    index = pd.PeriodIndex(found.series.index[list(starts)], name="first_month")
    return pd.DataFrame(rows, index=index, columns=["low", "high", "before", "after", "jump"])


def date_cdf(x: float, ratio: float = 1.0) -> float:
    """Return the distribution function of the scaled error of a break date.

    Parameters
    ----------
    x : float
        ``(estimate - true) * jump**2 / long-run variance before the break``.
    ratio : float
        Long-run variance after the break over that before it.

    References
    ----------
    Bai (1997), "Estimation of a change point in multiple regression models", Review of Economics and Statistics 79,
    551-563, appendix B, with equal second moments of the regressor on both sides.
    """
    if x < 0:
        return 1.0 - date_cdf(-x / ratio, 1.0 / ratio)
    root = np.sqrt(ratio)
    a, b = (ratio + 1) / 2, (2 * ratio + 1) / (2 * root)
    c = (1 + 2 * ratio) / (ratio * (ratio + 1))
    d = (1 + 2 * ratio) ** 2 / ((1 + ratio) * ratio)
    bell = np.sqrt(x / (2 * np.pi)) / root * np.exp(-x / (8 * ratio))
    tail = c * np.exp(a * x + log_ndtr(-b * np.sqrt(x)))
    return float(1 + bell + tail + (2 - d - x / (2 * ratio)) * ndtr(-np.sqrt(x) / (2 * root)))


def date_quantile(probability: float, ratio: float = 1.0) -> float:
    """Return the quantile of ``date_cdf``: 7.69 for 0.95 and 11.03 for 0.975 at a ratio of 1."""
    return float(brentq(lambda x: date_cdf(x, ratio) - probability, -1e6, 1e6, xtol=1e-8))

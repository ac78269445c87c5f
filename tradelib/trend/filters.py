"""Trend and cycle by several filters side by side, and how far their newest values move as months are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.monthly import require_months
from tradelib.quantity.errors import EngineError, ParameterError
from tradelib.seasonal.x13 import x13
from tradelib.trend import stl_trend
from tradelib.trend.fitting import at_boundary, fit_quietly

if TYPE_CHECKING:
    from collections.abc import Callable

HP_MONTHLY = 129_600.0


def hp_trend(series: pd.Series, smoothness: float = HP_MONTHLY) -> pd.Series:
    """Return the Hodrick-Prescott trend.

    Parameters
    ----------
    series : Series
        Monthly, no gap, at least 24 months.
    smoothness : float
        Penalty on the trend's second differences; 129,600 for months gives what 1,600 gives for quarters (Ravn and
        Uhlig 2002, Review of Economics and Statistics 84, 371-376).
    """
    from statsmodels.tsa.filters.hp_filter import hpfilter

    values = require_months(series, least=24, purpose="HP filter")
    return pd.Series(hpfilter(values.to_numpy(), smoothness)[1], values.index)


def hamilton_trend(series: pd.Series, horizon: int = 24, lags: int = 12) -> pd.Series:
    """Return what was to be expected two years before: Hamilton's trend; its first months are missing.

    Parameters
    ----------
    series : Series
        Monthly, no gap, at least 72 months: the first ``horizon + lags - 1`` months yield no value, and the regression
        needs several times as many months as it has coefficients.
    horizon, lags : int
        Regression of the month on a constant and ``lags`` months, the newest of them ``horizon`` months earlier.

    References
    ----------
    Hamilton (2018), "Why you should never use the Hodrick-Prescott filter", Review of Economics and Statistics 100,
    831-843; 24 and 12 are his choice for months.
    """
    values = require_months(series, least=horizon + 4 * lags, purpose="Hamilton filter")
    lagged = pd.concat([values.shift(horizon + lag) for lag in range(lags)], axis=1).assign(constant=1.0).dropna()
    coefficients = np.linalg.lstsq(lagged.to_numpy(), values[lagged.index].to_numpy(), rcond=None)[0]
    return pd.Series(lagged.to_numpy() @ coefficients, lagged.index).reindex(values.index)


def x13_trend(series: pd.Series, *, terms: int = 13, extremes: tuple[float, float] = (0.7, 1.0)) -> pd.Series:
    """Return the trend of X-11 as X-13ARIMA-SEATS makes it from a series without season.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, 36 to 780 months, adjusted.
    terms : int
        Months in the Henderson average, odd.
    extremes : (float, float)
        A month further from a first trend than the first, in standard deviations of the irregular, is drawn towards
        it; further than the second, put on it. These are for trends of adjusted series, made to show fewer ripples and
        smaller revisions; X-11's own are 1.5 and 2.5.

    Raises
    ------
    SeriesError
        The series is unfit.
    EngineError, EngineMissingError
        X-13 refused the series, or is not installed.

    Notes
    -----
    X-13 is told that nothing seasonal is left (``x11{type=trend}``): its own seasonal filters would take part of the
    noise of an adjusted series for a season. The trend is table D12 of an additive decomposition, so that a balance has
    one too: a Henderson average over the series and its forecasts for a year, by a (0,1,1) model.

    References
    ----------
    Dagum (1996), "A new method to reduce unwanted ripples and revisions in trend-cycle estimates from X-11-ARIMA",
    Survey Methodology 22, 77-83.
    """
    values = require_months(series, least=36, purpose="X-13 trend", varying=True)
    x11: dict[str, Any] = {"type": "trend", "mode": "add", "trendma": terms, "sigmalim": extremes}
    trend: pd.Series = x13(values, "x11", x11=x11, **_NO_SEASON).trend.rename(None)
    return trend


_NO_SEASON: dict[str, Any] = {
    "transform": {"function": "none"},
    "regression": None,
    "outlier": None,
    "arima": {"model": "(0 1 1)"},
}


@dataclass(frozen=True)
class Components:
    """A smooth trend and a cycle by maximum likelihood.

    Attributes
    ----------
    trend : Series
        Smoothed trend by month.
    parameters : dict
        Estimates by statsmodels' names; variances in squared units of the series.
    log_likelihood : float
        At the estimates.
    notes : tuple of str
        What the optimiser warned of, and variances estimated at zero.
    smooth : callable
        Returns the trend of another span of the series with the same parameters.
    """

    trend: pd.Series
    parameters: dict[str, float]
    log_likelihood: float
    notes: tuple[str, ...]
    smooth: Callable[[pd.Series], pd.Series]


def uc_trend(series: pd.Series) -> Components:
    """Fit unobserved components: a trend of slowly changing slope, an autoregressive cycle of order one, and noise.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, at least 36 months.

    Raises
    ------
    SeriesError
        The series is unfit, or the likelihood has no maximum that can be found.

    References
    ----------
    Harvey (1989), "Forecasting, structural time series models and the Kalman filter"; Durbin and Koopman (2012).
    """
    values = require_months(series, least=36, purpose="unobserved components", varying=True)
    centre, scale = float(values.mean()), float(values.std())
    model = _components((values - centre) / scale)
    fit, notes = fit_quietly(lambda: model.fit(disp=False, maxiter=500, pgtol=1e-6, factr=1e5), "unobserved components")
    estimates = dict(zip(model.param_names, map(float, fit.params), strict=True))
    notes += at_boundary("unobserved components", estimates.items())

    def smooth(span: pd.Series) -> pd.Series:
        result = _components((span - centre) / scale).smooth(fit.params)
        return pd.Series(centre + scale * result.level.smoothed, span.index)

    told = {name: value * scale**2 if name.startswith("sigma2") else value for name, value in estimates.items()}
    likelihood = float(fit.llf) - len(values) * float(np.log(scale))
    return Components(smooth(values), told, likelihood, notes, smooth)


def _components(values: pd.Series) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(values.to_numpy(), level="strend", autoregressive=1)


@dataclass(frozen=True)
class Panel:
    """Trends by several methods.

    Attributes
    ----------
    trends : DataFrame
        By month and method: ``STL``, ``HP``, ``Hamilton``, ``UC``, ``X-13``, those that the span is long enough for;
        X-13 where it is installed.
    cycles : DataFrame
        The series minus each trend.
    real_time : DataFrame
        By month and method, for the last months: the newest value of the trend when that month was the last.
    notes : tuple of str
        What was left out and why, and what the fits warned of.
    """

    trends: pd.DataFrame
    cycles: pd.DataFrame
    real_time: pd.DataFrame
    notes: tuple[str, ...]

    def moved(self, settled: int = 12) -> pd.DataFrame:
        """Return by month and method how far the newest trend value moved until now; the last months have not settled.

        Parameters
        ----------
        settled : int
            Months at the end that are left out.
        """
        moves = self.trends.loc[self.real_time.index] - self.real_time
        return moves.iloc[: len(moves) - settled]

    def band(self, probability: float = 0.8, settled: int = 12) -> pd.DataFrame:
        """Return the newest trend by method with ``low`` and ``high``: that value plus quantiles of past moves."""
        tails = [(1 - probability) / 2, (1 + probability) / 2]
        quantiles = self.moved(settled).quantile(tails)
        last = self.trends.iloc[-1]
        return pd.DataFrame({"trend": last, "low": last + quantiles.iloc[0], "high": last + quantiles.iloc[1]})

    def summary(self) -> str:
        """Say where each trend stands and whether the methods agree on the sign of the cycle."""
        ends = ", ".join(f"{name} {value:.1f}" for name, value in self.trends.iloc[-1].items())
        above = int((self.cycles.iloc[-1] > 0).sum())
        return f"Trend in {self.trends.index[-1]:%B %Y}: {ends}; the series is above {above} of {self.trends.shape[1]}."


def compare_trends(series: pd.Series, *, real_time_months: int = 60) -> Panel:
    """Estimate the trend by STL, HP, Hamilton, unobserved components and X-13, and replay the ends of the past.

    Parameters
    ----------
    series : Series
        Monthly, no gap, without season (adjusted), at least 36 months, not constant.
    real_time_months : int
        For how many of the last months to replay what each method said when that month was the newest. Values are
        those of one vintage and the parameters of unobserved components those of the whole span, so what it shows is
        the movement that added months cause, not that of revisions.

    Raises
    ------
    SeriesError
        The series is unfit.
    ParameterError
        Fewer than two months to replay.
    """
    if real_time_months < 2:
        raise ParameterError(f"real_time_months={real_time_months}: expected at least 2")
    values = require_months(series, least=36, purpose="trends", varying=True)
    components = uc_trend(values)
    methods: dict[str, tuple[int, Callable[[pd.Series], pd.Series]]] = {
        "STL": (24, lambda x: stl_trend(x).trend),
        "HP": (24, hp_trend),
        "Hamilton": (72, hamilton_trend),
        "UC": (36, components.smooth),
        "X-13": (36, x13_trend),
    }
    trends: dict[str, pd.Series] = {}
    real_time: dict[str, pd.Series] = {}
    notes = list(components.notes)
    for name, (least, method) in methods.items():
        if len(values) < least:
            notes.append(f"{name} left out: {len(values)} months, it needs {least}")
            continue
        try:
            trends[name], real_time[name] = method(values), _replay(values, method, least, real_time_months)
        except EngineError as error:
            notes.append(f"{name} left out: {error}")
    together = pd.DataFrame(trends)
    return Panel(together, together.rsub(values, axis=0), pd.DataFrame(real_time), tuple(notes))


def _replay(values: pd.Series, method: Callable[[pd.Series], pd.Series], least: int, months: int) -> pd.Series:
    """Return for each of the last months the newest value of the trend when that month was the last."""
    first = max(len(values) - months + 1, least, 25)
    ends = [method(values.iloc[:end]).iloc[-1] for end in range(first, len(values) + 1)]
    return pd.Series(ends, values.index[first - 1 :])

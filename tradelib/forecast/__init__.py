"""Forecasts with intervals by one method or several combined; and a balance that adds up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from tradelib.forecast.methods import COMBINED, METHODS, Fitted, estimate
from tradelib.monthly import require_months
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError

__all__ = [
    "COMBINED", "LEAST_MONTHS", "METHODS", "Forecast", "balance_of", "check", "fit_methods", "forecast", "look_ahead",
]  # fmt: skip
LEAST_MONTHS = 36


@dataclass(frozen=True)
class Forecast:
    """What to expect.

    Attributes
    ----------
    mean, sd : Series
        Expected value and standard deviation of its error, by month ahead, in the unit of the series.
    errors : ndarray
        One-step errors of the past, oldest first, in the unit of the series; relative errors times its last value where
        logarithms are modelled.
    method : str
        How it was made.
    notes : tuple of str
        From the fit.
    """

    mean: pd.Series
    sd: pd.Series
    errors: np.ndarray
    method: str
    notes: tuple[str, ...] = ()

    def interval(self, level: float = 0.95) -> pd.DataFrame:
        """Return ``low`` and ``high`` by month: the mean and so many standard deviations of a normal error."""
        half = float(norm.ppf((1 + level) / 2)) * self.sd
        return pd.DataFrame({"low": self.mean - half, "high": self.mean + half})

    def summary(self) -> str:
        """Say what to expect next month and how wrong that may be."""
        low, high = self.interval(0.80).iloc[0]
        return f"{self.method}: {self.mean.iloc[0]:.1f} in {self.mean.index[0]:%B %Y} (80%: {low:.1f} to {high:.1f})."


def forecast(series: pd.Series, horizon: int, method: str = "combination", *, log: bool | None = None) -> Forecast:
    """Forecast the months after the last one.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, at least 36 months, seasonally adjusted or without season.
    horizon : int
        Months ahead, 1 to 36.
    method : str
        ``naive``: the last value. ``drift``: it and the mean change. ``ETS``: exponential smoothing with additive error
        and damped trend, no season. ``SARIMA``: (1,1,1)(1,0,0)12 with drift. ``UC``: local level with drift.
        ``X-13``: the regARIMA model without season that X-13ARIMA-SEATS chooses. ``combination``: the mean of drift,
        ETS, SARIMA and UC; X-13 stands beside it, so that the combination is the same where X-13 is not installed.
    log : bool, optional
        Model logarithms, so that errors are relative; by default for a series that is positive throughout.

    Raises
    ------
    SeriesError
        The series is unfit.
    ParameterError
        Unknown method, or a horizon out of range.
    EngineError, EngineMissingError
        X-13 refused the series, or is not installed.
    """
    values = check(series, horizon)
    logs = bool((values > 0).all()) if log is None else log
    fits = fit_methods(values, COMBINED if method == "combination" else (method,), log=logs)
    return look_ahead(values, horizon, fits, log=logs)[method]


def check(series: pd.Series, horizon: int) -> pd.Series:
    """Return the series as it can be forecast.

    Raises
    ------
    SeriesError
        The series is unfit.
    ParameterError
        The horizon is out of range.
    """
    if not 1 <= horizon <= 36:
        raise ParameterError(f"horizon {horizon!r}; expected 1 to 36 months")
    return require_months(series, least=LEAST_MONTHS, purpose="forecast", varying=True)


def fit_methods(values: pd.Series, methods: tuple[str, ...], *, log: bool) -> dict[str, Fitted]:
    """Estimate several methods on the same months.

    Raises
    ------
    SeriesError
        Logarithms were asked for and a value is not positive.
    """
    if log and not (values > 0).all():
        raise SeriesError(f"forecast in logarithms: {values.name} has values that are not positive")
    data = np.log(values.to_numpy()) if log else values.to_numpy()
    return {method: estimate(data, method) for method in methods}


def look_ahead(values: pd.Series, horizon: int, fits: dict[str, Fitted], *, log: bool) -> dict[str, Forecast]:
    """Forecast with methods estimated before, on these or earlier months; with ``combination`` if its parts are there.

    Notes
    -----
    From logarithms to levels: the mean is the median, exp(m), and the standard deviation exp(m) s, which is close while
    s is small. A combination has the mean of the variances and of the past errors: the cautious choice, as if the
    errors of its parts were the same.
    """
    data = np.log(values.to_numpy()) if log else values.to_numpy()
    months = pd.period_range(values.index[-1] + 1, periods=horizon, freq="M", name="period")
    projections = {name: fit.project(data, horizon) for name, fit in fits.items()}
    notes = {name: fit.notes for name, fit in fits.items()}
    if all(name in projections for name in COMBINED):
        parts = [projections[name] for name in COMBINED]
        length = min(len(part[2]) for part in parts)
        average = [np.mean([part[i][-length:] if i == 2 else part[i] for part in parts], axis=0) for i in range(3)]
        projections["combination"] = (average[0], average[1], average[2])
        notes["combination"] = tuple(note for name in COMBINED for note in notes[name])
    made = {}
    for name, (mean, variance, errors) in projections.items():
        level = np.exp(mean) if log else mean
        slope = level if log else np.ones(horizon)
        past = errors * (values.iloc[-1] if log else 1.0)
        sd = slope * np.sqrt(variance)
        made[name] = Forecast(pd.Series(level, months), pd.Series(sd, months), past, name, notes[name])
    return made


def balance_of(exports: Forecast, imports: Forecast) -> Forecast:
    """Forecast the balance as exports minus imports, so that the three add up.

    Parameters
    ----------
    exports, imports : Forecast
        For the same months. Their past errors move together, more so over many months than over one, so the balance is
        surer than two independent flows would make it: the correlation for h months ahead is that of sums of h errors.

    Raises
    ------
    ComparabilityError
        The months differ.
    """
    if not exports.mean.index.equals(imports.mean.index):
        raise ComparabilityError(f"exports are for {exports.mean.index[0]}, imports for {imports.mean.index[0]}")
    months = min(len(exports.errors), len(imports.errors))
    x, m = exports.errors[-months:], imports.errors[-months:]
    steps = range(1, len(exports.mean) + 1)
    correlation = np.array(
        [_correlation(np.convolve(x, np.ones(h), "valid"), np.convolve(m, np.ones(h), "valid")) for h in steps]
    )
    variance = exports.sd**2 + imports.sd**2 - 2 * correlation * exports.sd * imports.sd
    notes = (*(f"exports: {note}" for note in exports.notes), *(f"imports: {note}" for note in imports.notes))
    return Forecast(exports.mean - imports.mean, np.sqrt(variance.clip(lower=0)), x - m, exports.method, notes)


def _correlation(x: np.ndarray, m: np.ndarray) -> float:
    size = float(np.sqrt((x @ x) * (m @ m)))
    return float(x @ m) / size if size > 0 else 0.0

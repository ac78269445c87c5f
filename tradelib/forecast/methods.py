"""The methods that forecast, each with its parameters: naive, drift, ETS, SARIMA, unobserved components, X-13."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import norm

from tradelib.quantity.errors import ParameterError
from tradelib.seasonal.x13 import x13
from tradelib.trend.fitting import at_boundary, fit_quietly

if TYPE_CHECKING:
    from collections.abc import Callable

# Means ahead, their variances, one-step errors of the past.
Projection: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Fitted:
    """A method with its parameters, ready to look ahead from any month.

    Attributes
    ----------
    project : callable
        From values and a horizon to means, variances and past one-step errors.
    parameters : dict
        Estimates.
    notes : tuple of str
        What the optimiser warned of, and estimates at a boundary.
    """

    project: Callable[[np.ndarray, int], Projection]
    parameters: dict[str, float]
    notes: tuple[str, ...]


def estimate(values: np.ndarray, method: str) -> Fitted:
    """Estimate the parameters of one method.

    Parameters
    ----------
    values : ndarray
        Months without gap.
    method : str
        One of ``METHODS``, not ``combination``.

    Raises
    ------
    ParameterError
        Unknown method.
    SeriesError
        The model cannot be fitted.
    EngineError, EngineMissingError
        X-13 refused the series, or is not installed.
    """
    if method not in _ESTIMATORS:
        raise ParameterError(f"unknown method {method!r}; possible: {', '.join(METHODS)}")
    return _ESTIMATORS[method](values)


def _naive(_: np.ndarray) -> Fitted:
    def project(values: np.ndarray, horizon: int) -> Projection:
        errors = np.diff(values)
        steps = np.arange(1, horizon + 1)
        return np.full(horizon, values[-1]), steps * np.mean(errors**2), errors

    return Fitted(project, {}, ())


def _drift(_: np.ndarray) -> Fitted:
    def project(values: np.ndarray, horizon: int) -> Projection:
        changes, steps = np.diff(values), np.arange(1, horizon + 1)
        variance = changes.var(ddof=1) * steps * (1 + steps / len(changes))
        return values[-1] + steps * changes.mean(), variance, changes - changes.mean()

    return Fitted(project, {}, ())


def _ets(values: np.ndarray) -> Fitted:
    scale = float(np.std(np.diff(values))) or 1.0

    def model(data: np.ndarray) -> Any:
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel

        series = pd.Series(data / scale)
        return ETSModel(series, error="add", trend="add", damped_trend=True, initialization_method="heuristic")

    fit, notes = fit_quietly(lambda: model(values).fit(disp=False), "ETS(A,Ad,N)")
    estimates = dict(zip(fit.model.param_names, map(float, fit.params), strict=True))
    zero = [name for name in ("smoothing_level", "smoothing_trend") if estimates[name] < 1e-3]
    notes += tuple(f"ETS(A,Ad,N): {name.replace('_', ' ')} is zero" for name in zero)
    if not 0.801 < estimates["damping_trend"] < 0.979:
        notes += (f"ETS(A,Ad,N): damping of the trend at its bound {estimates['damping_trend']:.2f}",)

    def project(data: np.ndarray, horizon: int) -> Projection:
        result = model(data).smooth(fit.params)
        ahead = result.get_prediction(start=len(data), end=len(data) + horizon - 1)
        errors = np.asarray(result.resid)
        return np.asarray(ahead.predicted_mean) * scale, np.asarray(ahead.forecast_variance) * scale**2, errors * scale

    return Fitted(project, estimates, notes)


def _state_space(name: str, build: Callable[[np.ndarray], Any], *, drift: bool) -> Callable[[np.ndarray], Fitted]:
    """Return the estimator of a statsmodels state space model; a drift is the mean change, taken out before."""

    def estimator(values: np.ndarray) -> Fitted:
        scale = float(np.std(np.diff(values))) or 1.0
        slope = float(np.mean(np.diff(values))) if drift else 0.0

        def model(data: np.ndarray) -> Any:
            return build((data - data[0] - slope * np.arange(len(data))) / scale)

        fit, notes = fit_quietly(lambda: model(values).fit(disp=False, maxiter=200), name)
        estimates = dict(zip(fit.model.param_names, map(float, fit.params), strict=True))
        notes += at_boundary(name, estimates.items())

        def project(data: np.ndarray, horizon: int) -> Projection:
            result = model(data).filter(fit.params)
            ahead = result.get_forecast(horizon)
            line = data[0] + slope * (len(data) + np.arange(horizon))
            errors = result.filter_results.forecasts_error[0] * scale
            return line + ahead.predicted_mean * scale, ahead.var_pred_mean * scale**2, errors

        return Fitted(project, estimates, notes)

    return estimator


def _sarima_model(data: np.ndarray) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return SARIMAX(data, order=(1, 1, 1), seasonal_order=(1, 0, 0, 12))


def _uc_model(data: np.ndarray) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(data, level="llevel")


_PROBABILITY = 0.95
_REGARIMA: dict[str, Any] = {
    "transform": {"function": "none"},
    "regression": None,
    "outlier": None,
    "automdl": {"maxorder": (3, 0), "maxdiff": (1, 0)},
}


def _x13(values: np.ndarray) -> Fitted:
    """Let X-13 choose a regARIMA model without season; its coefficients are estimated anew at every look ahead."""
    chosen = x13(_dated(values), None, **_REGARIMA)
    frozen = chosen.static()
    estimates = pd.concat([chosen.regression["estimate"], chosen.coefficients["estimate"]])
    notes = (f"X-13: ARIMA {chosen.model}", *(f"X-13: {note.rstrip('.')}" for note in chosen.notes))

    def project(data: np.ndarray, horizon: int) -> Projection:
        asked = {"maxlead": horizon, "probability": _PROBABILITY}
        result = x13(_dated(data), None, spec=frozen, forecast=asked)
        ahead = result.forecasts
        sd = (ahead["upper"] - ahead["lower"]).to_numpy() / (2 * norm.ppf((1 + _PROBABILITY) / 2))
        return ahead["forecast"].to_numpy(), sd**2, result.residuals.to_numpy()

    return Fitted(project, {str(name): float(value) for name, value in estimates.items()}, notes)


def _dated(values: np.ndarray) -> pd.Series:
    """Return the values under arbitrary months: no calendar enters the model."""
    return pd.Series(values, pd.period_range("1990-01", periods=len(values), freq="M"), name="series")


_ESTIMATORS: dict[str, Callable[[np.ndarray], Fitted]] = {
    "naive": _naive,
    "drift": _drift,
    "ETS": _ets,
    "SARIMA": _state_space("SARIMA", _sarima_model, drift=True),
    "UC": _state_space("UC", _uc_model, drift=True),
    "X-13": _x13,
}
METHODS = (*_ESTIMATORS, "combination")
COMBINED = ("drift", "ETS", "SARIMA", "UC")

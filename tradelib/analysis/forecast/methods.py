"""The models that forecast: each is estimated once, and then looks ahead from every month of a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradelib.analysis.trend.fitting import at_boundary, fit_quietly
from tradelib.quantity.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Fitted:
    """A model with its parameters.

    Attributes
    ----------
    ahead : callable
        From n values and a horizon to n rows of forecasts: row t looks ahead from value t, with the values up to it.
    notes : tuple of str
        What the optimiser warned of, and estimates at a boundary.
    """

    ahead: Callable[[np.ndarray, int], np.ndarray]
    notes: tuple[str, ...]


def estimate(values: np.ndarray, method: str) -> Fitted:
    """Estimate the parameters of one model.

    Parameters
    ----------
    values : ndarray
        Months without gap.
    method : str
        One of ``METHODS``.

    Raises
    ------
    ParameterError
        Unknown method.
    SeriesError
        The model cannot be fitted.
    """
    if method not in METHODS:
        raise ParameterError(f"unknown method {method!r}; possible: {', '.join(METHODS)}")
    return METHODS[method](values)


def _ets(values: np.ndarray) -> Fitted:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    scale = float(np.std(np.diff(values))) or 1.0
    model = ETSModel(values / scale, error="add", trend="add", damped_trend=True, initialization_method="heuristic")
    fit, notes = fit_quietly(lambda: model.fit(disp=False), "ETS(A,Ad,N)")
    estimates = dict(zip(model.param_names, map(float, fit.params), strict=True))
    zero = [name for name in ("smoothing_level", "smoothing_trend") if estimates[name] < 1e-3]
    notes += tuple(f"ETS(A,Ad,N): {name.replace('_', ' ')} is zero" for name in zero)
    gains = np.array([estimates["smoothing_level"], estimates["smoothing_trend"]])
    damping = estimates["damping_trend"]
    if not 0.801 < damping < 0.979:
        notes += (f"ETS(A,Ad,N): damping of the trend at its bound {damping:.2f}",)

    def ahead(data: np.ndarray, horizon: int) -> np.ndarray:
        # Where level and slope begin is a line through the first ten months, as statsmodels has it.
        slope, level = np.polyfit(np.arange(1, 11), data[:10], 1)
        states = np.empty((len(data), 2))
        for at, value in enumerate(data):
            expected = level + damping * slope
            level, slope = states[at] = [expected, damping * slope] + gains * (value - expected)
        damped = np.cumsum(damping ** np.arange(1, horizon + 1))
        return np.asarray(states[:, :1] + states[:, 1:] * damped)

    return Fitted(ahead, notes)


def _state_space(name: str, build: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray], Fitted]:
    """Return the estimator of a statsmodels state space model; the mean change is taken out before, as drift."""

    def estimator(values: np.ndarray) -> Fitted:
        scale = float(np.std(np.diff(values))) or 1.0
        slope = float(np.mean(np.diff(values)))

        def model(data: np.ndarray) -> Any:
            return build((data - data[0] - slope * np.arange(len(data))) / scale)

        fit, notes = fit_quietly(lambda: model(values).fit(disp=False, maxiter=200, cov_type="none"), name)
        notes += at_boundary(name, zip(fit.model.param_names, map(float, fit.params), strict=True))

        def ahead(data: np.ndarray, horizon: int) -> np.ndarray:
            passed = model(data).filter(fit.params, cov_type="none").filter_results
            reads = [passed.design[0, :, 0]]
            while len(reads) < horizon:
                reads.append(reads[-1] @ passed.transition[:, :, 0])
            steps = np.add.outer(np.arange(1, len(data) + 1), np.arange(horizon))
            return np.asarray(data[0] + slope * steps + scale * (np.array(reads) @ passed.predicted_state[:, 1:]).T)

        return Fitted(ahead, notes)

    return estimator


def _sarima_model(data: np.ndarray) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return SARIMAX(data, order=(1, 1, 1), seasonal_order=(1, 0, 0, 12))


def _local_level(data: np.ndarray) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return UnobservedComponents(data, level="llevel")


METHODS: dict[str, Callable[[np.ndarray], Fitted]] = {
    "ETS": _ets,
    "SARIMA": _state_space("SARIMA", _sarima_model),
    "UC": _state_space("UC", _local_level),
}

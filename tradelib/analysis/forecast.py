"""Rolling-origin forecasts of a monthly series, and the models that make them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
import pandas as pd

from tradelib.analysis.trend import stl_trend
from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.quantity.monthly import require_months
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import printed
from tradelib.store.formulas import described
from tradelib.store.queries import one_series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Ahead: TypeAlias = Callable[[np.ndarray, int], np.ndarray]

LEAST_MONTHS = 36
LEVELS = (80, 95)
"""Coverage of the intervals: percent of past forecast errors."""


def fit_quietly(fit: Callable[[], Any], what: str) -> tuple[Any, tuple[str, ...]]:
    """Run a fit and return its result, with the library's warnings as notes.

    Parameters
    ----------
    fit : callable
        Fits and returns the library's result, or only its parameters.
    what : str
        Name of the model, for messages.

    Raises
    ------
    SeriesError
        The library failed, or a parameter is not finite.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = fit()
        except (ValueError, IndexError, RuntimeError, ZeroDivisionError, np.linalg.LinAlgError) as error:
            raise SeriesError(f"{what} cannot be fitted: {error}") from error
    if not np.isfinite(np.asarray(getattr(result, "params", result), dtype=float)).all():
        raise SeriesError(f"{what} cannot be fitted: its parameters are not finite")
    for_developers = (FutureWarning, DeprecationWarning, PendingDeprecationWarning)
    lines = [str(w.message).strip().splitlines()[0] for w in caught if not issubclass(w.category, for_developers)]
    return result, tuple(f"{what}: {line.rstrip('.')}" for line in dict.fromkeys(lines))


def _ets(values: np.ndarray) -> Ahead:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    scale = float(np.std(np.diff(values))) or 1.0

    def model(data: np.ndarray) -> Any:
        how = {"error": "add", "trend": "add", "damped_trend": True, "initialization_method": "heuristic"}
        return ETSModel(data / scale, **how)

    fit, _ = fit_quietly(lambda: model(values).fit(disp=False), "ETS(A,Ad,N)")

    def ahead(data: np.ndarray, horizon: int) -> np.ndarray:
        states = model(data).smooth(fit.params)
        damped = np.cumsum(fit.damping_trend ** np.arange(1, horizon + 1))
        return np.asarray(scale * (states.level[:, None] + np.outer(states.slope, damped)))

    return ahead


def _state_space(name: str, build: Callable[[np.ndarray], Any], values: np.ndarray) -> Ahead:
    """Estimate a statsmodels state space model; the mean change is removed first, as drift."""
    scale = float(np.std(np.diff(values))) or 1.0
    slope = float(np.mean(np.diff(values)))

    def model(data: np.ndarray) -> Any:
        return build((data - data[0] - slope * np.arange(len(data))) / scale)

    params, _ = fit_quietly(lambda: model(values).fit(disp=False, maxiter=200, return_params=True), name)

    def ahead(data: np.ndarray, horizon: int) -> np.ndarray:
        passed = model(data).filter(params, cov_type="none").filter_results
        reads = [passed.design[0, :, 0]]
        while len(reads) < horizon:
            reads.append(reads[-1] @ passed.transition[:, :, 0])
        steps = np.add.outer(np.arange(1, len(data) + 1), np.arange(horizon))
        return np.asarray(data[0] + slope * steps + scale * (np.array(reads) @ passed.predicted_state[:, 1:]).T)

    return ahead


def _sarima(values: np.ndarray) -> Ahead:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    return _state_space("SARIMA", lambda data: SARIMAX(data, order=(1, 1, 1), seasonal_order=(1, 0, 0, 12)), values)


def _local_level(values: np.ndarray) -> Ahead:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    return _state_space("UC", lambda data: UnobservedComponents(data, level="llevel"), values)


METHODS: dict[str, Callable[[np.ndarray], Ahead]] = {"ETS": _ets, "SARIMA": _sarima, "UC": _local_level}
"""Functions that estimate a model from months without gaps, and return a forecaster.

The forecaster takes n values and a horizon and returns n rows of forecasts, row t from the values up to t."""


def _estimates(months: int, refit: int) -> Iterator[tuple[int, int]]:
    """Return the number of months in each estimate, paired with that in the next one."""
    return pairwise([*sorted({LEAST_MONTHS, *range(months, LEAST_MONTHS - 1, -refit)}), months + 1])


def without_season(series: pd.Series, horizon: int, *, refit: int = 10) -> tuple[pd.Series, pd.DataFrame]:
    """Remove from each month the season as it was known then, and project the season over the months ahead.

    STL estimates the season every ``refit`` months, as often as ``roll`` its models; the months until the next estimate
    have the season of its last year.

    Returns
    -------
    Series, DataFrame
        The series without its season, which later months do not revise; and the season by origin and months ahead, to
        be added to forecasts of that series, missing for the first 35 origins.
    """
    series = require_months(series, least=LEAST_MONTHS, purpose="forecast", varying=True)
    months = np.add.outer(np.arange(len(series)), np.arange(horizon + 1))
    season = np.full(months.shape, np.nan)
    for end, following in _estimates(len(series), refit):
        known, origins = stl_trend(series.iloc[:end])["seasonal"].to_numpy(), slice(end - 1, following - 1)
        season[origins] = known[-12:][(months[origins] - end) % 12]
        if end == LEAST_MONTHS:
            season[:end, 0] = known
    table = pd.DataFrame(season, series.index)
    return series - table[0], table.drop(columns=0)


def roll(series: pd.Series, horizon: int, method: str, *, refit: int = 10) -> pd.DataFrame:
    """Forecast from every month with enough history; the last row holds the forecasts from the newest month.

    Parameters
    ----------
    series : Series
        Monthly, no gap, not constant, at least 36 months, seasonally adjusted or without seasonality. Logarithms give
        forecasts of logarithms.
    horizon : int
        Months ahead.
    method : {"ETS", "SARIMA", "UC"}
        ``ETS``: exponential smoothing with additive error and damped trend, no season. ``SARIMA``: (1,1,1)(1,0,0)12
        with drift. ``UC``: local level with drift.
    refit : int
        Months between estimates of the parameters. Each estimate uses the months up to then, the last one all months;
        each forecast uses the newest estimate at its origin and all months up to it.

    Returns
    -------
    DataFrame
        By origin and months ahead, in the unit of the series; missing for the first 35 origins.

    Raises
    ------
    SeriesError
        The series does not meet these conditions.
    ParameterError
        Unknown method, or ``horizon`` or ``refit`` is not a positive integer.

    Notes
    -----
    Pseudo real time: all figures are of one vintage, with later revisions in them. A forecast made at the time knew
    first prints.
    """
    if not all(isinstance(count, (int, np.integer)) and count is not True and count > 0 for count in (horizon, refit)):
        raise ParameterError(f"horizon={horizon!r}, refit={refit!r}: expected whole numbers, at least 1")
    if method not in METHODS:
        raise ParameterError(f"unknown method {method!r}; possible: {', '.join(METHODS)}")
    series = require_months(series, least=LEAST_MONTHS, purpose="forecast", varying=True)
    values, months = series.to_numpy(), len(series)
    made = np.full((months, horizon), np.nan)
    for end, following in _estimates(months, refit):
        ahead = METHODS[method](values[:end])
        made[end - 1 : following - 1] = ahead(values[: following - 1], horizon)[end - 1 :]
    return pd.DataFrame(made, series.index, pd.RangeIndex(1, horizon + 1, name="step"))


@dataclass(frozen=True, repr=False)
class Forecast(Result):
    """Forecast of a series, and how far past forecasts were off.

    Attributes
    ----------
    name, method : str
        The series and the model.
    series : pandas.Series
        The months up to the origin.
    table : pandas.DataFrame
        By month ahead, in the unit of the series: ``forecast``, ``low 80``, ``high 80``, ``low 95``, ``high 95``, and
        ``missed``, the mean absolute error of past forecasts at the same horizon.
    origins : int
        Number of past forecasts one month ahead.
    about : dict
        Label, unit and source, if the series was loaded from the store.
    """

    is_drawn: ClassVar[bool] = True

    name: str
    method: str
    series: pd.Series
    table: pd.DataFrame
    origins: int
    about: dict[str, str]

    def summary(self) -> str:
        """Return the forecasts of the first and the last month with their intervals, one line each."""
        lines = [f"{self.about.get('label', self.name)}, {self.method} from the months up to {self.series.index[-1]}"]
        for month, row in self.table.iloc[[0, -1]].drop_duplicates().iterrows():
            interval = f"{printed(row['low 80'])} to {printed(row['high 80'])} eight times in ten"
            lines.append(f"{month}: {printed(row['forecast'])}, {interval}; mean past error {printed(row['missed'])}")
        return "\n".join([*lines, f"intervals from {self.origins} forecasts of past months, in the figures of today"])


def forecast(
    series: pd.Series | pd.DataFrame | str | Path, horizon: int = 12, method: str = "ETS", *, log: bool | None = None
) -> Forecast:
    """Forecast a monthly series, with intervals from the errors of past forecasts.

    Parameters
    ----------
    series : Series, one-column DataFrame, str or Path
        Monthly values, the name of a series in the store, or a CSV file of months and values. A series that the store
        has as unadjusted is forecast with its season, as ``without_season`` estimates it; any other series must be
        adjusted or without seasonality.
    horizon : int
        Months ahead.
    method : {"ETS", "SARIMA", "UC"}
        As for ``roll``.
    log : bool, optional
        Forecast logarithms; by default if all values are positive.

    Returns
    -------
    Forecast
        By month ahead: the forecast and its intervals.

    Raises
    ------
    SeriesError
        The series does not meet the conditions of ``roll``, is too short for the intervals, or has no logarithms.
    ParameterError
        Unknown method, or an impossible horizon.

    Notes
    -----
    Pseudo real time: forecasts are made from every past month, with the figures of one vintage. An interval extends on
    either side by the conformal quantile of their absolute errors at the same horizon (for logarithms, errors are
    relative). The notebook on forecasts compares methods and scales errors by volatility.

    Examples
    --------
    >>> exports = tradelib.load("BOPTEXP", start="2015-01", vintage="2025-05-06")
    >>> tradelib.forecast(exports, horizon=3).table.index.astype(str).tolist()
    ['2025-04', '2025-05', '2025-06']
    """
    own = one_series(series)
    values = require_months(own, least=LEAST_MONTHS, purpose="forecast", varying=True)
    take_logs = bool((values > 0).all()) if log is None else log
    if take_logs and not (values > 0).all():
        raise SeriesError(f"{values.name}: found values that are not positive; expected only positive ones for logs")
    path = np.log(values) if take_logs else values
    unadjusted = own.attrs.get("series", {}).get(own.name, {}).get("adjustment") == "nsa"
    left, season = without_season(path, horizon) if unadjusted else (path, 0.0)
    made = roll(left, horizon, method) + season
    back = np.exp if take_logs else np.positive
    rows = []
    for step in made:
        centre = made[step].iloc[-1]
        errors = (path.shift(-step) - made[step]).abs().dropna().sort_values().to_numpy()
        if len(errors) < 100 / (100 - LEVELS[-1]):
            raise SeriesError(f"{values.name}: {len(errors)} past forecasts {step} months ahead; expected more months")
        row = {"forecast": back(centre)}
        for level in LEVELS:
            reach = errors[int(np.ceil(level / 100 * (len(errors) + 1))) - 1]
            row |= {f"low {level}": back(centre - reach), f"high {level}": back(centre + reach)}
        rows.append(row | {"missed": (values.shift(-step) - back(made[step])).abs().mean()})
    table = pd.DataFrame(rows, pd.period_range(values.index[-1] + 1, periods=len(rows), name="period"))
    return Forecast(str(values.name), method, values, table, int(made[1].shift(1).notna().sum()), described(own))

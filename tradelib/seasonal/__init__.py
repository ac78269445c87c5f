"""What is needed to ask whether seasonality is left in a series that is published as seasonally adjusted.

One test decides for each series, the model F of ``x13.residual``, on a span named beforehand; the rule of the Bureau of
Economic Analysis, which uses QS, stands beside it. ``benchmarks/size_and_power.py`` measures both by simulation, on 384
months, 100 series a row: at 5 percent QS rejects 0 to 4 percent of series without seasonality, model F on the last 15
years 0 to 5, and neither a series that X-11 has adjusted. A wave of a quarter of the standard deviation of the monthly
change is found by model F in 65 percent of series, one of half of it always.

What is left out on purpose: seasonal dummies with HAC standard errors and peaks of the spectrum at 90 percent.
Both reject far too often when nothing is left: 12 to 30 and 37 to 55 percent in the same simulation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from tradelib.quantity.errors import ParameterError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Verdict = Literal["present", "uncertain", "not proven"]
WHOLE = "whole span"
LEAST_YEARS = 5


def rate(p_value: float, *, present: float = 0.01, uncertain: float = 0.05) -> Verdict:
    """Return what a p-value says: seasonality is present, the question is open, or it is not proven (not: absent)."""
    if p_value < present:
        return "present"
    return "uncertain" if p_value < uncertain else "not proven"


def qs(changes: pd.Series) -> tuple[float, int, float]:
    """Test for positive autocorrelation at lags of one and two years.

    Parameters
    ----------
    changes : pandas.Series
        A stationary monthly series of length n, usually differences.

    Returns
    -------
    statistic, freedom, p_value
        n(n+2) [r12² / (n-12) + max(0, r24)² / (n-24)], 0 when r12 ≤ 0; against chi-square with 2 degrees.

    Notes
    -----
    Maravall (2012), as X-13ARIMA-SEATS computes it. Seasonal adjustment makes r12 negative, and half of all series
    without seasonality give 0, so the test rejects less often than its level says.
    """
    from scipy.stats import chi2

    deviations = changes.to_numpy() - changes.mean()
    n, power = len(deviations), float(deviations @ deviations)
    year, two_years = (float(deviations[lag:] @ deviations[:-lag]) / power for lag in (12, 24))
    statistic = n * (n + 2) * (year**2 / (n - 12) + max(0.0, two_years) ** 2 / (n - 24)) if year > 0 else 0.0
    return statistic, 2, float(chi2.sf(statistic, 2))


def recent(values: pd.Series, years: Sequence[int]) -> dict[str, pd.Series]:
    """Return the whole span and the most recent years, by label; spans not shorter than the whole are left out.

    Raises
    ------
    ParameterError
        A span is not a whole number of years, or shorter than the series itself may be.
    """
    for n in years:
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < LEAST_YEARS:
            raise ParameterError(f"years={n!r}: expected whole numbers of years, each at least {LEAST_YEARS}")
    return {WHOLE: values} | {f"last {n} years": values.iloc[-12 * n :] for n in years if 12 * n < len(values)}


def monthly_changes(values: pd.Series, *, log: bool | None = None) -> tuple[pd.Series, Literal["log", "level"]]:
    """Return first differences of a series, or of its logarithms, and which of the two.

    Raises
    ------
    SeriesError
        Logarithms are asked of values that are not positive.
    """
    positive = bool((values > 0).all())
    if log and not positive:
        raise SeriesError(f"{values.name}: found values that are not positive; expected only positive ones for logs")
    take_logs = positive if log is None else log
    changes = (np.log(values) if take_logs else values).diff().iloc[1:]
    return changes, "log" if take_logs else "level"

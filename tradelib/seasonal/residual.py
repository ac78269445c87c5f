"""Tests for residual seasonality in a series that is published as seasonally adjusted.

One test decides for each series: ``model_f``, on a span fixed in advance. The rule of the Bureau of Economic Analysis,
which uses QS, is reported with it. ``benchmarks/size_and_power.py`` measures both by simulation, with 384 months and
100 series per row. At 5 percent, QS rejects 0 to 4 percent of the series without seasonality, and model F on the last
15 years 0 to 5 percent; neither rejects a series that X-11 has adjusted. Model F finds a wave of a quarter of the
standard deviation of the monthly change in 65 percent of the series, and one of half of it always.

Two methods are left out on purpose: seasonal dummies with HAC standard errors, and peaks of the spectrum at 90 percent.
In the same simulation they reject 12 to 30 and 37 to 55 percent of the series without seasonality, far too many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import require_months
from tradelib.seasonal.pattern import MONTHS
from tradelib.seasonal.x13 import x13

LEAST_YEARS = 5
PRIMARY_YEARS = 15
"""Years used by the test that decides: enough for a test, yet recent enough to show seasonality that has crept in."""
_RANDOM_WALK: dict[str, Any] = {"regression": None, "arima": {"model": "(0 1 1)"}}


def recent(values: pd.Series, years: int) -> pd.Series:
    """Return the most recent years of a series, or all of a shorter one.

    Raises
    ------
    ParameterError
        ``years`` is not an integer, or below the shortest span that can be tested.
    """
    if isinstance(years, bool) or not isinstance(years, (int, np.integer)) or years < LEAST_YEARS:
        raise ParameterError(f"years={years!r}: expected a whole number of years, at least {LEAST_YEARS}")
    return values.iloc[-12 * years :]


def qs(changes: pd.Series) -> float:
    """Return the QS statistic of monthly changes, which measures positive autocorrelation at lags 12 and 24.

    Parameters
    ----------
    changes : pandas.Series
        A stationary monthly series of length n: first differences, whatever differencing a model of X-13 would use.

    Returns
    -------
    float
        n(n+2) [r12² / (n-12) + max(0, r24)² / (n-24)], or 0 if r12 ≤ 0. Under chi-square with 2 degrees of freedom its
        p-value is exp(-QS / 2).

    Notes
    -----
    Maravall (2012). Seasonal adjustment tends to make r12 negative, and half of all series without seasonality give 0,
    so the test rejects less often than its nominal level.
    """
    deviations, n = (changes - changes.mean()).to_numpy(), len(changes)
    r12, r24 = (float(deviations[lag:] @ deviations[:-lag] / (deviations @ deviations)) for lag in (12, 24))
    return n * (n + 2) * (r12**2 / (n - 12) + max(0.0, r24) ** 2 / (n - 24)) if r12 > 0 else 0.0


def _scale(values: pd.Series) -> Literal["log", "none"]:
    return "log" if (values > 0).all() else "none"


@dataclass(frozen=True)
class ModelF:
    """Result of the test for fixed seasonal effects in an adjusted series, and how large these may be.

    Attributes
    ----------
    first, last : pandas.Period
        Span tested.
    statistic, p_value : float
        F statistic of the hypothesis that all effects are zero, and its p-value.
    effects : pandas.DataFrame
        By month, January to December: ``estimate`` and ``standard_error``, in percent if the model is for logarithms,
        otherwise in the unit of the series. The effects sum to zero.
    """

    first: pd.Period
    last: pd.Period
    statistic: float
    p_value: float
    effects: pd.DataFrame

    @property
    def bound(self) -> float:
        """The largest effect of a month that is within two standard errors of its estimate.

        The test cannot rule out an effect of this size, even if it does not reject.
        """
        return float((self.effects["estimate"].abs() + 2 * self.effects["standard_error"]).max())


def model_f(series: pd.Series, *, years: int = PRIMARY_YEARS) -> ModelF:
    """Test for fixed seasonal effects in a regARIMA model with outliers.

    Outliers are detected and modelled, so that 2020 neither hides nor mimics seasonality.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex`` without gaps.
    years : int
        Number of most recent years tested, five or more; a shorter series is tested as a whole.

    Notes
    -----
    Lytras, Feldpausch and Bell (2007). The ARIMA model is (0 1 1), of logarithms if every value is positive.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    span = recent(values, years)
    scale = _scale(values)
    model = _RANDOM_WALK | {"regression": {"variables": ("seasonal",)}, "transform": {"function": scale}}
    fitted = x13(span, None, **model)
    statistic, p_value = (fitted.number("ftest$Seasonal", place) for place in (2, 3))
    rows = {month: [fitted.number(f"Seasonal${month}", place) for place in (0, 1)] for month in MONTHS}
    effects = pd.DataFrame(rows, index=["estimate", "standard_error"]).T
    return ModelF(span.index[0], span.index[-1], statistic, p_value, effects * (100 if scale == "log" else 1))


class BeaRule(NamedTuple):
    """Limits of the rule of the Bureau of Economic Analysis, which flags a span that is beyond all three.

    Attributes
    ----------
    qs_p : float
        The p-value of QS is below it.
    stable_f : float
        The F of stable seasonality (table D8) is above it.
    m7 : float
        M7 is below it.
    """

    qs_p: float = 0.01
    stable_f: float = 7.0
    m7: float = 1.0


BEA_RULE = BeaRule()


def x11_measures(series: pd.Series, *, years: int = PRIMARY_YEARS, rule: BeaRule = BEA_RULE) -> pd.DataFrame:
    """Return M7, the F tests of table D8 and the combined test of X-11 for an adjusted series, and QS of its changes.

    All but QS are descriptive: X-11 smooths whatever it is given, so these have no known size as tests. They are
    therefore not among the tests corrected for multiplicity, and the rule requires all its measures together.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex`` without gaps.
    years : int
        Number of most recent years measured besides the whole span, five or more; left out if the series is not longer.
    rule : BeaRule
        Limits of the rule.

    Returns
    -------
    pandas.DataFrame
        By ``span``: ``qs_p``, ``stable_f``, ``moving_f``, ``m7``, ``identifiable`` (the combined test: present,
        probably not present, not present) and ``flagged``.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    spans = {"whole span": values, f"last {years} years": recent(values, years)}
    changes = (np.log(values) if _scale(values) == "log" else values).diff().iloc[1:]
    keys = {"stable_f": "f2.fsd8", "moving_f": "f2.msf", "m7": "f3.m07"}
    rows: dict[str, dict[str, Any]] = {}
    for span, part in spans.items() if len(values) > 12 * years else [*spans.items()][:1]:
        # Renamed, because x13 warns of series that it knows to be adjusted, as is expected here.
        result = x13(part.rename(span), "x11", transform={"function": _scale(values)}, **_RANDOM_WALK)
        measures = {name: result.number(key) for name, key in keys.items()}
        qs_p = float(np.exp(-qs(changes.iloc[-len(part) :]) / 2))
        rows[span] = {"qs_p": qs_p, **measures, "identifiable": result.identifiable}
    table = pd.DataFrame(rows).T.rename_axis("span")
    beyond = (table["qs_p"] < rule.qs_p) & (table["stable_f"] > rule.stable_f) & (table["m7"] < rule.m7)
    return table.assign(flagged=beyond).infer_objects()

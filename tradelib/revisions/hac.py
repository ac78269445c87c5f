"""Regressions on months of which some are not at hand, with standard errors that allow for autocorrelation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from statsmodels.regression.linear_model import RegressionResults


def default_lags(months: int) -> int:
    """Return the lags of the HAC estimate by the usual rule, 4 (n/100)^(2/9), rounded down."""
    return int(4 * (months / 100) ** (2 / 9))


def fit(values: pd.Series, on: pd.DataFrame, lags: int | None) -> tuple[RegressionResults, int]:
    """Regress with a HAC covariance over the calendar; months not at hand are rows of zeros, which add nothing."""
    import statsmodels.api as sm

    calendar = pd.period_range(values.index.min(), values.index.max(), freq="M")
    lags = default_lags(len(values)) if lags is None else lags
    model = sm.OLS(values.reindex(calendar, fill_value=0.0), on.reindex(calendar, fill_value=0.0), hasconst=True)
    return model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}), lags


def errors(model: RegressionResults, n: int) -> pd.Series:
    """Return the HAC standard errors of the coefficients, with n / (n - k) for the n months at hand."""
    return model.bse * math.sqrt(n / (n - len(model.params)))


def two_sided(t: float, freedom: int) -> float:
    """Return the two-sided p-value of a t."""
    from scipy.stats import t as t_distribution

    return 2 * float(t_distribution.sf(abs(t), freedom))

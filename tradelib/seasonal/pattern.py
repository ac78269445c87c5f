"""The seasonal pattern of an unadjusted series by STL: its size and how it changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tradelib.quantity.monthly import require_months

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Pattern:
    """A series split into trend, seasonal and irregular.

    Attributes
    ----------
    components : pandas.DataFrame
        By month: ``observed``, ``trend``, ``seasonal``, ``irregular`` and ``adjusted`` (observed without seasonal).
        Multiplicative: seasonal and irregular are factors around 1, and observed = trend · seasonal · irregular.
        Additive: they are in the unit of the series, and observed = trend + seasonal + irregular.
    multiplicative : bool
        Whether the decomposition is multiplicative; additive otherwise.
    """

    components: pd.DataFrame
    multiplicative: bool

    @property
    def effects(self) -> pd.Series:
        """Seasonal effect by month: percent of the level if multiplicative, otherwise in the unit of the series."""
        seasonal = self.components["seasonal"]
        return 100 * (seasonal - 1) if self.multiplicative else seasonal

    @property
    def factor_forecasts(self) -> pd.Series:
        """Factors of the next twelve months: those of the last year repeated, because STL has no model to forecast."""
        last = self.components["seasonal"].iloc[-12:]
        return last.set_axis(pd.PeriodIndex(last.index) + 12)


def stl_pattern(series: pd.Series) -> Pattern:
    """Decompose a series by STL (Cleveland, Cleveland, McRae and Terpenning 1990), robust to outliers.

    Multiplicative if every value is positive. The seasonal smoother spans seven years. STL has no calendar effects:
    those of working days and Easter stay in the irregular, and so in the adjusted series.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values, monthly ``PeriodIndex`` without gaps, at least 36 months.

    Raises
    ------
    SeriesError
        The series is too short or constant, or has a gap.
    """
    from statsmodels.tsa.seasonal import STL

    values = require_months(series, least=36, purpose="seasonal pattern", varying=True)
    take_logs = bool((values > 0).all())
    fit = STL(np.log(values) if take_logs else values, period=12, seasonal=7, robust=True).fit()
    parts = pd.DataFrame({"trend": fit.trend, "seasonal": fit.seasonal, "irregular": fit.resid})
    if take_logs:
        parts = np.exp(parts)
    parts.insert(0, "observed", values)
    parts["adjusted"] = values / parts["seasonal"] if take_logs else values - parts["seasonal"]
    return Pattern(parts, take_logs)


def effects_by_year(effects: pd.Series) -> pd.DataFrame:
    """Return monthly effects, years down and calendar months across; months outside the span are missing."""
    index = pd.PeriodIndex(effects.index)
    table = pd.DataFrame({"year": index.year, "month": index.month, "effect": effects.to_numpy()})
    wide = table.pivot_table(index="year", columns="month", values="effect").reindex(columns=range(1, 13))
    return wide.set_axis(pd.Index(MONTHS, name="month"), axis=1)

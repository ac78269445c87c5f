"""Is seasonality left in a series that is published as seasonally adjusted?

Three tests that hold their size on such series, each on monthly changes and over several spans; their p-values
are corrected for how many were asked. ``benchmarks/size_and_power.py`` measures by simulation, on 384 months: at 5
percent QS rejects 0 to 4 percent of series without seasonality, Kruskal-Wallis 5 to 7, Friedman 3 to 5, the model F of
``x13.residual`` 1 to 6, and none of them a series that X-11 has adjusted; the verdict is other than *none* in
1 to 5 percent, also with a fall as in 2020. A wave of half a standard deviation of the monthly change is found always.

What is left out on purpose: seasonal dummies with HAC standard errors and peaks of the spectrum at 90 percent.
Both reject far too often when nothing is left: 12 to 30 and 37 to 55 percent in the same simulation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tradelib.monthly import require_months
from tradelib.quantity.errors import ParameterError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["none", "uncertain", "present"]
WHOLE = "whole span"
SPANS = (15, 10, 8)
LEAST_YEARS = 5
COLUMNS = ("span", "test", "statistic", "freedom", "p_value")


@dataclass(frozen=True)
class Thresholds:
    """Corrected p-values at which the verdict turns.

    Attributes
    ----------
    present : float
        Below it, seasonality is left.
    uncertain : float
        Below it, the question is open; above it, nothing was found.

    Raises
    ------
    ParameterError
        They are not in this order, or below 0.
    """

    present: float = 0.01
    uncertain: float = 0.05

    def __post_init__(self) -> None:
        """Refuse thresholds that would leave no room for a verdict."""
        if not 0 <= self.present <= self.uncertain:
            raise ParameterError(
                f"thresholds: found present={self.present!r}, uncertain={self.uncertain!r}; "
                "expected 0 <= present <= uncertain"
            )

    def rate(self, p_value: float) -> Verdict:
        """Return the verdict that a corrected p-value stands for."""
        if p_value < self.present:
            return "present"
        return "uncertain" if p_value < self.uncertain else "none"


@dataclass(frozen=True)
class ResidualSeasonality:
    """Whether seasonality is left, with the tests behind the verdict.

    Attributes
    ----------
    name : str
        The series.
    first, last : pandas.Period
        Span tested.
    scale : {"log", "level"}
        Whether changes were taken of logarithms or of the values themselves.
    tests : pandas.DataFrame
        One row a ``span`` and ``test``: ``statistic``, ``freedom`` (degrees), ``p_value``, ``corrected`` (Holm).
    thresholds : Thresholds
        Where the verdict turns.
    """

    name: str
    first: pd.Period
    last: pd.Period
    scale: Literal["log", "level"]
    tests: pd.DataFrame
    thresholds: Thresholds

    @property
    def strongest(self) -> pd.Series:
        """The test that speaks most clearly for seasonality."""
        return self.tests.loc[self.tests["p_value"].idxmin()]

    @property
    def verdict(self) -> Verdict:
        """``none``, ``uncertain`` or ``present``."""
        return self.thresholds.rate(float(self.tests["corrected"].min()))

    def summary(self) -> str:
        """Return the verdict in one sentence."""
        at = self.strongest
        said = {"none": "no residual seasonality found", "uncertain": "residual seasonality cannot be ruled out",
                "present": "residual seasonality found"}[self.verdict]  # fmt: skip
        return (
            f"{self.name}, {self.first} to {self.last}: {said}; the smallest of {len(self.tests)} corrected p-values "
            f"is {at['corrected']:.3f} ({at['test']}, {at['span']})"
        )


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


def kruskal_wallis(changes: pd.Series) -> tuple[float, int, float]:
    """Test whether changes of the twelve calendar months rank alike.

    Returns
    -------
    statistic, freedom, p_value
        The H of Kruskal and Wallis (1952), against chi-square with 11 degrees.
    """
    from scipy.stats import kruskal

    month, values = pd.PeriodIndex(changes.index).month, changes.to_numpy()
    groups = [values[month == number] for number in range(1, 13)]
    statistic, p_value = kruskal(*groups)
    return float(statistic), len(groups) - 1, float(p_value)


def friedman(changes: pd.Series) -> tuple[float, int, float]:
    """Test whether months keep their rank from year to year.

    Years are counted back from the last month; months before the first whole year are not used. Ranking inside
    a year keeps the test exact when the size of the changes grows over time.

    Returns
    -------
    statistic, freedom, p_value
        Friedman's (1937) statistic, against chi-square with 11 degrees.
    """
    from scipy.stats import friedmanchisquare

    years = len(changes) // 12
    blocks = changes.to_numpy()[-12 * years :].reshape(years, 12)
    statistic, p_value = friedmanchisquare(*blocks.T)
    return float(statistic), 11, float(p_value)


TESTS = {"QS": qs, "Kruskal-Wallis": kruskal_wallis, "Friedman": friedman}


def residual_seasonality(
    series: pd.Series,
    *,
    years: Sequence[int] = SPANS,
    log: bool | None = None,
    more: pd.DataFrame | None = None,
    thresholds: Thresholds = Thresholds(),
) -> ResidualSeasonality:
    """Ask whether seasonality is left in an adjusted series.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex``, no gap, at least five years.
    years : sequence of int
        Most recent spans to test besides the whole one, each of five years or more; those not shorter than the series
        are left out.
    log : bool or None
        Take changes of logarithms; None does so when every value is positive.
    more : pandas.DataFrame, optional
        Further tests of the same series, corrected together with these: ``span``, ``test``, ``statistic``,
        ``freedom``, ``p_value``; ``tradelib.seasonal.x13.residual.model_f`` makes them with the X-13 engine.
    thresholds : Thresholds
        Where the verdict turns.

    Returns
    -------
    ResidualSeasonality
        All p-values are corrected together by Holm's method, which holds whatever their dependence.

    Raises
    ------
    SeriesError
        The series cannot carry the tests, or ``log`` is asked of values that are not positive.
    ParameterError
        A span is not a whole number of years, or too short for the tests.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    changes, scale = monthly_changes(values, log=log)
    spans = recent(changes, years)
    rows = [(span, test, *run(part)) for span, part in spans.items() for test, run in TESTS.items()]
    tests = pd.DataFrame(rows, columns=list(COLUMNS))
    if more is not None:
        order = {span: at for at, span in enumerate(spans)}
        tests = pd.concat([tests, more[list(COLUMNS)]]).sort_values("span", key=lambda s: s.map(order), kind="stable")
        tests = tests.reset_index(drop=True)
    tests["corrected"] = holm(tests["p_value"])
    name = str(series.name) if series.name is not None else "series"
    return ResidualSeasonality(name, values.index[0], values.index[-1], scale, tests, thresholds)


def recent(values: pd.Series, years: Sequence[int] = SPANS) -> dict[str, pd.Series]:
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


def holm(p_values: pd.Series) -> np.ndarray:
    """Return p-values corrected for their number (Holm 1979): the chance of one false alarm stays below the level.

    Three lines rather than ``statsmodels.stats.multitest``, whose every call collects garbage for a tenth of a second.
    """
    count, order = len(p_values), np.argsort(p_values)
    grown = np.maximum.accumulate(p_values.to_numpy()[order] * np.arange(count, 0, -1))
    return np.minimum(grown, 1)[np.argsort(order)]


def compare(results: Sequence[ResidualSeasonality]) -> pd.DataFrame:
    """Judge several series at once, corrected for all tests of all of them.

    Returns
    -------
    pandas.DataFrame
        One row a series: ``strongest`` test, its ``span`` and ``p_value``, ``alone`` (corrected within the series),
        ``together`` (corrected over all series) and the ``verdict`` on the latter.
    """
    together = holm(pd.concat([result.tests["p_value"] for result in results], ignore_index=True))
    rows, at = [], 0
    for result in results:
        corrected = together[at : (at := at + len(result.tests))]
        strongest, smallest = result.strongest, float(corrected.min())
        told = (strongest["test"], strongest["span"], strongest["p_value"], strongest["corrected"])
        rows.append((result.name, *told, smallest, result.thresholds.rate(smallest)))
    columns = ["series", "strongest", "span", "p_value", "alone", "together", "verdict"]
    return pd.DataFrame(rows, columns=columns).set_index("series")

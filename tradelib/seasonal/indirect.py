"""The agency's own way: adjust each five-digit end-use series, make its years add up, and sum."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tradelib.quantity.errors import ParameterError
from tradelib.seasonal.x13 import Spec, build
from tradelib.seasonal.x13.batch import x13_batch

MOST_Q = 1.5
"""Quality statistic of X-11 above which a series is left unadjusted."""

SPEC: Spec = build(
    "x11",
    transform={"function": "log"},
    regression={"aictest": ("td",), "aicdiff": -4},
    outlier={"types": ("ao", "ls", "tc"), "critical": 3.3},
    x11={"sigmalim": (1.2, 2.2)},
)
"""Chosen on 2016-2020: logs, airline model, trading days tested, no Easter, three types of outliers, X-11."""


@dataclass(frozen=True)
class Indirect:
    """Many series adjusted one by one, to be added up.

    Attributes
    ----------
    adjusted : pandas.DataFrame
        Months down, series across; each calendar year adds up to the unadjusted one.
    quality : pandas.Series
        Quality statistic Q of X-11 by series, missing where X-13 could not adjust.
    reasons : dict of str to str
        Why a series was left unadjusted.
    """

    adjusted: pd.DataFrame
    quality: pd.Series
    reasons: dict[str, str]

    @property
    def total(self) -> pd.Series:
        """Sum of all series."""
        return self.adjusted.sum(axis=1)

    def summary(self) -> str:
        """Return how many series were adjusted."""
        count, rest = len(self.adjusted.columns), len(self.reasons)
        return f"{count} series: {count - rest} adjusted, {rest} left unadjusted"


def indirect(detail: pd.DataFrame, *, spec: Spec = SPEC, most_q: float = MOST_Q) -> Indirect:
    """Adjust every column of a table, so that the sum is the agency's kind of total.

    A series that X-13 refuses (for example one with months of no trade, which have no logarithms), or whose quality
    statistic Q is above ``most_q``, stays as it is.

    Parameters
    ----------
    detail : pandas.DataFrame
        Unadjusted values, monthly ``PeriodIndex`` without gaps, one column a series, all in one unit.
    spec : Spec
        How each is adjusted.
    most_q : float
        Q above which the adjustment is not used; Lothian and Morry (1978) accept up to 1. Not used without X-11.

    Raises
    ------
    ParameterError
        ``most_q`` is not positive.
    EngineMissingError
        There is no X-13 program.

    Notes
    -----
    U.S. Census Bureau, *U.S. International Trade in Goods and Services*, explanatory notes, on seasonal adjustment.
    """
    from tradelib.seasonal.x13.run import binary

    if not most_q > 0:
        raise ParameterError(f"most_q={most_q!r}: expected a number above 0")
    binary()
    batch = x13_batch(detail, spec=spec, progress=False)
    quality = pd.Series({name: result.number("f3.q") for name, result in batch.results.items()}, dtype=float)
    reasons = {name: str(error) for name, error in batch.failures.items()}
    reasons |= {name: f"Q is {q:.2f}, above {most_q:g}" for name, q in quality.items() if q > most_q}
    adjusted = detail.astype(float).copy()
    for name, result in batch.results.items():
        if name not in reasons:
            adjusted[name] = result.components["adjusted"]
    return Indirect(force_years(adjusted, detail), quality.reindex(detail.columns), reasons)


def force_years(adjusted: pd.DataFrame, unadjusted: pd.DataFrame) -> pd.DataFrame:
    """Return adjusted series scaled so that each whole calendar year adds up to the unadjusted one.

    A year of fewer than twelve months, and one whose adjusted values add up to zero, stays as it is.
    """
    year = pd.PeriodIndex(adjusted.index).year
    ratio = unadjusted.groupby(year).sum() / adjusted.groupby(year).sum()
    whole = pd.Series(1, index=adjusted.index).groupby(year).size().eq(12)
    ratio = ratio.where(ratio.notna()).where(whole, axis=0).fillna(1.0)
    return adjusted * ratio.reindex(year).to_numpy()


def repeats(difference: pd.Series) -> float:
    """Return the share of a difference's variance that the averages of the twelve calendar months account for.

    Parameters
    ----------
    difference : pandas.Series
        Ours minus the agency's, monthly ``PeriodIndex``.
    """
    month = pd.PeriodIndex(difference.index).month
    return float(difference.groupby(month).transform("mean").var(ddof=0) / difference.var(ddof=0))

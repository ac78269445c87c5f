"""The agency's own way, to adjust each five-digit end-use series, force its years and sum; and how close we come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from tradelib import store
from tradelib.quantity.errors import ComparabilityError, ParameterError, TradelibError
from tradelib.seasonal.x13 import Spec, build, x13_batch
from tradelib.seasonal.x13.run import binary

Values = TypeVar("Values", pd.Series, pd.DataFrame)
FLOWS = ("exports", "imports")
MOST_Q = 1.5
"""Quality statistic of X-11 above which a series is left unadjusted."""

SPEC: Spec = build(
    "x11",
    transform={"function": "log"},
    regression={"aictest": ("td",), "aicdiff": -4},
    outlier={"types": ("ao", "ls", "tc"), "critical": 3.3},
    x11={"sigmalim": (1.0, 2.0)},
)
"""Logs, airline model, trading days tested, no Easter, three types of outliers, X-11 with tighter limits of extremes.

Chosen by ``benchmarks/choose_enduse_spec.py`` on 2016-2020 only. Of 108 candidates ten lie within 0.01 percent of the
nearest (0.305 to 0.313); this is one of those that leave the seasonal filters to X-13."""


def force_years(adjusted: Values, unadjusted: Values) -> Values:
    """Return adjusted values scaled so that each whole calendar year adds up to the unadjusted one.

    A year of fewer than twelve months, and one whose adjusted values add up to zero, stays as it is.
    """
    year = pd.PeriodIndex(adjusted.index).year
    ratio = unadjusted.groupby(year).sum() / adjusted.groupby(year).sum()
    whole = pd.Series(1, index=adjusted.index).groupby(year).size().eq(12)
    return adjusted * ratio.loc[whole].fillna(1.0).reindex(year, fill_value=1.0).to_numpy()


def agreement(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    """Compare an adjusted series of ours with the published one of the same source.

    Parameters
    ----------
    ours, theirs : pandas.Series
        Positive values in one unit over the same months; ``theirs`` is the agency's. A month without a value in
        either is not compared, nor are the changes into it and out of it.

    Returns
    -------
    pandas.Series
        ``mean_absolute`` distance of a month, percent of the agency's value; ``correlation`` of the monthly changes in
        percent; ``same_direction``: percentage of months in which both rise or both fall, of those with a change.

    Raises
    ------
    ComparabilityError
        They do not cover the same months, or no change of a month is known in both.
    """
    if not ours.index.equals(theirs.index):
        spans = [f"{s.index[0]} to {s.index[-1]} ({len(s)} months)" for s in (ours, theirs)]
        raise ComparabilityError(f"ours covers {spans[0]}, the agency's {spans[1]}; expected the same months")
    changes = 100 * pd.DataFrame({"ours": ours, "theirs": theirs}).pct_change(fill_method=None).dropna()
    if changes.empty:
        raise ComparabilityError("found no two months in a row with a value in both series; expected some to compare")
    same = np.sign(changes["ours"]) == np.sign(changes["theirs"])
    distance, correlation = (100 * (ours / theirs - 1)).abs().mean(), changes["ours"].corr(changes["theirs"])
    return pd.Series({"mean_absolute": distance, "correlation": correlation, "same_direction": 100 * same.mean()})


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


def load_detail() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Load goods by five-digit end use and the agency's adjusted totals of the same months.

    Returns
    -------
    detail : pandas.DataFrame
        Unadjusted, by month, ``flow`` and ``code``, billions of dollars, Census basis; a month without trade is zero.
    agency : pandas.DataFrame
        The agency's adjusted exports and imports of all goods, under their names, as they stood before the annual
        revision after that of the detail, which comes every June.

    Raises
    ------
    ParameterError
        The store has no such release.
    """
    known = store.releases("census_enduse")
    if not known:
        raise ParameterError("the store has no goods by five-digit end use (census_enduse)")
    release, totals = known[-1], [f"{flow}_goods_enduse_census_nsa" for flow in FLOWS]
    facts = release.facts[release.facts["item"].str.count("/") == 3]  # goods, by end use, a category, a code
    codes = facts["cell"].str.extract(r"\w+ (?P<code>\d+)")  # the cell of a series is its code and its month
    by_code = facts.join(codes).pivot_table(index="last", columns=["flow", "code"], values="value", observed=True)
    detail = by_code.rename_axis(index="period").fillna(0.0) / 1e9
    about = store.load(totals, vintage=release.released, unit="billions").attrs["series"]
    detail.attrs["series"] = type(about)(zip(FLOWS, about.values(), strict=True))
    months = {"start": detail.index[0], "end": detail.index[-1]}
    before_next = min(dt.date(release.released.year + 1, 5, 31), store.releases()[-1].released)
    names = [f"{flow}_goods_census_sa" for flow in FLOWS]
    return detail, store.load(names, **months, vintage=before_next, unit="billions")


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
    if not most_q > 0:
        raise ParameterError(f"most_q={most_q!r}: expected a number above 0")
    binary()
    results, failures = x13_batch(detail, spec=spec)
    quality = pd.Series({name: result.number("f3.q") for name, result in results.items()}, dtype=float)
    for error in failures.values():
        if not isinstance(error, TradelibError):  # a defect of ours is no reason to leave a series as it is
            raise error
    reasons = {name: str(error) for name, error in failures.items()}
    reasons |= {name: f"Q is {q:.2f}, above {most_q:g}" for name, q in quality.items() if q > most_q}
    used = {name: result.adjusted for name, result in results.items() if name not in reasons}
    adjusted = detail.astype(float).assign(**used)
    return Indirect(force_years(adjusted, detail), quality.reindex(detail.columns), reasons)

"""Indirect adjustment as the agency does it: by five-digit end use, years forced, then summed; and how close it is."""

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
"""Quality statistic Q of X-11 above which a series is left unadjusted."""

SPEC: Spec = build(
    "x11",
    transform={"function": "log"},
    regression={"aictest": ("td",), "aicdiff": -4},
    outlier={"types": ("ao", "ls", "tc"), "critical": 3.3},
    x11={"sigmalim": (1.0, 2.0)},
)
"""Logs, airline model, trading days tested, no Easter, three types of outliers, X-11 with tighter limits for extremes.

Chosen by ``benchmarks/choose_enduse_spec.py`` on 2016-2020 only. The twelve nearest of 108 candidates are within 0.01
points (0.305 to 0.312 percent); this one has 0.310 and is one of those that leave the seasonal filters to X-13."""


def force_years(adjusted: Values, unadjusted: Values) -> Values:
    """Scale adjusted values so that each complete calendar year adds up to the unadjusted total.

    A year of fewer than twelve months, or one whose adjusted total is zero, is left as it is.
    """
    year = pd.PeriodIndex(adjusted.index).year
    ratio = unadjusted.groupby(year).sum() / adjusted.groupby(year).sum()
    whole = adjusted.groupby(year).size().eq(12)
    ratio = ratio.loc[whole].where(np.isfinite, 1.0)
    return adjusted * ratio.reindex(year, fill_value=1.0).to_numpy()


def agreement(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    """Compare our adjusted series with the agency's.

    Parameters
    ----------
    ours, theirs : pandas.Series
        Positive values in the same unit over the same months; ``theirs`` is the agency's. A month missing in either
        is left out, as are the changes into and out of it.

    Returns
    -------
    pandas.Series
        ``mean_absolute``: mean absolute difference, percent of the agency's value; ``correlation`` of the monthly
        percentage changes; ``same_direction``: percentage of these changes that have the same sign in both series.

    Raises
    ------
    ComparabilityError
        The series cover different months, or no monthly change is known in both.
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
    """Series adjusted one by one, and their sum.

    Attributes
    ----------
    adjusted : pandas.DataFrame
        Months down, series across; each complete calendar year adds up to the unadjusted total.
    quality : pandas.Series
        Quality statistic Q of X-11 by series; missing if X-13 could not adjust it.
    reasons : dict of str to str
        Why a series was left unadjusted, by series.
    """

    adjusted: pd.DataFrame
    quality: pd.Series
    reasons: dict[str, str]

    @property
    def total(self) -> pd.Series:
        """Sum of all series."""
        return self.adjusted.sum(axis=1)


def load_detail() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Load goods by five-digit end use and the agency's adjusted totals for the same months.

    Returns
    -------
    detail : pandas.DataFrame
        Unadjusted, by month, ``flow`` and ``code``, billions of dollars, Census basis; a month without trade is zero.
    agency : pandas.DataFrame
        The agency's adjusted exports and imports of all goods, by series name, as published before the next annual
        revision (every June) after the release of the detail.

    Raises
    ------
    ParameterError
        The store has no goods by five-digit end use.
    """
    known = store.releases("census_enduse")
    if not known:
        raise ParameterError("the store has no goods by five-digit end use (census_enduse)")
    release, totals = known[-1], [f"{flow}_goods_enduse_census_nsa" for flow in FLOWS]
    facts = release.facts[release.facts["item"].str.count("/") == 3]  # such as goods/enduse/foods/wheat
    codes = facts["cell"].str.extract(r"\w+ (?P<code>\d+)")  # such as "imports 00000, 2016-01"
    by_code = facts.join(codes).pivot_table(index="last", columns=["flow", "code"], values="value", observed=True)
    detail = by_code.rename_axis(index="period").fillna(0.0) / 1e9
    about = store.load(totals, vintage=release.released, unit="billions").attrs["series"]
    detail.attrs["series"] = type(about)(zip(FLOWS, about.values(), strict=True))
    before_next = min(dt.date(release.released.year + 1, 5, 31), store.releases()[-1].released)
    names = [f"{flow}_goods_census_sa" for flow in FLOWS]
    return detail, store.load(names, detail.index[0], detail.index[-1], before_next, unit="billions")


def indirect(detail: pd.DataFrame, *, spec: Spec = SPEC, most_q: float = MOST_Q) -> Indirect:
    """Adjust each column of a table by itself, so that their sum is an indirectly adjusted total.

    A series stays unadjusted if X-13 refuses it (for example because a month without trade has no logarithm) or if its
    quality statistic Q exceeds ``most_q``.

    Parameters
    ----------
    detail : pandas.DataFrame
        Unadjusted values, monthly ``PeriodIndex`` without gaps, one column per series, all in the same unit.
    spec : Spec
        How to adjust each series.
    most_q : float
        Largest Q for which an adjustment is used; Lothian and Morry (1978) accept up to 1. Without effect when the
        spec does not use X-11, which alone computes Q.

    Raises
    ------
    ParameterError
        ``most_q`` is not positive.
    EngineMissingError
        The X-13 program is not installed.

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
        if not isinstance(error, TradelibError):  # a bug in this package must not pass for a series that X-13 refused
            raise error
    reasons = {name: str(error) for name, error in failures.items()}
    reasons |= {name: f"Q is {q:.2f}, above {most_q:g}" for name, q in quality.items() if q > most_q}
    used = {name: result.adjusted for name, result in results.items() if name not in reasons}
    adjusted = detail.astype(float).assign(**used)
    return Indirect(force_years(adjusted, detail), quality.reindex(detail.columns), reasons)

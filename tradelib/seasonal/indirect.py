"""The agency's own way: adjust each five-digit end-use series, make its years add up, and sum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pandas as pd

from tradelib.quantity.errors import ParameterError, TradelibError
from tradelib.seasonal.agreement import force_years
from tradelib.seasonal.x13 import Spec, build, x13_batch
from tradelib.store import data_folder

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
        The agency's adjusted exports and imports of all goods, under their names.

    Raises
    ------
    ParameterError
        The data folder has no such tables.
    """
    folder = data_folder() / "census_enduse" / "2025-06-05"
    if not folder.is_dir():
        raise ParameterError("the data folder has no goods by five-digit end use (census_enduse)")
    table = pd.read_csv(folder / "goods_nsa.csv", dtype={"code": str}, index_col=["flow", "code"])
    detail = table.drop(columns="description").T.fillna(0.0) / 1e9
    agency = pd.read_csv(folder / "world_sa.csv", index_col="period") / 1e3
    months = pd.PeriodIndex(detail.index, freq="M", name="period")
    detail, agency = detail.set_index(months), agency.set_index(months)
    raw = _provenance("goods_nsa.csv", "API on end use", "nsa")
    adjusted = _provenance("world_sa.csv", "U.S. Trade in Goods by Country", "sa")
    detail.attrs["series"] = dict.fromkeys(("exports", "imports"), raw)
    agency.attrs["series"] = dict.fromkeys(agency, adjusted)
    return detail, agency


def _provenance(file: str, title: str, adjustment: str) -> dict[str, str]:
    """Return what a record says of a table of the folder."""
    text = (data_folder() / "census_enduse" / "2025-06-05" / file).read_bytes()
    return {
        "source": f"U.S. Census Bureau, {title}", "vintage": "2025-06-05", "compilation": "census", "basis": "census",
        "unit": "billions of dollars", "statistical_month": "2024-12", "adjustment": adjustment,
        "sha256": hashlib.sha256(text).hexdigest(),
    }  # fmt: skip


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
    results, failures = x13_batch(detail, spec=spec)
    quality = pd.Series({name: result.number("f3.q") for name, result in results.items()}, dtype=float)
    for error in failures.values():
        if not isinstance(error, TradelibError):  # a defect of ours is no reason to leave a series as it is
            raise error
    reasons = {name: str(error) for name, error in failures.items()}
    reasons |= {name: f"Q is {q:.2f}, above {most_q:g}" for name, q in quality.items() if q > most_q}
    adjusted = detail.astype(float).copy()
    for name, result in results.items():
        if name not in reasons:
            adjusted[name] = result.components["adjusted"]
    return Indirect(force_years(adjusted, detail), quality.reindex(detail.columns), reasons)

"""How good is an adjustment? Its card: X-11's M statistics, seasonality left, stability, revisions, annual totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tradelib.x13 import Adjustment, Spec, x13

if TYPE_CHECKING:
    from collections.abc import Mapping

Grade = Literal["good", "uncertain", "bad", "severe"]
ORDER: tuple[Grade, ...] = ("good", "uncertain", "bad", "severe")

_WORDS = {
    "f3.m01": ("M1", "irregular over three months, against the seasonal"),
    "f3.m02": ("M2", "irregular's share of the variance"),
    "f3.m03": ("M3", "irregular's change against the trend's"),
    "f3.m04": ("M4", "autocorrelation of the irregular"),
    "f3.m05": ("M5", "months until the trend dominates the irregular"),
    "f3.m06": ("M6", "irregular's yearly change against the seasonal's"),
    "f3.m07": ("M7", "moving against stable seasonality"),
    "f3.m08": ("M8", "fluctuation of the seasonal, all years"),
    "f3.m09": ("M9", "drift of the seasonal, all years"),
    "f3.m10": ("M10", "fluctuation of the seasonal, last years"),
    "f3.m11": ("M11", "drift of the seasonal, last years"),
    "f3.q": ("Q", "weighted mean of M1 to M11"),
}


@dataclass(frozen=True)
class Limits:
    """Where grades turn: up to the first limit good, then uncertain, bad, and beyond the last severe.

    Attributes
    ----------
    m : tuple of float
        M1 to M11 and Q (Lothian and Morry 1978 accept below 1).
    spans : tuple of float
        Percent of months whose factor differs by more than 3 percent between sliding spans (Findley and others 1990
        recommend adjustment below 15 and advise against it above 25).
    changes : tuple of float
        The same of monthly changes (35 and 40).
    qs_p : tuple of float
        p-value of QS of the adjusted series, falling.
    annual : tuple of float
        Largest distance of an annual total from the unadjusted one, percent.
    """

    m: tuple[float, float, float] = (1.0, 1.2, 2.0)
    spans: tuple[float, float, float] = (15.0, 25.0, 40.0)
    changes: tuple[float, float, float] = (35.0, 40.0, 60.0)
    qs_p: tuple[float, float, float] = (0.05, 0.01, 0.001)
    annual: tuple[float, float, float] = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class QualityCard:
    """The card of one adjustment.

    Attributes
    ----------
    adjustment : Adjustment
        The X-11 run behind the statistics, with the frozen model.
    measures : pandas.DataFrame
        By ``measure``: ``value``, ``grade`` (empty where there is no limit) and ``meaning``.
    calendar : pandas.DataFrame
        Trading-day and Easter effects: ``estimate``, ``standard_error``, ``t``.
    outliers : pandas.DataFrame
        By ``month``: ``type``, ``estimate``, ``t``.
    """

    adjustment: Adjustment
    measures: pd.DataFrame
    calendar: pd.DataFrame
    outliers: pd.DataFrame

    @property
    def verdict(self) -> Grade:
        """The grade of Q, or that of the adjusted series' QS where that is worse.

        Single M statistics, spans and totals are shown, not decisive: the agencies accept single failures.
        """
        grades = [self.measures.loc[name, "grade"] for name in ("Q", "QS after, p")]
        return max(grades, key=ORDER.index)

    def summary(self) -> str:
        """Return the verdict with the measures that are not good."""
        graded = self.measures[self.measures["grade"] != ""]
        weak = graded[graded["grade"] != "good"]
        told = ", ".join(f"{name} {row['value']:.2f} ({row['grade']})" for name, row in weak.iterrows()) or "none"
        return f"{self.adjustment.name}: {self.verdict}; Q {graded.loc['Q', 'value']:.2f}; not good: {told}"


def quality_card(
    series: pd.Series, spec: Spec | None = None, *, limits: Limits = Limits(), revisions: int = 3
) -> QualityCard:
    """Judge the adjustment of a series.

    The model is chosen once, frozen, and judged by X-11 with sliding spans and a history of revisions.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values as ``x13`` takes them.
    spec : Spec, optional
        How to adjust; the defaults otherwise. A spec for SEATS is judged by X-11 with the same model.
    limits : Limits
        Where grades turn.
    revisions : int
        Years at the end over which first adjustments are compared with the latest.

    Notes
    -----
    Lothian and Morry (1978); Findley, Monsell, Shulman and Pugh (1990); X-13ARIMA-SEATS Reference Manual, chapter 7.
    """
    frozen = x13(series, spec=spec).static() if spec else x13(series, "x11").static()
    asked = frozen.with_(seats=None, x11={}) if "x11" not in frozen.parts else frozen
    result = x13(series, spec=asked, slidingspans={})
    start = result.components.index[-1] - 12 * revisions + 1
    history = {"estimates": ("sadj", "sadjchng"), "start": f"{start.year}.{start.month}"}
    revised = x13(series, spec=asked, history=history)
    rows = [*_m_rows(result, limits), *_test_rows(result, limits), *_stability_rows(result, revised, limits)]
    rows.append(_annual_row(result, limits))
    measures = pd.DataFrame(rows, columns=["measure", "value", "grade", "meaning"]).set_index("measure")
    return QualityCard(result, measures, result.calendar, result.outliers)


Row = tuple[str, float, str, str]


def grade(value: float, limits: tuple[float, float, float]) -> str:
    """Return the grade of a value against limits that rise, or that fall; empty for a missing value."""
    if np.isnan(value):
        return ""
    rising = limits[0] < limits[-1]
    return ORDER[sum(value > limit if rising else value < limit for limit in limits)]


def _m_rows(result: Adjustment, limits: Limits) -> list[Row]:
    values = {key: result.number(key) for key in _WORDS}
    return [(name, values[key], grade(values[key], limits.m), meaning) for key, (name, meaning) in _WORDS.items()]


def _test_rows(result: Adjustment, limits: Limits) -> list[Row]:
    after = result.number("qssadj", 1)
    return [
        ("QS before", result.number("qsori"), "", "seasonality in the unadjusted series"),
        ("QS after, p", after, grade(after, limits.qs_p), "seasonality in the adjusted series"),
        ("F stable", result.number("f2.fsd8"), "", "F of stable seasonality, table D8"),
        ("F moving, p", result.number("f2.msf", 1) / 100, "", "moving seasonality, table D8"),
        ("trading days, p", result.number("ftest$Trading Day", 3), "", "F of the trading-day effects"),
    ]


def _stability_rows(result: Adjustment, revised: Adjustment, limits: Limits) -> list[Row]:
    factors, changes = result.number("s2.a.per", 2), result.number("s2.d.per", 2)
    first, monthly = (revised.number(f"r0{number}.lag00.aar.all") for number in (1, 2))
    return [
        ("sliding spans, %", factors, grade(factors, limits.spans), "months with unstable factors"),
        ("spans, changes, %", changes, grade(changes, limits.changes), "months with unstable changes"),
        ("revision, %", first, "", "mean absolute revision of the first adjustment"),
        ("revision, changes", monthly, "", "the same of monthly changes, percentage points"),
    ]


def _annual_row(result: Adjustment, limits: Limits) -> Row:
    parts = result.components[["observed", "adjusted"]].dropna()
    years = parts.groupby(pd.PeriodIndex(parts.index).year).agg(["sum", "count"])
    whole = years[years["observed", "count"] == 12]
    if whole.empty or (whole["observed", "sum"] <= 0).any():
        return "annual totals, %", float("nan"), "", "largest distance of a year's adjusted total from the unadjusted"
    gap = float((100 * (whole["adjusted", "sum"] / whole["observed", "sum"] - 1)).abs().max())
    return (
        "annual totals, %",
        gap,
        grade(gap, limits.annual),
        "largest distance of a year's adjusted total from the unadjusted",
    )


@dataclass(frozen=True)
class DirectIndirect:
    """A balance adjusted as such (direct) and as the difference of its adjusted sides (indirect).

    Attributes
    ----------
    balances : pandas.DataFrame
        By month: ``direct`` and ``indirect``, in the unit of the series.
    distance : float
        Mean absolute difference of the two.
    correlation : float
        Correlation of their monthly changes.
    roughness : dict of str to float
        Standard deviation of the monthly changes of each.
    """

    balances: pd.DataFrame
    distance: float
    correlation: float
    roughness: Mapping[str, float]

    def summary(self) -> str:
        """Return the comparison in one sentence."""
        return (
            f"direct and indirect balance are {self.distance:.2f} apart on average; monthly changes correlate "
            f"{self.correlation:.2f}, with standard deviation {self.roughness['direct']:.2f} direct and "
            f"{self.roughness['indirect']:.2f} indirect"
        )


def direct_indirect(exports: Adjustment, imports: Adjustment, spec: Spec | None = None) -> DirectIndirect:
    """Compare adjusting a balance with taking the balance of adjusted flows, as the agencies do.

    Parameters
    ----------
    exports, imports : Adjustment
        Adjusted flows of one basis, over the same months.
    spec : Spec, optional
        How to adjust the balance itself; the defaults otherwise.
    """
    observed = (exports.components["observed"] - imports.components["observed"]).rename("balance")
    direct = x13(observed, spec=spec) if spec else x13(observed)
    indirect = exports.components["adjusted"] - imports.components["adjusted"]
    both = pd.DataFrame({"direct": direct.components["adjusted"], "indirect": indirect})
    changes = both.diff()
    distance = float((both["direct"] - both["indirect"]).abs().mean())
    roughness = {str(name): float(value) for name, value in changes.std().items()}
    return DirectIndirect(both, distance, float(changes["direct"].corr(changes["indirect"])), roughness)

"""How good is an adjustment? Its card: X-11's M statistics, seasonality left, stability, revisions, annual totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tradelib.quantity.errors import EngineError, ParameterError
from tradelib.seasonal.x13 import Adjustment, Spec, x13

Grade = Literal["good", "uncertain", "bad", "severe"]
_BEFORE = 5  # years that X-13 wants before a history of revisions
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
        Percent of months whose factor, or additive adjusted value, differs by more than 3 percent between sliding
        spans (Findley and others 1990 recommend adjustment below 15 and advise against it above 25).
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
        By ``measure``: ``value``, ``grade`` (empty where there is no limit), ``meaning``, and the ``reason`` why
        there is no value (else empty). Revisions are in percent and percentage points, or, where adjusted values are
        not all positive, in the unit of the series; the name of the measure says which.
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
        return max((one for one in grades if one), key=ORDER.index)

    def summary(self) -> str:
        """Return the verdict with the measures that are not good, and those that have no value."""
        graded = self.measures[self.measures["grade"] != ""]
        weak = graded[graded["grade"] != "good"]
        doubts = ", ".join(f"{name} {row['value']:.2f} ({row['grade']})" for name, row in weak.iterrows()) or "none"
        empty = self.measures[self.measures["reason"] != ""].groupby("reason", sort=False).groups
        without = "".join(f"; without value: {' and '.join(names)} ({reason})" for reason, names in empty.items())
        return f"{self.adjustment.name}: {self.verdict}; Q {graded.loc['Q', 'value']:.2f}; not good: {doubts}{without}"


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
        Years at the end over which first adjustments are compared with the latest; five more must come before them,
        else the card has no revisions and says why.

    Raises
    ------
    ParameterError
        ``revisions`` is not a whole number of years above 0.
    SeriesError, EngineError
        As ``x13`` raises them.

    Notes
    -----
    Lothian and Morry (1978); Findley, Monsell, Shulman and Pugh (1990); X-13ARIMA-SEATS Reference Manual, chapter 7.
    """
    if isinstance(revisions, bool) or not isinstance(revisions, int) or revisions < 1:
        raise ParameterError(f"revisions={revisions!r}: expected a whole number of years above 0")
    frozen = x13(series, spec=spec).static() if spec else x13(series, "x11").static()
    asked = frozen.with_(seats=None, x11={}) if "x11" not in frozen.parts else frozen
    result = x13(series, spec=asked, slidingspans={"additivesa": "percent"})
    rows = [*_m_rows(result, limits), *_test_rows(result, limits), *_span_rows(result, limits)]
    rows += [*_revision_rows(series, asked, result.components["adjusted"], revisions), _annual_row(result, limits)]
    measures = pd.DataFrame(rows, columns=["measure", "value", "grade", "meaning", "reason"]).set_index("measure")
    return QualityCard(result, measures, result.calendar, result.outliers)


Row = tuple[str, float, str, str, str]


def _row(name: str, value: float, grade: str, meaning: str, reason: str = "X-13 gives none") -> Row:
    return name, value, grade, meaning, reason if np.isnan(value) else ""


def grade(value: float, limits: tuple[float, float, float]) -> str:
    """Return the grade of a value against limits that rise, or that fall; empty for a missing value."""
    if np.isnan(value):
        return ""
    rising = limits[0] < limits[-1]
    return ORDER[sum(value > limit if rising else value < limit for limit in limits)]


def _m_rows(result: Adjustment, limits: Limits) -> list[Row]:
    values = {key: result.number(key) for key in _WORDS}
    return [_row(name, values[key], grade(values[key], limits.m), meaning) for key, (name, meaning) in _WORDS.items()]


def _test_rows(result: Adjustment, limits: Limits) -> list[Row]:
    after = result.number("qssadj", 1)
    return [
        _row("QS before", result.number("qsori"), "", "seasonality in the unadjusted series"),
        _row("QS after, p", after, grade(after, limits.qs_p), "seasonality in the adjusted series"),
        _row("F stable", result.number("f2.fsd8"), "", "F of stable seasonality, table D8"),
        _row("F moving, p", result.number("f2.msf", 1) / 100, "", "moving seasonality, table D8"),
        _row(
            "trading days, p", result.number("ftest$Trading Day", 3), "", "F of the trading-day effects",
            "the model has none",
        ),
    ]  # fmt: skip


def _span_rows(result: Adjustment, limits: Limits) -> list[Row]:
    factors, changes = result.number("s2.a.per", 2), result.number("s2.d.per", 2)
    what = "factors"
    if np.isnan(factors) and not result.multiplicative:
        # additive factors have no percentage, so X-13 compares the adjusted values
        factors, what = result.number("s2.c.per", 2), "adjusted values"
    if result.diagnostics.get("ssdiff") == "yes":
        reason = "X-13 compares spans in percent only where adjusted values are positive"
    else:
        reason = next((note for note in result.notes if "sliding spans" in note), "X-13 gives none")
    return [
        _row("sliding spans, %", factors, grade(factors, limits.spans), f"months with unstable {what}", reason),
        _row("spans, changes, %", changes, grade(changes, limits.changes), "months with unstable changes", reason),
    ]


def _revision_rows(series: pd.Series, spec: Spec, adjusted: pd.Series, years: int) -> list[Row]:
    positive, least = bool((adjusted > 0).all()), 12 * (_BEFORE + years)
    mode = "percent" if positive else "difference"
    first = monthly = float("nan")
    # X-13 would move the start of a shorter history without being asked
    reason = f"revisions={years} needs {least} months; found {len(adjusted)}"
    if len(adjusted) >= least:
        start = adjusted.index[-1] - 12 * years + 1
        history = {
            "estimates": ("sadj", "sadjchng"), "start": f"{start.year}.{start.month}", "additivesa": mode,
        }  # fmt: skip
        try:
            revised = x13(series, spec=spec, history=history)
        except EngineError as error:
            reason = str(error)
        else:
            first, monthly = (revised.number(f"r0{number}.lag00.aar.all") for number in (1, 2))
            mode = revised.diagnostics.get("r01.aarmode", mode)
            reason = next((note for note in revised.notes if "history" in note), "X-13 gives none")
    level, change = ("%", "points") if mode == "percent" else ("units", "units")
    units = ("", "percentage points") if mode == "percent" else (", unit of the series", "unit of the series")
    return [
        _row(f"revision, {level}", first, "", f"mean absolute revision of the first adjustment{units[0]}", reason),
        _row(f"revision, changes, {change}", monthly, "", f"the same of monthly changes, {units[1]}", reason),
    ]


def _annual_row(result: Adjustment, limits: Limits) -> Row:
    name, meaning = "annual totals, %", "largest distance of a year's adjusted total from the unadjusted"
    parts = result.components[["observed", "adjusted"]].dropna()
    years = parts.groupby(pd.PeriodIndex(parts.index).year).agg(["sum", "count"])
    whole = years[years["observed", "count"] == 12]
    if whole.empty or (whole["observed", "sum"] <= 0).any():
        return _row(name, float("nan"), "", meaning, "no whole year" if whole.empty else "not all totals are positive")
    gap = float((100 * (whole["adjusted", "sum"] / whole["observed", "sum"] - 1)).abs().max())
    return _row(name, gap, grade(gap, limits.annual), meaning)

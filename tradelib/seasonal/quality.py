"""How good is an adjustment? Its card: X-11's M statistics, seasonality left, stability, revisions, annual totals."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from tradelib.quantity.errors import EngineError
from tradelib.seasonal.x13 import Adjustment, Spec, x13

Grade = Literal["good", "uncertain", "bad", "severe"]
ORDER: tuple[Grade, ...] = ("good", "uncertain", "bad", "severe")
_BEFORE, _YEARS = 5, 3
"""Years that X-13 wants before a history of revisions, and years over which first adjustments are compared."""

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LIMITS: dict[str, list[float]] = _TABLE["limits"]
"""Where grades turn: up to the first limit good, then uncertain, bad, and beyond the last severe; their sources are in
the file."""


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
    """

    adjustment: Adjustment
    measures: pd.DataFrame

    @property
    def verdict(self) -> Grade:
        """The grade of Q, or that of the adjusted series' QS where that is worse.

        Single M statistics, spans and totals are shown, not decisive: the agencies accept single failures.
        """
        grades = [self.measures.loc[name, "grade"] for name in ("Q", "QS after, p")]
        return max(filter(None, grades), key=ORDER.index)

    def summary(self) -> str:
        """Return the verdict with the measures that are not good, and those that have no value."""
        graded = self.measures[self.measures["grade"] != ""]
        weak = graded[graded["grade"] != "good"]
        doubts = ", ".join(f"{name} {row['value']:.2f} ({row['grade']})" for name, row in weak.iterrows()) or "none"
        empty = self.measures[self.measures["reason"] != ""].groupby("reason", sort=False).groups
        without = "".join(f"; without value: {' and '.join(names)} ({reason})" for reason, names in empty.items())
        return f"{self.adjustment.name}: {self.verdict}; Q {graded.loc['Q', 'value']:.2f}; not good: {doubts}{without}"


def quality_card(series: pd.Series, spec: Spec | None = None) -> QualityCard:
    """Judge the adjustment of a series.

    The model is chosen once, frozen, and judged by X-11 with sliding spans and a history of revisions: the first
    adjustments of the last three years against the latest. Five more years must come before them, else the card has no
    revisions and says why.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values as ``x13`` takes them.
    spec : Spec, optional
        How to adjust; the defaults otherwise. A spec for SEATS is judged by X-11 with the same model.

    Raises
    ------
    SeriesError, EngineError
        As ``x13`` raises them.

    Notes
    -----
    Lothian and Morry (1978); Findley, Monsell, Shulman and Pugh (1990); X-13ARIMA-SEATS Reference Manual, chapter 7.
    """
    frozen = x13(series, spec=spec).static() if spec else x13(series, "x11").static()
    by_x11 = frozen.with_(seats=None, x11={})
    result = x13(series, spec=by_x11, slidingspans={"additivesa": "percent"})
    rows = [_measured(result, row) for row in _TABLE["measure"]] + _span_rows(result)
    rows += [*_revision_rows(series, by_x11, result.adjusted), _annual_row(result)]
    columns = ["measure", "value", "grade", "meaning", "reason"]
    return QualityCard(result, pd.DataFrame(rows, columns=columns).set_index("measure"))


Row = tuple[str, float, str, str, str]


def _row(name: str, value: float, limits: str, meaning: str, reason: str = "X-13 gives none") -> Row:
    return name, value, grade(value, limits), meaning, reason if np.isnan(value) else ""


def grade(value: float, limits: str) -> str:
    """Return the grade of a value against limits that rise, or that fall; empty for a missing value or no limits."""
    if np.isnan(value) or not limits:
        return ""
    rising = LIMITS[limits][0] < LIMITS[limits][-1]
    return ORDER[sum(value > limit if rising else value < limit for limit in LIMITS[limits])]


def _measured(result: Adjustment, row: dict[str, Any]) -> Row:
    """Return a measure that X-13 prints under a key."""
    value = result.number(row["key"], row.get("at", 0)) / row.get("divide", 1)
    without = {"reason": row["without"]} if "without" in row else {}
    return _row(row["name"], value, row.get("limits", ""), row["meaning"], **without)


def _span_rows(result: Adjustment) -> list[Row]:
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
        _row("sliding spans, %", factors, "spans", f"months with unstable {what}", reason),
        _row("spans, changes, %", changes, "changes", "months with unstable changes", reason),
    ]


def _revision_rows(series: pd.Series, spec: Spec, adjusted: pd.Series) -> list[Row]:
    positive, least = bool((adjusted > 0).all()), 12 * (_BEFORE + _YEARS)
    mode = "percent" if positive else "difference"
    first = monthly = float("nan")
    # X-13 would move the start of a shorter history without being asked
    reason = f"revisions={_YEARS} needs {least} months; found {len(adjusted)}"
    if len(adjusted) >= least:
        start = adjusted.index[-1] - 12 * _YEARS + 1
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


def _annual_row(result: Adjustment) -> Row:
    name, meaning = "annual totals, %", "largest distance of a year's adjusted total from the unadjusted"
    parts = result.components[["observed", "adjusted"]].dropna()
    years = parts.groupby(pd.PeriodIndex(parts.index).year).agg(["sum", "count"])
    whole = years[years["observed", "count"] == 12]
    if whole.empty or (whole["observed", "sum"] <= 0).any():
        return _row(name, float("nan"), "", meaning, "no whole year" if whole.empty else "not all totals are positive")
    gap = float((100 * (whole["adjusted", "sum"] / whole["observed", "sum"] - 1)).abs().max())
    return _row(name, gap, "annual", meaning)

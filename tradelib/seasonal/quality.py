"""Quality card of an adjustment: M statistics of X-11, residual seasonality, stability, revisions, annual totals."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tradelib.quantity.errors import EngineError
from tradelib.seasonal.x13 import Adjustment, Spec, x13

Grade = Literal["good", "uncertain", "bad", "severe"]
ORDER: tuple[Grade, ...] = ("good", "uncertain", "bad", "severe")
_BEFORE, _YEARS = 5, 3
"""Years that X-13 needs before a history of revisions, and years over which first adjustments are compared."""

_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LIMITS: dict[str, list[float]] = _TABLE["limits"]
"""Limits between grades: good up to the first, then uncertain, then bad, severe beyond the last. The file gives their
sources."""


@dataclass(frozen=True)
class QualityCard:
    """The quality card of one adjustment.

    Attributes
    ----------
    adjustment : Adjustment
        The X-11 run that gave the statistics, with the frozen model.
    measures : pandas.DataFrame
        By ``measure``: ``value``; ``grade``, empty for a measure without limits; ``meaning``; and ``reason``, why a
        value is missing (otherwise empty). Revisions are in percent and percentage points or, if not all adjusted
        values are positive, in the unit of the series; the name of the measure says which.
    """

    adjustment: Adjustment
    measures: pd.DataFrame

    @property
    def verdict(self) -> Grade:
        """The worse of two grades: that of Q and that of QS on the adjusted series.

        Single M statistics, sliding spans and annual totals are shown but do not decide: agencies accept an adjustment
        that fails one of them.
        """
        grades = [self.measures.loc[name, "grade"] for name in ("Q", "QS after, p")]
        return max(filter(None, grades), key=ORDER.index)

    def summary(self) -> str:
        """Return the verdict, the measures that are not good, and those without a value, in one line."""
        graded = self.measures[self.measures["grade"] != ""]
        weak = graded[graded["grade"] != "good"]
        doubts = ", ".join(f"{name} {row['value']:.2f} ({row['grade']})" for name, row in weak.iterrows()) or "none"
        empty = self.measures[self.measures["reason"] != ""].groupby("reason", sort=False).groups
        without = "".join(f"; without value: {' and '.join(names)} ({reason})" for reason, names in empty.items())
        return f"{self.adjustment.name}: {self.verdict}; Q {graded.loc['Q', 'value']:.2f}; not good: {doubts}{without}"


def quality_card(series: pd.Series, spec: Spec | None = None) -> QualityCard:
    """Rate the adjustment of a series.

    The model is chosen once, frozen, and rated by X-11 with sliding spans and a history of revisions, which compares
    the first adjustments of the last three years with the latest. That history needs five more years before it; for a
    shorter series the card has no revisions and says why.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values as ``x13`` takes them.
    spec : Spec, optional
        How to adjust; by default the defaults of ``x13`` with X-11. A spec for SEATS is rated by X-11 with the same
        model.

    Raises
    ------
    SeriesError, EngineError
        As for ``x13``.

    Notes
    -----
    Lothian and Morry (1978); Findley, Monsell, Shulman and Pugh (1990); X-13ARIMA-SEATS Reference Manual, chapter 7.
    """
    frozen = x13(series, spec=spec).static() if spec else x13(series, "x11").static()
    by_x11 = frozen.with_(seats=None, x11={})
    result = x13(series, spec=by_x11, slidingspans={"additivesa": "percent"})
    rows = [_measured(result, **measure) for measure in _TABLE["measure"]]
    rows += [*_spans(result), *_revisions(series, by_x11, result.adjusted), _annual(result)]
    columns = ["measure", "value", "grade", "meaning", "reason"]
    return QualityCard(result, pd.DataFrame(rows, columns=columns).set_index("measure"))


Row = tuple[str, float, str, str, str]


def grade(value: float, limits: str) -> str:
    """Return the grade of a value against rising or falling limits; empty for a missing value or without limits."""
    if np.isnan(value) or not limits:
        return ""
    rising = LIMITS[limits][0] < LIMITS[limits][-1]
    return ORDER[sum(value > limit if rising else value < limit for limit in LIMITS[limits])]


def _measured(  # noqa: PLR0913 - a row of the file
    run: Adjustment | None, name: str, key: str, meaning: str, *, at: int = 0, divide: float = 1, limits: str = "",
    without: str = "X-13 gives none",
) -> Row:  # fmt: skip
    """Return the measure that a run prints under a key, with the reason if it has no value."""
    value = run.number(key, at) / divide if run else float("nan")
    return name, value, grade(value, limits), meaning, without if np.isnan(value) else ""


def _spans(result: Adjustment) -> list[Row]:
    reason = next((note for note in result.notes if "sliding spans" in note), "X-13 gives none")
    if result.diagnostics.get("ssdiff") == "yes":
        reason = "X-13 compares spans in percent only where adjusted values are positive"
    measures = _TABLE["spans"]["multiplicative" if result.multiplicative else "additive"]
    return [_measured(result, **measure, without=reason) for measure in measures]


def _revisions(series: pd.Series, spec: Spec, adjusted: pd.Series) -> list[Row]:
    least, mode, revised = 12 * (_BEFORE + _YEARS), "percent" if (adjusted > 0).all() else "difference", None
    # For a shorter series X-13 would silently move the start of the history.
    reason = f"a history of {_YEARS} years needs {least} months; found {len(adjusted)}"
    if len(adjusted) >= least:
        start = adjusted.index[-1] - 12 * _YEARS + 1
        history = {"estimates": ("sadj", "sadjchng"), "start": f"{start.year}.{start.month}", "additivesa": mode}
        try:
            revised = x13(series, spec=spec, history=history)
            reason = next((note for note in revised.notes if "history" in note), "X-13 gives none")
        except EngineError as error:
            reason = str(error)
    return [_measured(revised, **measure, without=reason) for measure in _TABLE["revisions"][mode]]


def _annual(result: Adjustment) -> Row:
    parts = result.components[["observed", "adjusted"]].dropna()
    years = parts.groupby(pd.PeriodIndex(parts.index).year)
    whole = years.sum()[years.size() == 12]
    gap, reason = float((100 * (whole["adjusted"] / whole["observed"] - 1)).abs().max()), ""
    if whole.empty or (whole["observed"] <= 0).any():
        gap, reason = float("nan"), "no whole year" if whole.empty else "not all totals are positive"
    meaning = "largest distance of a year's adjusted total from the unadjusted"
    return "annual totals, %", gap, grade(gap, "annual"), meaning, reason

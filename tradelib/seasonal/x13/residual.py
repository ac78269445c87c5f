"""What the X-13 engine adds to the question whether seasonality is left in an adjusted series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tradelib.quantity.monthly import require_months
from tradelib.seasonal import LEAST_YEARS, WHOLE, monthly_changes, qs, recent
from tradelib.seasonal.x13 import x13

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIMARY_YEARS = 15
"""Years of the one test that decides: long enough for it, and recent enough for seasonality that crept in."""
_RANDOM_WALK: dict[str, Any] = {"regression": None, "arima": {"model": "(0 1 1)"}}


def _scale(values: pd.Series) -> Literal["log", "none"]:
    return "log" if (values > 0).all() else "none"


@dataclass(frozen=True)
class ModelF:
    """The test of fixed seasonal effects in an adjusted series, and how large they may still be.

    Attributes
    ----------
    name : str
        The series.
    first, last : pandas.Period
        Span tested.
    statistic, p_value : float
        F that all effects are zero, and its p-value.
    effects : pandas.DataFrame
        By month, January to November (those of December make the sum zero): ``estimate`` and ``standard_error``, in
        percent where the model is for logarithms, else in the unit of the series.
    """

    name: str
    first: pd.Period
    last: pd.Period
    statistic: float
    p_value: float
    effects: pd.DataFrame

    @property
    def bound(self) -> float:
        """The largest effect of a month that lies within two standard errors of its estimate.

        It says what the test could not have seen: an effect of that size may be there although none is proven.
        """
        return float((self.effects["estimate"].abs() + 2 * self.effects["standard_error"]).max())


def model_f(series: pd.Series, *, years: int = PRIMARY_YEARS) -> ModelF:
    """Test fixed seasonal effects in a regARIMA model with outliers.

    Outliers are searched and modelled first, so that 2020 neither hides nor feigns seasonality.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex``, no gap.
    years : int
        Most recent years tested, five or more; all of a shorter series.

    Notes
    -----
    Lytras, Feldpausch and Bell (2007). The ARIMA model is (0 1 1), of logarithms when every value is positive.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    span = [*recent(values, (years,)).values()][-1]
    scale = _scale(values)
    fitted = x13(
        span, None, **_RANDOM_WALK | {"regression": {"variables": ("seasonal",)}, "transform": {"function": scale}}
    )
    _, _, statistic, p_value = fitted.diagnostics["ftest$Seasonal"].split()
    effects = fitted.regression.query("group == 'Seasonal'")[["estimate", "standard_error"]]
    return ModelF(
        str(series.name or "series"), span.index[0], span.index[-1], float(statistic), float(p_value),
        effects * (100 if scale == "log" else 1),
    )  # fmt: skip


@dataclass(frozen=True)
class BeaRule:
    """The rule of the Bureau of Economic Analysis; a span is flagged when all three measures are beyond their limit.

    Attributes
    ----------
    qs_p : float
        p-value of QS below it.
    stable_f : float
        F of stable seasonality (table D8) above it.
    m7 : float
        M7 below it.
    """

    qs_p: float = 0.01
    stable_f: float = 7.0
    m7: float = 1.0


@dataclass(frozen=True)
class Measures:
    """X-11 measures of an adjusted series, and what the Bureau's rule says of them.

    Attributes
    ----------
    name : str
        The series.
    table : pandas.DataFrame
        By ``span``: ``qs_p``, ``stable_f``, ``moving_f``, ``m7``, ``identifiable`` (the combined test: present,
        probably not present, not present) and ``flagged``.
    rule : BeaRule
        Its limits.
    """

    name: str
    table: pd.DataFrame
    rule: BeaRule

    @property
    def verdict(self) -> Literal["flagged", "flagged in part", "not flagged"]:
        """Whether every span is flagged, some are, or none is."""
        flagged = self.table["flagged"]
        return "flagged" if flagged.all() else "flagged in part" if flagged.any() else "not flagged"


def x11_measures(series: pd.Series, *, years: Sequence[int] = (15,), rule: BeaRule = BeaRule()) -> Measures:
    """Take M7, the F tests of table D8 and the combined test from X-11 on an adjusted series.

    They are descriptive: X-11 smooths whatever it is given, so none of them has a size. That is why they are not
    among the corrected tests, and why the rule asks for all of them together.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex``, no gap.
    years : sequence of int
        Most recent spans besides the whole one, each of five years or more.
    rule : BeaRule
        Limits.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    changes = recent(monthly_changes(values)[0], years)
    rows: dict[str, dict[str, Any]] = {}
    for span, part in recent(values, years).items():
        result = x13(part, "x11", transform={"function": _scale(values)}, **_RANDOM_WALK)
        measures = {
            "stable_f": result.number("f2.fsd8"),
            "moving_f": result.number("f2.msf"),
            "m7": result.number("f3.m07"),
        }
        rows[span] = {"qs_p": qs(changes.get(span, changes[WHOLE]))[2], **measures, "identifiable": result.identifiable}
    table = pd.DataFrame(rows).T.rename_axis("span")
    beyond = (table["qs_p"] < rule.qs_p) & (table["stable_f"] > rule.stable_f) & (table["m7"] < rule.m7)
    return Measures(str(series.name or "series"), table.assign(flagged=beyond).infer_objects(), rule)

"""What the X-13 engine adds to the question whether seasonality is left in an adjusted series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tradelib.monthly import require_months
from tradelib.seasonal import COLUMNS, LEAST_YEARS, SPANS, WHOLE, Verdict, monthly_changes, qs, recent
from tradelib.seasonal.x13 import x13

if TYPE_CHECKING:
    from collections.abc import Sequence

_RANDOM_WALK: dict[str, Any] = {"regression": None, "arima": {"model": "(0 1 1)"}}


def _scale(values: pd.Series) -> Literal["log", "none"]:
    return "log" if (values > 0).all() else "none"


def model_f(series: pd.Series, *, years: Sequence[int] = SPANS) -> pd.DataFrame:
    """Test fixed seasonal effects in a regARIMA model with outliers.

    Outliers are searched and modelled first, so that 2020 neither hides nor feigns seasonality.

    Parameters
    ----------
    series : pandas.Series
        Seasonally adjusted values, monthly ``PeriodIndex``, no gap.
    years : sequence of int
        Most recent spans besides the whole one, each of five years or more.

    Returns
    -------
    pandas.DataFrame
        One row a span: ``span``, ``test`` (``"model F"``), ``statistic`` (F), ``freedom`` (of its numerator) and
        ``p_value``; ``seasonal.residual_seasonality`` takes it as ``more``.

    Notes
    -----
    Lytras, Feldpausch and Bell (2007). The ARIMA model is (0 1 1), of logarithms when every value is positive.
    """
    values = require_months(series, least=12 * LEAST_YEARS, purpose="residual seasonality", varying=True)
    rows = []
    for span, part in recent(values, years).items():
        transform = {"function": _scale(values)}
        asked = _RANDOM_WALK | {"regression": {"variables": ("seasonal",)}, "transform": transform}
        freedom, _, statistic, p_value = x13(part, None, **asked).diagnostics["ftest$Seasonal"].split()
        rows.append((span, "model F", float(statistic), int(freedom), float(p_value)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
    def verdict(self) -> Verdict:
        """``present`` when every span is flagged, ``uncertain`` when some are, else ``none``."""
        flagged = self.table["flagged"]
        return "present" if flagged.all() else "uncertain" if flagged.any() else "none"

    def summary(self) -> str:
        """Return the verdict with the measures of the whole span."""
        at = self.table.loc[WHOLE]
        return (
            f"{self.name}: residual seasonality by BEA's rule: {self.verdict}; whole span QS p {at['qs_p']:.3f}, "
            f"F {at['stable_f']:.2f}, M7 {at['m7']:.2f}, combined test {at['identifiable']}"
        )


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
        told = {
            "stable_f": result.number("f2.fsd8"),
            "moving_f": result.number("f2.msf"),
            "m7": result.number("f3.m07"),
        }
        rows[span] = {"qs_p": qs(changes.get(span, changes[WHOLE]))[2], **told, "identifiable": result.identifiable}
    table = pd.DataFrame(rows).T.rename_axis("span")
    beyond = (table["qs_p"] < rule.qs_p) & (table["stable_f"] > rule.stable_f) & (table["m7"] < rule.m7)
    return Measures(str(series.name or "series"), table.assign(flagged=beyond).infer_objects(), rule)

"""Three-month averages, growth measures and what the parts of a series add to its change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["percent", "change"]


@dataclass(frozen=True)
class ThreeMonths:
    """Three-month averages as the release defines them.

    Attributes
    ----------
    table : DataFrame
        By month: ``average`` of the month and the two before it; ``month_change`` from the average ending one month
        earlier, ``year_change`` from the one ending twelve months earlier. Unit of the series.
    """

    table: pd.DataFrame

    def summary(self) -> str:
        """Say the newest average and its two changes in one sentence."""
        last = self.table.dropna(subset=["average"]).iloc[-1]
        text = f"The average of the three months ending in {last.name:%B %Y} is {last['average']:.1f}"
        for column, base in (
            ("month_change", "the three months ending a month earlier"),
            ("year_change", "a year ago"),
        ):
            if pd.notna(last[column]):
                text += f", {last[column]:+.1f} from {base}"
        return text + "."


def three_month_average(series: pd.Series) -> ThreeMonths:
    """Average each month with the two before it, and compare with one month and one year earlier.

    Parameters
    ----------
    series : Series
        Monthly, one vintage. An average of which a month is missing is missing.

    Raises
    ------
    SeriesError
        No three consecutive months have values.

    Notes
    -----
    Exhibit 2 of the FT-900: (x_t + x_{t-1} + x_{t-2}) / 3, all three from the same release.
    """
    average = series.astype(float).rolling(3, min_periods=3).mean()
    if not average.notna().any():
        raise SeriesError(f"three-month average: {series.name} has no three consecutive months")
    compared = {"average": average, "month_change": average.diff(1), "year_change": average.diff(12)}
    return ThreeMonths(pd.DataFrame(compared))


@dataclass(frozen=True)
class Growth:
    """Growth measures, each named; none that is not defined for the series.

    Attributes
    ----------
    table : DataFrame
        By month, in percent or in the unit of the series as ``kind`` says: ``month`` on the month before, ``year`` on
        the same month of the year before, ``three_months`` (mean of three months on the mean of the three before), and
        for percent ``annualised``, what ``three_months`` makes in a year if it goes on.
    kind : {"percent", "change"}
        Percent growth, or change in the unit of the series.
    """

    table: pd.DataFrame
    kind: Kind

    def summary(self, unit: str = "") -> str:
        """Say the newest values in one sentence."""
        last = self.table.iloc[-1].dropna()
        mark = " %" if self.kind == "percent" else f" {unit}".rstrip()
        said = [f"{name.replace('_', ' ')} {value:+.1f}{mark}" for name, value in last.items()]
        return f"{self.table.index[-1]:%B %Y}: " + ", ".join(said) + "."


def growth(series: pd.Series, kind: Kind | None = None) -> Growth:
    """Measure growth over a month, a year, and three months on the previous three.

    Parameters
    ----------
    series : Series
        Monthly. A measure of which a month is missing is missing.
    kind : {"percent", "change"}, optional
        By default percent for a series that is positive throughout, else the change in its unit: percent growth of a
        balance that can change sign has no meaning.

    Raises
    ------
    SeriesError
        Percent growth was asked for and a value is zero or negative, or there are no values.
    ParameterError
        Another kind.

    Notes
    -----
    With m_t the mean of t, t-1, t-2: three months 100 (m_t / m_{t-3} - 1), annualised 100 ((m_t / m_{t-3})^4 - 1).
    """
    if kind not in (None, "percent", "change"):
        raise ParameterError(f"unknown kind {kind!r}; possible: change, percent")
    values = series.astype(float)
    if values.isna().all():
        raise SeriesError(f"growth: {series.name} has no values")
    bad = values.index[values <= 0]
    if kind == "percent" and len(bad):
        raise SeriesError(f"percent growth: {series.name} is {values[bad[0]]:g} in {bad[0]}; expected positive values")
    average = values.rolling(3, min_periods=3).mean()
    pairs = {"month": (values, 1), "year": (values, 12), "three_months": (average, 3)}
    if kind == "change" or len(bad):
        return Growth(pd.DataFrame({name: x.diff(lag) for name, (x, lag) in pairs.items()}), "change")
    ratios = pd.DataFrame({name: x / x.shift(lag) for name, (x, lag) in pairs.items()})
    ratios["annualised"] = ratios["three_months"] ** 4
    return Growth(100 * (ratios - 1), "percent")


def contributions(
    whole: pd.Series, parts: pd.DataFrame, signs: Iterable[int], lag: int = 12, within: float = 0.004
) -> pd.DataFrame:
    """Split the change of a whole into what each part adds to it.

    Parameters
    ----------
    whole : Series
        Monthly; equals the signed sum of the parts.
    parts : DataFrame
        The parts by month.
    signs : iterable of int
        +1 or -1 a part, in column order: imports enter the balance with -1.
    lag : int
        Months over which the change is taken.
    within : float
        How far the parts may miss the whole, in its unit: rounding of the published millions.

    Returns
    -------
    DataFrame
        One column a part and ``whole``, changes over ``lag`` months.

    Raises
    ------
    ComparabilityError
        The parts do not add up to the whole.
    """
    signed = parts * list(signs)
    gap = (signed.sum(axis=1, min_count=parts.shape[1]) - whole).abs()
    if gap.max() > within:
        raise ComparabilityError(
            f"{' and '.join(map(str, parts))} miss {whole.name} by {gap.max():g} in {gap.idxmax()}; "
            f"expected at most {within:g}",
        )
    return signed.assign(whole=whole).diff(lag)

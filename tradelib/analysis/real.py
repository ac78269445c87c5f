"""How far deflating by one price index is from the agencies' chained dollars, when, and in what way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tradelib.quantity.errors import SeriesError


@dataclass(frozen=True)
class Consistency:
    """A flow deflated by an index, beside the same flow in chained dollars.

    Attributes
    ----------
    growth : pandas.DataFrame
        Percent changes over twelve months of the ``implicit`` price and of the ``index``.
    distance : pandas.Series
        By month, how far the deflated volume lies above the chained one, percent; 0 on average in the reference year.
    correlation : float
        Of the two columns of ``growth``.
    slope, drift : float
        Least squares ``implicit = drift + slope * index``. A slope below 1: the index swings more than the implicit
        price, as it does when what swings (petroleum) weighs more in it. A drift below 0: the implicit price rises
        less at any rate of the index, as it does when what becomes cheaper all the time (computers) weighs more.
    jumps : pandas.Series
        Changes of ``distance`` from a month to the next that are large and last, see ``consistency``.
    """

    growth: pd.DataFrame
    distance: pd.Series
    correlation: float
    slope: float
    drift: float
    jumps: pd.Series

    @property
    def by_year(self) -> pd.Series:
        """Mean distance in each year, percent."""
        return self.distance.groupby(self.distance.index.year).mean().rename_axis("year")

    def summary(self) -> str:
        """Say how close the two are."""
        gap = self.growth["index"] - self.growth["implicit"]
        return (
            f"correlation {self.correlation:.2f}, the index rises {gap.mean():+.1f} points a year faster, "
            f"{gap.abs().mean():.1f} points apart on average; slope {self.slope:.2f}, drift {self.drift:+.1f}"
        )


def consistency(
    nominal: pd.Series, deflated: pd.Series, chained: pd.Series, *, threshold: float = 8.0, window: int = 6
) -> Consistency:
    """Compare a flow deflated by a price index with the same flow in chained dollars.

    Parameters
    ----------
    nominal : pandas.Series
        Current dollars by month.
    deflated, chained : pandas.Series
        Its volumes in the same months, at the prices of the same year, in the unit of ``nominal``.
    threshold : float
        How many times the median change from a month to the next makes a jump.
    window : int
        It lasts if the mean distance of that many months after it differs from that of as many before it by at
        least three quarters of the jump.

    Raises
    ------
    SeriesError
        The months differ, or there are fewer than three years.
    """
    volumes = pd.DataFrame({"implicit": chained, "index": deflated})
    if not nominal.index.equals(deflated.index) or not nominal.index.equals(chained.index):
        spans = [f"{side.index[0]} to {side.index[-1]}" for side in (nominal, deflated, chained)]
        raise SeriesError(f"found {', '.join(spans)}; expected the same months of value, deflated and chained volume")
    growth = 100 * (1 / volumes.div(nominal, axis=0)).pct_change(12, fill_method=None)
    both = growth.dropna()
    if len(both) < 24:
        raise SeriesError(f"{nominal.name} has {len(both)} changes over twelve months; expected 24 or more")
    slope, drift = np.polyfit(both["index"], both["implicit"], 1)
    distance = (100 * (deflated / chained - 1)).rename("distance")
    steps = distance.diff()
    level = distance.rolling(window).mean()
    lasting = level.shift(1 - window) - level.shift(1)
    jumps = steps[(steps.abs() > threshold * steps.abs().median()) & (lasting / steps >= 0.75)]
    correlation = float(both.corr().iloc[0, 1])
    return Consistency(growth, distance, correlation, float(slope), float(drift), jumps)

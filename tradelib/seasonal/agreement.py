"""What makes a seasonal adjustment of ours the agency's kind, and how close it comes to the agency's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ComparabilityError

if TYPE_CHECKING:
    from collections.abc import Mapping

Values = TypeVar("Values", pd.Series, pd.DataFrame)


def force_years(adjusted: Values, unadjusted: Values) -> Values:
    """Return adjusted values scaled so that each whole calendar year adds up to the unadjusted one.

    A year of fewer than twelve months, and one whose adjusted values add up to zero, stays as it is.
    """
    year = pd.PeriodIndex(adjusted.index).year
    ratio = unadjusted.groupby(year).sum() / adjusted.groupby(year).sum()
    whole = pd.Series(1, index=adjusted.index).groupby(year).size().eq(12)
    ratio = ratio.where(ratio.notna()).where(whole, axis=0).fillna(1.0)
    return adjusted * ratio.reindex(year).to_numpy()


@dataclass(frozen=True)
class Agreement:
    """How close an adjustment of ours comes to the agency's.

    Attributes
    ----------
    difference : pandas.Series
        Ours minus the agency's in percent of the agency's, by month; missing where either has no value.
    mean_absolute : float
        Mean of its absolute values, percent.
    correlation : float
        Correlation of the monthly changes in percent.
    same_direction : float
        Share of months in which both rise or both fall, percent; of the months whose change both have.
    """

    difference: pd.Series
    mean_absolute: float
    correlation: float
    same_direction: float


def agreement(ours: pd.Series, theirs: pd.Series) -> Agreement:
    """Compare an adjusted series of ours with the published one of the same source.

    Parameters
    ----------
    ours, theirs : pandas.Series
        Positive values in one unit over the same months; ``theirs`` is the agency's. A month without a value in
        either is not compared, nor are the changes into it and out of it.

    Raises
    ------
    ComparabilityError
        They do not cover the same months, or no change of a month is known in both.
    """
    if not ours.index.equals(theirs.index):
        spans = [f"{s.index[0]} to {s.index[-1]} ({len(s)} months)" for s in (ours, theirs)]
        raise ComparabilityError(f"ours covers {spans[0]}, the agency's {spans[1]}; expected the same months")
    difference = 100 * (ours / theirs - 1)
    changes = 100 * pd.DataFrame({"ours": ours, "theirs": theirs}).pct_change(fill_method=None).dropna()
    if changes.empty:
        raise ComparabilityError("found no two months in a row with a value in both series; expected some to compare")
    same = np.sign(changes["ours"]) == np.sign(changes["theirs"])
    return Agreement(
        difference,
        float(difference.abs().mean()),
        float(changes["ours"].corr(changes["theirs"])),
        100 * float(same.mean()),
    )


def agreement_table(rows: Mapping[Any, Agreement]) -> pd.DataFrame:
    """Return several comparisons side by side, one row each."""
    columns = ("mean_absolute", "correlation", "same_direction")
    return pd.DataFrame({name: {c: getattr(a, c) for c in columns} for name, a in rows.items()}).T

"""Quiet and turbulent months: two variances of the monthly change, switching as a Markov chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tradelib.monthly import require_months
from tradelib.quantity.errors import SeriesError
from tradelib.trend.fitting import fit_quietly


@dataclass(frozen=True)
class Regimes:
    """Which months were turbulent.

    Attributes
    ----------
    probability : Series
        By month, that it was turbulent, in the light of all months.
    sd : (float, float)
        Standard deviation of a change in quiet and in turbulent months, in the unit of the changes.
    stay : (float, float)
        Probability that a quiet, or a turbulent, month is followed by one of its kind.
    gain : float
        By how much BIC falls from one variance to two; below zero the months are of one kind.
    notes : tuple of str
        What the optimiser warned of.
    """

    probability: pd.Series
    sd: tuple[float, float]
    stay: tuple[float, float]
    gain: float
    notes: tuple[str, ...]

    @property
    def turbulent(self) -> pd.Series:
        """The months that were more likely turbulent than not."""
        return self.probability > 0.5

    def summary(self) -> str:
        """Say how the two kinds differ and how long they last."""
        if self.gain <= 0:
            return f"One kind of month is enough (BIC rises by {-self.gain:.1f} with two)."
        length = 1 / (1 - self.stay[1]) if self.stay[1] < 1 else float("inf")
        return (
            f"Changes scatter by {self.sd[0]:.1f} in quiet and {self.sd[1]:.1f} in turbulent months; turbulence lasts "
            f"{length:.0f} months on average; {self.turbulent.mean():.0%} of the months were turbulent."
        )


def switching(changes: pd.Series) -> Regimes:
    """Fit two regimes with their own variance and a common mean to monthly changes.

    Parameters
    ----------
    changes : Series
        Monthly changes (or growth rates), no gap, not constant, at least 48.

    Raises
    ------
    SeriesError
        The changes are unfit, or the likelihood has no maximum that can be found.

    References
    ----------
    Hamilton (1989), "A new approach to the economic analysis of nonstationary time series", Econometrica 57, 357-384;
    smoothed probabilities after Kim (1994).
    """
    from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

    values = require_months(changes, least=48, purpose="quiet and turbulent months", varying=True)
    scale = float(values.std())
    data = (values.to_numpy() - values.mean()) / scale
    model = MarkovRegression(data, k_regimes=2, trend="n", switching_variance=True)
    fit, notes = fit_quietly(lambda: model.fit(disp=False, maxiter=200), "Markov switching")
    told = dict(zip(model.param_names, map(float, fit.params), strict=True))
    variances = np.array([told["sigma2[0]"], told["sigma2[1]"]])
    if (variances <= 0).any() or not np.isfinite(fit.llf):
        raise SeriesError("Markov switching cannot be fitted: a variance is zero")
    low, high = np.argsort(variances)
    stay = {0: told["p[0->0]"], 1: 1 - told["p[1->0]"]}
    months = len(data)
    one = -months / 2 * (np.log(2 * np.pi * np.mean(data**2)) + 1)
    gain = 2 * (float(fit.llf) - one) - 3 * np.log(months)
    probability = pd.Series(fit.smoothed_marginal_probabilities[:, high], values.index, name="turbulent")
    deviations = scale * np.sqrt(variances)
    kinds = (float(deviations[low]), float(deviations[high]))
    return Regimes(probability, kinds, (stay[int(low)], stay[int(high)]), float(gain), notes)

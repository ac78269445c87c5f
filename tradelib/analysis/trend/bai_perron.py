"""Bai and Perron's distributions: critical values of the tests for breaks, and how far a break date may be off.

The critical values are the published ones for one coefficient that breaks (a mean) and regressors without trend:
Bai and Perron (2003b), "Critical values for multiple structural change tests", Econometrics Journal 6, 72-78, which
extend the tables of Bai and Perron (1998), Econometrica 66, 47-78.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from tradelib.quantity.errors import ParameterError

# By trimming, then by size of the test in percent. SUP_F: k breaks against none, k = 1, 2, ...; SEQUENTIAL: l + 1
# against l breaks, l = 0, 1, ...; UD_MAX: one or more, up to five, against none.
SUP_F: dict[float, dict[int, tuple[float, ...]]] = {
    0.05: {
        10: (8.02, 7.87, 7.07, 6.61, 6.14, 5.74, 5.40, 5.09, 4.81),
        5: (9.63, 8.78, 7.85, 7.21, 6.69, 6.23, 5.86, 5.51, 5.20),
        1: (13.58, 10.95, 9.37, 8.50, 7.85, 7.21, 6.75, 6.33, 5.98),
    },
    0.10: {
        10: (7.42, 6.93, 6.09, 5.44, 4.85, 4.32, 3.83, 3.22),
        5: (9.10, 7.92, 6.84, 6.03, 5.37, 4.80, 4.23, 3.58),
        1: (13.00, 10.14, 8.42, 7.31, 6.48, 5.74, 5.05, 4.28),
    },
    0.15: {
        10: (7.04, 6.28, 5.21, 4.41, 3.47),
        5: (8.58, 7.22, 5.96, 4.99, 3.91),
        1: (12.29, 9.36, 7.60, 6.19, 4.91),
    },
}
SEQUENTIAL: dict[float, dict[int, tuple[float, ...]]] = {
    0.05: {
        10: (8.02, 9.56, 10.45, 11.07, 11.65, 12.07, 12.47, 12.70, 13.07, 13.34),
        5: (9.63, 11.14, 12.16, 12.83, 13.45, 14.05, 14.29, 14.50, 14.69, 14.88),
        1: (13.58, 15.03, 15.62, 16.39, 16.60, 16.90, 17.04, 17.27, 17.32, 17.61),
    },
    0.10: {
        10: (7.42, 9.05, 9.97, 10.49, 10.91, 11.29, 11.86, 12.26, 12.57, 12.84),
        5: (9.10, 10.55, 11.36, 12.35, 12.97, 13.45, 13.88, 14.12, 14.45, 14.51),
        1: (13.00, 14.51, 15.44, 15.73, 16.39, 16.60, 16.78, 16.90, 16.99, 17.04),
    },
    0.15: {
        10: (7.04, 8.51, 9.41, 10.04, 10.58, 11.03, 11.43, 11.75, 12.01, 12.20),
        5: (8.58, 10.13, 11.14, 11.83, 12.25, 12.66, 13.08, 13.35, 13.75, 13.89),
        1: (12.29, 13.89, 14.80, 15.28, 15.76, 16.27, 16.63, 16.77, 16.81, 17.01),
    },
}
UD_MAX: dict[float, dict[int, float]] = {
    0.05: {10: 8.78, 5: 10.17, 1: 13.74},
    0.10: {10: 8.05, 5: 9.52, 1: 13.07},
    0.15: {10: 7.46, 5: 8.88, 1: 12.37},
}


def check_level(trim: float, percent: int) -> None:
    """Raise ``ParameterError`` when there are no published values for this trimming and size of test."""
    if trim not in SUP_F:
        raise ParameterError(f"trim {trim!r} has no published critical values; possible: {', '.join(map(str, SUP_F))}")
    if percent not in SUP_F[trim]:
        raise ParameterError(f"size {percent!r} percent has no published critical values; possible: 1, 5, 10")


def date_cdf(x: float, ratio: float = 1.0) -> float:
    """Return the distribution function of the scaled error of a break date.

    Parameters
    ----------
    x : float
        ``(estimate - true) * jump**2 / long-run variance before the break``.
    ratio : float
        Long-run variance after the break over that before it.

    References
    ----------
    Bai (1997), "Estimation of a change point in multiple regression models", Review of Economics and Statistics 79,
    551-563, appendix B, with equal second moments of the regressor on both sides.
    """
    if x < 0:
        return 1.0 - _right(-x / ratio, 1.0 / ratio)
    return _right(x, ratio)


def _right(x: float, ratio: float) -> float:
    root = np.sqrt(ratio)
    a, b = (ratio + 1) / 2, (2 * ratio + 1) / (2 * root)
    c = (1 + 2 * ratio) / (ratio * (ratio + 1))
    d = (1 + 2 * ratio) ** 2 / ((1 + ratio) * ratio)
    bell = np.sqrt(x / (2 * np.pi)) / root * np.exp(-x / (8 * ratio))
    tail = c * np.exp(a * x + log_ndtr(-b * np.sqrt(x)))
    return float(1 + bell + tail + (2 - d - x / (2 * ratio)) * ndtr(-np.sqrt(x) / (2 * root)))


def date_quantile(probability: float, ratio: float = 1.0) -> float:
    """Return the quantile of ``date_cdf``: 7.69 for 0.95 and 11.03 for 0.975 at a ratio of 1."""
    return float(brentq(lambda x: date_cdf(x, ratio) - probability, -1e6, 1e6, xtol=1e-8))

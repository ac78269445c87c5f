"""Bai and Perron's distributions: critical values of the tests for breaks, and how far a break date may be off.

The critical values, with their source, are in ``bai_perron.toml``.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from tradelib.quantity.errors import ParameterError

_PUBLISHED = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SUP_F, SEQUENTIAL, UD_MAX = (
    {int(trim) / 100: {int(size): values for size, values in by_size.items()} for trim, by_size in table.items()}
    for table in (_PUBLISHED[name] for name in ("sup_f", "sequential", "ud_max"))
)
"""By trimming, then by size of the test in percent: values of k = 1, 2, ... breaks against none, of l + 1 against
l = 0, 1, ..., and of one or more, up to five, against none."""


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

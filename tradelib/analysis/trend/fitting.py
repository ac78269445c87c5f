"""Fitting a model without noise: what an optimiser complains of, and estimates at a boundary, become notes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from tradelib.quantity.errors import SeriesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def fit_quietly(fit: Callable[[], Any], what: str) -> tuple[Any, tuple[str, ...]]:
    """Run a fit and return its result with notes for what the library warned of.

    Parameters
    ----------
    fit : callable
        Fits and returns the library's result.
    what : str
        What is fitted, for messages.

    Raises
    ------
    SeriesError
        The library gave up, or the result is not finite.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = fit()
        except (ValueError, IndexError, RuntimeError, ZeroDivisionError, np.linalg.LinAlgError) as error:
            raise SeriesError(f"{what} cannot be fitted: {error}") from error
    if not np.isfinite(np.asarray(result.params, dtype=float)).all():
        raise SeriesError(f"{what} cannot be fitted: its parameters are not finite")
    messages = dict.fromkeys(_first_line(w.message) for w in caught if not _of_the_library(w))
    return result, tuple(f"{what}: {text}" for text in messages)


def _of_the_library(caught: warnings.WarningMessage) -> bool:
    """Tell warnings for developers, not for analysts."""
    return issubclass(caught.category, (FutureWarning, DeprecationWarning, PendingDeprecationWarning))


def _first_line(message: Warning | str) -> str:
    return str(message).strip().splitlines()[0].rstrip(".")


def at_boundary(what: str, parameters: Iterable[tuple[str, float]], *, share: float = 1e-4) -> tuple[str, ...]:
    """Note the variances that were estimated at zero: below a share of the largest of them.

    Parameters
    ----------
    what : str
        What was fitted.
    parameters : iterable of (name, value)
        Estimates; variances are those called ``sigma2...`` by statsmodels.
    share : float
        What counts as zero.
    """
    variances = {name.removeprefix("sigma2."): value for name, value in parameters if name.startswith("sigma2")}
    largest = max(variances.values(), default=0.0)
    return tuple(f"{what}: the variance of the {name} is zero" for name, v in variances.items() if v <= share * largest)

"""The number of breaks and the evidence for it: tests, information criteria, and a warning of a near unit root."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from tradelib.analysis import breaks
from tradelib.quantity.errors import ParameterError

_PUBLISHED = tomllib.loads(Path(__file__).with_name("bai_perron.toml").read_text(encoding="utf-8"))
SUP_F, SEQUENTIAL, UD_MAX = (
    {int(trim) / 100: {int(size): values for size, values in by_size.items()} for trim, by_size in table.items()}
    for table in (_PUBLISHED[name] for name in ("sup_f", "sequential", "ud_max"))
)
"""Published critical values by trimming, then by size of the test in percent: for k = 1, 2, ... breaks against none,
for l + 1 breaks against l = 0, 1, ..., and for one to five breaks against none. The file gives their source."""


@dataclass(frozen=True)
class Evidence:
    """The evidence on the breaks of a series.

    Attributes
    ----------
    found : Search
        The best partitions.
    table : DataFrame
        By number of breaks: ``rss``, ``bic``, ``lwz``; for the level model also ``sup_f`` (that number against none),
        ``sequential_f`` (that number against one fewer) and their critical values.
    counts : dict
        Number of breaks by ``bic``, ``lwz`` and, for the level model, the ``sequential`` tests.
    ud_max, ud_critical : float
        The largest sup-F and its critical value; missing for the trend model.
    dates : DataFrame
        The breaks that LWZ chooses, with their intervals, as ``date_intervals`` returns them.
    persistence : float
        First autocorrelation of the residuals from the regimes between these breaks.
    near_unit_root : bool
        Whether ``persistence`` is so high that the tests find breaks too often. ``26_breaks`` tests whether the level
        may be a random walk, against simulated walks made of the series' own changes.
    """

    found: breaks.Search
    table: pd.DataFrame
    counts: dict[str, int]
    ud_max: float
    ud_critical: float
    dates: pd.DataFrame
    persistence: float
    near_unit_root: bool


def weigh(
    series: pd.Series,
    *,
    model: breaks.Model = "level",
    trim: float = 0.10,
    most: int = 5,
    percent: int = 5,
    persistence_limit: float = 0.7,
) -> Evidence:
    """Search for breaks, test them, and weigh the evidence.

    Parameters
    ----------
    series : Series
        As for ``search``.
    model : {"level", "trend"}
        The tests are for ``level`` only: no published critical values fit a trend.
    trim : {0.05, 0.10, 0.15}
        Smallest share of the months that a regime may have.
    most : int
        Largest number of breaks.
    percent : {1, 5, 10}
        Size of the tests, percent.
    persistence_limit : float
        Residual autocorrelation from which the series counts as near a unit root. Random walks of 386 months with
        independent steps have about 0.85 around their regimes, less if steps are partly reversed. Autoregressions with
        a coefficient of 0.8 have about 0.75, and LWZ already finds one or two breaks in them.
        A Dickey-Fuller test cannot replace it, because it mistakes real breaks for a unit root (Perron 1989,
        Econometrica 57).

    Raises
    ------
    SeriesError, ParameterError
        As for ``search``, or no critical values are published for ``trim`` or ``percent``.
    """
    if trim not in SUP_F:
        raise ParameterError(f"trim {trim!r} has no published critical values; possible: {', '.join(map(str, SUP_F))}")
    if percent not in SUP_F[trim]:
        raise ParameterError(f"size {percent!r} percent has no published critical values; possible: 1, 5, 10")
    best = breaks.search(series, model=model, trim=trim, most=most)
    table = breaks.criteria(best)
    counts = {name: int(table[name].idxmin()) for name in ("bic", "lwz")}
    ud_max = ud_critical = float("nan")
    if model == "level":
        table = table.join(_tests(best, trim, percent))
        ud_max, ud_critical = float(table["sup_f"].iloc[1:6].max()), UD_MAX[trim][percent]
        passed = (table["sequential_f"] > table["sequential_critical"]).iloc[1:]
        counts["sequential"] = int(passed.cumprod().sum())
    chosen = counts["lwz"]
    persistence = breaks.autocorrelation((best.series - best.fitted(chosen)).to_numpy())
    near = persistence >= persistence_limit
    dates = breaks.date_intervals(best, chosen)
    return Evidence(best, table, counts, ud_max, ud_critical, dates, persistence, near)


def sup_f(found: breaks.Search, number: int) -> float:
    """Return the F statistic of equal means at the best partition with ``number`` breaks; infinite if it fits exactly.

    It is the reduction in squared residuals per break over the long-run variance of the remaining residuals: robust to
    persistence, but not to a variance that differs between regimes. In samples of this length it still rejects too
    often: in 386 months without breaks, ``ud_max`` at 5 % rejects in 11 % of the cases for white noise, and in 27 % at
    an autocorrelation of 0.7.

    References
    ----------
    Bai and Perron (1998), equation 7, with one long-run variance for all regimes.
    """
    if found.rss[number] <= 1e-12 * found.rss[0]:
        return float("inf")
    months = len(found.series)
    noise = breaks.long_run_variance((found.series - found.fitted(number)).to_numpy())
    return (found.rss[0] - found.rss[number]) / number / noise * (months - number - 1) / months


def _tests(found: breaks.Search, trim: float, percent: int) -> pd.DataFrame:
    """Return sup-F and sequential statistics with their critical values by number of breaks."""
    numbers = range(1, len(found.starts))
    columns = {
        "sup_f": {m: sup_f(found, m) for m in numbers},
        "sup_critical": dict(enumerate(SUP_F[trim][percent], start=1)),
        "sequential_f": {m: _one_more(found, m - 1) for m in numbers},
        "sequential_critical": dict(enumerate(SEQUENTIAL[trim][percent], start=1)),
    }
    return pd.DataFrame(columns).reindex(numbers)


def _one_more(found: breaks.Search, number: int) -> float:
    """Return the largest sup-F of one more break inside a regime of the best partition with ``number`` breaks."""
    if found.rss[number] <= 1e-12 * found.rss[0]:
        return 0.0
    edges = [0, *found.starts[number], len(found.series)]
    pieces = [found.series.iloc[start:end] for start, end in pairwise(edges) if end - start >= 2 * found.least]
    divisible = [piece for piece in pieces if np.ptp(piece.to_numpy()) > 0]
    return max((sup_f(breaks.partitions(piece, "level", found.least, 1), 1) for piece in divisible), default=0.0)

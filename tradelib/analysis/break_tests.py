"""How many breaks there are, and how far that can be believed: tests, criteria, and the warning of a near unit root."""

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
"""Published critical values, by trimming, then by size of the test in percent: values of k = 1, 2, ... breaks against
none, of l + 1 against l = 0, 1, ..., and of one or more, up to five, against none. Their source is in the file."""


@dataclass(frozen=True)
class Evidence:
    """What is known about the breaks of a series.

    Attributes
    ----------
    found : Search
        The best partitions.
    table : DataFrame
        By number of breaks: ``rss``, ``bic``, ``lwz``; for the level model also ``sup_f`` (so many against none),
        ``sequential_f`` (so many against one fewer) and their critical values.
    counts : dict
        Number of breaks by ``bic``, ``lwz`` and, for the level model, the ``sequential`` tests.
    ud_max, ud_critical : float
        The largest sup-F and its critical value; missing for the trend model.
    dates : DataFrame
        The breaks that LWZ chooses, with their intervals, as ``date_intervals`` gives them.
    persistence : float
        First autocorrelation of the residuals around these breaks.
    near_unit_root : bool
        The tests find breaks too often. Whether the level may be a random walk is asked in ``26_breaks``, of walks made
        of the series' own changes.
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
        Least share of the months in a regime.
    most : int
        Most breaks.
    percent : {1, 5, 10}
        Size of the tests.
    persistence_limit : float
        Residual autocorrelation from which the series counts as near a unit root. Walks of 386 months with independent
        steps have about 0.85 around their regimes, less where a step is partly taken back; autoregressions of 0.8 have
        about 0.75, and LWZ already finds one or two breaks in those.
        A Dickey-Fuller test would not do: real breaks look like a unit root to it (Perron 1989, Econometrica 57).

    Raises
    ------
    SeriesError, ParameterError
        As for ``search``, or no published critical values.
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
    """Return the F statistic of equal means at the best partition with so many breaks; infinite if these fit exactly.

    The drop of squared residuals for each break, over the long-run variance of the residuals that remain: robust to
    persistence, not to a variance that differs between regimes. In samples of this length it still rejects too often:
    without breaks in 386 months, at 5 % and ``ud_max``, in 11 % of white noise, 27 % at an autocorrelation of 0.7.

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
    """Return the largest sup-F of one more break inside a regime of the best partition with so many breaks."""
    if found.rss[number] <= 1e-12 * found.rss[0]:
        return 0.0
    edges = [0, *found.starts[number], len(found.series)]
    pieces = [found.series.iloc[start:end] for start, end in pairwise(edges) if end - start >= 2 * found.least]
    divisible = [piece for piece in pieces if np.ptp(piece.to_numpy()) > 0]
    return max((sup_f(breaks.partitions(piece, "level", found.least, 1), 1) for piece in divisible), default=0.0)

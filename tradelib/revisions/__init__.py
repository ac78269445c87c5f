"""How much first prints move: first print against latest, what each release changed, how often a direction flipped."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity.errors import SeriesError
from tradelib.revisions import triangle as prints
from tradelib.revisions.efficiency import MeanRevision, NewsOrNoise, Thresholds, mean_revision, news_or_noise

if TYPE_CHECKING:
    from collections.abc import Iterable

ANNUAL = 4
"""The release about April, in June, carries the annual revision, which reaches years back."""


@dataclass(frozen=True)
class Flips:
    """How often a later figure turned the direction of the change that was printed first.

    Attributes
    ----------
    months, flipped, flat : int
        Months whose change has a direction both then and now, those that flipped, and those without a direction
        in one of the two.
    low, high : float
        Interval for the share, Clopper and Pearson.
    confidence : float
        Its confidence.
    """

    months: int
    flipped: int
    flat: int
    low: float
    high: float
    confidence: float

    @property
    def share(self) -> float:
        """Share of months that flipped."""
        return self.flipped / self.months


@dataclass(frozen=True)
class Revisions:
    """How much a series' prints moved, within one compilation.

    Attributes
    ----------
    series, compilation : str
        What was measured.
    pairs : pandas.DataFrame
        As ``pairs`` returns it.
    parts : pandas.DataFrame
        As ``parts`` returns it.
    steps : pandas.DataFrame
        As ``step_table`` returns it.
    mean : MeanRevision
        Revision from first print to latest, of the level.
    relative : float
        Mean absolute revision over the mean absolute monthly change, as it stands now.
    efficiency : NewsOrNoise
        Tests on the changes.
    flips : Flips
        Directions that turned.
    """

    series: str
    compilation: str
    pairs: pd.DataFrame
    parts: pd.DataFrame
    steps: pd.DataFrame
    mean: MeanRevision
    relative: float
    efficiency: NewsOrNoise
    flips: Flips

    @property
    def is_small(self) -> bool:
        """Whether the sample is small by the thresholds."""
        return self.mean.months < self.mean.thresholds.few

    def summary(self) -> str:
        """Return the results in a few lines."""
        flips = self.flips
        return "\n".join(
            [
                f"{self.series} ({self.compilation}): {self.mean.summary()}",
                f"mean absolute revision {self.mean.mean_absolute:.2f}, {self.relative:.2f} of a usual monthly change",
                self.efficiency.summary(),
                f"direction flipped in {flips.flipped} of {flips.months} months",
            ]
        )


def pairs(
    triangle: pd.DataFrame,
    *,
    number: int = 1,
    start: str | pd.Period | None = None,
    end: str | pd.Period | None = None,
    flat: float = 0.0,
) -> pd.DataFrame:
    """Return a print and the latest figure, for months that a later release has again.

    Parameters
    ----------
    triangle : DataFrame
        As ``tradelib.revisions.triangle.build`` returns it.
    number : int
        Which print; 1 is the first.
    start, end : str, pandas.Period or None
        First and last month measured, both included.
    flat : float
        A change of less than this, in the unit of the triangle, has no direction: 0.05 billion prints as 0.0,
        "virtually unchanged".

    Returns
    -------
    pandas.DataFrame
        By month, in the unit of the triangle: ``released``; ``first``, ``latest``, ``revision``;
        ``first_change`` from the month before *in the same release*, ``latest_change``, ``change_revision``;
        ``direction``: ``kept``, ``flipped``, or ``flat`` where one of the changes has none. Changes are NaN where a
        month before is missing; then the direction is missing too.
    """
    about, latest = prints.statistical_months(triangle), prints.latest(triangle)
    first = prints.nth_print(triangle, number)
    rows = {}
    for month in first.loc[start:end].dropna().index:
        at = list(about).index(month + number - 1)
        if at == len(about) - 1:
            continue
        before = triangle.iloc[:, at].get(month - 1, float("nan"))
        rows[month] = {
            "released": prints.released(triangle)[at],
            "first": first[month],
            "latest": latest[month],
            "revision": latest[month] - first[month],
            "first_change": first[month] - before,
            "latest_change": latest[month] - latest.get(month - 1, float("nan")),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    if table.empty:
        held = f"{len(about)} release{'' if len(about) == 1 else 's'}"
        raise SeriesError(
            f"{triangle.attrs.get('series')} of {triangle.attrs.get('compilation')}: found {held} and no month with "
            f"print {number} and a later one; expected at least one"
        )
    table.index = pd.PeriodIndex(table.index, freq="M", name="period")
    moves = ["revision", "first_change", "latest_change"]
    table[moves] = table[moves].round(prints.DIGITS)
    table["change_revision"] = (table["latest_change"] - table["first_change"]).round(prints.DIGITS)
    changes = table[["first_change", "latest_change"]]
    is_flat = (changes.abs() < flat).any(axis=1) | (changes == 0).any(axis=1)
    flipped = changes.prod(axis=1, skipna=False) < 0
    table["direction"] = flipped.map({True: "flipped", False: "kept"}).mask(is_flat, "flat")
    table["direction"] = table["direction"].where(changes.notna().all(axis=1))
    return table


def is_annual(triangle: pd.DataFrame) -> pd.Series:
    """Tell, by day of release, whether a step since the release before at hand holds an annual revision."""
    about = prints.statistical_months(triangle)
    held = [False]
    for one, two in itertools.pairwise(about):
        held.append(any(month.month == ANNUAL for month in pd.period_range(one + 1, two, freq="M")))
    return pd.Series(held, index=prints.released(triangle), name="annual")


def step_table(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return what each release changed against the one before it at hand.

    Returns
    -------
    pandas.DataFrame
        By day of release, without the first: ``statistical_month``; ``releases``, how many releases the step
        spans (1 when none is skipped); ``annual``, whether an annual revision is among them; ``revised``, how
        many months changed, from ``oldest`` on; ``mean`` and ``mean_absolute`` of those, ``largest`` by size.
    """
    changes, annual, about = prints.steps(triangle), is_annual(triangle), prints.statistical_months(triangle)
    rows = []
    for at in range(1, len(about)):
        moved = changes.iloc[:, at].dropna()
        moved = moved[moved != 0]
        rows.append(
            {
                "statistical_month": about[at],
                "releases": (about[at] - about[at - 1]).n,
                "annual": bool(annual.iloc[at]),
                "revised": len(moved),
                "oldest": moved.index[0] if len(moved) else pd.NaT,
                "mean": moved.mean(),
                "mean_absolute": moved.abs().mean(),
                "largest": moved[moved.abs().idxmax()] if len(moved) else float("nan"),
            }
        )
    return pd.DataFrame(rows, index=prints.released(triangle)[1:])


def parts(triangle: pd.DataFrame, months: Iterable[pd.Period], *, number: int = 1) -> pd.DataFrame:
    """Split each month's revision since a print into what annual and what other releases brought.

    A step over skipped releases counts as annual when an annual revision is among them. The parts add up to
    the revision exactly; ``annual`` is NaN for a month that has seen no annual revision yet.

    Returns
    -------
    pandas.DataFrame
        By month: ``regular``, ``annual``, ``revision``.
    """
    changes, annual = prints.steps(triangle), is_annual(triangle).to_numpy()
    about = list(prints.statistical_months(triangle))
    rows = {}
    for month in months:
        start = about.index(month + number - 1) + 1
        moved, is_yearly = changes.loc[month].iloc[start:].fillna(0.0), annual[start:]
        yearly = float(moved[is_yearly].sum()) if is_yearly.any() else float("nan")
        regular = float(moved[~is_yearly].sum()) if (~is_yearly).any() else float("nan")
        rows[month] = {"regular": regular, "annual": yearly, "revision": float(moved.sum())}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["regular", "annual", "revision"])
    table.index = pd.PeriodIndex(table.index, freq="M", name="period")
    return table


def count_flips(directions: pd.Series, *, confidence: float = 0.95) -> Flips:
    """Count the directions of ``pairs`` that flipped, with an exact interval for the share.

    Raises
    ------
    SeriesError
        No month has a direction both then and now.
    """
    from scipy.stats import binomtest

    counts = directions.value_counts()
    flipped, kept = int(counts.get("flipped", 0)), int(counts.get("kept", 0))
    if not flipped + kept:
        raise SeriesError("found no month with a direction in both prints; expected at least one")
    interval = binomtest(flipped, flipped + kept).proportion_ci(confidence_level=confidence, method="exact")
    low, high = float(interval.low), float(interval.high)
    return Flips(flipped + kept, flipped, int(counts.get("flat", 0)), low, high, confidence)


def analyse(
    triangle: pd.DataFrame,
    *,
    number: int = 1,
    start: str | pd.Period | None = None,
    end: str | pd.Period | None = None,
    flat: float = 0.0,
    lags: int | None = None,
    thresholds: Thresholds | None = None,
) -> Revisions:
    """Measure the revisions of one series in one compilation.

    Parameters
    ----------
    triangle : DataFrame
        As ``tradelib.revisions.triangle.build`` returns it, any unit.
    number : int
        Which print is compared with the latest figure; 1 is the first.
    start, end : str, pandas.Period or None
        First and last month measured, both included.
    flat : float
        A change of less than this has no direction.
    lags : int, optional
        Months of autocorrelation that the HAC estimates allow for.
    thresholds : Thresholds, optional
        Where the verdicts turn, and how many months are few.

    Raises
    ------
    SeriesError
        Too few months have both prints.
    """
    table = pairs(triangle, number=number, start=start, end=end, flat=flat)
    mean = mean_revision(table["revision"].rename("the revisions"), lags=lags, thresholds=thresholds)
    return Revisions(
        series=str(triangle.attrs.get("series")),
        compilation=str(triangle.attrs.get("compilation")),
        pairs=table,
        parts=parts(triangle, table.index, number=number),
        steps=step_table(triangle),
        mean=mean,
        relative=mean.mean_absolute / float(table["latest_change"].abs().mean()),
        efficiency=news_or_noise(table["first_change"], table["latest_change"], lags=lags, thresholds=thresholds),
        flips=count_flips(table["direction"]),
    )

"""Do our own numbers say what the agencies printed? Every printed figure that the data can reproduce is recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from tradelib import published, store
from tradelib.quantity.rounding import printed

if TYPE_CHECKING:
    import datetime as dt

AGREEMENT, TIE, REVISED, ERROR, ABSENT = "agreement", "tie", "different vintage", "error", "not at hand"
OUTCOMES = (AGREEMENT, TIE, REVISED, ERROR, ABSENT)
ANNUAL_TOLERANCE = 5.0
"""Millions: how far an annual line may be from the sum of its months, by rounding."""

HALF_MILLION = 0.5
"""Millions: how far a published value may be from the unrounded one."""


class Recomputed(NamedTuple):
    """A printed figure from our own data, unrounded, in the unit of print.

    ``uncertainty`` is how far it may be off because the data are whole millions; ``base`` is the level it
    compares with, and ``months`` how many months it sums.
    """

    value: float
    uncertainty: float
    base: float
    months: int


@dataclass(frozen=True)
class PrintCheck:
    """Printed figures beside our own.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a printed figure: ``released``, ``statistical_month``, ``measure``, ``series``, ``published``,
        ``ours`` (unrounded), ``difference`` (ours minus published), ``outcome``, ``publisher`` and ``vintage`` of
        our data, ``unit``, ``source``. The amount of a revision is the difference.
    implausible : float
        Billions of dollars a month beyond which a difference is no revision.
    """

    table: pd.DataFrame
    implausible: float

    @property
    def counts(self) -> dict[str, int]:
        """How often each outcome occurs, in the order of ``OUTCOMES``."""
        return {outcome: int((self.table["outcome"] == outcome).sum()) for outcome in OUTCOMES}

    @property
    def checked(self) -> pd.DataFrame:
        """The rows that the data can reproduce."""
        return self.table[self.table["outcome"] != ABSENT]

    @property
    def by_month(self) -> pd.DataFrame:
        """How many figures of each month met with each outcome, of those that the data can reproduce."""
        rows = self.checked
        counts = pd.crosstab(rows["statistical_month"].astype(str), rows["outcome"])
        return counts.rename_axis(index="month", columns=None)

    @property
    def verdict(self) -> str:
        """``agrees`` when nothing is in error, ``contradicts`` otherwise, ``nothing to compare`` without data."""
        if self.checked.empty:
            return "nothing to compare"
        return "contradicts" if self.counts[ERROR] else "agrees"

    def text(self, *, everything: bool = False) -> str:
        """Return the table as text for a terminal: the figures compared, or all of them."""
        rows = self.table if everything else self.checked
        shown = rows[["statistical_month", "measure", "series"]].copy()
        shown["published"] = [printed(value) for value in rows["published"]]
        shown["ours"] = ["" if pd.isna(value) else printed(value, 3) for value in rows["ours"]]
        amount = rows["difference"].where(rows["outcome"].isin([REVISED, ERROR]))
        shown["difference"] = ["" if pd.isna(value) else printed(value, 3, sign=True) for value in amount]
        vintages_used = ["" if day is None else f"{day}" for day in rows["vintage"]]
        return str(shown.assign(outcome=rows["outcome"], vintage=vintages_used).to_string(index=False))

    def summary(self) -> str:
        """Return the verdict and the counts in one line."""
        counts = self.counts
        absent = counts.pop(ABSENT)
        told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items() if number)
        return f"{self.verdict}: {told or 'no figure compared'}; {absent} of {len(self.table)} figures not at hand"


def recompute(measure: published.Measure, values: pd.Series, month: pd.Period) -> Recomputed:
    """Return what a printed figure is by our data.

    Parameters
    ----------
    measure : Measure
        What the figure measures.
    values : pandas.Series
        The series in millions of dollars, monthly ``PeriodIndex``, of one vintage.
    month : pandas.Period
        The statistical month.

    Returns
    -------
    Recomputed
        Billions of dollars or percent; NaN where months are missing, the measure needs other data, or a percent
        change has no meaning (a balance that changed its sign).
    """
    year = {"year_to_date": 12, "average_over_year": 12, "annual": 12}
    length = {"": 1, "year_to_date": month.month, "annual": 12}.get(measure.span, 3)
    now, before = (_total(values, end, length) for end in (month, month - year.get(measure.span, 1)))
    off = min(length * HALF_MILLION, ANNUAL_TOLERANCE)
    if measure.span.startswith("average"):
        now, before, off = now / length, before / length, HALF_MILLION
    billions = {
        "level": (now, off),
        "previous_level": (before, off),
        "change": (now - before, 2 * off),
    }
    if measure.kind in billions:
        value, uncertainty = (one / 1000 for one in billions[measure.kind])
    elif measure.kind == "percent_change" and now * before > 0:
        value = 100 * (now / before - 1)
        uncertainty = 100 * off * (1 + abs(now / before)) / abs(before)
    else:
        value = uncertainty = float("nan")
    return Recomputed(value, uncertainty, before / 1000, 1 if measure.span.startswith("average") else length)


def _total(values: pd.Series, end: pd.Period, length: int) -> float:
    """Return the sum of the months that end with one; NaN when a month is missing."""
    return float(values.reindex(pd.period_range(end=end, periods=length, freq="M")).sum(skipna=False))


def judge(printed: float, decimals: int, ours: Recomputed, largest_revision: float) -> str:
    """Return the outcome of one comparison.

    ``agreement``: ours rounds to the printed figure. ``tie``: whole millions cannot settle the last place; ours
    is half a unit away, within the uncertainty of the data. Otherwise a ``different vintage`` when a revision
    of that size is possible (0 in the vintage of the print itself), and an ``error`` when it is not.
    """
    if pd.isna(ours.value):
        return ABSENT
    gap, half = abs(ours.value - printed), 0.5 * 10.0**-decimals
    if gap < half - 1e-9:
        return AGREEMENT
    if gap <= half + ours.uncertainty + 1e-9:
        return TIE
    return REVISED if gap <= largest_revision else ERROR


def check(figures: pd.DataFrame | None = None, *, implausible: float = 8.0) -> PrintCheck:
    """Compare printed figures with the store.

    A figure is compared with the release that printed it where the store has that one; otherwise with the next release
    after it at hand, never with an older one.

    Parameters
    ----------
    figures : DataFrame, optional
        As ``published.read`` returns it, which is the default.
    implausible : float
        Billions of dollars a month: a larger difference from a later vintage is an error, not a revision. The
        largest revision of a month's total balance among the bundled vintages is 5.5.

    Returns
    -------
    PrintCheck
        The table and the verdict.
    """
    figures = published.read() if figures is None else figures
    find = cache(_find)
    rows = []
    for row in figures.to_dict("records"):
        release, values = find(row["series"], row["released"])
        ours = recompute(published.MEASURES[row["measure"]], values, row["statistical_month"])
        vintage = release.released if release and not pd.isna(ours.value) else None
        limit = _largest_revision(row["unit"], ours, 0 if vintage == row["released"] else implausible)
        rows.append(
            {name: row[name] for name in ("released", "statistical_month", "measure", "series")}
            | {"published": row["value"], "ours": ours.value, "difference": ours.value - row["value"]}
            | {"outcome": judge(row["value"], row["decimals"], ours, limit), "vintage": vintage}
            | {
                "publisher": release.publisher if release and vintage else "",
                "unit": row["unit"],
                "source": row["source"],
            }
        )
    return PrintCheck(pd.DataFrame(rows), implausible)


def _find(series: str, day: dt.date) -> tuple[store.Release | None, pd.Series]:
    """Return the release to compare a print of that day with, and its values; none when the store has neither."""
    empty = pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M"))
    flows = [series.replace("balance", flow, 1) for flow in ("exports", "imports")]
    for release in store.releases():
        if release.released < day:
            continue
        if release.find(series):
            return release, release.rows(series).set_index("last")["value"]
        if series.startswith("balance_") and all(map(release.find, flows)):
            exports, imports = (release.rows(flow).set_index("last")["value"] for flow in flows)
            return release, exports - imports
    return None, empty


def _largest_revision(unit: str, ours: Recomputed, billions_a_month: float) -> float:
    """Return the largest difference that a revision may make, in the unit of the figure."""
    billions = billions_a_month * ours.months
    return billions if unit == published.BILLIONS else 100 * billions / abs(ours.base)

"""How far prints move: a print against the latest figure, and what each release changed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from tradelib import store
from tradelib.quantity.errors import SeriesError
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import printed
from tradelib.store import triangles as prints

if TYPE_CHECKING:
    from collections.abc import Iterable

ANNUAL = 4
"""The release about April, in June, carries the annual revision, which reaches years back."""


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
        As ``tradelib.store.triangles.build`` returns it.
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
        count = f"{len(about)} release{'' if len(about) == 1 else 's'}"
        raise SeriesError(
            f"{triangle.attrs.get('series')} of {triangle.attrs.get('compilation')}: found {count} and no month with "
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
    annual = [False]
    for before, after in itertools.pairwise(about):
        annual.append(any(month.month == ANNUAL for month in pd.period_range(before + 1, after, freq="M")))
    return pd.Series(annual, index=prints.released(triangle), name="annual")


def step_table(triangle: pd.DataFrame) -> pd.DataFrame:
    """Return what each release changed against the one before it at hand.

    Returns
    -------
    pandas.DataFrame
        By day of release, without the first: ``statistical_month``; ``releases``, how many releases the step
        spans (1 when none is skipped); ``annual``, whether an annual revision is among them; ``revised``, how
        many months changed, from ``oldest`` on; ``mean`` and ``mean_absolute`` of those, ``largest`` by size.
    """
    moved, about = prints.steps(triangle).iloc[:, 1:], prints.statistical_months(triangle)
    moved = moved.where(moved != 0).set_axis(prints.released(triangle)[1:], axis=1)
    sizes = moved.abs()
    table = pd.DataFrame({"statistical_month": about[1:], "releases": np.diff(about.asi8)}, index=moved.columns)
    return table.assign(
        annual=is_annual(triangle).iloc[1:].to_numpy(), revised=moved.count(),
        oldest=[column.first_valid_index() or pd.NaT for _, column in moved.items()],
        mean=moved.mean(), mean_absolute=sizes.mean(), largest=moved.where(sizes == sizes.max()).bfill().iloc[0],
    )  # fmt: skip


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


@dataclass(frozen=True, repr=False)
class Revisions(Result):
    """A print of each month against the latest figure.

    Attributes
    ----------
    label, unit : str
        The series in words, and the unit of the figures.
    triangle : pandas.DataFrame
        All prints: months down, releases across; ``tradelib.store.triangles`` has more questions to it.
    table : pandas.DataFrame
        By month, as ``pairs`` returns it: ``first`` is the print, ``latest``, ``revision``, ``direction`` ...
    number : int
        Which print; 1 is the first.
    """

    is_drawn: ClassVar[bool] = True

    label: str
    unit: str
    triangle: pd.DataFrame
    table: pd.DataFrame
    number: int

    @property
    def span(self) -> str:
        """First and last day of the releases."""
        days = prints.released(self.triangle)
        return f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}"

    def summary(self) -> str:
        """Return mean and mean absolute revision and how often the direction turned, in two lines."""
        revision, turned = self.table["revision"], int((self.table["direction"] == "flipped").sum())
        print_ = f"{prints.ordinal(self.number)} print"
        return (
            f"{self.label}: {len(revision)} months have a {print_} and a later figure, releases of {self.span}\n"
            f"mean revision {printed(revision.mean(), sign=True)}, mean absolute {printed(revision.abs().mean())} "
            f"{self.unit}; the direction of the month's change turned in {turned} of them"
        )


def revisions(series: str, number: int = 1, compilation: str | None = None) -> Revisions:
    """Return how far the prints of a series lie from the latest figures.

    Parameters
    ----------
    series : str
        Name or mnemonic.
    number : int
        Which print; 1 is the first.
    compilation : str, optional
        Whose figures, as ``store.triangle`` takes it.

    Returns
    -------
    Revisions
        By month: the print, the latest figure, and the revision.

    Raises
    ------
    ParameterError
        The word stands for no series or several.
    SeriesError
        No month has that print and a later one.

    Examples
    --------
    >>> tradelib.revisions("BOPGSTB").table.loc["2025-03", ["first", "latest"]].tolist()
    [-140498.0, -135856.0]
    """
    triangle = store.triangle(series, compilation)
    [quantity] = store.find(series)
    return Revisions(quantity.label(), quantity.unit, triangle, pairs(triangle, number=number), number)

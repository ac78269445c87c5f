"""The accounting that the official tables must satisfy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from tradelib.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradelib.sources.exhibit import Exhibit

MONTHLY_TOLERANCE = 1
"""Millions: each side of an identity is rounded on its own."""

ANNUAL_TOLERANCE = 5
"""Millions: a year is summed from unrounded months."""


class Identity(NamedTuple):
    """``whole = plus + sign * other``, all in one table."""

    whole: str
    plus: str
    other: str
    sign: int

    def __str__(self) -> str:
        return f"{self.whole} = {self.plus} {'+' if self.sign > 0 else '-'} {self.other}"

    def gap(self, frame: pd.DataFrame) -> pd.Series:
        """Return left side minus right side; NaN where a part is missing."""
        return frame[self.whole] - frame[self.plus] - self.sign * frame[self.other]


def identities(columns: pd.Index) -> Iterator[Identity]:
    """Yield the identities that these columns can be held to.

    Balance = exports - imports for every item, and total = goods + services for every flow, each within one
    basis, adjustment and price basis.
    """
    names = set(columns)
    for name in columns:
        flow, item, *rest = name.split("_")
        end = "_".join(rest)
        if flow == "balance" and {f"exports_{item}_{end}", f"imports_{item}_{end}"} <= names:
            yield Identity(name, f"exports_{item}_{end}", f"imports_{item}_{end}", -1)
        if item == "total" and {f"{flow}_goods_{end}", f"{flow}_services_{end}"} <= names:
            yield Identity(name, f"{flow}_goods_{end}", f"{flow}_services_{end}", 1)


def check_accounts(exhibit: Exhibit) -> None:
    """Check a table against its own accounting.

    Raises
    ------
    SourceError
        Names the file, the first place and the identity that does not hold.
    """
    for identity in identities(exhibit.months.columns):
        for frame in (exhibit.months, exhibit.previous):
            _check(exhibit, identity.gap(frame), MONTHLY_TOLERANCE, str(identity))
        _check(exhibit, identity.gap(exhibit.annual), ANNUAL_TOLERANCE, str(identity))
    _check_annual(exhibit)


def _check_annual(exhibit: Exhibit) -> None:
    """Check that each annual or year-to-date line is the sum of its months, which must all be there."""
    lines = exhibit.annual.dropna(how="all")
    last = lines.index.get_level_values("last")
    if len(ahead := last.difference(exhibit.months.index)):
        found = f"a line for January to {ahead[0]}, but months only until {exhibit.statistical_month}"
        raise SourceError(exhibit.file, None, found=found, expected="all months of the line")
    so_far = exhibit.months.groupby(exhibit.months.index.year).cumsum(skipna=False).reindex(last)
    for name in lines:
        gap = pd.Series(lines[name].to_numpy() - so_far[name].to_numpy(), index=lines.index)
        _check(exhibit, gap, ANNUAL_TOLERANCE, f"{name} of the line = sum of its months")


def _check(exhibit: Exhibit, gap: pd.Series, tolerance: float, identity: str) -> None:
    broken = gap[gap.abs() > tolerance]
    if broken.empty:
        return
    at = broken.index[0]
    if isinstance(at, tuple):
        at = f"Jan. - {at[1].strftime('%b %Y')}"
    place = f"{exhibit.places[at]} ({at})" if isinstance(at, pd.Period) and at in exhibit.places else str(at)
    raise SourceError(
        exhibit.file,
        place,
        found=f"a gap of {broken.iloc[0]:,.0f}",
        expected=f"{identity} within {tolerance}",
    )

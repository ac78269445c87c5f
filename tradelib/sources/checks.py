"""The accounting that the official tables must satisfy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from tradelib.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tradelib.sources.exhibit import Exhibit

Values: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"

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

    def sides(self, columns: dict[str, Values]) -> tuple[Values, Values]:
        """Return left and right side; NaN where a part is missing."""
        return columns[self.whole], columns[self.plus] + self.sign * columns[self.other]


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
    tolerances = {"months": MONTHLY_TOLERANCE, "previous": MONTHLY_TOLERANCE, "annual": ANNUAL_TOLERANCE}
    for part, tolerance in tolerances.items():
        columns = {name: column.to_numpy() for name, column in getattr(exhibit, part).items()}
        for identity in identities(exhibit.months.columns):
            _check(exhibit, part, *identity.sides(columns), tolerance, str(identity))
    _check_annual(exhibit)


def _check_annual(exhibit: Exhibit) -> None:
    """Check that each annual or year-to-date line is the sum of its months, which must all be there."""
    months, lines = exhibit.months, exhibit.annual.index
    starts, ends = (months.index.get_indexer(lines.get_level_values(level)) for level in ("first", "last"))
    if (ahead := np.minimum(starts, ends) < 0).any():
        at = int(ahead.argmax())
        found = f"a line for {_named(lines[at])}, but months from {months.index[0]} to {months.index[-1]}"
        raise SourceError(exhibit.file, exhibit.places["annual"][at], found=found, expected="all months of the line")
    values = months.to_numpy()
    sums = [values[start : end + 1].sum(axis=0) for start, end in zip(starts, ends, strict=True)]
    sides = np.array(sums).reshape(exhibit.annual.shape).T
    for name, line, right in zip(months, exhibit.annual.to_numpy().T, sides, strict=True):
        _check(exhibit, "annual", line, right, ANNUAL_TOLERANCE, f"{name} of the line = sum of its months")


def _check(exhibit: Exhibit, part: str, left: Values, right: Values, tolerance: float, identity: str) -> None:
    broken = np.abs(left - right) > tolerance
    if not broken.any():
        return
    at = int(broken.argmax())
    place = f"{exhibit.places[part][at]} ({_named(getattr(exhibit, part).index[at])})"
    found = f"{left[at]:,.0f} against {right[at]:,.0f}"
    raise SourceError(exhibit.file, place, found=found, expected=f"{identity} within {tolerance} million")


def _named(label: pd.Period | tuple[pd.Period, pd.Period]) -> str:
    return " to ".join(map(str, label)) if isinstance(label, tuple) else str(label)

"""What became of a release that was added, and what it changed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pandas as pd

MARK = "(R)"
_SHOWN = 6
"""Series or months that a sentence names one by one."""


@dataclass(frozen=True)
class Added:
    """What a new release says, and what it changes.

    Attributes
    ----------
    folder : Path
        Where the release lies.
    kind : str
        What kind of file it came from.
    already : bool
        Whether the store had it before; then nothing was written.
    family, unit : str
        Source family and the unit of its values.
    released : datetime.date
        Day of release.
    newest : pandas.Series
        The newest month, by series; its name is the statistical month.
    against : datetime.date or None
        The release before it at hand, which it is compared with.
    revisions : pandas.DataFrame
        New minus known value, for series and months that both have: only months that changed.
    compared, new : int
        How many months both have, and how many are new.
    came, went : tuple of str
        Series that the release before it did not have, and those that only it had.
    unmarked : tuple of pandas.Period
        Months that changed without the mark of a revision, in a file that marks revisions and follows on the
        release before it.
    repeats : bool
        Whether its foot repeats a print that the store has; it was then found equal.
    """

    folder: Path
    kind: str
    already: bool
    family: str
    unit: str
    released: dt.date
    newest: pd.Series
    against: dt.date | None
    revisions: pd.DataFrame
    compared: int
    new: int
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    unmarked: tuple[pd.Period, ...] = ()
    repeats: bool = False

    @property
    def largest(self) -> tuple[str, pd.Period, float] | None:
        """Series, month and amount of the largest revision; None when nothing was revised."""
        if self.revisions.empty:
            return None
        name = self.revisions.abs().max().idxmax()
        month = self.revisions[name].abs().idxmax()
        return str(name), month, float(self.revisions.loc[month, name])

    def summary(self) -> str:
        """Return what was added and what it changed, a sentence a line, the first one with all that identifies it."""
        told = f"{self.family}, released {self.released}, about {self.newest.name} ({self.kind})"
        if self.already:
            return f"The store already has {told}, with the same values; nothing was written."
        shown = ", ".join(f"{name} {self.newest[name]:,.12g}" for name in self._first())
        lines = [f"Added {told}.", f"Newest month: {shown}{self._unit}."]
        if self.against is None:
            lines.append("There is no release before it to compare it with.")
            return "\n  ".join(lines)
        changed = self.revisions.index
        span = f", {changed[0]} to {changed[-1]}" if len(changed) > 1 else "".join(f", {m}" for m in changed)
        revised = f"{len(changed)} of {self.compared} months revised{span}"
        lines.append(f"Against the release of {self.against}: {self.new} new, {revised}.")
        if self.largest:
            series, month, amount = self.largest
            lines.append(f"Largest revision: {series} {month}, {amount:+,.12g}{self._unit}.")
        for word, names in (("It has, and the release before it had not", self.came), ("It has no longer", self.went)):
            if names:
                lines.append(f"{word}: {_listed(names)}.")
        if self.repeats:
            lines.append("The print of the month before, repeated at its foot, equals the release before.")
        if self.unmarked:
            lines.append(f"Revised without {MARK}: {_listed([str(month) for month in self.unmarked])}.")
        return "\n  ".join(lines)

    def _first(self) -> list[str]:
        """Return the series to name: the balance, else the first of each flow."""
        first: dict[str, str] = {}
        for name in map(str, self.newest.index):
            first.setdefault(name.partition("_")[0], name)
        return [first["balance"]] if "balance" in first else list(first.values())

    @property
    def _unit(self) -> str:
        return " million" if self.unit.startswith("millions") else ""


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

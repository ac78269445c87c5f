"""Adding a release: an official file goes into the store when it contradicts neither itself nor an earlier print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import archive, store, vintages
from tradelib.errors import ComparabilityError, ParameterError, SourceError
from tradelib.sources import Official, read_official

if TYPE_CHECKING:
    from tradelib.sources import Exhibit

MARK = "(R)"


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
    family : str
        Source family.
    released : datetime.date
        Day of release.
    newest : pandas.Series
        The newest month, by series; its name is the statistical month.
    against : datetime.date or None
        The release before it at hand, which it is compared with.
    revisions : pandas.DataFrame
        New minus known value, millions, for months that both have: only months that changed.
    compared, new : int
        How many months both have, and how many are new.
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
    released: dt.date
    newest: pd.Series
    against: dt.date | None
    revisions: pd.DataFrame
    compared: int
    new: int
    unmarked: tuple[pd.Period, ...]
    repeats: bool

    @property
    def largest(self) -> tuple[str, pd.Period, float] | None:
        """Series, month and amount of the largest revision; None when nothing was revised."""
        if self.revisions.empty:
            return None
        name = self.revisions.abs().max().idxmax()
        month = self.revisions[name].abs().idxmax()
        return str(name), month, float(self.revisions.loc[month, name])

    def summary(self) -> str:
        """Return what was added and what it changed, a sentence a line."""
        told = f"{self.family}, released {self.released}, about {self.newest.name} ({self.kind})"
        if self.already:
            return f"The store already has {told}, with the same values; nothing was written."
        lines = [f"Added {told}."]
        name = "balance_total_bop_sa" if "balance_total_bop_sa" in self.newest else str(self.newest.index[0])
        lines.append(f"Newest month: {name} {self.newest.name} {self.newest[name]:,.0f} million.")
        if self.against is None:
            lines.append("It is the first release of its family, so it is compared with none.")
            return "\n".join(lines)
        changed = self.revisions.index
        span = f", {changed[0]} to {changed[-1]}" if len(changed) > 1 else "".join(f", {m}" for m in changed)
        revised = f"{len(changed)} of {self.compared} months revised{span}"
        lines.append(f"Against the release of {self.against}: {self.new} new, {revised}.")
        if self.largest:
            series, month, amount = self.largest
            lines.append(f"Largest revision: {series} {month}, {amount:+,.0f} million.")
        if self.repeats:
            lines.append("The print of the month before, repeated at its foot, equals the release before.")
        if self.unmarked:
            lines.append(f"Revised without {MARK}: {', '.join(str(month) for month in self.unmarked)}.")
        return "\n".join(lines)


def add(path: str | Path, released: str | dt.date, *, family: str | None = None, older: bool = False) -> Added:
    """Add the release that an official file holds to the store, or say why not; the store is never half changed.

    Parameters
    ----------
    path : str or Path
        History table (text or workbook) or Exhibit 1 (workbook).
    released : str or datetime.date
        Day of release, which the files do not say.
    family : str, optional
        The source family it must belong to; by default the one of its kind.
    older : bool
        Allow a release older than the newest one at hand. It changes no query about later days.

    Returns
    -------
    Added
        What was added and what it changed; ``already`` when the store has the very same release.

    Raises
    ------
    SourceError
        The file is not well-formed, breaks an accounting identity, or contradicts an earlier print; the store
        has another release of that day or about that month; the file shows too few years to stand on the
        release before it.
    ComparabilityError
        The file belongs to another family than the one asked for.
    ParameterError
        The day is not possible, or older than the newest release without ``older``.
    """
    path = Path(path)
    official = read_official(path)
    exhibit, kind = official.exhibit, official.kind
    day = _day(released, exhibit.statistical_month)
    if family not in (None, kind.family):
        raise ComparabilityError(
            f"{path.name} is a {kind.name} and belongs to {kind.family}, not to {family}; families are never mixed"
        )
    held = store.releases(kind.family) if kind.family in store.families() else []
    for release in held:
        if release.released == day:
            return _already(official, release)
    before = next((r for r in reversed(held) if r.released < day), None)
    after = next((r for r in held if r.released > day), None)
    _check_order(exhibit, day, before, after)
    if after and not older:
        raise ParameterError(
            f"the release of {day} is older than the newest one at hand, of {held[-1].released}; "
            "say that it is meant to fill the past (--older)"
        )
    repeats = bool(before and _check_print(exhibit, exhibit.previous, before, store.read_months(before)))
    if after:
        _check_print(exhibit, store.read_part(after, "previous"), after, exhibit.months)
    known = _known(before, exhibit)
    _check_reach(exhibit, known, before)
    provenance = kind.told | {
        "family": kind.family,
        "released": day,
        "title": exhibit.title,
        "official_file": path.name,
        "official_sha256": archive.sha256_of(path),
    }
    folder = archive.write_release(
        exhibit.months, provenance, annual=exhibit.annual, markers=exhibit.markers, previous=exhibit.previous
    )
    return _told(official, folder, day, known, before, repeats=repeats)


def _day(released: str | dt.date, month: pd.Period) -> dt.date:
    """Return the day of release, if a release about that month can be of that day."""
    try:
        day = dt.date.fromisoformat(released) if isinstance(released, str) else released
    except ValueError:
        raise ParameterError(f"released {released!r} is not a day like 2024-04-04") from None
    if day <= month.end_time.date():
        raise ParameterError(f"released {day}, but the file is about {month}, which was not over")
    if day > dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1):
        raise ParameterError(f"released {day} is in the future")
    return day


def _already(official: Official, release: store.Release) -> Added:
    """Return that the release is there, if every value of the file is."""
    exhibit = official.exhibit
    months = store.read_months(release).reindex(exhibit.months.index, columns=exhibit.months.columns)
    differing = (exhibit.months != months) & ~(exhibit.months.isna() & months.isna())
    if differing.any(axis=None):
        name = differing.any().idxmax()
        period = differing[name].idxmax()
        had = "nothing" if pd.isna(months.loc[period, name]) else f"{months.loc[period, name]:,.0f}"
        raise SourceError(
            exhibit.file,
            f"{name} {period}",
            found=f"{exhibit.months.loc[period, name]:,.0f}",
            expected=f"{had}, as the store has it in the release of that same day ({release.folder}); "
            "remove that folder first if this file is the right or the fuller one",
        )
    return _told(official, release.folder, release.released, exhibit.months, None, already=True)


def _check_order(exhibit: Exhibit, day: dt.date, before: store.Release | None, after: store.Release | None) -> None:
    """Check that releases of later days are about later months, one release a month."""
    month = exhibit.statistical_month
    for other, is_wrong in (
        (before, lambda r: r.statistical_month >= month),
        (after, lambda r: r.statistical_month <= month),
    ):
        if other and is_wrong(other):
            raise SourceError(
                exhibit.file,
                None,
                found=f"a release about {month}, said to be of {day}",
                expected=f"a month {'after' if other is before else 'before'} {other.statistical_month}, "
                f"which the release of {other.released} is about",
            )


def _check_print(exhibit: Exhibit, repeated: pd.DataFrame, other: store.Release, first: pd.DataFrame) -> bool:
    """Check a print repeated at a foot against the release that had it first; tell whether there was one to check."""
    if repeated.empty or repeated.index[0] != first.index[-1]:
        return False
    month, names = repeated.index[0], repeated.columns.intersection(first.columns)
    one, two = repeated.loc[month, names], first.loc[month, names]
    differing = one.index[(one != two) & ~(one.isna() & two.isna())]
    if len(differing):
        name = differing[0]
        raise SourceError(
            exhibit.file,
            f"{name} {month}",
            found=f"{one[name]:,.0f} repeated as the print of last month, {two[name]:,.0f} printed",
            expected=f"the same figure in this file and in the release of {other.released}",
        )
    return True


def _known(before: store.Release | None, exhibit: Exhibit) -> pd.DataFrame:
    """Return what was known before the release, for the series of the file."""
    if before is None:
        return exhibit.months.iloc[:0]
    return vintages.load(list(exhibit.months.columns), vintage=before.released, family=before.family)


def _check_reach(exhibit: Exhibit, known: pd.DataFrame, before: store.Release | None) -> None:
    """Check that a file of few years can stand on the release before it, so that months join without a seam."""
    first = exhibit.months.index[0]
    if before is None or known.index[0] >= first:
        return
    if known.index[-1] + 1 < first:
        raise SourceError(
            exhibit.file,
            None,
            found=f"months from {first}, while the release of {before.released} ends with {known.index[-1]}",
            expected="no month between the two; add the history table of this release",
        )
    changed = _revisions(exhibit.months, known).index
    if len(changed) and changed[0].year == first.year:
        raise SourceError(
            exhibit.file,
            None,
            found=f"revisions since {changed[0]} in a table that starts with {first}",
            expected="an unrevised first year; months before it may be revised too and are not in this file: "
            "add the history table of this release",
        )


def _revisions(months: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return new minus known for the months that changed."""
    both = months.index.intersection(known.index)
    change = months.loc[both] - known.loc[both, months.columns]
    return change[(change.fillna(0) != 0).any(axis=1)]


def _told(
    official: Official, folder: Path, day: dt.date, known: pd.DataFrame, before: store.Release | None,
    *, already: bool = False, repeats: bool = False,
) -> Added:  # fmt: skip
    exhibit = official.exhibit
    revisions = _revisions(exhibit.months, known)
    marked = exhibit.markers.loc[exhibit.markers["marker"] == MARK, "last"]
    follows = before is not None and before.statistical_month + 1 == exhibit.statistical_month
    unmarked = [month for month in revisions.index if month not in set(marked)] if follows and len(marked) else []
    compared = len(exhibit.months.index.intersection(known.index))
    return Added(
        folder=folder,
        kind=official.kind.name,
        already=already,
        family=official.kind.family,
        released=day,
        newest=exhibit.months.iloc[-1],
        against=before.released if before else None,
        revisions=revisions,
        compared=compared,
        new=len(exhibit.months) - compared,
        unmarked=tuple(unmarked),
        repeats=repeats,
    )

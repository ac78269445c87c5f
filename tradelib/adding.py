"""Adding a release: official files go into the store when they contradict neither themselves nor an earlier print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib import archive, compiling, store, vintages
from tradelib.added import MARK, Added
from tradelib.errors import ComparabilityError, ParameterError, SourceError, did_you_mean
from tradelib.families import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradelib.compiling import Entry


@dataclass(frozen=True)
class _Checked:
    """An entry that may go into the store: its day, the release before it, and what was known then."""

    entry: Entry
    day: dt.date
    before: store.Release | None
    known: pd.DataFrame
    repeats: bool = False
    already: store.Release | None = None


def add(
    paths: str | Path | Sequence[str | Path],
    released: str | dt.date | None = None,
    *,
    family: str | None = None,
    older: bool = False,
) -> list[Added]:
    """Add the releases that official files hold to the store, or say why not; no release is ever half there.

    Parameters
    ----------
    paths : path or sequence of paths
        Files of one release, of any kind that a family of the store is compiled from (``tradelib.families``).
        Exports and imports that come in files of their own (prices, real goods) are given together.
    released : str or datetime.date, optional
        Day of release. Only BEA's time series say it themselves.
    family : str, optional
        Take only what belongs to this source family; by default all: a country workbook holds two.
    older : bool
        Allow a release older than the newest one at hand. It changes no query about later days.

    Returns
    -------
    list of Added
        By family what was added and what it changed; ``already`` when the store has the very same release.

    Raises
    ------
    SourceError
        A file is not well-formed, goes into no family, breaks an accounting identity, or contradicts an earlier
        print; the store has another release of that day or about that month; the file, or the release after it,
        shows too few years to stand on the one before. Then nothing is added, to no family.
    ComparabilityError
        A file belongs to another family than the one asked for.
    ParameterError
        The family is unknown; the day is not possible, not known, or older than the newest release without ``older``.
    """
    if family is not None and family not in FAMILIES:
        raise ParameterError(f"unknown source family {family!r}; {did_you_mean(family, FAMILIES)}")
    found = compiling.read([Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)])
    if family is not None:
        own = found.get(family, {})
        for name, files in found.items():
            for path in files.keys() - own.keys():
                raise ComparabilityError(
                    f"{path.name} is a {files[path].layout} and belongs to {name}, not to {family}; "
                    "families are never mixed"
                )
        found = {family: own}
    entries = [compiling.compile_release(name, files) for name, files in found.items()]
    checked = [_check(entry, released or entry.updated, older=older) for entry in entries]
    return [_write(one, {}) for one in checked]


def add_entry(entry: Entry, released: dt.date, told: Mapping[str, Any]) -> Added:
    """Add one compiled release, with more to tell in its provenance; see ``add``."""
    return _write(_check(entry, released), told)


def _check(entry: Entry, released: str | dt.date | None, *, older: bool = False) -> _Checked:
    """Hold an entry against what the store has."""
    day = _day(released, entry)
    held = store.releases(entry.family.name) if entry.family.name in store.families() else []
    for release in held:
        if release.released == day:
            _check_same(entry, release)
            return _Checked(entry, day, None, entry.months, already=release)
    before = next((r for r in reversed(held) if r.released < day), None)
    after = next((r for r in held if r.released > day), None)
    _check_order(entry, day, before, after)
    if after and not older:
        raise ParameterError(
            f"{entry.family.name}: the release of {day} is older than the newest one at hand, of {held[-1].released}; "
            "say that it is meant to fill the past (--older)"
        )
    repeats = bool(before and _check_print(entry, entry.previous, before, store.read_months(before)))
    if after:
        _check_print(entry, store.read_part(after, "previous"), after, entry.months)
    known = vintages.as_known(before, entry.months.columns) if before else entry.months.iloc[:0]
    if before:
        _check_reach(entry, known, before.released, before.statistical_month)
    _check_later(entry, day, known, [release for release in held if release.released > day])
    return _Checked(entry, day, before, known, repeats)


def _day(released: str | dt.date | None, entry: Entry) -> dt.date:
    """Return the day of release, if a release about that month can be of that day."""
    if released is None:
        raise ParameterError(f"{entry.file} does not say when it was released; say it (--released 2024-04-04)")
    try:
        day = dt.date.fromisoformat(released) if isinstance(released, str) else released
    except ValueError:
        raise ParameterError(f"released {released!r} is not a day like 2024-04-04") from None
    if day <= entry.month.end_time.date():
        raise ParameterError(f"released {day}, but the file is about {entry.month}, which was not over")
    if day > dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1):
        raise ParameterError(f"released {day} is in the future")
    return day


def _check_same(entry: Entry, release: store.Release) -> None:
    """Check that every value of the entry is known at a release of the same day, be it from an older one."""
    known = vintages.as_known(release, entry.months.columns).reindex(entry.months.index, columns=entry.months.columns)
    differing = (entry.months != known) & ~(entry.months.isna() & known.isna())
    if differing.any(axis=None):
        name = differing.any().idxmax()
        period = differing[name].idxmax()
        had = "nothing" if pd.isna(known.loc[period, name]) else f"{known.loc[period, name]:,.12g}"
        raise SourceError(
            entry.file,
            f"{name} {period}",
            found=f"{entry.months.loc[period, name]:,.12g}",
            expected=f"{had}, as the store has it in the release of that same day ({release.folder}); "
            "remove that folder first if this file is the right or the fuller one",
        )


def _check_order(entry: Entry, day: dt.date, before: store.Release | None, after: store.Release | None) -> None:
    """Check that releases of later days are about later months, one release a month."""
    for other, is_wrong in (
        (before, lambda r: r.statistical_month >= entry.month),
        (after, lambda r: r.statistical_month <= entry.month),
    ):
        if other and is_wrong(other):
            raise SourceError(
                entry.file,
                None,
                found=f"a release of {entry.family.name} about {entry.month}, said to be of {day}",
                expected=f"a month {'after' if other is before else 'before'} {other.statistical_month}, "
                f"which the release of {other.released} is about",
            )


def _check_print(entry: Entry, repeated: pd.DataFrame, other: store.Release, first: pd.DataFrame) -> bool:
    """Check a print repeated at a foot against the release that had it first; tell whether there was one to check."""
    if repeated.empty or repeated.index[0] != first.index[-1]:
        return False
    month, names = repeated.index[0], repeated.columns.intersection(first.columns)
    one, two = repeated.loc[month, names], first.loc[month, names]
    differing = one.index[(one != two) & ~(one.isna() & two.isna())]
    if len(differing):
        name = differing[0]
        raise SourceError(
            entry.file,
            f"{name} {month}",
            found=f"{one[name]:,.12g} repeated as the print of last month, {two[name]:,.12g} printed",
            expected=f"the same figure in this file and in the release of {other.released}",
        )
    return True


def _check_later(entry: Entry, day: dt.date, known: pd.DataFrame, later: Sequence[store.Release]) -> None:
    """Check that releases of few years can stand on an entry that comes under them, as if it had been there first."""
    known, before = entry.months.combine_first(known), (day, entry.month)
    for release in later:
        months = store.read_months(release)
        common = known[[name for name in known if name in months]]
        if common.empty or months.index[0] <= common.index[0]:
            return  # it shows all that is known; those after it stand on it
        file = f"{entry.file}, under the release of {release.released} in the store ({release.folder})"
        _check_reach(replace(entry, file=file, months=months), common, *before)
        known, before = months.combine_first(common), (release.released, release.statistical_month)


def _check_reach(entry: Entry, known: pd.DataFrame, day: dt.date, month: pd.Period) -> None:
    """Check that a file of few years can stand on the release before it, of a day and about a month, without a seam."""
    first = entry.months.index[0]
    if known.empty or known.index[0] >= first:
        return
    fuller = f"the {entry.family.layouts[0]} of this release, or a file that reaches further back"
    if known.index[-1] + 1 < first:
        raise SourceError(
            entry.file,
            None,
            found=f"months from {first}, while the release of {day} ends with {known.index[-1]}",
            expected=f"no month between the two; add {fuller}",
        )
    changed = _revisions(entry.months, known).index
    revises = entry.family.revises
    firm = pd.Period(f"{first.year}-12", "M") if revises is None else month - revises
    if len(changed) and changed[0] <= firm:
        raise SourceError(
            entry.file,
            None,
            found=f"revisions since {changed[0]} in a table that starts with {first}",
            expected=f"none until {firm}; months before {first} may be revised too and are not in this file: "
            f"add {fuller}",
        )


def _revisions(months: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return new minus known for the months that changed, without what floating point adds."""
    both, names = months.index.intersection(known.index), months.columns.intersection(known.columns)
    change = (months.loc[both, names] - known.loc[both, names]).round(6)
    return change[(change.fillna(0) != 0).any(axis=1)]


def _write(checked: _Checked, told: Mapping[str, Any]) -> Added:
    """Write a release that passed, and tell what it changes."""
    entry, before, known = checked.entry, checked.before, checked.known
    if checked.already:
        folder = checked.already.folder
    else:
        folder = archive.write_release(
            entry.months,
            entry.provenance | {"released": checked.day} | dict(told),
            annual=entry.annual,
            markers=entry.markers,
            previous=entry.previous,
        )
    revisions = _revisions(entry.months, known)
    marked = entry.markers.loc[entry.markers["marker"] == MARK, "last"]
    follows = before is not None and before.statistical_month + 1 == entry.month
    unmarked = [month for month in revisions.index if month not in set(marked)] if follows and len(marked) else []
    compared = len(entry.months.index.intersection(known.index))
    had = list(store.read_months(before)) if before else list(entry.months)
    return Added(
        folder=folder,
        kind=entry.kind,
        already=checked.already is not None,
        family=entry.family.name,
        unit=entry.family.unit,
        released=checked.day,
        newest=entry.months.iloc[-1],
        against=before.released if before else None,
        revisions=revisions,
        compared=compared,
        new=len(entry.months) - compared,
        came=tuple(name for name in entry.months if name not in had),
        went=tuple(name for name in had if name not in entry.months),
        unmarked=tuple(unmarked),
        repeats=checked.repeats,
    )

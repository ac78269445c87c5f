"""What official files say for a source family: the tables of a release, ready to be compared and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.archive import sha256_of
from tradelib.errors import SourceError
from tradelib.families import FAMILIES, NOT_STORED, families_of
from tradelib.sources import read_any
from tradelib.sources.checks import MONTHLY_TOLERANCE, identities
from tradelib.sources.tidy import Quantity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from tradelib.families import Family
    from tradelib.sources import Facts


@dataclass(frozen=True)
class Entry:
    """What files say for a family.

    Attributes
    ----------
    family : Family
        The source family.
    kind : str
        Layout of the files.
    file : str
        Their names.
    months : pandas.DataFrame
        Months of the release, gap-free, by series.
    annual, markers, previous : pandas.DataFrame
        As an ``Exhibit`` has them; empty where the family does not keep them.
    provenance : dict
        What ``release.toml`` says but for the day.
    updated : datetime.date or None
        The day that the files themselves name.
    """

    family: Family
    kind: str
    file: str
    months: pd.DataFrame
    provenance: dict[str, Any]
    updated: dt.date | None = None
    annual: pd.DataFrame = field(default_factory=pd.DataFrame)
    markers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["first", "last", "series", "marker"]))
    previous: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def month(self) -> pd.Period:
        """The newest month: what the release is about."""
        return self.months.index[-1]


Read = dict["Path", "Facts"]
"""Files and what they say."""


def read(paths: Sequence[Path]) -> dict[str, Read]:
    """Read official files and tell which families they are for.

    Returns
    -------
    dict of str to dict
        By family, the files that hold it and what they say.

    Raises
    ------
    SourceError
        A file is not well-formed, or the store has no family for it; the message says why.
    """
    found: dict[str, Read] = {}
    for path in paths:
        facts = read_any(path)
        names = [family.name for family in families_of(facts.layout) if _is_for(family, facts)]
        if not names:
            why = NOT_STORED.get(facts.layout, "no family holds its series")
            expected = f"a file that goes into the store ({why})"
            raise SourceError(path.name, None, found=f"{facts.layout}: {facts.title}", expected=expected)
        for name in names:
            found.setdefault(name, {})[path] = facts
    return found


def _is_for(family: Family, facts: Facts) -> bool:
    """Tell whether a file of the right layout has a series of the family; FRED and BLS publish others too."""
    values = facts.values  # noqa: PD011 - a frame of its own
    told = (
        values.loc[values["frequency"] == "monthly", ["flow", "item", "basis", "adjustment", "price_basis"]]
        .drop_duplicates()
        .astype(str)
    )
    names = {Quantity(f, item, basis, a, price_basis=prices).name for f, item, basis, a, prices in told.to_numpy()}
    return not family.series or bool(names & set(family.series))


def compile_release(name: str, files: Read) -> Entry:
    """Compile the release of a family from the files that hold it.

    Parameters
    ----------
    name : str
        The family.
    files : dict
        Its files, each with other series, and what they say.

    Raises
    ------
    SourceError
        A series stands in two files or in none, is none of the family's, or ends before the others; the reference
        year is not one; an accounting identity does not hold.
    """
    family, facts = FAMILIES[name], list(files.values())
    file, hashes = ", ".join(path.name for path in files), [sha256_of(path) for path in files]
    told: dict[str, Any] = family.told | {
        "family": name,
        "title": family.title or facts[0].title,
        "official_file": file,
        "official_sha256": hashes[0] if len(hashes) == 1 else hashes,
    }
    kind = ", ".join(dict.fromkeys(one.layout for one in facts))
    if family.parts:
        if len(files) > 1:
            raise SourceError(file, None, found=f"{len(files)} files for {name}", expected="one at a time")
        exhibit = facts[0].exhibits[0]
        return Entry(
            family, kind, file, exhibit.months, told, facts[0].updated,
            annual=exhibit.annual, markers=exhibit.markers, previous=exhibit.previous,
        )  # fmt: skip
    tables = [family.table(one) for one in facts]
    months = _together(family, file, tables)
    _check_accounts(file, months)
    if labels := {name: text for table in tables for name, text in table.attrs.get("labels", {}).items()}:
        told["labels"] = labels
    days = {one.updated for one in facts}
    return Entry(family, kind, file, months, told, days.pop() if len(days) == 1 else None)


def _together(family: Family, file: str, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the series of one or more files side by side: all that a release needs, none twice, to one month."""

    def refuse(found: str, expected: str) -> SourceError:
        return SourceError(file, None, found=found, expected=expected)

    names = [str(name) for table in tables for name in table]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise refuse(f"{twice[0]} in two files", "every series in one file")
    if family.series:
        bases = sorted({Quantity.named(name).price_basis for name in names})
        if len(bases) > 1:
            raise refuse(f"{' and '.join(bases)} dollars", "one price basis")
        own = [name for name in family.series if Quantity.named(name).price_basis == bases[0]]
        if other := [name for name in names if name not in own]:
            raise refuse(other[0], f"series of {family.name} only")
        if lacking := [name for name in family.needs or own if name not in names]:
            more = f" and {len(lacking) - 1} more" if lacking[1:] else ""
            raise refuse(
                f"no {lacking[0]}{more}", f"all that a release of {family.name} needs, from files added together"
            )
        names = [name for name in own if name in names]
    frame = pd.concat(list(tables), axis=1).sort_index()[names].loc[family.since or None :]
    ends = {name: str(frame[name].last_valid_index()) for name in names}
    if len(set(ends.values())) > 1:
        shown = {end: name for name, end in ends.items()}
        found = " and ".join(f"{name} until {end}" for end, name in sorted(shown.items()))
        raise refuse(found, "series that end in one month")
    every = pd.period_range(frame.index.min(), ends[names[0]], freq="M", name="period")
    frame = frame.reindex(every)
    return frame if family.decimals is None else frame.round(family.decimals)


def _check_accounts(file: str, months: pd.DataFrame) -> None:
    """Check the identities that hold between the series; a reader checks those within its file."""
    for identity in identities(months.columns):
        left, right = identity.sides({name: column.to_numpy() for name, column in months.items()})
        gap = pd.Series(left - right, months.index).abs()
        if gap.max() > MONTHLY_TOLERANCE:
            found = f"a gap of {gap.max():,.12g}"
            expected = f"{identity} within {MONTHLY_TOLERANCE} million"
            raise SourceError(file, str(gap.idxmax()), found=found, expected=expected)

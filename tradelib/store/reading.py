"""The releases in the store, in folders ``data/<publisher>/<day of release>/``, and their figures.

A release is what one publisher published on one day about one month.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, cast

import pandas as pd

from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.quantity.figure import Cell, Figure
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import exact
from tradelib.store.periods import gap_free, month_of, spans
from tradelib.store.tables import TOML, Tables, data_folder

FT900 = "ft900"
Vintage: TypeAlias = "str | dt.date | None"


@dataclass(frozen=True, repr=False)
class Release(Tables, Result):
    """One release.

    Attributes
    ----------
    publisher : str
        Folder of the store: ``ft900`` (*U.S. International Trade in Goods and Services*), ``bls``, ``gdp``,
        ``census_enduse``.
    released : datetime.date
        Day of publication.
    month : pandas.Period
        Statistical month; if figures are quarterly, the last month of the newest quarter.
    folder : Path
        Folder of the release.
    contents : dict
        The contents of ``release.toml``.
    """

    publisher: str

    @property
    def source(self) -> str:
        """Publisher, title and day in one line, as charts cite it."""
        publisher = self.contents["publisher"].replace("U.S. Bureau of Economic Analysis", "BEA")
        day = f", released {self.released}" if self.released else ""
        return f"{publisher}, {self.contents['title']}{day}"

    @property
    def exhibits(self) -> list[str]:
        """Names of its tables."""
        return list(self.contents["tables"])

    @property
    def table(self) -> pd.DataFrame:
        """One row per table of the release, by name: ``title`` and ``compilation``."""
        entries = pd.DataFrame.from_dict(self.contents["tables"], orient="index")
        return entries[["title", "compilation"]].rename_axis("exhibit")

    def summary(self) -> str:
        """Return publisher, title, day, statistical month and number of tables in one line."""
        many = len(self.exhibits)
        return f"{self.source}, about {self.month}: {many} table{'s' if many > 1 else ''}"

    def series(self, name: str, freq: str = "monthly", compilation: str = "") -> pd.Series:
        """Return a quantity by period, each value a ``Figure`` with its cell.

        Parameters
        ----------
        name : str
            Canonical name or an alias such as ``BOPGSTB``.
        freq : {"monthly", "quarterly", "annual", "ytd"}
            Spans of one, three or twelve months, or from January to each month.
        compilation : str
            Use only tables of this compilation; by default all.

        Returns
        -------
        Series
            Indexed by the last month of each span (``PeriodIndex``), dtype ``object``; gap-free if monthly.

        Raises
        ------
        ParameterError
            The release does not have the quantity, or not with that frequency.

        Examples
        --------
        >>> balance = release("2025-05-06").series("BOPGSTB")
        >>> float(balance["2025-03"] - balance["2025-02"])
        -17303.0
        """
        if (key := (str(name), str(freq), compilation, "figures")) not in self._computed:
            rows = self._rows(name, freq, compilation)
            series = pd.Series(self._figures_of(rows), rows.index, dtype=object, name=rows["name"].iloc[0])
            self._computed[key] = gap_free(series) if freq == "monthly" else series
        return cast("pd.Series", self._computed[key].copy())

    def before(self, *names: str) -> Release | None:
        """Return the newest earlier release that shares a compilation of each series with this one; None if none."""
        older = (other for other in reversed(releases(self.publisher)) if other.released < self.released)
        return next((other for other in older if all(self.beside(other, name) for name in names)), None)

    def beside(self, other: Release, name: str) -> tuple[pd.Series, pd.Series] | None:
        """Return a series of this release and of another, from one compilation, so they differ by revisions only.

        Of several shared compilations, the one with the longest series is used. None if they share none.
        """
        months = {each: len(values) for each, values in self.prints(name).items() if each in other.prints(name)}
        shared = max(months, key=months.__getitem__, default="")
        return (self.series(name, compilation=shared), other.series(name, compilation=shared)) if shared else None

    def figure(self, name: str, month: str | dt.date | pd.Period) -> Figure:
        """Return one month's figure.

        Raises
        ------
        ParameterError
            The release does not have the figure.
        """
        period, rows = month_of(month), self._rows(name)
        if period not in rows.index:
            raise ParameterError(f"{self.named} has no {name} for {period}")
        return self._figure(*rows.loc[period, list(_OF_A_CELL)])

    def wide(  # noqa: PLR0913 - one parameter per field of a quantity
        self, flow: str, items: str = "*", *, partners: str = "world", basis: str = "census", adjustment: str = "sa",
        measure: str = "value", price: str = "current", exhibit: str | int = "", span: int = 1,
    ) -> pd.DataFrame:  # fmt: skip
        """Return items (or partners) down and months across, each value a ``Figure``.

        Parameters
        ----------
        flow : {"exports", "imports", "balance"}
            The flow.
        items, partners : str
            Shell patterns over item paths and partners: ``"goods/*/*"`` are commodities. The rows are partners if
            ``partners`` has a ``*``, else items.
        basis, adjustment, measure, price : str
            As in ``Quantity``.
        exhibit : str or int
            Use only this exhibit; by default all.
        span : int
            Number of months that a figure covers: 3 for quarters, 12 for years, 0 for years to date.

        Returns
        -------
        DataFrame
            Dtype ``object``; the columns are the months that the release prints.

        Raises
        ------
        ParameterError
            No figures match.
        """
        fixed = {"flow": flow, "basis": basis, "adjustment": adjustment, "measure": measure, "price": price}
        for column, text in {**fixed, "items": items, "partners": partners}.items():
            if not isinstance(text, str):
                raise ParameterError(f"found {column} {text!r}; expected one name, or a pattern of items or partners")
        rows = self.figures.facts
        if exhibit and str(exhibit) not in self.exhibits:
            raise ParameterError(f"{self.named} has no exhibit {exhibit}; it has {', '.join(self.exhibits)}")
        fixed |= {"exhibit": str(exhibit)} if exhibit else {}
        for column, text in fixed.items():
            rows = rows[rows[column] == text]
        depth = items.count("/")
        keep = [item for item in rows["item"].unique() if fnmatchcase(item, items) and item.count("/") == depth]
        who = [partner for partner in rows["partner"].unique() if fnmatchcase(partner, partners)]
        rows = spans(rows[rows["item"].isin(keep) & rows["partner"].isin(who)], span)
        if rows.empty:
            raise ParameterError(f"{self.named} has no {flow} of {items} with {partners} ({fixed})")
        stub = "partner" if set(partners) & set("*?[") else "item"
        rows = rows.drop_duplicates([stub, "last"])
        index = pd.MultiIndex.from_arrays([rows[stub].astype(str), rows["last"]], names=[stub, "month"])
        return pd.Series(self._figures_of(rows), index=index, dtype=object).unstack("month")  # noqa: PD010 - keeps the figures

    def _figures_of(self, facts: pd.DataFrame) -> list[Figure]:
        columns = (facts[column].tolist() for column in _OF_A_CELL)  # ten times as fast as row by row
        return [self._figure(*values) for values in zip(*columns, strict=True)]

    def _figure(self, name: str, first: pd.Period, last: pd.Period, value: float, *place: str) -> Figure:
        """Return the figure of a fact, given its columns ``_OF_A_CELL``."""
        span = str(last) if first == last else f"{first}..{last}"
        exhibit, cell, file, marker, unit = place
        sha256, day = self.contents["files"][file]["sha256"], str(self.released or "")
        return Figure.of(Cell(name, span, exact(float(value)), exhibit, cell, file, sha256, day, marker, unit))


_OF_A_CELL = ("name", "first", "last", "value", "exhibit", "cell", "file", "marker", "unit")
"""Columns of a fact that its figure keeps."""
_DAY = "[0-9]*"  # not the hidden folders of releases that are being written
_NEEDED = ("publisher", "title", "released", "statistical_month", "files", "tables")


def releases(publisher: str = FT900) -> list[Release]:
    """Return the releases of a publisher, oldest first; with ``"*"`` of all publishers, one after the other."""
    paths = sorted(data_folder().glob(f"{publisher}/{_DAY}/{TOML}"))  # names of days sort by date
    return [_described(path, (status := path.stat()).st_mtime_ns, status.st_size, status.st_ino) for path in paths]


def release(key: str | dt.date | None = None, publisher: str = FT900) -> Release:
    """Return one release.

    Parameters
    ----------
    key : str or datetime.date, optional
        A day of release (``"2025-05-06"``) or a statistical month (``"2025-03"``). None for the newest complete
        release, which has Exhibits 1, 7 and 8, or the newest of all if none is complete.
    publisher : str
        Folder of the store.

    Returns
    -------
    Release
        ``series``, ``wide``, ``figure`` and ``facts`` read its figures.

    Raises
    ------
    ParameterError
        The store has no such release; the message lists its releases.

    Examples
    --------
    >>> float(tradelib.release("2025-03").figure("BOPGSTB", "2025-03"))
    -140498.0
    """
    known = releases(publisher)
    fitting = [stored for stored in known if _dated(key) in (stored.released.isoformat(), str(stored.month))]
    if key is None:
        fitting = [stored for stored in known if {"1", "7", "8"} <= set(stored.exhibits)] or known
    if not fitting:
        raise ParameterError(f"no release {str(key)!r} of {publisher}; the store has {_listed(known)}")
    return fitting[-1]


def _dated(value: object) -> str:
    """Return a day or month as ISO text; a time is cut to its day, a month number is padded to two digits."""
    text = str(value)[: len("2024-04-04")] if isinstance(value, dt.date) else str(value)
    return f"{text[:5]}0{text[5:]}" if re.fullmatch(r"\d{4}-\d", text) else text


def day_about(month: pd.Period, publisher: str = FT900) -> dt.date | None:
    """Return the day of the newest release about a statistical month; None if the store has none."""
    return max((stored.released for stored in releases(publisher) if stored.month == month), default=None)


def known_on(vintage: Vintage = None) -> list[Release]:
    """Return the releases known at a vintage: the trade releases first, then other publishers', each newest first.

    Most series are in the trade releases; coming first, they are found without reading tables of other publishers.

    Raises
    ------
    ParameterError
        The store has no such release, or the vintage is neither a day nor a month.
    """
    day = day_named(vintage)
    known = [stored for stored in releases("*") if stored.released <= day]
    if not known:
        named = "" if vintage is None else f" for vintage {str(vintage)!r}"
        raise ParameterError(f"no release{named}; the store has {_listed(releases())}")
    return sorted(known, key=lambda stored: (stored.publisher != FT900, stored.publisher, -stored.released.toordinal()))


def _listed(known: Sequence[Release]) -> str:
    return ", ".join(f"{r.released} (about {r.month})" for r in known) or f"none in {data_folder()} (TRADELIB_DATA)"


def day_named(vintage: Vintage) -> dt.date:
    """Return the last day of a vintage: the day itself, or that of the release about a month.

    Without a vintage it is the last possible day; for a month without a release it is the first possible day.

    Raises
    ------
    ParameterError
        The vintage is neither a day nor a month.
    """
    if vintage is None:
        return dt.date.max
    try:
        if len(text := _dated(vintage)) == len("2024-02"):
            return day_about(month_of(text)) or dt.date.min
        return dt.date.fromisoformat(text)
    except (ParameterError, ValueError):
        raise ParameterError(f"vintage {vintage!r} is neither a day like 2024-04-04 nor a month like 2024-02") from None


@lru_cache(maxsize=256)
def _described(path: Path, *_: int) -> Release:
    """Return the release described by a ``release.toml``; time, size and inode are part of the cache key."""
    expected = "the description of a release"
    try:
        contents = tomllib.loads(path.read_text(encoding="utf-8"))
        if missing := [key for key in _NEEDED if key not in contents]:
            raise SourceError(str(path), None, found=f"no {' and no '.join(missing)}", expected=expected)
        month = pd.Period(contents["statistical_month"], "M")
        got = contents["released"].isoformat()
    except (AttributeError, TypeError, ValueError) as error:  # TOML and Unicode errors are ValueErrors
        raise SourceError(str(path), None, found=str(error), expected=expected) from error
    if got != path.parent.name:
        raise SourceError(str(path), None, found=f"released {got}", expected=path.parent.name)
    return Release(contents["released"], month, path.parent, contents, publisher=path.parent.parent.name)

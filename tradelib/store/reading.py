"""Releases: which the store has, in the folders ``data/<publisher>/<day of release>/``, and what each says.

A release is what one publisher put out on one day about one month; it is read figure by figure.
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
        Folder of the store: ``ft900`` (*U.S. International Trade in Goods and Services*), ``bls``, ``gdp``.
    released : datetime.date
        Day of publication.
    month : pandas.Period
        Statistical month; the last one of the newest quarter where figures are quarterly.
    folder : Path
        Where it lies.
    contents : dict
        All of ``release.toml``.
    """

    publisher: str

    @property
    def source(self) -> str:
        """Publisher, title and day in one line, as a figure's foot cites it."""
        publisher = self.contents["publisher"].replace("U.S. Bureau of Economic Analysis", "BEA")
        day = f", released {self.released}" if self.released else ""
        return f"{publisher}, {self.contents['title']}{day}"

    @property
    def exhibits(self) -> list[str]:
        """Names of its tables."""
        return list(self.contents["tables"])

    @property
    def table(self) -> pd.DataFrame:
        """One row a table of the release, by its name: ``title`` and ``compilation``."""
        entries = pd.DataFrame.from_dict(self.contents["tables"], orient="index")
        return entries[["title", "compilation"]].rename_axis("exhibit")

    def summary(self) -> str:
        """Return whose release it is, of which day and about which month, and what it has, in one line."""
        many = len(self.exhibits)
        return f"{self.source}, about {self.month}: {many} table{'s' if many > 1 else ''}"

    def series(self, name: str, freq: str = "monthly", compilation: str = "") -> pd.Series:
        """Return a quantity by period, each value a ``Figure`` that knows its cell.

        Parameters
        ----------
        name : str
            Canonical name or an alias such as ``BOPGSTB``.
        freq : {"monthly", "quarterly", "annual", "ytd"}
            Spans of one, three, twelve months, or from January to the statistical month.
        compilation : str
            Only what tables of this one print; by default of all.

        Returns
        -------
        Series
            ``PeriodIndex`` of the last months, dtype ``object``; gap-free for months.

        Raises
        ------
        ParameterError
            The release has no such quantity, or none of that frequency.

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
        """Return the newest earlier release that has each of some series in a compilation of this one; None if none."""
        older = (other for other in reversed(releases(self.publisher)) if other.released < self.released)
        return next((other for other in older if all(self.beside(other, name) for name in names)), None)

    def beside(self, other: Release, name: str) -> tuple[pd.Series, pd.Series] | None:
        """Return a series of this release and of another, both of one compilation, so that only revisions differ.

        Of several compilations it is the one with the longest series; None where there is none.
        """
        months = {own: len(values) for own, values in self.prints(name).items() if own in other.prints(name)}
        own = max(months, key=months.__getitem__, default="")
        return (self.series(name, compilation=own), other.series(name, compilation=own)) if own else None

    def figure(self, name: str, month: str | dt.date | pd.Period) -> Figure:
        """Return one month's figure.

        Raises
        ------
        ParameterError
            The release has no such figure.
        """
        period, rows = month_of(month), self._rows(name)
        if period not in rows.index:
            raise ParameterError(f"{self.named} has no {name} for {period}")
        return self._figure(*rows.loc[period, list(_OF_A_CELL)])

    def wide(  # noqa: PLR0913 - they are what a quantity is made of
        self, flow: str, items: str = "*", *, partners: str = "world", basis: str = "census", adjustment: str = "sa",
        measure: str = "value", price: str = "current", exhibit: str | int = "", span: int = 1,
    ) -> pd.DataFrame:  # fmt: skip
        """Return items (or partners) down and months across, each value a ``Figure``.

        Parameters
        ----------
        flow : {"exports", "imports", "balance"}
            The flow.
        items, partners : str
            Shell patterns over item paths and partners: ``"goods/*/*"`` are commodities. The rows are partners where
            ``partners`` is a pattern, else items.
        basis, adjustment, measure, price : str
            As ``Quantity`` has them.
        exhibit : str or int
            Only what stands in this one; all by default.
        span : int
            Months that a figure is about: 3 for quarters, 12 for years.

        Returns
        -------
        DataFrame
            Dtype ``object``; columns are months, those that the release prints.

        Raises
        ------
        ParameterError
            Nothing fits.
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
        stub = "item" if "*" not in partners else "partner"
        rows = rows.drop_duplicates([stub, "last"])
        index = pd.MultiIndex.from_arrays([rows[stub].astype(str), rows["last"]], names=[stub, "month"])
        return pd.Series(self._figures_of(rows), index=index, dtype=object).unstack("month")  # noqa: PD010 - keeps the figures

    def _figures_of(self, facts: pd.DataFrame) -> list[Figure]:
        columns = (facts[column].tolist() for column in _OF_A_CELL)  # ten times as fast as row by row
        return [self._figure(*values) for values in zip(*columns, strict=True)]

    def _figure(self, name: str, first: pd.Period, last: pd.Period, value: float, *place: str) -> Figure:
        """Return the figure that a fact is, from its columns ``_OF_A_CELL``."""
        span = str(last) if first == last else f"{first}..{last}"
        exhibit, cell, file, marker, unit = place
        sha256, day = self.contents["files"][file]["sha256"], str(self.released or "")
        return Figure.of(Cell(name, span, exact(float(value)), exhibit, cell, file, sha256, day, marker, unit))


_OF_A_CELL = ("name", "first", "last", "value", "exhibit", "cell", "file", "marker", "unit")
"""What a figure keeps of the fact that it is."""
_DAY = "[0-9]*"  # a release being written lies in a hidden folder
_NEEDED = ("publisher", "title", "released", "statistical_month", "files", "tables")


def releases(publisher: str = FT900) -> list[Release]:
    """Return the releases of a publisher, or with ``"*"`` of one after the other; oldest first, none where none are."""
    paths = sorted(data_folder().glob(f"{publisher}/{_DAY}/{TOML}"))  # days sort as their names do
    return [_described(path, (status := path.stat()).st_mtime_ns, status.st_size, status.st_ino) for path in paths]


def release(key: str | dt.date | None = None, publisher: str = FT900) -> Release:
    """Return one release.

    Parameters
    ----------
    key : str or datetime.date, optional
        A day of release (``"2025-05-06"``) or a statistical month (``"2025-03"``). None for the newest whole one: the
        newest that has the exhibits of the report.
    publisher : str
        Folder of the store.

    Returns
    -------
    Release
        ``series``, ``wide``, ``figure`` and ``facts`` read its figures.

    Raises
    ------
    ParameterError
        The store has no such release; the message lists those there are.

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
    """Return the text of a day or month: the day of a time, a month in two digits."""
    text = str(value)[: len("2024-04-04")] if isinstance(value, dt.date) else str(value)
    return f"{text[:5]}0{text[5:]}" if re.fullmatch(r"\d{4}-\d", text) else text


def day_about(month: pd.Period, publisher: str = FT900) -> dt.date | None:
    """Return the day of the newest release about a statistical month; None where the store has none."""
    return max((stored.released for stored in releases(publisher) if stored.month == month), default=None)


def known_on(vintage: Vintage = None) -> list[Release]:
    """Return the releases that count: of each publisher newest first, the trade release before all others.

    Most series are its own, so that no other publisher's tables are read to find them.

    Raises
    ------
    ParameterError
        There is none, or the vintage is neither a day nor a month.
    """
    day = day_named(vintage)
    known = [stored for stored in releases("*") if stored.released <= day]
    if not known:
        named = "" if vintage is None else f" for vintage {str(vintage)!r}"
        raise ParameterError(f"no release{named}; the store has {_listed(releases())}")
    return sorted(known, key=lambda stored: (stored.publisher != FT900, stored.publisher, -stored.released.toordinal()))


def _listed(known: Sequence[Release]) -> str:
    there = ", ".join(f"{own.released} (about {own.month})" for own in known)
    return there or f"none in {data_folder()} (TRADELIB_DATA)"


def day_named(vintage: Vintage) -> dt.date:
    """Return the last day that counts: the one named, or that of the release about a month, before all without one.

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
    """Return the release that a description is of; its time, size and number say when it is another one."""
    expected = "the description of a release"
    try:
        contents = tomllib.loads(path.read_text(encoding="utf-8"))
        if lost := [key for key in _NEEDED if key not in contents]:
            raise SourceError(str(path), None, found=f"no {' and no '.join(lost)}", expected=expected)
        month = pd.Period(contents["statistical_month"], "M")
        got = contents["released"].isoformat()
    except (AttributeError, TypeError, ValueError) as error:  # TOML and Unicode errors are ValueErrors
        raise SourceError(str(path), None, found=str(error), expected=expected) from error
    if got != path.parent.name:
        raise SourceError(str(path), None, found=f"released {got}", expected=path.parent.name)
    return Release(contents["released"], month, path.parent, contents, publisher=path.parent.parent.name)

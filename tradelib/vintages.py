"""Series as they were known: ``load()`` and the revision triangle, on top of the store."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib import catalog
from tradelib.errors import ComparabilityError, ParameterError, did_you_mean
from tradelib.revisions import triangle as triangles
from tradelib.store import HISTORY, Release, families, pick, read_months, releases, select

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["HISTORY", "Release", "families", "load", "read_months", "releases", "select", "triangle"]

Month: TypeAlias = "str | pd.Period | None"
Unit = Literal["millions", "billions"]


def load(
    series: str | Iterable[str] = "*_bop_sa",
    start: Month = None,
    end: Month = None,
    vintage: str | dt.date | None = None,
    unit: Unit = "millions",
    family: str | None = None,
) -> pd.DataFrame:
    """Load monthly series into one wide frame.

    Parameters
    ----------
    series : str or iterable of str
        Names, FRED mnemonics (``"BOPGSTB"``) or shell patterns (``"exports_*_bop_sa"``). By default the nine
        series of the history table: balance, exports and imports of goods and services, BOP basis, adjusted.
        Categories of services and partners by name, or by a pattern that no other series has:
        ``"imports_goods_*_census_nsa"``.
    start, end : str, pandas.Period or None
        First and last month, both included; None for all there is.
    vintage : str, datetime.date or None
        None for the newest release; a day for what was known on that day; a month for the release about it.
    unit : {"millions", "billions"}
        Unit of dollar series; indexes keep their own.
    family : str or None
        Read from this source family instead of the one the catalog names.

    Returns
    -------
    pandas.DataFrame
        Gap-free monthly ``PeriodIndex`` named ``period``; one column a series, in the order asked.
        ``attrs["series"]`` holds, by column, flow, item, basis, adjustment, unit, source and vintage.

    Raises
    ------
    ParameterError
        Unknown series, vintage, unit or an impossible span; the message lists what is possible.

    Examples
    --------
    >>> load("BOPGSTB", start="2024-01", unit="billions").round(1)
             balance_total_bop_sa
    period
    2024-01                 -67.6
    2024-02                 -68.9
    """
    if unit not in ("millions", "billions"):
        raise ParameterError(f"unknown unit {unit!r}; possible: billions, millions")
    wanted = catalog.find(series, labelled())
    known = {name: releases(name) for name in dict.fromkeys(family or s.family for s in wanted)}
    held = {name: pick(listed, vintage) for name, listed in known.items()}
    tables: dict[Path, pd.DataFrame] = {}
    columns, told = {}, {}
    for s in wanted:
        release = held[family or s.family]
        older = _before(release, known[release.family])
        values, source, sha256 = _known(s.name, release, older, tables)
        scaled = unit == "billions" and s.unit.startswith("millions of ")
        columns[s.name] = values / 1000 if scaled else values
        told[s.name] = asdict(s) | {
            "unit": s.unit.replace("millions", "billions") if scaled else s.unit,
            "family": release.family,
            "source": source,
            "vintage": release.released.isoformat(),
            "statistical_month": str(release.statistical_month),
            "sha256": sha256,
        }
    frame = cut(pd.DataFrame(columns), start, end)
    frame.attrs["series"] = told
    return frame


def labelled() -> dict[str, catalog.Series]:
    """Return the series that families of the store name by labels of their own: categories of services, partners."""
    found = {}
    for family in families():
        told = releases(family)[-1].provenance
        for name, label in told.get("labels", {}).items():
            flow, *item, basis, adjustment = name.split("_")
            what = f"{flow.capitalize()} of goods" if item[0] == "goods" else flow.capitalize()
            found[name] = catalog.Series(
                flow, "_".join(item), basis, adjustment, family, f"{what}, {label}", unit=str(told["unit"])
            )
    return {name: one for name, one in found.items() if name not in catalog.CATALOG}


def _before(release: Release, known: Iterable[Release]) -> list[Release]:
    return [r for r in known if r.released < release.released]


def _known(
    name: str, release: Release, older: list[Release], tables: dict[Path, pd.DataFrame]
) -> tuple[pd.Series, str, str]:
    """Return a series as known at a release, its source and its hash; keep the tables read.

    A release that shows only recent years (Exhibit 1) leaves older months as an older release has them; the
    source then says so and the hash covers every table used.
    """
    used: list[Release] = []
    for held in (release, *reversed(older)):
        first, last = held.span
        if all(first < r.span[0] or last > r.span[1] for r in used):
            if held.folder not in tables:
                tables[held.folder] = read_months(held)
            if name in tables[held.folder]:
                used.append(held)
            elif held is release:
                raise ParameterError(
                    f"{release.family} has no {name}; {did_you_mean(name, tables[held.folder].columns)}"
                )
    source = release.source + "".join(f"; older months released {r.released}" for r in used[1:])
    sha256 = release.sha256
    if used[1:]:
        sha256 = hashlib.sha256("".join(r.sha256 for r in used).encode()).hexdigest()
    return triangles.overlay(tables[r.folder][name] for r in reversed(used)), source, sha256


def as_known(release: Release, names: Iterable[str]) -> pd.DataFrame:
    """Return what was known at a release, older months from older releases, for those of the names that it has.

    Parameters
    ----------
    release : Release
        The release.
    names : iterable of str
        Names of series, also of those that the catalog does not list; one that the release lacks is left out.

    Returns
    -------
    pandas.DataFrame
        Gap-free monthly ``PeriodIndex`` by series, in the unit of the store.
    """
    tables = {release.folder: read_months(release)}
    held = [name for name in names if name in tables[release.folder]]
    if not held:
        return tables[release.folder][[]]
    older = _before(release, releases(release.family))
    return cut(pd.DataFrame({name: _known(name, release, older, tables)[0] for name in held}), None, None)


def triangle(series: str, family: str | Iterable[str] | None = None) -> pd.DataFrame:
    """Return the revision triangle of a series: months down, releases across; see ``tradelib.revisions.triangle``.

    Parameters
    ----------
    series : str
        Name or FRED mnemonic of one series.
    family : str or None
        The source family; None for the one the catalog names.

    Returns
    -------
    pandas.DataFrame
        As ``tradelib.revisions.triangle.build`` returns it, in the unit of the store.

    Raises
    ------
    ParameterError
        The word stands for no series or several, or the family does not have it.
    ComparabilityError
        More than one family was asked for: they differ by more than revisions.
    """
    found = catalog.find(series)
    if len(found) > 1:
        raise ParameterError(f"a triangle is of one series; {series!r} stands for {', '.join(s.name for s in found)}")
    asked = found[0].family if family is None else family
    names = [asked] if isinstance(asked, str) else list(dict.fromkeys(asked))
    if len(names) != 1:
        sides = " and ".join(names) or "none"
        raise ComparabilityError(
            f"a triangle is of one source family, whose values only revisions change; found {sides}"
        )
    name = found[0].name
    tables = [(release, read_months(release)) for release in releases(names[0])]
    prints = [(r.released, r.statistical_month, table[name]) for r, table in tables if name in table]
    if not prints:
        raise ParameterError(f"{names[0]} has no {name}; {did_you_mean(name, tables[-1][1].columns)}")
    return triangles.build(prints, series=name, family=names[0], unit=found[0].unit)


def cut(frame: pd.DataFrame, start: Month, end: Month) -> pd.DataFrame:
    """Return the months from start to end, gap-free; refuse a span that reaches beyond the data."""
    first, last = frame.index.min(), frame.index.max()
    begin, stop = _month(start, first, "start"), _month(end, last, "end")
    for name, month in (("start", begin), ("end", stop)):
        if not first <= month <= last:
            raise ParameterError(f"{name} {month} is outside the data, which span {first} to {last}")
    if begin > stop:
        raise ParameterError(f"start {begin} is after end {stop}; the data span {first} to {last}")
    return frame.reindex(pd.period_range(begin, stop, freq="M", name="period"))


def _month(value: Month, default: pd.Period, name: str) -> pd.Period:
    if value is None:
        return default
    try:
        if isinstance(value, pd.Period):
            return value.asfreq("M")
        return pd.Period(dt.datetime.strptime(value, "%Y-%m"), freq="M")  # noqa: DTZ007 - a calendar month
    except (ValueError, TypeError):
        raise ParameterError(f"{name} {value!r} is not a month like 2024-02") from None

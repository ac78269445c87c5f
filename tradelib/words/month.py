"""The month of a release in words: its headline, and what moved it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib import store
from tradelib.quantity import Quantity
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.labels import item_label
from tradelib.quantity.result import Result
from tradelib.store.periods import Month, month_of
from tradelib.words import sentences as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.store import Release

TABLES = ("1", "history", "bea1", "fred_BOPGSTB")
"""Tables that print the balance on goods and services by month."""

LONG = 60
"""Months of history beyond which a rank is worth stating."""


@dataclass(frozen=True, repr=False)
class Headline(Result):
    """What a release says about a month: balance, exports and imports, goods and services.

    Attributes
    ----------
    release : Release
        The release that has the figures.
    month : pandas.Period
        The month.
    """

    release: Release
    month: pd.Period

    @cached_property
    def series(self) -> dict[str, pd.Series]:
        """Those of the nine series of Exhibit 1 that have the month, by name, up to it; millions of dollars."""
        known = (name for name in store.HEADLINE if self.release.find(name))
        values = {name: self.release.series(name)[: self.month].dropna() for name in known}
        return {name: path for name, path in values.items() if self.month in path.index}

    @cached_property
    def table(self) -> pd.DataFrame:
        """By name, millions of dollars: ``label``, the month, the month before, a year before, and the ``change``."""
        months = [self.month, self.month - 1, self.month - 12]
        table = pd.DataFrame(self.series).reindex(months).astype(float).T.rename(columns=str).rename_axis("name")
        table["change"] = table[str(self.month)] - table[str(self.month - 1)]
        table.insert(0, "label", [self.release.quantities[name].label("short") for name in table.index])
        return table

    @cached_property
    def title(self) -> str:
        """The headline, in one line."""
        path = self.series[store.BALANCE]
        now, before = path[self.month], path.get(self.month - 1)
        if before is None:
            return f"The U.S. trade {say.side(now)} was {say.plain(say.money(now))} in {self.month:%B %Y}"
        text = say.plain(say.balance_moved(now, before, amount=False)).removeprefix("the ")
        title = f"The U.S. trade {text} in {self.month:%B %Y}"
        if not self.is_long or self.larger or "to $" not in title:
            return title
        if (bound := largest_year(self.release, store.BALANCE, say.direction(now))) and abs(now) > bound:
            return title.replace("to $", "to a record $")
        return f"{title}, the largest since at least {path.index[0]:%B %Y}"

    @property
    def is_long(self) -> bool:
        """Whether the release has enough months of history for a rank to be worth stating."""
        return len(self.series[store.BALANCE]) > LONG

    @cached_property
    def larger(self) -> pd.Period | None:
        """The last earlier month with a larger deficit or surplus; None if the release has none."""
        path = self.series[store.BALANCE].astype(float)
        now = path[self.month]
        larger = path[path < now] if now < 0 else path[path > now]
        return larger.index[-1] if len(larger) else None

    @property
    def sentences(self) -> list[str]:
        """What moved, in sentences: the balance and its two parts, the flows, and the year to date if available."""
        pairs = {name: (path[self.month], path.get(self.month - 1)) for name, path in self.series.items()}
        pairs = {name: pair for name, pair in pairs.items() if pair[1] is not None}
        named = {Quantity("balance", item).name: item_label(item) for item in ("total", "goods", "services")}
        balances = [say.balance_moved(*pairs[name], name=words) for name, words in named.items() if name in pairs]
        totals = {flow: pairs.get(Quantity(flow).name) for flow in ("exports", "imports")}
        flows = [f"{flow} {say.flow_moved(*pair, levels=True)}" for flow, pair in totals.items() if pair]
        return [say.plain(text) for text in (say.sentences(*balances), say.sentences(*flows), self._year()) if text]

    def _year(self) -> str:
        """Return the year to date compared with the same months of the year before; empty if either is incomplete."""
        first = pd.Period(year=self.month.year, month=1, freq="M")
        sums = {}
        for name, path in self.series.items():
            spans = [path[first - back : self.month - back] for back in (0, 12)]
            quantity = self.release.quantities[name]
            if quantity.item == "total" and {len(span) for span in spans} == {self.month.month}:
                sums[quantity.flow] = [sum(span) for span in spans]
        if "balance" not in sums:
            return ""
        clauses = [f"{flow} {say.flow_moved(*pair)}" for flow, pair in sums.items() if flow != "balance"]
        when = f"{f'In {self.month.year}' if self.month.month == 12 else 'Year to date'}, compared with a year earlier"
        return say.sentences(f"{when}, {say.balance_moved(*sums['balance'], name='goods and services')}", *clauses)

    def summary(self) -> str:
        """Return title, sentences and source, one line each."""
        return "\n".join([self.title, *self.sentences, f"Source: {self.release.source}"])

    def to_dict(self) -> dict[str, Any]:
        """Return the words and the table (millions of dollars) as plain data, for programs."""
        words = {"headline": self.title, "sentences": self.sentences, "source": self.release.source}
        released = str(self.release.released) if self.release.released else None
        rows = self.table.astype(object).where(self.table.notna(), None).reset_index().to_dict("records")
        return {"month": str(self.month), "released": released, **words, "figures": rows}


def largest_year(release: Release, name: str, sign: int) -> float | None:
    """Return the bound that a month, times ``sign``, must exceed to be a record; None without earlier annual totals.

    Before the first month of a series only annual totals are known. A month may lie well above the mean of its year, so
    the bound is twice the largest monthly mean.
    """
    if not (release.has(name) and release.has(name, "annual")):
        return None
    means = release.rows(name, "annual")["value"][: release.span(name)[0] - 1] * sign / 12
    return max(means.max(), 2 * means.max()) if len(means) else None


def headline(
    source: str | Path | Sequence[str | Path] | dt.date | pd.Period | Release | None = None, month: Month = None
) -> Headline:
    """Return the month of a release in words.

    Parameters
    ----------
    source : path, sequence of paths, str, datetime.date, pandas.Period, Release or None
        Official files (Exhibit 1, the history table, BEA's time series, an archive, a folder or the PDF of a release);
        a release of the store, by its day or month; or None for the newest release there that has all nine series.
    month : str, datetime.date or pandas.Period, optional
        An earlier month in the same release; by default the newest.

    Returns
    -------
    Headline
        ``title``, ``sentences``, ``table``.

    Raises
    ------
    SourceError
        A file is not as published.
    ParameterError
        There is no such file or release, or it does not have the balance on goods and services, or not that month.

    Examples
    --------
    >>> tradelib.headline("2025-05-06").title
    'The U.S. trade deficit widened to a record $140.5 billion in March 2025'
    """
    release = _release(source)
    if not release.find(store.BALANCE):
        listed = ", ".join(release.exhibits)
        raise ParameterError(f"no balance on goods and services in {listed}; expected Exhibit 1 or the history table")
    first, last = release.span(store.BALANCE)
    at = last if month is None else month_of(month)
    if not first <= at <= last:
        raise ParameterError(f"month {at} is outside the release, which has {first} to {last}")
    return Headline(release, at)


def _release(source: Any) -> Release:
    if isinstance(source, store.Release):
        return source
    if source is None:
        return store.release_of()
    is_key = isinstance(source, (dt.date, pd.Period))
    is_file = not is_key and (not isinstance(source, str) or not source or Path(source).suffix or Path(source).exists())
    return store.read(source, first_of=TABLES) if is_file else store.release(source)


@dataclass(frozen=True, repr=False)
class Contributions(Result):
    """Contributions of parts to the change of a flow in a month; they add up to the change.

    Attributes
    ----------
    flow : {"balance", "exports", "imports"}
        The flow.
    release : Release
        The release that has the figures.
    month : pandas.Period
        The month; the change is from the month before.
    table : pandas.DataFrame
        By part, largest first: ``contribution``, millions of dollars, and ``points``, percent of the flow in the month
        before (NaN for a balance). The last row, everything else, is what no part explains; it includes the net
        adjustments from Census to balance-of-payments basis.
    total : float
        The change, millions of dollars, balance-of-payments basis.
    """

    flow: str
    release: Release
    month: pd.Period
    table: pd.DataFrame
    total: float

    def summary(self) -> str:
        """Return the change and the parts that led it, in one sentence."""
        parts = self.table.iloc[:-1]["contribution"]
        name = f"{self.flow.capitalize()} of goods and services"
        verb = f"{say.rose(self.total)} {say.money(abs(self.total))}" if say.direction(self.total) else "did not change"
        labels = {part: part[0].lower() + part[1:] for part in parts.index}
        led = say.led_by(parts, self.total, labels)
        text = f"{name.replace('Balance of', 'Balance on')} {verb} in {self.month:%B %Y}{led}"
        return say.plain(say.sentences(text))


def contributions(flow: str = "balance", release: str | dt.date | Release | None = None) -> Contributions:
    """Return what commodities and services contribute to the change of exports, imports or their balance in a month.

    Parameters
    ----------
    flow : {"balance", "exports", "imports"}
        Total trade in goods and services, balance-of-payments basis, seasonally adjusted. An increase in imports lowers
        the balance.
    release : str, datetime.date, Release or None
        A release, or its day or month; None for the newest complete one.

    Returns
    -------
    Contributions
        The parts, largest first, and everything else.

    Raises
    ------
    ParameterError
        An unknown flow; no such release, or one without the month before.

    Notes
    -----
    The parts of goods are the end-use commodities of Exhibits 7 and 8 (Census basis); in a release without these
    exhibits goods are one part.

    Examples
    --------
    >>> tradelib.contributions("imports", "2025-05-06").table["contribution"].head(2)
    part
    Imports of pharmaceutical preparations    20924.0
    Imports of finished metal shapes         -10333.0
    Name: contribution, dtype: float64
    """
    own = release if isinstance(release, store.Release) else store.release(release)
    if flow not in ("balance", "exports", "imports"):
        raise ParameterError(f"unknown flow {flow!r}; possible: balance, exports, imports")

    def change(flow: str, item: str = "total") -> float:
        return float(own.series(Quantity(flow, item).name).diff()[own.month])

    steps = {}
    for side in ("exports", "imports") if flow == "balance" else (flow,):
        sign = -1 if (flow, side) == ("balance", "imports") else 1
        moved = dict(store.moves(own, side)) or {"goods": change(side, "goods")}
        for item, step in (moved | {"services": change(side, "services")}).items():
            steps[f"{side.capitalize()} of {item_label(item)}"] = sign * step
    parts = pd.Series(steps, name="contribution").rename_axis("part") + 0.0  # no negative zero
    parts = parts.reindex(parts.abs().sort_values(ascending=False, kind="stable").index)
    total = change(flow)
    parts["Everything else"] = total - parts.sum()
    before = float("nan") if flow == "balance" else float(own.series(Quantity(flow).name)[own.month - 1])
    return Contributions(flow, own, own.month, parts.to_frame().assign(points=100 * parts / before), total)

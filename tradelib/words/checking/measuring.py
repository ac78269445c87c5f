"""Measure what a statement says: the quantities of a release that it may mean, and the figure of each."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import store
from tradelib.quantity import WORLD
from tradelib.quantity.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradelib.quantity import Quantity
    from tradelib.quantity.figure import Figure
    from tradelib.store import Release
    from tradelib.words.checking.statements import Statement, Subject

_MILLIONS = {"billions": Fraction(1000), "thousands": Fraction(1, 1000)}
"""Millions in one of a published unit."""


def quantities(subject: Subject, release: Release, *, annual: bool = False) -> list[Quantity]:
    """Return the quantities that a subject may mean, likeliest first: a text may leave basis and adjustment open."""
    item = subject.item or ("goods" if subject.partner or subject.price else "total")
    partner, is_real = subject.partner or WORLD, subject.price == "real"
    bases = {subject.basis} if subject.basis else {"census"} if subject.price else {"bop", "census"}
    fitting = [
        quantity for quantity in release.quantities.values()
        if quantity.partner == partner and quantity.flow == subject.flow and quantity.measure == "value"
        and quantity.basis in bases and is_real == (quantity.price != "current") and _is_item(quantity.item, item)
    ]  # fmt: skip
    best = "nsa" if annual and subject.partner else "sa"
    return sorted(fitting, key=lambda other: (other.item != item, other.basis != "bop", other.adjustment != best))


def _is_item(known: str, item: str) -> bool:
    """Return whether an item is meant: itself, or the same commodity in another table (crude oil is in two)."""
    return known == item or (known.count("/") == item.count("/") == 2 and known.split("/")[2] == item.split("/")[2])


def measures(statement: Statement, release: Release) -> Iterator[tuple[Quantity, Figure]]:
    """Yield each quantity of a release that a statement may mean, with the figure that the statement is about.

    Parameters
    ----------
    statement : Statement
        Its subject, kind and span count; its value does not.
    release : Release
        Months of different releases are not compared, except for a revision.

    Yields
    ------
    Quantity
        Likeliest first.
    Figure
        Millions of dollars, percent, or the factor of a ratio.
    """
    fitting = quantities(statement.subject, release, annual=statement.length == 12)
    if statement.subject.is_carried:
        fitting += quantities(replace(statement.subject, partner=""), release)
    if statement.subject.flow == "balance" and not fitting:  # printed as two flows, without their difference
        flows = quantities(replace(statement.subject, flow="exports"), release)
        fitting = [replace(quantity, flow="balance") for quantity in flows]
    for quantity in fitting:
        if (figure := measured(statement, release, quantity)) is not None:
            yield quantity, figure


def _figure(quantity: Quantity, release: Release, month: pd.Period) -> Figure | None:
    """Return a month's figure in millions of dollars, a balance also as exports less imports; None if missing."""
    known = release.find(quantity.name)
    if quantity.flow == "balance" and not known:
        out, home = (_figure(replace(quantity, flow=flow), release, month) for flow in ("exports", "imports"))
        return None if out is None or home is None else out - home
    try:
        figure = release.figure(quantity.name, month)
    except ParameterError:
        return None
    scale = _MILLIONS.get(known.unit.split()[0], 1) if known else 1
    return None if pd.isna(figure) else figure * scale if scale != 1 else figure


def measured(statement: Statement, release: Release, quantity: Quantity) -> Figure | None:
    """Return the figure that a statement is about, from the months of one release; None if months are missing."""
    sign, month = statement.subject.sign, statement.month
    now = _span(quantity, release, month, statement)
    if now is None or statement.kind == "share":
        return None if now is None else _share(now, statement, release)
    if statement.kind == "level":
        return -now if sign < 0 else now if sign or statement.direction else abs(now)
    if statement.kind == "revision":
        older = [_figure(quantity, other, month) for other in store.releases() if other.released < release.released]
        before = next((figure for figure in reversed(older) if figure is not None), None)
    else:
        before = _span(quantity, release, month - statement.lag, statement)
    if before is None or (not before and statement.kind != "change"):
        return None
    ratio: Figure = abs(now) / abs(before)
    change: Figure = (now - before) * (sign or 1)
    rate: Figure = (ratio - 1) * 100
    return {"ratio": ratio, "change": change, "revision": change}.get(statement.kind, rate)


def _span(quantity: Quantity, release: Release, month: pd.Period, statement: Statement) -> Figure | None:
    """Return the sum, or the mean, of the months of a span; None if one is missing."""
    figures = [_figure(quantity, release, month - back) for back in range(statement.length)]
    known = [figure for figure in figures if figure is not None]
    if len(known) < len(figures):
        return None
    total: Figure = sum(known[1:], known[0])
    mean: Figure = total / statement.length
    return mean if statement.average else total


def _share(now: Figure, statement: Statement, release: Release) -> Figure | None:
    """Return a balance in percent of the GDP of its span, as published by the day of the release; None if missing."""
    known = [other for other in store.releases("gdp") if other.released <= release.released and other.find("GDP")]
    if not known or statement.length % 3:  # GDP is published by quarter
        return None
    gdp = known[-1].series("GDP", "quarterly") * 1000
    ends = [statement.month - back for back in range(0, statement.length, 3)]
    if not set(ends) <= set(gdp.index):
        return None
    share: Figure = abs(now) * 4 / sum(gdp[ends]) * 100
    return share

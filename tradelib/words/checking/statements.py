"""Statements about the U.S. trade figures: the quantity, month and change that a number is about.

Those that the agencies printed are bundled, without their sentences.
"""

from __future__ import annotations

import tomllib
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple

import pandas as pd

from tradelib.store.tables import bundled

Kind = Literal["level", "change", "percent", "points", "ratio", "share", "revision", "rank", ""]


@dataclass(frozen=True)
class Subject:
    """What a number is about.

    Attributes
    ----------
    flow : str
        ``exports``, ``imports`` or ``balance``; empty if the text does not say.
    sign : int
        Factor of the size of a balance: -1 for a deficit, 1 for a surplus, 0 if it may be either.
    item, partner : str
        As ``Quantity`` has them; an empty item means the total or, with a partner, goods.
    basis, price : str
        ``census``, ``bop`` or ``net``, and ``real`` or ``nominal``, if the text says so.
    is_carried : bool
        The partner is that of an earlier sentence, and may no longer be meant.
    """

    flow: str = ""
    sign: int = 1
    item: str = ""
    partner: str = ""
    basis: str = ""
    price: str = ""
    is_carried: bool = False


@dataclass(frozen=True)
class Statement:
    """One number of a text and what the text says about it.

    Attributes
    ----------
    number, sentence : str
        As written.
    start : int
        Position of the number in the plain text.
    subject : Subject
        What it is about.
    kind : {"level", "change", "percent", "points", "ratio", "share", "revision", "rank", ""}
        What it measures: an amount, a change of one, a change in percent or in percentage points, a ratio in words
        (*doubled*, *a third higher*), a share of GDP, a revision, or the rank of a month (*a record*, *the largest
        since*: ``direction`` says largest or smallest, ``lag`` since when, 0 for ever); empty if the text was not
        understood.
    month : Period
        Last month of the span; None if the text was not understood.
    length, lag : int
        Months in the span, and months back to the span it is compared with; -1 for an earlier print of the same one.
    average : bool
        The number is the mean of the span's months, not their sum.
    direction : {-1, 0, 1}
        Whether the text says down, neither, or up.
    moved : {-1, 0, 1}
        Whether the text says that a level fell, did neither, or rose to its value.
    value, step : Decimal
        Millions of dollars, percent, or the factor of a ratio, and one unit of the last place written.
    bound : {-1, 0, 1}
        The text says *less than* (-1) or *more than* (1); with ``rough``, *nearly* or *just over*.
    rough : bool
        The text says *about*.
    is_base : bool
        The number is the one that a change is counted from.
    """

    number: str
    sentence: str
    start: int
    subject: Subject = Subject()
    kind: Kind = ""
    month: pd.Period = None
    length: int = 1
    lag: int = 1
    average: bool = False
    direction: int = 0
    value: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    rough: bool = False
    bound: int = 0
    is_base: bool = False
    moved: int = 0


class Span(NamedTuple):
    """A span: its months, the months back to the one it is compared with, mean or sum, and its last month if named."""

    length: int = 1
    lag: int = 1
    average: bool = False
    end: pd.Period | None = None


@dataclass
class Context:
    """What a text has said so far, for sentences that leave it out."""

    month: pd.Period
    current: pd.Period | None = None
    subject: Subject = field(default_factory=Subject)
    span: Span = field(default_factory=Span)
    revised: pd.Period | None = None
    distance: int = 9
    billions: bool = False


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the documents that the statements come from, by their name in the column ``source``."""
    return tomllib.loads((bundled("data") / "published" / "documents.toml").read_text(encoding="utf-8"))


def read() -> pd.DataFrame:
    """Return the bundled statements, all columns as text: document, then fields of ``Statement`` and ``Subject``."""
    return pd.read_csv(bundled("data") / "published" / "statements.csv", dtype=str, keep_default_na=False)


def places(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return where each row of ``read`` is printed, and the address of the document, empty if unknown.

    The place is the title, the page, and the position of the number among those of the document.
    """
    passed, totals, places = Counter[str](), Counter(table["source"]), []
    for source in table["source"]:
        about, passed[source] = documents()[source], passed[source] + 1
        page = bisect(about.get("page_starts", []), passed[source])
        where = f"{about['title']}, {f'page {page}, ' if page else ''}number {passed[source]} of {totals[source]}"
        places.append((where, f"{about['url']}#page={page}" if page else about.get("url", "")))
    return places


def of_rows(table: pd.DataFrame) -> list[Statement]:
    """Return rows of ``read`` as statements."""
    return [
        Statement(
            row.number, "", 0, Subject(row.flow, int(row.sign), row.item, row.partner, row.basis, row.price), row.kind,
            pd.Period(row.month, "M"), int(row.length), int(row.lag), row.average == "1", int(row.direction),
            Decimal(row.value), Decimal(row.step), bound=int(row.bound),
        )
        for row in table.itertuples(index=False)
    ]  # fmt: skip

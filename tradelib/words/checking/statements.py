"""Statements with a number about the U.S. trade figures, and those that the agencies printed, without the sentences.

What quantity, month and change each is about.
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
        ``exports``, ``imports`` or ``balance``; empty where the text has not said.
    sign : int
        What the size of a balance is multiplied by: -1 for a deficit, 1 for a surplus, 0 where either may be.
    item, partner : str
        As ``Quantity`` has them; an empty item is the total, or goods with a partner.
    basis, price : str
        ``census``, ``bop`` or ``net``, and ``real`` or ``nominal``, where the text says so.
    is_carried : bool
        The partner is that of a sentence before, and may no longer be meant.
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
    """One number of a text and what it says.

    Attributes
    ----------
    number, sentence : str
        As written.
    start : int
        Place of the number in the plain text.
    subject : Subject
        What it is about.
    kind : {"level", "change", "percent", "points", "ratio", "share", "revision", "rank", ""}
        What it measures: an amount, a change of one, a change in percent or in percentage points, a ratio in words
        (*doubled*, *a third higher*), a share of GDP, a revision, or the rank of a month (*a record*, *the largest
        since*: ``direction`` says largest or smallest, ``lag`` since when, 0 for ever); empty where the text was not
        understood.
    month : Period
        Last month of the span; None where the text was not understood.
    length, lag : int
        Months in the span, and between it and the one it is compared with; -1 for an earlier print of it.
    average : bool
        The mean of the span's months instead of their sum.
    direction : {-1, 0, 1}
        Whether it says up or down.
    moved : {-1, 0, 1}
        Whether it says that a level rose or fell to what it is.
    value, step : Decimal
        Millions of dollars, percent, or the factor of a ratio, and one unit of the last place written.
    bound : {-1, 0, 1}
        It says *less than* (-1) or *more than* (1); with ``rough``, *nearly* and *just over*.
    rough, is_base : bool
        It says *about*, or is what a change is counted from.
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
    """Months in a span, and between it and the one it is compared with; their mean or sum; the last, where named."""

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
    """Return the documents that the figures come from, by the name that the column ``source`` has."""
    return tomllib.loads((bundled("data") / "published" / "documents.toml").read_text(encoding="utf-8"))


def read() -> pd.DataFrame:
    """Return the bundled statements, as text: their document, then the fields of ``Statement`` and ``Subject``."""
    return pd.read_csv(bundled("data") / "published" / "statements.csv", dtype=str, keep_default_na=False)


def places(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return where each row of ``read`` is printed, and the address of the document, empty where it is not known.

    The place is title, page and the number's position in the document, which has no other address.
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

"""Figures that the agencies printed in words, one row a number, without the sentences."""

from __future__ import annotations

import tomllib
from bisect import bisect
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd

from tradelib.store import data_folder
from tradelib.words.checking.statements import Statement, Subject


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the documents that the figures come from, by the name that the column ``source`` has."""
    return tomllib.loads((data_folder() / "published" / "documents.toml").read_text(encoding="utf-8"))


def read() -> pd.DataFrame:
    """Return the bundled statements, as text: their document, then the fields of ``Statement`` and ``Subject``."""
    return pd.read_csv(data_folder() / "published" / "statements.csv", dtype=str, keep_default_na=False)


def places(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return where each row of ``read`` is printed, and the address of the document, empty where it is not known.

    The place is title, page and the number's position in the document, which has no other address.
    """
    passed, totals, found = Counter[str](), Counter(table["source"]), []
    for source in table["source"]:
        about, passed[source] = documents()[source], passed[source] + 1
        page = bisect(about.get("page_starts", []), passed[source])
        where = f"{about['title']}, {f'page {page}, ' if page else ''}number {passed[source]} of {totals[source]}"
        found.append((where, f"{about['url']}#page={page}" if page else about.get("url", "")))
    return found


def statements(table: pd.DataFrame) -> list[Statement]:
    """Return rows of ``read`` as statements."""
    return [
        Statement(
            row.number, "", 0, Subject(row.flow, int(row.sign), row.item, row.partner, row.basis, row.price), row.kind,
            pd.Period(row.month, "M"), int(row.length), int(row.lag), row.average == "1", int(row.direction),
            Decimal(row.value), Decimal(row.step), bound=int(row.bound),
        )
        for row in table.itertuples(index=False)
    ]  # fmt: skip

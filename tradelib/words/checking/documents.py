"""Figures that the agencies printed in words, one row a number, without the sentences."""

from __future__ import annotations

import tomllib
from bisect import bisect
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.store.paths import data_folder
from tradelib.words.checking.statements import Statement, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = (
    "source", "released", "statistical_month", "number", "kind", "flow", "sign", "item", "partner", "basis", "price",
    "month", "length", "lag", "average", "direction", "value", "step", "bound",
)  # fmt: skip
"""Of ``data/published/statements.csv``; those between ``number`` and ``bound`` are the fields of a ``Statement``."""


@cache
def documents() -> dict[str, dict[str, Any]]:
    """Return the documents that the figures come from, by the name that the column ``source`` has."""
    return tomllib.loads((data_folder() / "published" / "documents.toml").read_text(encoding="utf-8"))


def to_frame(source: str, statements_of: Iterable[Statement]) -> pd.DataFrame:
    """Return the statements of a document as rows, those that were understood."""
    about = documents()[source]
    head = {"source": source, "released": str(about["released"]), "statistical_month": about["statistical_month"]}
    rows = [head | asdict(statement) | asdict(statement.subject) for statement in statements_of if statement.kind]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(str)
    return table.replace({"True": "1", "False": "0"})


def read() -> pd.DataFrame:
    """Return the bundled statements, with the columns ``COLUMNS`` as text."""
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

"""Answers of the Census international trade API: an array of arrays, the first of them the header, all text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import WORLD, Quantity
from tradelib.quantity.errors import SourceError
from tradelib.quantity.labels import partner_slug
from tradelib.sources.series import series_layout, series_table

if TYPE_CHECKING:
    from tradelib.sources.reader import Table

FIRST_MONTH = pd.Period("2010-01", "M")
DOLLARS = "dollars"
VALUES = {
    "ALL_VAL_MO": ("exports", "goods"),
    "GEN_VAL_MO": ("imports", "goods"),
    "CON_VAL_MO": ("imports", "goods"),
}
"""What a value column holds: total exports, general imports, imports for consumption."""

_OTHER_HEADS = {"time", "YEAR", "MONTH", "CTY_CODE", "CTY_NAME", "COMM_LVL", "SUMMARY_LVL", "LAST_UPDATE"}
_OTHER_HEADS |= {f"{flow}_{scheme}{text}" for flow in "EI" for scheme in ("COMMODITY", "ENDUSE")
                 for text in ("", "_SDESC", "_LDESC")}  # fmt: skip
_COMMODITY = re.compile(r"([EI])_(COMMODITY|ENDUSE)")
_TIME = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
_DOLLARS = re.compile(r"\d+", re.ASCII)
_CODE = re.compile(r"-|\d{4}|\dXXX", re.ASCII)
_ALL = "-"


def is_census_answer(answer: object) -> bool:
    """Tell whether parsed JSON is an answer of the Census API."""
    return isinstance(answer, list) and bool(answer) and isinstance(answer[0], list)


def read_census_api(file: str, answer: list[Any]) -> Table:
    """Read an answer of the Census international trade API, parsed from JSON.

    Parameters
    ----------
    file : str
        Name of the file.
    answer : list
        One value column of ``VALUES`` and the month (``time``, or ``YEAR`` and ``MONTH``); partner
        (``CTY_CODE``, ``CTY_NAME``) and commodity (``E_COMMODITY``, ``I_ENDUSE``, ...) where they were asked for.

    Returns
    -------
    Table
        Whole U.S. dollars, Census basis, not seasonally adjusted.

    Raises
    ------
    SourceError
        A row is longer or shorter than the header, a value is not whole dollars, a month stands twice or lies before
        2010-01, the newest month has nothing but zeros, or the partners add up to more than the total.
    """
    heads = [str(head) for head in answer[0]]
    if unknown := [head for head in heads if head not in _OTHER_HEADS and head not in VALUES]:
        # A column such as a district splits the figures: without knowing it, they would be taken for the whole.
        raise SourceError(file, "header", found=f"the column {unknown[0]!r}", expected="columns that are known")
    if ("CTY_CODE" in heads) != ("CTY_NAME" in heads):
        raise SourceError(file, "header", found="one of CTY_CODE and CTY_NAME", expected="both or none")
    rows = [_row(file, at, row, heads) for at, row in enumerate(answer) if at]
    if not rows:
        raise SourceError(file, None, found="a header alone", expected="rows under it")
    value = _one(file, [head for head in dict.fromkeys(heads) if head in VALUES], f"one of {', '.join(VALUES)}")
    flow, item = VALUES[value]
    found = [(head, match) for head in dict.fromkeys(heads) if (match := _COMMODITY.fullmatch(head))]
    if found and found[0][1][1] != flow[0].upper():
        raise SourceError(file, "header", found=f"{found[0][0]} with {value}", expected="one flow")
    at = [_month(file, place, row) for place, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(
        {
            "last": at,
            "flow": flow,
            "item": [_item(item, found[0] if found else None, row) for row in rows],
            "partner": [_partner(row) for row in rows],
            "code": [row.get("CTY_CODE", _ALL) for row in rows],
            "value": [_value(file, place, row[value]) for place, row in enumerate(rows, start=1)],
        }
    )
    _check(file, frame)
    wide = frame.pivot_table(
        index="last", columns=["item", "partner", "code"], values="value", aggfunc="sum", sort=False
    )
    wide = wide.reindex(pd.period_range(wide.index.min(), wide.index.max(), freq="M"))
    basis = "consumption" if value.startswith("CON") else "census"
    columns = [
        (Quantity(flow, item, partner, basis, "nsa", unit=DOLLARS), f"{value} {code}".removesuffix(" -"))
        for item, partner, code in wide.columns
    ]
    layout = series_layout(f"api_{value}", f"{value}, Census international trade API", "ft900", "census_api")
    cells = [["" if pd.isna(cell) else f"{cell:.0f}" for cell in row] for row in wide.to_numpy()]
    return series_table(layout, file, columns, pd.PeriodIndex(wide.index), cells)


def _row(file: str, at: int, row: Any, heads: list[str]) -> dict[str, str]:
    """Return a row by head; a head that the answer repeats must repeat its text."""
    if not isinstance(row, list) or len(row) != len(heads):
        found = f"{len(row)} cells" if isinstance(row, list) else repr(row)[:80]
        raise SourceError(file, f"row {at}", found=found, expected=f"{len(heads)} cells, as in the header")
    cells: dict[str, str] = {}
    for head, cell in zip(heads, row, strict=True):
        if not isinstance(cell, str) or cells.setdefault(head, cell) != cell:
            raise SourceError(file, f"row {at}, {head}", found=repr(cell), expected=repr(cells.get(head, "text")))
    return cells


def _one(file: str, found: list[str], expected: str) -> str:
    if len(found) != 1:
        raise SourceError(file, "header", found=", ".join(found) or "no value column", expected=expected)
    return found[0]


def _month(file: str, at: int, row: dict[str, str]) -> pd.Period:
    text = row.get("time") or f"{row.get('YEAR', '')}-{row.get('MONTH', '')}"
    if not (found := _TIME.fullmatch(text)):
        raise SourceError(file, f"row {at}", found=f"the month {text!r}", expected="a month such as 2024-02")
    month = pd.Period(year=int(found[1]), month=int(found[2]), freq="M")
    told = row.get("YEAR", found[1]), row.get("MONTH", found[2])
    if month < FIRST_MONTH or told != (found[1], found[2]):
        expected = f"{FIRST_MONTH} or later, the same in every column"
        raise SourceError(file, f"row {at}", found=f"the month {text} ({'-'.join(told)})", expected=expected)
    return month


def _item(item: str, commodity: tuple[str, re.Match[str]] | None, row: dict[str, str]) -> str:
    if commodity is None or row[commodity[0]] == _ALL:
        return item
    scheme = "hs" if commodity[1][2] == "COMMODITY" else "enduse"
    return f"{item}/{scheme}/{row[commodity[0]].lower()}"


def _partner(row: dict[str, str]) -> str:
    if row.get("CTY_CODE", _ALL) == _ALL:
        return WORLD
    return partner_slug(row.get("CTY_NAME", row["CTY_CODE"]).title())


def _value(file: str, at: int, text: str) -> float:
    if not _DOLLARS.fullmatch(text):
        raise SourceError(file, f"row {at}", found=f"the value {text!r}", expected="whole dollars such as 1234")
    return float(text)


def _check(file: str, frame: pd.DataFrame) -> None:
    """Refuse bad codes, a partner of two names, a figure twice, and countries of more than all countries."""
    called: dict[str, str] = {}
    for at, (code, name) in enumerate(zip(frame["code"], frame["partner"], strict=True), start=1):
        if not name:
            raise SourceError(file, f"row {at}", found=f"{code} without a name", expected="the name of the partner")
        if not _CODE.fullmatch(code) or called.setdefault(code, name) != name:
            expected = called.get(code, "a code such as 5700") if _CODE.fullmatch(code) else "a code such as 5700"
            raise SourceError(file, f"row {at}", found=f"{code} {name}", expected=expected)
    twice = frame.duplicated(["last", "item", "code"])
    if twice.any():
        at = int(np.argmax(twice.to_numpy()))
        found = f"{frame['item'][at]} with {frame['partner'][at]} in {frame['last'][at]} again"
        raise SourceError(file, f"row {at + 1}", found=found, expected="one value")
    keys = ["last", "item"]
    newest = frame[frame["last"] == frame["last"].max()]
    if not newest["value"].any() and (
        len(newest) > 1 or newest["item"].iloc[0] in {item for _, item in VALUES.values()}
    ):
        found = f"zeros alone in {newest['last'].iloc[0]}"
        raise SourceError(file, f"row {newest.index[0] + 1}", found=found, expected="values, or no rows of that month")
    total = frame[frame["code"] == _ALL].set_index(keys)["value"]
    parts = frame[frame["code"].str.fullmatch(r"[1-9]\d{3}")].groupby(keys)["value"].sum()
    over = (parts - total).dropna()
    if (over > 0).any():
        month, item = over.idxmax()
        found = f"countries {over.max():,.0f} dollars above the total of {item} in {month}"
        raise SourceError(file, None, found=found, expected="no more than all countries together")

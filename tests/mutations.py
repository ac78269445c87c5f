"""What can happen to a file on its way, and what must hold for what is then read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import settings, strategies as st
from pandas import factorize

from tradelib.errors import SourceError
from tradelib.sources import read_any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tradelib.sources import Facts

MANY = settings(max_examples=max(200, settings.default.max_examples))
"""At least 200 examples a layout, 2,000 in the nightly run."""

KINDS = (
    "move", "double", "drop", "swap", "cut", "extra", "zeros", "columns", "void", "letter", "mark", "rename", "blank",
)  # fmt: skip
MARKS = ("x", "(?)", " 1", "1O", "1,23", "٣", "--", "#REF!")
NAMES = ("download", "book.xls", "book.xlsx", "table.csv", "answer.json")
"""The end of a name changes nothing."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "latin-1")
_KEYS = ("frequency", "first", "last", "flow", "item", "partner", "basis", "adjustment", "price_basis", "unit")

Rows = list[list[str | float]]
Figures = dict[tuple[object, ...], tuple[str, str]]
Whole = dict[bool, Figures]
"""What a whole file says: by all that makes a quantity (False) and by place (True)."""


class Mutation(NamedTuple):
    """What happens to a table: what, at which row, to which other row, in which column and how."""

    what: str
    at: int
    to: int
    column: int
    other: int
    mark: str


def mutations(count: int) -> st.SearchStrategy[Mutation]:
    """Draw what happens to a table of so many rows."""
    row, column = st.integers(0, count - 1), st.integers(0, 30)
    return st.builds(Mutation, st.sampled_from(KINDS), row, row, column, column, st.sampled_from(MARKS))


def mutate(rows: Rows, mutation: Mutation) -> Rows:
    """Return the table after it happened."""
    what, at, _, column, _, mark = mutation
    rows = [list(row) for row in rows]
    row = rows[at]
    at_end = column % max(len(row), 1)
    cell = row[at_end] if row else ""
    if what in _CELL:
        row[at_end:] = [_CELL[what](cell, mark), *row[at_end + 1 :]] if row else []
        return rows
    return _with_rows(rows, mutation)


_CELL: dict[str, Callable[[str | float, str], str]] = {
    "letter": lambda cell, mark: f"{cell}{mark}",
    "mark": lambda cell, _: f"{cell} (R)",
    "rename": lambda cell, mark: f"{cell} new" if isinstance(cell, str) else f"{mark}?",
    "blank": lambda *_: "",
}
"""What can happen to one cell."""


def _with_rows(rows: Rows, mutation: Mutation) -> Rows:
    """Return the table after something happened to whole rows or columns."""
    what, at, to, column, other, mark = mutation
    width = max(map(len, rows))
    match what:
        case "move":
            rows.insert(to, rows.pop(at))
        case "double" | "void":  # the row again, or a line of space
            rows.insert(at, list(rows[at]) if what == "double" else [])
        case "drop":
            rows.pop(at)
        case "cut":
            del rows[at + 1 :]
        case "swap":
            rows[at], rows[to] = rows[to], rows[at]
        case "extra":
            rows[at].append("7")
        case "zeros":
            for row in rows[at : at + 1 + other % 13]:
                _zero(row, width)
        case "columns":
            return [_moved(row, column % width, other % width, drop=mark == "x") for row in rows]
    return rows


def _zero(row: Rows[0], width: int) -> None:
    """Turn figures into zeros, and the blanks of a line that is still to come."""
    if any(isinstance(cell, float) for cell in row[1:]):
        row[:] = [0.0 if isinstance(cell, float) and at else cell for at, cell in enumerate(row)]
    elif row and row[0] and not any(str(cell).strip() for cell in row[1:]):
        row[1:] = [0.0] * (width - 1)


def _moved(row: Rows[0], one: int, two: int, *, drop: bool) -> Rows[0]:
    """Return a row of the table without a column, or with two columns in each other's place."""
    if len(row) < 2:
        return row
    row = row + [""] * (max(one, two) + 1 - len(row))
    if drop:
        return row[:one] + row[one + 1 :]
    row[one], row[two] = row[two], row[one]
    return row


def figures(facts: Facts, *, by_place: bool = False) -> Figures:
    """Return value and marker by all that makes the quantity; by period and place where heads are free text."""
    values = facts.values
    keys = ["frequency", "first", "last"] if by_place else [*_KEYS, *(["code"] if "code" in values else [])]
    periods = {"first", "last"}
    columns = [values[key].array.asi8.tolist() if key in periods else values[key].tolist() for key in keys]
    # Titles are told as they stand: which table of the file it is counts, not how it is called.
    number = values.groupby(keys, observed=True).cumcount() if by_place else factorize(values["table"])[0]
    columns.append(number.tolist())
    read = zip(map(repr, values["value"].tolist()), values["marker"].tolist(), strict=True)
    return dict(zip(zip(*columns, strict=True), read, strict=True))


def read_or_none(path: Path) -> Facts | None:
    """Return what a file says, None when it is refused with the documented error. Any other error is a failure."""
    try:
        return read_any(path)
    except SourceError as error:
        if not (error.found and error.expected):
            raise
        return None


def whole(path: Path) -> Whole:
    """Return what a file says that nothing happened to."""
    facts = read_any(path)
    return {by_place: figures(facts, by_place=by_place) for by_place in (False, True)}


def hold(path: Path, whole: Whole, mutation: Mutation | None = None, *, within: float = 0, loses: int = 0) -> None:
    """Check that every figure read is the whole file's and none is lost unseen; else the file is refused.

    Parameters
    ----------
    path : Path
        The file after something happened to it.
    whole : dict
        What the whole file says.
    mutation : Mutation, optional
        What happened, where it tells what may be lacking or marked otherwise.
    within : float
        By how much a figure may differ: what the accounts cannot see, where bytes of a number change.
    loses : int
        How many figures may be lacking.
    """
    facts = read_or_none(path)
    if facts is None:
        return
    what = mutation.what if mutation else ""
    by_place = facts.layout == "exhibit"  # a title that is not known any more: read in the file's own words
    got, expected = figures(facts, by_place=by_place), whole[by_place]
    for key, (value, marker) in got.items():
        assert key in expected, f"invented after {mutation}: {key} {value}"
        told, mark = expected[key]
        if what == "blank" and value == "nan" and not marker:
            continue  # an empty cell of a FRED download is a missing value
        assert value == told or abs(float(value) - float(told)) <= within, f"{mutation}: {key} {value}, whole {told}"
        marks = [text.replace("(R)", "").strip() if what == "mark" else text for text in (marker, mark)]
        assert marks[0] == marks[1], f"{mutation}: {key} marked {marker!r}, whole {mark!r}"
    lost = len(expected) - len(got)
    assert lost <= loses, f"{lost} figures lost after {mutation}"


def bytes_damaged(raw: bytes, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """Draw damage to bytes: cut, a run of zeros, a bit, a byte more or less, a block doubled."""
    at = draw(st.integers(0, len(raw) - 1))
    match draw(st.sampled_from(["cut", "flip", "zero", "insert", "delete", "double"])):
        case "cut":
            return raw[:at]
        case "flip":
            return (
                raw[:at]
                + bytes([raw[at] ^ draw(st.sampled_from([0x10, 0x20, 0x40, 0x55, 0x80, 0xFF]))])
                + raw[at + 1 :]
            )
        case "zero":
            return raw[:at] + bytes(min(64, len(raw) - at)) + raw[at + 64 :]
        case "insert":
            return raw[:at] + bytes([draw(st.integers(0, 255))]) + raw[at:]
        case "delete":
            return raw[:at] + raw[at + 1 :]
        case _:
            return raw[:at] + raw[at : at + 512] + raw[at:]


def text_damaged(text: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """Draw damage to text that leaves no digit another one: cut, letters in it, another encoding, a line end lost."""
    at = draw(st.integers(0, len(text)))
    match draw(st.sampled_from(["cut", "letters", "encoding", "page"])):
        case "cut":
            return text[:at].encode(draw(st.sampled_from(ENCODINGS)))
        case "letters":
            letters = draw(st.text(st.characters(exclude_categories=["Nd", "Cs"]), min_size=1, max_size=3))
            beside = text[max(0, at - 1) : at + 1]
            harmless = set(letters) & set("-.,eE") and re.search(r"\d", beside)
            return (text if harmless else text[:at] + letters + text[at:]).encode()
        case "encoding":
            return text.encode(draw(st.sampled_from(ENCODINGS)))
        case _:
            return b"<!DOCTYPE html>\n<html><title>Too many requests</title></html>" + text[:at].encode()

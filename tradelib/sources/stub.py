"""What the stub of an exhibit's row says: a year, a span of months, a month, a previous print, a footnote."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBER_OF = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_NUMBER_OF |= {name[:3]: number for name, number in _NUMBER_OF.items()} | {"sept": 9}
_MARK = r"\s*(\([A-Z]+\))?"
_FLAGS = re.ASCII | re.IGNORECASE
_YEAR = re.compile(r"(?:1[89]|20)\d\d", _FLAGS)
_SPAN = re.compile(rf"Jan\.\s*-\s*(?:([A-Z]+)\b\.?)?{_MARK}", _FLAGS)
_MONTH = re.compile(rf"({'|'.join(MONTHS)}){_MARK}", _FLAGS)
_LAST_PRINT = re.compile(rf"({'|'.join(MONTHS)}) data as published last month:?", _FLAGS)
_NOTE = re.compile(r"\([^)]{1,3}\)|sources?:|notes?:", _FLAGS)


class Year(NamedTuple):
    """A row that opens a year."""

    year: int


class Span(NamedTuple):
    """An annual or year-to-date line: January to a last month (``Jan. -`` is January alone)."""

    last: int
    mark: str


class Month(NamedTuple):
    """A month of the year that is open."""

    number: int
    mark: str


class LastPrint(NamedTuple):
    """``<Month> data as published last month:``; the figures are in the row below."""

    month: int


class Note(NamedTuple):
    """A footnote; rows of text may continue it."""


Stub = Year | Span | Month | LastPrint | Note


@lru_cache(maxsize=512)
def understand(text: str) -> Stub | None:
    """Return what a stub says; None when it is none of what an exhibit has there."""
    if found := _MONTH.fullmatch(text):
        return Month(_NUMBER_OF[found[1].lower()], found[2] or "")
    if _YEAR.fullmatch(text):
        return Year(int(text))
    if found := _SPAN.fullmatch(text):
        last = _NUMBER_OF.get((found[1] or "jan").lower())
        return Span(last, found[2] or "") if last else None
    if found := _LAST_PRINT.fullmatch(text):
        return LastPrint(_NUMBER_OF[found[1].lower()])
    return Note() if _NOTE.match(text) else None

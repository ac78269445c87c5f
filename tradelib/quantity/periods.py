"""Months, quarters, years and days from labels in official tables."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_QUARTERS = {word: number for number, word in enumerate(("first", "second", "third", "fourth"), 1)}
_MARK = re.compile(r"\(\s*([A-Z]{1,3})\s*\)", re.IGNORECASE)
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_PATTERNS = {
    "previous": rf"(?P<month>{_MONTH})\.? data as published last month",
    "span": rf"jan(?:uary)?\.?\s*-\s*(?:(?P<month>{_MONTH})\.?)?(?:\s+{_YEAR})?",
    "month": rf"(?P<month>{_MONTH})\.?(?:\s+{_YEAR})?",
    "month_after": rf"{_YEAR}\s+(?P<month>{_MONTH})\.?",
    "quarter": rf"(?P<quarter>first|second|third|fourth)\s+quarter(?:\s+{_YEAR})?",
    "quarter_after": rf"{_YEAR}\s*[:q-]?\s*(?P<number>[1-4])",
    "annual": rf"annual\s+{_YEAR}",
    "year": _YEAR,
    "iso": rf"{_YEAR}-(?P<number>0[1-9]|1[0-2])(?:-\d\d)?",
}
_COMPILED = {kind: re.compile(pattern, re.IGNORECASE | re.ASCII) for kind, pattern in _PATTERNS.items()}


class Span(NamedTuple):
    """The period that a label names.

    Attributes
    ----------
    kind : str
        ``month``, ``quarter``, ``year`` (a year alone: a line of its own or the head of a block), ``annual``,
        ``span`` (January to a month) or ``previous`` ("... as published last month").
    year : int or None
        The year; None if the label has none.
    first, last : int
        Months of the year, 1 to 12, both included.
    marker : str
        Such as ``(R)``; empty if the label has none.
    """

    kind: str
    year: int | None
    first: int
    last: int
    marker: str = ""

    def ordinals(self, year: int) -> tuple[int, int]:
        """Return first and last month as ordinals; ``year`` is used if the label has no year."""
        before = ordinal(self.year or year, 0)
        return before + self.first, before + self.last


def ordinal(year: int, month: int) -> int:
    """Return the ordinal of a month, as in pandas: 0 is January 1970."""
    return 12 * (year - 1970) + month - 1


@lru_cache(maxsize=4096)
def parse(text: str) -> Span | None:
    """Return the period that a label names; None if it is not a period.

    Parameters
    ----------
    text : str
        For example ``January (R)``, ``Jan. - Apr.``, ``1992 Jan``, ``First Quarter 2022``, ``April 2023``,
        ``2024 3 (R)``, ``2025-03``, ``December data as published last month:``.
    """
    marks = _MARK.findall(text)
    plain = " ".join(_MARK.sub(" ", text).split()).rstrip(":")
    for kind, pattern in _COMPILED.items():
        if match := pattern.fullmatch(plain):
            return _span(kind.removesuffix("_after"), match.groupdict(), "".join(f"({mark.upper()})" for mark in marks))
    return None


def _span(kind: str, parts: dict[str, str | None], marker: str) -> Span:
    month = _NUMBERS[(parts.get("month") or "jan").lower()]
    number = int(parts.get("number") or _QUARTERS.get((parts.get("quarter") or "").lower(), 0))
    spans = {"quarter": (3 * number - 2, 3 * number), "iso": (number, number), "span": (1, month)}
    spans |= dict.fromkeys(("annual", "year"), (1, 12))
    kept = "month" if kind == "iso" else kind
    return Span(kept, int(parts.get("year") or 0) or None, *spans.get(kind, (month, month)), marker)


def day(text: str) -> dt.date | None:
    """Return the first day that a text names (``May 6, 2025``, ``2025-05-06``); None if it names no day."""
    if match := re.search(rf"\b({_MONTH})\.?\s+(\d\d?),?\s+(\d{{4}})", text, re.IGNORECASE):
        month, number, year = _NUMBERS[match[1].lower()], int(match[2]), int(match[3])
    elif match := re.search(r"\b(\d{4})-(\d\d)-(\d\d)\b", text):
        year, month, number = (int(part) for part in match.groups())
    else:
        return None
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None

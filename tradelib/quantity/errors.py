"""Errors that tradelib raises; each message says what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from tradelib.quantity.labels import SEARCH

_FEW = 20
"""The largest number of names that a message lists in full."""


class TradelibError(Exception):
    """Base class of all errors of tradelib, with messages meant for users."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the message alone, without a traceback through the package."""
        return [f"{type(self).__name__}: {self}"]


class SourceError(TradelibError):
    """An official file, or a table in the store, does not contain what it should.

    Parameters
    ----------
    file : str
        Name of the file.
    place : str or None
        Location in the file: a line, a cell, a month; None if the file as a whole is wrong.
    found : str
        What the file has there.
    expected : str
        What it should have there.
    """

    def __init__(self, file: str, place: str | None, found: str, expected: str) -> None:
        super().__init__(file, place, found, expected)  # every argument, so that a worker process can pickle the error
        self.file, self.place, self.found, self.expected = file, place, found, expected

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: found {self.found}; expected {self.expected}"


class ParameterError(TradelibError, ValueError):
    """A parameter is unknown, of the wrong type or impossible; a ``ValueError``, as pydantic expects of validators."""


class ComparabilityError(TradelibError):
    """A formula would mix quantities that are not comparable."""


class SeriesError(TradelibError):
    """A series is unfit for the requested analysis."""


class EngineError(TradelibError):
    """X-13ARIMA-SEATS refused its input, crashed, or took too long."""


class EngineMissingError(EngineError):
    """No X-13ARIMA-SEATS program is installed."""


def did_you_mean(word: str, possible: Iterable[str]) -> str:
    """Return a hint: close matches, else all possible words, else (of more than 20) the five closest."""
    words = sorted(possible)
    if close := get_close_matches(word, words, n=3, cutoff=0.65):
        return f"did you mean {' or '.join(close)}?"
    shown = words if len(words) <= _FEW else get_close_matches(word, words, n=5, cutoff=0)
    return f"possible: {', '.join(shown)}" + (f" and {more} more" if (more := len(words) - len(shown)) else "")


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint with the known series that are spelled like an unknown name, or share most of its words.

    Everyday words and misspelled words count as matches. Of the series that share most words, the five shortest names
    are given; if no series shares at least half of the words, the hint says how to search.
    """
    if close := get_close_matches(name, known, n=5, cutoff=0.75):
        return f"did you mean {' or '.join(close)}?"
    vocabulary = {part for other in known for part in other.lower().split("_")}
    words = [
        [*SEARCH.get(word, word).split("|"), *get_close_matches(word, vocabulary, n=1, cutoff=0.85)]
        for word in re.split(r"[_\W]+", name.lower())
        if word
    ]
    shared = {other: sum(any(part in other.lower() for part in word) for word in words) for other in known}
    most = max(shared.values(), default=0)
    if not most or 2 * most < len(words):
        return "tradelib series finds names by everyday words, such as deficit, oil or cars"
    near = sorted((other for other in shared if shared[other] == most), key=len)[:5]
    return f"the nearest are {', '.join(near)}"

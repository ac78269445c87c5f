"""The errors a user of tradelib can meet; every one says what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from tradelib.quantity.labels import SEARCH

_FEW = 20
"""Names that a message lists in full."""


class TradelibError(Exception):
    """Anything that tradelib refuses, in words meant for the person who asked."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows: the message, which says what to do, without the package's lines above it."""
        return [f"{type(self).__name__}: {self}"]


class SourceError(TradelibError):
    """An official file, or a table in the store, does not say what it should.

    Parameters
    ----------
    file : str
        Name of the file.
    place : str or None
        Where in the file: a line, a cell, a month; None when it is the file as a whole.
    found : str
        What stands there.
    expected : str
        What should stand there.
    """

    def __init__(self, file: str, place: str | None, found: str, expected: str) -> None:
        super().__init__(file, place, found, expected)  # all its parts, so that it crosses from a worker process
        self.file, self.place, self.found, self.expected = file, place, found, expected

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: found {self.found}; expected {self.expected}"


class ParameterError(TradelibError):
    """A parameter is unknown, of the wrong type or impossible."""


class ComparabilityError(TradelibError):
    """A formula would mix quantities that are not comparable."""


class SeriesError(TradelibError):
    """A series cannot carry the analysis that was asked of it."""


class EngineError(TradelibError):
    """X-13ARIMA-SEATS refused its input, broke down, or took too long."""


class EngineMissingError(EngineError):
    """No X-13ARIMA-SEATS program is installed."""


def did_you_mean(word: str, possible: Iterable[str]) -> str:
    """Return a hint with the closest of the possible words, or with all of them, or the five nearest of many."""
    words = sorted(possible)
    if close := get_close_matches(word, words, n=3, cutoff=0.65):
        return f"did you mean {' or '.join(close)}?"
    shown = words if len(words) <= _FEW else get_close_matches(word, words, n=5, cutoff=0)
    return f"possible: {', '.join(shown)}" + (f" and {more} more" if (more := len(words) - len(shown)) else "")


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint with names of series that are written like one that is not there, or have most of its words.

    Everyday words and slips of the pen are understood; of the names with as many words the five shortest are given, and
    none to a name of which less than half is known.
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

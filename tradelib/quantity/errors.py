"""The errors a user of tradelib can meet; every one says what was found and what was expected."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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

    def __init__(self, file: str, place: str | None, *, found: str, expected: str) -> None:
        self.file, self.place, self.found, self.expected = file, place, found, expected
        where = f"{file}, {place}" if place else file
        super().__init__(f"{where}: found {found}; expected {expected}")

    def __reduce__(self) -> tuple[Callable[..., SourceError], tuple[str, str | None]]:
        """Pickle by its parts, so that it crosses from a worker process."""
        return partial(SourceError, found=self.found, expected=self.expected), (self.file, self.place)


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
    """Return a hint with the closest of the possible words, or all of them when none is close."""
    words = sorted(possible)
    close = get_close_matches(word, words, n=3, cutoff=0.55)
    return f"did you mean {' or '.join(close)}?" if close else f"possible: {', '.join(words)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the five names that share most words with one that is not there."""
    words = set(name.split("_"))
    near = sorted(known, key=lambda other: (-len(words & set(other.split("_"))), len(other)))[:5]
    return f"the nearest are {', '.join(near)}"

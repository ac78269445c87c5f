"""Addresses of the official files, read from the table ``addresses.toml``."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import pandas as pd

from tradelib.quantity.errors import ParameterError

T = TypeVar("T")
_ARCHIVE = "archive"
MONTHS_BACK = 8
"""How many statistical months to look back for a file whose address names its month."""


@dataclass(frozen=True)
class Source:
    """One published file.

    Attributes
    ----------
    name, what, producer : str
        Name of the source, a description of the file, its publisher.
    table : str
        The table that the file must contain.
    url : str
        Address; may have placeholders for the month of release and the statistical month.
    """

    name: str
    what: str
    producer: str
    table: str
    url: str

    def __post_init__(self) -> None:
        _check_places(self.url, "release", "month")

    def addresses(self, today: dt.date) -> Iterator[tuple[str, str | None]]:
        """Yield the possible addresses, newest first, each with the statistical month that it names (None if none).

        A release can be delayed, so the second to fourth month after a statistical month are tried as month of release.
        """
        if "{month" not in self.url:
            yield self.url, None
            return
        this = pd.Period(today, "M")
        for back in range(2, MONTHS_BACK + 1):
            for lag in range(2, min(back, 4) + 1):
                month, release = (this - back).to_timestamp(), (this - back + lag).to_timestamp()
                yield self.url.format(release=release, month=month), f"{month:%Y-%m}"


@dataclass(frozen=True)
class Archive:
    """Addresses of past releases, by statistical month.

    Attributes
    ----------
    tables : list of str
        Addresses of the workbooks; the first that exists is used.
    printed : str
        Address of the printed release (PDF), which names its day and is the fallback if there are no workbooks.
    pause : float
        Seconds between two requests.
    """

    tables: list[str]
    printed: str
    pause: float

    def __post_init__(self) -> None:
        _check_places(" ".join([*self.tables, self.printed]), "month")


def sources() -> dict[str, Source]:
    """Return the sources by name; the environment variable ``TRADELIB_SOURCES`` sets another table of addresses.

    Raises
    ------
    ParameterError
        The table cannot be read, or an entry has a missing or unknown key.
    """
    return _read(lambda table: {name: Source(name, **entry) for name, entry in table.items() if name != _ARCHIVE})


def archive() -> Archive:
    """Return the addresses of past releases, from the same table.

    Raises
    ------
    ParameterError
        As in ``sources``.
    """
    return _read(lambda table: Archive(**table.get(_ARCHIVE, {})))


def _check_places(text: str, *known: str) -> None:
    """Refuse addresses with unknown placeholders."""
    for _, place, *_ in Formatter().parse(text):
        if place not in (None, *known):
            raise ValueError(f"found the placeholder {place!r} in {text!r}; expected {' or '.join(known)}")


def _read(entries: Callable[[dict[str, Any]], T]) -> T:
    path = Path(os.environ.get("TRADELIB_SOURCES") or Path(__file__).with_name("addresses.toml"))
    try:
        return entries(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(f"the table of sources {path}: {error}") from error

"""Where the agencies publish, from the one table of addresses, ``addresses.toml``."""

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
        What it is called here, what it holds, who publishes it.
    table : str
        The table that it must turn out to hold once it is read.
    url : str
        Address; may have places for the month of release and the statistical month.
    quarterly : bool
        Whether the months that its address names are ends of quarters' releases only.
    """

    name: str
    what: str
    producer: str
    table: str
    url: str
    quarterly: bool = False

    def __post_init__(self) -> None:
        _check_places(self.url, "release", "month")

    def addresses(self, today: dt.date) -> Iterator[tuple[str, str | None]]:
        """Yield the addresses it may have, newest first, each with the statistical month it names.

        A release can be delayed, so for each month the second to fourth after it are tried as the month of release.
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
    """Where every past release is, by statistical month.

    Attributes
    ----------
    tables : list of str
        Addresses of the workbooks; of these the first that exists is taken.
    printed : str
        Address of the release as printed, which names its day and stands in where no workbooks exist.
    pause : float
        Seconds between two requests.
    """

    tables: list[str]
    printed: str
    pause: float

    def __post_init__(self) -> None:
        _check_places(" ".join([*self.tables, self.printed]), "month")


def sources() -> dict[str, Source]:
    """Return the sources by name; the environment variable ``TRADELIB_SOURCES`` names another table of addresses.

    Raises
    ------
    ParameterError
        The table cannot be read, or an entry lacks something or has something unknown.
    """
    return _read(lambda table: {name: Source(name, **entry) for name, entry in table.items() if name != _ARCHIVE})


def archive() -> Archive:
    """Return where the past releases are, from the same table.

    Raises
    ------
    ParameterError
        As ``sources``.
    """
    return _read(lambda table: Archive(**table.get(_ARCHIVE, {})))


def _check_places(text: str, *known: str) -> None:
    """Refuse addresses with another place to fill in than some."""
    for _, place, *_ in Formatter().parse(text):
        if place not in (None, *known):
            raise ValueError(f"found the place {place!r} in {text!r}; expected {' or '.join(known)}")


def _read(entries: Callable[[dict[str, Any]], T]) -> T:
    path = Path(os.environ.get("TRADELIB_SOURCES") or Path(__file__).with_name("addresses.toml"))
    try:
        return entries(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(f"the table of sources {path}: {error}") from error

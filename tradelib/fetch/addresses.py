"""Where the agencies publish, from the one table of sources, ``addresses.toml``."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tradelib.quantity.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    @property
    def is_dated(self) -> bool:
        """Whether its address names the month it is about."""
        return "{month" in self.url

    def addresses(self, today: dt.date) -> Iterator[tuple[str, str | None]]:
        """Yield the addresses it may have, newest first, each with the statistical month it names.

        A release can be delayed, so for each month the next ones are tried as the month of release.
        """
        if not self.is_dated:
            yield self.url, None
            return
        this = today.year * 12 + today.month - 1
        for back in range(1, MONTHS_BACK + 1):
            for lag in (2, 3, 4):
                if back >= lag - 1 and (release := this - back + lag) <= this:
                    month = this - back
                    dates = [dt.date(at // 12, at % 12 + 1, 1) for at in (release, month)]
                    yield self.url.format(release=dates[0], month=dates[1]), f"{dates[1]:%Y-%m}"


def sources() -> dict[str, Source]:
    """Return the table of sources by name; the environment variable ``TRADELIB_SOURCES`` names another one.

    Raises
    ------
    ParameterError
        The table cannot be read, or an entry lacks something or has something unknown.
    """
    path = Path(os.environ.get("TRADELIB_SOURCES") or Path(__file__).with_name("addresses.toml"))
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: Source(name=name, **entry) for name, entry in entries.items()}
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(f"the table of sources {path}: {error}") from error


def choose(names: list[str] | None = None) -> list[Source]:
    """Return the sources named, each once; without names all.

    Raises
    ------
    ParameterError
        A name is unknown; the message offers what is close.
    """
    known = sources()
    for name in names or ():
        if name not in known:
            raise ParameterError(f"unknown source {name!r}; {did_you_mean(name, known)}")
    return [known[name] for name in dict.fromkeys(names or known)]

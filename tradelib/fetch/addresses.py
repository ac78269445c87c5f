"""Where the agencies publish, from the one table of sources, ``addresses.toml``."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from tradelib.quantity.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS_BACK = 8
"""How many statistical months to look back for a file whose address names its month."""


@dataclass(frozen=True)
class Key:
    """An API key: the environment variable that holds it and the parameter that carries it."""

    variable: str
    parameter: str
    needs: bool

    @property
    def value(self) -> str:
        """The key, empty where none is set."""
        return os.environ.get(self.variable, "").strip()

    def redact(self, text: str) -> str:
        """Return a text without the key, as it is and as addresses write it."""
        for form in {self.value, quote(self.value, safe=""), quote_plus(self.value)} - {""}:
            text = text.replace(form, "***")
        return text


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
    key : Key or None
        The API key that it can or must be asked with.
    quarterly : bool
        Whether the months that its address names are ends of quarters' releases only.
    optional : bool
        Fetched only when it is named.
    """

    name: str
    what: str
    producer: str
    table: str
    url: str
    key: Key | None = None
    quarterly: bool = False
    optional: bool = False

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
        told: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            name: Source(name=name, **entry | ({"key": Key(**entry["key"])} if "key" in entry else {}))
            for name, entry in told.items()
        }
    except (OSError, ValueError, TypeError) as error:
        raise ParameterError(f"the table of sources {path}: {error}") from error


def choose(names: list[str] | None = None) -> list[Source]:
    """Return the sources named; without names all that need not be asked for.

    Raises
    ------
    ParameterError
        A name is unknown; the message offers what is close.
    """
    known = sources()
    if not names:
        return [source for source in known.values() if not source.optional]
    for name in names:
        if name not in known:
            raise ParameterError(f"unknown source {name!r}; {did_you_mean(name, known)}")
    return [known[name] for name in dict.fromkeys(names)]

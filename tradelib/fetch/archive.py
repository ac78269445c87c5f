"""The archive of the monthly release: every month that the store lacks, in order, politely, each added whole.

What was added is never asked for again, so a run that was interrupted is taken up by the same command.
"""

from __future__ import annotations

import os
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tradelib import store
from tradelib.fetch.http import Answer, DownloadError, Offline, download
from tradelib.quantity.errors import ParameterError, SourceError, TradelibError
from tradelib.sources.files import released_on
from tradelib.sources.rows import read_grids
from tradelib.sources.unpack import is_package
from tradelib.store.reading import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ENOUGH = 20
"""Tables from which a release counts as whole, wherever it came from."""

_MARK = "archive"
"""What the description of a file from here says of its address."""


@dataclass(frozen=True)
class Archived:
    """What came of one statistical month.

    Attributes
    ----------
    month : pandas.Period
        The month.
    status : str
        ``added``, ``there`` (the store had it), ``missing`` (the archive has neither tables nor print), ``refused``
        (what it has is not as published, or its day is not known) or ``failed`` (the server, or the connection).
    message : str
        Why, or what was added and revised.
    """

    month: pd.Period
    status: Literal["added", "there", "missing", "refused", "failed"]
    message: str = ""

    def summary(self) -> str:
        """Return the outcome in a line or a few."""
        return f"{self.month} {self.status}{f': {self.message}' if self.message else ''}"


def fill(since: str, until: pd.Period) -> Iterator[Archived]:
    """Add every release from a statistical month on; one that is missing or refused does not stop the others.

    Parameters
    ----------
    since : str
        First statistical month, for example ``2020-09``.
    until : pandas.Period
        Last one.

    Yields
    ------
    Archived
        Month by month, in order, as each is done.

    Raises
    ------
    ParameterError
        ``since`` is not a month, or after the last one; the table of addresses cannot be read.
    """
    try:
        first = pd.Period(since, "M")
    except ValueError:
        raise ParameterError(f"since {since!r} is not a month like 2020-09") from None
    if first > until:
        raise ParameterError(f"since {first} is after {until}, the last month that can be out")
    places = _places()
    for month in pd.period_range(first, until, freq="M"):
        if _is_there(month):
            yield Archived(month, "there")
            continue
        try:
            yield _one(month, places)
        except (Offline, DownloadError, OSError) as error:
            yield Archived(month, "failed", str(error))
        except TradelibError as error:
            yield Archived(month, "refused", str(error))


def _places() -> dict[str, Any]:
    """Return the table of addresses; ``TRADELIB_ARCHIVE`` names another one."""
    path = Path(os.environ.get("TRADELIB_ARCHIVE") or Path(__file__).with_name("archive.toml"))
    try:
        places = tomllib.loads(path.read_text(encoding="utf-8"))
        return {"pause": float(places["pause"]), "tables": list(places["tables"]), "printed": str(places["printed"])}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ParameterError(f"the table of the archive {path}: {error}") from error


def _is_there(month: pd.Period) -> bool:
    """Tell whether the store has the whole release about a month, from here or from elsewhere."""
    own = [one for one in store.releases() if one.month == month]
    return any(
        len(one.exhibits) >= ENOUGH or any(_MARK in file for file in one.contents["files"].values()) for one in own
    )


def _one(month: pd.Period, places: dict[str, Any]) -> Archived:
    urls = [url.format(month=month.to_timestamp()) for url in (*places["tables"], places["printed"])]
    tables = next((answer for url in urls[:-1] if (answer := _get(url, places["pause"]))), None)
    with tempfile.TemporaryDirectory(prefix="tradelib-archive-") as folder:
        day = day_of(month)
        printed = None if tables and day else _get(urls[-1], places["pause"])
        if not tables and not printed:
            return Archived(month, "missing", f"the archive has neither {urls[0]} nor {urls[-1]}")
        path = _written(folder, printed) if printed else None
        day = day or (released_on(read_grids(path, pages=1)[0]) if path else None)
        taken = tables or printed
        if tables:
            path = _written(folder, tables)
            if not is_package(tables.body):
                expected = "an archive of workbooks"
                raise SourceError(tables.name, None, found="a file that is no archive", expected=expected)
        added = store.add(path or folder, day, provenance={_MARK: taken.url if taken else ""})
        return Archived(month, "added", added.summary())


def _get(url: str, pause: float) -> Answer | None:
    """Return a file, or None where there is none; every request waits its turn."""
    time.sleep(pause)
    try:
        return download(url)
    except DownloadError as error:
        if error.status in (403, 404):
            return None
        raise


def _written(folder: str, answer: Answer) -> Path:
    path = Path(folder) / answer.name
    path.write_bytes(answer.body)
    return path

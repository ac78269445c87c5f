"""The archive of the monthly release: every month that the store lacks, in order, politely, each added whole.

What was added is never asked for again, so a run that was interrupted is taken up by the same command.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import store
from tradelib.fetch import addresses
from tradelib.fetch.files import Outcome
from tradelib.fetch.http import Answer, DownloadError, Offline, download
from tradelib.quantity.errors import ParameterError, SourceError, TradelibError
from tradelib.sources.files import released_on
from tradelib.sources.formats import is_package, read_grids
from tradelib.store.reading import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ENOUGH = 20
"""Tables from which a release counts as whole, wherever it came from."""

_MARK = "archive"
"""What the description of a file from here says of its address."""


def fill(since: str, until: pd.Period) -> Iterator[Outcome]:
    """Add every release from a statistical month on; one that is missing or refused does not stop the others.

    Parameters
    ----------
    since : str
        First statistical month, for example ``2020-09``.
    until : pandas.Period
        Last one.

    Yields
    ------
    Outcome
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
    places = addresses.archive()
    for month in pd.period_range(first, until, freq="M"):
        if _is_there(month):
            yield Outcome(str(month), "there")
            continue
        try:
            yield _added(month, places)
        except (Offline, DownloadError, OSError) as error:
            yield Outcome(str(month), "failed", str(error))
        except TradelibError as error:
            yield Outcome(str(month), "refused", str(error))


def _is_there(month: pd.Period) -> bool:
    """Tell whether the store has the whole release about a month, from here or from elsewhere."""
    return any(
        len(release.exhibits) >= ENOUGH or any(_MARK in file for file in release.contents["files"].values())
        for release in store.releases()
        if release.month == month
    )


def _added(month: pd.Period, places: addresses.Archive) -> Outcome:
    """Add the release about a month; its print is asked for only where the tables or the day are not known without."""
    *urls, printed_url = (url.format(month=month.to_timestamp()) for url in (*places.tables, places.printed))
    tables = next((answer for url in urls if (answer := _get(url, places.pause))), None)
    day = day_of(month)
    printed = None if tables and day else _get(printed_url, places.pause)
    answer = tables or printed
    if answer is None:
        return Outcome(str(month), "missing", f"the archive has neither {urls[0]} nor {printed_url}")
    with tempfile.TemporaryDirectory(prefix="tradelib-archive-") as folder:
        if printed and not day:
            day = released_on(next(read_grids(Path(printed.name), printed.body)))
        if tables and not is_package(tables.body):
            expected = "an archive of workbooks"
            raise SourceError(tables.name, None, found="a file that is no archive", expected=expected)
        path = Path(folder) / answer.name
        path.write_bytes(answer.body)
        added = store.add(path, day, provenance={_MARK: answer.url})
    return Outcome(str(month), "added", added.summary())


def _get(url: str, pause: float) -> Answer | None:
    """Return a file, or None where there is none; every request waits its turn."""
    time.sleep(pause)
    try:
        return download(url)
    except DownloadError as error:
        if error.is_absent:
            return None
        raise

"""Getting the newest official files: politely, safely, and with a record of when and from where.

A download becomes data only after it was read and checked in a temporary place.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib.fetch import addresses
from tradelib.fetch.cache import Record, at_hand, cache_folder, can_be
from tradelib.fetch.http import Answer, DownloadError, Offline, download
from tradelib.quantity.errors import SourceError, TradelibError
from tradelib.sources.files import read_files
from tradelib.sources.identities import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tradelib.fetch.addresses import Source

Status: TypeAlias = Literal["new", "unchanged", "offline", "failed"]
Progress: TypeAlias = "Callable[[str, int, int | None], None]"


@dataclass(frozen=True)
class Fetched:
    """What came of asking for one source; ``record`` is what is at hand, new or not."""

    source: str
    status: Status
    record: Record | None
    message: str = ""

    def summary(self) -> str:
        """Return the outcome in one line."""
        month = f"about {self.record.statistical_month}" if self.record else ""
        at_hand = f"{month}, fetched {self.record.fetched[:10]}" if self.record else ""
        outcome = {
            "new": f"new: {month}",
            "unchanged": f"nothing new: {at_hand}",
            "offline": f"no connection: {self.message}; "
            + (f"going on with what is here, {at_hand}" if at_hand else "nothing at hand"),
            "failed": f"failed: {self.message}" + (f"; what is here stays, {at_hand}" if at_hand else ""),
        }
        return f"{self.source}: {outcome[self.status]}"


def is_whole(fetched: Iterable[Fetched]) -> bool:
    """Tell whether no source failed; where others were reached, one that was not is a failure too."""
    came = {one.status for one in fetched}
    return "failed" not in came and not ("offline" in came and came & {"new", "unchanged"})


def fetch(
    names: Iterable[str] | None = None, *, today: dt.date | None = None, progress: Progress | None = None
) -> list[Fetched]:
    """Fetch the newest files; one that fails does not stop the others, and what is at hand stays.

    Parameters
    ----------
    names : iterable of str, optional
        Sources of ``addresses.sources()``; by default all.
    today : datetime.date, optional
        The day from which to look back for files whose address names their month.
    progress : callable, optional
        Called with source, bytes so far, and all bytes where the server says how many.

    Returns
    -------
    list of Fetched
        In the order asked.

    Raises
    ------
    ParameterError
        A name is unknown.

    Notes
    -----
    Proxies are taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``).
    """
    chosen = addresses.choose(list(names or []))
    day = today or dt.datetime.now(tz=dt.UTC).date()
    return [_fetch(source, day, progress or (lambda *_: None)) for source in chosen]


def _fetch(source: Source, today: dt.date, progress: Progress) -> Fetched:
    known = at_hand(source.name)
    root = cache_folder()
    try:
        answer, url, month = _get(source, today, known, progress)
        if answer is None or (known and answer.sha256 == known.sha256):
            return Fetched(source.name, "unchanged", known)
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=root) as partial:
            return Fetched(source.name, "new", _keep(source, answer, (url, month), known, Path(partial), today))
    except Offline as error:
        return Fetched(source.name, "offline", known, str(error))
    except TradelibError as error:
        return Fetched(source.name, "failed", known, str(error))
    except OSError as error:
        return Fetched(source.name, "failed", known, f"cannot write to {root}: {error.strerror}")


def _get(
    source: Source, today: dt.date, known: Record | None, progress: Progress
) -> tuple[Answer | None, str, str | None]:
    """Return the answer of the first address that exists, the address and the month it names; None: nothing changed."""
    absent: DownloadError | None = None
    for url, month in source.addresses(today):
        if known and month and pd.Period(month, "M") < known.month:
            break  # older than what is at hand
        try:
            tags = (known.etag, known.last_modified) if known and known.url == url else ("", "")
            return download(url, known=tags, progress=partial(progress, source.name)), url, month
        except DownloadError as error:
            if not (source.is_dated and error.status in (403, 404)):
                raise
            absent = absent or error
    if known:
        return None, known.url, None
    raise DownloadError(f"no file of the last {addresses.MONTHS_BACK} months ({absent})", status=404)


def _keep(
    source: Source, answer: Answer, asked: tuple[str, str | None], known: Record | None, folder: Path, today: dt.date
) -> Record:  # fmt: skip
    """Read and check a download; move it into the cache when it is what it should be."""
    path = folder / "checked" / answer.name
    path.parent.mkdir()
    path.write_bytes(answer.body)
    tables = read_files([path])
    check(tables)
    names = [table.exhibit for table in tables]
    if source.table not in names:
        raise SourceError(path.name, None, found=f"the tables {', '.join(names)}", expected=f"table {source.table}")
    newest = max(table.month for table in tables)
    _check_month(source, path.name, newest, asked[1], known, today)
    record = Record(
        source=source.name, url=asked[0], answered=answer.url,
        fetched=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"), file=path.name, sha256=answer.sha256,
        statistical_month=str(newest), etag=answer.etag, last_modified=answer.last_modified,
    )  # fmt: skip
    final = record.path.parent
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        shutil.rmtree(final)  # damaged since, or with a record that could not be read
    path.parent.rename(final)
    described = folder / "record.json"
    described.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    described.replace(final.with_suffix(".json"))
    return record


def _check_month(
    source: Source, file: str, newest: pd.Period, month: str | None, known: Record | None, today: dt.date
) -> None:
    """Refuse a file about a month that cannot be, another than its address says, or older than the one at hand."""
    if not can_be(newest, today):
        found = "no month with a value" if newest is pd.NaT else f"figures until {newest}"
        raise SourceError(file, None, found=found, expected=f"a newest month that was over on {today}")
    named = pd.Period(month, "M") if month else newest
    if newest != named and not (source.quarterly and newest < named):
        raise SourceError(file, None, found=f"figures until {newest}", expected=f"{month}, as its address says")
    if known and newest < known.month:
        expected = f"{known.month} or later, as the file at hand has; if that one is wrong, remove {known.path.parent}"
        raise SourceError(file, None, found=f"figures until {newest}", expected=expected)

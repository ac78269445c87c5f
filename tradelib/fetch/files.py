"""Getting the newest official files: politely, safely, and with a record of when and from where.

A download becomes data only after it was read and checked in a temporary place.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib.fetch import addresses
from tradelib.fetch.cache import Record, at_hand, cache_folder, can_be
from tradelib.fetch.http import Answer, DownloadError, Offline, download
from tradelib.quantity.errors import SourceError, TradelibError
from tradelib.sources import unpack
from tradelib.sources.files import read_files
from tradelib.sources.identities import check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tradelib.fetch.addresses import Source

Status: TypeAlias = Literal["new", "unchanged", "offline", "failed", "skipped"]
Progress: TypeAlias = "Callable[[str, int, int | None], None]"
_SHORT = 200
"""Bytes that no official file has so few of."""


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
        told = {
            "new": f"new: {month}",
            "unchanged": f"nothing new: {at_hand}",
            "offline": f"no connection: {self.message}; "
            + (f"going on with what is here, {at_hand}" if at_hand else "nothing at hand"),
            "failed": f"failed: {self.message}" + (f"; what is here stays, {at_hand}" if at_hand else ""),
            "skipped": f"skipped: {self.message}",
        }
        return f"{self.source}: {told[self.status]}"


def is_whole(fetched: Iterable[Fetched]) -> bool:
    """Tell whether no source failed; where others were reached, one that was not is a failure too."""
    found = {one.status for one in fetched}
    return "failed" not in found and not ("offline" in found and found & {"new", "unchanged"})


def fetch(
    names: Iterable[str] | None = None, *, today: dt.date | None = None, progress: Progress | None = None
) -> list[Fetched]:
    """Fetch the newest files; one that fails does not stop the others, and what is at hand stays.

    Parameters
    ----------
    names : iterable of str, optional
        Sources of ``addresses.sources()``; by default all but the optional ones.
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
    Proxies are taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``), API keys from the variables that the
    table of sources names; keys never appear in what is returned, raised, recorded or logged.
    """
    chosen = addresses.choose(list(names or []))
    day = today or dt.datetime.now(tz=dt.UTC).date()
    return [_fetch(source, day, progress or (lambda *_: None)) for source in chosen]


def _fetch(source: Source, today: dt.date, progress: Progress) -> Fetched:
    known = at_hand(source.name)
    if source.key and source.key.needs and not source.key.value:
        return Fetched(source.name, "skipped", known, f"set {source.key.variable} to a key of the agency")
    redact = source.key.redact if source.key else str
    root = cache_folder()
    partial: Path | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=root))
        answer, url, month = _get(source, today, known, progress)
        if answer is None or (known and answer.sha256 == known.sha256):
            return Fetched(source.name, "unchanged", known)
        return Fetched(source.name, "new", _keep(source, answer, (url, month), known, partial, today))
    except Offline as error:
        return Fetched(source.name, "offline", known, str(error))
    except TradelibError as error:
        return Fetched(source.name, "failed", known, redact(str(error)))
    except OSError as error:
        return Fetched(source.name, "failed", known, redact(f"cannot write to {root}: {error.strerror}"))
    finally:
        if partial:
            shutil.rmtree(partial, ignore_errors=True)


def _get(
    source: Source, today: dt.date, known: Record | None, progress: Progress
) -> tuple[Answer | None, str, str | None]:
    """Return the answer of the first address that exists, the address and the month it names; None: nothing changed."""
    absent: DownloadError | None = None
    for url, month in source.addresses(today):
        if known and month and pd.Period(month, "M") < known.month:
            break  # older than what is at hand
        try:
            told = (known.etag, known.last_modified) if known and known.url == url else ("", "")
            answer = download(url, key=source.key, known=told, progress=lambda *at: progress(source.name, *at))
        except DownloadError as error:
            if not (source.is_dated and error.status in (403, 404)):
                raise
            absent = absent or error
        else:
            return answer, url, month
    if known:
        return None, known.url, None
    raise DownloadError(f"no file of the last {addresses.MONTHS_BACK} months ({absent})", status=404)


def _keep(
    source: Source, answer: Answer, asked: tuple[str, str | None], known: Record | None, partial: Path, today: dt.date
) -> Record:
    """Read and check a download; move it into the cache when it is what it should be."""
    url, month = asked
    folder = partial / "checked"
    folder.mkdir()
    path = folder / answer.name
    path.write_bytes(answer.body)
    notes = unpack.check_archive(path) if unpack.is_archive(path) else []
    try:
        tables = read_files([path])
        check(tables)
    except SourceError as error:
        raise SourceError(error.file, error.place, found=error.found + _words(path), expected=error.expected) from None
    names = [table.exhibit for table in tables]
    if source.table not in names:
        raise SourceError(path.name, None, found=f"the tables {', '.join(names)}", expected=f"table {source.table}")
    newest = max(table.month for table in tables)
    notes += [note for table in tables for note in table.notes]
    _check_month(source, path.name, newest, month, known, today)
    record = Record(
        source=source.name,
        url=url,
        answered=answer.url,
        fetched=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        file=path.name,
        sha256=answer.sha256,
        bytes=path.stat().st_size,
        table=source.table,
        statistical_month=str(newest),
        etag=answer.etag,
        last_modified=answer.last_modified,
        notes=notes,
    )
    final = record.path.parent
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        shutil.rmtree(final)  # damaged since, or with a record that could not be read
    folder.rename(final)
    described = partial / "record.json"
    described.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
    described.replace(final.with_suffix(".json"))
    return record


def _words(path: Path) -> str:
    """Return what a file too short for data says: a server may tell an error as if it were the file."""
    raw = path.read_bytes()
    told = " ".join(raw.decode(errors="replace").split())
    return f", in a file that only says {told!r}" if len(raw) <= _SHORT and told.isprintable() else ""


def _check_month(
    source: Source, file: str, newest: pd.Period, month: str | None, known: Record | None, today: dt.date
) -> None:
    """Refuse a file about a month that cannot be, another than its address says, or older than the one at hand."""
    if not can_be(newest, today):
        found = "no month with a value" if newest is pd.NaT else f"figures until {newest}"
        raise SourceError(file, None, found=found, expected=f"a newest month that was over on {today}")
    said = pd.Period(month, "M") if month else newest
    if newest != said and not (source.quarterly and newest < said):
        raise SourceError(file, None, found=f"figures until {newest}", expected=f"{month}, as its address says")
    if known and newest < known.month:
        expected = f"{known.month} or later, as the file at hand has; if that one is wrong, remove {known.path.parent}"
        raise SourceError(file, None, found=f"figures until {newest}", expected=expected)

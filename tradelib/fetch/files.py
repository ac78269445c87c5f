"""Fetch the newest official files, check them, and keep them with a record of when and from where they came.

A download is read and checked in a temporary folder. Only then is it moved to ``downloads/<source>/<hash>/`` in the
user's cache folder, alone in its folder and under the server's name for it, so names cannot collide; its record is
``<source>/<hash>.json`` beside that folder. A sound file is never overwritten. Files from the archive of past releases
are kept there, too, until they are in the store.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib import store
from tradelib.fetch import addresses
from tradelib.fetch.http import AbsentError, Offline, download, name_of
from tradelib.quantity.errors import ParameterError, SourceError, TradelibError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tradelib.fetch.addresses import Source

Status: TypeAlias = Literal["new", "unchanged", "offline", "failed", "added", "there", "missing", "refused"]
Progress: TypeAlias = "Callable[[str], object]"
Check: TypeAlias = "Callable[[Path], tuple[pd.Period, str]]"
_WORDS = {"unchanged": "nothing new", "offline": "no connection"}
_KEPT = {"offline": "continuing with the file in the cache, ", "failed": "the file in the cache stays, "}


@dataclass(frozen=True)
class Record:
    """A fetched file: what it is, when it was fetched and from where.

    ``url`` is the requested address, ``answered`` the one that sent the file, after redirects; ``publisher`` is the
    folder of the store that its tables belong to.
    """

    source: str
    url: str
    answered: str
    fetched: str
    file: str
    sha256: str
    statistical_month: str
    publisher: str
    etag: str = ""
    last_modified: str = ""

    @property
    def path(self) -> Path:
        """Path of the file."""
        return downloads() / self.source / self.sha256[:16] / self.file

    @property
    def month(self) -> pd.Period:
        """The newest month with a value."""
        return pd.Period(self.statistical_month, "M")

    @property
    def is_sound(self) -> bool:
        """Whether the file is still there and its checksum is unchanged."""
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest() == self.sha256
        except OSError:
            return False


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request for a source, or for the release about a month.

    Attributes
    ----------
    name : str
        The source, or the month.
    status : str
        Of a source: ``new``, ``unchanged``, ``offline`` or ``failed``. Of a month of the archive: ``added``, ``there``
        (the store already had it), ``missing`` (the archive has neither tables nor print), ``refused`` (the file is not
        as published, or its day is not known) or ``failed`` (server or connection failed, or every address is
        forbidden).
    message : str
        The reason, or what was added and revised.
    record : Record or None
        For a source, the file in the cache, new or not.
    added : Added or None
        The result of adding it to the store, if it was added or was there already.
    refused : str
        Why it was not added to the store.
    """

    name: str
    status: Status
    message: str = ""
    record: Record | None = None
    added: store.Added | None = None
    refused: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the server answered, either with a file or that nothing has changed."""
        return self.status in ("new", "unchanged")

    def summary(self) -> str:
        """Return the outcome in one line or a few."""
        parts = [self.message] if self.message else []
        if self.record:
            kept = _KEPT.get(self.status, "")
            parts.append(f"{kept}about {self.record.statistical_month}, fetched {self.record.fetched[:10]}")
        return ": ".join([self.name, _WORDS.get(self.status, self.status), *(["; ".join(parts)] if parts else [])])


def is_whole(outcomes: Iterable[Outcome]) -> bool:
    """Return whether no source failed and no file was refused; offline counts as failed if another was reached."""
    listed = list(outcomes)
    bad = {"failed", "offline"} if any(outcome.is_reached for outcome in listed) else {"failed"}
    return not any(outcome.status in bad or outcome.refused for outcome in listed)


def downloads() -> Path:
    """Return the folder of downloads, inside the cache."""
    return store.cache_folder() / "downloads"


def at_hand(source: str) -> Record | None:
    """Return the record of the newest valid file of a source in the cache; None if there is none."""
    fitting = []
    today = dt.datetime.now(tz=dt.UTC).date()
    for path in downloads().glob(f"{source}/*.json"):
        try:
            record = Record(**json.loads(path.read_text(encoding="utf-8")))
            if _can_be(record.month, today):
                fitting.append(record)
        except (OSError, ValueError, TypeError):
            continue  # without a readable record the file is fetched again
    newest_first = sorted(fitting, key=lambda record: (record.month, record.fetched), reverse=True)
    return next((record for record in newest_first if record.is_sound), None)


def fetch(
    names: Iterable[str] | None = None, *, today: dt.date | None = None, progress: Progress = lambda _: None
) -> list[Outcome]:
    """Fetch the newest files; a failure does not stop the others, and files in the cache stay.

    Parameters
    ----------
    names : iterable of str, optional
        Names of ``addresses.sources()``; by default all.
    today : datetime.date, optional
        The day from which to look back for files whose address names their month; by default today.
    progress : callable, optional
        Called with a line that names the source, before it is requested.

    Returns
    -------
    list of Outcome
        In the order given, each source once.

    Raises
    ------
    ParameterError
        A name is unknown; the message offers close matches.

    Notes
    -----
    Proxies are taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``).
    """
    known = addresses.sources()
    chosen = list(dict.fromkeys(names or ())) or list(known)
    for name in chosen:
        if name not in known:
            raise ParameterError(f"unknown source {name!r}; {did_you_mean(name, known)}")
    day = today or dt.datetime.now(tz=dt.UTC).date()
    return [_fetch(known[name], day, progress) for name in chosen]


def _fetch(source: Source, today: dt.date, progress: Progress) -> Outcome:
    progress(f"Fetching {source.name}")
    known = at_hand(source.name)
    try:
        record = _newest(source, today, known)
        return Outcome(source.name, "unchanged" if record == known else "new", record=record)
    except Offline as error:
        return Outcome(source.name, "offline", str(error), known)
    except TradelibError as error:
        return Outcome(source.name, "failed", str(error), known)
    except OSError as error:
        return Outcome(source.name, "failed", f"cannot write to {downloads()}: {error.strerror}", known)


def _newest(source: Source, today: dt.date, known: Record | None) -> Record | None:
    """Return the record of the newest file that exists, which may be the one in the cache."""
    absent: AbsentError | None = None
    for url, month in source.addresses(today):
        if known and month and month < known.statistical_month:
            break  # older than the file in the cache
        checked = partial(_checked, source, month=month, known=known, today=today)
        try:
            return obtain(source.name, url, known, checked)
        except AbsentError as error:
            if month is None:
                raise
            absent = absent or error
    if known:
        return known
    raise AbsentError(f"no file of the last {addresses.MONTHS_BACK} months ({absent})")


def obtain(name: str, url: str, known: Record | None, checked: Check) -> Record | None:
    """Download a file into the cache, unless it is the one already there.

    Parameters
    ----------
    name, url : str
        Folder of the file in the cache, and its address.
    known : Record or None
        The file in the cache; if it came from the same address, the request is conditional.
    checked : callable
        Reads the file and returns its newest month and its publisher; a file that it refuses is not kept.

    Returns
    -------
    Record
        The record of the file, or ``known``.
    """
    tags = (known.etag, known.last_modified) if known and known.url == url else ("", "")
    answer = download(url, known=tags)
    if answer is None:
        return known
    body, response = answer
    sha256 = hashlib.sha256(body).hexdigest()
    if known and sha256 == known.sha256:
        return known
    downloads().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=downloads()) as folder:
        path = Path(folder) / "checked" / name_of(response)
        path.parent.mkdir()
        path.write_bytes(body)
        newest, publisher = checked(path)
        record = Record(
            source=name, url=url, answered=str(response.url), file=path.name, sha256=sha256,
            fetched=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"), statistical_month=str(newest),
            publisher=publisher, etag=response.headers.get("ETag", ""),
            last_modified=response.headers.get("Last-Modified", ""),
        )  # fmt: skip
        final = record.path.parent
        final.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(final, ignore_errors=True)  # a damaged file, or one whose record could not be read
        path.parent.rename(final)
        described = Path(folder) / "record.json"
        described.write_text(json.dumps(asdict(record), indent=2) + "\n", encoding="utf-8")
        described.replace(final.with_suffix(".json"))
    return record


def _checked(
    source: Source, path: Path, month: str | None, known: Record | None, today: dt.date
) -> tuple[pd.Period, str]:
    """Return the newest month and the publisher of a downloaded file, after checking it.

    A file is refused if it is not as published, does not have the table of its source, or if its newest month is
    impossible, not the one in its address, or older than that of the file in the cache.
    """
    opened = store.read(path)
    newest = opened.month
    until = "no month with a value" if newest is pd.NaT else f"figures until {newest}"
    remedy = f"; if that file is wrong, remove {known.path.parent}" if known else ""
    for wrong, found, expected in (
        (source.table not in opened.exhibits, f"the tables {', '.join(opened.exhibits)}", f"table {source.table}"),
        (not _can_be(newest, today), until, f"a newest month that was over on {today}"),
        (month and str(newest) != month, until, f"{month}, as its address says"),
        (known and newest < known.month, until, f"{known and known.month} or later, as in the cached file{remedy}"),
    ):
        if wrong:
            raise SourceError(path.name, None, found=found, expected=expected)
    return newest, opened.publisher


def _can_be(month: pd.Period, today: dt.date) -> bool:
    """Return whether figures about a month can be out: the month is known, and it is over."""
    return month is not pd.NaT and month.end_time.date() < today

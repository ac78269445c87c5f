"""What was fetched: files in the user's cache folder, each with a record of when it came and from where.

``<source>/<hash>/`` has the file alone, under the name that the server gave it, so that no name can be one of ours; the
record is ``<source>/<hash>.json`` beside it. Nothing there is ever overwritten.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import store
from tradelib.fetch import addresses

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Record:
    """One file that was fetched: what it is, when it came and from where.

    ``url`` is the address that was asked, ``answered`` the one that sent the file, after redirects.
    """

    source: str
    url: str
    answered: str
    fetched: str
    file: str
    sha256: str
    statistical_month: str
    etag: str = ""
    last_modified: str = ""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return cache_folder() / self.source / self.sha256[:16] / self.file

    @property
    def month(self) -> pd.Period:
        """The newest month with a value."""
        return pd.Period(self.statistical_month, "M")


def cache_folder() -> Path:
    """Return the folder of downloads, inside the cache."""
    return store.cache_folder() / "downloads"


def at_hand(source: str) -> Record | None:
    """Return the record of the newest file of a source in the cache; None where there is none that can be right."""
    fitting = []
    today = dt.datetime.now(tz=dt.UTC).date()
    for path in cache_folder().glob(f"{source}/*.json"):
        try:
            record = Record(**json.loads(path.read_text(encoding="utf-8")))
            if can_be(record.month, today):
                fitting.append(record)
        except (OSError, ValueError, TypeError):
            continue  # a record that cannot be read is no data; the file is fetched anew
    newest_first = sorted(fitting, key=lambda record: (record.month, record.fetched), reverse=True)
    return next((record for record in newest_first if verify(record)), None)


def can_be(month: pd.Period, today: dt.date) -> bool:
    """Tell whether figures about a month can be out: there is one, and it is over."""
    return month is not pd.NaT and month.end_time.date() < today


def verify(record: Record) -> bool:
    """Tell whether the file of a record is still the one that was fetched."""
    try:
        return hashlib.sha256(record.path.read_bytes()).hexdigest() == record.sha256
    except OSError:
        return False


def downloads() -> pd.DataFrame:
    """Return the files that can be fetched, one row a source: what it holds, what is at hand, its address."""
    rows = []
    for source in addresses.sources().values():
        record = at_hand(source.name)
        rows.append(
            {
                "source": source.name, "what": source.what, "producer": source.producer,
                "month": record.statistical_month if record else "", "fetched": record.fetched[:10] if record else "",
                "url": source.url,
            }
        )  # fmt: skip
    return pd.DataFrame(rows).set_index("source")

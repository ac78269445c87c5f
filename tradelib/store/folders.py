"""Which releases the store has: the folders ``data/<publisher>/<day of release>/``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity.errors import ParameterError, SourceError
from tradelib.store.paths import data_folder
from tradelib.store.reading import FT900, Release
from tradelib.store.tables import TOML

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

_DAY = "[0-9]*"  # a release being written lies in a hidden folder
_NEEDED = ("publisher", "title", "released", "statistical_month", "files", "tables")


def publishers() -> list[str]:
    """Return the publishers of the store."""
    return sorted({path.parent.parent.name for path in data_folder().glob(f"*/{_DAY}/{TOML}")})


def releases(publisher: str = FT900) -> list[Release]:
    """Return the releases of a publisher, oldest first; none where the store has none."""
    stored = [_release(path) for path in data_folder().glob(f"{publisher}/{_DAY}/{TOML}")]
    return sorted(stored, key=lambda release: release.released)


def release(key: str | dt.date | None = None, publisher: str = FT900) -> Release:
    """Return one release.

    Parameters
    ----------
    key : str or datetime.date, optional
        A day of release (``"2025-05-06"``) or a statistical month (``"2025-03"``). None for the newest whole one: the
        newest that has the exhibits of the report.
    publisher : str
        Folder of the store.

    Returns
    -------
    Release
        ``series``, ``wide``, ``figure`` and ``facts`` read its figures.

    Raises
    ------
    ParameterError
        The store has no such release; the message lists those there are.

    Examples
    --------
    >>> float(tradelib.release("2025-03").figure("BOPGSTB", "2025-03"))
    -140498.0
    """
    known = releases(publisher)
    fitting = [one for one in known if str(key) in (one.released.isoformat(), str(one.month))]
    if key is None:
        fitting = [one for one in known if {"1", "7", "8"} <= set(one.exhibits)] or known
    if not fitting:
        listed = ", ".join(f"{one.released} (about {one.month})" for one in known) or "none"
        raise ParameterError(f"no release {str(key)!r} of {publisher}; the store has {listed}")
    return fitting[-1]


def day_of(month: pd.Period, publisher: str = FT900) -> dt.date | None:
    """Return the day of the newest release about a statistical month; None where the store has none."""
    return max((own.released for own in releases(publisher) if own.month == month), default=None)


def _release(path: Path) -> Release:
    status = path.stat()
    return _parsed(path, status.st_mtime_ns, status.st_size, status.st_ino)


@lru_cache(maxsize=256)
def _parsed(path: Path, *_: int) -> Release:
    expected = "the description of a release"
    try:
        contents = tomllib.loads(path.read_text(encoding="utf-8"))
        if lost := [key for key in _NEEDED if key not in contents]:
            raise SourceError(str(path), None, found=f"no {' and no '.join(lost)}", expected=expected)
        month = pd.Period(contents["statistical_month"], "M")
        got = contents["released"].isoformat()
    except (AttributeError, TypeError, ValueError) as error:  # TOML and Unicode errors are ValueErrors
        raise SourceError(str(path), None, found=str(error), expected=expected) from error
    if got != path.parent.name:
        raise SourceError(str(path), None, found=f"released {got}", expected=path.parent.name)
    return Release(path.parent.parent.name, contents["released"], month, path.parent, contents)

"""The store of releases: what was published when.

A release is a folder ``data/<family>/<release date>/`` with ``months.csv``, where published ``annual.csv``,
``markers.csv`` and ``previous.csv`` (the month before as it was first printed), and ``release.toml`` with the
provenance. Families (Census history, BEA/FRED, ...) are different compilations of the same trade and are never
mixed in one series.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import io
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.errors import ParameterError, SourceError, did_you_mean
from tradelib.paths import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HISTORY = "census_history"
_NEEDED = ("family", "released", "statistical_month", "months", "producer", "title", "table_sha256")
_DAY = "[0-9]*"  # a release being written lies in a hidden folder


@dataclass(frozen=True)
class Release:
    """One release in the store.

    Attributes
    ----------
    family : str
        Source family.
    released : datetime.date
        Day of publication.
    statistical_month : pandas.Period
        Newest month it is about.
    folder : Path
        Where it lies.
    provenance : dict
        All of ``release.toml``.
    """

    family: str
    released: dt.date
    statistical_month: pd.Period
    folder: Path
    provenance: dict[str, Any]

    @property
    def source(self) -> str:
        """Producer, title and date in one line, as a figure's foot cites it."""
        told = self.provenance
        return f"{told['producer']}, {told['title']}, released {self.released:%Y-%m-%d}"

    @property
    def span(self) -> tuple[pd.Period, pd.Period]:
        """First and last month of the table, both included."""
        first, last = str(self.provenance["months"]).split(" to ")
        return pd.Period(first, freq="M"), pd.Period(last, freq="M")

    @property
    def sha256(self) -> str:
        """Hash of the monthly table, as the provenance records it."""
        return str(self.provenance["table_sha256"])


def families() -> list[str]:
    """Return the names of the source families in the store."""
    return sorted({path.parent.parent.name for path in data_folder().glob(f"*/{_DAY}/release.toml")})


def releases(family: str) -> list[Release]:
    """Return the releases of a family, oldest first.

    Raises
    ------
    ParameterError
        The store has no such family.
    """
    found = [_release(path) for path in data_folder().glob(f"{family}/{_DAY}/release.toml")]
    if not found:
        raise ParameterError(f"no source family {family!r} in {data_folder()}; {did_you_mean(family, families())}")
    return sorted(found, key=lambda release: release.released)


def _release(path: Path) -> Release:
    expected = "the provenance of a release"
    try:
        told = copy.deepcopy(_provenance(path.read_text(encoding="utf-8")))
        if lost := [key for key in _NEEDED if key not in told]:
            raise SourceError(str(path), None, found=f"no {' and no '.join(lost)}", expected=expected)
        month = pd.Period(told["statistical_month"], freq="M")
        release = Release(told["family"], told["released"], month, path.parent, told)
        folders = (path.parent.parent.name, path.parent.name, str(month))
        if (found := (release.family, release.released.isoformat(), str(release.span[1]))) != folders:
            raise SourceError(str(path), None, found=" of ".join(found), expected=" of ".join(folders))
    except (AttributeError, TypeError, ValueError) as error:  # TOML and Unicode errors are ValueErrors
        raise SourceError(str(path), None, found=str(error), expected=expected) from error
    return release


def select(family: str, vintage: str | dt.date | None = None) -> Release:
    """Return one release of a family.

    Parameters
    ----------
    family : str
        Source family.
    vintage : str, datetime.date or None
        None for the newest; a day (``"2024-04-04"``) for the newest release not later than that day; a
        month (``"2024-02"``) for the release about that statistical month.

    Raises
    ------
    ParameterError
        There is no such release, or the text is neither a day nor a month.
    """
    return pick(releases(family), vintage)


def pick(known: Sequence[Release], vintage: str | dt.date | None = None) -> Release:
    """Return one of a family's releases, as ``select`` does."""
    if vintage is None:
        return known[-1]
    day, month = _day_or_month(vintage)
    fitting = [r for r in known if (r.released <= day if day else r.statistical_month == month)]
    if not fitting:
        listed = ", ".join(f"{r.released} (about {r.statistical_month})" for r in known)
        raise ParameterError(f"no release of {known[0].family} for vintage {str(vintage)!r}; the store has {listed}")
    return fitting[-1]


def _day_or_month(vintage: str | dt.date) -> tuple[dt.date | None, pd.Period | None]:
    if isinstance(vintage, dt.date):
        return vintage, None
    try:
        if len(vintage) == len("2024-02"):
            return None, pd.Period(dt.datetime.strptime(vintage, "%Y-%m"), freq="M")  # noqa: DTZ007 - a calendar month
        return dt.date.fromisoformat(vintage), None
    except ValueError:
        raise ParameterError(f"vintage {vintage!r} is neither a day like 2024-04-04 nor a month like 2024-02") from None


def read_months(release: Release) -> pd.DataFrame:
    """Return a release's monthly table: ``PeriodIndex`` named ``period`` by series name, missing values NaN.

    Raises
    ------
    SourceError
        The table is not the one whose hash the provenance records.
    """
    return _months(_checked(release.folder / "months.csv", release.sha256)).copy()


def read_part(release: Release, name: str) -> pd.DataFrame:
    """Return another table of a release, empty where it has none.

    Parameters
    ----------
    release : Release
        The release.
    name : str
        ``previous``: the month before as first printed, like ``read_months``. ``annual``: annual and
        year-to-date lines, indexed by ``first`` and ``last`` month. ``markers``: one row a marker, with
        ``first`` and ``last`` month, ``series`` (empty for the whole line) and ``marker``.

    Raises
    ------
    SourceError
        The table is not the one whose hash the provenance records.
    """
    path = release.folder / f"{name}.csv"
    if not path.exists():
        return pd.DataFrame()
    raw = _checked(path, str(release.provenance.get(f"{name}_sha256", "")))
    if name == "previous":
        return _months(raw).copy()
    frame = pd.read_csv(io.BytesIO(raw), dtype={"series": str, "marker": str}, keep_default_na=False, na_values={})
    spans = [pd.PeriodIndex(frame[end], freq="M", name=end) for end in ("first", "last")]
    if name == "markers":
        return frame.assign(first=spans[0], last=spans[1])
    return frame.drop(columns=["first", "last"]).set_index(pd.MultiIndex.from_arrays(spans)).astype(float)


def _checked(path: Path, expected: str) -> bytes:
    """Return what a table has, once it is the one that the provenance records."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = (error.strerror or str(error)).lower()
        raise SourceError(str(path), None, found=found, expected="the table of the release") from error
    if (found := hashlib.sha256(raw).hexdigest()) != expected:
        raise SourceError(str(path), None, found=f"sha256 {found}", expected=f"{expected} as in release.toml")
    return raw


# Files are read each time, which is quick, and parsed once: what is remembered is told by content and cannot be stale.
@lru_cache(maxsize=256)
def _months(raw: bytes) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(raw), index_col=0)
    # Parsing dates and converting is ten times as fast as parsing periods.
    frame.index = pd.to_datetime(frame.index, format="%Y-%m").to_period("M").rename("period")
    return frame.astype(float)


@lru_cache(maxsize=1024)
def _provenance(text: str) -> dict[str, Any]:
    return tomllib.loads(text)

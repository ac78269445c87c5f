"""Find releases, series and the commodities that moved; take a series from the store or from a user's own data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity.errors import ParameterError, SeriesError, nearest
from tradelib.quantity.labels import SEARCH
from tradelib.store.loading import FIRST, HEADLINE, choose, load, quantities_of, words_of
from tradelib.store.reading import FT900, Release, known_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradelib.quantity import Quantity
    from tradelib.store.reading import Vintage


def series(text: str = "") -> pd.DataFrame:
    """Return the series of the store, all or those that match some words.

    Parameters
    ----------
    text : str
        Words to look for, in any order; each must occur in name, label, unit, mnemonic or code. Everyday words such as
        ``deficit``, ``oil`` and ``cars`` are understood. If empty, all series are returned.

    Returns
    -------
    pandas.DataFrame
        One row per series, indexed by ``name``, shortest first: ``label``, ``unit``, ``mnemonic``, ``freq``
        (frequencies in the newest release), ``code`` (in the official file, such as the five-digit end-use code or the
        Census code of a partner), ``publisher``, ``releases`` (how many have it), ``newest`` (day of the newest).

    Raises
    ------
    ParameterError
        No series matches; the message offers similar names.

    Examples
    --------
    >>> tradelib.series("deficit").index[0]
    'balance_total_bop_sa'
    """
    text, known = " ".join(words_of(text)), known_on()
    origins = [{"publisher": own.publisher, "releases": 0, "newest": own.released.isoformat()} for own in known]
    listed = pd.concat([own.figures.catalog.assign(**origin) for own, origin in zip(known, origins, strict=True)])
    listed["releases"] = listed.groupby("name")["releases"].transform("size")
    listed = listed[~listed.index.duplicated()]  # keeps the entry of the newest release
    searched = listed.index.to_series().str.cat(listed[["label", "unit", "mnemonic", "code"]], sep=" ")
    for word in text.lower().split():
        wanted = "|".join(map(re.escape, SEARCH.get(word, word).split("|")))
        searched = searched[searched.str.contains(wanted, case=False)]
    if searched.empty:
        raise ParameterError(f"no series with {text!r}; {nearest(text, listed.index)}")
    return listed.loc[searched.index].sort_index(key=lambda names: names.str.len(), kind="stable")


def release_of(series: str | Iterable[str] = HEADLINE, vintage: Vintage = None) -> Release:
    """Return the newest release, of those known at a vintage, that has all of some series.

    Raises
    ------
    ParameterError
        No single release has all of them.
    """
    words, known = words_of(series), known_on(vintage)
    chosen = choose([quantity.name for quantity in quantities_of(words, known)], known, "monthly")
    if len(different := {release.folder: release for release in chosen.values()}) != 1:
        raise ParameterError(f"no single release has all of {', '.join(words)}")
    return next(iter(different.values()))


def release_in_use(vintage: Vintage = None) -> Release:
    """Return the trade release that a report is about.

    Without a vintage, it is the newest that has all series of Exhibit 1; otherwise the release about the month, or the
    newest on the day, whatever series it has.

    Raises
    ------
    ParameterError
        The store has no such release.
    """
    if vintage is None:
        return release_of()
    if (release := known_on(vintage)[0]).publisher != FT900:
        raise ParameterError(f"the store has no trade release that was known on {vintage}")
    return release


def find(words: str | Iterable[str], vintage: Vintage = None) -> list[Quantity]:
    """Return the quantities that names, mnemonics or patterns match, in the order given, each once.

    Raises
    ------
    ParameterError
        A word matches no series; the message offers similar names.
    """
    return quantities_of(words_of(words), known_on(vintage))


def moves(release: Release, flow: str) -> pd.Series:
    """Return the changes of commodities in the month of a release, in millions, largest first.

    The result is empty if the release does not have Exhibit 7 (exports) or 8 (imports).
    """
    exhibit = {"exports": "7", "imports": "8"}[flow]
    if exhibit not in release.exhibits:
        return pd.Series(dtype=float)
    table = release.wide(flow, "goods/*/*", exhibit=exhibit).astype(float)
    change = table[release.month] - table[release.month - 1]
    return change.sort_values(key=abs, ascending=False, kind="stable")


def one_series(data: pd.Series | pd.DataFrame | str | Path) -> pd.Series:
    """Return one monthly series from a pandas object, a CSV file or the store.

    Parameters
    ----------
    data : Series, one-column DataFrame, str or Path
        Values by month, with a Period or Datetime index; the path of a CSV file with months in its first column and
        values in its second; a name or mnemonic in the store, from the release with most months.

    Returns
    -------
    pandas.Series
        By month (``PeriodIndex``), in the order given, with its ``attrs``.

    Raises
    ------
    SeriesError
        The frame has several columns, the data are not a Series or DataFrame, or a month occurs more than once.
    ParameterError
        The file cannot be read, or the store has no such series.
    """
    if isinstance(data, (str, Path)):
        if Path(data).suffix.lower() != ".csv":
            return load(str(data), start=FIRST).iloc[:, 0]
        path = Path(data)
        try:
            data = pd.read_csv(path, index_col=0, na_values=[".", "n.a."])
            data.index = pd.to_datetime(data.index.astype(str), format="mixed")
        except (OSError, ValueError) as error:
            expected = "expected a header, months such as 2024-02 in the first column, values in the second"
            raise ParameterError(f"{path.name}: {error}; {expected}") from error
    if isinstance(data, pd.DataFrame):
        if data.shape[1] != 1:
            raise SeriesError(f"found columns {', '.join(map(str, data))}; expected one column of values; choose one")
        data = data.iloc[:, 0]
    if not isinstance(data, pd.Series):
        raise SeriesError(f"found a {type(data).__name__}; expected a pandas Series by month, or the name of one")
    if isinstance(data.index, pd.DatetimeIndex):
        months = data.index.to_period("M")
        if not months.is_unique:
            raise SeriesError(
                f"{data.name}: {months[months.duplicated()][0]} occurs several times; expected one value per month"
            )
        data = data.set_axis(months)
    return data

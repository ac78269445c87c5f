"""A series of one's own, in whatever form it is at hand, and what is known of it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ParameterError, SeriesError, TradelibError
from tradelib.store.choosing import FIRST
from tradelib.store.combining import combine
from tradelib.store.loading import StoreWarning, load


def one_series(data: pd.Series | pd.DataFrame | str | Path) -> pd.Series:
    """Return one monthly series of what a person has at hand.

    Parameters
    ----------
    data : Series, one-column DataFrame, str or Path
        Values by month, with a Period or Datetime index; the path of a CSV file with months in its first column and
        values in its second; a name or mnemonic of the store, as far back as a release has it.

    Returns
    -------
    pandas.Series
        By month (``PeriodIndex``), in the order given, with its ``attrs``.

    Raises
    ------
    SeriesError
        Several columns, an index of no dates, dates that are not monthly.
    ParameterError
        No such file or series.
    """
    if isinstance(data, (str, Path)):
        if Path(data).suffix.lower() != ".csv":
            return load(str(data), start=FIRST).iloc[:, 0]
        path = Path(data)
        try:
            data = pd.read_csv(path, index_col=0, na_values=[".", "n.a."])
            data.index = pd.to_datetime(data.index.astype(str), format="mixed")
        except (OSError, ValueError) as error:
            expected = "expected a head, months such as 2024-02 in the first column, values in the second"
            raise ParameterError(f"{path.name}: {error}; {expected}") from error
    if isinstance(data, pd.DataFrame):
        if data.shape[1] != 1:
            raise SeriesError(f"found columns {', '.join(map(str, data))}; expected one column of values; choose one")
        data = data.iloc[:, 0]
    if isinstance(data, pd.Series) and isinstance(data.index, pd.DatetimeIndex):
        months = data.index.to_period("M")
        if not months.is_unique:
            raise SeriesError(
                f"{data.name}: {months[months.duplicated()][0]} stands several times; expected one value a month"
            )
        data = data.set_axis(months)
    return data


def described(values: pd.Series) -> dict[str, str]:
    """Return what a loaded series is (label, unit, source ...), as long as its values are those of the release.

    pandas keeps ``attrs`` also through ``diff`` and ``pct_change``, whose results have another unit or meaning. Of
    these, and of a series that was never loaded, nothing is returned.
    """
    own: dict[str, str] | None = values.attrs.get("series", {}).get(values.name)
    if own is None or "publisher" not in own or not isinstance(values.index, pd.PeriodIndex):
        return {}
    freq = {"M": "monthly", "Q": "quarterly", "Y": "annual"}.get(values.index.freqstr[0], "")
    unit = "billions" if own["unit"].startswith("billions of ") else "millions"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", StoreWarning)
            there = combine(own.get("formula", str(values.name)), vintage=own["vintage"], unit=unit, freq=freq)
    except TradelibError:
        return {}
    expected = there.iloc[:, 0].reindex(values.index).to_numpy()
    return own if np.allclose(expected, values.to_numpy(float), rtol=1e-9, equal_nan=True) else {}

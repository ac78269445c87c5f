"""A series of one's own, in whatever form it is at hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.store.loading import FIRST, load


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

"""How unadjusted goods trade is adjusted, so that the result comes close to the agency's, and how close it comes."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from tradelib.quantity.errors import ParameterError
from tradelib.seasonal.agency import force_years
from tradelib.seasonal.x13 import Spec, available, build, parse, x13

Way = Literal["seats", "x11", "stl"]
WINDOW_YEARS, KEPT_YEARS = 15, 5
CUT = "2020-03"
"""First of the months that were not used to choose."""
AHEAD = 12
"""Months to come whose factors are forecast."""


CHOSEN: dict[str, Any] = {
    "transform": {"function": "log"},
    "regression": {"variables": ("td",)},
    "outlier": {"types": ("ao", "ls", "tc")},
    "arima": {"model": "(0 1 1)(0 1 1)"},
}
"""Chosen, with the window of 15 years, by ``benchmarks/choose_goods_spec.py`` on months before March 2020 only.

Whole years forced, it is the nearest to the agency's series of 162 candidates (0.461 percent; the next two 0.466).

No Easter: over the candidates it takes exports and imports farther from the agency's series on average."""


def possible(way: Way) -> Way:
    """Return the way asked for, or STL where there is no X-13 program."""
    return way if way == "stl" or available() else "stl"


def goods_spec(way: Way, text: str = "chosen") -> Spec:
    """Return the chosen spec for SEATS or X-11, or the one of a ``.spc`` text.

    Raises
    ------
    ParameterError
        The text names the other engine, or forecasts fewer than ``AHEAD`` months.
    """
    engine: Literal["seats", "x11"] = "x11" if way == "x11" else "seats"
    if text == "chosen":
        return build(engine, **CHOSEN)
    spec = parse(text)
    if others := {"seats", "x11"} & set(spec.parts) - {engine}:
        raise ParameterError(f"found {others.pop()}{{}} with engine {engine!r}; expected {engine}{{}} or neither")
    months = spec.parts.get("forecast", {}).get("maxlead", str(AHEAD))
    if not months.isdecimal() or int(months) < AHEAD:
        raise ParameterError(f"found forecast{{maxlead={months}}}; expected {AHEAD} months or more")
    return spec.with_(**{engine: {}})


def first_adjustments(series: pd.Series, spec: Spec, months: int) -> pd.DataFrame:
    """Adjust again and again, each time with one month more, as an office does that adjusts every month anew.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values, monthly ``PeriodIndex``.
    spec : Spec
        How, without automatic choices; ``Adjustment.static`` freezes them.
    months : int
        How many of the last months; X-13 wants five years before them.

    Returns
    -------
    pandas.DataFrame
        By month, without the last one: ``first`` and ``final`` adjusted value, and the value of the month before as it
        stood on the same days, ``first_before`` and ``final_before``.

    Notes
    -----
    The spec ``history`` of X-13; Findley and others (1998).
    """
    begin = series.index[-1] - months + 1
    tables = {"estimates": ("sadj", "sadjchng"), "start": f"{begin.year}.{begin.month}", "save": "(sae che)"}
    revised = x13(series, spec=spec, history=tables)
    levels = revised.saved_table("sae").set_axis(["first", "final"], axis=1)
    growth = 1 + revised.saved_table("che").set_axis(["first", "final"], axis=1) / 100
    return levels.join((levels / growth).add_suffix("_before"))


def adjust_in_windows(series: pd.Series, spec: Spec) -> pd.Series:
    """Adjust window by window, each as long as an agency would use, keep the last years of each, and force the years.

    Agencies estimate factors from the data of their day and later leave them alone. Windows of 15 years end every five
    years, counted back from the last month, and their last five years are kept; the first window is kept whole.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values, monthly ``PeriodIndex``.
    spec : Spec
        How to adjust each window.

    Returns
    -------
    pandas.Series
        Adjusted values over the same months; those of a whole calendar year add up to the unadjusted year.
    """
    end, parts = len(series), []
    while end > 12 * WINDOW_YEARS:
        window = series.iloc[end - 12 * WINDOW_YEARS : end]
        parts.append(x13(window, spec=spec).adjusted.iloc[-12 * KEPT_YEARS :])
        end -= 12 * KEPT_YEARS
    first = x13(series.iloc[: min(len(series), 12 * WINDOW_YEARS)], spec=spec).adjusted.iloc[:end]
    adjusted = pd.concat([first, *reversed(parts)]).rename(series.name)
    return force_years(adjusted, series)

"""Seasonal adjustment of goods trade, with settings chosen to come close to the agency's series."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from tradelib.quantity.errors import ParameterError
from tradelib.seasonal.agency import force_years
from tradelib.seasonal.x13 import Spec, available, build, parse, x13

Way = Literal["seats", "x11", "stl"]
WINDOW_YEARS, KEPT_YEARS = 15, 5
CUT = "2020-03"
"""First month not used to choose the settings."""
AHEAD = 12
"""Number of future months whose factors are forecast."""


CHOSEN: dict[str, Any] = {
    "transform": {"function": "log"},
    "regression": {"variables": ("td",)},
    "outlier": {"types": ("ao", "ls", "tc")},
    "arima": {"model": "(0 1 1)(0 1 1)"},
}
"""Chosen, with the window of 15 years, by ``benchmarks/choose_goods_spec.py`` on months before March 2020 only.

With years forced, it is the nearest of 162 candidates to the agency's series (0.461 percent; the next two 0.466).

Easter is left out: averaged over the candidates, it moves exports and imports away from the agency's series."""


def possible(way: Way) -> Way:
    """Return the requested way, or STL as a fallback if the X-13 program is not installed."""
    return way if way == "stl" or available() else "stl"


def goods_spec(way: Way, text: str = "chosen") -> Spec:
    """Return the chosen spec for SEATS or X-11, or one parsed from ``.spc`` text.

    Raises
    ------
    ParameterError
        The text names the other engine, forecasts fewer than ``AHEAD`` months, or is not a spec that ``parse`` reads.
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
    """Adjust repeatedly, adding one month each time, as an office does that re-estimates every month.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values, monthly ``PeriodIndex``.
    spec : Spec
        How to adjust, without automatic choices; ``Adjustment.static`` freezes them.
    months : int
        Number of months, counted back from the last; X-13 needs five years before them.

    Returns
    -------
    pandas.DataFrame
        By month, without the last one: ``first`` and ``final`` adjusted value; ``first_before`` and ``final_before``,
        the value of the month before in the same two adjustments.

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
    """Adjust in windows of the length that an agency would use, keep the last years of each, and force annual totals.

    Agencies estimate factors from the data they have at the time and do not change them later. Windows of 15 years end
    five years apart, counted back from the last month, and the last five years of each are kept. The months before
    these come from the first 15 years of the series.

    Parameters
    ----------
    series : pandas.Series
        Unadjusted values, monthly ``PeriodIndex``.
    spec : Spec
        How to adjust each window.

    Returns
    -------
    pandas.Series
        Adjusted values for the same months; each complete calendar year adds up to the unadjusted total.
    """
    end, parts = len(series), []
    while end > 12 * WINDOW_YEARS:
        window = series.iloc[end - 12 * WINDOW_YEARS : end]
        parts.append(x13(window, spec=spec).adjusted.iloc[-12 * KEPT_YEARS :])
        end -= 12 * KEPT_YEARS
    first = x13(series.iloc[: min(len(series), 12 * WINDOW_YEARS)], spec=spec).adjusted.iloc[:end]
    adjusted = pd.concat([first, *reversed(parts)]).rename(series.name)
    return force_years(adjusted, series)

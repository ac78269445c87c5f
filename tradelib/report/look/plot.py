"""The verb ``plot``, which draws loaded series and every result of the package in the house style."""

from __future__ import annotations

import warnings
from functools import partial, singledispatch
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from matplotlib import pyplot as plt

from tradelib.analysis.forecast import LEVELS, Forecast
from tradelib.analysis.revisions import Revisions
from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import trimmed
from tradelib.report.look import charts, figures
from tradelib.seasonal.x13 import Adjustment
from tradelib.store import BALANCE, Release, StoreWarning
from tradelib.store.formulas import described
from tradelib.store.triangles import ordinal
from tradelib.words.month import Contributions, Headline, headline
from tradelib.words.sentences import listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 12
"""Most bars, or months of revisions, in one drawing."""


class _Drawing(NamedTuple):
    draw: Callable[[Axes], object]
    title: str
    unit: str = ""
    source: str = ""
    height: float = 4.0


def plot(what: Any, *, title: str = "", unit: str = "", source: str = "") -> Figure:
    """Draw series or a result in the house style.

    Parameters
    ----------
    what : DataFrame, Series or result
        Series by month, quarter or year as ``load`` and ``combine`` return them, or the result of another verb.
    title, unit, source : str
        Text to use instead of label, unit with basis, and source. By default these come from ``attrs`` of a frame, for
        columns whose values are still as loaded.

    Returns
    -------
    matplotlib.figure.Figure
        Closed, so that a notebook shows it once; ``savefig`` writes it.

    Raises
    ------
    ParameterError
        ``what`` cannot be drawn.
    SeriesError
        A column holds no numbers.

    Warns
    -----
    StoreWarning
        A column was computed, or has lost its ``attrs``, and no unit is given: the figure says that it is not known.

    Examples
    --------
    >>> figure = tradelib.plot(tradelib.load("BOPGSTB", start="2014-01", unit="billions"))
    """
    drawing = _drawing(what)
    if not (unit or drawing.unit):
        message = "computed, or without attrs: the figure cannot say unit and source; give plot(..., unit=, source=)"
        warnings.warn(f"{drawing.title}: {message}", StoreWarning, stacklevel=2)
    with plt.rc_context():
        figures.style()
        fig, ax = plt.subplots(figsize=(7.2, drawing.height))
        drawing.draw(ax)
        words = {"title": str(title or drawing.title), "unit": str(unit or drawing.unit or "unit not known")}
        figures.finish(fig, **words, source=str(source or drawing.source or "not known"), alt=words["title"])
        plt.close(fig)
    return fig


@singledispatch
def _drawing(what: Any) -> _Drawing:
    raise ParameterError(f"found a {type(what).__name__}; expected series by month, or a result of tradelib")


@_drawing.register
def _series(what: pd.Series) -> _Drawing:
    return _drawing(what.to_frame(what.name if what.name is not None else "series"))


@_drawing.register
def _frame(frame: pd.DataFrame) -> _Drawing:
    if frame.empty or frame.columns.nlevels > 1 or not isinstance(frame.index, (pd.PeriodIndex, pd.DatetimeIndex)):
        found = f"{frame.shape[0]} rows by {type(frame.index).__name__}, heads of {frame.columns.nlevels} levels"
        raise ParameterError(f"found {found}; expected months, quarters or years down, each series in a column")
    frame = frame.apply(trimmed, purpose="plot")
    about = {name: own for name in frame if (own := described(frame[name]))}
    quantities = {name: Quantity(*(own[column] for column in QUANTITY_COLUMNS)) for name, own in about.items()}
    spans = {name: ", year to date" if own["freq"] == "ytd" else "" for name, own in about.items()}
    units = {f"{about[name]['unit'].capitalize()}, {own.terms}{spans[name]}" for name, own in quantities.items()}
    names = {str(name): about[name]["label"] if name in about else str(name) for name in frame}
    names |= {name: quantity.label("short") for name, quantity in quantities.items() if name == quantity.name}
    whole = len(about) == frame.shape[1]
    title = listing([*list(names.values())[:3], *([f"{len(names) - 3} more"] if len(names) > 3 else [])])
    sources = "; ".join(dict.fromkeys(own["source"] for own in about.values()))
    flows = [quantity.flow for quantity in quantities.values()]
    filled = flows == ["balance"] and frame.shape[1] == 1 and frame.index.freqstr == "M"

    def draw(ax: Axes) -> None:
        if filled:
            return charts.filled_balance(ax, frame.iloc[:, 0])
        # If two series have the colour of one flow, all take their colours from the style instead.
        shade = {} if len({figures.colour(name) for name in names}) == len(names) else {"color": None}
        figures.lines(ax, frame.rename(columns=str), names if len(names) > 1 else None, **shade)
        return figures.time_axis(ax, zero=frame.min(axis=None) < 0)

    return _Drawing(draw, title, "; ".join(sorted(units)) if whole else "", sources if whole else "")


@_drawing.register
def _adjustment(what: Adjustment) -> _Drawing:
    observed = what.components["observed"]
    smooth, name = (what.components["adjusted"], "adjusted") if what.engine else (observed, "")
    draw = partial(charts.path, values=observed, smooth=smooth, shade=figures.VERMILION, name=name)
    how = {"seats": "seasonally adjusted by SEATS", "x11": "seasonally adjusted by X-11", None: "regARIMA model"}
    return _named(draw, what, "", how[what.engine])


@_drawing.register
def _forecast(what: Forecast) -> _Drawing:
    past = what.series.iloc[-60:].rename(what.name)
    bands = [what.table[[f"low {level}", f"high {level}"]].set_axis(["low", "high"], axis=1) for level in LEVELS]
    draw = partial(charts.fan, past=past, mean=what.table["forecast"], bands=bands, outcome=past.iloc[:0])
    return _named(draw, what, ": forecast", "80 and 95 percent intervals")


def _named(draw: Callable[[Axes], None], what: Adjustment | Forecast, more: str, note: str) -> _Drawing:
    """Return a drawing with label, unit and source of the series, if it was loaded from the store."""
    unit = what.about.get("unit", "in the unit of the series").capitalize()
    return _Drawing(draw, what.about.get("label", what.name) + more, f"{unit}; {note}", what.about.get("source", ""))


@_drawing.register
def _revisions(what: Revisions) -> _Drawing:
    shown = what.table.iloc[-_ROWS:]
    draw = partial(figures.dumbbells, before=shown["first"], after=shown["latest"])
    title = f"{what.label}: {ordinal(what.number)} print and latest figure"
    return _Drawing(draw, title, what.unit.capitalize(), f"the releases of {what.span}", 4.6)


@_drawing.register
def _headline(what: Headline | Release) -> _Drawing:
    month = headline(what) if isinstance(what, Release) else what
    path = month.series[BALANCE].astype(float).iloc[-123:] / 1000
    unit = "Balance on goods and services, billions of dollars, seasonally adjusted, BOP basis"
    return _Drawing(partial(charts.filled_balance, values=path), month.title, unit, month.release.source)


@_drawing.register
def _contributions(what: Contributions) -> _Drawing:
    parts = what.table["contribution"].iloc[:-1].head(_ROWS) / 1000
    parts["Everything else"] = what.total / 1000 - parts.sum()
    parts["Change"] = what.total / 1000
    unit = f"Contributions to the change since {what.month - 1:%B %Y}, billions of dollars"
    draw = partial(figures.signed_bars, values=parts, total="Change")
    return _Drawing(draw, what.summary(), unit, what.release.source, 4.8)

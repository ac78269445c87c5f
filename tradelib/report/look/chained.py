"""What a notebook shows of official chained dollars when it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import pyplot as plt

from tradelib.quantity.rounding import printed
from tradelib.report.look import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradelib.analysis.real import Consistency
    from tradelib.report.notebook import Record


def show_consistency(record: Record, by_flow: Mapping[str, Consistency], source: str) -> None:
    """Show how far deflating by one index is from the official chained dollars, and in what way.

    Parameters
    ----------
    record : Record
        Takes the figure, the table and their readings.
    by_flow : mapping of str to Consistency
        Of exports and imports.
    source : str
        Foot of the figure.
    """
    distance = pd.DataFrame({flow: each.distance for flow, each in by_flow.items()})
    fig, ax = plt.subplots()
    figures.zero_line(ax)
    figures.lines(ax, distance, {flow: flow.capitalize() for flow in distance})
    worst = distance.abs().max().idxmax()
    at = distance[worst].abs().idxmax()
    title = f"One index misses real {worst} by up to {printed(distance.loc[at, worst], sign=True)}% ({at:%B %Y})"
    unit = "Goods deflated by the all-commodities index against official chained dollars, percent, Census basis"
    alt = "How far deflated exports and imports lie from official chained dollars, two lines around zero."
    record.figure(fig, "distance_from_official", distance, title=title, unit=unit, alt=alt, source=source)
    record.reading(" ".join(_in_words(flow, each) for flow, each in by_flow.items()))
    table = pd.DataFrame({flow.capitalize(): each.by_year for flow, each in by_flow.items()})
    table.index = table.index.astype(str)
    record.table(table, "distance_by_year", "Deflated against chained volume, mean of the year, percent")
    record.reading(
        "The index has fixed, older weights. **Petroleum**: where it weighs more in the index than in what is traded, "
        "the index swings more than the implicit price, and the slope is below 1. **Computers**: what becomes "
        "cheaper all the time weighs more in a chained index, so the implicit price rises less at any rate of the "
        "index, and the drift is below 0. The figures agree with these reasons; they do not prove them."
    )


def _in_words(flow: str, measured: Consistency) -> str:
    seams = ", ".join(f"{month:%B %Y} ({printed(step, sign=True)})" for month, step in measured.jumps.items())
    why = "a seam in one of the two, or a sudden change of what is traded"
    jumps = f" The distance steps, and stays, in {seams}: {why}." if seams else ""
    return f"**{flow.capitalize()}**, changes over twelve months: {measured.summary()}.{jumps}"

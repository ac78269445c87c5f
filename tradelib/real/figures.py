"""What a notebook shows of official chained dollars when it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import pyplot as plt

from tradelib import figures
from tradelib.quantity.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradelib.notebook import Record
    from tradelib.real.consistency import Consistency


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
    distance = pd.DataFrame({flow: c.distance for flow, c in by_flow.items()})
    fig, ax = plt.subplots()
    figures.zero_line(ax)
    figures.lines(ax, distance, {flow: flow.capitalize() for flow in distance})
    worst = distance.abs().max().idxmax()
    at = distance[worst].abs().idxmax()
    title = f"One index misses real {worst} by up to {printed(distance.loc[at, worst], sign=True)}% ({at:%B %Y})"
    unit = "Goods deflated by the all-commodities index against official chained dollars, percent, Census basis"
    alt = "How far deflated exports and imports lie from official chained dollars, two lines around zero."
    record.figure(fig, "distance_from_official", distance, title=title, unit=unit, alt=alt, source=source)
    record.reading(" ".join(_told(flow, c) for flow, c in by_flow.items()))
    table = pd.DataFrame({flow.capitalize(): c.by_year for flow, c in by_flow.items()})
    table.index = table.index.astype(str)
    record.table(table, "distance_by_year", "Deflated against chained volume, mean of the year, percent")
    record.reading(
        "The index has fixed, older weights. **Petroleum**: where it weighs more in the index than in what is traded, "
        "the index swings more than the implicit price, and the slope is below 1. **Computers**: what becomes "
        "cheaper all the time weighs more in a chained index, so the implicit price rises less at any rate of the "
        "index, and the drift is below 0. The figures agree with these reasons; they do not prove them."
    )


def _told(flow: str, c: Consistency) -> str:
    seams = ", ".join(f"{month:%B %Y} ({printed(step, sign=True)})" for month, step in c.jumps.items())
    why = "a seam in one of the two, or a sudden change of what is traded"
    jumps = f" The distance steps, and stays, in {seams}: {why}." if seams else ""
    return f"**{flow.capitalize()}**, changes over twelve months: {c.summary()}.{jumps}"


def show_real_balance(record: Record, balance: pd.DataFrame, source: str) -> None:
    """Show the balance in chained dollars by end use, with the residual that the end uses leave.

    Parameters
    ----------
    record : Record
        Takes the table and its reading.
    balance : pandas.DataFrame
        As ``tradelib.real.balance.real_balance`` returns it, billions.
    source : str
        Where it comes from.
    """
    items = {str(name).split("_census", maxsplit=1)[0].removeprefix("balance_"): name for name in balance}
    rows = {item.replace("_", " "): balance[name].iloc[[-13, -1]] for item, name in items.items()}
    table = pd.DataFrame(rows).T
    table.columns = [f"{month:%b %Y}" for month in table.columns]
    table["change"] = table.iloc[:, 1] - table.iloc[:, 0]
    table.index.name = "Balance"
    record.table(table, "real_balance", f"Real balance by end use, billions of chained dollars ({source})")
    left, total = table.iloc[-1, 1], table.iloc[0, 1]
    record.reading(
        f"End uses in chained dollars do not add up to the total of {printed(total)}: the residual of "
        f"{printed(left, sign=True)} is the difference and stays in sight. The differences in the last column are "
        "**no contributions to real growth**; those need nominal values by end use, which these files do not have."
    )

"""What no account inside a release can see: a figure against its neighbours and against earlier releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS
from tradelib.sources.identities import KEY, REPEATED, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.reader import Table

JUMP = 1.5
"""How far a month may lie from the mean of its neighbours, in mean absolute values of the half years around it."""

REVISION = 0.5
"""How much of the mean absolute value of the year around it a month may be revised by."""

NEAR_ZERO = 10.0
"""Jumps below so many units of the last digit are never refused: a series near zero has no scale."""


def check_against(frames: Sequence[pd.DataFrame], other: pd.DataFrame, where: str) -> None:
    """Check the print of last month that tables repeat against the release that had it first.

    Parameters
    ----------
    frames : sequence of DataFrame
        Facts of tables that may repeat it.
    other : DataFrame
        Facts of the release before.
    where : str
        What that one is called in the message.

    Raises
    ------
    SourceError
        A repeated figure is not the one that was printed.
    """
    facts = pd.concat(frames, ignore_index=True)
    both = common(other[other["edition"] == "current"], facts[facts["edition"] == "previous"])
    wrong = both[(both["value"] - both["value_before"]).abs() > REPEATED + 1e-6]
    if len(wrong):
        row = wrong.iloc[0]
        raise refusal(
            row, found=f"{row['value']:,.12g}, repeated as published last month",
            expected=f"{row['value_before']:,.12g}, as published {where} ({row['file_before']}, {row['cell_before']})",
        )  # fmt: skip


def common(before: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts whose quantity and span have a figure in both frames, those of the first as ``..._before``."""
    names = dict.fromkeys(QUANTITY_COLUMNS, str)
    pair = [part[part["value"].notna()].drop_duplicates(KEY).astype(names) for part in (before, facts)]
    return pair[0].merge(pair[1], on=KEY, suffixes=("_before", ""))


def check_jumps(table: Table, stored: pd.DataFrame | None) -> None:
    """Refuse a month that neither its neighbours nor the stored vintage make possible, in series without accounts.

    Parameters
    ----------
    table : Table
        Of series; totals with the world only, since trade with one partner does jump.
    stored : DataFrame or None
        Facts of the same table in the newest release before.

    Raises
    ------
    SourceError
        A month lies beyond ``JUMP`` from its neighbours, or was revised beyond ``REVISION``.
    """
    facts = table.facts[(table.facts["partner"] == "world") & table.facts["value"].notna()]
    names = list(QUANTITY_COLUMNS)
    old = {} if stored is None else dict(list(stored.groupby(names, observed=True)))
    for key, part in facts.groupby(names, observed=True):
        series = part.set_index("last")["value"]
        size = series.abs().rolling(13, center=True, min_periods=3)
        level = (size.sum() - series.abs()) / (size.count() - 1)
        around = pd.concat([series.shift(1), series.shift(-1)], axis=1).mean(axis=1)
        limits = [(around, JUMP, "the mean of the months around it")]
        if key in old:
            before = old[key].set_index("last")["value"].reindex(series.index)
            limits.append((before, REVISION, "what the release before has"))
        for other, share, words in limits:
            far = (series - other).abs()
            wrong = (far > share * level) & (far > NEAR_ZERO)
            if wrong.any():
                month = wrong.idxmax()
                raise refusal(
                    part[part["last"] == month].iloc[0],
                    found=f"{series[month]:,.12g}, {far[month]:,.6g} from {other[month]:,.12g}, {words}",
                    expected=f"a distance of at most {share:g} times the mean size of a year, {level[month]:,.6g}",
                )

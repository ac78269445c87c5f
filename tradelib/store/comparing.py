"""What a release says anew of months that an earlier one had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.sources.plausible import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.reader import Table
    from tradelib.store.reading import Release


def revisions(tables: Sequence[Table], before: Release | None) -> tuple[pd.DataFrame, int]:
    """Return which figures differ from the release before, compilation by compilation, and how many both have."""
    columns = ["name", "month", "before", "now", "change"]
    if before is None or not tables:
        return pd.DataFrame(columns=columns), 0
    parts = []
    for compilation in dict.fromkeys(table.layout.compilation for table in tables):
        own = [table.facts for table in tables if table.layout.compilation == compilation]
        named = [name for name, entry in before.contents["tables"].items() if entry["compilation"] == compilation]
        old = before.facts[before.facts["exhibit"].isin(named)]
        parts.append(common(*(frame[frame["edition"] == "current"] for frame in (old, pd.concat(own)))))
    both = pd.concat(parts)
    change = both["value"] - both["value_before"]
    both = both.assign(change=change.round(6))
    length = both["last"].astype("int64") - both["first"].astype("int64")
    revised = both[(both["change"] != 0) & (length == length.min())]
    revised = revised.reindex(revised["change"].abs().sort_values(ascending=False, kind="stable").index)
    names = [Quantity(*row).name for row in revised[list(QUANTITY_COLUMNS)].itertuples(index=False, name=None)]
    found = revised.rename(columns={"last": "month", "value_before": "before", "value": "now"})
    return found.assign(name=names)[columns].reset_index(drop=True), len(both)


def moves(release: Release, flow: str) -> pd.Series:
    """Return how commodities changed in the month of a release, largest first, in millions; empty without exhibits."""
    exhibit = {"exports": "7", "imports": "8"}[flow]
    if exhibit not in release.exhibits:
        return pd.Series(dtype=float)
    table = release.wide(flow, "goods/*/*", exhibit=exhibit).astype(float)
    change = table[release.month] - table[release.month - 1]
    return change.reindex(change.abs().sort_values(ascending=False, kind="stable").index)

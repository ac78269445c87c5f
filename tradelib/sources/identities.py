"""What must hold between the figures of one release: accounts, spans of months, repeated figures, unit prices.

The accounts are data (``layouts/identities.toml``) and are run on all tables of a release together, so that a table
read under a wrong meaning contradicts another one. A figure that rounds to zero counts as zero within half a unit.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS
from tradelib.quantity.errors import SourceError
from tradelib.sources.tables import assign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.reader import Table

KEY = [*QUANTITY_COLUMNS, "first", "last"]
_ADDS = {"value", "quantity", "cif_value", "duty"}
REPEATED = 1.0
"""How far two prints of one figure in one release may be apart: tables round for themselves."""

MONTHS_OF_SPAN = 0.5
"""How much the rounding of each month can move the sum of a span."""

UNIT_PRICE = 0.0051
TWO_COMPILATIONS_SINCE = "2001-01"
"""First month in which the Census Bureau's history table and BEA's series are one compilation."""


@dataclass
class Checked:
    """What was checked on a release.

    Attributes
    ----------
    counts : dict of str to int
        By identity, how many figures were checked.
    """

    counts: dict[str, int] = field(default_factory=dict)


@cache
def _sums() -> list[dict[str, Any]]:
    path = Path(__file__).parent / "layouts" / "identities.toml"
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["sums"])


def check(tables: Sequence[Table]) -> Checked:
    """Check all tables of one release together.

    Parameters
    ----------
    tables : sequence of Table
        Of one release, in any files.

    Returns
    -------
    Checked
        How often each identity was checked.

    Raises
    ------
    SourceError
        An identity does not hold; the same figure stands twice with different values; a table that has all terms of
        an identity gave nothing to check. The message names file and cell.
    """
    done = Checked()
    facts = pd.concat([table.facts for table in tables], ignore_index=True)
    _check_release(facts[facts["edition"] == "previous"], done)
    facts = facts[facts["edition"] == "current"]
    for compilation in dict.fromkeys(table.layout.compilation for table in tables):
        own = [table.exhibit for table in tables if table.layout.compilation == compilation]
        part = facts[facts["exhibit"].isin(own)]
        _check_repeated(part, done)
        _check_release(part, done)
    _check_repeated(facts[facts["first"] >= pd.Period(TWO_COMPILATIONS_SINCE, "M")], done)
    return done


def _check_release(facts: pd.DataFrame, done: Checked) -> None:
    unique = facts.drop_duplicates(KEY)
    values = unique["value"].fillna(0.0).where(unique["value"].notna() | (unique["marker"].str.contains(r"\(-\)")))
    keys = list(unique[KEY].astype(dict.fromkeys(QUANTITY_COLUMNS, str)).itertuples(index=False, name=None))
    figures = dict(zip(keys, values.to_numpy(), strict=True))
    rows = dict(zip(keys, unique.index, strict=True))
    children: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    item = QUANTITY_COLUMNS.index("item")
    for key in keys:
        parent, _, last = key[item].rpartition("/")
        if last:
            children[*key[:item], parent, *key[item + 1 :]].append(key)
    for identity in _sums():
        for key in keys:
            if _stands(identity, key):
                _check_sum(identity, key, figures, children, rows, facts, done)
    _check_spans(figures, rows, facts, done)
    _check_unit_prices(figures, rows, facts, done)


def _stands(identity: dict[str, Any], key: tuple[Any, ...]) -> bool:
    if any(key[QUANTITY_COLUMNS.index(name)] == value for name, value in identity.get("except", {}).items()):
        return False
    for name, wanted in identity["only"].items():
        value = key[QUANTITY_COLUMNS.index(name)]
        if name == "price" and wanted == "chained":
            if not value.startswith("chained"):
                return False
        elif value not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return key[QUANTITY_COLUMNS.index("measure")] in (_ADDS | {"three_month_average"})


def _check_sum(
    identity: dict[str, Any], key: tuple[Any, ...], figures: dict[Any, float],
    children: dict[Any, list[Any]], rows: dict[Any, int], facts: pd.DataFrame, done: Checked,
) -> None:  # fmt: skip
    if "parts" in identity:
        terms = [(1.0, child) for child in children.get(key, [])]
        if len(terms) < identity["least"]:
            return
    else:
        terms = [_term(text, key) for text in identity["terms"]]
        if any(term not in figures for _, term in terms):
            return
    total = sum(sign * figures[term] for sign, term in terms)
    if np.isnan(total) or np.isnan(figures[key]):
        return
    done.counts[identity["name"]] = done.counts.get(identity["name"], 0) + 1
    gap = figures[key] - total
    # BEA's annual balances miss by two where its months, published to the million, miss by one.
    if abs(gap) > (identity["within"] + (key[-2] != key[-1])) * _scale(key) + 1e-6:
        raise refusal(
            facts.loc[rows[key]],
            found=f"{figures[key]:,.12g}, a gap of {gap:+,.6g} to {total:,.12g}",
            expected=f"{identity['name']} within {identity['within']}",
        )


def _scale(key: tuple[Any, ...]) -> int:
    return 1000 if key[QUANTITY_COLUMNS.index("unit")].startswith("thousands of dollars") else 1


def _term(text: str, key: tuple[Any, ...]) -> tuple[float, tuple[Any, ...]]:
    changed = list(key)
    for name, value in assign(text.lstrip("-")).items():
        changed[QUANTITY_COLUMNS.index(name)] = value
    return -1.0 if text.startswith("-") else 1.0, tuple(changed)


def _check_spans(figures: dict[Any, float], rows: dict[Any, int], facts: pd.DataFrame, done: Checked) -> None:
    """Check that a year, quarter or year to date is the sum of its months, where all of them are there."""
    name, measure, price = "span = its months", QUANTITY_COLUMNS.index("measure"), QUANTITY_COLUMNS.index("price")
    for key, value in figures.items():
        *quantity, first, last = key
        if first == last or key[measure] not in _ADDS or np.isnan(value) or key[price].startswith("chained"):
            continue
        months = [figures.get((*quantity, month, month), np.nan) for month in pd.period_range(first, last, freq="M")]
        total = float(np.sum(months))
        if np.isnan(total):
            continue
        done.counts[name] = done.counts.get(name, 0) + 1
        allowed = max(MONTHS_OF_SPAN * (len(months) + 1), 1.0)
        if abs(value - total) > allowed + 1e-6:
            raise refusal(
                facts.loc[rows[key]], found=f"{value:,.12g}, while its months add up to {total:,.12g}",
                expected=f"the sum of its months within {allowed:g}",
            )  # fmt: skip


def _check_unit_prices(figures: dict[Any, float], rows: dict[Any, int], facts: pd.DataFrame, done: Checked) -> None:
    name, measure, unit = "value / quantity = unit price", *map(QUANTITY_COLUMNS.index, ("measure", "unit"))
    for key, price in figures.items():
        if key[measure] != "unit_price":
            continue
        parts = []
        for what, of in (("value", "thousands of dollars"), ("quantity", "thousands of barrels")):
            other = list(key)
            other[measure], other[unit] = what, of
            parts.append(figures.get(tuple(other), np.nan))
        if np.isnan(parts).any() or not parts[1]:
            continue
        done.counts[name] = done.counts.get(name, 0) + 1
        if abs(parts[0] / parts[1] - price) > UNIT_PRICE:
            raise refusal(
                facts.loc[rows[key]], found=f"{price:g}, while value / quantity is {parts[0] / parts[1]:.4f}",
                expected=f"{name} within half a cent",
            )  # fmt: skip


def _check_repeated(facts: pd.DataFrame, done: Checked) -> None:
    """Check that a figure that stands in several tables is the same in all."""
    there = facts[facts["value"].notna()]
    repeated = there[there.duplicated(KEY, keep=False)]
    groups = repeated.groupby(KEY, observed=True, sort=False)["value"]
    spread = groups.transform("max") - groups.transform("min")
    done.counts["printed twice"] = done.counts.get("printed twice", 0) + len(spread) - len(groups)
    wrong = repeated[spread > REPEATED + 1e-6]
    if len(wrong):
        first = wrong.iloc[0]
        same = (wrong[KEY] == first[KEY]).all(axis=1) & (wrong["value"] != first["value"])
        other = wrong[same].iloc[0]
        raise refusal(
            first,
            found=f"{first['value']:,.12g}",
            expected=f"{other['value']:,.12g}, as in {other['file']}, {other['cell']}",
        )


def refusal(fact: pd.Series, *, found: str, expected: str) -> SourceError:
    """Return the error that names the file and the cell of a fact."""
    return SourceError(fact["file"], f"{fact['cell']} ({fact['label']})", found=found, expected=expected)

"""Checks of the figures of one release against each other: accounts, sums of months, repeated figures, unit prices.

The accounts are data (``layouts/identities.toml``) and are checked on all tables of a release together, so a table read
with a wrong meaning contradicts another one. The marker ``(-)``, which rounds to zero, counts as zero. Figures without
accounts are checked against neighbouring months and earlier releases.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from functools import cache
from itertools import chain
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pandas as pd

from tradelib.quantity import ADDITIVE, QUANTITY_COLUMNS
from tradelib.quantity.errors import SourceError
from tradelib.sources.tables import assign

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradelib.sources.facts import Table

KEY = [*QUANTITY_COLUMNS, "first", "last"]
_AT = {name: at for at, name in enumerate(QUANTITY_COLUMNS)}
JUMP = 1.5
"""Largest distance of a month from the mean of its two neighbours, in mean absolute values of the year around it."""

REVISION = 0.5
"""Largest revision of a month, in mean absolute values of the year around it."""

NEAR_ZERO = 10.0
"""Distances up to this, in the unit of the series, are never refused: a series near zero has no scale."""

REPEATED = 1.0
"""Tolerance between two prints of one figure in one release: each table is rounded by itself."""

MONTHS_OF_SPAN = 0.5
"""Largest effect of the rounding of one month on the sum of a span."""

UNIT_PRICE = 0.0051
TWO_COMPILATIONS_SINCE = pd.Period("2001-01", "M").ordinal
"""First month in which the Census Bureau's history table and BEA's series must agree."""


class Print(NamedTuple):
    """A figure in one table: its value (NaN if withheld), the facts of the table, and its row in them."""

    value: float
    facts: pd.DataFrame
    row: int


class Claim(NamedTuple):
    """The value that a figure must have, within a tolerance, by an account or by another print of the figure."""

    account: str
    figure: Print
    expected: float
    within: float
    reason: str | Print


Key: TypeAlias = "tuple[str, ...]"
Figures: TypeAlias = "dict[Key, dict[tuple[int, int], Print]]"
"""Prints by the fields of the quantity, then by first and last month, as ordinals."""


def check(tables: Sequence[Table]) -> Counter[str]:
    """Check all tables of one release together.

    Parameters
    ----------
    tables : sequence of Table
        Tables of one release, from any number of files.

    Returns
    -------
    Counter
        Number of figures checked, by identity.

    Raises
    ------
    SourceError
        An identity does not hold, or a figure is printed twice with different values. The message names file and cell.
    """
    done: Counter[str] = Counter()
    parts: dict[str, Figures] = defaultdict(lambda: defaultdict(dict))
    prints: dict[tuple[Any, ...], list[Print]] = defaultdict(list)
    for table in tables:
        facts, compilation = table.facts, table.layout.compilation
        quantities = zip(*(facts[name].astype(object) for name in QUANTITY_COLUMNS), strict=True)
        spans = zip(*(facts[name].array.asi8.tolist() for name in ("first", "last")), strict=True)
        rest = zip(*(facts[name].tolist() for name in ("edition", "value", "marker")), strict=True)
        for row, (quantity, span, (edition, value, marker)) in enumerate(zip(quantities, spans, rest, strict=True)):
            figure = Print(0.0 if isnan(value) and "(-)" in marker else value, facts, row)
            parts[compilation if edition == "current" else edition][quantity].setdefault(span, figure)
            if edition == "current":
                prints["" if span[0] >= TWO_COMPILATIONS_SINCE else compilation, quantity, span].append(figure)
    accounts = (account(figures) for figures in parts.values() for account in (_sums, _spans, _unit_prices))
    for claim in chain(_repeated(prints), *accounts):
        figure, expected = claim.figure, claim.expected
        if isnan(figure.value) or isnan(expected):
            continue
        done[claim.account] += 1
        if abs(figure.value - expected) > claim.within + 1e-6:
            reason = claim.reason
            if isinstance(reason, Print):
                other = reason.facts.iloc[reason.row]
                reason = f"as in {other['file']}, {other['cell']}"
            wanted = f"{expected:,.12g}, {reason}, within {claim.within:g}"
            raise refusal(figure.facts.iloc[figure.row], found=f"{figure.value:,.12g}", expected=wanted)
    return done


@cache
def _declared() -> list[dict[str, Any]]:
    """Return the accounts, with patterns of the left side by field, and each term as a sign and its fields."""
    path = Path(__file__).parent / "layouts" / "identities.toml"
    sums: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["sums"]
    for account in sums:
        only = {"measure": "|".join(ADDITIVE | {"three_month_average"})} | account["only"]
        account["only"] = [(_AT[name], re.compile(pattern)) for name, pattern in only.items()]
        account["terms"] = [
            (-1 if text.startswith("-") else 1, assign(text.lstrip("-"))) for text in account.get("terms", ())
        ]
    return sums


def _changed(key: Key, **fields: str) -> Key:
    return tuple(fields.get(name, text) for name, text in zip(QUANTITY_COLUMNS, key, strict=True))


def _sums(figures: Figures) -> Iterator[Claim]:
    """Yield the claims of the declared accounts; an account without terms sums the direct parts of its item."""
    children: dict[Key, list[tuple[int, Key]]] = defaultdict(list)
    for key in figures:
        parent, _, last = key[_AT["item"]].rpartition("/")
        if last:
            children[_changed(key, item=parent)].append((1, key))
    for account in _declared():
        name = account["name"]
        for key in [key for key in figures if all(pattern.fullmatch(key[at]) for at, pattern in account["only"])]:
            terms = [(sign, _changed(key, **fields)) for sign, fields in account["terms"]] or children[key]
            scale = 1000 if key[_AT["unit"]].startswith("thousands of dollars") else 1
            for span, whole in figures[key].items():
                parts = [sign * figures[term][span].value for sign, term in terms if span in figures.get(term, ())]
                if len(parts) >= account.get("least", len(terms)):
                    # BEA's annual balances are off by up to two million, its monthly ones by one: both are rounded.
                    within = (account["within"] + (span[0] != span[1])) * scale
                    yield Claim(name, whole, sum(parts), within, f"as {name}")


def _spans(figures: Figures) -> Iterator[Claim]:
    """Yield years, quarters and years to date as the sum of their months, if every month has a figure."""
    for key, spans in figures.items():
        if key[_AT["measure"]] in ADDITIVE and not key[_AT["price"]].startswith("chained"):
            for (first, last), whole in spans.items():
                months = [spans[at, at].value for at in range(first, last + 1) if (at, at) in spans]
                if first < last == first + len(months) - 1:
                    within = max(MONTHS_OF_SPAN * (len(months) + 1), 1.0)
                    yield Claim("span = its months", whole, sum(months), within, "as its months add up to")


def _unit_prices(figures: Figures) -> Iterator[Claim]:
    name = "value / quantity = unit price"
    for key in [key for key in figures if key[_AT["measure"]] == "unit_price"]:
        values = figures.get(_changed(key, measure="value", unit="thousands of dollars"), {})
        quantities = figures.get(_changed(key, measure="quantity", unit="thousands of barrels"), {})
        for span, price in figures[key].items():
            if span in values and span in quantities and quantities[span].value:
                yield Claim(name, price, values[span].value / quantities[span].value, UNIT_PRICE, f"as {name}")


def _repeated(prints: dict[tuple[Any, ...], list[Print]]) -> Iterator[Claim]:
    """Yield figures printed in several tables, which must be the same in all."""
    for several in prints.values():
        first, *others = [figure for figure in several if not isnan(figure.value)] or several
        for other in others:
            yield Claim("printed twice", first, other.value, REPEATED, other)


def refusal(fact: pd.Series, *, found: str, expected: str) -> SourceError:
    """Return the error that names the file and the cell of a fact."""
    return SourceError(fact["file"], f"{fact['cell']} ({fact['label']})", found=found, expected=expected)


def check_against(facts: pd.DataFrame, other: pd.DataFrame, where: str) -> None:
    """Check figures repeated "as published last month" against the release that published them.

    Parameters
    ----------
    facts : DataFrame
        Facts of a release, which may repeat figures of the month before.
    other : DataFrame
        Facts of the release about the month before.
    where : str
        Name of that release in the message.

    Raises
    ------
    SourceError
        A repeated figure differs from the published one.
    """
    both = common(other[other["edition"] == "current"], facts[facts["edition"] == "previous"])
    wrong = both[(both["value"] - both["value_before"]).abs() > REPEATED + 1e-6]
    if len(wrong):
        row = wrong.iloc[0]
        raise refusal(
            row, found=f"{row['value']:,.12g}, repeated as published last month",
            expected=f"{row['value_before']:,.12g}, as published {where} ({row['file_before']}, {row['cell_before']})",
        )  # fmt: skip


def common(before: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts whose quantity and span have a figure in both frames; the first frame's end in ``_before``."""
    names = dict.fromkeys(QUANTITY_COLUMNS, str)
    pair = [part[part["value"].notna()].drop_duplicates(KEY).astype(names) for part in (before, facts)]
    return pair[0].merge(pair[1], on=KEY, suffixes=("_before", ""))


def check_jumps(table: Table, stored: pd.DataFrame | None) -> None:
    """Refuse an implausible month, judged by its neighbours and the stored vintage, in series without accounts.

    Parameters
    ----------
    table : Table
        A table of series. Only totals with the world are checked: trade with one partner or in one commodity does jump.
    stored : DataFrame or None
        Facts of the same table in the newest release before.

    Raises
    ------
    SourceError
        A month is farther than ``JUMP`` from its neighbours, or was revised by more than ``REVISION``.
    """
    facts = table.facts[(table.facts["partner"] == "world") & table.facts["value"].notna()]
    facts = facts[facts["item"].str.count("/") < 2]
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
                    expected=f"a distance of at most {share:g} times {level[month]:,.6g}, the mean size of that year",
                )

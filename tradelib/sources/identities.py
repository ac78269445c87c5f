"""What must hold between the figures of one release: accounts, spans of months, repeated figures, unit prices.

The accounts are data (``layouts/identities.toml``) and are run on all tables of a release together, so that a table
read under a wrong meaning contradicts another one. A figure that rounds to zero counts as zero within half a unit.
What no account inside a release can see is checked against the neighbours of a figure and against earlier releases.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from functools import cache
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS
from tradelib.quantity.errors import SourceError
from tradelib.sources.tables import assign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradelib.sources.facts import Table

KEY = [*QUANTITY_COLUMNS, "first", "last"]
_ADDS = {"value", "quantity", "cif_value", "duty"}
_AT = {name: at for at, name in enumerate(QUANTITY_COLUMNS)}
JUMP = 1.5
"""How far a month may lie from the mean of its neighbours, in mean absolute values of the half years around it."""

REVISION = 0.5
"""How much of the mean absolute value of the year around it a month may be revised by."""

NEAR_ZERO = 10.0
"""Jumps below so many units of the last digit are never refused: a series near zero has no scale."""

REPEATED = 1.0
"""How far two prints of one figure in one release may be apart: tables round for themselves."""

MONTHS_OF_SPAN = 0.5
"""How much the rounding of each month can move the sum of a span."""

UNIT_PRICE = 0.0051
TWO_COMPILATIONS_SINCE = pd.Period("2001-01", "M").ordinal
"""First month in which the Census Bureau's history table and BEA's series are one compilation."""


class Print(NamedTuple):
    """A figure where it stands: its value, NaN where it is withheld, the facts of its table and its row there."""

    value: float
    facts: pd.DataFrame
    row: int


Key: TypeAlias = "tuple[str, ...]"
Figures: TypeAlias = "dict[Key, dict[tuple[int, int], Print]]"
"""By the fields of the quantity and the first and last month, as ordinals."""


@cache
def _sums() -> list[dict[str, Any]]:
    """Return the accounts; a term as its sign and the fields that distinguish it from the figure on the left."""
    path = Path(__file__).parent / "layouts" / "identities.toml"
    sums: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["sums"]
    for identity in sums:
        terms = [(-1 if text.startswith("-") else 1, assign(text.lstrip("-"))) for text in identity.get("terms", ())]
        identity["terms"] = [(sign, {_AT[name]: value for name, value in fields.items()}) for sign, fields in terms]
    return sums


def check(tables: Sequence[Table]) -> Counter[str]:
    """Check all tables of one release together.

    Parameters
    ----------
    tables : sequence of Table
        Of one release, in any files.

    Returns
    -------
    Counter
        By identity, how many figures were checked.

    Raises
    ------
    SourceError
        An identity does not hold, or the same figure stands twice with different values. The message names file and
        cell.
    """
    done: Counter[str] = Counter()
    parts: dict[str, Figures] = defaultdict(lambda: defaultdict(dict))
    prints: dict[tuple[Any, ...], list[Print]] = defaultdict(list)
    for table in tables:
        facts, own = table.facts, table.layout.compilation
        quantities = zip(*(facts[name].astype(object) for name in QUANTITY_COLUMNS), strict=True)
        spans = zip(*(facts[name].array.asi8.tolist() for name in ("first", "last")), strict=True)
        rest = zip(*(facts[name].tolist() for name in ("edition", "value", "marker")), strict=True)
        for row, (quantity, span, (edition, value, marker)) in enumerate(zip(quantities, spans, rest, strict=True)):
            figure = Print(0.0 if isnan(value) and "(-)" in marker else value, facts, row)
            parts[own if edition == "current" else edition][quantity].setdefault(span, figure)
            if edition == "current" and not isnan(figure.value):
                prints["" if span[0] >= TWO_COMPILATIONS_SINCE else own, quantity, span].append(figure)
    _check_repeated(prints, done)
    for figures in parts.values():
        _check_sums(figures, done)
        _check_spans(figures, done)
        _check_unit_prices(figures, done)
    return done


def _stands(identity: dict[str, Any], key: Key) -> bool:
    """Tell whether an account has a quantity on its left side."""
    if any(key[_AT[name]] == value for name, value in identity.get("except", {}).items()):
        return False
    for name, wanted in identity["only"].items():
        value = "chained" if name == "price" and key[_AT[name]].startswith("chained") else key[_AT[name]]
        if value not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return key[_AT["measure"]] in (_ADDS | {"three_month_average"})


def _changed(key: Key, fields: dict[int, str]) -> Key:
    return tuple(fields.get(at, text) for at, text in enumerate(key))


def _check_sums(figures: Figures, done: Counter[str]) -> None:
    children: dict[Key, list[Key]] = defaultdict(list)
    for key in figures:
        parent, _, last = key[_AT["item"]].rpartition("/")
        if last:
            children[_changed(key, {_AT["item"]: parent})].append(key)
    for identity in _sums():
        for key in [key for key in figures if _stands(identity, key)]:
            terms = [(sign, _changed(key, fields)) for sign, fields in identity["terms"]]
            least = identity.get("least", len(terms))
            for span, whole in figures[key].items():
                listed = terms or [(1, child) for child in children[key]]
                there = [sign * figures[term][span].value for sign, term in listed
                         if term in figures and span in figures[term]]  # fmt: skip
                total = sum(there) if len(there) >= least else nan
                if isnan(whole.value) or isnan(total):
                    continue
                done[identity["name"]] += 1
                gap, scale = whole.value - total, 1000 if key[_AT["unit"]].startswith("thousands of dollars") else 1
                # BEA's annual balances miss by two where its months, published to the million, miss by one.
                if abs(gap) > (identity["within"] + (span[0] != span[1])) * scale + 1e-6:
                    found = f"{whole.value:,.12g}, a gap of {gap:+,.6g} to {total:,.12g}"
                    raise refusal(whole, found=found, expected=f"{identity['name']} within {identity['within']}")


def _check_spans(figures: Figures, done: Counter[str]) -> None:
    """Check that a year, quarter or year to date is the sum of its months, where all of them are there."""
    for key, spans in figures.items():
        if key[_AT["measure"]] not in _ADDS or key[_AT["price"]].startswith("chained"):
            continue
        for (first, last), whole in spans.items():
            months = [spans[at, at].value if (at, at) in spans else nan for at in range(first, last + 1)]
            total = sum(months)
            if first == last or isnan(whole.value) or isnan(total):
                continue
            done["span = its months"] += 1
            allowed = max(MONTHS_OF_SPAN * (len(months) + 1), 1.0)
            if abs(whole.value - total) > allowed + 1e-6:
                found = f"{whole.value:,.12g}, while its months add up to {total:,.12g}"
                raise refusal(whole, found=found, expected=f"the sum of its months within {allowed:g}")


def _check_unit_prices(figures: Figures, done: Counter[str]) -> None:
    name = "value / quantity = unit price"
    terms = [{_AT["measure"]: measure, _AT["unit"]: f"thousands of {of}"}
             for measure, of in (("value", "dollars"), ("quantity", "barrels"))]  # fmt: skip
    for key in [key for key in figures if key[_AT["measure"]] == "unit_price"]:
        value, quantity = (figures.get(_changed(key, term), {}) for term in terms)
        for span, price in figures[key].items():
            if span not in value or span not in quantity or not quantity[span].value:
                continue
            expected = value[span].value / quantity[span].value
            if isnan(expected):
                continue
            done[name] += 1
            if abs(expected - price.value) > UNIT_PRICE:
                found = f"{price.value:g}, while value / quantity is {expected:.4f}"
                raise refusal(price, found=found, expected=f"{name} within half a cent")


def _check_repeated(prints: dict[tuple[Any, ...], list[Print]], done: Counter[str]) -> None:
    """Check that a figure that stands in several tables is the same in all."""
    for first, *others in prints.values():
        done["printed twice"] += len(others)
        for other in others:
            if abs(other.value - first.value) > REPEATED + 1e-6:
                where = other.facts.iloc[other.row]
                expected = f"{other.value:,.12g}, as in {where['file']}, {where['cell']}"
                raise refusal(first, found=f"{first.value:,.12g}", expected=expected)


def refusal(fact: pd.Series | Print, *, found: str, expected: str) -> SourceError:
    """Return the error that names the file and the cell of a fact."""
    fact = fact.facts.iloc[fact.row] if isinstance(fact, Print) else fact
    return SourceError(fact["file"], f"{fact['cell']} ({fact['label']})", found=found, expected=expected)


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

"""What must hold between the figures of one release: accounts, spans of months, repeated figures, unit prices.

The accounts are data (``layouts/identities.toml``) and are run on all tables of a release together, so that a table
read under a wrong meaning contradicts another one. A figure that rounds to zero counts as zero within half a unit.
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
    from collections.abc import Iterator, Sequence

    from tradelib.sources.reader import Table

KEY = [*QUANTITY_COLUMNS, "first", "last"]
_ADDS = {"value", "quantity", "cif_value", "duty"}
_AT = {name: at for at, name in enumerate(QUANTITY_COLUMNS)}
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
        own = table.layout.compilation
        for quantity, span, edition, figure in _prints(table):
            parts[own if edition == "current" else edition][quantity].setdefault(span, figure)
            if edition == "current" and not isnan(figure.value):
                prints["" if span[0] >= TWO_COMPILATIONS_SINCE else own, quantity, span].append(figure)
    _check_repeated(prints, done)
    for figures in parts.values():
        _check_sums(figures, done)
        _check_spans(figures, done)
        _check_unit_prices(figures, done)
    return done


def _prints(table: Table) -> Iterator[tuple[Key, tuple[int, int], str, Print]]:
    facts = table.facts
    quantities = zip(*(facts[name].astype(object) for name in QUANTITY_COLUMNS), strict=True)
    spans = zip(facts["first"].array.asi8.tolist(), facts["last"].array.asi8.tolist(), strict=True)
    rest = zip(facts["edition"].astype(object), facts["value"].tolist(), facts["marker"].tolist(), strict=True)
    for row, (quantity, span, (edition, value, marker)) in enumerate(zip(quantities, spans, rest, strict=True)):
        yield quantity, span, edition, Print(0.0 if isnan(value) and "(-)" in marker else value, facts, row)


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
    of = (("value", "thousands of dollars"), ("quantity", "thousands of barrels"))
    for key in [key for key in figures if key[_AT["measure"]] == "unit_price"]:
        value, quantity = (
            figures.get(_changed(key, {_AT["measure"]: measure, _AT["unit"]: unit}), {}) for measure, unit in of
        )
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

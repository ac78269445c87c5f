"""What a published figure measures: its name, its label, and what it may be added to or compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import permutations
from typing import Literal

from tradelib.quantity.errors import ComparabilityError
from tradelib.quantity.labels import WORDS, item_label, partner_label

WORLD = "world"

ADDITIVE = {"value", "quantity", "cif_value", "duty"}
"""Measures whose parts add up to the whole."""


@dataclass(frozen=True)
class Quantity:
    """Everything that must agree for figures to be comparable; a figure adds the period and the value.

    Attributes
    ----------
    flow : {"exports", "imports", "balance", "gdp"}
        A balance is exports minus imports, negative for a deficit.
    item : str
        Path from the whole to its parts: ``total``, ``goods``, ``goods/capital_goods/semiconductors``,
        ``services/travel``.
    partner : str
        ``world``, a country or an area.
    basis : str
        ``bop`` (balance of payments), ``census``, ``net`` (the net adjustments from Census to BOP), ``nipa`` (national
        accounts), ``bls``, ``consumption`` (imports for consumption).
    adjustment : {"sa", "nsa"}
        Seasonally adjusted by the agency, or not.
    price : str
        ``current``, ``chained2017`` with the reference year that the file names, ``base2000`` for an index.
    measure : str
        ``value``, ``quantity``, ``per_day``, ``unit_price``, ``three_month_average``, ``index`` ...
    unit : str
        Unit as published.

    Examples
    --------
    >>> Quantity("exports", "goods/capital_goods/semiconductors", basis="census").name
    'exports_goods_capital_goods_semiconductors_census_sa'
    >>> Quantity("imports", "goods", "china", "census", "nsa").label()
    'Imports of goods from China, Census basis, not seasonally adjusted'
    """

    flow: str
    item: str = "total"
    partner: str = WORLD
    basis: str = "bop"
    adjustment: str = "sa"
    price: str = "current"
    measure: str = "value"
    unit: str = "millions of dollars"

    @cached_property
    def name(self) -> str:
        """The canonical name: every field but the unit; partner, price and measure only if they are not the default."""
        parts = [self.flow, self.item.replace("/", "_")]
        parts += [self.partner.replace("/", "_")] if self.partner != WORLD else []
        parts += [self.basis, self.adjustment]
        parts += [self.price] if self.price != "current" else []
        parts += [self.measure] if self.measure != "value" else []
        return "_".join(parts)

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other accepted names: codes of FRED and BLS, and shorter names, such as of categories without their root."""
        root, _, rest = self.item.partition("/")
        names = [code for code, name in WORDS["mnemonics"].items() if name == self.name]
        if rest and root in ("goods", "services") and self.partner == WORLD:
            names.append(replace(self, item=rest).name)
        if self.measure == "index" and self.basis == "bls":
            names.append(replace(self, item="price_index", measure="value").name)
        if self.item == "goods" and self.partner == WORLD:
            names.append(replace(self, item="goods_world").name)
        return tuple(names)

    def label(self, length: Literal["long", "short"] = "long") -> str:
        """Return the quantity in words.

        Parameters
        ----------
        length : {"long", "short"}
            The short label leaves out basis and adjustment.
        """
        if self.flow == "gdp":
            return WORDS["flow"]["gdp"]
        real = "real " if self.price.startswith("chained") else ""
        text = f"{real}{WORDS['flow'][self.flow]} {item_label(self.item)}"
        if self.measure == "index":
            text = f"{self.flow.removesuffix('s')} price index for {item_label(self.item)}"
        if self.partner != WORLD:
            text += f" {WORDS['link'][self.flow]} {partner_label(self.partner)}"
        text = text[0].upper() + text[1:]
        if length == "short":
            return text
        plain = self.measure in {"value", "index"}
        notes = [] if plain else [WORDS["measure"].get(self.measure, self.measure.replace("_", " "))]
        notes += [WORDS["basis"][self.basis]] if self.basis != "bop" else []
        notes += [WORDS["adjustment"][self.adjustment]] if self.basis == "census" or self.adjustment == "nsa" else []
        notes += [f"chained {self.price.removeprefix('chained')} dollars"] if real else []
        return ", ".join([text, *notes])

    @property
    def terms(self) -> str:
        """Basis, adjustment and price basis in words, for the foot of a table."""
        words = [WORDS["basis"][self.basis], WORDS["adjustment"][self.adjustment]]
        words += [f"{self.price.replace('chained', 'chained ')} dollars"] if self.price.startswith("chained") else []
        return ", ".join(words)

    @property
    def partition(self) -> str:
        """The classification that the item belongs to; sums are allowed only within one classification."""
        root, *steps = self.item.split("/")
        if root == "goods" and steps:
            return WORDS["partition"].get(steps[0], "end use")
        return root

    @property
    def is_additive(self) -> bool:
        """Whether parts add up to the whole; ranks, averages, prices and chained dollars do not."""
        return self.measure in ADDITIVE and not self.price.startswith(("chained", "base"))


QUANTITY_COLUMNS = tuple(field.name for field in fields(Quantity))
FACT_COLUMNS = (
    *QUANTITY_COLUMNS, "first", "last", "value", "marker", "edition", "exhibit", "file", "cell", "label",
)  # fmt: skip
"""Columns of the long table of facts: quantity, period, value and marker, edition, and location in the file."""


def require_comparable(quantities: Iterable[Quantity], *, but: Iterable[str] = ("flow", "item", "partner")) -> None:
    """Refuse a formula over quantities that differ in a field that must agree.

    Parameters
    ----------
    quantities : iterable of Quantity
        The quantities in the formula.
    but : iterable of str
        Fields that may differ.

    Raises
    ------
    ComparabilityError
        Two quantities differ in another field; the message names both.
    """
    listed = list(quantities)
    for name in QUANTITY_COLUMNS:
        if name in but:
            continue
        for other in listed[1:]:
            if getattr(other, name) != getattr(listed[0], name):
                raise ComparabilityError(
                    f"{listed[0].name} and {other.name} differ in {name}: {getattr(listed[0], name)} and "
                    f"{getattr(other, name)}; they are never mixed in one formula"
                )


def require_addable(quantities: Iterable[Quantity], *, is_sum: bool = False) -> None:
    """Refuse a sum or difference that mixes bases, units or classifications, or contains averages or prices.

    Parameters
    ----------
    quantities : iterable of Quantity
        The quantities in the formula.
    is_sum : bool
        All of them are added: also refuse a quantity that is part of another, which the sum would count twice.

    Raises
    ------
    ComparabilityError
        The quantities do not add up; the message names them.
    """
    listed = list(quantities)
    require_comparable(listed)
    for quantity in listed:
        if not quantity.is_additive:
            raise ComparabilityError(f"{quantity.name} does not add up: {quantity.price} {quantity.measure}")
    for whole, part in permutations(listed, 2) if is_sum else ():
        is_inside = part.item.startswith(f"{whole.item}/") or whole.item == "total" != part.item
        if is_inside and (whole.flow, whole.partner) == (part.flow, part.partner):
            raise ComparabilityError(f"{part.name} is part of {whole.name}; a sum would count it twice")
    parts = [quantity for quantity in listed if quantity.item.startswith("goods/")]
    if len(partitions := sorted({quantity.partition for quantity in parts})) > 1:
        raise ComparabilityError(f"{' and '.join(partitions)} are different classifications and cut across each other")


class Origins(dict[str, dict[str, str]]):
    """The origin of each column of a loaded frame, by name, kept in its ``attrs``.

    pandas makes a deep copy of ``attrs`` in every operation. For nested dictionaries ``copy.deepcopy`` takes longer
    than most operations; as their values are immutable texts, copying two levels gives the same.
    """

    def __deepcopy__(self, _: object) -> Origins:
        """Return a copy that shares only immutable texts."""
        return Origins({name: about.copy() for name, about in self.items()})

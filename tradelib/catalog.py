"""What each series is: flow, item, basis, adjustment, price basis, unit, source and mnemonic.

The name of a series says all that makes the quantity what it is, so two series that are not
comparable cannot share a name.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from tradelib.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

Flow = Literal["exports", "imports", "balance"]
Adjustment = Literal["sa", "nsa"]
MILLIONS = "millions of U.S. dollars"


@dataclass(frozen=True, slots=True)
class Series:
    """One published monthly series.

    Attributes
    ----------
    flow : {"exports", "imports", "balance"}
        The balance is exports minus imports, negative for a deficit.
    item : str
        ``total`` (goods and services), ``goods``, ``services``, ``price_index``; for real goods an end use
        such as ``capital_goods``, or ``residual``.
    basis : str
        ``bop`` (balance of payments), ``census``, or ``bls`` for price indexes. Never mixed.
    adjustment : {"sa", "nsa"}
        Seasonally adjusted by the agency, or not.
    family : str
        The source family in the store that holds it.
    label : str
        How a figure names it.
    mnemonic : str or None
        The FRED code of the same series.
    price_basis : str
        ``current``, ``chained2012``, ``chained2017``, or ``base2000`` for an index.
    unit : str
        Unit of the stored values.
    """

    flow: Flow
    item: str
    basis: str
    adjustment: Adjustment
    family: str
    label: str
    mnemonic: str | None = None
    price_basis: str = "current"
    unit: str = MILLIONS

    @property
    def name(self) -> str:
        """Column name, for example ``balance_total_bop_sa``."""
        parts = [self.flow, self.item, self.basis, self.adjustment]
        if self.price_basis != "current":
            parts.append(self.price_basis)
        return "_".join(parts)

    def same_item(self, other: Series) -> bool:
        """Tell whether the two differ in their flow only, so that exports minus imports is the balance."""
        return replace(self, flow="balance", label="", mnemonic=None) == replace(
            other, flow="balance", label="", mnemonic=None
        )


def _bop() -> Iterable[Series]:
    """Yield the nine series of the history table in its column order; FRED builds their codes the same way."""
    flows: dict[Flow, str] = {"balance": "", "exports": "EXP", "imports": "IMP"}
    items = {"total": "T", "goods": "G", "services": "S"}
    for flow, ending in flows.items():
        for item, letter in items.items():
            mnemonic = f"BOP{letter}{ending}" if ending else f"BOP{letter}B"
            if (flow, item) == ("balance", "total"):
                mnemonic = "BOPGSTB"
            what = {"total": "goods and services"}.get(item, item)
            label = f"{flow.capitalize()} of {what}" if ending else f"Balance on {what}"
            yield Series(flow, item, "bop", "sa", "census_history", label, mnemonic)


def _census_goods() -> Iterable[Series]:
    words: dict[Adjustment, str] = {"sa": "adjusted", "nsa": "not adjusted"}
    flows: tuple[Flow, ...] = ("exports", "imports")
    for adjustment, word in words.items():
        for flow in flows:
            label = f"{flow.capitalize()} of goods, Census basis, {word}"
            yield Series(flow, "goods", "census", adjustment, "census_goods", label)


def _prices() -> Iterable[Series]:
    codes: dict[Flow, str] = {"imports": "IR", "exports": "IQ"}
    for flow, mnemonic in codes.items():
        label = f"{flow.capitalize()[:-1]} price index, all commodities"
        yield Series(flow, "price_index", "bls", "nsa", "bls_prices", label, mnemonic, "base2000", "index, 2000 = 100")


def _real_goods() -> Iterable[Series]:
    """Yield real goods by end use; the chained parts and the residual add to the total, the parts alone do not."""
    items = {
        "goods": "goods",
        "foods": "foods, feeds and beverages",
        "industrial_supplies": "industrial supplies",
        "capital_goods": "capital goods",
        "automotive": "automotive vehicles",
        "consumer_goods": "consumer goods",
        "other_goods": "other goods",
        "residual": "goods, residual of chaining",
    }
    flows: tuple[Flow, ...] = ("exports", "imports")
    for year in (2012, 2017):
        for flow in flows:
            for item, what in items.items():
                label, unit = f"Real {flow} of {what}", f"millions of chained ({year}) dollars"
                yield Series(flow, item, "census", "sa", "real_goods", label, None, f"chained{year}", unit)


CATALOG: dict[str, Series] = {s.name: s for s in (*_bop(), *_census_goods(), *_prices(), *_real_goods())}
_MNEMONICS = {s.mnemonic: s.name for s in CATALOG.values() if s.mnemonic}


def find(words: str | Iterable[str], more: Mapping[str, Series] | None = None) -> list[Series]:
    """Return the series that names, FRED mnemonics or patterns stand for, in the order asked, each once.

    Parameters
    ----------
    words : str or iterable of str
        ``"balance_total_bop_sa"``, ``"BOPGSTB"`` or a shell pattern such as ``"exports_*_bop_sa"``. A pattern
        finds chained dollars only if it says so: ``"exports_*_chained2012"``.
    more : mapping of str to Series, optional
        Series by name beside those of the catalog, for words that stand for none of it.

    Raises
    ------
    ParameterError
        A word stands for nothing; the message offers what is close.
    """
    found: dict[str, Series] = {}
    for word in [words] if isinstance(words, str) else words:
        name = _MNEMONICS.get(word, word)
        hits = [s for s in CATALOG.values() if fnmatchcase(s.name, name) and _is_meant(s, name)]
        hits = hits or [s for s in (more or {}).values() if fnmatchcase(s.name, name)]
        if not hits:
            known = [*CATALOG, *_MNEMONICS, *(more or {})]
            raise ParameterError(f"unknown series {word!r}; {did_you_mean(word, known)}")
        found |= {s.name: s for s in hits}
    return list(found.values())


def _is_meant(series: Series, pattern: str) -> bool:
    """Tell whether a pattern means a series: chained dollars only where it says so, so that none mixes them in."""
    return "chained" in pattern or not series.price_basis.startswith("chained")


def table(words: str | Iterable[str] | None = None) -> pd.DataFrame:
    """Return the catalog, or what some words of it stand for, as a frame, one row a series, indexed by name."""
    import pandas as pd  # the catalog itself needs no pandas

    shown = CATALOG.values() if words is None else find(words)
    return pd.DataFrame([{"name": s.name, **asdict(s)} for s in shown]).set_index("name")

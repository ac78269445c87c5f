"""The catalog: names that say what a series is, and the words that find them."""

from __future__ import annotations

import pytest

from tradelib import catalog
from tradelib.catalog import CATALOG, find
from tradelib.errors import ParameterError

MNEMONICS = {
    "BOPGSTB": "balance_total_bop_sa", "BOPGB": "balance_goods_bop_sa", "BOPSB": "balance_services_bop_sa",
    "BOPTEXP": "exports_total_bop_sa", "BOPGEXP": "exports_goods_bop_sa", "BOPSEXP": "exports_services_bop_sa",
    "BOPTIMP": "imports_total_bop_sa", "BOPGIMP": "imports_goods_bop_sa", "BOPSIMP": "imports_services_bop_sa",
    "IQ": "exports_price_index_bls_nsa_base2000", "IR": "imports_price_index_bls_nsa_base2000",
}  # fmt: skip


@pytest.mark.parametrize("mnemonic", MNEMONICS)
def test_fred_mnemonic(mnemonic):
    (got,) = find(mnemonic)
    assert got.name == MNEMONICS[mnemonic]
    assert got.mnemonic == mnemonic


def test_every_mnemonic_is_told_above():
    assert {s.mnemonic: s.name for s in CATALOG.values() if s.mnemonic} == MNEMONICS


def test_name_says_all_that_makes_a_quantity():
    for name, s in CATALOG.items():
        assert name.startswith(f"{s.flow}_{s.item}_{s.basis}_{s.adjustment}")
        assert (s.price_basis == "current") != name.endswith(s.price_basis)
    told = {(s.flow, s.item, s.basis, s.adjustment, s.price_basis) for s in CATALOG.values()}
    assert len(told) == len(CATALOG)


def test_pattern_keeps_the_order_of_the_catalog_and_each_series_once():
    got = [s.name for s in find(["exports_*_bop_sa", "BOPGSTB", "exports_goods_bop_sa"])]
    expected = ["exports_total_bop_sa", "exports_goods_bop_sa", "exports_services_bop_sa", "balance_total_bop_sa"]
    assert got == expected


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("BOPGTSB", "did you mean BOPGSTB"),
        ("balance_total_bop", "did you mean balance_total_bop_sa"),
        ("Balance_total_bop_sa", "balance_total_bop_sa"),
        ("soybeans", "possible: BOPGB"),
        ("", "possible: BOPGB"),
        ("exports_*_bop_nsa", "exports_"),
    ],
)
def test_unknown_series_is_an_error_that_helps(word, hint):
    with pytest.raises(ParameterError, match="unknown series") as caught:
        find(["BOPGSTB", word])
    assert repr(word) in str(caught.value)
    assert hint in str(caught.value)


def test_table_has_one_row_a_series():
    got = catalog.table()
    assert list(got.index) == list(CATALOG)
    assert got.loc["imports_services_bop_sa"].to_dict() == {
        "flow": "imports", "item": "services", "basis": "bop", "adjustment": "sa", "family": "census_history",
        "label": "Imports of services", "mnemonic": "BOPSIMP", "price_basis": "current",
        "unit": "millions of U.S. dollars",
    }  # fmt: skip

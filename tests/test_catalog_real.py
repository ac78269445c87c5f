"""Real goods in the catalog."""

import pytest

from tradelib import catalog
from tradelib.sources.real_goods import END_USES


@pytest.mark.parametrize("year", [2012, 2017])
def test_real_goods_are_catalogued_as_the_reader_names_them(year):
    got = [s.name for s in catalog.find(f"exports_*_chained{year}")]
    assert got == [f"exports_{item}_census_sa_chained{year}" for item in ("goods", *END_USES.values(), "residual")]


def test_a_pattern_mixes_in_no_chained_dollars():
    got = {s.price_basis for s in catalog.find(["exports_*", "imports_*_sa*"])}
    assert got == {"current", "base2000"}
    assert len(catalog.table()) == len(catalog.CATALOG)

import pytest

from tradelib.notebook import Record
from tradelib.parameters import Trend
from tradelib.rounding import printed


@pytest.mark.parametrize(
    ("value", "sign", "expected"),
    [
        (-68.901, False, "\u221268.9"),
        (1.3, True, "+1.3"),
        (1234.56, False, "1,234.6"),
        (-0.04, True, "0.0"),
        (0, True, "0.0"),
    ],
)
def test_numbers_in_prose(value, sign, expected):
    assert printed(value, sign=sign) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("balance_total_bop_sa", "Billions of dollars a month, seasonally adjusted, BOP basis"),
        ("imports_goods_census_nsa", "Billions of dollars a month, not seasonally adjusted, Census basis"),
        ("exports_goods_bls_nsa_base2000_index", "Index, 2000 = 100, not seasonally adjusted"),
    ],
)
def test_the_unit_line_says_unit_adjustment_and_basis(name, expected):
    record = Record(Trend(series=name), title="t", question="q")
    record.load(name)
    assert record.unit(name) == expected

import pytest

from tradelib.quantity.rounding import printed
from tradelib.report.notebook import CheckFailed, Record
from tradelib.report.parameters import notebooks


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
def test_numbers_in_prose_have_their_sign_and_one_decimal(value, sign, expected):
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
    record = Record(notebooks()["23_trend"](series=name), title="t", question="q")
    record.load(name)
    assert record.unit(name) == expected


@pytest.mark.parametrize(
    ("got", "asked", "said"),
    [
        (0.004, {"at_most": 0.01}, "ok   gap: got 0.004, expected at most 0.01"),
        (0.02, {"at_most": 0.01}, "FAIL gap: got 0.02, expected at most 0.01"),
        (1e-14, {"at_most": 1e-9}, "ok   gap: got 0, expected at most 1e-09"),
        (-17.3031, {"expected": -17.303, "within": 0.001}, "ok   gap: got -17.3031, expected -17.303 within 0.001"),
        (-17.31, {"expected": -17.303, "within": 0.001}, "FAIL gap: got -17.31, expected -17.303 within 0.001"),
        ("140.5", {"expected": "140.5"}, "ok   gap: got 140.5, expected 140.5"),
        (["2020-04"], {"expected": []}, "FAIL gap: got 2020-04, expected none"),
        (float("nan"), {"at_most": 0.01}, "FAIL gap: got nan, expected at most 0.01"),
    ],
)
def test_a_check_compares_and_prints_both_sides(capsys, got, asked, said):
    record = Record(notebooks()["23_trend"](), title="t", question="q")
    capsys.readouterr()
    record.check("gap", got, **asked)
    assert capsys.readouterr().out.rstrip("\n") == said
    if said.startswith("FAIL"):
        with pytest.raises(CheckFailed, match="gap"):
            record.finish()
    else:
        record.finish()

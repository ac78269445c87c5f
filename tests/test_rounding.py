"""Rounding for print is exact and half up, and ties are recognized."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from tradelib.quantity.rounding import exact, half_up, is_tie, printed

MILLIONS = st.integers(-2_000_000, 2_000_000)


@given(MILLIONS)
def test_rounding_is_decimal_and_half_up(millions):
    expected = (Decimal(millions) / 1000).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert half_up(Fraction(millions, 1000)) == expected
    assert half_up(millions / 1000) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.25, "0.3"), (-0.25, "\u22120.3"), (68.95, "69.0"), (-0.04, "0.0"), (1061.65, "1,061.7"), (2.675, "2.7")],
)
def test_values_are_printed_with_one_decimal(value, expected):
    assert printed(value) == expected


def test_values_are_printed_with_sign_and_decimals():
    got = [printed(5.83, sign=True), printed(-5.83, sign=True), printed(0.01, sign=True), printed(12.5, 0)]
    assert got == ["+5.8", "\u22125.8", "0.0", "13"]


@given(MILLIONS)
def test_a_tie_is_half_way_between_two_prints(millions):
    got = is_tie(Fraction(millions, 1000))
    assert got == (abs(millions) % 100 == 50)
    assert is_tie(millions / 1000) == got


def test_a_float_is_the_decimal_it_was_published_as():
    assert exact(0.1) == Fraction(1, 10)
    assert exact(Decimal("0.1")) == Fraction(1, 10)
    assert exact(-68901.0) == -68901


def test_the_change_of_december_2024_is_rounded_as_published():
    """The release of 2025-02-05 printed 98.4 after 78.9, an increase of 24.7 percent, from these millions."""
    now, then = Fraction(98_431), Fraction(78_940)
    got = [printed(now / 1000), printed(then / 1000), printed(100 * (now - then) / then)]
    assert got == ["98.4", "78.9", "24.7"]

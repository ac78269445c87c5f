"""Rounding for display: exact, half away from zero.

The agencies compute from unrounded values and round last. Binary floats cannot reproduce that: ``f"{0.25:.1f}"`` is
0.2, and the float 0.35 is slightly less than 0.35. So values are taken as the published decimals, computed with as
fractions, and rounded half up on their magnitude.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from numbers import Rational

Value: TypeAlias = "Rational | Decimal | float"
HALF = Fraction(1, 2)


def exact(value: Value) -> Fraction:
    """Return a value as a fraction; a float counts as its shortest decimal, which is how it was published."""
    if isinstance(value, float):
        return Fraction(int(value) if value.is_integer() else repr(float(value)))
    return Fraction(value)


def half_up(value: Value, decimals: int = 1) -> Decimal:
    """Round half up on the magnitude: 0.25 to 0.3, -0.25 to -0.3, never to a negative zero.

    Parameters
    ----------
    value : float, Decimal, int or Fraction
        A finite number.
    decimals : int
        Digits after the decimal point.
    """
    fraction = exact(value)
    units = math.floor(abs(fraction) * 10**decimals + HALF)
    return Decimal(units if fraction >= 0 else -units).scaleb(-decimals)


def is_tie(value: Value, decimals: int = 1) -> bool:
    """Return whether a value lies exactly half-way between two rounded values."""
    return bool((abs(exact(value)) * 10**decimals) % 1 == HALF)


def printed(value: Value, decimals: int = 1, *, sign: bool = False) -> str:
    """Return a value as text, rounded half up, with thousands commas and a true minus sign.

    Examples
    --------
    >>> printed(1061.65)
    '1,061.7'
    >>> printed(5.83, sign=True)
    '+5.8'
    """
    rounded = half_up(value, decimals)
    plus = "+" if sign and rounded > 0 else ""
    return f"{plus}{rounded:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")

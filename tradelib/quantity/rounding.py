"""Rounding for print: exact, half up, and honest about what whole millions cannot settle.

The agencies compute from unrounded values and round last. Binary floats cannot do that by themselves
(``f"{0.25:.1f}"`` is 0.2 and 68.95 lies below 68.95), so values are taken as the decimals they were published
as, computed with as fractions, and rounded half up on their magnitude.
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
    """Return a value as a fraction; a float is the shortest decimal that stands for it, as it was published."""
    if isinstance(value, float):
        return Fraction(int(value) if value.is_integer() else repr(float(value)))
    return Fraction(value)


def half_up(value: Value, decimals: int = 1) -> Decimal:
    """Round half up on the magnitude: 0.25 to 0.3, -0.25 to -0.3, and never to a negative zero.

    Parameters
    ----------
    value : float, Decimal, int or Fraction
        Finite.
    decimals : int
        Digits kept after the point.
    """
    fraction = exact(value)
    units = math.floor(abs(fraction) * 10**decimals + HALF)
    return Decimal(units if fraction >= 0 else -units).scaleb(-decimals) if units else Decimal(0).scaleb(-decimals)


def is_tie(value: Value, decimals: int = 1) -> bool:
    """Whether a value lies exactly half-way between two prints."""
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

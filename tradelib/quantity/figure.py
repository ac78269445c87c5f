"""Numbers that carry their provenance: the expression over published cells that they were computed from.

A ``Figure`` is a float. Ordinary arithmetic, also inside pandas objects of dtype ``object``, keeps the expression, so a
number in a sentence or a table can be traced back to the cells of the official file. The value is computed exactly, in
fractions made from the published decimals, and rounded once, for display.
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self, TypeAlias

from tradelib.quantity.rounding import exact, printed

_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_SHOWN = 12
"""The largest number of terms that a formula writes out."""


@dataclass(frozen=True)
class Cell:
    """One published figure: its quantity, its period, and its location in the official file.

    Attributes
    ----------
    name : str
        Name of the quantity.
    period : str
        ``2025-03``; ``2025-01..2025-03`` for a longer span.
    value : Fraction
        As published.
    exhibit, cell, file, sha256 : str
        Its location: the table, the address in the table, the official file and its hash.
    released : str
        Day of the release.
    marker : str
        What the cell says besides its number, such as ``(R)``.
    unit : str
        As published.
    """

    name: str
    period: str
    value: Fraction
    exhibit: str = ""
    cell: str = ""
    file: str = ""
    sha256: str = ""
    released: str = ""
    marker: str = ""
    unit: str = "millions of dollars"

    def __str__(self) -> str:
        return f"{self.name}[{self.period}]"


Term: TypeAlias = "Cell | Fraction | tuple[Any, ...]"
"""A cell, a number, or a tuple of an operation (``+``, ``-``, ``*``, ``/``, ``abs``) and its operands."""


def _written(term: Term, *, values: bool, inner: bool = False) -> str:
    """Return a term as text, with names or with their values."""
    if isinstance(term, Fraction):
        return f"{term}" if term.denominator == 1 else f"{float(term):.12g}"
    if isinstance(term, Cell):
        return printed(term.value, 0 if term.value.denominator == 1 else 2) if values else str(term)
    sign, *parts = term
    terms = [_written(part, values=values, inner=True) for part in parts]
    if sign == "abs":
        return f"|{terms[0]}|"
    if len(terms) > _SHOWN:
        terms = [*terms[: _SHOWN - 1], f"... ({len(parts)} terms)"]
    text = f" {sign} ".join(terms).replace("*", "\N{MULTIPLICATION SIGN}")
    return f"({text})" if inner else text


def _cells(term: Term) -> Iterator[Cell]:
    if isinstance(term, Cell):
        yield term
    elif isinstance(term, tuple):
        for part in term[1:]:
            yield from _cells(part)


def _operator(sign: str) -> tuple[Any, Any]:
    """Return the method of an operator and its reflected method."""

    def of_left(self: Figure, other: object) -> Any:
        return self._with(sign, other)

    def of_right(self: Figure, other: object) -> Any:
        return self._with(sign, other, swapped=True)

    return of_left, of_right


class Figure(float):
    """A float with the expression over published cells that made it.

    Examples
    --------
    >>> march = Figure.of(Cell("balance_total_bop_sa", "2025-03", Fraction(-140498)))
    >>> february = Figure.of(Cell("balance_total_bop_sa", "2025-02", Fraction(-123184)))
    >>> (march - february).formula
    'balance_total_bop_sa[2025-03] - balance_total_bop_sa[2025-02]'
    >>> float(march - february)
    -17314.0
    """

    term: Term
    exact: Fraction

    @classmethod
    def of(cls, cell: Cell) -> Self:
        """Return a cell as a figure."""
        return cls._made(cell, cell.value)

    @classmethod
    def _made(cls, term: Term, value: Fraction) -> Self:
        figure = cls(value)
        figure.term, figure.exact = term, value
        return figure

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the expression, each once, in order."""
        return list(dict.fromkeys(_cells(self.term)))

    @property
    def formula(self) -> str:
        """The expression with names and months."""
        return _written(self.term, values=False)

    @property
    def working(self) -> str:
        """The expression with values in place of names."""
        return _written(self.term, values=True)

    @property
    def key(self) -> str:
        """A short hash of the expression and its cells; equal expressions have equal keys."""
        text = repr(self.term)
        return "p" + hashlib.sha256(text.encode()).hexdigest()[:10]

    def _with(self, sign: str, other: object, *, swapped: bool = False) -> Any:
        if isinstance(other, Figure):
            term, value = other.term, other.exact
        elif not isinstance(other, (int, float, Fraction)):
            return NotImplemented
        elif not math.isfinite(other):
            return math.nan
        else:
            term = value = exact(other)
        if sign in "+-" and term == 0:
            return self if sign == "+" or not swapped else -self
        (left, first), (right, second) = (self.term, self.exact), (term, value)
        if swapped:
            left, first, right, second = right, second, left, first
        if sign == "/" and second == 0:
            return math.nan
        terms = left[1:] if sign == "+" and isinstance(left, tuple) and left[0] == "+" else (left,)
        return Figure._made((sign, *terms, right), _OPERATIONS[sign](first, second))

    __add__, __radd__ = _operator("+")
    __sub__, __rsub__ = _operator("-")
    __mul__, __rmul__ = _operator("*")
    __truediv__, __rtruediv__ = _operator("/")

    def __neg__(self) -> Figure:
        return Figure._made(("-", Fraction(0), self.term), -self.exact)

    def __abs__(self) -> Figure:
        return Figure._made(("abs", self.term), abs(self.exact))

    def __reduce__(self) -> tuple[Any, tuple[Term, Fraction]]:
        return Figure._made, (self.term, self.exact)

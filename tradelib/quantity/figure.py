"""A number that remembers where it came from: every formula over cells of the store is its own proof.

A ``Figure`` is a float. Ordinary arithmetic, also inside pandas objects of dtype ``object``, keeps the expression, so a
number in a sentence or a table can be led back to the cells of the official file that made it. The value is computed
exactly (fractions of the published decimals) and rounded once, for print.
"""

from __future__ import annotations

import hashlib
import math
import operator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, TypeAlias

from tradelib.quantity.rounding import exact, printed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
_SHOWN = 12
"""Terms of a long sum that a formula writes out."""


@dataclass(frozen=True)
class Cell:
    """One published figure: what it is, for which period, where it stands.

    Attributes
    ----------
    name : str
        Name of the quantity.
    period : str
        ``2025-03``; ``2025-01..2025-03`` for a longer span.
    value : Fraction
        As published.
    exhibit, cell, file, sha256 : str
        Where it stands: the table, its address there, the official file and its hash.
    released : str
        Day of the release.
    marker : str
        What the cell says besides its number.
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


@dataclass(frozen=True)
class Operation:
    """Terms and what is done with them: ``+``, ``-``, ``*``, ``/`` or ``abs``; a sum may have many terms."""

    sign: str
    terms: tuple[Term, ...]

    @cached_property
    def value(self) -> Fraction:
        """The exact value."""
        first, *rest = (_value(term) for term in self.terms)
        if self.sign == "abs":
            return abs(first)
        return reduce(_OPERATIONS[self.sign], rest, first)


Term: TypeAlias = Cell | Operation | Fraction


def _value(term: Term) -> Fraction:
    return term if isinstance(term, Fraction) else term.value


def _written(term: Term, *, values: bool, inner: bool = False) -> str:
    """Return a term as text: in names, or with the numbers put in."""
    if isinstance(term, Fraction):
        return f"{term}" if term.denominator == 1 else f"{float(term):.12g}"
    if isinstance(term, Cell):
        return printed(term.value, 0 if term.value.denominator == 1 else 2) if values else str(term)
    terms = [_written(part, values=values, inner=True) for part in term.terms]
    if term.sign == "abs":
        return f"|{terms[0]}|"
    if len(terms) > _SHOWN:
        terms = [*terms[: _SHOWN - 1], f"... ({len(term.terms)} terms)"]
    text = f" {term.sign} ".join(terms).replace("*", "\N{MULTIPLICATION SIGN}")
    return f"({text})" if inner else text


def _cells(term: Term) -> Iterator[Cell]:
    if isinstance(term, Cell):
        yield term
    elif isinstance(term, Operation):
        for part in term.terms:
            yield from _cells(part)


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

    @classmethod
    def of(cls, term: Term) -> Self:
        """Return the figure that a cell or an expression is."""
        figure = cls(_value(term))
        figure.term = term
        return figure

    @property
    def exact(self) -> Fraction:
        """The value as an exact fraction."""
        return _value(self.term)

    @property
    def cells(self) -> list[Cell]:
        """Every cell of the expression, each once, in order."""
        return list(dict.fromkeys(_cells(self.term)))

    @property
    def formula(self) -> str:
        """The expression in names and months."""
        return _written(self.term, values=False)

    @property
    def working(self) -> str:
        """The expression with the numbers put in."""
        return _written(self.term, values=True)

    @property
    def key(self) -> str:
        """A short name of the expression and its cells; the same expression has the same key."""
        text = repr(self.term)
        return "p" + hashlib.sha256(text.encode()).hexdigest()[:10]

    def _with(self, sign: str, other: object, *, swapped: bool = False) -> Figure | float:
        term = _term(other)
        if term is None:
            if not isinstance(other, (int, float)):
                return NotImplemented  # type: ignore[no-any-return]
            return math.nan
        if sign in "+-" and term == 0:
            return self if sign == "+" or not swapped else -self
        left, right = (term, self.term) if swapped else (self.term, term)
        if sign == "/" and _value(right) == 0:
            return math.nan
        terms: tuple[Term, ...] = (left, right)
        if sign == "+" and isinstance(left, Operation) and left.sign == "+":
            terms = (*left.terms, right)
        return Figure.of(Operation(sign, terms))

    def __add__(self, other: object) -> Any:
        return self._with("+", other)

    def __radd__(self, other: object) -> Any:
        return self._with("+", other, swapped=True)

    def __sub__(self, other: object) -> Any:
        return self._with("-", other)

    def __rsub__(self, other: object) -> Any:
        return self._with("-", other, swapped=True)

    def __mul__(self, other: object) -> Any:
        return self._with("*", other)

    def __rmul__(self, other: object) -> Any:
        return self._with("*", other, swapped=True)

    def __truediv__(self, other: object) -> Any:
        return self._with("/", other)

    def __rtruediv__(self, other: object) -> Any:
        return self._with("/", other, swapped=True)

    def __neg__(self) -> Figure:
        return Figure.of(Operation("-", (Fraction(0), self.term)))

    def __abs__(self) -> Figure:
        return Figure.of(Operation("abs", (self.term,)))

    def __reduce__(self) -> tuple[Any, tuple[Term]]:
        return Figure.of, (self.term,)


def _term(value: object) -> Term | None:
    """Return what stands in an expression for a number; None for a missing one or for no number."""
    if isinstance(value, Figure):
        return value.term
    if isinstance(value, (int, float, Fraction)) and math.isfinite(value):
        return exact(value)
    return None

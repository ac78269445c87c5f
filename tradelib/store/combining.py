"""Formulas over series by name, which refuse to mix what is not comparable."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradelib.quantity import Quantity, require_addable, require_comparable
from tradelib.quantity.errors import ComparabilityError, ParameterError
from tradelib.store.choosing import find
from tradelib.store.loading import in_unit, load

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(frozen=True)
class _Term:
    """Part of a formula: a number (of no quantity), an amount, or a ratio of two amounts."""

    value: Any
    quantities: tuple[Quantity, ...] = ()
    is_ratio: bool = False


def combine(formula: str, **how: Any) -> pd.DataFrame:
    """Compute a formula over series, all from one load.

    Parameters
    ----------
    formula : str
        Names or mnemonics of series, numbers, ``+ - * /`` and brackets: ``"exports_goods_bop_sa -
        imports_goods_bop_sa"``, ``"100 * BOPTEXP / BOPTIMP"``.
    **how
        ``start``, ``end``, ``vintage``, ``unit`` and ``freq``, as ``load`` takes them.

    Returns
    -------
    pandas.DataFrame
        One column, named by the formula. ``attrs["series"]`` has its label, unit and source as ``load`` has them,
        the ``formula``, and the unit ``ratio`` for amounts divided by each other.

    Raises
    ------
    ComparabilityError
        Quantities of another basis, adjustment, price, measure or unit meet; a sum has what does not add up (chained
        dollars, averages, parts of two classifications of goods), or a number without unit.
    ParameterError
        The formula cannot be read, or a series is unknown.

    Examples
    --------
    >>> frame = tradelib.combine("exports_goods_bop_sa - imports_goods_bop_sa", vintage="2025-05-06")
    >>> float(frame.iloc[-1, 0])
    -163521.0
    """
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
    except SyntaxError as error:
        raise ParameterError(f"formula {formula!r}: {error.msg}; expected for example BOPTEXP - BOPTIMP") from None
    words = list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
    if not words:
        raise ParameterError(f"formula {formula!r} has no series")
    quantities = {word: find(word, how.get("vintage"))[0] for word in words}
    unit = how.pop("unit", "millions")
    frame = load([quantity.name for quantity in quantities.values()], **how)  # scaled last, from published values
    result = _value(tree, {word: _Term(frame[quantity.name], (quantity,)) for word, quantity in quantities.items()})
    first = frame.attrs["series"][quantities[words[0]].name]
    name = ast.unparse(tree)
    labels = ", ".join(quantity.label() for quantity in quantities.values())
    about = {"label": name, "formula": name, "about": labels} | ({"unit": "ratio"} if result.is_ratio else {})
    made = result.value.rename(name).to_frame()
    made.attrs = {"series": {name: first | about}, "notes": frame.attrs["notes"]}
    return in_unit(made, unit)


def _value(node: ast.expr, terms: Mapping[str, _Term]) -> _Term:
    """Return what a part of a formula is worth, or refuse it."""
    if isinstance(node, ast.Name):
        return terms[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return _Term(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, terms)
        return _Term(-inner.value, inner.quantities, inner.is_ratio)
    operation = _OPERATIONS.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if not isinstance(node, ast.BinOp) or operation is None:
        raise ParameterError(f"{ast.unparse(node)}: expected names, numbers, + - * / and brackets")
    left, right, text = _value(node.left, terms), _value(node.right, terms), ast.unparse(node)
    both, is_ratio = (*left.quantities, *right.quantities), left.is_ratio or right.is_ratio
    if isinstance(node.op, (ast.Add, ast.Sub)):
        if bool(left.quantities) != bool(right.quantities) or left.is_ratio != right.is_ratio:
            raise ComparabilityError(f"{text}: an amount, a ratio and a plain number do not add up")
        (require_comparable if is_ratio else require_addable)(both)
    elif isinstance(node.op, ast.Mult):
        if left.quantities and right.quantities:
            raise ComparabilityError(f"{text}: two series are not multiplied; one side must be a number")
    else:
        if (right.quantities and (not left.quantities or is_ratio)) or (not right.quantities and right.value == 0):
            raise ComparabilityError(f"{text}: expected an amount divided by an amount or by a number other than zero")
        require_comparable(both)
        is_ratio = is_ratio or bool(right.quantities)
    return _Term(operation(left.value, right.value), both, is_ratio)

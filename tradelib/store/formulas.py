"""Formulas over series, computed from one load; and whether a series still is what it was loaded as."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import Origins, Quantity, require_addable, require_comparable
from tradelib.quantity.errors import ComparabilityError, ParameterError, TradelibError
from tradelib.quantity.monthly import named_months
from tradelib.store.loading import StoreWarning, Unit, in_unit, load
from tradelib.store.queries import find

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradelib.store.periods import Month
    from tradelib.store.reading import Vintage

_PERCENT = re.compile(r"^-?100(\.0)? \* | \* 100(\.0)?$")
"""A factor of 100 at the beginning or end of a formula, which makes a ratio a percentage."""
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def combine(
    formula: str,
    start: Month = None,
    end: Month = None,
    vintage: Vintage = None,
    unit: Unit = "millions",
    freq: str = "monthly",
) -> pd.DataFrame:
    """Compute a formula over series that are loaded together.

    Parameters
    ----------
    formula : str
        Names or mnemonics of series, numbers, ``+ - * /`` and brackets: ``"exports_goods_bop_sa -
        imports_goods_bop_sa"``, ``"100 * BOPTEXP / BOPTIMP"``.
    start, end, vintage, unit, freq
        As in ``load``.

    Returns
    -------
    pandas.DataFrame
        One column, named after the formula. ``attrs["series"]`` has label, unit and source as in ``load``, and the
        ``formula``. The unit is ``ratio`` for a ratio of amounts and ``percent`` for 100 times a ratio. Flow, item and
        partner are given if all series agree; exports minus imports have the flow ``balance``.

    Raises
    ------
    ComparabilityError
        The formula mixes quantities that differ in basis, adjustment, price, measure or unit; a sum contains what does
        not add up (chained dollars, averages, parts of two classifications of goods, a number without unit); or the
        result is not finite in a month.
    ParameterError
        The formula cannot be read, or a series is unknown.

    Examples
    --------
    >>> frame = tradelib.combine("exports_goods_bop_sa - imports_goods_bop_sa", vintage="2025-05-06")
    >>> float(frame.iloc[-1, 0])
    -163521.0
    """
    try:
        tree = ast.parse(str(formula).strip(), mode="eval").body
    except SyntaxError as error:
        raise ParameterError(f"formula {formula!r}: {error.msg}; expected for example BOPTEXP - BOPTIMP") from None
    words = list(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
    if not words:
        raise ParameterError(f"formula {formula!r} has no series")
    quantities = {word: find(word, vintage)[0] for word in words}
    names = [quantity.name for quantity in quantities.values()]
    frame = load(names, start, end, vintage, freq=freq)  # scaled last, from published values
    result = _value(tree, {word: _Term(frame[quantity.name], (quantity,)) for word, quantity in quantities.items()})
    name = ast.unparse(tree)
    wrong = frame.index[frame.notna().all(axis=1) & ~np.isfinite(result.value)]
    if len(wrong):
        raise ComparabilityError(f"{name} is not finite in {named_months(wrong)}; expected no division by zero")
    fields = {field: {getattr(q, field) for q in quantities.values()} for field in ("flow", "item", "partner")}
    about = {field: min(own) if len(own) == 1 else "" for field, own in fields.items()}
    if name == " - ".join(words) and names[1:] == [names[0].replace("exports_", "imports_", 1)]:
        about["flow"] = "balance"
    about |= {"unit": "percent" if _PERCENT.search(name) else "ratio"} if result.is_ratio else {}
    about |= {"label": name, "formula": name, "about": ", ".join(own.label() for own in quantities.values())}
    made = result.value.rename(name).to_frame()
    made.attrs = {"series": Origins({name: frame.attrs["series"][names[0]] | about}), "notes": frame.attrs["notes"]}
    return in_unit(made, unit)


@dataclass(frozen=True)
class _Term:
    """Part of a formula: a plain number (without quantities), an amount, or a ratio of two amounts."""

    value: Any
    quantities: tuple[Quantity, ...] = ()
    is_ratio: bool = False
    is_sum: bool = True


def _value(node: ast.expr, terms: Mapping[str, _Term]) -> _Term:
    """Evaluate a part of a formula, or refuse it."""
    if isinstance(node, ast.Name):
        return terms[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return _Term(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, terms)
        return _Term(-inner.value, inner.quantities, inner.is_ratio, is_sum=False)
    operation = _OPERATIONS.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if not isinstance(node, ast.BinOp) or operation is None:
        raise ParameterError(f"{ast.unparse(node)}: expected names, numbers, + - * / and brackets")
    left, right, text = _value(node.left, terms), _value(node.right, terms), ast.unparse(node)
    both, is_ratio = (*left.quantities, *right.quantities), left.is_ratio or right.is_ratio
    is_sum = left.is_sum and right.is_sum and not isinstance(node.op, ast.Sub)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        if bool(left.quantities) != bool(right.quantities) or left.is_ratio != right.is_ratio:
            raise ComparabilityError(f"{text}: an amount, a ratio and a plain number do not add up")
        (require_comparable if is_ratio else partial(require_addable, is_sum=is_sum))(both)
    elif isinstance(node.op, ast.Mult):
        if left.quantities and right.quantities:
            raise ComparabilityError(f"{text}: two series are not multiplied; one side must be a number")
    else:
        if (right.quantities and (not left.quantities or is_ratio)) or (not right.quantities and right.value == 0):
            raise ComparabilityError(f"{text}: expected an amount divided by an amount or by a number other than zero")
        require_comparable(both)
        is_ratio = is_ratio or bool(right.quantities)
    return _Term(operation(left.value, right.value), both, is_ratio, is_sum)


def described(values: pd.Series) -> dict[str, str]:
    """Return the description of a loaded series (label, unit, source ...) if its values are those of the release.

    pandas keeps ``attrs`` through ``diff`` and ``pct_change``, whose results have another unit or meaning. For these,
    and for a series that was never loaded, the result is empty.
    """
    known = values.attrs.get("series")  # a name, if the values are from a triangle
    own: dict[str, str] | None = known.get(values.name) if isinstance(known, dict) else None
    if own is None or "publisher" not in own or not isinstance(values.index, pd.PeriodIndex):
        return {}
    unit: Unit = "billions" if own["unit"].startswith("billions of ") else "millions"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", StoreWarning)
            again = combine(own.get("formula", str(values.name)), vintage=own["vintage"], unit=unit, freq=own["freq"])
    except TradelibError:
        return {}
    expected = again.iloc[:, 0].reindex(values.index).to_numpy()
    return own if np.allclose(expected, values.to_numpy(float), rtol=1e-9, equal_nan=True) else {}

"""Search series by words, combine them in a formula, read the user's own series, rank commodities by change."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import Origins, Quantity, require_addable, require_comparable
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError, TradelibError, nearest
from tradelib.quantity.labels import SEARCH
from tradelib.quantity.monthly import named_months
from tradelib.store.loading import FIRST, HEADLINE, StoreWarning, Unit, choose, in_unit, load, quantities_of, words_of
from tradelib.store.reading import FT900, Release, known_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tradelib.store.periods import Month
    from tradelib.store.reading import Vintage

_PERCENT = re.compile(r"^-?100(\.0)? \* | \* 100(\.0)?$")
"""A factor of 100 at the beginning or end of a formula, which makes a ratio a percentage."""
_OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def series(text: str = "") -> pd.DataFrame:
    """Return the series of the store, all or those that match some words.

    Parameters
    ----------
    text : str
        Words to look for, in any order; each must occur in name, label, unit, mnemonic or code. Everyday words such as
        ``deficit``, ``oil`` and ``cars`` are understood. If empty, all series are returned.

    Returns
    -------
    pandas.DataFrame
        One row per series, indexed by ``name``, shortest first: ``label``, ``unit``, ``mnemonic``, ``freq``
        (frequencies in the newest release), ``code`` (in the official file, such as the five-digit end-use code or the
        Census code of a partner), ``publisher``, ``releases`` (how many have it), ``newest`` (day of the newest).

    Raises
    ------
    ParameterError
        No series matches; the message offers similar names.

    Examples
    --------
    >>> tradelib.series("deficit").index[0]
    'balance_total_bop_sa'
    """
    text, known = " ".join(words_of(text)), known_on()
    origins = [{"publisher": own.publisher, "releases": 0, "newest": own.released.isoformat()} for own in known]
    listed = pd.concat([own.figures.catalog.assign(**origin) for own, origin in zip(known, origins, strict=True)])
    listed["releases"] = listed.groupby("name")["releases"].transform("size")
    listed = listed[~listed.index.duplicated()]  # keeps the entry of the newest release
    searched = listed.index.to_series().str.cat(listed[["label", "unit", "mnemonic", "code"]], sep=" ")
    for word in text.lower().split():
        wanted = "|".join(map(re.escape, SEARCH.get(word, word).split("|")))
        searched = searched[searched.str.contains(wanted, case=False)]
    if searched.empty:
        raise ParameterError(f"no series with {text!r}; {nearest(text, listed.index)}")
    return listed.loc[searched.index].sort_index(key=lambda names: names.str.len(), kind="stable")


def release_of(series: str | Iterable[str] = HEADLINE, vintage: Vintage = None) -> Release:
    """Return the newest release, of those known at a vintage, that has all of some series.

    Raises
    ------
    ParameterError
        No single release has all of them.
    """
    words, known = words_of(series), known_on(vintage)
    chosen = choose([quantity.name for quantity in quantities_of(words, known)], known, "monthly")
    if len(different := {release.folder: release for release in chosen.values()}) != 1:
        raise ParameterError(f"no single release has all of {', '.join(words)}")
    return next(iter(different.values()))


def release_in_use(vintage: Vintage = None) -> Release:
    """Return the trade release that a report is about.

    Without a vintage, it is the newest that has all series of Exhibit 1; otherwise the release about the month, or the
    newest on the day, whatever series it has.

    Raises
    ------
    ParameterError
        The store has no such release.
    """
    if vintage is None:
        return release_of()
    if (release := known_on(vintage)[0]).publisher != FT900:
        raise ParameterError(f"the store has no trade release that was known on {vintage}")
    return release


def find(words: str | Iterable[str], vintage: Vintage = None) -> list[Quantity]:
    """Return the quantities that names, mnemonics or patterns match, in the order given, each once.

    Raises
    ------
    ParameterError
        A word matches no series; the message offers similar names.
    """
    return quantities_of(words_of(words), known_on(vintage))


def moves(release: Release, flow: str) -> pd.Series:
    """Return the changes of commodities in the month of a release, in millions, largest first.

    The result is empty if the release does not have Exhibit 7 (exports) or 8 (imports).
    """
    exhibit = {"exports": "7", "imports": "8"}[flow]
    if exhibit not in release.exhibits:
        return pd.Series(dtype=float)
    table = release.wide(flow, "goods/*/*", exhibit=exhibit).astype(float)
    change = table[release.month] - table[release.month - 1]
    return change.sort_values(key=abs, ascending=False, kind="stable")


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


def one_series(data: pd.Series | pd.DataFrame | str | Path) -> pd.Series:
    """Return one monthly series from a pandas object, a CSV file or the store.

    Parameters
    ----------
    data : Series, one-column DataFrame, str or Path
        Values by month, with a Period or Datetime index; the path of a CSV file with months in its first column and
        values in its second; a name or mnemonic in the store, from the release with most months.

    Returns
    -------
    pandas.Series
        By month (``PeriodIndex``), in the order given, with its ``attrs``.

    Raises
    ------
    SeriesError
        The frame has several columns, the data are not a Series or DataFrame, or a month occurs more than once.
    ParameterError
        The file cannot be read, or the store has no such series.
    """
    if isinstance(data, (str, Path)):
        if Path(data).suffix.lower() != ".csv":
            return load(str(data), start=FIRST).iloc[:, 0]
        path = Path(data)
        try:
            data = pd.read_csv(path, index_col=0, na_values=[".", "n.a."])
            data.index = pd.to_datetime(data.index.astype(str), format="mixed")
        except (OSError, ValueError) as error:
            expected = "expected a header, months such as 2024-02 in the first column, values in the second"
            raise ParameterError(f"{path.name}: {error}; {expected}") from error
    if isinstance(data, pd.DataFrame):
        if data.shape[1] != 1:
            raise SeriesError(f"found columns {', '.join(map(str, data))}; expected one column of values; choose one")
        data = data.iloc[:, 0]
    if not isinstance(data, pd.Series):
        raise SeriesError(f"found a {type(data).__name__}; expected a pandas Series by month, or the name of one")
    if isinstance(data.index, pd.DatetimeIndex):
        months = data.index.to_period("M")
        if not months.is_unique:
            raise SeriesError(
                f"{data.name}: {months[months.duplicated()][0]} occurs several times; expected one value per month"
            )
        data = data.set_axis(months)
    return data


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

"""The tables that X-13 saves, from its text to numbers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tradelib.quantity.errors import EngineError
from tradelib.seasonal.x13.spec import parse

_NO_LETTER = re.compile(r"(?<=\d)(?=[+-]\d{3}$)")


def _numbers(words: list[str]) -> list[float]:
    """Return numbers as Fortran writes them: an exponent of three digits has no letter, 0.4-123 is 0.4E-123."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return [float(_NO_LETTER.sub("E", word)) for word in words]


class Months(NamedTuple):
    """A saved table by month: the first month as pandas counts them, and values, months down."""

    first: int
    values: np.ndarray

    @property
    def index(self) -> pd.PeriodIndex:
        """Its months."""
        return months_from(self.first, len(self.values))

    def at(self, index: pd.PeriodIndex, lacking: float = np.nan) -> np.ndarray:
        """Return the first column at months without gaps; where the table has none, what stands for lacking."""
        column = np.full(len(index), lacking)
        shift = index[0].ordinal - self.first
        values = self.values[max(0, shift) : max(0, shift + len(index)), 0]
        column[max(0, -shift) : max(0, -shift) + len(values)] = values
        return column

    def after(self, index: pd.PeriodIndex, name: str | None = None) -> pd.Series:
        """Return the first column at the months after an index."""
        shift = max(0, index[-1].ordinal + 1 - self.first)
        values = self.values[shift:, 0]
        return pd.Series(values, months_from(self.first + shift, len(values)), name=name, dtype=float)


def months_from(first: int, count: int) -> pd.PeriodIndex:
    """Return so many months from one, as pandas counts them."""
    return pd.PeriodIndex.from_ordinals(np.arange(first, first + count), freq="M", name="period")


def months(text: str, width: int = 1) -> Months:
    """Return as many columns of a saved table as asked, with the month that it begins with.

    Raises
    ------
    EngineError
        Its months are not consecutive.
    """
    rows = text.split("\n", 2)[-1].strip()
    words, a_row = rows.split(), len(rows.partition("\n")[0].split())
    if not words:
        return Months(0, np.empty((0, width)))
    first, last = (12 * (int(date[:-2]) - 1970) + int(date[-2:]) - 1 for date in (words[0], words[-a_row]))
    values = np.array([_numbers(words[at::a_row]) for at in range(1, width + 1)]).T
    if last != first + len(values) - 1:
        raise EngineError(f"X-13 saved a table of {len(values)} months from {words[0]} to {words[-a_row]}")
    return Months(first, values)


def frame(text: str) -> pd.DataFrame:
    """Return a saved table with its own heads, by month."""
    heads = text.partition("\n")[0].split()[1:]
    rows = months(text, len(heads))
    return pd.DataFrame(rows.values, rows.index, columns=[head.removeprefix("run.") for head in heads])


def residuals(text: str, used: int) -> pd.Series:
    """Return the residuals of as many months as the likelihood uses, under the dates that X-13 gives them."""
    rows = months(text)
    lost = max(0, len(rows.values) - used)
    column = rows.values[lost:, 0]  # noqa: PD011 - a table of its own
    return pd.Series(column, rows.index[lost:], name="residual", dtype=float)


def regression(text: str) -> pd.DataFrame:
    """Return the regression of the saved estimates, by ``variable``."""
    rows: list[Any] = [
        (name, group, *_numbers([b]), _error(se)) for group, name, b, se, *_ in _rows(text, "regression")
    ]
    frame = pd.DataFrame(rows, columns=["variable", "group", "estimate", "standard_error"]).set_index("variable")
    return frame.assign(t=frame["estimate"] / frame["standard_error"].replace(0.0, np.nan))


def coefficients(text: str) -> pd.DataFrame:
    """Return the ARIMA coefficients of the saved estimates."""
    rows = [(f"{kind} {int(lag)}", *_numbers([b]), _error(se)) for kind, _, _, lag, b, se, *_ in _rows(text, "arima")]
    return pd.DataFrame(rows, columns=["coefficient", "estimate", "standard_error"]).set_index("coefficient")


def _rows(text: str, wanted: str) -> list[list[str]]:
    """Return the rows of one section of the saved estimates."""
    found, at = [], ""
    for line in text.splitlines():
        if line.startswith("$"):
            at = line.split("$")[1].rstrip(":")
        elif at == wanted and "\t" in line and not line.startswith(("group", "operator", "-")):
            found.append([word.strip() for word in line.split("\t")])
    return found


def _error(word: str) -> float:
    """Return a standard error; a fixed coefficient has none."""
    try:
        return _numbers([word])[0]
    except ValueError:
        return float("nan")


_TRIED = ("aictest", "testalleaster", "tlimit", "chi2test", "chi2testcv", "pvaictest", "aicdiff")
"""Arguments of a regression by which X-13 chooses; what was chosen takes their place."""


def frozen_model(
    model: str, estimates: str, asked: dict[str, dict[str, str]], *, fix: bool
) -> dict[str, dict[str, str]]:
    """Return the specs of regression and ARIMA model that were chosen.

    Parameters
    ----------
    model, estimates : str
        The saved model and the saved estimates.
    asked : dict
        Specs and arguments as the caller gave them.
    fix : bool
        Keep all coefficients and mark them as fixed; else only those that the caller had fixed.
    """
    frozen = {}
    for name, told in (parse(model).parts if model.strip() else {}).items():
        values = {argument: value for argument, value in told.items() if argument in ("b", "ar", "ma")}
        kept = {k: v for k, v in asked.get(name, {}).items() if k not in ("b", "ar", "ma", *_TRIED)}
        chosen = {k: v for k, v in told.items() if k in ("variables", "model")}
        if not fix and not any("f" in value for value in values.values()):
            values = {}
        if "b" in values:
            numbers = values["b"].strip("()").split()
            variables = [row[1] for row in _rows(estimates, "regression")]
            own = {v: b for v, b in zip(variables, numbers, strict=True) if not v.startswith("MV")}
            values["b"] = f"({' '.join(own.values())})"
            if next(iter(own)) == "Leap Year":  # tested by itself and put first, which td alone would put last
                chosen["variables"] = re.sub(r"\btd(1?)(?:coef)?(?=[ )])", r"lpyear td\1nolpyear", chosen["variables"])
        if fix:
            values = {k: re.sub(r"([\d.]E[+-]\d+)f?", r"\1f", v) for k, v in values.items()}
        frozen[name] = kept | chosen | values
    if frozen.get("regression") and (rate := asked.get("outlier", {}).get("tcrate")):
        frozen["regression"].setdefault("tcrate", rate)
    return frozen

"""The tables that X-13 saves, from its text to numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from tradelib.x13.spec import parse

_NO_LETTER = re.compile(r"(?<=\d)(?=[+-]\d{3}$)")


def _numbers(words: list[str]) -> list[float]:
    """Return numbers as Fortran writes them: an exponent of three digits has no letter, 0.4-123 is 0.4E-123."""
    try:
        return [float(word) for word in words]
    except ValueError:
        return [float(_NO_LETTER.sub("E", word)) for word in words]


def table(text: str, width: int = 1) -> np.ndarray:
    """Return the numbers of a saved table, months down and as many columns as asked, without its dates."""
    rows = text.split("\n", 2)[-1].strip()
    words, a_row = rows.split(), len(rows.partition("\n")[0].split())
    return np.array([_numbers(words[at::a_row]) for at in range(1, width + 1)] if words else [[]] * width).T


def residuals(text: str, used: int) -> pd.Series:
    """Return the residuals of as many months as the likelihood uses, under the dates that X-13 gives them."""
    values = table(text)[:, 0]
    values = values[max(0, len(values) - used) :]
    last = text.split()[-2] if len(values) else "197001"
    months = pd.period_range(end=f"{last[:4]}-{last[4:]}", periods=len(values), freq="M", name="period")
    return pd.Series(values, months, name="residual", dtype=float)


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


def frozen_model(saved: str, *, fix: bool) -> dict[str, dict[str, str]]:
    """Return regression and ARIMA of a saved model; ``fix`` keeps the coefficients and marks them as fixed."""
    parts = parse(saved)[1].parts if saved.strip() else {}
    if not fix:
        return {name: {k: v for k, v in told.items() if k in ("variables", "model")} for name, told in parts.items()}
    told = {"regression": ("b",), "arima": ("ma", "ar")}
    return {
        name: {k: re.sub(r"([\d.]E[+-]\d+)f?", r"\1f", v) if k in told[name] else v for k, v in arguments.items()}
        for name, arguments in parts.items()
    }

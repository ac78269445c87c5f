"""Parse the tables that X-13 saves."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from tradelib.seasonal.x13.spec import parse

_NO_LETTER = re.compile(r"(?<=\d)(?=[+-]\d{3}\s)")
"""Where Fortran omits the E before a three-digit exponent: 0.4-123 is 0.4E-123."""


def by_month(text: str) -> pd.DataFrame:
    """Return a saved table by month, under its own column names; empty text gives one column and no months.

    Raises
    ------
    ValueError
        The text is not a table of months and numbers.
    """
    head, _, body = (text or "date\tnone\n\n").split("\n", 2)
    names = [name.removeprefix("run.") for name in head.split()]
    cells = np.array(_NO_LETTER.sub("E", body).split(), dtype=float).reshape(-1, len(names))
    year, month = np.divmod(cells[:, 0].astype(int), 100)
    if not year.all():
        raise ValueError(f"found {cells[0, 0]:g}; expected a year and a month, as in 200501")
    months = 12 * (year - 1970) + month - 1
    return pd.DataFrame(cells[:, 1:], pd.PeriodIndex.from_ordinals(months, freq="M", name="period"), names[1:])


def estimates(text: str, section: str) -> pd.DataFrame:
    """Return a section of the saved estimates, ``regression`` or ``arima``; fixed ones have no standard error."""
    after = _NO_LETTER.sub("E", text).partition(f"${section}$estimates:\n")[2]
    lines = [line.split("\t") for line in after.partition("$")[0].splitlines()]
    heads = lines[0] if lines else ["group", "operator", "variable", "lag", "estimate", "standard error"]
    table = pd.DataFrame(lines[2:], columns=heads).apply(lambda column: column.str.strip())
    error = pd.to_numeric(table["standard error"], errors="coerce")
    return table.assign(estimate=table["estimate"].astype(float), standard_error=error)


_TRIED = ("aictest", "testalleaster", "tlimit", "chi2test", "chi2testcv", "pvaictest", "aicdiff")
"""Regression arguments that make X-13 choose; in a frozen model its choice replaces them."""


def frozen_model(
    model: str, saved_estimates: str, given: dict[str, dict[str, str]], *, fix: bool
) -> dict[str, dict[str, str]]:
    """Return the specs of the regression and the ARIMA model that X-13 chose.

    Parameters
    ----------
    model, saved_estimates : str
        The saved model and the saved estimates.
    given : dict
        Specs and arguments as the caller gave them.
    fix : bool
        Fix all coefficients; otherwise only those that the caller had fixed.
    """
    frozen = {}
    for name, arguments in (parse(model).parts if model.strip() else {}).items():
        values = {k: v for k, v in arguments.items() if k in ("b", "ar", "ma")}
        kept = {k: v for k, v in given.get(name, {}).items() if k not in ("b", "ar", "ma", *_TRIED)}
        chosen = {k: v for k, v in arguments.items() if k in ("variables", "model")}
        if not fix and not any("f" in value for value in values.values()):
            values = {}
        if "b" in values:
            numbers = values["b"].strip("()").split()
            variables = estimates(saved_estimates, "regression")["variable"]
            known = {v: b for v, b in zip(variables, numbers, strict=True) if not v.startswith("MV")}
            values["b"] = f"({' '.join(known.values())})"
            if next(iter(known)) == "Leap Year":  # X-13 tested it separately and lists it first; td would put it last
                chosen["variables"] = re.sub(r"\btd(1?)(?:coef)?(?=[ )])", r"lpyear td\1nolpyear", chosen["variables"])
        if fix:
            values = {k: re.sub(r"([\d.]E[+-]\d+)f?", r"\1f", v) for k, v in values.items()}
        frozen[name] = kept | chosen | values
    if frozen.get("regression") and (rate := given.get("outlier", {}).get("tcrate")):
        frozen["regression"].setdefault("tcrate", rate)
    return frozen

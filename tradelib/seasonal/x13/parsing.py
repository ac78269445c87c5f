"""``.spc`` text of others, read into what X-13 is asked."""

from __future__ import annotations

import re
from typing import NoReturn

import pandas as pd

from tradelib.quantity.errors import ParameterError, SeriesError
from tradelib.seasonal.x13.spec import MISSING, NO_SERIES_ARGUMENTS, QUOTED, Spec, month_number, plain

_COMMENT = re.compile(rf"({QUOTED})|#.*")
_BLOCK = re.compile(rf"([A-Za-z0-9]+)\s*\{{((?:[^{{}}\"']|{QUOTED})*)\}}")
_ARGUMENT = re.compile(r"([A-Za-z][\w.]*)\s*=\s*")


def parse(text: str) -> tuple[pd.Series | None, Spec]:
    """Read ``.spc`` text.

    Returns
    -------
    series : pandas.Series or None
        The monthly data when the text has them.
    spec : Spec
        Everything else.

    Raises
    ------
    ParameterError
        The text is not a spec file, or points to other files.
    SeriesError
        Its data are not monthly, or not numbers.
    """
    bare = _COMMENT.sub(lambda match: match[1] or "", text)
    blocks = [(match[1].lower(), match[2]) for match in _BLOCK.finditer(bare)]
    rest = _BLOCK.sub("", bare).strip()
    if rest or not blocks:
        raise ParameterError(f"found {(rest or 'nothing')[:60]!r} in the spec file; expected name {{ ... }} blocks")
    names = [name for name, _ in blocks]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ParameterError(f"spec {twice[0]!r} stands {names.count(twice[0])} times in the spec file; expected once")
    parts = {name: _arguments(name, body) for name, body in blocks}
    told = parts.pop("series", {})
    if "file" in told:
        raise ParameterError(f"the data are in another file, {told['file']}; expected them in the spec file")
    series = _series(told) if "data" in told else None
    if kept := {name: value for name, value in told.items() if name not in NO_SERIES_ARGUMENTS}:
        parts["series"] = kept
    return series, Spec({name: plain(name, arguments) for name, arguments in parts.items()})


def _arguments(name: str, body: str) -> dict[str, str]:
    """Split the inside of a block at its ``name =``, leaving alone those inside quotes and parentheses."""
    shielded = re.sub(QUOTED, lambda match: "\0" * len(match[0]), body)
    depth, flat = 0, []
    for character in shielded:
        depth += (character == "(") - (character == ")")
        flat.append("\0" if depth else character)
        if depth < 0:
            break
    if depth:
        raise ParameterError(f"spec {name!r}: found a parenthesis without its partner in {body.strip()[:60]!r}")
    marks = list(_ARGUMENT.finditer("".join(flat)))
    ends = [*(mark.start() for mark in marks), len(body)]
    bodies = [" ".join(body[mark.end() : end].split()) for mark, end in zip(marks, ends[1:], strict=True)]
    stray = [body[: ends[0]].strip(), *(value for value in bodies if not _is_one(value))]
    if found := next(filter(None, stray), ""):
        raise ParameterError(f"spec {name!r}: found {found[:60]!r}; expected argument = value")
    return {mark[1].lower(): value for mark, value in zip(marks, bodies, strict=True)}


def _is_one(value: str) -> bool:
    """Tell whether a value is one word, one quoted text or one list in parentheses."""
    return bool(re.fullmatch(rf"{QUOTED}|\(.*\) *\w*|\[.*\]|[^\s()]+", value))


def _series(told: dict[str, str]) -> pd.Series:
    def refuse(found: str, expected: str) -> NoReturn:
        raise SeriesError(f"the series of the spec file: found {found}; expected {expected}")

    if told.get("period", "12") != "12":
        refuse(f"period {told['period']}", "monthly data")
    start = told.get("start", "1.1")
    try:
        year, _, month = start.partition(".")
        first = pd.Period(year=int(year), month=month_number(month), freq="M")
    except ValueError:
        refuse(f"start={start}", "year and month, as 1949.1 or 1949.jan")
    if "start" in told and len(year) != 4:
        refuse(f"start={start}", "a year of four digits")
    words = told["data"].strip("()").replace(",", " ").split()
    try:
        values = [float(re.sub("[dD]", "E", word)) for word in words]
    except ValueError as error:
        refuse(str(error), "numbers")
    index = pd.period_range(first, periods=len(values), name="period")
    title = told.get("title", told.get("name", "series")).strip("\"'")
    return pd.Series(values, index, name=title).replace(float(told.get("missingcode", MISSING)), float("nan"))

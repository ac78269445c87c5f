"""What X-13 is asked: specs and arguments under their own X-13 names, to ``.spc`` text and back."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import pandas as pd

from tradelib.errors import ParameterError, SeriesError

if TYPE_CHECKING:
    from typing import Any

Engine = Literal["seats", "x11"]
Value: TypeAlias = "str | float | bool | Iterable[Any]"
MISSING = -99999
LEAST, MOST = 36, 780
_WIDTH, _A_LINE = 120, 5
SPECS = (
    "series", "transform", "regression", "x11regression", "arima", "automdl", "pickmdl", "outlier", "identify",
    "estimate", "check", "forecast", "force", "slidingspans", "history", "spectrum", "x11", "seats", "composite",
    "metadata",
)  # fmt: skip
"""The specs of X-13ARIMA-SEATS; a composite needs several files and is refused."""
_NO_SERIES_ARGUMENTS = ("data", "start", "period", "title", "name", "file", "format")


@dataclass(frozen=True)
class Spec:
    """A question to X-13.

    Attributes
    ----------
    parts : dict of str to dict
        Arguments as X-13 text, by spec and argument name; everything but the data.
    """

    parts: dict[str, dict[str, str]] = field(default_factory=dict)

    def text(self, series: pd.Series | None = None) -> str:
        """Return ``.spc`` text, with the data when a series is given.

        Parameters
        ----------
        series : pandas.Series, optional
            Monthly values, already checked; missing ones are marked the X-13 way.
        """
        parts = {"series": _data(series)} if series is not None else {}
        for name, arguments in self.parts.items():
            parts[name] = parts.get(name, {}) | arguments
        return "\n".join(_block(name, arguments) for name, arguments in parts.items()) + "\n"

    def with_(self, **changes: Mapping[str, Value] | None) -> Spec:
        """Return a copy with specs changed: arguments are merged into what stands, None takes a spec out."""
        parts = dict(self.parts)
        for name, arguments in changes.items():
            if arguments is None:
                parts.pop(name, None)
            else:
                parts[name] = parts.get(name, {}) | _plain(name, arguments)
        return Spec(parts)


def build(engine: Engine | None = "seats", **specs: Mapping[str, Value] | None) -> Spec:
    """Return a spec with good defaults, changed as asked.

    Logs or levels by AICC, trading days and Easter tested by AICC, outliers searched, airline model; adjusted by
    SEATS, by X-11, or (None) not at all. SEATS may take a model near the one estimated (``noadmiss``) when that one
    cannot be split into trend and seasonal.

    Parameters
    ----------
    engine : {"seats", "x11"} or None
        Which way to adjust.
    **specs : mapping or None
        Arguments by X-13 spec; a spec given replaces the default of that name, None takes it out. Values are text
        as X-13 reads it, numbers, booleans (yes, no) or sequences (in parentheses).

    Raises
    ------
    ParameterError
        An unknown engine or spec, an argument that reads or writes files, or text X-13 cannot take.
    """
    if engine not in ("seats", "x11", None):
        raise ParameterError(f"unknown engine {engine!r}; possible: seats, x11, None")
    defaults: dict[str, Mapping[str, Value] | None] = {
        "transform": {"function": "auto"},
        "regression": {"aictest": ("td", "easter")},
        "outlier": {},
        "arima": {"model": "(0 1 1)(0 1 1)"},
    }
    if {"automdl", "pickmdl"} & {name for name, asked in specs.items() if asked is not None}:
        defaults.pop("arima")
    if engine:
        defaults[engine] = {"noadmiss": True} if engine == "seats" else {}
    wanted = defaults | specs
    return Spec({name: _plain(name, asked) for name, asked in wanted.items() if asked is not None})


def _plain(name: str, arguments: Mapping[str, Value]) -> dict[str, str]:
    if name not in SPECS or name == "composite":
        raise ParameterError(f"unknown X-13 spec {name!r}; possible: {', '.join(s for s in SPECS if s != 'composite')}")
    banned = _NO_SERIES_ARGUMENTS if name == "series" else ("file",)
    if taken := [argument for argument in arguments if argument in banned]:
        raise ParameterError(f"argument {taken[0]!r} of spec {name!r} is not the caller's to set; the series says it")
    told = {argument: _written(value) for argument, value in arguments.items()}
    for argument, value in told.items():
        if not value.isascii() or re.search(r"[{}\n#]", value):
            raise ParameterError(f"{name}.{argument}={value!r}: X-13 reads plain ASCII without braces")
    return told


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Iterable):
        return f"({' '.join(_written(part) for part in value)})"
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def _data(series: pd.Series) -> dict[str, str]:
    """Return the arguments of the series spec; X-13 reads at most 133 characters a line."""
    index = pd.PeriodIndex(series.index)
    title = re.sub(r"[^A-Za-z0-9 _.,-]+", " ", str(series.name or "series"))[:72].strip() or "series"
    figures = [f"{MISSING}." if value != value else f"{value:.15g}" for value in series.tolist()]  # noqa: PLR0124
    lines = [" ".join(figures[at : at + _A_LINE]) for at in range(0, len(figures), _A_LINE)]
    return {
        "title": f'"{title}"',
        "period": "12",
        "start": f"{index[0].year}.{index[0].month:02}",
        "missingcode": str(MISSING),
        "data": "\n".join(["(", *lines, ")"]),
    }


def _block(name: str, arguments: Mapping[str, str]) -> str:
    lines = [f"{name}{{"]
    for argument, value in arguments.items():
        for line in f"{argument}={value}".splitlines():
            fits = len(line) <= _WIDTH
            lines += [line] if fits else textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n  ".join(lines) + "\n}"


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
        Its data are not monthly.
    """
    bare = re.sub(r"#.*", "", text)
    parts: dict[str, dict[str, str]] = {}
    rest = _BLOCK.sub(lambda match: parts.update({match[1].lower(): _arguments(match[2])}) or "", bare)
    if rest.strip() or not parts:
        raise ParameterError(
            f"found {(rest.strip() or 'nothing')[:60]!r} in the spec file; expected name {{ ... }} blocks"
        )
    told = parts.pop("series", {})
    series = _series(told) if "data" in told else None
    kept = {name: value for name, value in told.items() if name not in {*_NO_SERIES_ARGUMENTS, "missingcode"}}
    if "file" in told:
        raise ParameterError(f"the data are in another file, {told['file']}; expected them in the spec file")
    if kept:
        parts["series"] = kept
    return series, Spec({name: _plain(name, arguments) for name, arguments in parts.items()})


_BLOCK = re.compile(r"""([A-Za-z0-9]+)\s*\{((?:[^{}"']|"[^"]*"|'[^']*')*)\}""")
_ARGUMENT = re.compile(r"([A-Za-z][\w.]*)\s*=\s*")


def _arguments(body: str) -> dict[str, str]:
    """Split the inside of a block at its ``name =``, leaving alone those inside quotes and parentheses."""
    shielded = re.sub(r"\"[^\"]*\"|'[^']*'", lambda match: "\0" * len(match[0]), body)
    depth, flat = 0, []
    for character in shielded:
        depth += (character == "(") - (character == ")")
        flat.append("\0" if depth else character)
    marks = list(_ARGUMENT.finditer("".join(flat)))
    ends = [*(mark.start() for mark in marks), len(body)][1:]
    return {m[1].lower(): " ".join(body[m.end() : end].split()) for m, end in zip(marks, ends, strict=True)}


def _series(told: dict[str, str]) -> pd.Series:
    if told.get("period", "12") != "12":
        raise SeriesError(f"found data of period {told['period']}; expected monthly data")
    year, month = (int(part) for part in told.get("start", "1.1").split("."))
    values = [float(figure) for figure in told["data"].strip("()").replace(",", " ").split()]
    index = pd.period_range(pd.Period(year=year, month=month, freq="M"), periods=len(values), name="period")
    title = told.get("title", told.get("name", "series")).strip("\"'")
    code = float(told.get("missingcode", MISSING))
    return pd.Series(values, index, name=title).replace(code, float("nan"))

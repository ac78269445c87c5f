"""X-13 specs with their arguments, under the names that X-13 has for them, to and from ``.spc`` text."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from tradelib.quantity.errors import ParameterError, did_you_mean

Engine = Literal["seats", "x11"]
Value: TypeAlias = "str | float | bool | Iterable[Any]"
_MISSING = -99999
LEAST, MOST = 36, 780
_WIDTH, _A_LINE = 120, 5
ARGUMENTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("arguments.toml").read_text(encoding="utf-8"))
"""The specs of X-13ARIMA-SEATS and their arguments, without ``composite`` and without arguments that name a file."""
_OF_SERIES = ARGUMENTS.pop("of_series")
_QUOTED = r""""[^"\n]*"|'[^'\n]*'"""
_COMMENT = re.compile(rf"({_QUOTED})|#.*")
_BLOCK = re.compile(rf"([A-Za-z0-9]+)\s*\{{((?:[^{{}}\"']|{_QUOTED})*)\}}")
_LIST = rf"""\((?:[^()"']|{_QUOTED})*\)"""
_ARGUMENT = re.compile(rf"\s*([A-Za-z][\w.]*)\s*=\s*({_QUOTED}|{_LIST}(?:\s*{_LIST})*\w*|\[[^\]]*\]|[^\s()]+)(?=\s|\Z)")
"""A name and its value: quoted text, lists in parentheses or brackets, or a word."""


@dataclass(frozen=True)
class Spec:
    """All that X-13 is to do, without the data.

    Attributes
    ----------
    parts : dict of str to dict
        Arguments as X-13 text, by spec and argument name.
    """

    parts: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def engine(self) -> Engine | None:
        """The engine that adjusts; None if the spec only fits a model."""
        return "seats" if "seats" in self.parts else "x11" if "x11" in self.parts else None

    def text(self, series: pd.Series | None = None) -> str:
        """Return ``.spc`` text, with the data if a series is given.

        Parameters
        ----------
        series : pandas.Series, optional
            Monthly values, already checked; missing ones are written as X-13's code for missing values.
        """
        parts = {"series": _data(series)} if series is not None else {}
        for name, arguments in self.parts.items():
            parts[name] = parts.get(name, {}) | arguments
        return "\n".join(_block(name, arguments) for name, arguments in parts.items()) + "\n"

    def with_(self, **changes: Mapping[str, Value] | None) -> Spec:
        """Return a copy with changed specs: arguments are merged into the existing ones, None removes a spec."""
        parts = dict(self.parts)
        for name, arguments in changes.items():
            if arguments is None:
                parts.pop(name, None)
            else:
                parts[name] = parts.get(name, {}) | plain(name, arguments)
        return Spec(parts)


def build(engine: Engine | None = "seats", **specs: Mapping[str, Value] | None) -> Spec:
    """Return a spec made of good defaults and the given changes.

    The defaults are logs or levels by AICC, trading days and Easter tested by AICC, automatic outlier detection, the
    airline model, and SEATS. If the estimated model cannot be split into trend and seasonal, SEATS may use a similar
    one (``noadmiss``).

    Parameters
    ----------
    engine : {"seats", "x11"} or None
        How to adjust; None fits the regARIMA model only.
    **specs : mapping or None
        Arguments by X-13 spec; a given spec replaces the default of the same name, None removes it. Values are text as
        X-13 reads it, numbers, booleans (written as yes and no) or sequences (written in parentheses).

    Raises
    ------
    ParameterError
        An unknown engine, spec or argument, an argument that names a file, or text that X-13 cannot read.
    """
    if engine not in ("seats", "x11", None):
        raise ParameterError(f"unknown engine {engine!r}; possible: seats, x11, None")
    defaults: dict[str, Mapping[str, Value] | None] = {
        "transform": {"function": "auto"},
        "regression": {"aictest": ("td", "easter")},
        "outlier": {},
        "arima": {"model": "(0 1 1)(0 1 1)"},
    }
    if {"automdl", "pickmdl"} & {name for name, arguments in specs.items() if arguments is not None}:
        defaults.pop("arima")
    if engine:
        defaults[engine] = {"noadmiss": True} if engine == "seats" else {}
    wanted = defaults | specs
    return Spec({name: plain(name, arguments) for name, arguments in wanted.items() if arguments is not None})


def plain(name: str, arguments: Mapping[str, Value]) -> dict[str, str]:
    """Return the arguments of a spec as X-13 reads them.

    Raises
    ------
    ParameterError
        An unknown spec, or an argument that X-13 or this driver does not take.
    """
    if name not in ARGUMENTS:
        raise ParameterError(f"unknown X-13 spec {name!r}; possible: {', '.join(ARGUMENTS)}")
    if not isinstance(arguments, Mapping):
        raise ParameterError(f"spec {name!r} is {arguments!r}; expected a mapping of its arguments, or None")
    written = {argument.lower(): _written(value) for argument, value in arguments.items()}
    for argument in written:
        if argument.strip() in ("file", "umfile"):
            raise ParameterError(f"{name}.{argument}: other files are not read; expected the data in the spec itself")
    if name == "series" and (taken := [argument for argument in written if argument in _OF_SERIES]):
        raise ParameterError(f"argument {taken[0]!r} of spec 'series' cannot be given; the series determines it")
    for argument, value in written.items():
        if argument not in ARGUMENTS[name]:
            near = did_you_mean(argument, ARGUMENTS[name])
            raise ParameterError(f"X-13 has no argument {argument!r} in spec {name!r}; {near}")
        if not value.isascii() or re.search(r"[{}\n]", value) or re.search("[#='\"]", re.sub(_QUOTED, "", value)):
            raise ParameterError(f"{name}.{argument}={value!r}: X-13 reads plain ASCII, one value, without braces")
        if any(len(text) > _WIDTH - len(argument) for text in re.findall(_QUOTED, value)):
            raise ParameterError(f"{name}.{argument}: a quoted text is too long; X-13 reads lines of {_WIDTH}")
    return written


def _written(value: Value) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Iterable):
        return f"({' '.join(_written(part) for part in value)})"
    return repr(float(value)) if isinstance(value, float) else str(value)


def _data(series: pd.Series) -> dict[str, str]:
    """Return the arguments of the series spec; X-13 reads at most 133 characters per line.

    Unless ``missingval`` is given, X-13 starts the estimation of missing months from one billion. So far from the
    series, this would count against logarithms in the choice between logs and levels.
    """
    index = pd.PeriodIndex(series.index)
    title = re.sub(r"[^A-Za-z0-9 _.,-]+", " ", str(series.name or "series"))[:72].strip() or "series"
    numbers = series.tolist()
    code = _MISSING
    while code in numbers:
        code *= 10
    gaps = {"missingval": f"{series.median():.15g}"} if series.isna().any() else {}
    figures = [f"{code}." if value != value else f"{value:.15g}" for value in numbers]  # noqa: PLR0124
    lines = [" ".join(figures[at : at + _A_LINE]) for at in range(0, len(figures), _A_LINE)]
    return {
        "title": f'"{title}"',
        "period": "12",
        "start": f"{index[0].year}.{index[0].month:02}",
        "missingcode": str(code),
        **gaps,
        "data": "\n".join(["(", *lines, ")"]),
    }


def _block(name: str, arguments: Mapping[str, str]) -> str:
    lines = [f"{name}{{"]
    for argument, value in arguments.items():
        for line in f"{argument}={value}".splitlines():
            lines += [line] if len(line) <= _WIDTH else _wrapped(line)
    return "\n  ".join(lines) + "\n}"


def _wrapped(line: str) -> list[str]:
    """Break a long line between words, never inside quotes."""
    shielded = re.sub(_QUOTED, lambda match: match[0].replace(" ", "\0"), line)
    wrapped = textwrap.wrap(shielded, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [part.replace("\0", " ") for part in wrapped]


def other_scale(transform: Mapping[str, str]) -> bool:
    """Return whether a transformation is neither logs nor levels."""
    power = float(transform.get("power", 1))
    return transform.get("function") in ("sqrt", "inverse", "logistic") or power not in (0, 1)


def parse(text: str) -> Spec:
    """Parse ``.spc`` text that has no data.

    Raises
    ------
    ParameterError
        The text is not a spec file, has data of its own, or points to other files.
    """
    bare = _COMMENT.sub(lambda match: match[1] or "", text)
    blocks = [(match[1].lower(), match[2]) for match in _BLOCK.finditer(bare)]
    rest = _BLOCK.sub("", bare).strip()
    if rest or not blocks:
        raise ParameterError(f"found {(rest or 'nothing')[:60]!r} in the spec file; expected name {{ ... }} blocks")
    names = [name for name, _ in blocks]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ParameterError(f"found spec {twice[0]!r} {names.count(twice[0])} times in the spec file; expected once")
    parts = {name: _arguments(name, body) for name, body in blocks}
    if "data" in parts.get("series", {}):
        raise ParameterError("the text has data of its own; expected specs without data")
    return Spec({name: plain(name, arguments) for name, arguments in parts.items()})


def _arguments(name: str, body: str) -> dict[str, str]:
    """Return the arguments inside a block."""
    arguments, at = {}, 0
    while found := _ARGUMENT.match(body, at):
        arguments[found[1].lower()] = " ".join(found[2].split())
        at = found.end()
    if rest := body[at:].strip():
        raise ParameterError(f"spec {name!r}: found {rest[:60]!r}; expected argument = value, with its parentheses")
    return arguments

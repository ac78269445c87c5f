"""Parameters of notebooks: declared in each notebook's tagged cell, and checked before anything runs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, create_model

from tradelib.quantity.errors import ParameterError, TradelibError, did_you_mean
from tradelib.report.parameters.analyses import Breaks, Forecasts, Models, Prices, Revisions, Trend
from tradelib.report.parameters.base import Chapter as Chapter, Common as Common, Month, Parameters, SeriesName
from tradelib.report.parameters.seasonal import AgencyWay, OwnAdjustment, Seasonal
from tradelib.store import notebook_folder


class LackingError(ParameterError):
    """The data do not have what a notebook needs with these parameters."""


_BASES: dict[str, type[Common]] = {
    "22_seasonal": Seasonal, "23_trend": Trend, "24_real_vs_nominal": Prices, "25_revisions": Revisions,
    "26_breaks": Breaks, "27_forecasts": Forecasts, "28_agency_way": AgencyWay, "29_own_adjustment": OwnAdjustment,
    "40_newest_trend": Models, "41_turbulence": Breaks, "42_news_or_noise": Revisions, "43_one_index": Prices,
    "44_terms_of_trade": Prices,
}  # fmt: skip
"""Models of notebooks that require more of the data than their parameters say; for others the tagged cell is enough."""
_MONTHS = ("start", "end", "month", "example", "episode_start", "episode_end")
_KNOWN: dict[str, Any] = {"series": SeriesName} | dict.fromkeys(_MONTHS, Month | None)
"""Types of parameters known by name; for others the base of the model, or the default, gives the type."""
_BOUNDS = re.compile(r"(-?[\d.]+)(?: to (-?[\d.]+)| or more)")
_NEEDS = re.compile(r"^# Needs exhibits? (.+?)\.?$", re.MULTILINE)


def notebooks() -> dict[str, type[Common]]:
    """Return the parameter model of every notebook in the folder, in the order of their names.

    Raises
    ------
    ParameterError
        The folder has no notebook.
    """
    if not (paths := sorted(notebook_folder().glob("[0-9]*.ipynb"))):
        raise ParameterError(f"no notebook in {notebook_folder()} (TRADELIB_NOTEBOOKS names the folder)")
    return {path.stem: declared(path, path.stat().st_mtime_ns) for path in paths}


@cache
def declared(path: Path, written: int = 0) -> type[Common]:  # noqa: ARG001 - see below
    """Return the parameter model of a notebook, as its tagged cell declares it.

    Parameters
    ----------
    path : Path
        A notebook with a cell tagged ``parameters``: assignments of defaults, each with a comment. A number whose
        comment says ``3 to 40`` or ``1 or more`` must be within these bounds; a line ``# Needs exhibits 7, 8.`` names
        what the release must have. With ``start`` and ``end`` the notebook is an analysis of a span, without them a
        chapter on a release. The default and the bounds in the cell replace those of a parameter in the base model.
    written : int
        Modification time of the file, part of the cache key.

    Raises
    ------
    ParameterError
        There is no such cell, or it contains anything but assignments of plain values.
    """
    cell = assigned(path)
    base = _BASES.get(path.stem) or (Parameters if {"start", "end"} <= cell.keys() else Chapter)
    known = _KNOWN | {name: field.rebuild_annotation() for name, field in base.model_fields.items()}
    fields: dict[str, Any] = {}
    for name, (default, comment) in cell.items():
        bounds = _BOUNDS.search(comment)
        kind = known.get(name) or (type(default) if default is not None else int if bounds else str)
        if bounds and kind in (int, float):
            kind = Annotated[kind, Field(ge=float(bounds[1]), le=float(bounds[2]) if bounds[2] else None)]
        fields[name] = (kind | None if default is None else kind, default)
    model = create_model(path.stem, __base__=base, **fields)
    model.notebook = path.stem
    if issubclass(model, Chapter) and (needs := _NEEDS.search(_tagged_cell(path))):
        model.exhibits = tuple(needs[1].replace(" and ", ", ").replace(" ", "").split(","))
    return model


def assigned(path: Path) -> dict[str, tuple[Any, str]]:
    """Return default and comment of each parameter of a notebook, in the order of its tagged cell.

    Raises
    ------
    ParameterError
        There is no such cell, or it contains anything but assignments of plain values.
    """
    source = _tagged_cell(path)
    lines = source.splitlines()
    try:
        assignments: list[Any] = ast.parse(source).body
        return {
            node.targets[0].id: (ast.literal_eval(node.value), lines[node.lineno - 1].partition("#")[2].strip())
            for node in assignments
        }
    except (SyntaxError, ValueError, AttributeError) as error:
        expected = "the cell tagged parameters must assign plain values to names"
        raise ParameterError(f"{path.name}: {expected}: {error}") from error


def _tagged_cell(path: Path) -> str:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise ParameterError(f"{path.name} is no notebook: {error}") from error
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", ()):
            return "".join(cell["source"])
    expected = "expected one that assigns the defaults of its parameters"
    raise ParameterError(f"{path.name} has no cell tagged parameters; {expected}")


def asked(notebook: str, **values: Any) -> Any:
    """Return the checked parameters of a notebook, for its first cell.

    Raises
    ------
    ParameterError
        A value is impossible, or the release in use does not have what the notebook needs.
    """
    return check(notebooks()[notebook], values)


def check(model: type[Common], values: Mapping[str, Any]) -> Common:
    """Return checked parameters.

    Raises
    ------
    ParameterError
        A name is unknown, a type is wrong, or a value is not a series, not a month or out of bounds; one message lists
        all faults.
    LackingError
        The data do not have the series, span or release, or too few months of it.
    """
    try:
        parameters = model(**values)
        parameters.require()
    except ValidationError as error:
        messages = [_message(model, detail) for detail in error.errors()]
        raise ParameterError(f"{model.notebook}: " + "; ".join(messages)) from None
    except TradelibError as error:
        raise LackingError(f"{model.notebook}: {_short(str(error), 2000)}") from None
    return parameters


def _message(model: type[Common], error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}; {did_you_mean(name, model.model_fields)}"
    message = _short(error["msg"].removeprefix("Value error, "), 2000)
    return f"{name}={_short(repr(error['input']))}: {message}" if name else message


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[:most] + "..."


_NONE_MEANS = {
    "start": "the first month",
    "end": "the last month",
    "vintage": "the newest",
    "month": "that of the release",
    "episode_start": "none",
    "episode_end": "none",
}


def in_words(name: str, value: object) -> str:
    """Return what a parameter's value means, also when it is None."""
    return _NONE_MEANS.get(name, "the default") if value is None else str(value)

"""What the chapters of the report on one release can be asked for: it stands in their tagged cell."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import pandas as pd
from pydantic import Field, create_model

from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters.base import Common, Month, Parameters, SeriesName

if TYPE_CHECKING:
    from pathlib import Path

_MONTHS = ("start", "end", "month", "example", "episode_start", "episode_end")
_KNOWN: dict[str, Any] = {"series": SeriesName} | dict.fromkeys(_MONTHS, Month | None)
"""Parameters whose names say what they may be; of all others it is the type of the default."""
_BOUNDS = re.compile(r"(-?[\d.]+)(?: to (-?[\d.]+)| or more)")
_NEEDS = re.compile(r"^# Needs exhibits? (.+?)\.?$", re.MULTILINE)


class Chapter(Common):
    """A chapter about one release: everything in it stands in that release."""

    exhibits: ClassVar[tuple[str, ...]] = ()

    def read(self) -> store.Release:
        """Return the release in use.

        Raises
        ------
        ParameterError
            It does not have the exhibits that the chapter is about.
        """
        release = store.release(self.day)
        if lacking := [name for name in self.exhibits if name not in release.exhibits]:
            raise ParameterError(
                f"the release of {release.released} about {release.month} has no exhibit {' and no '.join(lacking)}"
            )
        return release

    @property
    def at(self) -> pd.Period:
        """The month that is told: that of the release, or an earlier one where the notebook has ``month``.

        Raises
        ------
        ParameterError
            The release does not have that month and the one before it.
        """
        release = self.read()
        if not (month := getattr(self, "month", None)):
            return release.month
        at, known = pd.Period(month, "M"), release.rows("balance_total_bop_sa")["last"]
        if not {at, at - 1} <= set(known):
            reach = f"{known.iloc[0]} to {known.iloc[-1]}"
            raise ParameterError(f"the release of {release.released} has {reach}, not {month} and the month before")
        return at

    def require(self) -> None:
        """Check that the release has what the chapter is about."""
        self.at  # noqa: B018 - it raises


def declared(path: Path, base: type[Common] | None = None) -> type[Common]:
    """Return the model of a notebook, as its tagged cell declares it.

    Parameters
    ----------
    path : Path
        A notebook with a cell tagged ``parameters``: assignments of defaults, each with a comment. A number whose
        comment says ``3 to 40`` or ``1 or more`` stays in these bounds; a line ``# Needs exhibits 7, 8.`` names what
        the release must have. With ``start`` and ``end`` the notebook is an analysis of a span, without them a chapter
        on a release.
    base : type of Common, optional
        What the notebook needs besides, and how it loads it.

    Raises
    ------
    ParameterError
        There is no such cell, or it holds something else than assignments of plain values.
    """
    fields: dict[str, Any] = {}
    for name, (default, comment) in assigned(path).items():
        kind = _KNOWN.get(name, str | None if default is None else type(default))
        if name not in _KNOWN and (bounds := _BOUNDS.search(comment)) and not isinstance(default, str):
            bounded = Field(ge=float(bounds[1]), le=float(bounds[2]) if bounds[2] else None)
            kind = Annotated[int, bounded] | None if default is None else Annotated[kind, bounded]
        fields[name] = (kind, default)
    base = base or (Parameters if {"start", "end"} <= fields.keys() else Chapter)
    own = {name: kind for name, kind in fields.items() if name not in base.model_fields}
    model = create_model(path.stem, __base__=base, **own)
    model.notebook = path.stem
    if issubclass(model, Parameters) and not model.needs and "series" not in fields:
        model.needs = ("balance_total_bop_sa",)  # a span must lie in that of the headline at least
    if issubclass(model, Chapter) and (needs := _NEEDS.search(_tagged_cell(path))):
        model.exhibits = tuple(needs[1].replace(" and ", ", ").replace(" ", "").split(","))
    return model


def assigned(path: Path) -> dict[str, tuple[Any, str]]:
    """Return default and comment of each parameter of a notebook, in the order of its tagged cell.

    Raises
    ------
    ParameterError
        There is no such cell, or it holds something else than assignments of plain values.
    """
    source = _tagged_cell(path)
    lines = source.splitlines()
    try:
        return {
            node.targets[0].id: (  # type: ignore[attr-defined]
                ast.literal_eval(node.value),  # type: ignore[attr-defined]
                lines[node.lineno - 1].partition("#")[2].strip(),
            )
            for node in ast.parse(source).body
        }
    except (SyntaxError, ValueError, AttributeError) as error:
        raise ParameterError(
            f"{path.name}: the cell tagged parameters must assign plain values to names: {error}"
        ) from error


def _tagged_cell(path: Path) -> str:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError) as error:
        raise ParameterError(f"{path.name} is no notebook: {error}") from error
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", ()):
            return "".join(cell["source"])
    raise ParameterError(
        f"{path.name} has no cell tagged parameters, in which its parameters stand with their defaults"
    )

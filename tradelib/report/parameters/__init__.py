"""What a notebook can be asked for; every value is checked before anything runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tradelib.quantity.errors import ParameterError, did_you_mean
from tradelib.report.parameters.base import Common, Parameters, in_words
from tradelib.report.parameters.chapter import Chapter, declared
from tradelib.report.parameters.real_vs_nominal import Prices
from tradelib.report.parameters.revisions import Revisions
from tradelib.report.parameters.seasonal import AgencyWay, OwnAdjustment, Seasonal
from tradelib.report.parameters.trend import Breaks, Forecasts, Trend
from tradelib.store import notebook_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "AgencyWay", "Breaks", "Chapter", "Common", "Forecasts", "OwnAdjustment", "Parameters", "Prices", "Revisions",
    "Seasonal", "Trend", "asked", "check", "in_words", "notebooks",
]  # fmt: skip

_BASES: dict[str, type[Common]] = {
    "22_seasonal": Seasonal, "23_trend": Trend, "24_real_vs_nominal": Prices, "25_revisions": Revisions,
    "26_breaks": Breaks, "27_forecasts": Forecasts, "28_agency_way": AgencyWay, "29_own_adjustment": OwnAdjustment,
    "40_newest_trend": Trend, "41_turbulence": Breaks, "42_news_or_noise": Revisions, "43_one_index": Prices,
    "44_terms_of_trade": Prices,
}  # fmt: skip
"""Notebooks whose data must have more than the parameters say; of all others the tagged cell says everything."""


@cache
def _declared(path: Path, written: int) -> type[Common]:  # noqa: ARG001 - a notebook written anew is read anew
    return declared(path, _BASES.get(path.stem))


def notebooks() -> dict[str, type[Common]]:
    """Return every notebook of the folder and what it can be asked for, in the order of their names."""
    paths = sorted(notebook_folder().glob("[0-9]*.ipynb"))
    return {path.stem: _declared(path, path.stat().st_mtime_ns) for path in paths}


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
        A name is unknown, a type wrong, a series, span or vintage impossible; all of it in one message.
    """
    try:
        return model(**values)
    except ValidationError as error:
        messages = [_tell(model, one) for one in error.errors()]
        raise ParameterError(f"{model.notebook}: " + "; ".join(messages)) from None


def _tell(model: type[Common], error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}; {did_you_mean(name, model.model_fields)}"
    message = _short(error["msg"].removeprefix("Value error, "), 2000)
    return f"{name}={_short(repr(error['input']))}: {message}" if name else message


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[:most] + "..."

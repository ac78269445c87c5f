"""What a notebook can be asked for; every value is checked before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from tradelib.parameters.base import Parameters, in_words
from tradelib.parameters.chapter import Chapter, Gold, Goods, Partners, Petroleum
from tradelib.parameters.headline import Headline
from tradelib.parameters.real_vs_nominal import RealVsNominal
from tradelib.parameters.revisions import Revisions
from tradelib.parameters.seasonal import Seasonal
from tradelib.parameters.services_and_partners import ServicesAndPartners
from tradelib.parameters.trend import Trend
from tradelib.quantity.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "NOTEBOOKS",
    "Chapter",
    "Gold",
    "Goods",
    "Headline",
    "Parameters",
    "Partners",
    "Petroleum",
    "RealVsNominal",
    "Revisions",
    "Seasonal",
    "ServicesAndPartners",
    "Trend",
    "check",
    "in_words",
]  # fmt: skip

NOTEBOOKS: dict[str, type[Parameters]] = {
    model.notebook: model
    for model in (
        Headline,
        Seasonal,
        Trend,
        RealVsNominal,
        Revisions,
        ServicesAndPartners,
        Goods,
        Partners,
        Petroleum,
        Gold,
    )
}


def check(model: type[Parameters], values: Mapping[str, Any]) -> Parameters:
    """Return checked parameters.

    Raises
    ------
    ParameterError
        A name is unknown, a type wrong, a series, span or vintage impossible; all of it in one message.
    """
    try:
        return model(**values)
    except ValidationError as error:
        told = [_tell(model, one) for one in error.errors()]
        raise ParameterError(f"{model.notebook}: " + "; ".join(told)) from None


def _tell(model: type[Parameters], error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}; {did_you_mean(name, model.model_fields)}"
    message = _short(error["msg"].removeprefix("Value error, "), 2000)
    return f"{name}={_short(repr(error['input']))}: {message}" if name else message


def _short(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[:most] + "..."

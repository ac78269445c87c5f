"""What a notebook can be asked for; every value is checked before anything runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from tradelib import catalog, vintages
from tradelib.errors import ParameterError, TradelibError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def _one_series(word: str) -> str:
    """Return the name of the one series that a word stands for."""
    try:
        found = catalog.find(word)
    except ParameterError as error:
        raise ValueError(str(error)) from error
    if len(found) > 1:
        raise ValueError(f"{word!r} stands for {len(found)} series; name one of {', '.join(s.name for s in found)}")
    return found[0].name


def _is_month(text: str) -> str:
    try:
        dt.datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a calendar month
    except ValueError:
        raise ValueError(f"{text!r} is not a month like 2024-02") from None
    return text


SeriesName = Annotated[str, AfterValidator(_one_series)]
Month = Annotated[str, AfterValidator(_is_month)]


class Parameters(BaseModel):
    """What every notebook takes.

    Attributes
    ----------
    start, end : str or None
        First and last month, both included; None for all there is.
    vintage : str or None
        Vintage of the history table: a day, a month, or None for the newest.
    output : str or None
        Folder for figures, tables and results; None writes nothing.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    notebook: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()

    start: Month | None = None
    end: Month | None = None
    vintage: str | None = None
    output: str | None = None

    def load(self, series: str | list[str], **kwargs: Any) -> pd.DataFrame:
        """Load series for the span asked for, in billions of dollars.

        The vintage is the history table's; series of other families come from their newest release, which
        the echo of a notebook names.
        """
        families = {s.family for s in catalog.find(series)}
        vintage = self.vintage if families == {vintages.HISTORY} else None
        asked = {"start": self.start, "end": self.end, "vintage": vintage, "unit": "billions"}
        return vintages.load(series, **(asked | kwargs))

    @model_validator(mode="after")
    def _loads(self) -> Self:
        """Check that the data have what is asked: series, span and vintage."""
        names = [*self.needs, *(getattr(self, field) for field in ("series",) if hasattr(self, field))]
        try:
            for name in names:
                self.load(name)
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self


class Seasonal(Parameters):
    """Is seasonality left in a published series, and what is the pattern of unadjusted goods trade?"""

    notebook: ClassVar[str] = "02_seasonal"
    series: SeriesName = "balance_total_bop_sa"


class Trend(Parameters):
    """Where is a series heading, and what is its path made of?"""

    notebook: ClassVar[str] = "03_trend"
    series: SeriesName = "balance_total_bop_sa"


class RealVsNominal(Parameters):
    """Is the goods balance moving because prices or because quantities move?"""

    notebook: ClassVar[str] = "04_real_vs_nominal"
    needs: ClassVar[tuple[str, ...]] = ("exports_goods_bop_sa", "imports_goods_bop_sa")
    reference_year: int = 2017

    @model_validator(mode="after")
    def _compares(self) -> Self:
        """Check that there are a year to compare with and the prices of the reference year."""
        months = self.load(self.needs[0]).index
        if len(months) < 13:
            raise ValueError(f"{months[0]} to {months[-1]} are {len(months)} months; a change over a year needs 13")
        prices = self.load("*_price_index_*", start=None, end=None).index
        whole = [year for year in prices.year.unique() if sum(prices.year == year) == 12]
        if self.reference_year not in whole:
            expected = f"a whole year of the price indexes, {whole[0]} to {whole[-1]}"
            raise ValueError(f"reference_year {self.reference_year}: expected {expected}")
        return self


NOTEBOOKS: dict[str, type[Parameters]] = {m.notebook: m for m in (Seasonal, Trend, RealVsNominal)}


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
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}={error['input']!r}: {message}" if name else message

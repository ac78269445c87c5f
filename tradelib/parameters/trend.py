"""What the notebook on the trend can be asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from tradelib import store
from tradelib.monthly import require_months
from tradelib.parameters.base import Month, Parameters, SeriesName
from tradelib.quantity.errors import ParameterError, TradelibError

if TYPE_CHECKING:
    import pandas as pd


class Trend(Parameters):
    """Where is a series heading, and what is its path made of?

    Attributes
    ----------
    series : str
        Which series; models are for exports, imports and balance of its item.
    horizon : int
        Months ahead that are forecast, 1 to 24.
    origin : str or None
        The month at which the forecast is made, with what was known of the months up to it; None for the last one.
    """

    notebook: ClassVar[str] = "23_trend"
    least_months: ClassVar[int] = 24
    model_months: ClassVar[int] = 120
    series: SeriesName = "balance_total_bop_sa"
    horizon: Annotated[int, Field(ge=1, le=24)] = 12
    origin: Month | None = None

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        """Check that the span has the months a trend needs, and the time before the origin those of a model."""
        try:
            span = require_months(self.load(self.series)[self.series], least=self.least_months, purpose="trend")
            if self.origin is not None and not str(span.index[0]) <= self.origin <= str(span.index[-1]):
                raise ParameterError(f"origin {self.origin} is outside the span {span.index[0]} to {span.index[-1]}")
            known = self.load(self.series, start=None, end=self.origin or self.end)[self.series]
            require_months(known, least=max(72, 60 + self.horizon), purpose=f"forecast over {self.horizon} months")
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self

    def flows(self) -> dict[str, str]:
        """Return what the models are for: balance, exports and imports of the item, or an index on its own."""
        asked = store.find(self.series, self.day)[0]
        if asked.measure == "index":
            return {asked.flow: asked.name}
        return {flow: replace(asked, flow=flow).name for flow in ("exports", "imports")}

    def load_long(self, end: str | None = None) -> pd.DataFrame:
        """Load the flows for the models: the span, and where it is short the months before, up to ten years."""
        names = self.flows()
        data = self.load(list(names.values()), start=None, end=end or self.end).dropna()
        months = len(self.load(self.series, end=end or self.end).dropna())
        return data.iloc[-max(months, self.model_months) :].rename(columns={name: flow for flow, name in names.items()})

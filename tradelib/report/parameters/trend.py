"""What the notebooks on trend, breaks and forecasts can be asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from tradelib import store
from tradelib.analysis.trend import stl_trend
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import require_months
from tradelib.report.parameters.base import Month, Parameters, SeriesName

if TYPE_CHECKING:
    import pandas as pd


class Trend(Parameters):
    """Where is a series heading, and what is its path made of?

    Attributes
    ----------
    series : str
        Which series; models are for exports, imports and balance of its item.

    A model's ``known_months`` are those that must be there up to the end, the months before the span included.
    """

    notebook: ClassVar[str] = "23_trend"
    least_months: ClassVar[int] = 24
    model_months: ClassVar[int] = 120
    known_months: ClassVar[int] = 36
    series: SeriesName = "balance_total_bop_sa"

    def require(self) -> None:
        """Check that the span has the months a trend needs, and the time up to its end those of a model."""
        super().require()
        require_months(self.load(self.series)[self.series], least=self.least_months, purpose="trend")
        self.check_known(self.end, self.known_months)

    def check_known(self, end: str | None, least: int) -> None:
        """Raise ``SeriesError`` when there are fewer months up to a month than models need."""
        known = self.load_back([self.series, *self.flows().values()], end).dropna()
        for name in known:
            require_months(known[name], least=least, purpose=self.notebook.partition("_")[2])

    def load_back(self, names: list[str], end: str | None) -> pd.DataFrame:
        """Load ten years and more up to a month, from a release that has the span if it reaches back so far."""
        span = self.load(self.series, end=end).dropna().index
        try:
            return self.load(names, start=str(min(span[0], span[-1] - self.model_months + 1)), end=end)
        except ParameterError:
            return self.load(names, start=None, end=end)

    def flows(self) -> dict[str, str]:
        """Return what the models are for: balance, exports and imports of the item, or an index on its own."""
        quantity = store.find(self.series, self.day)[0]
        if quantity.measure == "index":
            return {quantity.flow: quantity.name}
        return {flow: replace(quantity, flow=flow).name for flow in ("exports", "imports")}

    def load_long(self, end: str | None = None) -> pd.DataFrame:
        """Load what the models are for: the span, and where it is short the months before, up to ten years.

        Returns
        -------
        DataFrame
            ``exports``, ``imports`` and ``balance``, their difference, or an index on its own; what is not adjusted
            comes without its season, as STL estimates it.
        """
        names, end = self.flows(), end or self.end
        data = self.load_back(list(names.values()), end).dropna()
        months = len(self.load(self.series, end=end).dropna())
        data = data.iloc[-max(months, self.model_months) :]
        data = data.rename(columns={name: flow for flow, name in names.items()})
        if store.find(self.series, self.day)[0].adjustment != "sa":
            data -= data.apply(lambda flow: stl_trend(flow).table["seasonal"])
        return data.assign(balance=data["exports"] - data["imports"]) if len(names) == 2 else data


class Breaks(Trend):
    """Did level and growth of a series break, or does it only wander?"""

    notebook: ClassVar[str] = "26_breaks"
    known_months: ClassVar[int] = 60


class Forecasts(Trend):
    """What is to be expected of a series, and how wrong will that be?

    Attributes
    ----------
    horizon : int
        Months ahead that are forecast, 1 to 24.
    origin : str or None
        The month at which the forecast is made, with what was known of the months up to it; None for the last one.
    """

    notebook: ClassVar[str] = "27_forecasts"
    horizon: Annotated[int, Field(ge=1, le=24)] = 12
    origin: Month | None = None

    def require(self) -> None:
        """Check that the origin is in the span, and that errors of forecasts before it can be measured."""
        super().require()
        span = self.load(self.series)[self.series].dropna().index
        if self.origin is not None and not str(span[0]) <= self.origin <= str(span[-1]):
            raise ParameterError(f"origin {self.origin} is outside the span {span[0]} to {span[-1]}")
        self.check_known(self.origin or self.end, 80 + self.horizon)

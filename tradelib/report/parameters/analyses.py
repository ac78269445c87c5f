"""Parameters of the analyses, and what they need: months of a trend or model, prices of a year, revised prints."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from tradelib import store
from tradelib.analysis import revisions
from tradelib.analysis.trend import stl_trend
from tradelib.quantity import Quantity
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.monthly import require_months
from tradelib.report.parameters.base import Month, Parameters, SeriesName

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

PRICES = tuple(f"{flow}_goods_bls_nsa_base2000_index" for flow in ("exports", "imports"))
"""The price indexes of all commodities."""


class Trend(Parameters):
    """Where is a series heading?

    Attributes
    ----------
    series : str
        Which series.
    """

    series: SeriesName

    def require(self) -> None:
        """Check that the span has the months a trend needs."""
        super().require()
        require_months(self.load(self.series)[self.series], least=24, purpose="trend")


class Models(Trend):
    """What is the path of a series made of? The models are for exports, imports and balance of its item.

    There must be ``known_months`` months up to the end; those before the span count.
    """

    model_months: ClassVar[int] = 120
    known_months: ClassVar[int] = 36

    def require(self) -> None:
        """Check that there are enough months for a model up to the end of the span."""
        super().require()
        self.check_known(self.end, self.known_months)

    def check_known(self, end: str | None, least: int) -> None:
        """Raise ``TradelibError`` if there are fewer than ``least`` months up to a month, or the flows end earlier."""
        names, ends = list(self.flows().values()), self.load(self.series, end=end).dropna().index[-1]
        known = self.load_back([self.series, *names], end).dropna()
        require_months(known[self.series], least=least, purpose=self.notebook.partition("_")[2])
        if known.index[-1] < ends:
            raise ParameterError(f"{' and '.join(names)} end in {known.index[-1]}, {self.series} in {ends}")

    def load_back(self, names: list[str], end: str | None) -> pd.DataFrame:
        """Load ten years or more up to a month; if no release reaches back so far, load the longest history."""
        span = self.load(self.series, end=end).dropna().index
        try:
            return self.load(names, start=str(min(span[0], span[-1] - self.model_months + 1)), end=end)
        except ParameterError:
            return self.load(names, start=None, end=end)

    def flows(self) -> dict[str, str]:
        """Return the names of the modelled series by flow: exports and imports of the item, or an index alone."""
        quantity = store.find(self.series, self.day)[0]
        if quantity.measure == "index":
            return {quantity.flow: quantity.name}
        return {flow: replace(quantity, flow=flow).name for flow in ("exports", "imports")}

    def load_long(self, end: str | None = None, *, season: bool = False) -> pd.DataFrame:
        """Load the series that are modelled: the span and, if it is shorter than ten years, the months before it.

        Returns
        -------
        DataFrame
            ``exports``, ``imports`` and ``balance``, their difference; or an index alone. From unadjusted series the
            season, as STL estimates it from all these months, is removed unless ``season`` is true.
        """
        names, end = self.flows(), end or self.end
        data = self.load_back(list(names.values()), end).dropna()
        months = len(self.load(self.series, end=end).dropna())
        data = data.iloc[-max(months, self.model_months) :]
        data = data.rename(columns={name: flow for flow, name in names.items()})
        if not season and store.find(self.series, self.day)[0].adjustment != "sa":
            data -= data.apply(lambda flow: stl_trend(flow)["seasonal"])
        return data.assign(balance=data["exports"] - data["imports"]) if len(names) == 2 else data


class Breaks(Models):
    """Did level and growth of a series break, or does it only wander?"""

    known_months: ClassVar[int] = 60


class Forecasts(Models):
    """What is to be expected of a series, and how wrong will that be?

    Attributes
    ----------
    horizon : int
        Months ahead that are forecast.
    origin : str or None
        The month at which the forecast is made, from the months up to it; None for the last one.
    """

    horizon: int
    origin: Month | None

    def require(self) -> None:
        """Check that the origin is in the span, and that errors of forecasts before it can be measured."""
        super().require()
        span = self.load(self.series)[self.series].dropna().index
        if self.origin is not None and not str(span[0]) <= self.origin <= str(span[-1]):
            raise ParameterError(f"origin {self.origin} is outside the span {span[0]} to {span[-1]}")
        self.check_known(self.origin or self.end, 80 + self.horizon)


class Prices(Parameters):
    """Parameters of every notebook on prices and volumes.

    Attributes
    ----------
    reference_year : int
        The year at whose prices volumes are measured, and in which price indexes are 100.
    """

    needs: ClassVar[tuple[str, ...]] = tuple(Quantity(flow, "goods").name for flow in ("exports", "imports"))
    reference_year: int

    def load_prices(self) -> pd.DataFrame:
        """Load the price indexes, which another agency publishes, from their newest release."""
        return self.load(PRICES, start=None, end=None, vintage=None)

    def load_chained(self) -> pd.DataFrame | None:
        """Load the official chained dollars of all months, in billions.

        None if the store has no tables of many years (``realexp``, ``realimp``) on the day of the release.
        """
        tables = {"realexp", "realimp"}
        fitting = [each for each in store.releases() if each.released <= self.day and tables <= set(each.exhibits)]
        if not fitting:
            return None
        real = fitting[-1].facts.query("exhibit in @tables")
        return self.load(list(real["name"].unique()), start=None, end=None)

    def common_months(self) -> pd.PeriodIndex:
        """Return the months of the span that have values, prices and, if used, chained dollars.

        On the day of a release prices can be a month behind the values, or the other way round.
        """
        prices, chained = self.load_prices(), self.load_chained()
        values = self.load(self.needs[0] if chained is None else "exports_goods_census_sa")
        months = prices.index.intersection(values.index)
        return months if chained is None else months.intersection(chained.index)

    def require(self) -> None:
        """Check that there are 13 months and the prices of the reference year, and that an episode is within them."""
        super().require()
        months = self.common_months()
        if len(months) < 13:
            span = f"{months[0]} to {months[-1]} are " if len(months) else "values and prices have "
            raise ParameterError(f"{span}{len(months)} months; a change over a year needs 13")
        known = self.load_prices().dropna().index
        chained = self.load_chained()
        if chained is not None:
            values = self.load("exports_goods_census_sa", start=None, end=None)
            known = known.intersection(chained.dropna().index).intersection(values.index)
        years = [year for year in known.year.unique() if sum(known.year == year) == 12]
        if self.reference_year not in years:
            both = "" if chained is None else " and of the official chained dollars"
            expected = f"a whole year of the price indexes{both}, {years[0]} to {years[-1]}"
            raise ParameterError(f"reference_year {self.reference_year}: expected {expected}")
        start, end = getattr(self, "episode_start", None), getattr(self, "episode_end", None)
        if (start or end) and not (start and end and str(months[0]) <= start < end <= str(months[-1])):
            expected = f"both ends of an episode between {months[0]} and {months[-1]}"
            raise ParameterError(f"episode_start {start} and episode_end {end}; expected {expected}")


class Revisions(Parameters):
    """Parameters of every notebook on revisions.

    Attributes
    ----------
    compilation : str
        Whose figures are compared: ``bea`` (BEA's time series and FRED) or ``census`` (exhibits and history table).
    print_number : int
        Which print is compared with the latest figure; 1 is the first.
    """

    own: ClassVar[tuple[str, ...]] = ("series", "end")
    least_months: ClassVar[int] = 5
    series: SeriesName
    compilation: str
    print_number: int

    @cached_property
    def day(self) -> dt.date:
        """The day up to which releases count: that of ``vintage``, or of the newest release that has the series."""
        return store.release_of(self.series, self.vintage).released

    def load_triangle(self) -> pd.DataFrame:
        """Load the triangle of all months and the releases up to the vintage, in billions of dollars."""
        known = store.triangle(self.series, self.compilation, self.day)
        billions = known / 1000
        billions.attrs = known.attrs | {"unit": "billions of dollars"}
        return billions

    def require(self) -> None:
        """Check that enough months of the span, the example among them, have the print and a later one."""
        super().require()
        span = {"start": self.start, "end": self.end}
        table = revisions.pairs(self.load_triangle(), number=self.print_number, flat=0.05, **span)
        measured = list(table.index.astype(str))
        if len(measured) < self.least_months:
            months = f"{len(measured)} month{'s' * (len(measured) != 1)} with print {self.print_number} and a later one"
            raise ParameterError(f"found {months} ({', '.join(measured)}); expected at least {self.least_months}")
        same = [name for name, values in table.select_dtypes(float).items() if values.nunique() < 2]
        if same or not table["direction"].isin(["kept", "flipped"]).any():
            fault = f"{same[0].replace('_', ' ')} of one size" if same else "no direction"
            where = f"print {self.print_number} of {measured[0]} to {measured[-1]} ({len(measured)} months)"
            expected = "values that differ, and a direction: take a smaller print_number or a longer span"
            raise ParameterError(f"{where}: found {fault}; expected {expected}")
        if (example := getattr(self, "example", None)) not in {None, *measured}:
            raise ParameterError(f"example {example} is none of the months measured: {', '.join(measured)}")
        if (rejected := getattr(self, "rejected", 0)) >= (doubtful := getattr(self, "doubtful", 1)):
            raise ParameterError(f"rejected={rejected}: expected less than doubtful={doubtful}")

"""What the notebooks on prices and volumes need: a year of both, whole years, an episode in the span."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters.base import Parameters

if TYPE_CHECKING:
    import pandas as pd

PRICES = tuple(f"{flow}_goods_bls_nsa_base2000_index" for flow in ("exports", "imports"))
"""The price indexes of all commodities."""


class Prices(Parameters):
    """What every notebook on prices and volumes takes.

    Attributes
    ----------
    reference_year : int
        Volumes are at its prices, price indexes 100 in it.
    """

    needs: ClassVar[tuple[str, ...]] = ("exports_goods_bop_sa", "imports_goods_bop_sa")
    reference_year: int = 2017

    def load_prices(self) -> pd.DataFrame:
        """Load the price indexes, another agency's, from their newest release."""
        return self.load(PRICES, start=None, end=None, vintage=None)

    def load_chained(self, *, whole: bool = False) -> pd.DataFrame | None:
        """Load the official chained dollars, in billions, for the span asked for or whole.

        None where the store has no table of many years (``realexp``, ``realimp``) on the day of the release.
        """
        tables = {"realexp", "realimp"}
        fitting = [each for each in store.releases() if each.released <= self.day and tables <= set(each.exhibits)]
        if not fitting:
            return None
        real = fitting[-1].facts.query("exhibit in @tables")
        kinds = set(zip(real["item"], real["price"], strict=True))
        names = [
            name
            for name, quantity in fitting[-1].quantities.items()
            if (quantity.item, quantity.price) in kinds and quantity.flow != "balance"
        ]
        return self.load(names, start=None, end=None) if whole else self.load(names)

    def common_months(self) -> pd.PeriodIndex:
        """Return the months of the span asked for that values, prices and, where used, chained dollars all have.

        On the day of a release prices can be a month behind the values, or the other way round.
        """
        months = self.load_prices().index
        chained = self.load_chained()
        if chained is None:
            return months.intersection(self.load(self.needs[0]).index)
        values = self.load("exports_goods_census_sa", start=None, end=None).index
        return months.intersection(values).intersection(chained.index)

    def require(self) -> None:
        """Check that there are a year to compare with and the prices of the reference year; an episode fits."""
        super().require()
        months = self.common_months()
        if len(months) < 13:
            span = f"{months[0]} to {months[-1]} are " if len(months) else "values and prices have "
            raise ParameterError(f"{span}{len(months)} months; a change over a year needs 13")
        known = self.load_prices().dropna().index
        everything = self.load_chained(whole=True)
        if everything is not None:
            values = self.load("exports_goods_census_sa", start=None, end=None)
            known = known.intersection(everything.dropna().index).intersection(values.index)
        years = [year for year in known.year.unique() if sum(known.year == year) == 12]
        if self.reference_year not in years:
            chained = "" if everything is None else " and of the official chained dollars"
            expected = f"a whole year of the price indexes{chained}, {years[0]} to {years[-1]}"
            raise ParameterError(f"reference_year {self.reference_year}: expected {expected}")
        ends, months = (getattr(self, "episode_start", None), getattr(self, "episode_end", None)), self.common_months()
        if ends == (None, None):
            return
        if None in ends or not str(months[0]) <= str(ends[0]) < str(ends[1]) <= str(months[-1]):
            expected = f"both ends of an episode between {months[0]} and {months[-1]}"
            raise ParameterError(f"episode_start {ends[0]} and episode_end {ends[1]}; expected {expected}")

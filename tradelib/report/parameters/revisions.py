"""What the notebooks on revisions need: months enough that have the print and a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from tradelib import store
from tradelib.analysis import revisions
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters.base import Parameters, SeriesName
from tradelib.store import triangles as triangle

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


class Revisions(Parameters):
    """What every notebook on revisions takes.

    Attributes
    ----------
    compilation : str
        Whose figures are compared: ``bea`` (BEA's time series and FRED) or ``census`` (exhibits and history table).
    print_number : int
        Which print is compared with the latest figure; 1 is the first.
    """

    own: ClassVar[tuple[str, ...]] = ("series", "end", "vintage")
    least_months: ClassVar[int] = 5
    series: SeriesName = "balance_total_bop_sa"
    compilation: str = "bea"
    print_number: Annotated[int, Field(ge=1)] = 1

    @property
    def day(self) -> dt.date:
        """The day until which releases count."""
        return store.release_of(self.series, self.vintage).released

    def load_triangle(self) -> pd.DataFrame:
        """Load all months and the releases until the vintage asked for, in billions of dollars."""
        known = triangle.until(store.triangle(self.series, self.compilation), self.day)
        billions = known / 1000
        billions.attrs = known.attrs | {"unit": "billions of dollars"}
        return billions

    def require(self) -> None:
        """Check that enough months of the span have the print and a later one, an example among them."""
        super().require()
        span = {"start": self.start, "end": self.end}
        table = revisions.pairs(self.load_triangle(), number=self.print_number, flat=0.05, **span)
        measured = list(table.index.astype(str))
        if len(measured) < self.least_months:
            found = f"{len(measured)} months with print {self.print_number} and a later one ({', '.join(measured)})"
            raise ParameterError(f"found {found}; expected at least {self.least_months}")
        same = [name for name, values in table.select_dtypes(float).items() if values.nunique() < 2]
        if same or not table["direction"].isin(["kept", "flipped"]).any():
            found = f"found {same[0].replace('_', ' ')} of one size" if same else "found no direction"
            where = f"print {self.print_number} of {measured[0]} to {measured[-1]} ({len(measured)} months)"
            expected = "values that differ, and a direction: take a smaller print_number or a longer span"
            raise ParameterError(f"{where}: {found}; expected {expected}")
        if (example := getattr(self, "example", None)) not in {None, *measured}:
            raise ParameterError(f"example {example} is none of the months measured: {', '.join(measured)}")
        if (rejected := getattr(self, "rejected", 0)) >= (doubtful := getattr(self, "doubtful", 1)):
            raise ParameterError(f"rejected={rejected}: expected less than doubtful={doubtful}")

"""What the notebook on revisions can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from tradelib import store
from tradelib.analysis import revisions
from tradelib.quantity.errors import ParameterError
from tradelib.report.parameters.base import Month, Parameters, SeriesName
from tradelib.store import triangles as triangle

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


class FirstPrints(Parameters):
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
        billions = triangle.until(store.triangle(self.series, self.compilation), self.day) / 1000
        billions.attrs["unit"] = "billions of dollars"
        return billions

    def require(self) -> None:
        """Check that enough months of the span have the print and a later one."""
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
        self.check_measured(measured)

    def check_measured(self, months: list[str]) -> None:
        """Raise ``ParameterError`` where a parameter does not fit the months measured."""


class Revisions(FirstPrints):
    """How far do first prints move?

    Attributes
    ----------
    shown : int
        How many of the newest months the heat map shows.
    example : str or None
        The month shown print by print; None for the one whose print moved most.
    """

    notebook: ClassVar[str] = "25_revisions"
    shown: Annotated[int, Field(ge=6, le=60)] = 26
    example: Month | None = None

    def check_measured(self, months: list[str]) -> None:
        """Raise ``ParameterError`` where the example is none of the months measured."""
        if self.example not in {None, *months}:
            raise ParameterError(f"example {self.example} is none of the months measured: {', '.join(months)}")


class NewsOrNoise(FirstPrints):
    """Can revisions be foreseen?

    Attributes
    ----------
    lags : int or None
        Months of autocorrelation that the standard errors allow for; None for the usual rule.
    doubtful, rejected : float
        P-values below which a hypothesis is doubtful and rejected.
    few : int
        Fewer months than this are few, and nothing is rated worse than doubtful on them: at 5 and 1 percent, the
        joint test rejects 17 and 7 percent of true hypotheses on the 12 months of the bundled vintages, 10 and 3
        percent on 40 months in a row, and it misses much besides.
    """

    notebook: ClassVar[str] = "42_news_or_noise"
    lags: Annotated[int, Field(ge=0, le=60)] | None = None
    doubtful: Annotated[float, Field(gt=0, lt=1)] = 0.05
    rejected: Annotated[float, Field(gt=0, lt=1)] = 0.01
    few: Annotated[int, Field(ge=1)] = 30

    def check_measured(self, months: list[str]) -> None:  # noqa: ARG002 - the bounds hold for any months
        """Raise ``ParameterError`` where a hypothesis would be rejected that is not even doubtful."""
        if self.rejected >= self.doubtful:
            raise ParameterError(f"rejected={self.rejected}: expected less than doubtful={self.doubtful}")

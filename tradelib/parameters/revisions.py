"""What the notebook on revisions can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field, model_validator

from tradelib import revisions, store
from tradelib.parameters.base import Month, Parameters, SeriesName
from tradelib.quantity.errors import TradelibError
from tradelib.revisions import triangle

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


class Revisions(Parameters):
    """How far do first prints move?

    Attributes
    ----------
    compilation : str
        Whose figures are compared: ``bea`` (BEA's time series and FRED) or ``census`` (exhibits and history table).
    print_number : int
        Which print is compared with the latest figure; 1 is the first.
    lags : int or None
        Months of autocorrelation that the standard errors allow for; None for the usual rule.
    doubtful, rejected, few : float, float, int
        Thresholds of the verdicts.
    shown : int
        How many of the newest months the heat map shows.
    example : str or None
        The month told print by print; None for the one whose print moved most.
    """

    notebook: ClassVar[str] = "25_revisions"
    own: ClassVar[tuple[str, ...]] = ("series", "end", "vintage")
    least_months: ClassVar[int] = 5
    series: SeriesName = "balance_total_bop_sa"
    compilation: str = "bea"
    print_number: Annotated[int, Field(ge=1)] = 1
    lags: Annotated[int, Field(ge=0, le=60)] | None = None
    doubtful: Annotated[float, Field(gt=0, lt=1)] = 0.05
    rejected: Annotated[float, Field(gt=0, lt=1)] = 0.01
    few: Annotated[int, Field(ge=1)] = 30
    shown: Annotated[int, Field(ge=6, le=60)] = 26
    example: Month | None = None

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

    @model_validator(mode="after")
    def _has_prints(self) -> Self:
        """Check that enough months of the span have the print and a later one."""
        try:
            table = revisions.pairs(self.load_triangle(), number=self.print_number, start=self.start, end=self.end)
        except TradelibError as error:
            raise ValueError(str(error)) from error
        measured = list(table.index.astype(str))
        if len(measured) < self.least_months:
            found = f"{len(measured)} months with print {self.print_number} and a later one ({', '.join(measured)})"
            raise ValueError(f"found {found}; expected at least {self.least_months}")
        if self.example not in {None, *measured}:
            raise ValueError(f"example {self.example} is none of the months measured: {', '.join(measured)}")
        return self

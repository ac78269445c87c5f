"""Parameters of the notebooks on seasonality and seasonal adjustment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from tradelib import store
from tradelib.quantity.errors import ParameterError, TradelibError
from tradelib.report.parameters.base import Parameters, SeriesName
from tradelib.seasonal.residual import LEAST_YEARS

if TYPE_CHECKING:
    import pandas as pd


class Seasonal(Parameters):
    """Is seasonality left in a published series, and what did the agency take out?"""

    series: SeriesName

    def require(self) -> None:
        """Check that the series is published as seasonally adjusted and is long enough."""
        super().require()
        self.require_series(store.HEADLINE if self.series in store.HEADLINE else ())  # they are shown beside it
        if store.find(self.series, self.day)[0].adjustment != "sa":
            raise ParameterError(
                f"series {self.series!r} is not published as seasonally adjusted; take one that ends in _sa"
            )
        _require_years(self.load(self.series).index)


def _require_years(months: pd.Index, years: int = LEAST_YEARS) -> None:
    if len(months) < 12 * years:
        raise ParameterError(f"{months[0]} to {months[-1]} are {len(months)} months; the tests need {12 * years}")


class AgencyWay(Parameters):
    """How close does adjusting the detail bring us to the agency's totals?

    Attributes
    ----------
    start, end : str or None
        First and last month compared, not before ``judged``: earlier years were used to choose the settings.
    """

    judged: ClassVar[str] = "2021-01"
    least_months: ClassVar[int] = 24

    @property
    def months(self) -> slice:
        """The span of months compared."""
        return slice(max(self.start or self.judged, self.judged), self.end)

    def require(self) -> None:
        """Check that the detail, the engine and enough months to compare are available."""
        from tradelib.seasonal import agency
        from tradelib.seasonal.x13 import run

        super().require()
        run.binary()
        months = len(agency.load_detail()[1].loc[self.months])
        if months < self.least_months:
            raise ParameterError(f"found {months} months to compare since {self.judged}; expected {self.least_months}")


class OwnAdjustment(Parameters):
    """How do we adjust goods trade, in all or with a partner, and how close is it to the agency's?

    Attributes
    ----------
    series : str
        Unadjusted exports or imports of goods, with all partners or one; the other flow is adjusted with it.
        Without a ``start`` the newest release that has them since ``since`` is used.
    engine : {"rule", "seats", "x11", "stl"}
        How each flow is adjusted: ``rule`` chooses by the first adjustments; STL is the fallback without X-13.
    spec : str
        X-13 specs as ``.spc`` text, without data, or ``chosen`` for the one chosen on the data before 2020-03. A text
        is refused with engine ``rule`` or ``stl``, or if it names the other engine. Each dated regressor must lie in
        every window of 15 years.
    """

    own: ClassVar[tuple[str, ...]] = ("series",)
    since: ClassVar[str] = "1992-01"
    series: SeriesName
    engine: Literal["rule", "seats", "x11", "stl"]
    spec: str

    def load_flows(self, adjustment: Literal["nsa", "sa"] = "nsa") -> pd.DataFrame:
        """Load exports and imports, unadjusted or as the agency adjusts them, in columns by name of the series."""
        quantity = replace(store.find(self.series, self.day)[0], adjustment=adjustment)
        names = [replace(quantity, flow=flow).name for flow in ("exports", "imports")]
        try:
            return self.load(names, start=self.start or self.since)
        except TradelibError:  # no release reaches back so far: use the one with the most months
            return self.load(names)

    def load_agency(self) -> pd.DataFrame | None:
        """Load the agency's adjusted series for months that have unadjusted figures; None if there are none."""
        try:
            adjusted = self.load_flows("sa")
        except TradelibError:
            return None
        common = adjusted.index.intersection(self.load_flows().index)
        return adjusted.loc[common] if len(common) else None

    def require(self) -> None:
        """Check that the series is goods, unadjusted and long enough, and that the spec is valid."""
        super().require()
        quantity = store.find(self.series, self.day)[0]
        if (quantity.basis, quantity.adjustment) != ("census", "nsa"):
            raise ParameterError(f"{self.series!r}: found {quantity.terms}; expected goods that end in _census_nsa")
        _require_years(self.load_flows().index, LEAST_YEARS + 1)  # the first adjustments of three years have a model
        if self.spec == "chosen":
            return
        if self.engine == "stl" or self.engine == "rule":  # noqa: PLR1714 - mypy narrows a Literal by ==
            raise ParameterError(f"spec: found a spec with engine {self.engine!r}, which takes none; name seats or x11")
        from tradelib.seasonal.goods import goods_spec

        try:
            goods_spec(self.engine, self.spec)
        except TradelibError as error:
            raise ParameterError(f"spec: {error}") from error

"""What the notebook on seasonality can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, model_validator

from tradelib import store
from tradelib.parameters.base import Parameters, SeriesName
from tradelib.quantity.errors import TradelibError
from tradelib.seasonal import LEAST_YEARS

if TYPE_CHECKING:
    import pandas as pd

GOODS = tuple(f"{flow}_goods_census_{adjustment}" for adjustment in ("sa", "nsa") for flow in ("exports", "imports"))
"""Goods with all partners, as the agency publishes them adjusted and not."""


def _is_spec(text: str) -> str:
    from tradelib.seasonal.x13 import parse

    if text == "chosen":
        return text
    try:
        series, _ = parse(text)
    except TradelibError as error:
        raise ValueError(str(error)) from error
    if series is not None:
        raise ValueError("the text has data of its own; expected specs without data")
    return text


class Seasonal(Parameters):
    """Is seasonality left in a published series, and what is the pattern of unadjusted goods trade?

    Attributes
    ----------
    engine : {"seats", "x11", "stl"}
        How goods trade is adjusted; STL where there is no X-13 program.
    spec : str
        Specs of X-13 as ``.spc`` text, without data, or ``chosen`` for the one chosen on the years before 2020-03.
        One that STL would ignore, that names the other engine or that does not run on the data is refused.
    """

    notebook: ClassVar[str] = "22_seasonal"
    series: SeriesName = "balance_total_bop_sa"
    engine: Literal["seats", "x11", "stl"] = "seats"
    spec: Annotated[str, AfterValidator(_is_spec)] = "chosen"

    def load_goods(self) -> pd.DataFrame:
        """Load goods with all partners, as the agency publishes them adjusted and not."""
        return self.load(GOODS)

    @model_validator(mode="after")
    def _carries_the_tests(self) -> Self:
        """Check that the series is published as adjusted and long enough."""
        if store.find(self.series, self.day)[0].adjustment != "sa":
            raise ValueError(
                f"series {self.series!r} is not published as seasonally adjusted; take one that ends in _sa"
            )
        months = self.load(self.series).index
        if len(months) < 12 * LEAST_YEARS:
            found = f"{months[0]} to {months[-1]} are {len(months)} months"
            raise ValueError(f"{found}; the tests need {12 * LEAST_YEARS}")
        return self

    @model_validator(mode="after")
    def _spec_runs(self) -> Self:
        """Try a spec of one's own, where there is a program to try it."""
        if self.spec == "chosen":
            return self
        if self.engine == "stl":
            raise ValueError("spec: found a spec with engine 'stl', which takes none; expected spec 'chosen'")
        from tradelib.seasonal.x13 import available, goods

        try:
            goods.goods_spec(self.engine, self.spec)
            if available():
                data = self.load_goods()
                goods.try_spec({f: data[f"{f}_goods_census_nsa"] for f in goods.FLOWS}, self.engine, self.spec)
        except TradelibError as error:
            raise ValueError(f"spec: {error}") from error
        return self

"""What the chapters of the report on one release can be asked for."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import pandas as pd
from pydantic import Field, model_validator

from tradelib import store
from tradelib.parameters.base import Parameters
from tradelib.quantity.errors import ParameterError, TradelibError


class Chapter(Parameters):
    """A chapter about one release: everything in it stands in that release.

    Attributes
    ----------
    largest : int
        How many rows the largest lists have.
    """

    own: ClassVar[tuple[str, ...]] = ("start", "end")
    exhibits: ClassVar[tuple[str, ...]] = ()
    largest: Annotated[int, Field(ge=3, le=40)] = 10

    def read(self) -> store.Release:
        """Return the release in use.

        Raises
        ------
        ParameterError
            It does not have the exhibits that the chapter is about.
        """
        release = store.release(self.day)
        if lacking := [name for name in self.exhibits if name not in release.exhibits]:
            raise ParameterError(
                f"the release of {release.released} about {release.month} has no exhibit {' and no '.join(lacking)}"
            )
        return release

    @model_validator(mode="after")
    def _has_its_exhibits(self) -> Self:
        """Check that the release has what the chapter is about."""
        try:
            self.read()
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self


class Goods(Chapter):
    """Which commodities moved exports and imports of goods?"""

    notebook: ClassVar[str] = "07_goods"
    exhibits: ClassVar[tuple[str, ...]] = ("5", "6", "7", "8")

    def commodities(self, flow: str) -> pd.DataFrame:
        """Return commodities by end use, each value a ``Figure``; the category without parts is one of its own."""
        release = self.read()
        parts = release.wide(flow, "goods/*/*")
        whole = release.wide(flow, "goods/*").loc[["goods/other_goods"], parts.columns]
        parts = parts[[item.split("/")[1] in CATEGORIES for item in parts.index]]
        return pd.concat([parts, whole]).sort_index()


class Partners(Chapter):
    """With whom does the United States have its deficits and surpluses in goods?"""

    notebook: ClassVar[str] = "08_partners"
    exhibits: ClassVar[tuple[str, ...]] = ("19",)


class Petroleum(Chapter):
    """Did prices or quantities move trade in crude oil, and what is the petroleum balance?"""

    notebook: ClassVar[str] = "09_petroleum"
    exhibits: ClassVar[tuple[str, ...]] = ("9", "17")


class Gold(Chapter):
    """How large is the deficit with and without gold?"""

    notebook: ClassVar[str] = "10_gold"
    exhibits: ClassVar[tuple[str, ...]] = ("1", "7", "8")


CATEGORIES = ("foods", "industrial_supplies", "capital_goods", "automotive", "consumer_goods", "other_goods")
"""End-use categories, in the order of the release."""

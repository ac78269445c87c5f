"""What the notebook on the month at a glance can be asked for."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import pandas as pd
from pydantic import model_validator

from tradelib import published, store
from tradelib.parameters.base import Month, Parameters, is_month
from tradelib.quantity.errors import TradelibError
from tradelib.quantity.rounding import half_up


class Headline(Parameters):
    """What does the release say about a month, and where does each number come from?

    Attributes
    ----------
    month : str or None
        The month to tell; None for the last one of the span. The figures reach from ``start`` (by default
        January ten years before the month) to ``end`` (by default the month).
    """

    notebook: ClassVar[str] = "21_headline"
    needs: ClassVar[tuple[str, ...]] = ("balance_total_bop_sa",)
    reach: ClassVar[str | None] = None
    month: Month | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        """Put the months that None stands for in its place, so that the echo says what is used."""
        asked = {"month": None, "start": None, "end": None, "vintage": None} | dict(values)
        try:
            release = store.release_of(vintage=asked["vintage"])
            known = release.rows(cls.needs[0])["last"].array
            month = is_month(asked["month"] or asked["end"] or str(known[-1]))
            if month not in map(str, known):
                return values
        except (TradelibError, TypeError, ValueError):
            return values  # what is wrong is said by the checks that follow
        start = max(str(known[0]), f"{int(month[:4]) - 10:04}-01")
        return dict(values) | {"month": month, "start": asked["start"] or start, "end": asked["end"] or month}

    @model_validator(mode="after")
    def _has_month(self) -> Self:
        months = self.load(self.needs[0]).index.astype(str)
        if self.month not in months:
            raise ValueError(f"month {self.month} is outside the span {months[0]} to {months[-1]}")
        first = self.load(self.needs[0], start=None).dropna().index[0]
        if self.month == str(first):
            raise ValueError(f"month {self.month} is the first of the table; expected one with a month before it")
        return self

    def load_previous(self) -> pd.DataFrame | None:
        """Load the balance, in millions, as it was before the release in use; None when nothing is at hand.

        That is the release before, of the same compilation, or else the months whose printed figure differs from
        today's: a print with one decimal proves a revision that can be seen in it, and no other.
        """
        name = self.needs[0]
        now = self.load(name, start=None, end=None, unit="millions")
        compilation = now.attrs["series"][name]["compilation"]
        earlier = [one for one in store.releases() if one.released < self.day and one.find(name)]
        known = [one for one in earlier if compilation in one.compilations(name)]
        if known:
            frame = known[-1].values(name, compilation).to_frame()
            frame.attrs["series"] = {name: now.attrs["series"][name] | {"vintage": known[-1].released.isoformat()}}
            return frame
        printed = published.levels(name, self.day)
        today = (now[name] / 1000).reindex(printed.index)
        if printed.empty:
            return None
        same = [half_up(one) == half_up(two) for one, two in zip(printed, today.fillna(printed), strict=True)]
        differ = (1000 * printed).round().mask(same).to_frame()
        if differ[name].isna().all():
            return None
        return differ.reindex(pd.period_range(differ.index[0], differ.index[-1], freq="M", name="period"))

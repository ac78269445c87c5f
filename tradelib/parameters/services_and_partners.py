"""What the notebook on services and partners can be asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import model_validator

from tradelib import store
from tradelib.parameters.base import Parameters
from tradelib.quantity import WORLD, Quantity
from tradelib.quantity.errors import ParameterError, TradelibError
from tradelib.quantity.labels import item_label, partners

if TYPE_CHECKING:
    import pandas as pd


def _label(quantity: Quantity) -> str:
    known = partners().get(quantity.partner, {})
    return item_label(quantity.item, "chart") if quantity.partner == WORLD else known.get("name", quantity.partner)


class ServicesAndPartners(Parameters):
    """Which services are traded, with whom are goods traded, and what moved the totals?

    Attributes
    ----------
    largest : int
        How many partners are shown.

    Notes
    -----
    The two tables end in different months. ``end`` cuts those that reach beyond it, ``start`` says where paths
    begin; the last two years are always shown, since changes are those from one year to the next.
    """

    notebook: ClassVar[str] = "06_services_and_partners"
    least_months: ClassVar[int] = 24
    largest: int = 10

    def load_services(self) -> pd.DataFrame:
        """Load services by category, in billions, for the span asked for."""
        return self._spanned(self._load("services", "bea2", Quantity("exports", "services")))

    def load_partners(self) -> pd.DataFrame:
        """Load goods by country, in billions, for the span asked for."""
        return self._spanned(self._load("goods", "country", Quantity("exports", "goods", "world", "census", "nsa")))

    def _load(self, item: str, table: str, whole: Quantity) -> pd.DataFrame:
        """Load the whole and its parts, exports and imports, from the newest release that has the table."""
        fitting = [one for one in store.releases() if one.released <= self.day and table in one.exhibits]
        if not fitting:
            raise ParameterError(f"no release until {self.day} has table {table}; get one with: tradelib update")
        release = fitting[-1]
        areas = {name for name, row in partners().items() if row["kind"] != "country"}
        parts = [
            quantity
            for quantity in release.quantities.values()
            if (
                quantity.is_part_of(replace(whole, flow=quantity.flow))
                if item == "services"
                else replace(quantity, flow="exports", partner=WORLD) == whole and quantity.partner not in areas
            )
        ]
        names = [replace(whole, flow=flow).name for flow in ("exports", "imports")]
        names += [part.name for part in parts if part.flow != "balance" and release.span(part.name)[1] == release.month]
        frame = self.load(names, start=None, end=None, vintage=release.released)
        short = {part.name: _label(part) for part in parts}
        for name, described in frame.attrs["series"].items():
            described["label"] = short.get(name, "World" if item == "goods" else "Total services")
        return frame.loc[frame.dropna().index[0] :]  # totals begin before their parts

    def _spanned(self, frame: pd.DataFrame) -> pd.DataFrame:
        known = frame.loc[: self.end]
        if len(frame) < self.least_months:
            raise ParameterError(
                f"{frame.index[0]} to {frame.index[-1]} are {len(frame)} months; expected {self.least_months} or more"
            )
        if len(known) < self.least_months:
            first = frame.index[self.least_months - 1]
            raise ParameterError(f"end {self.end} leaves {len(known)} months; expected {first} or later")
        start = min(self.start or str(known.index[0]), str(known.index[-self.least_months]))
        return known.loc[start:]

    @model_validator(mode="after")
    def _is_there(self) -> Self:
        """Check that both tables are there and reach as far as is asked."""
        try:
            self.load_services()
            partners = self.load_partners()
        except TradelibError as error:
            raise ValueError(str(error)) from error
        most = len(partners.columns) // 2 - 1
        if not 3 <= self.largest <= most:
            raise ValueError(f"largest {self.largest}: expected 3 to {most} partners")
        return self

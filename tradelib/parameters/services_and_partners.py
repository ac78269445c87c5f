"""What the notebook on services and partners can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, model_validator

from tradelib.errors import ParameterError, TradelibError
from tradelib.parameters.base import Parameters, absolute

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def _folder(official: str) -> str:
    from tradelib.detail import FETCHED

    return official if official == FETCHED else absolute(official)


class ServicesAndPartners(Parameters):
    """Which services are traded, with whom are goods traded, and what moved the totals?

    Attributes
    ----------
    largest : int
        How many partners are shown.
    official : str or None
        Folder with the official ``trad-time-series`` and ``country`` workbooks, or ``"fetched"`` for what
        ``tradelib fetch`` has brought; None for the releases of the store.

    Notes
    -----
    The two tables end in different months. ``end`` cuts those that reach beyond it, ``start`` says where paths
    begin; the last two years are always shown, since changes are those from one year to the next.
    """

    notebook: ClassVar[str] = "06_services_and_partners"
    least_months: ClassVar[int] = 24
    largest: int = 10
    official: Annotated[str, AfterValidator(_folder)] | None = None

    def load_services(self) -> pd.DataFrame:
        """Load services by category, in billions, for the span asked for."""
        from tradelib.detail import load_services

        return self._spanned(load_services(self.official))

    def load_partners(self) -> pd.DataFrame:
        """Load goods by partner, in billions, for the span asked for."""
        from tradelib.detail import load_partners

        return self._spanned(load_partners(self.official))

    def files(self) -> list[Path]:
        """Return the official workbooks, where they are read instead of the store."""
        from tradelib.detail import official_files

        return [] if self.official is None else official_files(self.official)

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

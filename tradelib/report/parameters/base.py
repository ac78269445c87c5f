"""What every notebook can be asked for, and the words for it."""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from tradelib import store
from tradelib.quantity.errors import ParameterError, TradelibError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def _one_series(word: str) -> str:
    """Return the name of the one series that a word stands for."""
    try:
        quantities = store.find(word)
    except ParameterError as error:
        raise ValueError(str(error)) from error
    if len(quantities) > 1:
        names = ", ".join(quantity.name for quantity in quantities)
        raise ValueError(f"{word!r} stands for {len(quantities)} series; name one of {names}")
    return quantities[0].name


def is_month(text: str) -> str:
    """Return a text that is a month like 2024-02; refuse any other."""
    try:
        dt.datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a calendar month
    except ValueError:
        raise ValueError(f"{text!r} is not a month like 2024-02") from None
    return text


def absolute(folder: str) -> str:
    """Return where a folder is: a notebook runs in another working directory than the one who asked for it."""
    return str(Path(folder).expanduser().absolute())


SeriesName = Annotated[str, AfterValidator(_one_series)]
Month = Annotated[str, AfterValidator(is_month)]
Folder = Annotated[str, AfterValidator(absolute)]


class Common(BaseModel):
    """What every notebook takes.

    Attributes
    ----------
    vintage : str or None
        The release in use: a day, a statistical month, or None for the newest that has goods and services in all.
        Nothing published after its day is read.
    output : str or None
        Folder for figures, tables and results; None writes nothing.

    A model's ``own`` names the parameters that mean something else in it than in other notebooks.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    notebook: ClassVar[str]
    own: ClassVar[tuple[str, ...]] = ()

    vintage: str | None = None
    output: str | None = None

    @property
    def day(self) -> dt.date:
        """The day of the release in use."""
        return store.release_of(vintage=self.vintage).released

    def require(self) -> None:
        """Raise ``TradelibError`` where the data do not have what is asked for; called once, when all is given."""
        self.day  # noqa: B018 - it raises where there is no such release

    @model_validator(mode="after")
    def _has_what_is_asked(self) -> Self:
        try:
            self.require()
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self

    @classmethod
    def shared(cls) -> set[str]:
        """Names of the parameters that a report gives to every notebook; others it gives only when one is named."""
        return set(cls.model_fields) - set(cls.own)


class Parameters(Common):
    """What an analysis takes: a span of months, as they were known on the day of a release.

    Attributes
    ----------
    start, end : str or None
        First and last month, both included; None for all there is.

    A model's ``reach`` is "first" where it needs the longest series, if need be of an earlier release, and None where
    it tells one release.
    """

    needs: ClassVar[tuple[str, ...]] = ()
    reach: ClassVar[str | None] = "first"

    start: Month | None = None
    end: Month | None = None

    def load(self, series: str | Sequence[str], **kwargs: Any) -> pd.DataFrame:
        """Load series for the span asked for, in billions of dollars, as they were known on the day of the release."""
        usual: dict[str, Any] = {"start": self.start, "end": self.end, "vintage": self.day, "unit": "billions"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", store.StoreWarning)  # the record says it, where the series are named
            usual |= kwargs
            return store.load(series, **(usual | {"start": usual["start"] or self.reach}))

    def require(self) -> None:
        """Check that the data have series, span and vintage."""
        super().require()
        for name in [*self.needs, *(getattr(self, field) for field in ("series",) if hasattr(self, field))]:
            self.load(name)


_NONE_MEANS = {
    "start": "the first month",
    "end": "the last month",
    "vintage": "the newest",
    "month": "that of the release",
    "episode_start": "none",
    "episode_end": "none",
}


def in_words(name: str, value: object) -> str:
    """Return what a parameter's value means, also when it is None."""
    return _NONE_MEANS.get(name, "the default") if value is None else str(value)

"""Parameters that every notebook takes: an analysis of a span of months, or a chapter about one release."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict

from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.store.periods import month_of
from tradelib.store.reading import FT900


def _one_series(word: str) -> str:
    """Return the name of the one series that a word stands for."""
    quantities = store.find(word)
    if len(quantities) > 1:
        names = ", ".join(quantity.name for quantity in quantities)
        raise ParameterError(f"{word!r} stands for {len(quantities)} series; name one of {names}")
    return quantities[0].name


def _month(text: str) -> str:
    """Return a month as 2024-02, the form in which months are compared."""
    return str(month_of(text))


SeriesName = Annotated[str, AfterValidator(_one_series)]
Month = Annotated[str, AfterValidator(_month)]


class Common(BaseModel):
    """Parameters of every notebook.

    Attributes
    ----------
    vintage : str or None
        The release in use: the one about a month, the newest known on a day, or None for the newest with totals of
        goods and services. Nothing published after its day is read, unless a model says otherwise.
    output : str or None
        Folder for figures, tables and results; None writes nothing.

    A model's ``own`` names the parameters that have another meaning in it than in other notebooks.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
    notebook: ClassVar[str] = ""
    own: ClassVar[tuple[str, ...]] = ()

    vintage: str | None = None
    output: str | None = None

    @cached_property
    def day(self) -> dt.date:
        """The day of the release in use."""
        return store.release_in_use(self.vintage).released

    def require(self) -> None:
        """Raise ``TradelibError`` if the data do not have what the parameters need; ``check`` calls it."""
        self.day  # noqa: B018 - it raises if there is no such release

    @classmethod
    def shared(cls) -> set[str]:
        """Return the names of parameters that a report gives to every notebook; others are given to one by name."""
        return set(cls.model_fields) - set(cls.own)


class Parameters(Common):
    """Parameters of an analysis: a span of months, as they were known on the day of a release.

    Attributes
    ----------
    start, end : str or None
        First and last month, both included; None for the first and last available.

    The release in use must have the model's ``series`` or, without one, the series that it ``needs``, for the whole
    span.
    """

    needs: ClassVar[tuple[str, ...]] = store.HEADLINE

    start: Month | None = None
    end: Month | None = None

    def load(self, series: str | Sequence[str], **kwargs: Any) -> pd.DataFrame:
        """Load series for the span, in billions of dollars, as they were known on the day of the release.

        Without a ``start`` they come from the release that has the most months of them.
        """
        options = {"start": self.start, "end": self.end, "vintage": self.day, "unit": "billions"} | kwargs
        options["start"] = options["start"] or "first"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", store.StoreWarning)  # the record shows it beside the series
            return store.load(series, **options)

    def require(self) -> None:
        """Check that the release in use has the series, and that the data cover the span."""
        super().require()
        self.require_series([self.series] if hasattr(self, "series") else self.needs)

    def require_series(self, names: Sequence[str]) -> None:
        """Check that the release in use has each series; an older release is no substitute."""
        for name in names:
            having = store.release_of(name, self.day)
            if having.publisher == FT900 and having.released < self.day:
                newest = f"the newest that has it is that of {having.released} about {having.month}"
                raise ParameterError(f"the release of {self.day} has no {name}; {newest}")
            self.load(name)


class Chapter(Common):
    """Parameters of a chapter about one release, from which all its figures come."""

    exhibits: ClassVar[tuple[str, ...]] = ()

    def read(self) -> store.Release:
        """Return the release in use.

        Raises
        ------
        ParameterError
            An exhibit that the chapter is about is missing from it, or a series of Exhibit 1.
        """
        release = store.release(self.day)
        named = f"{release.named} about {release.month}"
        if missing := [name for name in self.exhibits if name not in release.exhibits]:
            raise ParameterError(f"{named} has no exhibit {' and no '.join(missing)}")
        count, total = sum(release.has(name) for name in store.HEADLINE), len(store.HEADLINE)
        if count < total:
            raise ParameterError(f"{named} has {count} of the {total} series of Exhibit 1")
        return release

    @property
    def at(self) -> pd.Period:
        """The month that the chapter is about: ``month`` if the notebook takes it and it is set, or the release's own.

        Raises
        ------
        ParameterError
            The release does not have both that month and the one before it.
        """
        release = self.read()
        if not (month := getattr(self, "month", None)):
            return release.month
        at, known = pd.Period(month, "M"), release.rows(store.BALANCE)["last"]
        if not {at, at - 1} <= set(known):
            reach = f"{known.iloc[0]} to {known.iloc[-1]}"
            raise ParameterError(f"the release of {release.released} has {reach}, not {month} and the month before")
        return at

    def require(self) -> None:
        """Check that the release has what the chapter is about."""
        self.at  # noqa: B018 - it raises

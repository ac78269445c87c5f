"""What a notebook can be asked for; every value is checked before anything runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tradelib import catalog, published, revisions, triangle, vintages
from tradelib.errors import ParameterError, TradelibError, did_you_mean
from tradelib.monthly import require_months
from tradelib.rounding import half_up
from tradelib.seasonal import LEAST_YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping


def _one_series(word: str) -> str:
    """Return the name of the one series that a word stands for."""
    try:
        found = catalog.find(word)
    except ParameterError as error:
        raise ValueError(str(error)) from error
    if len(found) > 1:
        raise ValueError(f"{word!r} stands for {len(found)} series; name one of {', '.join(s.name for s in found)}")
    return found[0].name


def _is_month(text: str) -> str:
    try:
        dt.datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a calendar month
    except ValueError:
        raise ValueError(f"{text!r} is not a month like 2024-02") from None
    return text


def _is_spec(text: str) -> str:
    from tradelib.x13 import parse

    if text == "chosen":
        return text
    try:
        series, _ = parse(text)
    except TradelibError as error:
        raise ValueError(str(error)) from error
    if series is not None:
        raise ValueError("the text has data of its own; expected specs without data")
    return text


SeriesName = Annotated[str, AfterValidator(_one_series)]
Month = Annotated[str, AfterValidator(_is_month)]


class Parameters(BaseModel):
    """What every notebook takes.

    Attributes
    ----------
    start, end : str or None
        First and last month, both included; None for all there is.
    vintage : str or None
        Vintage of the history table: a day, a month, or None for the newest.
    output : str or None
        Folder for figures, tables and results; None writes nothing.

    A model's ``own`` names the parameters that mean something else in it than in other notebooks.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    notebook: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    own: ClassVar[tuple[str, ...]] = ()

    start: Month | None = None
    end: Month | None = None
    vintage: str | None = None
    output: str | None = None

    def load(self, series: str | list[str], **kwargs: Any) -> pd.DataFrame:
        """Load series for the span asked for, in billions of dollars.

        The vintage is the history table's; series of other families come from their newest release, which
        the echo of a notebook names.
        """
        families = {s.family for s in catalog.find(series)}
        vintage = self.vintage if families == {vintages.HISTORY} else None
        asked = {"start": self.start, "end": self.end, "vintage": vintage, "unit": "billions"}
        return vintages.load(series, **(asked | kwargs))

    @classmethod
    def shared(cls) -> set[str]:
        """Names of the parameters that a report gives to every notebook; others it gives only when one is named."""
        return set(cls.model_fields) - set(cls.own)

    @model_validator(mode="after")
    def _loads(self) -> Self:
        """Check that the data have what is asked: series, span and vintage."""
        names = [*self.needs, *(getattr(self, field) for field in ("series",) if hasattr(self, field))]
        try:
            for name in names:
                self.load(name)
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self


class Headline(Parameters):
    """What does the release say about a month, and where does each number come from?

    Attributes
    ----------
    month : str or None
        The month to tell; None for the last one of the span. The figures reach from ``start`` (by default
        January ten years before the month) to ``end`` (by default the month).
    """

    notebook: ClassVar[str] = "01_headline"
    needs: ClassVar[tuple[str, ...]] = ("balance_total_bop_sa",)
    month: Month | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, values: Any) -> Any:
        """Put the months that None stands for in its place, so that the echo says what is used."""
        asked = {"month": None, "start": None, "end": None, "vintage": None} | dict(values)
        try:
            known = vintages.load(cls.needs, vintage=asked["vintage"]).dropna().index
            month = _is_month(asked["month"] or asked["end"] or str(known[-1]))
            if month not in known.astype(str):
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

        That is the release before, or else the months whose printed figure differs from today's: a print with
        one decimal proves a revision that can be seen in it, and no other.
        """
        [series] = catalog.find(self.needs)
        used = vintages.select(series.family, self.vintage)
        earlier = [release for release in vintages.releases(series.family) if release.released < used.released]
        if earlier:
            return vintages.load(series.name, vintage=earlier[-1].released)
        printed = published.levels(series.name, used.released)
        now = (vintages.load(series.name, vintage=used.released)[series.name] / 1000).reindex(printed.index)
        if printed.empty:
            return None
        same = [half_up(one) == half_up(two) for one, two in zip(printed, now.fillna(printed), strict=True)]
        differ = (1000 * printed).round().mask(same).to_frame()
        if differ[series.name].isna().all():
            return None
        return differ.reindex(pd.period_range(differ.index[0], differ.index[-1], freq="M", name="period"))


class Seasonal(Parameters):
    """Is seasonality left in a published series, and what is the pattern of unadjusted goods trade?

    Attributes
    ----------
    engine : {"seats", "x11", "stl"}
        How goods trade is adjusted; STL where there is no X-13 program.
    spec : str
        Specs of X-13 as ``.spc`` text, without data, or ``chosen`` for the one chosen on the years before 2020-03.
    """

    notebook: ClassVar[str] = "02_seasonal"
    needs: ClassVar[tuple[str, ...]] = ("*_goods_census_*",)
    series: SeriesName = "balance_total_bop_sa"
    engine: Literal["seats", "x11", "stl"] = "seats"
    spec: Annotated[str, AfterValidator(_is_spec)] = "chosen"

    @model_validator(mode="after")
    def _carries_the_tests(self) -> Self:
        """Check that the series is published as adjusted and long enough."""
        if catalog.CATALOG[self.series].adjustment != "sa":
            possible = ", ".join(name for name, s in catalog.CATALOG.items() if s.adjustment == "sa")
            raise ValueError(f"series {self.series!r} is not published as seasonally adjusted; possible: {possible}")
        months = self.load(self.series).index
        if len(months) < 12 * LEAST_YEARS:
            found = f"{months[0]} to {months[-1]} are {len(months)} months"
            raise ValueError(f"{found}; the tests need {12 * LEAST_YEARS}")
        return self


class Trend(Parameters):
    """Where is a series heading, and what is its path made of?

    Attributes
    ----------
    series : str
        Which series; models are for exports, imports and balance of its item.
    horizon : int
        Months ahead that are forecast, 1 to 24.
    origin : str or None
        The month at which the forecast is made, with what was known of the months up to it; None for the last one.
    """

    notebook: ClassVar[str] = "03_trend"
    least_months: ClassVar[int] = 24
    model_months: ClassVar[int] = 120
    series: SeriesName = "balance_total_bop_sa"
    horizon: Annotated[int, Field(ge=1, le=24)] = 12
    origin: Month | None = None

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        """Check that the span has the months a trend needs, and the time before the origin those of a model."""
        try:
            span = require_months(self.load(self.series)[self.series], least=self.least_months, purpose="trend")
            if self.origin is not None and not str(span.index[0]) <= self.origin <= str(span.index[-1]):
                raise ParameterError(f"origin {self.origin} is outside the span {span.index[0]} to {span.index[-1]}")
            known = self.load(self.series, start=None, end=self.origin or self.end)[self.series]
            require_months(known, least=max(72, 60 + self.horizon), purpose=f"forecast over {self.horizon} months")
        except TradelibError as error:
            raise ValueError(str(error)) from error
        return self

    def flows(self) -> dict[str, str]:
        """Return what the models are for: balance, exports and imports of the item, or an index on its own."""
        asked = catalog.CATALOG[self.series]
        if asked.item == "price_index":
            return {asked.flow: asked.name}
        others = {s.flow: s.name for s in catalog.CATALOG.values() if asked.same_item(s)}
        return {flow: others[flow] for flow in ("exports", "imports")}

    def load_long(self, end: str | None = None) -> pd.DataFrame:
        """Load the flows for the models: the span, and where it is short the months before, up to ten years."""
        names = self.flows()
        data = self.load(list(names.values()), start=None, end=end or self.end).dropna()
        months = len(self.load(self.series, end=end or self.end).dropna())
        return data.iloc[-max(months, self.model_months) :].rename(columns={name: flow for flow, name in names.items()})


class RealVsNominal(Parameters):
    """Is the goods balance moving because prices or because quantities move?

    Attributes
    ----------
    reference_year : int
        Volumes are at its prices, price indexes 100 in it.
    adjust_prices : bool
        Take the seasonal movement out of the price indexes before they deflate adjusted values.
    episode_start, episode_end : str or None
        An episode to be told beside the usual ones; both or none.
    official : str or None
        Folder with the official ``realexp`` and ``realimp`` files; with them, or with the family ``real_goods`` in
        the store, the notebook uses the agencies' chained dollars instead of deflating.
    """

    notebook: ClassVar[str] = "04_real_vs_nominal"
    needs: ClassVar[tuple[str, ...]] = ("exports_goods_bop_sa", "imports_goods_bop_sa")
    reference_year: int = 2017
    adjust_prices: bool = False
    episode_start: Month | None = None
    episode_end: Month | None = None
    official: str | None = None

    def load_chained(self, *, whole: bool = False) -> pd.DataFrame | None:
        """Load the official chained dollars, in billions, for the span asked for or whole; None without them."""
        start, end = (None, None) if whole else (self.start, self.end)
        if self.official is not None:
            from tradelib.sources.real_goods import read_real_folder

            return vintages.cut(read_real_folder(self.official), start, end)
        if "real_goods" not in vintages.families():
            return None
        return self.load(list(vintages.read_months(vintages.select("real_goods"))), start=start, end=end)

    @model_validator(mode="after")
    def _compares(self) -> Self:
        """Check that there are a year to compare with and the prices of the reference year."""
        try:
            chained = self.load_chained()
        except TradelibError as error:
            raise ValueError(str(error)) from error
        months = (self.load(self.needs[0]) if chained is None else chained).index
        if len(months) < 13:
            raise ValueError(f"{months[0]} to {months[-1]} are {len(months)} months; a change over a year needs 13")
        prices = self.load("*_price_index_*", start=None, end=None).index
        everything = self.load_chained(whole=True)
        known = prices if everything is None else prices.intersection(everything.index)
        years = [year for year in known.year.unique() if sum(known.year == year) == 12]
        if self.reference_year not in years:
            expected = f"a whole year of the price indexes, {years[0]} to {years[-1]}"
            if everything is not None:
                expected = expected.replace("indexes", "indexes and of the official files")
            raise ValueError(f"reference_year {self.reference_year}: expected {expected}")
        return self._with_episode(months)

    def _with_episode(self, months: pd.PeriodIndex) -> Self:
        """Check that the episode lies in the span."""
        ends = (self.episode_start, self.episode_end)
        if ends == (None, None):
            return self
        if None in ends or not str(months[0]) <= str(ends[0]) < str(ends[1]) <= str(months[-1]):
            expected = f"both ends of an episode between {months[0]} and {months[-1]}"
            raise ValueError(f"episode_start {ends[0]} and episode_end {ends[1]}; expected {expected}")
        return self


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
    official: str | None = None

    def load_services(self) -> pd.DataFrame:
        """Load services by category, in billions, for the span asked for."""
        from tradelib.detail import load_services

        return self._spanned(load_services(self.official))

    def load_partners(self) -> pd.DataFrame:
        """Load goods by partner, in billions, for the span asked for."""
        from tradelib.detail import load_partners

        return self._spanned(load_partners(self.official))

    def _spanned(self, frame: pd.DataFrame) -> pd.DataFrame:
        known = frame.loc[: self.end]
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


class Revisions(Parameters):
    """How far do first prints move?

    Attributes
    ----------
    family : str
        Source family whose releases are compared.
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

    notebook: ClassVar[str] = "05_revisions"
    own: ClassVar[tuple[str, ...]] = ("series", "end", "vintage")
    least_months: ClassVar[int] = 5
    series: SeriesName = "balance_total_bop_sa"
    family: str = "bea_fred"
    print_number: Annotated[int, Field(ge=1)] = 1
    lags: Annotated[int, Field(ge=0, le=60)] | None = None
    doubtful: Annotated[float, Field(gt=0, lt=1)] = 0.05
    rejected: Annotated[float, Field(gt=0, lt=1)] = 0.01
    few: Annotated[int, Field(ge=1)] = 30
    shown: Annotated[int, Field(ge=6, le=60)] = 26
    example: Month | None = None

    def load(self, series: str | list[str], **kwargs: Any) -> pd.DataFrame:
        """Load series as the family knows them after the vintage asked for, in billions of dollars."""
        asked = {"start": self.start, "end": self.end, "vintage": self.vintage, "unit": "billions"}
        return vintages.load(series, **({"family": self.family} | asked | kwargs))

    def load_triangle(self) -> pd.DataFrame:
        """Load all months and the releases until the vintage asked for, in billions of dollars."""
        day = vintages.select(self.family, self.vintage).released
        known = triangle.until(vintages.triangle(self.series, self.family), day)
        billions = known / 1000
        billions.attrs = known.attrs | {"unit": "billions of U.S. dollars"}
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


NOTEBOOKS: dict[str, type[Parameters]] = {
    model.notebook: model for model in (Headline, Seasonal, Trend, RealVsNominal, Revisions, ServicesAndPartners)
}


_NONE_MEANS = {
    "start": "the first month",
    "end": "the last month",
    "vintage": "the newest",
    "official": "none",
    "episode_start": "none",
    "episode_end": "none",
}


def in_words(name: str, value: object) -> str:
    """Return what a parameter's value means, also when it is None."""
    return _NONE_MEANS.get(name, "the default") if value is None else str(value)


def check(model: type[Parameters], values: Mapping[str, Any]) -> Parameters:
    """Return checked parameters.

    Raises
    ------
    ParameterError
        A name is unknown, a type wrong, a series, span or vintage impossible; all of it in one message.
    """
    try:
        return model(**values)
    except ValidationError as error:
        told = [_tell(model, one) for one in error.errors()]
        raise ParameterError(f"{model.notebook}: " + "; ".join(told)) from None


def _tell(model: type[Parameters], error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}; {did_you_mean(name, model.model_fields)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{name}={error['input']!r}: {message}" if name else message

"""Results of X-13: components, regression, outliers, forecasts, diagnostics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd

from tradelib.quantity.errors import EngineError, ParameterError
from tradelib.quantity.result import Result
from tradelib.seasonal.x13 import saved
from tradelib.seasonal.x13.spec import Engine, Spec, other_scale

if TYPE_CHECKING:
    from tradelib.seasonal.x13.run import Written

_TABLES = {"adjusted": "11", "trend": "12", "irregular": "13", "seasonal": "10", "factors": "16"}
_OUTLIER = re.compile(r"(AO|LS|TC|SO|TL|RP|QI|QD)(\d{4})\.(\w+)", re.IGNORECASE)


@dataclass(frozen=True, repr=False)
class Adjustment(Result):
    """One adjusted series, or only its model if the engine is None.

    Attributes
    ----------
    series : pandas.Series
        The unadjusted values, by month of the span; a month without a value is missing.
    engine : {"seats", "x11"} or None
        The engine that adjusted.
    spec : Spec
        The spec as requested.
    diagnostics : dict of str to str
        All diagnostics that X-13 wrote, under its own keys.
    notes : tuple of str
        Warnings and notes of X-13.
    saved : dict of str to str
        Text of all tables that X-13 saved, by extension, including those requested by ``save``; ``saved_table`` returns
        one by month. Tables are parsed only when used, which spares a batch of thousands half of its reading.
    about : dict of str to str
        Label, unit and source of the series, if it was loaded from the store.
    """

    is_drawn: ClassVar[bool] = True

    series: pd.Series
    engine: Engine | None
    spec: Spec
    diagnostics: dict[str, str]
    notes: tuple[str, ...]
    saved: dict[str, str]
    about: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the series."""
        return str(self.series.name or "series")

    @cached_property
    def components(self) -> pd.DataFrame:
        """By month of the span: ``observed``, ``adjusted``, ``trend``, ``seasonal``, ``irregular`` and ``factors``.

        Factors combine seasonal and calendar effects, around 1 if multiplicative, otherwise in the unit of the series.
        Observed is adjusted times (or plus) factors, except in a pseudo-additive X-11. In a month without a value
        ``observed`` is missing and the other components are estimated. The spec ``force`` adds ``forced``: adjusted
        values whose annual totals are those of the series.
        """
        names = ["observed", *(_TABLES if self.engine else ()), *(["forced"] if "saa" in self.saved else [])]
        return pd.DataFrame({name: self._component(name) for name in names})

    def _component(self, name: str) -> pd.Series:
        """Return one of the components."""
        if name == "observed":
            return self.series.rename(name)
        # X-13 saves no factors if it found no effect to remove.
        neutral = np.nan if name == "forced" else 1.0 if self.multiplicative else 0.0
        return self._saved(name).reindex(pd.PeriodIndex(self.series.index), fill_value=neutral).rename(name)

    @property
    def table(self) -> pd.DataFrame:
        """The components."""
        return self.components

    def __getattr__(self, name: str) -> pd.Series:
        """Return a component by its name, as in ``result.adjusted``."""
        if name == "observed" or (name in _TABLES and self.engine) or (name == "forced" and "saa" in self.saved):
            return self._component(name)
        raise AttributeError(f"{type(self).__name__} has no {name}")

    @property
    def estimated(self) -> pd.PeriodIndex:
        """Months without a value, for which X-13 estimated the components."""
        return self.components.index[self.series.isna()]

    @property
    def factor_forecasts(self) -> pd.Series:
        """Forecasts of the factors, by month after the span."""
        return self._saved("factors").loc[self.components.index[-1] + 1 :].rename(None)

    @property
    def scale(self) -> Literal["log", "level", "power"]:
        """``log`` if the model is for logarithms, ``power`` for a square root or another power, otherwise ``level``."""
        transform = self.diagnostics.get("aictrans", self.diagnostics.get("transform", "")).lower()
        if "log" in transform:
            return "log"
        return "level" if transform in ("", "no transformation") else "power"

    @property
    def model(self) -> str:
        """The ARIMA model."""
        return self.diagnostics.get("arimamdl", "")

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Coefficients of the ARIMA model: ``estimate`` and ``standard_error``."""
        table = saved.estimates(self.saved.get("est", ""), "arima")
        names = pd.Index(table["operator"] + " " + table["lag"].str.lstrip("0"), name="coefficient")
        return table[["estimate", "standard_error"]].set_axis(names)

    @cached_property
    def regression(self) -> pd.DataFrame:
        """By ``variable``: ``group``, ``estimate``, ``standard_error``, ``t``; without regressors of missing months.

        Effects estimated by the spec ``x11regression`` are in the factors and not listed here.
        """
        table = saved.estimates(self.saved.get("est", ""), "regression").query("group != 'Missing Value'")
        table = table.set_index("variable")[["group", "estimate", "standard_error"]]
        return table.assign(t=table["estimate"] / table["standard_error"].replace(0.0, np.nan))

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """By month after the span: ``forecast``, ``lower``, ``upper``, in the unit of the series.

        The coverage of the interval is 95 percent, unless ``probability`` in the spec ``forecast`` sets another.
        """
        columns = {"lowerci": "lower", "upperci": "upper"}
        return saved.by_month(self.saved.get("fct", "date forecast lowerci upperci\n\n")).rename(columns=columns)

    @cached_property
    def residuals(self) -> pd.Series:
        """Residuals of the regARIMA model by month: one-step errors, of logarithms if the model is for logarithms.

        The first months, lost to differencing, are left out, as are the errors that X-13 estimates for months before
        the span.
        """
        errors, used = saved.by_month(self.saved.get("rsd", "")).iloc[:, 0], int(self.diagnostics.get("nefobs", 0))
        return errors.iloc[max(0, len(errors) - used) :].rename("residual")

    def _saved(self, component: str) -> pd.Series:
        """Return a component as X-13 saved it; empty if it saved none."""
        letter = {"seats": "s", "x11": "d", None: ""}[self.engine]
        extension = "saa" if component == "forced" else f"{letter}{_TABLES[component]}"
        return saved.by_month(self.saved.get(extension, "")).iloc[:, 0]

    def saved_table(self, extension: str) -> pd.DataFrame:
        """Return a table that X-13 saved, by month, for example ``d8`` after ``x11={"save": "(d8)"}``.

        Raises
        ------
        ParameterError
            There is no such table, or it is not by month; its text is in ``saved``.
        """
        try:
            return saved.by_month(self.saved[extension])
        except KeyError:
            raise ParameterError(f"X-13 saved no table {extension!r}; possible: {', '.join(self.saved)}") from None
        except ValueError as error:
            raise ParameterError(f"table {extension!r} is not a table by month: {error}") from None

    @property
    def effects(self) -> pd.Series:
        """Seasonal effect by month: percent if multiplicative, otherwise in the unit of the series."""
        seasonal = self.components["seasonal"]
        return 100 * (seasonal - 1) if self.multiplicative else seasonal

    @property
    def multiplicative(self) -> bool:
        """Whether the factors are multiplicative, around 1."""
        mode = self.diagnostics.get("samodeseats") or self.diagnostics.get("samode", "")
        return mode.startswith(("log", "multiplicative", "pseudo"))

    @property
    def outliers(self) -> pd.DataFrame:
        """Outliers in the model, by ``month`` (the first, if over an interval): ``type``, ``estimate``, ``t``."""
        outliers = [(m, row) for name, row in self.regression.iterrows() if (m := _OUTLIER.match(str(name)))]
        months = [pd.Period(f"{m[2]}-{m[3]}", freq="M") for m, _ in outliers]
        rows = [(m[1].upper(), row["estimate"], row["t"]) for m, row in outliers]
        index = pd.PeriodIndex(months, freq="M", name="month")
        return pd.DataFrame(rows, index=index, columns=["type", "estimate", "t"]).sort_index()

    @property
    def calendar(self) -> pd.DataFrame:
        """Trading-day, holiday and other effects: the regression without its outliers."""
        return self.regression[~self.regression.index.str.match(_OUTLIER)]

    def number(self, key: str, at: int = 0) -> float:
        """Return a number of the diagnostics by its X-13 key, NaN if X-13 does not give it.

        The p-values of ``f2.fsd8``, ``f2.kw``, ``f2.msf`` and ``d11.f`` are in percent, those of ``qs...`` are not.
        """
        words = self.diagnostics.get(key, "").split()
        try:
            return float(words[at])
        except (IndexError, ValueError):
            return float("nan")

    @property
    def identifiable(self) -> Literal["present", "probably not present", "not present"] | None:
        """Lothian and Morry's combined test of identifiable seasonality, None without X-11.

        X-13's own ``f2.idseasonal`` has only two states, and is yes for *probably not present* too.
        """
        stable, moving, ranks = (self.number(f"f2.{key}") for key in ("fsd8", "msf", "kw"))
        if np.isnan(stable):
            return None
        if self.number("f2.fsd8", 1) >= 0.1:
            return "not present"
        first, second = 7 / stable, 3 * moving / stable
        if self.number("f2.msf", 1) < 5 and np.sqrt((first + second) / 2) >= 1:
            return "not present"
        weak = first >= 1 or second >= 1 or self.number("f2.kw", 1) >= 1 or np.isnan(ranks)
        return "probably not present" if weak else "present"

    def static(self, *, coefficients: bool = False) -> Spec:
        """Return a spec that reproduces the result, with the automatic choices frozen.

        Transformation, regressors, outliers and ARIMA model are frozen. X-11 still chooses its filters, because a
        filter named in the spec is used in all its passes and would give another result.

        Parameters
        ----------
        coefficients : bool
            Also fix the coefficients, so that none is estimated again.

        Raises
        ------
        ParameterError
            The model has ``td`` or ``td1coef`` on a scale other than logs or levels: X-13 would treat the leap year
            differently when it reads back its own choice.
        """
        frozen = {"regression", "arima", "automdl", "pickmdl", "outlier"}
        kept = {name: dict(arguments) for name, arguments in self.spec.parts.items() if name not in frozen}
        if kept.get("transform", {}).get("function") == "auto":
            kept["transform"]["function"] = "log" if self.scale == "log" else "none"
            kept["transform"].pop("aicdiff", None)
        elif other_scale(kept.get("transform", {})) and re.search(r"\btd(1coef)?\b", self.saved.get("mdl", "")):
            raise ParameterError(f"{self.name}: td cannot be frozen in this scale; name tdnolpyear instead")
        model, estimates = (self.saved.get(extension, "") for extension in ("mdl", "est"))
        return Spec(kept | saved.frozen_model(model, estimates, self.spec.parts, fix=coefficients))

    def summary(self) -> str:
        """Return model, effects, outliers and tests in a few lines."""
        how = {"seats": "adjusted by SEATS", "x11": "adjusted by X-11", None: "modelled"}[self.engine]
        index = self.components.index
        lines = [
            f"{self.name}, {index[0]} to {index[-1]}: {how}, {self.scale}s, ARIMA {self.model}",
            "effects: " + (", ".join(f"{name} (t {t:.1f})" for name, t in self.calendar["t"].items()) or "none"),
            "outliers: "
            + (", ".join(f"{r.type} {m} ({r.estimate:+.3f})" for m, r in self.outliers.iterrows()) or "none"),
            f"AICC {self.number('aicc'):.1f}; QS before {self.number('qsori'):.1f}, after {self.number('qssadj'):.1f}",
        ]
        if self.identifiable:
            lines.append(
                f"Q {self.number('f3.q'):.2f}, M7 {self.number('f3.m07'):.3f}, seasonality {self.identifiable}"
            )
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


_SPAN = re.compile(r"(\d+)\w+ month, *(\d+)")


def read(series: pd.Series, spec: Spec, written: Written, about: dict[str, str]) -> Adjustment:
    """Return the typed result of a run.

    Raises
    ------
    EngineError
        X-13 reported no error but gave no adjusted values or no trend.
    """
    tables, diagnostics, notes = written
    # The spec ``series`` may have shortened the span. Months are compared as pandas' ordinals, which is fast.
    ends = [12 * (int(year) - 1970) + int(month) - 1 for month, year in _SPAN.findall(diagnostics.get("span", ""))]
    months = pd.PeriodIndex(series.index).asi8
    if len(ends) == 2 and ends != [months[0], months[-1]]:
        series = series[(months >= ends[0]) & (months <= ends[1])]
    needed = {"seats": ("s11", "s12"), "x11": ("d11", "d12"), None: ()}[spec.engine]
    if any("NaN" in tables.get(table, "NaN") for table in needed):
        reason = "; ".join(notes) or "no reason given"
        raise EngineError(f"X-13 could not split {series.name} into components; {reason}")
    return Adjustment(series, spec.engine, spec, diagnostics, notes, tables, about)

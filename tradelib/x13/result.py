"""What X-13 answers, typed: components, regression, outliers, forecasts, diagnostics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tradelib.errors import EngineError
from tradelib.x13 import saved
from tradelib.x13.spec import Engine, Spec

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tradelib.x13.run import Output

Seasonality = Literal["present", "probably not present", "not present"]
_NAMES = {"adjusted": "11", "trend": "12", "irregular": "13", "seasonal": "10", "factors": "16"}
_OUTLIER = re.compile(r"(AO|LS|TC|SO|TL|RP|MV)(\d{4})\.(\w{3})", re.IGNORECASE)


@dataclass(frozen=True)
class Adjustment:
    """One series adjusted, or only modelled when the engine is None.

    Attributes
    ----------
    name : str
        The series.
    engine : {"seats", "x11"} or None
        Who adjusted.
    spec : Spec
        What was asked.
    components : pandas.DataFrame
        By month: ``observed``, ``adjusted``, ``trend``, ``seasonal``, ``irregular`` and ``factors`` (seasonal and
        calendar together). Factors are around 1 when multiplicative, else in the unit of the series; observed is
        adjusted times (or plus) factors. Where the series has no value, ``observed`` is missing and the rest estimated.
    estimated : pandas.PeriodIndex
        Months without a value, estimated the X-13 way.
    factor_forecasts : pandas.Series
        Factors of the months to come.
    diagnostics : dict of str to str
        All that X-13 says, under its own keys.
    notes : tuple of str
        Warnings and notes.
    saved : dict of str to str
        Other tables as X-13 saved them, by extension: estimates, model, residuals, forecasts. They become numbers
        when asked for, which spares a batch of thousands half of its reading.
    """

    name: str
    engine: Engine | None
    spec: Spec
    components: pd.DataFrame
    estimated: pd.PeriodIndex
    factor_forecasts: pd.Series
    diagnostics: dict[str, str]
    notes: tuple[str, ...]
    saved: dict[str, str] = field(repr=False)

    def __getattr__(self, name: str) -> pd.Series:
        """Return a component by its name, so that ``result.adjusted`` reads as it says."""
        components = self.__dict__.get("components", ())
        if name in components:
            found: pd.Series = components[name]
            return found
        raise AttributeError(f"{type(self).__name__} has no {name}")

    @property
    def scale(self) -> Literal["log", "level"]:
        """Whether the model is for logarithms."""
        told = self.diagnostics.get("aictrans", self.diagnostics.get("transform", ""))
        return "log" if "log" in told.lower() else "level"

    @property
    def model(self) -> str:
        """The ARIMA model."""
        return self.diagnostics.get("arimamdl", "")

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Coefficients of the ARIMA model: ``estimate`` and ``standard_error``."""
        return saved.coefficients(self.saved["est"])

    @cached_property
    def regression(self) -> pd.DataFrame:
        """By ``variable``: ``group``, ``estimate``, ``standard_error``, ``t``."""
        return saved.regression(self.saved["est"])

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """By month after the last: ``forecast``, ``lower``, ``upper`` (95 percent), in the unit of the series."""
        values = saved.table(self.saved["fct"], 3)
        return pd.DataFrame(
            values, months_after(self.components.index, len(values)), columns=["forecast", "lower", "upper"]
        )

    @cached_property
    def residuals(self) -> pd.Series:
        """Residuals of the regARIMA model by month: one-step errors, of logarithms where it is for those.

        The first months, lost to differences, are left out, and so are errors that X-13 estimates for before the
        first month.
        """
        return saved.residuals(self.saved["rsd"], int(self.diagnostics.get("nefobs", 0)))

    @property
    def effects(self) -> pd.Series:
        """Seasonal effect by month: percent when multiplicative, else in the unit of the series."""
        seasonal = self.components["seasonal"]
        return 100 * (seasonal - 1) if self.multiplicative else seasonal

    @property
    def multiplicative(self) -> bool:
        """Whether factors divide rather than subtract."""
        return _divides(self.diagnostics)

    @property
    def outliers(self) -> pd.DataFrame:
        """Outliers in the model, by ``month``: ``type``, ``estimate``, ``t``; of an interval, the first month."""
        found = [(m, row) for name, row in self.regression.iterrows() if (m := _OUTLIER.match(str(name)))]
        months = [pd.Period(pd.to_datetime(f"{m[3]} {m[2]}", format="%b %Y"), freq="M") for m, _ in found]
        rows = [(m[1].upper(), row["estimate"], row["t"]) for m, row in found]
        index = pd.PeriodIndex(months, freq="M", name="month")
        return pd.DataFrame(rows, index=index, columns=["type", "estimate", "t"]).sort_index()

    @property
    def calendar(self) -> pd.DataFrame:
        """Trading-day, holiday and other effects: the regression without its outliers."""
        outlier = [bool(_OUTLIER.match(str(name))) for name in self.regression.index]
        return self.regression[np.logical_not(outlier)]

    def number(self, key: str, at: int = 0) -> float:
        """Return a number of the diagnostics by its X-13 key, NaN when X-13 does not say it.

        The p-values of ``f2.fsd8``, ``f2.kw``, ``f2.msf`` and ``d11.f`` are percent, those of ``qs...`` are not.
        """
        words = self.diagnostics.get(key, "").split()
        try:
            return float(words[at])
        except (IndexError, ValueError):
            return float("nan")

    @property
    def identifiable(self) -> Seasonality | None:
        """Lothian and Morry's combined test of identifiable seasonality, None without X-11.

        X-13's own ``f2.idseasonal`` has two states and says yes also to *probably not present*.
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
        """Freeze what was chosen automatically into a spec that reproduces the result.

        Transformation, regressors, outliers and ARIMA model are frozen. X-11 goes on to choose its filters, because a
        filter once named is used in all its passes and would give another result.

        Parameters
        ----------
        coefficients : bool
            Also fix the coefficients, so that nothing is estimated again.
        """
        frozen = {"regression", "arima", "automdl", "pickmdl", "outlier"}
        kept = {name: dict(arguments) for name, arguments in self.spec.parts.items() if name not in frozen}
        kept["transform"] = kept.get("transform", {}) | {"function": "log" if self.scale == "log" else "none"}
        kept["transform"].pop("aicdiff", None)
        for name, arguments in saved.frozen_model(self.saved["mdl"], fix=coefficients).items():
            own = {k: v for k, v in self.spec.parts.get(name, {}).items() if k in ("user", "usertype", "data", "start")}
            kept[name] = own | arguments
        return Spec(kept)

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

    def plot(self) -> Figure:
        """Draw the series, its adjusted values and its trend."""
        from matplotlib import pyplot as plt

        from tradelib import figures

        fig, ax = plt.subplots()
        drawn = self.components[["observed", "adjusted", "trend"]]
        for column, shade in zip(drawn, (figures.SKY, figures.BLUE, figures.INK), strict=True):
            ax.plot(figures.dates(drawn.index), drawn[column], color=shade, label=column)
        ax.legend(loc="upper left")
        return figures.finish(
            fig, title=f"{self.name}: observed, adjusted and trend", unit="Unit of the series",
            source=f"own computation with X-13ARIMA-SEATS {self.diagnostics.get('version', '')}",
            alt=f"Three lines: {self.name} as observed, seasonally adjusted, and its trend.",
        )  # fmt: skip


def months_after(index: pd.PeriodIndex, count: int) -> pd.PeriodIndex:
    """Return so many months after those of an index."""
    return pd.period_range(index[-1] + 1, periods=count, freq="M", name=index.name)


def _divides(diagnostics: dict[str, str]) -> bool:
    mode = diagnostics.get("samodeseats") or diagnostics.get("samode", "")
    return mode.startswith(("log", "multiplicative"))


def read(series: pd.Series, engine: Engine | None, spec: Spec, output: Output) -> Adjustment:
    """Return the typed result of a run."""
    letter = {"seats": "s", "x11": "d", None: ""}[engine]
    index = pd.PeriodIndex(series.index)
    tables = {name: saved.table(output.tables.get(f"{letter}{code}", ""))[:, 0] for name, code in _NAMES.items()}
    if engine and min(len(tables["adjusted"]), len(tables["trend"])) < len(index):
        raise EngineError(
            f"X-13 could not split {series.name} into components; {'; '.join(output.notes) or 'no reason given'}"
        )
    columns = {"observed": series.to_numpy()}
    if engine:
        neutral = 1.0 if _divides(output.diagnostics) else 0.0
        columns |= {name: _fitted(values, len(index), neutral) for name, values in tables.items()}
    factors = tables["factors"][len(index) :]
    return Adjustment(
        name=str(series.name or "series"),
        engine=engine,
        spec=spec,
        components=pd.DataFrame(columns, index=index),
        estimated=index[np.isnan(columns["observed"])],
        factor_forecasts=pd.Series(factors, months_after(index, len(factors))),
        diagnostics=output.diagnostics,
        notes=output.notes,
        saved={extension: output.tables.get(extension, "") for extension in ("est", "mdl", "rsd", "fct")},
    )


def _fitted(values: np.ndarray, months: int, neutral: float) -> np.ndarray:
    """Return a component of the months asked about; X-13 writes no factors where there is nothing to take out."""
    return values[:months] if len(values) >= months else np.full(months, neutral)

"""What an official file says, one row a published figure, with all that makes it the quantity it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from tradelib.errors import ParameterError, SourceError, did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from tradelib.sources.exhibit import Exhibit

MILLIONS = "millions of U.S. dollars"
WORLD = "World"
FREQUENCIES = {"monthly": "M", "quarterly": "Q", "annual": "Y"}
_BASES = ("bop", "census", "bls", "nipa")


class Quantity(NamedTuple):
    """Everything that makes a figure comparable with another one, but for its period."""

    flow: str
    item: str
    basis: str
    adjustment: str
    unit: str = MILLIONS
    partner: str = WORLD
    price_basis: str = "current"

    @property
    def name(self) -> str:
        """Series name as the catalog builds it, for example ``exports_travel_bop_sa``."""
        parts = [self.flow, self.item, self.basis, self.adjustment]
        return "_".join(parts if self.price_basis == "current" else [*parts, self.price_basis])

    @classmethod
    def named(cls, name: str) -> Quantity:
        """Return the quantity that a series name tells, in millions of dollars."""
        flow, *words = name.split("_")
        at = next(at for at, word in enumerate(words) if word in _BASES)
        rest = words[at + 2 :]
        return cls(flow, "_".join(words[:at]), words[at], words[at + 1], price_basis="_".join(rest) or "current")


class Line(NamedTuple):
    """A published line: its frequency, first and last month as ordinals, its figures, its markers.

    ``mark`` holds for the whole line, ``marks`` for single cells, by position among the figures.
    """

    frequency: str
    first: int
    last: int
    figures: Sequence[float]
    mark: str = ""
    marks: dict[int, str] = {}  # noqa: RUF012 - nobody writes into it


def ordinal(year: int, month: int) -> int:
    """Return the number of a month as ``pandas.Period`` counts them."""
    return (year - 1970) * 12 + month - 1


def month_name(at: int) -> str:
    """Return a month's number as text such as ``2024-02``."""
    return f"{at // 12 + 1970}-{at % 12 + 1:02}"


@dataclass(frozen=True)
class Facts:
    """What an official file says.

    Attributes
    ----------
    file : str
        Name of the file.
    layout : str
        Which official layout it has.
    title : str
        Title as published, or what stands for it.
    values : pandas.DataFrame
        One row a published figure: ``table`` (which one of the file), ``frequency``, ``first`` and ``last`` month
        (both included), ``flow``, ``item``, ``partner``, ``basis``, ``adjustment``, ``price_basis``, ``unit``,
        ``value`` (missing is NaN), ``marker`` (what the cell or its line says besides the number); a file that
        publishes codes has ``code`` too.
    updated : datetime.date or None
        The day that the file itself names as its last update.
    exhibits : tuple of Exhibit
        The tables as they stand, of a file that has the shape of an exhibit.
    """

    file: str
    layout: str
    title: str
    values: pd.DataFrame = field(repr=False)
    updated: dt.date | None = None
    exhibits: tuple[Exhibit, ...] = field(default=(), repr=False)

    @property
    def statistical_month(self) -> pd.Period:
        """The newest month with a value."""
        return self.values.loc[self.values["value"].notna(), "last"].max()

    def counts(self) -> dict[str, int]:
        """Return how many figures were read, how many are missing and how many carry a marker."""
        values = self.values
        missing, marked = values["value"].isna(), values["marker"] != ""
        return {"figures": int((~missing).sum()), "missing": int(missing.sum()), "marked": int(marked.sum())}

    def wide(self, frequency: str = "monthly", **only: str | Sequence[str]) -> pd.DataFrame:
        """Return one frequency as a wide, gap-free frame.

        Parameters
        ----------
        frequency : {"monthly", "quarterly", "annual"}
            Lines of this frequency.
        **only : str or sequence of str
            Columns of ``values`` and what they may be, for example ``flow="exports"``.

        Returns
        -------
        pandas.DataFrame
            ``PeriodIndex`` named ``period``; columns are series names, or (series name, partner) where the file
            tells partners apart. A figure that several tables repeat is taken from the first.

        Raises
        ------
        ParameterError
            No such frequency or column, or nothing is left.
        SourceError
            What is left has no value.
        """
        if frequency not in FREQUENCIES:
            raise ParameterError(f"unknown frequency {frequency!r}; {did_you_mean(frequency, FREQUENCIES)}")
        chosen = self.values[self.values["frequency"] == frequency]
        for column, wanted in only.items():
            if column not in chosen:
                raise ParameterError(f"unknown column {column!r}; {did_you_mean(column, chosen.columns)}")
            chosen = chosen[chosen[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
        if chosen.empty:
            raise ParameterError(f"{self.file} has nothing {frequency} with {only}")
        keys = ["flow", "item", "basis", "adjustment", "unit", "partner", "price_basis"]
        groups = {
            Quantity(*map(str, key)): part.drop_duplicates("last").set_index("last")["value"]
            for key, part in chosen.groupby(keys, observed=True, sort=False)
        }
        partners = len(set(self.values["partner"])) > 1
        frame = pd.DataFrame({((q.name, q.partner) if partners else q.name): part for q, part in groups.items()})
        told = frame.index[frame.notna().any(axis=1)]
        if told.empty:
            raise SourceError(self.file, None, found=f"no value in its {frequency} lines", expected="at least one")
        every = pd.period_range(told.min(), told.max(), freq="M")
        frame = frame.reindex(every)[every.month % {"monthly": 1, "quarterly": 3, "annual": 12}[frequency] == 0]
        frame.index = frame.index.asfreq(FREQUENCIES[frequency]).rename("period")
        return frame


def tidy(lines: Sequence[Line], quantities: Sequence[Quantity], table: str = "") -> pd.DataFrame:
    """Return lines of figures as tidy rows; each line has one figure for each quantity, in their order."""
    count, width = len(lines), len(quantities)
    figures = np.array([line.figures for line in lines], dtype=float).reshape(count, width)
    marks = [" ".join(filter(None, (line.mark, line.marks.get(at, "")))) for line in lines for at in range(width)]
    columns = {
        "table": pd.Categorical.from_codes(np.zeros(count * width, dtype=np.int8), [table]),
        "frequency": pd.Categorical(np.repeat([line.frequency for line in lines], width)),
        "first": months(np.repeat([line.first for line in lines], width)),
        "last": months(np.repeat([line.last for line in lines], width)),
    }
    for name in ("flow", "item", "partner", "basis", "adjustment", "price_basis", "unit"):
        columns[name] = pd.Categorical(np.tile(np.array([getattr(q, name) for q in quantities], dtype=object), count))
    return pd.DataFrame(columns | {"value": figures.ravel(), "marker": np.array(marks, dtype=object)})


def months(ordinals: Iterable[int]) -> pd.PeriodIndex:
    """Return months by their numbers."""
    return pd.PeriodIndex.from_ordinals(np.asarray(ordinals, dtype=np.int64), freq="M")


def stack(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return tidy frames under each other; the labels stay categories."""
    parts = list(frames)
    columns = {name: [part[name] for part in parts] for name in parts[0]}
    return pd.DataFrame(
        {
            name: union_categoricals(told, sort_categories=True)
            if isinstance(told[0].dtype, pd.CategoricalDtype)
            else pd.concat(told, ignore_index=True)
            for name, told in columns.items()
        }
    )

"""A release: what one publisher put out on one day about one month, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError, did_you_mean, nearest
from tradelib.quantity.figure import Cell, Figure
from tradelib.quantity.result import Result
from tradelib.quantity.rounding import exact
from tradelib.store.tables import Figures, figures_of, read_stored, spans

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tradelib.sources.reader import Table

FT900 = "ft900"
FREQUENCIES = {"monthly": 1, "quarterly": 3, "annual": 12, "ytd": 0}
"""Months of a span; a year to date is as long as its last month says."""


@dataclass(frozen=True, repr=False)
class Release(Result):
    """One release.

    Attributes
    ----------
    publisher : str
        Folder of the store: ``ft900`` (*U.S. International Trade in Goods and Services*), ``bls``, ``gdp``.
    released : datetime.date
        Day of publication.
    month : pandas.Period
        Statistical month; the last one of the newest quarter where figures are quarterly.
    folder : Path
        Where it lies.
    contents : dict
        All of ``release.toml``.
    """

    publisher: str
    released: dt.date
    month: pd.Period
    folder: Path
    contents: dict[str, Any]

    @property
    def source(self) -> str:
        """Publisher, title and day in one line, as a figure's foot cites it."""
        publisher = self.contents["publisher"].replace("U.S. Bureau of Economic Analysis", "BEA")
        day = f", released {self.released}" if self.released else ""
        return f"{publisher}, {self.contents['title']}{day}"

    @property
    def _named(self) -> str:
        return f"the release of {self.released}" if self.released else f"{self.folder.name}, about {self.month},"

    @property
    def exhibits(self) -> list[str]:
        """Names of its tables."""
        return list(self.contents["tables"])

    @property
    def table(self) -> pd.DataFrame:
        """One row a table of the release, by its name: ``title`` and ``compilation``."""
        rows = {name: (entry["title"], entry["compilation"]) for name, entry in self.contents["tables"].items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["title", "compilation"]).rename_axis("exhibit")

    def summary(self) -> str:
        """Return whose release it is, of which day and about which month, and what it has, in one line."""
        many = len(self.exhibits)
        return f"{self.source}, about {self.month}: {many} table{'s' if many > 1 else ''}"

    def tables(self) -> list[Table]:
        """Return its tables, read from the stored cells."""
        return [read_stored(self.folder, name, entry) for name, entry in self.contents["tables"].items()]

    @cached_property
    def _figures(self) -> dict[str, Figures]:
        return {name: figures_of(self.folder, name, entry) for name, entry in self.contents["tables"].items()}

    @cached_property
    def _rows(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    @cached_property
    def facts(self) -> pd.DataFrame:
        """Every published figure of the release, one row each, with the columns ``quantity.FACT_COLUMNS``."""
        return pd.concat([figures.facts for figures in self._figures.values()], ignore_index=True)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity of the release by its name."""
        quantities: dict[str, Quantity] = {}
        for figures in self._figures.values():
            quantities |= figures.quantities
        return quantities

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {alias: name for name, quantity in self.quantities.items() for alias in quantity.aliases}

    def find(self, name: str) -> Quantity | None:
        """Return the quantity of a canonical name or an alias such as ``BOPGSTB``; None where it has none."""
        return self.quantities.get(name) or self.quantities.get(self._aliases.get(name, ""))

    def rows(self, name: str, freq: str = "monthly") -> pd.DataFrame:
        """Return the facts of one quantity with spans of one length, in order, one for each span.

        Where several compilations print the quantity, the one with the longest series comes first: two compilations of
        early years differ although neither was revised.

        Raises
        ------
        ParameterError
            The release has no such quantity, or none of that frequency.
        """
        if freq not in FREQUENCIES:
            raise ParameterError(f"unknown frequency {freq!r}; {did_you_mean(freq, FREQUENCIES)}")
        quantity = self.find(name)
        if quantity is None:
            raise ParameterError(f"{self._named} has no {name!r}; {nearest(name, self.quantities)}")
        key = (quantity.name, freq)
        if key not in self._rows:
            self._rows[key] = self._merged(quantity.name, FREQUENCIES[freq])
        if self._rows[key].empty:
            raise ParameterError(f"{self._named} has no {freq} figures of {name}")
        return self._rows[key]

    def span(self, name: str, freq: str = "monthly") -> tuple[pd.Period, pd.Period]:
        """Return first and last month of a series, both included."""
        rows = self.rows(name, freq)
        return rows["last"].iloc[0], rows["last"].iloc[-1]

    def compilations(self, name: str) -> list[str]:
        """Return whose compilations of a quantity it has."""
        entries = self.contents["tables"]
        own = [entries[table]["compilation"] for table, figures in self._figures.items() if name in figures.quantities]
        return list(dict.fromkeys(own))

    def values(self, name: str, compilation: str) -> pd.Series:
        """Return the months of a quantity as one compilation has them; empty where it has none."""
        if compilation not in self.compilations(name) or (rows := self._merged(name, 1, compilation)).empty:
            return pd.Series(dtype=float, index=pd.PeriodIndex([], freq="M", name="period"), name=name)
        return _indexed(pd.Series(rows["value"].to_numpy(), name=name), rows["last"])

    def _merged(self, name: str, months: int, compilation: str | None = None) -> pd.DataFrame:
        """Return the facts of a quantity for spans of some months from all its tables, the longest first."""
        entries = self.contents["tables"]
        parts = [
            figures.of_quantity(name, months)
            for table, figures in self._figures.items()
            if name in figures.places and compilation in (None, entries[table]["compilation"])
        ]
        return pd.concat(sorted(parts, key=len, reverse=True)).drop_duplicates("last").sort_values("last")

    def series(self, name: str, freq: str = "monthly") -> pd.Series:
        """Return a quantity by period, each value a ``Figure`` that knows its cell.

        Parameters
        ----------
        name : str
            Canonical name or an alias such as ``BOPGSTB``.
        freq : {"monthly", "quarterly", "annual", "ytd"}
            Spans of one, three, twelve months, or from January to the statistical month.

        Returns
        -------
        Series
            ``PeriodIndex`` of the last months, dtype ``object``; gap-free for months.

        Raises
        ------
        ParameterError
            The release has no such quantity, or none of that frequency.

        Examples
        --------
        >>> balance = release("2025-05-06").series("BOPGSTB")
        >>> float(balance["2025-03"] - balance["2025-02"])
        -17303.0
        """
        rows = self.rows(name, freq)
        figures = pd.Series([self._figure(row) for row in rows.to_dict("records")], dtype=object)
        figures.name = self.find(name).name  # type: ignore[union-attr] # rows has found it
        if freq == "monthly":
            return _indexed(figures, rows["last"])
        figures.index = pd.PeriodIndex(rows["last"], freq="M", name="period")
        return figures

    def figure(self, name: str, month: str | pd.Period) -> Figure:
        """Return one month's figure.

        Raises
        ------
        ParameterError
            The release has no such figure.
        """
        period = pd.Period(month, "M")
        rows = self.rows(name)
        at = int(rows["last"].searchsorted(period))
        if at == len(rows) or rows["last"].iloc[at] != period:
            raise ParameterError(f"{self._named} has no {name} for {period}")
        return self._figure(rows.iloc[at].to_dict())

    def wide(  # noqa: PLR0913 - they are what a quantity is made of
        self, flow: str, items: str = "*", *, partners: str = "world", basis: str = "census", adjustment: str = "sa",
        measure: str = "value", price: str = "current", exhibit: str = "", span: int = 1,
    ) -> pd.DataFrame:  # fmt: skip
        """Return items (or partners) down and months across, each value a ``Figure``.

        Parameters
        ----------
        flow : {"exports", "imports", "balance"}
            The flow.
        items, partners : str
            Shell patterns over item paths and partners: ``"goods/*/*"`` are commodities. The rows are partners where
            ``partners`` is a pattern, else items.
        basis, adjustment, measure, price : str
            As ``Quantity`` has them.
        exhibit : str
            Only what stands in this one; all by default.
        span : int
            Months that a figure is about: 3 for quarters, 12 for years.

        Returns
        -------
        DataFrame
            Dtype ``object``; columns are months, those that the release prints.

        Raises
        ------
        ParameterError
            Nothing fits.
        """
        rows = self._figures[exhibit].facts if exhibit else self.facts
        fixed = {"flow": flow, "basis": basis, "adjustment": adjustment, "measure": measure, "price": price}
        for column, text in fixed.items():
            rows = rows[rows[column] == text]
        depth = items.count("/")
        keep = [item for item in rows["item"].unique() if fnmatchcase(item, items) and item.count("/") == depth]
        who = [partner for partner in rows["partner"].unique() if fnmatchcase(partner, partners)]
        rows = spans(rows[rows["item"].isin(keep) & rows["partner"].isin(who)], span)
        if rows.empty:
            raise ParameterError(f"{self._named} has no {flow} of {items} with {partners} ({fixed})")
        stub = "item" if "*" not in partners else "partner"
        rows = rows.drop_duplicates([stub, "last"])
        figures = [self._figure(row) for row in rows.to_dict("records")]
        index = pd.MultiIndex.from_arrays([rows[stub].astype(str), rows["last"]], names=[stub, "month"])
        return pd.Series(figures, index=index, dtype=object).unstack("month")  # noqa: PD010 - keeps the figures

    def _figure(self, row: Mapping[Any, Any]) -> Figure:
        file = self.contents["files"][row["file"]]
        quantity = Quantity(*(str(row[column]) for column in QUANTITY_COLUMNS))
        span = str(row["last"]) if row["first"] == row["last"] else f"{row['first']}..{row['last']}"
        return Figure.of(
            Cell(
                quantity.name, span, exact(float(row["value"])), exhibit=str(row["exhibit"]), cell=row["cell"],
                file=str(row["file"]), sha256=file["sha256"], released=str(self.released or ""),
                marker=row["marker"], unit=quantity.unit,
            )
        )  # fmt: skip


def _indexed(values: pd.Series, months: Iterable[pd.Period]) -> pd.Series:
    """Return values by month, gap-free; a month that was not published is missing."""
    values.index = pd.PeriodIndex(months, freq="M", name="period")
    return values.reindex(pd.period_range(values.index[0], values.index[-1], freq="M", name="period"))

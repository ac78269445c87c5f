"""Whole monthly releases: every exhibit as the grid of its cells, in text that diffs like print.

A release is a folder ``data/ft900/<day of release>/`` with ``tables.toml`` (files, hashes, what each table is) and one
CSV a table. The figures are derived from the cells, which stand there as published, so a better layout reads every old
release again; explanatory sentences of the publication are left out.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.paths import data_folder
from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError, SourceError, did_you_mean
from tradelib.quantity.rounding import exact
from tradelib.sources.reader import read_table
from tradelib.sources.rows import Grid
from tradelib.words.figure import Cell, Figure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PUBLISHER = "ft900"
TOML = "tables.toml"


@dataclass(frozen=True)
class MonthlyRelease:
    """One release of *U.S. International Trade in Goods and Services*.

    Attributes
    ----------
    released : datetime.date
        Day of publication.
    month : pandas.Period
        Statistical month.
    folder : Path
        Where it lies.
    contents : dict
        All of ``tables.toml``.
    """

    released: dt.date
    month: pd.Period
    folder: Path
    contents: dict[str, Any]

    @property
    def exhibits(self) -> list[str]:
        """Names of its tables."""
        return list(self.contents["tables"])

    @cached_property
    def facts(self) -> pd.DataFrame:
        """Every published figure of the release, one row each, with the columns ``quantity.FACT_COLUMNS``."""
        frames = [_facts(self.folder, name, table["sha256"]) for name, table in self.contents["tables"].items()]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity of the release by its name."""
        rows = self.facts[list(QUANTITY_COLUMNS)].drop_duplicates().astype(str).itertuples(index=False, name=None)
        return {(quantity := Quantity(*row)).name: quantity for row in rows}

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
        quantity = self._quantity(name)
        rows = self.facts
        for column in QUANTITY_COLUMNS:
            rows = rows[rows[column] == getattr(quantity, column)]
        months = rows["last"].astype("int64") - rows["first"].astype("int64") + 1
        wanted = {"monthly": 1, "quarterly": 3, "annual": 12, "ytd": self.month.month}
        if freq not in wanted:
            raise ParameterError(f"unknown frequency {freq!r}; {did_you_mean(freq, wanted)}")
        rows = rows[(months == wanted[freq]) & (rows["edition"] == "current") & rows["value"].notna()]
        if freq == "ytd":
            rows = rows[rows["first"].dt.month == 1]
        rows = rows.drop_duplicates("last").sort_values("last")
        if rows.empty:
            raise ParameterError(f"the release of {self.released} has no {freq} figures of {name}")
        figures = pd.Series([self._figure(row) for row in rows.to_dict("records")], dtype=object, name=quantity.name)
        figures.index = pd.PeriodIndex(rows["last"], freq="M", name="period")
        if freq != "monthly":
            return figures
        return figures.reindex(pd.period_range(figures.index[0], figures.index[-1], freq="M", name="period"))

    def figure(self, name: str, month: str | pd.Period) -> Figure:
        """Return one month's figure.

        Raises
        ------
        ParameterError
            The release has no such figure.
        """
        period = pd.Period(month, "M")
        series = self.series(name)
        figure = series.get(period)
        if not isinstance(figure, Figure):
            raise ParameterError(f"the release of {self.released} has no {name} for {period}")
        return figure

    def wide(
        self, flow: str, items: str = "*", *, partners: str = "world", basis: str = "census", adjustment: str = "sa",
        measure: str = "value", price: str = "current",
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

        Returns
        -------
        DataFrame
            Dtype ``object``; columns are months, those that the release prints.

        Raises
        ------
        ParameterError
            Nothing fits.
        """
        rows = self.facts
        fixed = {"flow": flow, "basis": basis, "adjustment": adjustment, "measure": measure, "price": price}
        for column, text in fixed.items():
            rows = rows[rows[column] == text]
        depth = items.count("/")
        keep = [item for item in rows["item"].unique() if fnmatchcase(item, items) and item.count("/") == depth]
        who = [partner for partner in rows["partner"].unique() if fnmatchcase(partner, partners)]
        rows = rows[rows["item"].isin(keep) & rows["partner"].isin(who) & (rows["first"] == rows["last"])]
        rows = rows[(rows["edition"] == "current") & rows["value"].notna()]
        if rows.empty:
            raise ParameterError(f"the release of {self.released} has no {flow} of {items} with {partners} ({fixed})")
        stub = "item" if "*" not in partners else "partner"
        rows = rows.drop_duplicates([stub, "last"])
        figures = [self._figure(row) for row in rows.to_dict("records")]
        index = pd.MultiIndex.from_arrays([rows[stub].astype(str), rows["last"]], names=[stub, "month"])
        return pd.Series(figures, index=index, dtype=object).unstack("month")  # noqa: PD010 - keeps the figures

    def _quantity(self, name: str) -> Quantity:
        if name in self.quantities:
            return self.quantities[name]
        for quantity in self.quantities.values():
            if name in quantity.aliases:
                return quantity
        raise ParameterError(f"the release of {self.released} has no {name!r}; {_nearest(name, self.quantities)}")

    def _figure(self, row: Mapping[str, Any]) -> Figure:
        file = self.contents["files"][row["file"]]
        quantity = Quantity(*(str(row[column]) for column in QUANTITY_COLUMNS))
        span = str(row["last"]) if row["first"] == row["last"] else f"{row['first']}..{row['last']}"
        return Figure.of(
            Cell(
                quantity.name, span, exact(float(row["value"])), exhibit=str(row["exhibit"]), cell=row["cell"],
                file=str(row["file"]), sha256=file["sha256"], released=self.released.isoformat(),
                marker=row["marker"], unit=quantity.unit,
            )
        )  # fmt: skip


def _nearest(name: str, known: Iterable[str]) -> str:
    words = set(name.split("_"))
    near = sorted(known, key=lambda other: (-len(words & set(other.split("_"))), len(other)))[:5]
    return f"the nearest are {', '.join(near)}"


def stored() -> list[MonthlyRelease]:
    """Return the whole releases of the store, oldest first."""
    return sorted(
        (read_release(path) for path in data_folder().glob(f"{PUBLISHER}/[0-9]*/{TOML}")), key=lambda one: one.released
    )


def release(key: str | None = None) -> MonthlyRelease:
    """Return a whole release.

    Parameters
    ----------
    key : str, optional
        A day (``"2025-05-06"``) or a statistical month (``"2025-03"``); None for the newest.

    Raises
    ------
    ParameterError
        The store has no such release; the message lists those there are.
    """
    known = stored()
    fitting = [one for one in known if key is None or key in (one.released.isoformat(), str(one.month))]
    if not fitting:
        listed = ", ".join(f"{one.released} (about {one.month})" for one in known) or "none"
        raise ParameterError(f"no whole release {key!r}; the store has {listed}")
    return fitting[-1]


@lru_cache(maxsize=64)
def read_release(path: Path) -> MonthlyRelease:
    """Return the release that a ``tables.toml`` describes."""
    contents = tomllib.loads(path.read_text(encoding="utf-8"))
    return MonthlyRelease(contents["released"], pd.Period(contents["statistical_month"], "M"), path.parent, contents)


@lru_cache(maxsize=512)
def _facts(folder: Path, name: str, sha256: str) -> pd.DataFrame:
    """Return the figures of one stored table, once its text is the one whose hash the release records."""
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    if (got := hashlib.sha256(text.encode()).hexdigest()) != sha256:
        raise SourceError(str(path), None, found=f"sha256 {got}", expected=f"{sha256} as in {TOML}")
    return read_table(_grids(text)).facts


def _grids(text: str) -> list[Grid]:
    """Return the grids of a stored table: each begins with a line that names its file and sheet."""
    grids = []
    for block in text.split("\f"):
        head, _, body = block.partition("\n")
        file, *sheet = Grid.from_csv(head, "", "").rows[0]
        grids.append(Grid.from_csv(body, file, *(sheet or [""])))
    return grids

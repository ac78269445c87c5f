"""Where the project's files are, and a stored table: the cells as published, in text that diffs like print.

The figures of a table are derived anew whenever text, layout or reader has changed, so a better layout reads every old
release again. As long as nothing has changed they come from the cache, which may be deleted at any time; a table from
the cache needs no reader, so nothing of ``sources`` is imported for it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError, SourceError, did_you_mean, nearest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import numpy as np

    from tradelib.sources.facts import Table

TOML = "release.toml"
FREQUENCIES = {"monthly": (1, "M"), "quarterly": (3, "Q"), "annual": (12, "Y"), "ytd": (0, "M")}
"""Months of a span and the letter of its periods; a year to date is as long as its last month says."""
_PACKAGE = Path(__file__).parents[1]


def _bundled(name: str) -> Path:
    """Return a folder of the project: beside the package in a checkout, inside it when installed from a wheel."""
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Return the store's folder; the environment variable ``TRADELIB_DATA`` names another one."""
    return Path(os.environ.get("TRADELIB_DATA") or _bundled("data"))


def notebook_folder() -> Path:
    """Return the folder of the parameterized notebooks; ``TRADELIB_NOTEBOOKS`` names another one."""
    return Path(os.environ.get("TRADELIB_NOTEBOOKS") or _bundled("notebooks"))


def cache_folder() -> Path:
    """Return the folder of what can be made or fetched again; ``TRADELIB_CACHE`` names another one."""
    if named := os.environ.get("TRADELIB_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("tradelib", appauthor=False)


@dataclass(frozen=True)
class Figures:
    """The figures of one stored table, and what they are figures of.

    Attributes
    ----------
    facts : pandas.DataFrame
        One row a figure, with the columns ``quantity.FACT_COLUMNS``.
    quantities : dict of str to Quantity
        By canonical name.
    labels : dict of str to str
        By canonical name, the quantity in words.
    aliases : dict of str to str
        By another name that a quantity answers to, its canonical name.
    places : dict of str to array of int
        By canonical name, which rows are of the quantity.
    """

    facts: pd.DataFrame
    quantities: dict[str, Quantity]
    labels: dict[str, str]
    aliases: dict[str, str]
    places: dict[str, np.ndarray]

    @classmethod
    def of(cls, facts: pd.DataFrame) -> Figures:
        """Return the figures that some facts are."""
        groups = facts.groupby(list(QUANTITY_COLUMNS), observed=True, sort=False).indices
        quantities = [Quantity(*map(str, key)) for key in groups]
        return cls(
            facts,
            {quantity.name: quantity for quantity in quantities},
            {quantity.name: quantity.label() for quantity in quantities},
            {alias: quantity.name for quantity in quantities for alias in quantity.aliases},
            {quantity.name: rows for quantity, rows in zip(quantities, groups.values(), strict=True)},
        )


@dataclass(frozen=True, repr=False)
class Tables:
    """What the tables of a release say together, quantity by quantity."""

    released: dt.date
    month: pd.Period
    folder: Path
    contents: dict[str, Any]

    @property
    def named(self) -> str:
        """What messages call it."""
        return f"the release of {self.released}" if self.released else f"{self.folder.name}, about {self.month},"

    def tables(self) -> list[Table]:
        """Return its tables, read from the stored cells."""
        return [from_text(self._text(name), name, entry) for name, entry in self.contents["tables"].items()]

    def _text(self, table: str) -> str:
        return stored_text(self.folder, table, self.contents["tables"][table]["sha256"])

    @cached_property
    def _figures(self) -> dict[str, Figures]:
        return {
            name: figures_of(self._text(name), name, entry["title"], entry["publisher"], entry["compilation"])
            for name, entry in self.contents["tables"].items()
        }

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
        return {name: own for figures in self._figures.values() for name, own in figures.quantities.items()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Every quantity of the release in words, by its name."""
        return {name: own for figures in self._figures.values() for name, own in figures.labels.items()}

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The names of quantities by the others that they answer to, such as ``BOPGSTB``."""
        return {alias: name for figures in self._figures.values() for alias, name in figures.aliases.items()}

    def find(self, name: str) -> Quantity | None:
        """Return the quantity of a canonical name or an alias such as ``BOPGSTB``; None where it has none."""
        return self.quantities.get(name) or self.quantities.get(self.aliases.get(name, ""))

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
            raise ParameterError(f"{self.named} has no {name!r}; {nearest(name, self.quantities)}")
        key = (quantity.name, freq)
        if key not in self._rows:
            self._rows[key] = self._merged(quantity.name, FREQUENCIES[freq][0])
        if self._rows[key].empty:
            raise ParameterError(f"{self.named} has no {freq} figures of {name}")
        return self._rows[key]

    def span(self, name: str, freq: str = "monthly") -> tuple[pd.Period, pd.Period]:
        """Return first and last month of a series, both included."""
        rows = self.rows(name, freq)
        return rows["last"].iloc[0], rows["last"].iloc[-1]

    def prints(self, name: str) -> dict[str, pd.Series]:
        """Return the months of a quantity as each of its compilations has them."""
        entries = self.contents["tables"]
        own = dict.fromkeys(entries[table]["compilation"] for table, its in self._figures.items() if name in its.places)
        merged = {compilation: self._merged(name, 1, compilation) for compilation in own}
        return {
            compilation: by_month(pd.Series(rows["value"].to_numpy(), name=name), rows["last"])
            for compilation, rows in merged.items()
            if len(rows)
        }

    def _merged(self, name: str, months: int, compilation: str | None = None) -> pd.DataFrame:
        """Return the facts of a quantity for spans of some months from all its tables, the longest first."""
        parts = [
            spans(figures.facts.iloc[figures.places[name]], months)
            for table, figures in self._figures.items()
            if name in figures.places and compilation in (None, self.contents["tables"][table]["compilation"])
        ]
        return pd.concat(sorted(parts, key=len, reverse=True)).drop_duplicates("last").sort_values("last")


def by_month(values: pd.Series, months: Iterable[pd.Period]) -> pd.Series:
    """Return values by month, gap-free; a month that was not published is missing."""
    values.index = pd.PeriodIndex(months, freq="M", name="period")
    return values.reindex(pd.period_range(values.index[0], values.index[-1], freq="M", name="period"))


def spans(facts: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return the published values of spans of some months; 0 for those from January on to another month."""
    last = facts["last"].astype("int64")
    length = last - facts["first"].astype("int64") + 1
    wanted = length == months if months else length == last % 12 + 1
    return facts[wanted & (facts["edition"] == "current") & facts["value"].notna()]


def from_text(text: str, name: str, entry: Mapping[str, Any]) -> Table:
    """Return the table that a stored text is; ``entry`` is what the release says of it."""
    from tradelib.sources.facts import FORM, read_series, series_layout
    from tradelib.sources.reader import read_table
    from tradelib.sources.rows import Grid
    from tradelib.sources.tables import layouts

    grids = []
    for block in text.split("\f"):
        head, _, body = block.partition("\n")
        file, *sheet = Grid.from_csv(head, "", "").rows[0]
        grids.append(Grid.from_csv(body, file, *(sheet or [""])))
    if grids[0].sheet == FORM:
        return read_series(series_layout(name, entry["title"], entry["publisher"], entry["compilation"]), grids[0])
    [layout] = [layout for layout in layouts() if layout.exhibit == name]
    table = read_table(grids)
    if table.layout is not layout:
        raise grids[0].error(None, f"table {table.exhibit}", f"table {name}, as {TOML} says")
    return replace(table, layout=layout)


def stored_text(folder: Path, name: str, sha256: str) -> str:
    """Return the text of a stored table.

    Raises
    ------
    SourceError
        It cannot be read, or is not the one whose hash the release records.
    """
    path = folder / f"{name}.csv"
    try:
        raw = path.read_bytes()
    except OSError as error:
        found = (error.strerror or str(error)).lower()
        raise SourceError(str(path), None, found=found, expected="the table of the release") from error
    if (got := hashlib.sha256(raw).hexdigest()) != sha256:
        raise SourceError(str(path), None, found=f"sha256 {got}", expected=f"{sha256} as in {TOML}")
    return raw.decode()


@lru_cache(maxsize=256)
def figures_of(text: str, *about: str) -> Figures:
    """Return the figures of a stored text, from the cache where they were derived before by the same reader.

    ``about`` is what else they depend on: the table's name, title, publisher and compilation.
    """
    key = hashlib.sha256("\0".join((_reader(), *about, text)).encode()).hexdigest()[:32]
    path = cache_folder() / "figures" / key
    try:
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return] # noqa: S301 - the user's own cache
    except (OSError, ValueError, EOFError, AttributeError, ImportError, pickle.UnpicklingError):
        name, *entry = about
        table = from_text(text, name, dict(zip(("title", "publisher", "compilation"), entry, strict=True)))
        figures = Figures.of(table.facts)
    partial = path.with_name(f".{key}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_bytes(pickle.dumps(figures, protocol=5))
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)  # no cache is no harm
    return figures


@cache
def _reader() -> str:
    """Return the hash of all that reading depends on besides the text."""
    code = [path for room in ("sources", "quantity", "store") for path in sorted((_PACKAGE / room).rglob("*.*"))]
    whole = hashlib.sha256(pd.__version__.encode())
    for path in code:
        if path.suffix in (".py", ".toml", ".csv"):
            whole.update(path.read_bytes())
    return whole.hexdigest()

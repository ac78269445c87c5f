"""A stored table: the cells as published, in text that diffs like print, and the figures derived from them.

Figures are derived anew whenever text, layout or reader has changed, so a better layout reads every old release again.
As long as nothing has changed they come from the cache, which may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import SourceError
from tradelib.sources.reader import Table, read_table
from tradelib.sources.rows import Grid
from tradelib.sources.series import FORM, read_series, series_layout
from tradelib.sources.tables import layouts
from tradelib.store.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

TOML = "release.toml"
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Figures:
    """The figures of one stored table.

    Attributes
    ----------
    facts : pandas.DataFrame
        One row a figure, with the columns ``quantity.FACT_COLUMNS``.
    quantities : dict of str to Quantity
        By canonical name.
    places : dict of str to array of int
        By canonical name, which rows are of the quantity.
    """

    facts: pd.DataFrame
    quantities: dict[str, Quantity]
    places: dict[str, np.ndarray]

    @classmethod
    def of(cls, facts: pd.DataFrame) -> Figures:
        """Return the figures that some facts are."""
        quantities, places = {}, {}
        for key, rows in facts.groupby(list(QUANTITY_COLUMNS), observed=True, sort=False).indices.items():
            quantity = Quantity(*map(str, key))
            quantities[quantity.name], places[quantity.name] = quantity, rows
        return cls(facts, quantities, places)

    def of_quantity(self, name: str, months: int) -> pd.DataFrame:
        """Return the published values of a quantity for spans of some months; 0 for those that begin in January."""
        return spans(self.facts.iloc[self.places[name]], months)


def spans(facts: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return the published values of spans of some months; 0 for those from January on to another month."""
    last = facts["last"].astype("int64")
    length = last - facts["first"].astype("int64") + 1
    wanted = length == months if months else length == last % 12 + 1
    return facts[wanted & (facts["edition"] == "current") & facts["value"].notna()]


def to_text(table: Table) -> str:
    """Return the text that stands for a table in the store: its grids, each under a line with its file and sheet."""
    return "\f".join(Grid("", "", [[grid.file, grid.sheet]]).to_csv() + grid.to_csv() for grid in table.grids)


def from_text(text: str, name: str, entry: Mapping[str, Any]) -> Table:
    """Return the table that a stored text is; ``entry`` is what the release says of it."""
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


def read_stored(folder: Path, name: str, entry: Mapping[str, Any]) -> Table:
    """Return a stored table, once its text is the one whose hash the release records."""
    return from_text(_text(folder, name, entry["sha256"]), name, entry)


def figures_of(folder: Path, name: str, entry: Mapping[str, Any]) -> Figures:
    """Return the figures of a stored table.

    Raises
    ------
    SourceError
        The text is not the one whose hash the release records.
    """
    text = _text(folder, name, entry["sha256"])
    return _figures(text, name, tuple((key, entry[key]) for key in ("title", "publisher", "compilation")))


def _text(folder: Path, name: str, sha256: str) -> str:
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
def _figures(text: str, name: str, entry: tuple[tuple[str, str], ...]) -> Figures:
    key = hashlib.sha256("\0".join((_reader(), name, *dict(entry).values(), text)).encode()).hexdigest()[:32]
    path = cache_folder() / "figures" / key
    try:
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return] # noqa: S301 - the user's own cache
    except (OSError, ValueError, EOFError, AttributeError, ImportError, pickle.UnpicklingError):
        figures = Figures.of(from_text(text, name, dict(entry)).facts)
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

"""The project's folders, and the tables of a release: cells as published, in text files that diff line by line.

The figures of a release are one long frame, derived again whenever text, layout or reader has changed, so a better
layout applies to every old release. Otherwise they come from the cache, which may be deleted at any time. Figures from
the cache need no reader, so ``sources`` is not imported for them.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.errors import ParameterError, SourceError, did_you_mean, nearest
from tradelib.quantity.labels import MNEMONICS
from tradelib.store.periods import gap_free, longest_first, spans

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from tradelib.sources.facts import Table

TOML = "release.toml"
Made = TypeVar("Made")
FREQUENCIES = {"monthly": (1, "M"), "quarterly": (3, "Q"), "annual": (12, "Y"), "ytd": (0, "M")}
"""Number of months in a span (0 for a year to date, whose length varies) and pandas' letter of the period."""
_REPEATED = (*QUANTITY_COLUMNS, "edition", "exhibit", "file", "compilation")  # columns kept as categories
_PACKAGE = Path(__file__).parents[1]


def bundled(name: str) -> Path:
    """Return a folder of the project: beside the package in a checkout, inside it when installed from a wheel."""
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Return the folder of the store; the environment variable ``TRADELIB_DATA`` sets another one."""
    return Path(os.environ.get("TRADELIB_DATA") or bundled("data"))


def notebook_folder() -> Path:
    """Return the folder of the parameterized notebooks; ``TRADELIB_NOTEBOOKS`` sets another one."""
    return Path(os.environ.get("TRADELIB_NOTEBOOKS") or bundled("notebooks"))


def cache_folder() -> Path:
    """Return the cache folder, for what can be made or fetched again; ``TRADELIB_CACHE`` sets another one."""
    if named := os.environ.get("TRADELIB_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("tradelib", appauthor=False)


@dataclass(frozen=True)
class Figures:
    """The figures of a release, and their quantities.

    Attributes
    ----------
    facts : pandas.DataFrame
        One row per figure, table after table, with the columns ``quantity.FACT_COLUMNS``, the ``compilation``, and the
        canonical ``name`` of the quantity.
    quantities : dict of str to Quantity
        By canonical name.
    catalog : pandas.DataFrame
        By canonical name: ``label``, ``unit``, ``mnemonic`` (of FRED, if any), ``freq`` (comma-separated frequencies of
        the figures), and ``code`` (in a table of series). A quantity withheld in every cell is not listed.
    aliases : dict of str to Quantity
        By other accepted names, such as ``BOPGSTB``.
    places : dict of str to (array, array)
        By frequency: positions in ``facts`` of the figures that ``longest_first`` keeps, sorted by name, and the offset
        at which each name begins.
    freqs : dict of str to str
        By canonical name: the frequencies, as in ``catalog``.
    """

    facts: pd.DataFrame
    quantities: dict[str, Quantity]
    catalog: pd.DataFrame
    aliases: dict[str, Quantity]
    places: dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]
    freqs: dict[str, str]

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Figures:
        """Return the figures of some tables."""
        from tradelib.sources.facts import FORM

        parts = [table.facts.assign(compilation=table.layout.compilation) for table in tables]
        facts = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(_REPEATED, "category"))
        columns = list(QUANTITY_COLUMNS)
        listed = [Quantity(*row) for row in facts[columns].drop_duplicates().itertuples(index=False, name=None)]
        names = pd.Index([quantity.name for quantity in listed])
        facts["name"] = names[facts.groupby(columns, observed=True, sort=False).ngroup()].astype("category")
        series = {freq: longest_first(spans(facts, months)) for freq, (months, _) in FREQUENCIES.items()}
        by_freq = {freq: set(rows["name"]) for freq, rows in series.items()}
        freqs = {name: ", ".join(freq for freq, known in by_freq.items() if name in known) for name in names}
        quantities = {name: quantity for name, quantity in zip(names, listed, strict=True) if freqs[name]}
        words = [(q.label(), q.unit, MNEMONICS.get(name, ""), freqs[name]) for name, q in quantities.items()]
        listed_as = pd.Index(list(quantities), name="name")
        catalog = pd.DataFrame(words, listed_as, columns=["label", "unit", "mnemonic", "freq"])
        of_series = facts["exhibit"].isin([table.exhibit for table in tables if table.layout.down == FORM])
        cells = facts[of_series].drop_duplicates("name").set_index("name")["cell"]  # "code, period"
        catalog["code"] = cells.str.replace(", .*", "", regex=True).reindex(listed_as, fill_value="")
        every = np.arange(len(names) + 1)
        places = {f: (rows.index.to_numpy(), rows["name"].cat.codes.searchsorted(every)) for f, rows in series.items()}
        aliases = {alias: quantity for quantity in quantities.values() for alias in quantity.aliases}
        return cls(facts, quantities, catalog, aliases, places, freqs)


@dataclass(frozen=True, repr=False)
class Tables:
    """The tables of a release, and their figures by quantity."""

    released: dt.date
    month: pd.Period
    folder: Path
    contents: dict[str, Any]

    @property
    def named(self) -> str:
        """The name of the release in messages."""
        return f"the release of {self.released}" if self.released else f"{self.folder.name}, about {self.month},"

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {name: stored_text(self.folder, name, own["sha256"]) for name, own in self.contents["tables"].items()}

    def tables(self) -> list[Table]:
        """Return the tables, read from the stored cells."""
        from tradelib.sources.reader import from_text

        return [from_text(text, name, self.contents["tables"][name]) for name, text in self._texts.items()]

    @cached_property
    def figures(self) -> Figures:
        """The figures of the release, from the cache if the same reader has derived them from the same texts."""
        self._texts  # noqa: B018 - verifies the checksums, so a changed text is refused even if figures are cached
        return kept("figures", (_reader(), repr(self.contents["tables"])), lambda: Figures.of(self.tables()))

    @property
    def facts(self) -> pd.DataFrame:
        """Every published figure, one per row: ``quantity.FACT_COLUMNS``, ``compilation`` and ``name``."""
        return self.figures.facts.copy(deep=False)  # pandas copies on write, so a caller cannot change the original

    @property
    def quantities(self) -> dict[str, Quantity]:
        """The quantities of the release by name."""
        return self.figures.quantities

    def find(self, name: str) -> Quantity | None:
        """Return the quantity of a canonical name or an alias such as ``BOPGSTB``; None if the release has none."""
        return self.quantities.get(name) or self.figures.aliases.get(name)

    def has(self, name: str, freq: str = "monthly") -> bool:
        """Return whether the release has figures of a quantity with a frequency."""
        quantity = self.find(name)
        return quantity is not None and str(freq) in self.figures.freqs[quantity.name]

    def places(self, name: str, freq: str = "monthly") -> npt.NDArray[np.intp]:
        """Return the positions in ``facts`` of a quantity with one frequency: one per span, in order.

        If several tables print a span, the table with the longest series is used: in early years two compilations
        differ although neither was revised.

        Raises
        ------
        ParameterError
            The release does not have the quantity, or not with that frequency.
        """
        if freq not in list(FREQUENCIES):
            raise ParameterError(f"unknown frequency {freq!r}; {did_you_mean(str(freq), FREQUENCIES)}")
        if not isinstance(name, str):
            raise ParameterError(f"found the series {name!r}; expected one name, such as BOPGSTB")
        if (quantity := self.find(name)) is None:
            raise ParameterError(f"{self.named} has no {name!r}; {nearest(name, self.quantities)}")
        if freq not in (known := self.figures.freqs[quantity.name]):
            raise ParameterError(f"{self.named} has no {freq} figures of {name}; possible: {known}")
        places, starts = self.figures.places[freq]
        at = self.figures.facts["name"].cat.categories.get_loc(quantity.name)
        return places[starts[at] : starts[at + 1]]

    @cached_property
    def _computed(self) -> dict[tuple[str, ...], Any]:
        """Cache of rows, by name, frequency and compilation, and of prints, by name."""
        return {}

    def rows(self, name: str, freq: str = "monthly") -> pd.DataFrame:
        """Return the facts at ``places``, indexed by last month."""
        return self._rows(name, freq).copy(deep=False)

    def _rows(self, name: str, freq: str = "monthly", compilation: str = "") -> pd.DataFrame:
        """Return the facts of ``rows``, or those from the tables of one compilation."""
        if (key := (str(name), str(freq), compilation)) not in self._computed:
            facts = self.figures.facts
            rows = facts.take(self.places(name, freq))
            if compilation:
                ours = (facts["name"] == rows["name"].iloc[0]) & (facts["compilation"] == compilation)
                rows = longest_first(spans(facts[ours], FREQUENCIES[freq][0]))
            self._computed[key] = rows.set_axis(pd.PeriodIndex(rows["last"], name="period"))
        return cast("pd.DataFrame", self._computed[key])

    def span(self, name: str, freq: str = "monthly") -> tuple[pd.Period, pd.Period]:
        """Return the first and last month of a series."""
        months = self.figures.facts["last"].array[self.places(name, freq)]
        return months[0], months[-1]

    def prints(self, name: str) -> dict[str, pd.Series]:
        """Return the monthly values of a quantity, by canonical name, in each compilation."""
        if (key := (name, "prints")) not in self._computed:
            rows = spans(self.facts[self.facts["name"] == name], 1)
            parts = {own: longest_first(rows[rows["compilation"] == own]) for own in rows["compilation"].unique()}
            self._computed[key] = {own: gap_free(rows.set_index("last")["value"]) for own, rows in parts.items()}
        return {own: values.rename(name) for own, values in self._computed[key].items()}


def stored_text(folder: Path, name: str, sha256: str) -> str:
    """Return the text of a stored table.

    Raises
    ------
    SourceError
        It cannot be read, or its hash is not the one that the release records.
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


def kept(kind: str, made_from: Sequence[str], make: Callable[[], Made], *, most: int | None = None) -> Made:
    """Return a result from the cache, or make it and store it there.

    Parameters
    ----------
    kind : str
        Folder in the cache.
    made_from : sequence of str
        Everything that the result depends on; it gives the cache key.
    make : callable
        Makes the result; its exceptions are passed on, and nothing is stored.
    most : int, optional
        Approximate limit on the number of results in the folder.
    """
    key = hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:32]
    path = cache_folder() / kind / key
    try:
        return cast("Made", pickle.loads(path.read_bytes()))  # noqa: S301 - the user's own cache
    except (OSError, ValueError, EOFError, AttributeError, ImportError, pickle.UnpicklingError):
        result = make()
    partial = path.with_name(f".{key}-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial.write_bytes(pickle.dumps(result, protocol=5))
        partial.replace(path)
        if most and key.startswith("00"):  # only once in 256 times, because listing the folder takes a while
            thin_out(path.parent, most)
    except OSError:
        partial.unlink(missing_ok=True)  # the result is not cached, which does no harm
    return result


def thin_out(folder: Path, most: int) -> None:
    """Delete the oldest files of a folder that has more than ``most``, and leave the newest ``most // 2``."""
    if len(files := list(folder.iterdir())) > most:
        for old in sorted(files, key=lambda file: file.stat().st_mtime)[: -(most // 2)]:
            old.unlink(missing_ok=True)


@cache
def _reader() -> str:
    """Return the hash of everything but the text that reading depends on: code, layouts, pandas."""
    code = [path for room in ("sources", "quantity", "store") for path in sorted((_PACKAGE / room).rglob("*.*"))]
    whole = hashlib.sha256(pd.__version__.encode())
    for path in code:
        if path.suffix in (".py", ".toml", ".csv"):
            whole.update(path.read_bytes())
    return whole.hexdigest()

"""Where the project's files are, and the tables of a release: cells as published, in text that diffs like print.

The figures of a release are one long frame, derived anew whenever text, layout or reader has changed, so a better
layout reads every old release again. As long as nothing has changed they come from the cache, which may be deleted at
any time; figures from the cache need no reader, so nothing of ``sources`` is imported for them.
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
"""Months of a span and the letter of its periods; a year to date is as long as its last month says."""
_REPEATED = (*QUANTITY_COLUMNS, "edition", "exhibit", "file", "compilation")  # texts that are kept as categories
_PACKAGE = Path(__file__).parents[1]


def bundled(name: str) -> Path:
    """Return a folder of the project: beside the package in a checkout, inside it when installed from a wheel."""
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Return the store's folder; the environment variable ``TRADELIB_DATA`` names another one."""
    return Path(os.environ.get("TRADELIB_DATA") or bundled("data"))


def notebook_folder() -> Path:
    """Return the folder of the parameterized notebooks; ``TRADELIB_NOTEBOOKS`` names another one."""
    return Path(os.environ.get("TRADELIB_NOTEBOOKS") or bundled("notebooks"))


def cache_folder() -> Path:
    """Return the folder of what can be made or fetched again; ``TRADELIB_CACHE`` names another one."""
    if named := os.environ.get("TRADELIB_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("tradelib", appauthor=False)


@dataclass(frozen=True)
class Figures:
    """The figures of a release, and what they are figures of.

    Attributes
    ----------
    facts : pandas.DataFrame
        One row a figure, table after table, with the columns ``quantity.FACT_COLUMNS``, the ``compilation``, and the
        canonical ``name`` of the quantity.
    quantities : dict of str to Quantity
        By canonical name.
    catalog : pandas.DataFrame
        By canonical name ``label``, ``unit``, the ``mnemonic`` where FRED has one, ``freq``, the frequencies of its
        figures, parted by commas, and the ``code`` in a table of series; what is withheld in every cell is no series.
    aliases : dict of str to Quantity
        By the other names that quantities answer to, such as ``BOPGSTB``.
    places : dict of str to (array, array)
        By frequency where in ``facts`` the figures are that ``longest_first`` leaves, name after name, and where in
        that list each name begins.
    freqs : dict of str to str
        By canonical name the frequencies, as in ``catalog``.
    """

    facts: pd.DataFrame
    quantities: dict[str, Quantity]
    catalog: pd.DataFrame
    aliases: dict[str, Quantity]
    places: dict[str, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]
    freqs: dict[str, str]

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Figures:
        """Return the figures that some tables have."""
        from tradelib.sources.facts import FORM

        parts = [table.facts.assign(compilation=table.layout.compilation) for table in tables]
        facts = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(_REPEATED, "category"))
        columns = list(QUANTITY_COLUMNS)
        listed = [Quantity(*row) for row in facts[columns].drop_duplicates().itertuples(index=False, name=None)]
        names = pd.Index([quantity.name for quantity in listed])
        facts["name"] = names[facts.groupby(columns, observed=True, sort=False).ngroup()].astype("category")
        series = {freq: longest_first(spans(facts, months)) for freq, (months, _) in FREQUENCIES.items()}
        there = {freq: set(rows["name"]) for freq, rows in series.items()}
        freqs = {name: ", ".join(freq for freq, known in there.items() if name in known) for name in names}
        quantities = {name: quantity for name, quantity in zip(names, listed, strict=True) if freqs[name]}
        words = [(own.label(), own.unit, MNEMONICS.get(name, ""), freqs[name]) for name, own in quantities.items()]
        listed_as = pd.Index(list(quantities), name="name")
        catalog = pd.DataFrame(words, listed_as, columns=["label", "unit", "mnemonic", "freq"])
        of_series = facts["exhibit"].isin([table.exhibit for table in tables if table.layout.down == FORM])
        cells = facts[of_series].drop_duplicates("name").set_index("name")["cell"]  # each a code and a period
        catalog["code"] = cells.str.replace(", .*", "", regex=True).reindex(listed_as, fill_value="")
        every = np.arange(len(names) + 1)
        places = {f: (own.index.to_numpy(), own["name"].cat.codes.searchsorted(every)) for f, own in series.items()}
        aliases = {alias: own for own in quantities.values() for alias in own.aliases}
        return cls(facts, quantities, catalog, aliases, places, freqs)


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

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {name: stored_text(self.folder, name, own["sha256"]) for name, own in self.contents["tables"].items()}

    def tables(self) -> list[Table]:
        """Return its tables, read from the stored cells."""
        from tradelib.sources.reader import from_text

        return [from_text(text, name, self.contents["tables"][name]) for name, text in self._texts.items()]

    @cached_property
    def figures(self) -> Figures:
        """Every figure of the release, from the cache where the same reader derived them from the same texts before."""
        self._texts  # noqa: B018 - a text that was changed is refused also where its figures are in the cache
        return kept("figures", (_reader(), repr(self.contents["tables"])), lambda: Figures.of(self.tables()))

    @property
    def facts(self) -> pd.DataFrame:
        """Every published figure, one row each: ``quantity.FACT_COLUMNS``, ``compilation`` and ``name``."""
        return self.figures.facts.copy(deep=False)  # what is written to it changes nothing here: pandas copies on write

    @property
    def quantities(self) -> dict[str, Quantity]:
        """Every quantity of the release by its name."""
        return self.figures.quantities

    def find(self, name: str) -> Quantity | None:
        """Return the quantity of a canonical name or an alias such as ``BOPGSTB``; None where it has none."""
        return self.quantities.get(name) or self.figures.aliases.get(name)

    def has(self, name: str, freq: str = "monthly") -> bool:
        """Tell whether there are figures of a quantity with a frequency."""
        quantity = self.find(name)
        return quantity is not None and str(freq) in self.figures.freqs[quantity.name]

    def places(self, name: str, freq: str = "monthly") -> npt.NDArray[np.intp]:
        """Return where in ``facts`` one quantity stands with spans of one length, one for each, in order.

        Where several tables print the quantity, the one with the longest series comes first: two compilations of
        early years differ although neither was revised.

        Raises
        ------
        ParameterError
            The release has no such quantity, or none of that frequency.
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

    def values(self, name: str, freq: str = "monthly") -> pd.Series:
        """Return the values of one quantity by last month, as ``rows`` has them."""
        at, facts = self.places(name, freq), self.figures.facts
        return pd.Series(facts["value"].array[at], pd.PeriodIndex(facts["last"].array[at], name="period"))

    @cached_property
    def _computed(self) -> dict[tuple[str, ...], Any]:
        """What was asked of a quantity before: its rows, by frequency and compilation, and its prints."""
        return {}

    def rows(self, name: str, freq: str = "monthly") -> pd.DataFrame:
        """Return the facts at ``places``, indexed by last month."""
        return self._rows(name, freq).copy(deep=False)

    def _rows(self, name: str, freq: str = "monthly", compilation: str = "") -> pd.DataFrame:
        """Return the rows, or those that one compilation alone would have."""
        if (key := (str(name), str(freq), compilation)) not in self._computed:
            facts = self.figures.facts
            own = facts.take(self.places(name, freq))
            if compilation:
                ours = (facts["name"] == own["name"].iloc[0]) & (facts["compilation"] == compilation)
                own = longest_first(spans(facts[ours], FREQUENCIES[freq][0]))
            self._computed[key] = own.set_axis(pd.PeriodIndex(own["last"], name="period"))
        return cast("pd.DataFrame", self._computed[key])

    def span(self, name: str, freq: str = "monthly") -> tuple[pd.Period, pd.Period]:
        """Return first and last month of a series, both included."""
        months = self.figures.facts["last"].array[self.places(name, freq)]
        return months[0], months[-1]

    def prints(self, name: str) -> dict[str, pd.Series]:
        """Return the months of a quantity, by its canonical name, as each of its compilations has them."""
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


def kept(kind: str, made_from: Sequence[str], make: Callable[[], Made], *, most: int | None = None) -> Made:
    """Return what was made from some texts before, from the cache, or make it and keep it there.

    Parameters
    ----------
    kind : str
        Folder in the cache.
    made_from : sequence of str
        All that the result depends on.
    make : callable
        Makes it; what it raises is raised and not kept.
    most : int, optional
        About how many results the folder may hold.
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
        if most and key.startswith("00"):  # once in 256 times, as looking at all of them takes a while
            thin_out(path.parent, most)
    except OSError:
        partial.unlink(missing_ok=True)  # no cache is no harm
    return result


def thin_out(folder: Path, most: int) -> None:
    """Leave the newest half of so many files in a folder that has more."""
    if len(there := list(folder.iterdir())) > most:
        for old in sorted(there, key=lambda file: file.stat().st_mtime)[: -(most // 2)]:
            old.unlink(missing_ok=True)


@cache
def _reader() -> str:
    """Return the hash of all that reading depends on besides the text."""
    code = [path for room in ("sources", "quantity", "store") for path in sorted((_PACKAGE / room).rglob("*.*"))]
    whole = hashlib.sha256(pd.__version__.encode())
    for path in code:
        if path.suffix in (".py", ".toml", ".csv"):
            whole.update(path.read_bytes())
    return whole.hexdigest()

"""One reader for all official tables: a layout says what title, columns, blocks and row labels mean.

A label in the stub is either a period or an item; that is the only difference between tables with time down and tables
with items down.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import QUANTITY_COLUMNS, Quantity
from tradelib.quantity.labels import partner_slug, partners, slug
from tradelib.quantity.periods import parse
from tradelib.sources.facts import FORM, Table, category, facts_of, read_series, series_layout
from tradelib.sources.rows import NOTES, REVISED, Grid, numbers
from tradelib.sources.tables import LABELS, TOP_LINES, WORDS, assign, columns_of, letters, recognise, without_footnotes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    import numpy.typing as npt

    from tradelib.quantity.errors import SourceError
    from tradelib.sources.tables import Layout

    Ints: TypeAlias = npt.NDArray[np.int64]

_DEFAULTS: dict[str, str] = {part.name: str(part.default) for part in fields(Quantity) if part.name != "flow"}
_FOOT, _LONGEST = re.compile(r"\d+ of"), 60
"""Pattern of a page number; largest length of a label in a PDF."""

_FLOWS = ("balance", "exports", "imports")


def read_table(grids: Sequence[Grid]) -> Table:
    """Return the table in some grids; several grids are the pages of one table.

    Raises
    ------
    SourceError
        No layout fits, or a row, head, label or period is not as the layout says.
    """
    return _Reader(*recognise(grids[0]), tuple(grids)).table()


def from_text(text: str, name: str, entry: Mapping[str, Any]) -> Table:
    """Return the table of a stored text; ``entry`` describes it in the ``release.toml`` of its release."""
    grids = []
    for block in text.split("\f"):
        head, _, body = block.partition("\n")
        file, *sheet = Grid.from_csv(head, "", "").rows[0]
        grids.append(Grid.from_csv(body, file, *(sheet or [""])))
    if grids[0].sheet == FORM:
        return read_series(series_layout(name, entry["title"], entry["publisher"], entry["compilation"]), grids[0])
    table = read_table(grids)
    if table.exhibit != name:
        raise grids[0].error(None, f"table {table.exhibit}", f"table {name}, as the release says")
    return table


class _Reader:
    """Reads one table row by row; a block or group applies to the rows below it, until the next one."""

    def __init__(self, layout: Layout, title: str, grids: tuple[Grid, ...]) -> None:
        self.layout, self.title, self.grids = layout, title, grids
        self.kind = layout.down
        self.fixed = {"adjustment": "sa"} | layout.constants
        self.group = ""
        self.year: int | None = None
        self.previous: int | None = None
        self.notes: dict[str, None] = {}
        self.quantities: list[tuple[str, ...]] = []
        # Number of the first column's quantity, by the fields that block and label set; the one for the block alone.
        self.made: dict[tuple[tuple[str, str], ...], int] = {}
        self.block: int | None = None
        # Label, number of the first quantity, first and last month (0 if the columns have them), marker, edition.
        self.rows: list[tuple[str, int, int, int, str, str]] = []
        # Every figure as printed, its address, and the positions of those with (R) before them; row by row.
        self.texts: list[str] = []
        self.places: list[str] = []
        self.revised: list[int] = []
        self.seen: Counter[str] = Counter()
        self.columns = columns_of(layout, title, grids)
        self.width = len(self.columns)

    def table(self) -> Table:
        for grid in self.grids:
            self._read_grid(grid)
        if not self.rows:
            raise self.grids[0].error(None, "no row of figures", f"{self.width} figures beside each label")
        return Table(self.layout, self.title, self.grids, self._facts(), tuple(self.notes))

    def _read_grid(self, grid: Grid) -> None:
        kept = []
        read = self._read_period if self.kind == "time" else self._read_item
        for label, figures, columns, revised, at in grid.table():
            if len(figures) == self.width and (label or self.previous):
                read(grid, at, label)
                kept.append((at, columns))
                if revised:
                    self.revised += [len(self.texts) + number for number in revised]
                self.texts += figures
            elif kept and NOTES.match(label):
                if not grid.is_pdf:
                    break
            elif not self._open(label, figures) and kept and figures:
                if grid.is_pdf and (_FOOT.fullmatch(label) or self.width > len(figures) + 2 or len(label) > _LONGEST):
                    continue  # number of the page, footnote that ends with a figure, or head moved under the figures
                raise grid.error(grid.place(at), f"{len(figures)} figures beside {label!r}", f"{self.width}")
        self.places += grid.places(kept)

    def _open(self, label: str, figures: list[str]) -> bool:
        """Apply a row without figures (title, block, year, last month's print); return whether it may be skipped."""
        for pattern, meaning in TOP_LINES:
            if match := pattern.match(label):
                self.fixed |= assign(meaning.format(**match.groupdict()))
                self.block = None
        if self.layout.down == "technology" and letters(label).startswith("selectedcountries"):
            self.kind = "partner"
            return True
        alone = label if not figures else figures[0] if not label and len(figures) == 1 else ""
        if not alone:
            return False
        meaning = LABELS["blocks"].get(letters(alone), "") if self.layout.blocks else ""
        if meaning.startswith(f"{self.layout.blocks}="):
            self.fixed |= assign(meaning)
            self.block = None
            self.year = None
            return True
        if self.kind == "time":
            span = parse(alone)
            if span and span.kind == "year":
                self.year = span.year
            elif span and span.kind == "previous":
                self.previous = span.first
            return span is not None
        return True

    def _read_item(self, grid: Grid, at: int, label: str) -> None:
        """Keep a row of figures whose label is an item or a partner."""
        meaning = self._item(label)
        if self.layout.repeats and grid.is_pdf:
            # PDF text has the lines that name the flow below the figures; the list of partners comes once per flow.
            partner = meaning["partner"]
            if self.seen[partner] == len(_FLOWS):
                raise grid.error(grid.place(at), f"{label!r} again", f"each label once for {', '.join(_FLOWS)}")
            meaning = meaning | {"flow": _FLOWS[self.seen[partner]]}
            self.seen[partner] += 1
        self.rows.append((label, self._number(grid, at, label, meaning), 0, 0, "", "current"))

    def _read_period(self, grid: Grid, at: int, label: str) -> None:
        """Keep a row of figures whose label is a period."""
        if self.block is None:
            self.block = self._number(grid, at, label, {})
        if self.previous and not label and self.rows:
            newest = max(last for *_, last, _, _ in self.rows)
            month = newest - (newest + 1 - self.previous) % 12  # the newest month of that name in the table
            self.previous = None
            self.rows.append((label, self.block, month, month, "", "previous"))
            return
        span = parse(label)
        if span is None:
            raise grid.error(grid.place(at), repr(label), "a month, a year or a span of months")
        year = span.year or self.year
        if year is None:
            raise grid.error(grid.place(at), f"{label!r} under no year", "a line with the year above it")
        self.rows.append((label, self.block, *span.ordinals(year), span.marker, "current"))

    def _number(self, grid: Grid, at: int, label: str, meaning: dict[str, str]) -> int:
        """Return the number of the first column's quantity; rows with the same meaning share it."""
        key = (*self.fixed.items(), *meaning.items())
        if key not in self.made:
            if "flow" not in self.fixed | meaning | self.columns[0]:
                expected = "one of the lines Balance, Exports and Imports above it"
                raise grid.error(grid.place(at), f"{label!r} under no flow", expected)
            self.made[key] = len(self.quantities)
            self.quantities += [self._quantity(column, meaning) for column in self.columns]
        return self.made[key]

    def _quantity(self, column: dict[str, Any], meaning: dict[str, str]) -> tuple[str, ...]:
        given = _DEFAULTS | self.fixed | column | meaning
        unit = WORDS["units"].get(given["measure"]) or given["unit"]
        given["unit"] = unit.replace("_", " ")
        return tuple(given[name] for name in QUANTITY_COLUMNS)

    def _item(self, label: str) -> dict[str, str]:
        """Return the fields of the quantity that the label of a row sets."""
        label = without_footnotes(label)
        key = letters(label)
        if meaning := LABELS["rows"].get(key):
            return assign(meaning)
        if self.kind == "technology" and partner_slug(label) in partners():
            self.kind = "partner"  # PDF text lacks the line between technology groups and partners
        listed = LABELS[self.kind].get(key)
        if self.kind in ("commodity", "sitc", "naics"):
            return {"item": self._path(label, listed)}
        if listed is not None:
            return assign(listed)
        if self.kind == "partner":
            return {"partner": f"{self.group}/other" if key == "other" else self._partner(label)}
        return assign(WORDS["down"][self.kind].format(slug(label)))

    def _partner(self, label: str) -> str:
        name = partner_slug(label)
        known = partners().get(name)
        if known and known["kind"] == "area":
            self.group = name
        elif not known:
            near = get_close_matches(name, partners(), n=1, cutoff=0.8)
            hint = f"; the nearest is {near[0]}" if near else ""
            self.notes[f"{label!r} is an unknown partner{hint}"] = None
        return name

    def _path(self, label: str, heading: str | None) -> str:
        """Return the path of an item: a heading opens a group, any other label belongs to the open group."""
        if self.kind == "naics" and not heading and (label.endswith(", Total") or not self.group):
            heading = f"goods/naics/{slug(label.removesuffix(', Total'))}"
        if not heading or heading == self.group or (self.kind == "sitc" and self.group == "goods/reexports"):
            return f"{self.group}/{slug(label)}"
        self.group = heading if "/" in heading else ""
        return heading

    def _facts(self) -> pd.DataFrame:
        names, numbers_of, firsts, lasts, marks, editions = zip(*self.rows, strict=True)
        quantities, first, last = np.array(numbers_of), np.array(firsts), np.array(lasts)
        which = np.repeat(np.arange(len(self.rows)), self.width)
        values, markers = self._values(np.array(marks, object)[which])
        if self.layout.down == "time":
            # "Jan. -" is a year to date, even if it covers January only.
            regular = ["-" not in name and edition == "current" for name, edition in zip(names, editions, strict=True)]
            self._check_calendar(first, last, quantities, np.array(regular))
            # Tables of real goods label the unfinished year like a complete one.
            newest = last[first == last].max(initial=0)
            last = np.where((first < newest) & (newest < last), newest, last)
            first, last = first[which], last[which]
        else:
            first, last = np.tile([column["span"] for column in self.columns], (len(self.rows), 1)).T
        return facts_of(
            self.layout, self.grids[0].file, self.quantities,
            (quantities[:, None] + np.arange(self.width)).ravel(), first=first, last=last, value=values,
            marker=markers, edition=category(editions, which),
            cell=self.places, label=np.array(names, object)[which],
        )  # fmt: skip

    def _values(self, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the checked figures and the marker of each; ``marks`` has the markers of their rows."""
        values, wrong = numbers(self.texts)
        if wrong is not None:
            raise self._error(wrong, "a figure, or a marker such as (-)")
        withheld = np.flatnonzero(np.isnan(values)).tolist()
        for at in withheld if self.layout.complete else ():
            if self.texts[at] != "(-)":
                raise self._error(at, "a figure: the agencies withhold none in this table")
        if self.layout.whole and (fractions := np.flatnonzero(np.floor(values) < values)).size:
            raise self._error(fractions[0], "a whole number, as all figures of this table are")
        revised = set(self.revised)
        for at in revised.union(withheld):
            marker = (marks[at], REVISED if at in revised else "", "" if values[at] == values[at] else self.texts[at])
            marks[at] = " ".join(dict.fromkeys(filter(None, marker)))
        return values, marks

    def _error(self, at: int, expected: str) -> SourceError:
        return self.grids[0].error(self.places[at], repr(self.texts[at]), expected)

    def _check_calendar(self, first: Ints, last: Ints, quantities: Ints, regular: npt.NDArray[np.bool_]) -> None:
        """Refuse a month or quarter that is missing, or that occurs twice in one block.

        A block must have each once, from January of its first year to the newest one of the table.
        """
        for length, name in ((1, "month"), (3, "quarter")):
            rows = np.flatnonzero(regular & (last - first + 1 == length))
            newest = last[rows].max(initial=0)
            for quantity in dict.fromkeys(quantities[rows].tolist()):
                block = rows[quantities[rows] == quantity]
                january = last[block].min() // 12 * 12
                times = np.bincount(last[block] - january, minlength=newest - january + 1)[length - 1 :: length]
                if not (wrong := np.flatnonzero(times != 1)).size:
                    continue
                month = january + length * (wrong[0] + 1) - 1
                if times[wrong[0]]:
                    place = self.places[block[last[block] == month][1] * self.width]
                    raise self.grids[0].error(place, f"{_month(month)} again", "each month or quarter once")
                expected = f"every {name} from January of the first year to {_month(newest)}"
                raise self.grids[0].error(None, f"no {_month(month)}", expected)


def _month(ordinal: int) -> pd.Period:
    return pd.Period(ordinal=ordinal, freq="M")

"""One reader for every official table: a layout says what title, columns, blocks and row labels mean.

Layouts are data (``layouts/*.toml``). The order of the columns is declared and the heads are only checked against it,
for heads are displaced in some workbooks and garbled in a PDF. A label in the stub is a period or an item; nothing else
distinguishes tables with time down from tables with items down.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tradelib.quantity import FACT_COLUMNS, QUANTITY_COLUMNS, Quantity
from tradelib.quantity.labels import partner_slug, partners, slug
from tradelib.quantity.periods import MONTHS, Span, parse
from tradelib.sources.rows import MARKER, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradelib.quantity.errors import SourceError
    from tradelib.sources.rows import Grid, Row

_FOLDER = Path(__file__).parent / "layouts"
_DEFAULTS: dict[str, str] = {part.name: str(part.default) for part in fields(Quantity) if part.name != "flow"}
_UNITS = {
    "quantity": "thousands of barrels",
    "quantity_per_day": "thousands of barrels a day",
    "unit_price": "dollars a barrel",
    "share": "percent",
    "rank": "rank",
}
_NOTES = re.compile(r"\(\d+\)|notes?:?\b|\*|sources?:", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\s*(\(\d{1,2}\)|\*+)")
_FOOT = re.compile(r"\d+ of")
_FLOWS = ("balance", "exports", "imports")
_STATES = re.compile(r"u\.?s\.? total|foreign trade zone", re.IGNORECASE)
_TOP = 14
"""Lines that a title, and what belongs to it, may take."""


@dataclass(frozen=True)
class Layout:
    """What one kind of table says by its form.

    Attributes
    ----------
    exhibit : str
        Name of the table.
    title, also, without : str
        Patterns of its title, and of another line that must be, or must not be, at the top.
    constants : dict
        Fields of the quantity that hold for every cell.
    down : str
        What the labels of its rows are.
    columns : tuple of dict
        Fields that each column adds; ``at`` is its period.
    heads : tuple of str
        Heads in order, by their letters.
    blocks : str
        Which field a row without figures may set; empty for none.
    publisher, compilation : str
        Who puts it out, and whose compilation it is.
    complete : bool
        Whether the agencies print a figure in every cell, so that a marker in place of one is damage.
    whole : bool
        Whether all its figures are whole numbers.
    repeats : bool
        Whether its list stands three times: balance, exports, imports.
    """

    exhibit: str
    title: str
    constants: dict[str, str]
    down: str
    columns: tuple[dict[str, str], ...]
    heads: tuple[str, ...] = ()
    also: str = ""
    without: str = ""
    blocks: str = ""
    publisher: str = "ft900"
    compilation: str = "census"
    complete: bool = False
    whole: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Table:
    """One official table as it was read.

    Attributes
    ----------
    layout : Layout
        What it was read by.
    title : str
        As printed.
    grids : tuple of Grid
        Its cells; several for the pages of a PDF.
    facts : pandas.DataFrame
        One row a published figure, with the columns ``FACT_COLUMNS``.
    notes : tuple of str
        What is worth saying of it: labels that no table of names has.
    """

    layout: Layout
    title: str
    grids: tuple[Grid, ...]
    facts: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def exhibit(self) -> str:
        """Name of the table."""
        return self.layout.exhibit

    @property
    def month(self) -> pd.Period:
        """The newest month that it has a figure for."""
        return self.facts.loc[self.facts["value"].notna() & (self.facts["edition"] == "current"), "last"].max()


def letters(text: str) -> str:
    """Return the letters of a label, to compare it by: no case, hyphen, footnote or blank; ``&`` is "and"."""
    return re.sub(r"[^a-z]", "", _FOOTNOTE.sub("", text).lower().replace("&", "and"))


def _assign(text: str) -> dict[str, str]:
    pairs = (part.split("=", 1) for part in re.split(r"[ ,]+", text.strip()) if part)
    return {name: value.replace("thousands_of_dollars", "thousands of dollars") for name, value in pairs}


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the shared words: columns, heads, titles, blocks, and labels by kind of row."""
    return tomllib.loads((_FOLDER / "words.toml").read_text(encoding="utf-8"))


@cache
def _labels(kind: str) -> dict[str, str]:
    return {letters(label): meaning for label, meaning in words().get(kind, {}).items()}


@cache
def layouts() -> tuple[Layout, ...]:
    """Return every layout of the folder, in order."""
    found = []
    for path in sorted(_FOLDER.glob("*.toml")):
        if path.name not in ("words.toml", "identities.toml"):
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
            shared = tables.pop("all", {})
            found += [_layout(name, shared | table) for name, table in tables.items()]
    return tuple(found)


def _layout(name: str, table: dict[str, Any]) -> Layout:
    factors = [
        [_assign(column) for part in factor.split(" | ") for column in words()["columns"].get(part, part).split(" | ")]
        for factor in table.get("across", [])
    ]
    columns = tuple(_merged(combination) for combination in itertools.product(*factors))
    heads = [
        head
        for part in table.get("heads", "").split(" | ")
        for head in words()["heads"].get(part, part).split(" | ")
        if head
    ]
    own = {
        key: table[key]
        for key in ("without", "blocks", "publisher", "compilation", "complete", "whole", "repeats")
        if key in table
    }
    return Layout(
        name, table["title"], _assign(table.get("is", "")), table["down"], columns,
        heads=tuple(map(letters, heads)), also=table.get("with", ""), **own,
    )  # fmt: skip


def _merged(parts: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return what the factors of a column say together; a rank is the rank of a measure."""
    column: dict[str, str] = {}
    for part in parts:
        if part.get("measure") == "rank" and "measure" in column:
            part = part | {"measure": f"{column['measure']}_rank"}  # noqa: PLW2901
        column |= part
    return column


def layout_of(grid: Grid) -> tuple[Layout, str] | None:
    """Return the layout of a grid and its title; None where no layout has such a title.

    Raises
    ------
    SourceError
        Two layouts fit.
    """
    lines = [line.strip() for line in grid.lines()]
    if grid.sheet != "pdf":
        lines = lines[:_TOP]
    text = "\n".join(lines)
    fitting = []
    for layout in layouts():
        pattern = re.compile(rf"(?:Exhibit \d+\w*\. |Table \d+\w?\. )?{layout.title}", re.IGNORECASE)
        title = next((line for line in lines if pattern.match(line)), None)
        if title is None or (layout.also and not re.search(layout.also, text)):
            continue
        if layout.without and re.search(layout.without, text):
            continue
        fitting.append((layout, title))
    if len(fitting) > 1 and grid.sheet == "pdf":
        return None  # the list of exhibits
    if len(fitting) > 1:
        named = " and ".join(layout.exhibit for layout, _ in fitting)
        raise grid.error(None, f"a title that fits {named}", "one table in one sheet")
    return fitting[0] if fitting else None


def read_table(grids: Sequence[Grid]) -> Table:
    """Return what the grids of one table say; several grids are the pages that it runs over.

    Raises
    ------
    SourceError
        No layout fits; a row, head, label or period is not as the layout says.
    """
    found = layout_of(grids[0])
    if found is None:
        raise _unknown(grids[0])
    return _Reader(*found, tuple(grids)).table()


def _unknown(grid: Grid) -> SourceError:
    """Return the error for a title that no layout has; one that is nearly official says which table it looks like."""
    own = (titles(grid) or ["no title"])[0]
    plain = {letters(re.sub(r"\\.|\$|\[.*?\]", " ", layout.title)): layout.exhibit for layout in layouts()}
    near = get_close_matches(letters(own), plain, n=1, cutoff=0.8)
    looks = f"; it looks like the title of table {plain[near[0]]}, but differs" if near else ""
    return grid.error(None, repr(own), f"the title of a table that a layout describes{looks}")


class _Reader:
    """Reads one table row by row; what a block or a group says holds until the next one."""

    def __init__(self, layout: Layout, title: str, grids: tuple[Grid, ...]) -> None:
        self.layout, self.title, self.grids = layout, title, grids
        self.kind = layout.down
        self.fixed = dict(layout.constants)
        self.group = ""
        self.year: int | None = None
        self.previous: int | None = None
        self.notes: dict[str, None] = {}
        self.rows: list[dict[str, Any]] = []
        self.seen: Counter[str] = Counter()
        self._read_top()
        self.width = len(layout.columns) + self._quarters() - any(c.get("at") == "quarters" for c in layout.columns)
        self.columns = self._columns()

    def table(self) -> Table:
        for grid in self.grids:
            self._read_grid(grid)
        if not self.rows:
            raise self.grids[0].error(None, "no row of figures", f"{self.width} figures beside each label")
        facts = _frame(self.rows)
        return Table(self.layout, self.title, self.grids, facts, tuple(self.notes))

    # What stands above the figures

    def _read_top(self) -> None:
        for line in (text.strip() for grid in self.grids[:1] for text in grid.lines()):
            for pattern, meaning in words()["title"].items():
                if match := re.match(rf"[\[(]?{pattern}", line):
                    self.fixed |= _assign(meaning.format(**match.groupdict()))
            if self._is_figures(line):
                break
        self.fixed.setdefault("adjustment", "sa")

    @staticmethod
    def _is_figures(line: str) -> bool:
        return len(re.findall(r"(?<![\w.])-?\d[\d,]*\.?\d*(?![\w.])", line)) > 4

    def _head_text(self) -> str:
        """Return the text around the figures: heads, and in a PDF what was moved under the figures."""
        texts = []
        for grid in self.grids:
            for row in grid.table():
                if not self._is_row(row):
                    texts.append(" ".join([row.label, *(value.text for value in row.figures)]))
                elif grid.sheet != "pdf":
                    break
                if grid.sheet == "pdf" and _NOTES.match(row.label):
                    continue
        return " ".join(texts)

    def _is_row(self, row: Row) -> bool:
        return bool(row.label) and len(row.figures) == self.width

    def _quarters(self) -> int:
        """Return how many columns are quarters: what a row has beyond the columns declared."""
        if not any(column.get("at") == "quarters" for column in self.layout.columns):
            return 0
        widths = Counter(len(row.figures) for grid in self.grids for row in grid.table() if row.label and row.figures)
        return widths.most_common(1)[0][0] - (len(self.layout.columns) - 1) if widths else 1

    def _columns(self) -> list[dict[str, Any]]:
        """Return the columns with the periods that the heads give them."""
        text = self._head_text()
        self._check_heads(text)
        if self.layout.down == "time":
            return [dict(column) for column in self.layout.columns]
        month, quarters, years = self._periods(text)
        columns: list[dict[str, Any]] = []
        for column in self.layout.columns:
            at = column["at"]
            if at == "quarters":
                own = {key: value for key, value in column.items() if key != "at"}
                columns += [own | {"span": span} for span in quarters]
            elif at == "annual":
                year = years[sum(other.get("annual", False) for other in columns)]
                columns.append({**column, "annual": True, "span": _span(year, 1, year, 12)})
            elif month is not None:
                columns.append({**column, "span": _at(at, month)})
        return columns

    def _periods(self, text: str) -> tuple[pd.Period | None, list[tuple[pd.Period, pd.Period]], list[int]]:
        """Return the statistical month, the quarters and the years that the heads name."""
        plain = " ".join(text.replace("(R)", " ").split())
        pairs = re.findall(r"(First|Second|Third|Fourth) Quarter (\d{4})", plain)
        quarters = sorted({(int(year), ("First", "Second", "Third", "Fourth").index(word)) for word, year in pairs})
        wanted = self._quarters()
        if wanted and len(quarters) != wanted:
            raise self.grids[0].error(None, f"heads of {len(quarters)} quarters", f"heads of {wanted} quarters")
        spans = [_span(year, 3 * at + 1, year, 3 * at + 3) for year, at in quarters]
        years = sorted({int(year) for year in re.findall(r"Annual (\d{4})", plain)})
        if not any("month" in column.get("at", "") for column in self.layout.columns):
            if len(years) != sum(column.get("at") == "annual" for column in self.layout.columns):
                raise self.grids[0].error(None, f"heads of the years {years}", "a head for each year")
            return None, spans, years
        months = re.findall(rf"\b({'|'.join(MONTHS)})\b", plain)
        named = re.findall(r"\b(20\d\d|19\d\d)\b", plain) or re.findall(r": (\d{4})", self.title)
        titled = re.search(r"(\d{4})\s*$", self.title)
        if not months or not (named or titled):
            raise self.grids[0].error(None, "no month in its heads", "heads that name a month and a year")
        month = pd.Period(f"{titled[1] if titled else named[0]}-{MONTHS.index(months[0]) + 1:02}", "M")
        wants = any(column.get("at") == "previous" for column in self.layout.columns)
        before = {MONTHS[(month - 1).month - 1]} if wants else set()
        if set(months) - {months[0]} != before - {months[0]}:
            raise self.grids[0].error(
                None, f"months {' and '.join(dict.fromkeys(months))} in its heads", f"{month} and the month before"
            )
        return month, spans, years

    def _check_heads(self, text: str) -> None:
        """Hold the heads against the declared order; a PDF garbles their order, so there they must only be there."""
        if not self.layout.heads:
            return
        if self.grids[0].sheet == "pdf":
            pool = Counter(letters(text))
            wanted = Counter("".join(set(self.layout.heads)))
            if lacking := wanted - pool:
                raise self.grids[0].error(None, f"heads without {''.join(lacking)!r}", "the heads of its layout")
            return
        got = letters(re.sub(rf"\b({'|'.join(MONTHS)}|Period|Average)\b", "", text))
        position = 0
        for head in self.layout.heads:
            at = got.find(head, position)
            if at < 0:
                raise self.grids[0].error(
                    "its heads", f"no head {head!r} where it should follow", "the heads of its layout, in their order"
                )
            position = at + len(head)

    # The figures

    def _read_grid(self, grid: Grid) -> None:
        started = False
        for row in grid.table():
            if started and _NOTES.match(row.label) and not self._is_row(row):
                if grid.sheet != "pdf":
                    break
                continue
            if self._open(row):
                continue
            if len(row.figures) == self.width and (row.label or self.previous):
                started = True
                self._read_row(grid, row)
            elif started and row.figures:
                if grid.sheet == "pdf" and (
                    _FOOT.fullmatch(row.label) or self.width > len(row.figures) + 2 or len(row.label) > 60
                ):
                    continue  # number of the page, footnote that ends with a figure, or head moved under the figures
                raise grid.error(row.place, f"{len(row.figures)} figures beside {row.label!r}", f"{self.width}")

    def _open(self, row: Row) -> bool:
        """Take a row without figures for what it opens: a block, a year, the line above the print of last month."""
        if self.layout.down == "technology" and letters(row.label).startswith("selectedcountries"):
            self.kind = "partner"
            return True
        alone = row.label if not row.figures else row.figures[0].text if not row.label and len(row.figures) == 1 else ""
        if not alone:
            return False
        meaning = _labels("blocks").get(letters(alone), "") if self.layout.blocks else ""
        if meaning.startswith(f"{self.layout.blocks}="):
            self.fixed |= _assign(meaning)
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

    def _read_row(self, grid: Grid, row: Row) -> None:
        meaning = self._period(grid, row) if self.kind == "time" else self._item(row)
        if self.layout.repeats and grid.sheet == "pdf":
            # The lines that name the flow are moved under the figures: the list of partners stands once for each flow.
            meaning["flow"] = _FLOWS[self.seen[meaning["partner"]]]
            self.seen[meaning["partner"]] += 1
        for column, value in zip(self.columns, row.figures, strict=True):
            given = _DEFAULTS | self.fixed | {k: v for k, v in column.items() if k not in ("at", "annual", "span")}
            given |= {key: text for key, text in meaning.items() if key not in ("span", "mark", "edition")}
            first, last = meaning.get("span") or column["span"]
            figure = number(value.text)
            if figure is None and not MARKER.fullmatch(value.text):
                raise grid.error(value.place, repr(value.text), "a figure, or a marker such as (-)")
            if figure is None and self.layout.complete and value.text != "(-)":
                raise grid.error(value.place, repr(value.text), "a figure: the agencies withhold none in this table")
            if figure is not None and self.layout.whole and not figure.is_integer():
                raise grid.error(value.place, value.text, "a whole number, as all figures of this table are")
            given["unit"] = _UNITS.get(given["measure"].removeprefix("cif_value_"), given["unit"])
            marks = [meaning.get("mark", ""), "(R)" if value.revised else "", value.text if figure is None else ""]
            self.rows.append(
                {name: given[name] for name in QUANTITY_COLUMNS}
                | {
                    "first": first, "last": last, "value": np.nan if figure is None else figure,
                    "marker": " ".join(dict.fromkeys(filter(None, marks))),
                    "edition": meaning.get("edition", "current"), "exhibit": self.layout.exhibit, "file": grid.file,
                    "cell": value.place, "label": row.label,
                }
            )  # fmt: skip

    def _period(self, grid: Grid, row: Row) -> dict[str, Any]:
        if self.previous and not row.label:
            newest = max(entry["last"] for entry in self.rows)
            month, self.previous = self.previous, None
            year = newest.year - int(month > newest.month)
            return {"span": _span(year, month, year, month), "edition": "previous"}
        span = parse(row.label)
        if span is None:
            raise grid.error(row.place, repr(row.label), "a month, a year or a span of months")
        year = span.year or self.year
        if year is None:
            raise grid.error(row.place, f"{row.label!r} under no year", "a line with the year above it")
        return {"span": _months(span, year), "mark": span.marker}

    def _item(self, row: Row) -> dict[str, Any]:
        label = " ".join(_FOOTNOTE.sub("", row.label).split())
        key = letters(label)
        if (fixed := _labels("rows").get(key)) and self.layout.down != "naics":
            return _assign(fixed)
        if self.kind == "partner":
            return self._partner(key, label)
        if self.kind == "state":
            whole = _STATES.fullmatch(label)
            where = "united_states" if not whole or "zone" in key else ""
            return {"partner": f"{where}/{slug(label)}"} if where else {"partner": "world"}
        if self.kind == "technology":
            if partner_slug(label) in partners():  # a PDF leaves out the line between groups and partners
                self.kind = "partner"
                return self._partner(key, label)
            return {} if key == "total" else {"item": f"{self.fixed['item']}/{slug(label)}"}
        return {"item": self._path(key, label)}

    def _partner(self, key: str, label: str) -> dict[str, Any]:
        if meaning := _labels("partner").get(key):
            return _assign(meaning)
        name = partner_slug(label)
        known = partners().get(name)
        if key == "other":
            return {"partner": f"{self.group}/other"}
        if known and known["kind"] == "area":
            self.group = name
        elif not known:
            near = get_close_matches(name, partners(), n=1, cutoff=0.8)
            hint = f"; the nearest is {near[0]}" if near else ""
            self.notes[f"{label!r} is a partner that no list has{hint}"] = None
        return {"partner": name}

    def _path(self, key: str, label: str) -> str:
        """Return the path of an item: a heading opens a group, any other label is part of the group that is open."""
        heading = _labels(self.kind).get(key)
        if self.kind == "naics" and label.endswith(", Total"):
            heading = f"goods/naics/{slug(label.removesuffix(', Total'))}"
        elif self.kind == "naics" and heading is None and not self.group:
            heading = f"goods/naics/{slug(label)}"
        if self.kind == "sitc" and self.group == "goods/reexports":
            return f"{self.group}/{slug(label)}"
        if heading and heading != self.group:
            self.group = heading if heading.count("/") or self.kind == "commodity" else ""
            return heading
        return f"{self.group}/{slug(label)}"


def _span(year: int, first: int, end: int, last: int) -> tuple[pd.Period, pd.Period]:
    return _month(year, first), _month(end, last)


@cache
def _month(year: int, month: int) -> pd.Period:
    return pd.Period(year=year, month=month, freq="M")


def _months(span: Span, year: int) -> tuple[pd.Period, pd.Period]:
    return _span(year, span.first, year, span.last)


def _at(text: str, month: pd.Period) -> tuple[pd.Period, pd.Period]:
    if text in ("month", "previous"):
        period = month - int(text == "previous")
        return period, period
    return _span(month.year - text.endswith("-1"), 1, month.year - text.endswith("-1"), month.month)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(FACT_COLUMNS))
    for name in ("first", "last"):
        frame[name] = pd.PeriodIndex(frame[name], freq="M")
    return frame.astype(dict.fromkeys((*QUANTITY_COLUMNS, "edition", "exhibit", "file"), "category"))


def tables_of(grids: Sequence[Grid]) -> Iterator[list[Grid]]:
    """Group grids by the table that they are: sheets of their own, or pages of a PDF that repeat a title."""
    open_layout: Layout | None = None
    pages: list[Grid] = []
    for grid in grids:
        found = layout_of(grid)
        if grid.sheet != "pdf":
            yield [grid]
            continue
        if pages and (found is None or found[0] is not open_layout):
            yield pages
            pages = []
        if found is not None:
            open_layout, pages = found[0], [*pages, grid]
    if pages:
        yield pages


def titles(grid: Grid) -> list[str]:
    """Return what a grid calls itself: lines that begin as titles of official tables do."""
    lines = [line.strip() for line in grid.lines()[: None if grid.sheet == "pdf" else _TOP]]
    return [line for line in lines if re.match(r"(Exhibit|Table) \d+\w*\. |U\.S\. |Real (Ex|Im)ports ", line)]

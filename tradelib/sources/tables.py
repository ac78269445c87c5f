"""Recognise which official table a sheet or page is, and what its columns mean, by layouts (``layouts/*.toml``).

A layout declares the order of the columns. Heads are only checked against it, because they are displaced in some
workbooks and garbled in PDF text.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tradelib.quantity.periods import MONTHS, ordinal, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tradelib.sources.rows import Grid

_FOLDER = Path(__file__).parent / "layouts"
_OTHERS = ("words.toml", "identities.toml", "codes.toml")
_FOOTNOTE = re.compile(r"\s*(\(\d{1,2}\)|\*+)")
_YEAR, _MONTH = r"\b(20\d\d|19\d\d)\b", rf"\b({'|'.join(MONTHS)})\b"


@dataclass(frozen=True, eq=False)
class Layout:
    """The layout of one official table.

    Attributes
    ----------
    exhibit : str
        Name of the table.
    title, also, without : str
        Patterns of its title, of another line that must be at the top, and of one that must not be.
    constants : dict
        Fields of the quantity that are the same for every cell.
    down : str
        The kind of its row labels.
    columns : tuple of dict
        Fields that each column sets; ``at`` is its period.
    heads : tuple of str
        Heads in order, reduced to their letters.
    blocks : str
        The field that a row without figures may set; empty if none.
    publisher, compilation : str
        Who publishes it, and the compilation that its figures belong to.
    complete : bool
        Whether the agencies print a figure in every cell, so that a marker in its place is an error.
    whole : bool
        Whether all its figures are whole numbers.
    repeats : bool
        Whether its list of rows is printed three times: balance, exports, imports.
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

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Pattern of its title line, with or without the number of the exhibit."""
        return re.compile(rf"(?:Exhibit \d+\w*\. |Table \d+\w?\. )?{self.title}", re.IGNORECASE)

    def fits(self, text: str) -> bool:
        """Return whether the top of a table matches ``also`` and does not match ``without``."""
        return bool(re.search(self.also, text)) and not (self.without and re.search(self.without, text))


def letters(text: str) -> str:
    """Return the letters of a label, for comparison: lower case, no footnotes, blanks or hyphens, ``&`` as "and"."""
    return re.sub(r"[^a-z]", "", _FOOTNOTE.sub("", text).lower().replace("&", "and"))


def assign(text: str) -> dict[str, str]:
    """Return the fields that a text such as ``flow=exports,item=goods`` sets."""
    return dict(part.split("=", 1) for part in re.split(r"[ ,]+", text.strip()) if part)


WORDS: dict[str, dict[str, str]] = tomllib.loads((_FOLDER / "words.toml").read_text(encoding="utf-8"))
"""Words shared by the layouts: columns, heads, title lines, blocks, units, and labels by kind of row."""

LABELS = {kind: {letters(label): meaning for label, meaning in words.items()} for kind, words in WORDS.items()}
"""Meanings of the labels of each kind, by their letters."""

TOP_LINES = [(re.compile(rf"[\[(]?{pattern}"), meaning) for pattern, meaning in WORDS["title"].items()]
"""Patterns of lines at the top of a table, and the fields that they set."""


@cache
def layouts() -> tuple[Layout, ...]:
    """Return all layouts, in the order of the files."""
    paths = [path for path in sorted(_FOLDER.glob("*.toml")) if path.name not in _OTHERS]
    return tuple(
        _layout(name, table)
        for path in paths
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
    )


def _layout(name: str, table: dict[str, Any]) -> Layout:
    """Return a TOML table as a layout: ``is`` gives its constants, ``across`` its columns, other keys their fields."""
    factors = [[assign(column) for column in _spelled("columns", factor)] for factor in table.pop("across", [])]
    constants = assign(table.pop("is", ""))
    heads = tuple(letters(head) for head in _spelled("heads", table.pop("heads", "")) if head)
    products = itertools.product(*factors)
    columns = tuple({name: value for part in parts for name, value in part.items()} for parts in products)
    return Layout(name, constants=constants, columns=columns, heads=heads, **table)


def _spelled(kind: str, text: str) -> list[str]:
    """Return the parts of a text separated by ``|``, with names of shared lists replaced by their parts."""
    return [part for name in text.split(" | ") for part in WORDS[kind].get(name, name).split(" | ")]


def layout_of(grid: Grid) -> tuple[Layout, str] | None:
    """Return the layout of a grid and its title; None if no layout has that title.

    Raises
    ------
    SourceError
        Two layouts fit.
    """
    text = "\n".join(grid.top)
    fitting = [
        (layout, title)
        for layout in layouts()
        if (title := next(filter(layout.pattern.match, grid.top), "")) and layout.fits(text)
    ]
    if len(fitting) > 1 and not grid.is_pdf:  # a PDF page with several titles is the list of exhibits
        named = " and ".join(layout.exhibit for layout, _ in fitting)
        raise grid.error(None, f"a title that fits {named}", "one table in one sheet")
    return fitting[0] if len(fitting) == 1 else None


def recognise(grid: Grid) -> tuple[Layout, str]:
    """Return the layout of a grid and its title, or raise an error if it has none.

    Raises
    ------
    SourceError
        No layout fits, or two do; for a title close to an official one, the message says which and what differs.
    """
    if fitting := layout_of(grid):
        return fitting
    title = (titles(grid) or ["no title"])[0]
    raise grid.error(None, repr(title), f"the title of a table that a layout describes{_nearest(grid, title)}")


def _nearest(grid: Grid, title: str) -> str:
    """Return a hint on the official title closest to a title and the words that differ; empty if none is close."""
    words, text = _words(title), "\n".join(grid.top)
    matchers = {layout: SequenceMatcher(None, words, _words(layout.title)) for layout in layouts()}
    layout = max(matchers, key=lambda layout: (matchers[layout].ratio(), layout.fits(text)))
    expected = _words(layout.title)
    if matchers[layout].ratio() < 0.6:  # too few words in common with the official title
        return ""
    differences = [
        f"found {' '.join(words[start:end])!r}, expected {' '.join(expected[at:to])!r}"
        for kind, start, end, at, to in matchers[layout].get_opcodes()
        if kind != "equal" and (at < len(expected) or layout.title.endswith("$"))
    ]
    what = "; ".join(differences) or "its number or another line at its top differs"
    return f"; it looks like the title of table {layout.exhibit}, but {what}"


def _words(title: str) -> list[str]:
    """Return the words of a title, or of a pattern of a title, without its number."""
    return re.sub(r"^(Exhibit|Table) \S+ |[\\$:]", "", title).split()


def tables_of(pages: Iterable[Grid]) -> Iterator[list[Grid]]:
    """Group the pages of a PDF by table, as every page repeats the title; pages without a table are left out."""
    by_layout = itertools.groupby(pages, lambda page: (layout_of(page) or (None,))[0])
    return (list(group) for layout, group in by_layout if layout)


def titles(grid: Grid) -> list[str]:
    """Return the title lines of a grid: those that begin like titles of official tables."""
    return [line for line in grid.top if re.match(r"(Exhibit|Table) \d+\w*\. |U\.S\. |Real (Ex|Im)ports ", line)]


def without_footnotes(label: str) -> str:
    """Return a label without the signs of its footnotes."""
    return " ".join(_FOOTNOTE.sub("", label).split())


def columns_of(layout: Layout, title: str, grids: Sequence[Grid]) -> list[dict[str, Any]]:
    """Return the columns of a table, one for each figure in a row.

    Parameters
    ----------
    layout : Layout
        Declares their order; there are as many quarters and years as the heads name.
    title : str
        As printed; it may name the year.
    grids : sequence of Grid
        The cells of the table.

    Returns
    -------
    list of dict
        The fields of the quantity that each column sets; if rows are items, also ``span``, its first and last month.

    Raises
    ------
    SourceError
        Heads are in another order, or name other periods, than the layout says.
    """
    at = {column.get("at") for column in layout.columns}
    width = len(layout.columns)
    if "quarters" in at:
        widths = Counter(len(figures) for grid in grids for label, figures, *_ in grid.table() if label and figures)
        width = widths.most_common(1)[0][0] if widths else width
    text = _head_text(grids, width)
    _check_order(layout, grids[0], text)
    if layout.down == "time":
        return list(layout.columns)
    plain = " ".join(text.replace("(R)", " ").split())
    labels = filter(None, map(parse, sorted(set(re.findall(r"(?:\w+ Quarter|Annual) \d{4}", plain)))))
    several = sorted((label.ordinals(0), label.kind) for label in labels)
    spans = {at: [span for span, kind in several if kind == at.removesuffix("s")] for at in ("quarters", "annual")}
    if "month" in at:
        month = _month(title, grids[0], plain)
        january = month - month % 12
        spans |= {"month": [(month, month)], "previous": [(month - 1, month - 1)],
                  "ytd": [(january, month)], "ytd-1": [(january - 12, month - 12)]}  # fmt: skip
    columns: list[dict[str, Any]] = [
        column | {"span": span} for column in layout.columns for span in spans[column["at"]]
    ]
    if len(columns) != width:
        raise grids[0].error(None, f"heads of {len(columns)} periods", f"a period for each of {width} columns")
    if "month" in at:
        named = {*re.findall(_YEAR, plain), *re.findall(_MONTH, plain)}
        due = {MONTHS[spans[name][0][0] % 12] for name in ("month", "previous") if name in at}
        if re.search(_YEAR, plain):
            due |= {str(1970 + end // 12) for column in columns for end in column["span"]}
        if named != due:
            expected = f"heads of {' and '.join(sorted(due))}, for {pd.Period(ordinal=month, freq='M')}"
            raise grids[0].error(None, f"heads of {' and '.join(sorted(named))}", expected)
    return columns


def _head_text(grids: Sequence[Grid], width: int) -> str:
    """Return the text above the figures; for a PDF also below, where some heads end up."""
    texts = []
    for grid in grids:
        for label, figures, *_ in grid.table():
            if not label or len(figures) != width:
                texts.append(" ".join([label, *figures]))
            elif not grid.is_pdf:
                break
    return " ".join(texts)


def _check_order(layout: Layout, grid: Grid, text: str) -> None:
    """Check the heads against the declared order; in PDF text, whose order is garbled, check only their letters."""
    if grid.is_pdf:
        if missing := Counter("".join(set(layout.heads))) - Counter(letters(text)):
            raise grid.error(None, f"heads without {''.join(missing)!r}", "the heads of its layout")
        return
    got = letters(re.sub(rf"\b({'|'.join(MONTHS)}|Period|Average)\b", "", text))
    position = 0
    for head in layout.heads:
        at = got.find(head, position)
        if at < 0:
            expected = "the heads of its layout, in their order"
            raise grid.error("its heads", f"no head {head!r} where it should follow", expected)
        position = at + len(head)


def _month(title: str, grid: Grid, plain: str) -> int:
    """Return the statistical month: the first month in the heads, with the year from the title or the heads."""
    month = re.search(_MONTH, plain)
    year = re.search(r"(\d{4})\s*$", title) or re.search(_YEAR, plain) or re.search(r": (\d{4})", title)
    if not month or not year:
        raise grid.error(None, "no month in its heads", "heads that name a month and a year")
    return ordinal(int(year[1]), MONTHS.index(month[1]) + 1)

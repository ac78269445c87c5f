"""Exhibits of the monthly package that no layout declares, read as far as they share the shape.

What the file says about each column is kept in its words: group and head are the item, the block (*Exports*,
*Imports*) or the title the flow, the part of the release the adjustment. Nothing is named that the file does not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tradelib.sources.checks import check_accounts
from tradelib.sources.exhibit import Exhibit, Layout, read_exhibit
from tradelib.sources.grid import Part
from tradelib.sources.stub import Note, Span, Year, understand
from tradelib.sources.tidy import Quantity

if TYPE_CHECKING:
    from tradelib.sources.grid import Grid

TITLE = re.compile(r"(?:Supplemental )?Exhibit \w+\. .+")
_FLOWS = ("balance", "exports", "imports")
_UNTOLD = "not told"
_TITLE_ROWS = 15


def title_row(grid: Grid) -> int | None:
    """Return the row of an exhibit's title, None where there is none."""
    rows = range(min(_TITLE_ROWS, len(grid.rows)))
    return next((at for at in rows if grid.is_blank(at, 1) and TITLE.fullmatch(grid.text(at))), None)


def plain_exhibit_of(grid: Grid) -> list[tuple[Exhibit, list[Quantity]]]:
    """Read any exhibit of the shape: one table for each block, and what its columns are in the file's words.

    Raises
    ------
    SourceError
        The file has no title or no header, its rows are not years, spans and months in their order, or a line is
        not the sum of its months.
    """
    title = title_row(grid)
    if title is None:
        raise grid.error(0, found=repr(grid.text(0)[:80]), expected="a title such as 'Exhibit 3. ...'")
    period = next((at for at in range(title, len(grid.rows)) if grid.text(at) == "Period"), None)
    if period is None:
        expected = "the stub head 'Period' over years and months; exhibits with months across are not read"
        raise grid.error(title, found=f"{grid.text(title)[:80]!r} without it", expected=expected)
    top = _top(grid, period)
    first = next((at for at in range(period + 1, len(grid.rows)) if _starts(grid, at)), None)
    if first is None:
        raise grid.error(period, found="no year under the header", expected="years and months")
    for at in range(top):
        if not grid.is_blank(at, 1):
            raise grid.error(at, 1, found=repr(grid.text(at, 1)), expected="text alone above the header")
    heads = _heads(grid, top, first)
    words = " ".join(grid.text(at) for at in range(top))
    has_lines = any(isinstance(understand(grid.text(at)), Span) for at in range(first, len(grid.rows)))
    found = []
    for block, rows in _blocks(grid, first).items():
        quantities = [_quantity(head, block or grid.text(title), words) for head in heads]
        names = tuple((head, f"column_{at}") for at, head in enumerate(heads))
        layout = Layout(
            title=re.escape(grid.text(title)),
            units=(),
            header=(("Columns", names),),
            is_whole=False,
            has_lines=has_lines,
        )
        part = Part(
            grid.file,
            [[grid.text(title)], ["", "Columns"], ["Period", *heads], *(list(grid.rows[at]) for at in rows)],
            grid.sheet,
            [title, top, first - 1, *rows],
        )
        for row in part.rows[3:]:  # blank cells of a row of text are no values
            if isinstance(understand(" ".join(str(row[0]).split()) if row else ""), Year):
                del row[1:]
        exhibit = read_exhibit(part, layout)
        check_accounts(exhibit)
        found.append((replace(exhibit, title=" / ".join(filter(None, (exhibit.title, block)))), quantities))
    return found


def _top(grid: Grid, period: int) -> int:
    """Return the first row of the header: groups may stand in the row above the stub's head."""
    above = period - 1
    return above if above > 0 and not grid.text(above) and not grid.is_blank(above, 1) else period


def _starts(grid: Grid, at: int) -> bool:
    """Tell whether the figures start here: a year, or the name of a block."""
    return isinstance(understand(grid.text(at)), Year) or bool(_block(grid, at))


def _block(grid: Grid, at: int) -> str:
    texts = [text for column in range(len(grid.rows[at])) if (text := grid.text(at, column))]
    return texts[0] if len(texts) == 1 and texts[0].lower() in (*_FLOWS, "trade balance") else ""


def _heads(grid: Grid, top: int, first: int) -> list[str]:
    """Return one head a column; a group stands over the columns to its right until the next one."""
    width = max(len(grid.rows[at]) for at in range(top, first))
    groups: list[str] = [""] * width
    for at in range(top, first):
        last, below = "", at + 1 < first
        if any(isinstance(cell, float) for cell in grid.rows[at]):
            raise grid.error(at, found="a row with figures", expected="a row of heads, or a year")
        for column in range(1, width):
            text = grid.text(at, column)
            last = text or (last if below and any(grid.text(row, column) for row in range(at + 1, first)) else "")
            groups[column] = " / ".join(filter(None, (groups[column], last)))
    heads = groups[1:]
    if not all(heads) or len(set(heads)) < len(heads):
        raise grid.error(top, found=f"the heads {heads}", expected="a head of its own for every column")
    return heads


def _blocks(grid: Grid, first: int) -> dict[str, list[int]]:
    """Return the rows of each block, and the notes with each."""
    rows = range(first, len(grid.rows))
    notes = next((at for at in rows if isinstance(understand(grid.text(at)), Note)), len(grid.rows))
    blocks: dict[str, list[int]] = {}
    name = ""
    for at in range(first, notes):
        if block := _block(grid, at):
            if block in blocks:
                raise grid.error(at, found=f"{block} again", expected="each block once")
            name = block
            blocks[name] = []
        else:
            blocks.setdefault(name, []).append(at)
    return {block: [*own, *range(notes, len(grid.rows))] for block, own in blocks.items()}


def _quantity(head: str, where: str, words: str) -> Quantity:
    """Return what the file says a column is."""
    told = [flow for text in (head, where) for flow in _FLOWS if re.search(rf"\b{flow}\b", text, re.IGNORECASE)]
    adjusted = re.search(r"\b(not )?seasonally adjusted\b", words, re.IGNORECASE)
    basis = re.search(r"\b(Census|Balance of Payments|BOP) Basis\b", f"{head} {words}", re.IGNORECASE)
    chained = re.search(r"chained \((\d{4})\) dollars", words, re.IGNORECASE)
    unit = re.search(r"in (\w+ of dollars)", words, re.IGNORECASE)
    return Quantity(
        told[0] if told else _UNTOLD,
        re.sub(r" ?\(\d+\)", "", head),
        ("census" if basis[1].lower() == "census" else "bop") if basis else _UNTOLD,
        ("nsa" if adjusted[1] else "sa") if adjusted else _UNTOLD,
        unit=unit[1].lower().replace("of dollars", "of U.S. dollars") if unit else _UNTOLD,
        price_basis=f"chained{chained[1]}" if chained else "current",
    )

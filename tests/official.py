"""Files in the official layout of the history table, and a plain reader of its text.

Nothing here uses tradelib: what the tests expect comes from a few lines of plain Python.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

HISTORY = Path(__file__).parents[1] / "data" / "ft900" / "2024-04-04" / "history.csv"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
UNITS = (
    "In millions of dollars. Seasonally adjusted; details may not equal totals due to seasonal adjustment and rounding."
)
HEADS = ["", *["Total", "Goods (1)", "Services"] * 3]
NOTES = [
    [],
    ["(1) Data presented on a Balance of Payments (BOP) Basis."],
    ["Source: U.S. Census Bureau, Economic Indicators Division."],
]
PAGES = (1992, 1996, 2000, 2004, 2008, 2012, 2016, 2021)
"""The years under which the official text repeats title and header."""

Months = dict[tuple[int, int], list[int]]
"""Values in the order of the columns, by year and month; annual lines by year and last month."""


@dataclass(frozen=True)
class Table:
    """Values of a history table."""

    months: Months
    annual: Months

    @property
    def years(self) -> list[int]:
        return sorted({year for year, _ in self.months})

    def since(self, first: int) -> Table:
        return Table(*({at: row for at, row in part.items() if at[0] >= first} for part in (self.months, self.annual)))


def bundled() -> Table:
    """Return the values of the bundled release, read without tradelib."""

    with HISTORY.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines) if row]
    months: Months = {}
    annual: Months = {}
    year = 0
    for label, *cells in rows:
        digits = [cell.replace(",", "") for cell in cells if cell]
        values = [int(cell) for cell in digits if cell.lstrip("-").isdigit()]
        if label.isdigit():
            year = int(label)
        elif label.strip() in MONTHS and values:
            months[year, MONTHS.index(label.strip()) + 1] = values
        elif label.startswith("Jan") and values:
            last = label.split("-")[1].strip(" .")
            annual[year, next(at for at, name in enumerate(MONTHS, 1) if name.startswith(last[:3]))] = values
    return Table(months, annual)


def made(first: int, parts: list[list[int]]) -> Table:
    """Return a table from exports and imports of goods and services for consecutive months from a January."""
    months: Months = {}
    annual: Months = {}
    for n, (export_goods, export_services, import_goods, import_services) in enumerate(parts):
        exports = [export_goods + export_services, export_goods, export_services]
        imports = [import_goods + import_services, import_goods, import_services]
        months[first + n // 12, n % 12 + 1] = [e - i for e, i in zip(exports, imports, strict=True)] + exports + imports
    for year in range(first, first + (len(parts) - 1) // 12 + 1):
        rows = [row for (y, _), row in months.items() if y == year]
        annual[year, len(rows)] = [sum(column) for column in zip(*rows, strict=True)]
    return Table(months, annual)


def history_rows(table: Table, pages: tuple[int, ...] = PAGES) -> list[list[str | int]]:
    """Return the rows of the official text, cell by cell."""
    rows: list[list[str | int]] = [[]]
    for year in table.years:
        if year in pages or year == table.years[0]:
            rows += [[], [_title(table)], [], [UNITS], []]
            rows += [["Period", "Balance", "", "", "Exports", "", "", "Imports", "", ""], [*HEADS]]
        rows += _year(table, year)
    return [*rows, *NOTES]


def workbook_rows(table: Table) -> list[list[str | int]]:
    """Return the rows of the official workbook: one header, with group heads one column too far right."""
    rows: list[list[str | int]] = [[_title(table)], [UNITS]]
    rows += [["", "", "Balance", "", "", "Exports", "", "", "Imports"], ["  Period", *HEADS[1:]]]
    for year in table.years:
        rows += _year(table, year)
    return [*rows, *NOTES]


def exhibit1_rows(
    table: Table, previous: list[int], revised: tuple[tuple[int, int], ...] = ()
) -> list[list[str | int]]:
    """Return the rows of Exhibit 1: lines for years and year to date, months with (R), and last month's print."""
    year, last = max(table.months)
    rows: list[list[str | int]] = [[], ["Part A: Seasonally Adjusted (by Commodity/Service)"]]
    rows += [["Exhibit 1. U.S. International Trade in Goods and Services"]]
    rows += [
        ["In millions of dollars. Details may not equal totals due to seasonal adjustment and rounding. (R) - Revised."]
    ]
    rows += [["Period", "Balance", "", "", "Exports", "", "", "Imports", "", ""], [*HEADS]]
    for at in table.years:
        lasts = {number for y, number in table.annual if y == at} | ({last} if at < year else set())
        to_date = {
            n: [sum(c) for c in zip(*(table.months[at, m] for m in range(1, n + 1)), strict=True)] for n in lasts
        }
        rows += _year(Table(table.months, {(at, n): to_date[n] for n in sorted(lasts, reverse=True)}), at)
        for row in rows[-12:]:
            if (at, MONTHS.index(str(row[0])) + 1) in revised:
                row[0] = f"{row[0]} (R)"
    before = MONTHS[(last - 2) % 12]
    return [*rows, [f"{before} data as published last month:"], ["", *previous], *NOTES]


def _title(table: Table) -> str:
    return f"U.S. International Trade in Goods and Services, {table.years[0]} - Present"


def _year(table: Table, year: int) -> list[list[str | int]]:
    lasts = [last for y, last in table.annual if y == year]
    spans = [[_span(last), *table.annual[year, last]] for last in lasts]
    blank = [""] * 9
    months = [[name, *table.months.get((year, number), blank)] for number, name in enumerate(MONTHS, 1)]
    return [[str(year), *blank], *spans, *months]


def _span(last: int) -> str:
    name = MONTHS[last - 1]
    return "Jan. -" if last == 1 else f"Jan. - {name if len(name) == 3 else name[:3] + '.'}"


def as_text(rows: list[list[str | int]]) -> str:
    """Return rows as the official text: tabs between cells, thousands with a comma, a line feed between rows."""
    lines = ["\t".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) for row in rows]
    return "\n".join(lines)


def write_workbook(rows: list[list[str | int]], path: Path) -> Path:
    """Write rows as a workbook, numbers as numbers."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "exhibit_history"
    for at, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell != "":
                book.active.cell(at, column, cell)
    book.save(path)
    return path


def plain_reading(text: str) -> Table:
    """Read what a text in the official layout says; ValueError where a figure is no number."""
    months: Months = {}
    annual: Months = {}
    year = 0
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        label, *cells = (cell.strip() for cell in line.split("\t"))
        if label.isdigit():
            year = int(label)
        elif any(cells) and year and label and label != "Period":
            values = [int(cell.replace(",", "")) for cell in cells if cell]
            name, _, last = label.partition(" - ")
            at = [m[:3].lower() for m in MONTHS].index((last or name)[:3].lower()) + 1
            (annual if name == "Jan." else months)[year, at] = values
    return Table(months, annual)

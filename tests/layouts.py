"""Small files with made-up figures, in official layouts other than those of the history table.

Nothing here uses tradelib's readers: titles, heads and labels are written out as the agencies publish them.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[list[str | float]]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
CATEGORIES = [
    "Maintenance and Repair Services n.i.e.", "Transport", "Travel 1", "Construction", "Insurance Services",
    "Financial Services", "Charges for the Use of Intellectual Property n.i.e.",
    "Telecom-munications, Computer, and Information Services", "Other Business Services",
    "Personal, Cultural, and Recreational Services", "Government Goods and Services n.i.e.",
]  # fmt: skip
PREVIOUS = [
    "Travel", "Passenger Fares", "Other Transportation", "Royalties and License Fees", "Other Private Services",
]  # fmt: skip
PARTNERS = [
    "Australia", "Belgium", "Brazil", "Canada", "China", "France", "Germany", "Hong Kong", "India", "Ireland", "Israel",
    "Italy", "Japan", "Korea, South", "Malaysia", "Mexico", "Netherlands", "Saudi Arabia", "Singapore", "Switzerland",
    "Taiwan", "United Kingdom", "Vietnam", "All other countries", "CAFTA-DR", "European Union",
    "South/\nCentral America",
]  # fmt: skip


def fred(code: str = "BOPGSTB", head: str = "observation_date", count: int = 18, step: int = 1) -> Rows:
    rows: Rows = [[head, code]]
    for n in range(count):
        year, month = divmod(n * step, 12)
        rows.append([f"{1992 + year}-{month + 1:02}-01", str(-2026 - 7 * n) if n != 3 else "."])
    return rows


def bls(*, newest_first: bool = False, series: str = "EIUIR") -> Rows:
    """Return quarters of 1988, then every month to 1990-03; the year is a float, and one row is repeated."""
    heads = ["series_id", "year", "period", "periodName", "value", "footnotes", "latest"]
    at = [
        (1988, 3),
        (1988, 6),
        (1988, 9),
        (1988, 12),
        *((1989, m) for m in range(1, 13)),
        (1990, 1),
        (1990, 2),
        (1990, 3),
    ]
    rows: Rows = []
    for n, (year, month) in enumerate(at):
        note = "[{'code': 'R', 'text': 'Revised.'}]" if n == len(at) - 2 else "[{}]"
        latest = "true" if n == len(at) - 1 else ""
        rows.append([series, f"{year}.0", f"M{month:02}", LONG[month - 1], f"{100 + n / 10:.1f}", note, latest])
    rows.append(list(rows[5]))
    if newest_first:
        order = [1, 2, 3, 6, 4, 5, 0]
        return [
            [[*heads][c] for c in order],
            *([str(row[c]).replace(".0", "") if c == 1 else row[c] for c in order] for row in reversed(rows)),
        ]
    return [heads, *rows]


def bls_answer(rows: Rows | None = None) -> dict[str, object]:
    """Return the answer of the API from which such a table is made."""
    heads, *facts = rows or bls()
    data = []
    for row in facts[::-1]:
        cells = dict(zip(map(str, heads), map(str, row), strict=True))
        footnotes = [{"code": "R", "text": "Revised."}] if "Revised" in cells["footnotes"] else [{}]
        data.append(
            {
                k: cells[k].removesuffix(".0") if k == "year" else cells[k]
                for k in ("year", "period", "periodName", "value")
            }
            | {"footnotes": footnotes}
        )
    series = {"seriesID": "EIUIR", "data": data}
    return {"status": "REQUEST_SUCCEEDED", "responseTime": 1, "message": [], "Results": {"series": [series]}}


def enduse() -> Rows:
    """Return two codes of one category for three months; the second code has no trade in the last month."""
    heads = ["category_code", "category_desc", "value_mo", "time", "year", "month", "date", "flow", "dimension"]
    codes = {"-": "TOTAL IMPORTS FOR ALL END-USE CODES", "0": "FOODS, FEEDS, AND BEVERAGES", "00000": "GREEN COFFEE",
             "00010": "COCOA BEANS"}  # fmt: skip
    rows: Rows = [[*heads]]
    for code, name in codes.items():
        for month in (1, 2, 3)[: 2 if code == "00010" else 3]:
            value = {"00000": 700 + month, "00010": 30}.get(code, 700 + month + (30 if month < 3 else 0))
            at = f"2016-{month:02}"
            rows.append([code, name, str(value), at, "2016", f"{month:02}", f"{at}-01", "imports", "enduse"])
    return rows


def country() -> Rows:
    """Return three partners and the world for two whole years and two months of a third."""
    rows: Rows = [["year", "CTY_CODE", "CTYNAME", *(f"I{m.upper()}" for m in MONTHS), "IYR",
                   *(f"E{m.upper()}" for m in MONTHS), "EYR"]]  # fmt: skip
    random = Random(1)  # noqa: S311 - made-up figures
    partners = {"1220": "Canada", "2010": "Mexico", "5700": "China"}
    figures = {}
    for year in (2021, 2022, 2023):
        count = 12 if year < 2023 else 2
        parts = {
            code: [[round(random.uniform(50, 900), 1) if m < count else 0.0 for m in range(12)] for _ in "IE"]
            for code in partners
        }
        world = [[sum(parts[code][flow][m] for code in partners) for m in range(12)] for flow in (0, 1)]
        adjusted = [[v * (0.99 if m % 2 else 1.01) for m, v in enumerate(flow)] for flow in world]
        figures[year] = {"0004": adjusted, "0015": world} | parts
    names = {"0004": "World, Seasonally Adjusted", "0015": "World, Not Seasonally Adjusted"} | partners
    for code, name in names.items():
        for year, of in figures.items():
            (imports, exports) = of[code]
            rows.append([str(year), code, name, *imports, sum(imports), *exports, sum(exports)])
    return rows


def _bea(number: int, title: str, shows: str, heads: Rows, lines: dict[str, Rows], when: str = "months") -> Rows:
    width = len(heads[-1])
    rows: Rows = [
        ["Last updated April 3, 2025"], [f"Table {number}. {title}"], [shows],
        [f"[Millions of dollars, {when} seasonally adjusted]"],
        ["Details may not equal totals due to seasonal adjustment and rounding.  "], [], *heads,
    ]  # fmt: skip
    for block, own in lines.items():
        rows += [[block, *[""] * (width - 1)], *own]
    return [*rows, [], ["(R) Revised"], ["n.i.e. Not included elsewhere"], ["www.bea.gov/data/economic-accounts"]]


def _blocks(monthly: dict[tuple[int, int], list[float]], label: str) -> dict[str, Rows]:
    """Return the lines of whole years, and those of months or quarters, the last but one marked as revised."""
    years = sorted({year for year, _ in monthly})
    parts = 12 if label == "Monthly" else 4
    annual: Rows = [
        [float(y), *(sum(c) for c in zip(*(monthly[y, p] for p in range(1, parts + 1)), strict=True))]
        for y in years
        if (y, parts) in monthly
    ]
    shorter: Rows = []
    for n, ((year, part), values) in enumerate(monthly.items()):
        name = MONTHS[part - 1] if parts == 12 else str(part)
        mark = " (R)" if n == len(monthly) - 2 else " " if n % 5 == 1 else ""
        shorter.append([f"{year} {name}{mark}", *values])
    return {"Annual": annual, label: shorter}


def _months(first: int, width: int, seed: int, last: tuple[int, int] = (2000, 2)) -> dict[tuple[int, int], list[float]]:
    random = Random(seed)  # noqa: S311 - made-up figures
    at = [(y, m) for y in range(first, last[0] + 1) for m in range(1, 13) if (y, m) <= last]
    return {month: [float(random.randint(100, 9000)) for _ in range(width)] for month in at}


Services = dict[str, dict[tuple[int, int], list[float]]]
"""Total and eleven categories, by flow (as the tables name it) and month."""


def bea_series(services: Services | None = None) -> dict[str, Rows]:
    """Return the five tables from 1998-01, with services by category from 1999: given ones, or made up to 2000-02."""
    seeds = {"Exports": 2, "Imports": 3}
    services = services or {
        flow: {at: [sum(own), *own] for at, own in _months(1999, 11, seed).items()} for flow, seed in seeds.items()
    }
    last = max(services["Exports"])
    old = {"Exports": _months(1998, 7, 4, last), "Imports": _months(1998, 7, 5, last)}
    goods = _months(1998, 2, 6, last)
    totals = {}
    for at, (goods_out, goods_in) in goods.items():
        out, into = (services[flow][at][0] if at in services[flow] else sum(old[flow][at]) for flow in seeds)
        balance = [goods_out + out - goods_in - into, goods_out - goods_in, out - into]
        totals[at] = [*balance, goods_out + out, goods_out, out, goods_in + into, goods_in, into]
    title = "U.S. International Trade in Goods and Services"
    heads: Rows = [["Period", "", "Balance", "", "", "Exports", "", "", " Imports", ""],
                   ["", *["Total", "Goods 1", "Services"] * 3]]  # fmt: skip
    sheets = {"Table 1": _bea(1, title, "Exports, Imports, and Balances", heads, _blocks(totals, "Monthly"))}
    title = "U.S. International Trade in Services by Major Category"
    for number, (shows, parts) in enumerate(services.items(), 2):
        lines = _blocks(parts, "Monthly")
        sheets[f"Table {number}"] = _bea(number, title, shows, [["Period", "Total", *CATEGORIES]], lines)
    military = {
        "Exports": "Transfers Under U.S. Military Sales Contracts",
        "Imports": "Direct Defense Expenditures",
    }
    for number, (shows, parts) in enumerate(old.items(), 4):
        lines = _blocks({at: [sum(own), *own] for at, own in parts.items()}, "Monthly")
        for own in lines.values():
            for row in own:
                if int(str(row[0])[:4]) > 1998:
                    row[1] = row[4] = row[5] = row[6] = "(1)"
        heads = [["Period", "Total", *PREVIOUS, military[shows], "U.S. Government Misc. Services "]]
        sheets[f"Table {number}"] = _bea(number, f"{title} (Previous Presentation)", shows, heads, lines)
    return {"Readme": [["Last updated April 3, 2025"], [], ["This file presents annual statistics."]]} | sheets


def bea_geo() -> dict[str, Rows]:
    """Return the nine tables, 2023Q1 to 2024Q2; one area is not available."""
    random = Random(7)  # noqa: S311 - made-up figures
    at = [(y, q) for y in (2023, 2024) for q in range(1, 5) if (y, q) <= (2024, 2)]
    base = {(item, flow): {q: [float(random.randint(10, 900)) for _ in PARTNERS] for q in at}
            for item in ("Goods", "Services") for flow in ("Exports", "Imports")}  # fmt: skip
    sheets: dict[str, Rows] = {"Readme": [["Last updated April 3, 2025"], [], ["Table of Contents"]]}
    for item in ("Goods and Services", "Goods", "Services"):
        items = ["Goods", "Services"] if " and " in item else [item]
        flows = {
            flow: {q: [sum(v) for v in zip(*(base[i, flow][q] for i in items), strict=True)] for q in at}
            for flow in ("Exports", "Imports")
        }
        flows["Balance"] = {
            q: [e - i for e, i in zip(flows["Exports"][q], flows["Imports"][q], strict=True)] for q in at
        }
        for flow, values in flows.items():
            number = len(sheets)
            shows = f"{flow} {'on' if flow == 'Balance' else 'of'} {item}"
            lines = _blocks(values, "Quarterly")
            for own in lines.values():
                for row in own:
                    row[25] = "n.a."
            title = "U.S. International Trade by Selected Countries and Areas"
            sheets[f"Table {number}"] = _bea(number, title, shows, [["Period", *PARTNERS]], lines, "quarters")
    return sheets


def exhibit12() -> Rows:
    """Return one whole year and two months of the next; both have a line for January and February together."""
    random = Random(8)  # noqa: S311 - made-up figures
    at = [(2022, m) for m in range(1, 13)] + [(2023, 1), (2023, 2)]
    values = {}
    for month in at:
        census_out, net_out, census_in, net_in = (random.randint(*span) for span in ((900, 999), (9, 50)) * 2)
        out, into = census_out + net_out, census_in + net_in
        values[month] = [out - into, census_out - census_in, out, net_out, census_out, into, net_in, census_in]

    def line(label: str, months: list[tuple[int, int]]) -> list[str | float]:
        return [label, *(float(sum(c)) for c in zip(*(values[m] for m in months), strict=True))]

    bop, net, census = "Total Balance of Payments Basis", "Net Adjustments", "Total Census Basis"
    rows: Rows = [
        [], ["Part B: NOT Seasonally Adjusted"], ["Exhibit 12. U.S. Trade in Goods"],
        ["In millions of dollars. Details may not equal totals due to rounding. (R) - Revised."],
        ["Period", "Balance", "", "Exports", "", "", "Imports", "", ""],
        ["", bop, census, bop, net, census, bop, net, census],
        ["2022", *[""] * 8], line("Jan.- Dec.", at[:12]), line("Jan. - Feb.", at[:2]),
    ]  # fmt: skip
    rows += [line(LONG[m - 1], [(y, m)]) for y, m in at[:12]]
    rows += [
        ["2023", *[""] * 8],
        line("Jan. - Feb.", at[12:]),
        line("January (R)", at[12:13]),
        line("February", at[13:]),
    ]
    rows += [[name, *[""] * 8] for name in LONG[2:]]
    before = values[2023, 1]
    rows += [["January data as published last month:"], ["", *map(float, before)]]
    return [*rows, ["NOTE: For information on data sources, see the explanatory notes in"], ["this release."]]


def plain_exhibit() -> Rows:
    """Return services by category as Exhibit 3 may show them: a block for each flow, a row of heads under a group."""
    random = Random(9)  # noqa: S311 - made-up figures
    rows: Rows = [
        [], ["Part A: Seasonally Adjusted (by Commodity/Service)"], ["Exhibit 3. U.S. Services by Major Category"],
        ["In millions of dollars. Details may not equal totals due to seasonal adjustment and rounding."],
        ["Period", "Total Services", "Category", ""], ["", "", "Transport", "Travel (1)"],
    ]  # fmt: skip
    for block in ("Exports", "Imports"):
        months = [[float(random.randint(10, 99)) for _ in range(3)] for _ in range(12)]
        total = [sum(column) for column in zip(*months, strict=True)]
        rows += [["", block, "", ""], ["2023", " ", " ", " "], ["Jan. - Dec. (R)", *total]]
        rows += [[name, *values] for name, values in zip(LONG, months, strict=True)]
    return [*rows, ["(1) All travel purposes include business travel."]]


def as_csv(rows: Rows) -> str:
    """Return rows as comma-separated text; cells with a comma are quoted."""
    return "".join(",".join(f'"{c}"' if "," in str(c) or '"' in str(c) else str(c) for c in row) + "\n" for row in rows)


def as_json(answer: object) -> str:
    return json.dumps(answer)


def write_sheets(sheets: dict[str, Rows], path: Path) -> Path:
    """Write sheets as a workbook, numbers as numbers."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                if cell != "":
                    sheet.cell(at, column, cell)
    book.save(path)
    return path

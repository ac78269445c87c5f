"""Small files of real goods in the official layouts, with made-up figures that add up.

Nothing here uses tradelib: titles, heads and labels are written out as the agencies publish them.
"""

from __future__ import annotations

from layouts import LONG as MONTHS, Rows

HEADS = [
    "Total Census Basis (1)", "Foods, Feeds, & Beverages", "Industrial Supplies (2)", "Capital Goods",
    "Automotive Vehicles, etc.", "Consumer Goods", "Other Goods", "Residual (3)",
]  # fmt: skip
NOTES = [["(1) Detailed data are presented on a Census basis."], ["(2) Includes petroleum."], ["(3) The residual."]]


def figures(number: int, size: int = 7) -> list[float]:
    """Return total, parts and residual of a month; the total of each May is off by one, as after rounding."""
    parts = [100.0 + 7 * number + 13 * part for part in range(size - 1)]
    residual = -10.0 - number
    return [sum(parts) + residual + (number % 12 == 4), *parts, residual]


def total(rows: list[list[float]]) -> list[float]:
    return [sum(column) for column in zip(*rows, strict=True)]


def long_series(
    flow: str = "Exports",
    months: int = 17,
    year: int = 2012,
    label: str = "Jan. -Dec.",
    first: int = 2020,
    data: list[list[float]] | None = None,
) -> Rows:
    """Return the rows of ``realexp`` or ``realimp``: whole years, then the remaining months in a last one."""
    rows = [
        ["Seasonally Adjusted"],
        [f"Real {flow} of Goods by Principal End-Use Category"],
        [f"Chained ({year}) Dollars"],
        ["In millions of dollars.  The values in this table are subject to periodic change"],
        ["Period", "", "End-Use Commodity Category"],
        ["", *HEADS],
    ]
    data = data or [figures(number) for number in range(months)]
    for at in range(0, months, 12):
        here = data[at : at + 12]
        last = at + 12 >= months
        rows += [[str(first + at // 12) if last else first + at / 12]]
        rows += [[label if last else "Jan.-Dec.", *total(here)]]
        rows += [[name, *(here[number] if number < len(here) else [])] for number, name in enumerate(MONTHS)]
    return [*rows, [], *NOTES]


def exhibit(months: int = 13) -> Rows:
    """Return the rows of the exhibit by end use: a flow named in the second column, heads in two rows."""
    rows = [
        [],
        ["Part A: Seasonally Adjusted (by Commodity/Service)"],
        ["Exhibit 10. Real U.S. Trade in Goods by Principal End-Use Category"],
        ["Chained (2012) Dollars"],
        ["In millions of dollars. Details may not equal totals due to seasonal adjustment and rounding."],
        ["Period", HEADS[0], "End-Use Commodity Category"],
        ["", "", *(head.replace("Vehicles,", "Vehicles") for head in HEADS[1:])],
    ]
    for offset, flow in ((0, "Exports"), (100, "Imports")):
        data = [figures(offset + number) for number in range(months)]
        rows += [["", flow], ["2021"], ["Jan. - Dec. (R)", *total(data[:12])], ["Jan. - (R)", *data[0]]]
        rows += [[f"{name} (R)", *row] for name, row in zip(MONTHS, data[:12], strict=True)]
        rows += [["2022"], ["Jan. -", *data[12]], ["January", *data[12]], *([name] for name in MONTHS[1:])]
    return [*rows, *NOTES]


def petroleum() -> Rows:
    """Return the rows of the exhibit by petroleum and non-petroleum, which has a part for the balance."""
    rows = [
        ["Part A: Seasonally Adjusted"],
        ["Exhibit 11. Real U.S. Trade in Goods by Petroleum and Non-Petroleum End-Use Category Totals"],
        ["Chained (2017) Dollars"],
        ["In millions of dollars."],
        ["Period", "Total Census Basis (1)", "End-Use Commodity Category"],
        ["", "", "Petroleum", "Non-petroleum", "Residual (2)"],
    ]
    flows = {"Exports": [figures(n, 3) for n in range(12)], "Imports": [figures(50 + n, 3) for n in range(12)]}
    pairs = zip(*flows.values(), strict=True)
    flows = {"Trade Balance": [[x - m for x, m in zip(*pair, strict=True)] for pair in pairs], **flows}
    for flow, data in flows.items():
        rows += [["", flow], ["2023"], ["Jan. - Dec.", *total(data)]]
        rows += [[name, *row] for name, row in zip(MONTHS, data, strict=True)]
    return [*rows, *NOTES[:2]]

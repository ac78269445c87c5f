"""Official files of one release day, from every source, written from the releases in the store and months after them.

Nothing here uses tradelib: figures are read from the store's text files, layouts are written out as published.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import layouts
import official
from layouts_real import long_series

DATA = Path(__file__).parents[1] / "data"
UNTIL = (2026, 3)
DAY, MODIFIED = "2026-05-05", "Tue, 05 May 2026 12:30:00 GMT"
NO_SURVEY = (2025, 10)
REST = 40
"""Small countries that make up what the store's partners leave of the world."""

At = tuple[int, int]
Table = dict[At, dict[str, float]]


def stored(family: str) -> Table:
    """Return the newest months of a family, by series."""
    [*_, path] = sorted(DATA.glob(f"{family}/*/months.csv"))
    with path.open(newline="", encoding="utf-8") as lines:
        return {
            (int(row["period"][:4]), int(row["period"][5:])): {n: float(v) for n, v in row.items() if n != "period"}
            for row in csv.DictReader(lines)
        }


def until(table: Table, last: At = UNTIL) -> Table:
    """Return a table to a month: what is later is cut, what is lacking is as it was a year before."""
    known = dict(table)
    year, month = max(known)
    while (year, month) < last:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        known[year, month] = dict(known[year - 1, month])
    return {at: row for at, row in known.items() if at <= last}


def revised(table: Table, at: At, amounts: dict[str, float]) -> Table:
    """Return a table with some series of a month changed."""
    return table | {at: {name: value + amounts.get(name, 0) for name, value in table[at].items()}}


def history() -> official.Table:
    """Return the history table: exports of goods of February 2024 up by 100, later months from other families."""
    more = dict.fromkeys(
        [f"{flow}_{item}_bop_sa" for flow in ("balance", "exports") for item in ("total", "goods")], 100
    )
    table = revised(stored("census_history"), (2024, 2), more)
    goods, services_ = stored("census_goods"), stored("bea_services")
    for at in (at for at in goods if at > (2024, 2)):
        row = {}
        for flow in ("exports", "imports"):
            row[f"{flow}_goods"] = round(goods[at][f"{flow}_goods_census_sa"])
            row[f"{flow}_services"] = services_[at][f"{flow}_services_bop_sa"]
            row[f"{flow}_total"] = row[f"{flow}_goods"] + row[f"{flow}_services"]
        row |= {
            f"balance_{item}": row[f"exports_{item}"] - row[f"imports_{item}"]
            for item in ("total", "goods", "services")
        }
        table[at] = {name: row[name.removesuffix("_bop_sa")] for name in table[2024, 2]}
    table = until(table)
    months = {at: [int(v) for v in row.values()] for at, row in table.items()}
    annual = {}
    for year in sorted({year for year, _ in months}):
        rows = [row for (y, _), row in months.items() if y == year]
        annual[year, len(rows)] = [sum(column) for column in zip(*rows, strict=True)]
    return official.Table(months, annual)


def services(last: At = UNTIL, travel: float = 7) -> dict[str, layouts.Rows]:
    """Return BEA's time series, exports of travel of February 2025 revised."""
    more = {"exports_services_bop_sa": travel, "exports_travel_bop_sa": travel}
    table = until(revised(stored("bea_services"), (2025, 2), more), last)
    flows = {
        flow.capitalize(): {at: [v for n, v in row.items() if n.startswith(flow)] for at, row in table.items()}
        for flow in ("exports", "imports")
    }
    sheets = layouts.bea_series(flows)
    for rows in sheets.values():
        rows[0] = ["Last updated May 5, 2026"]
    for row in (row for name in ("Table 2", "Table 3") for row in sheets[name] if row and isinstance(row[0], float)):
        row[2] += round((row[1] - sum(row[2:])) / 2)  # a year is summed from figures that are not rounded
    return sheets


def country() -> layouts.Rows:
    """Return the country workbook: the world since 1989, its partners since 1992; China's January 2023 revised by 2."""
    goods, partners = _even(until(stored("census_goods"))), until(stored("census_partners"))
    exports = [name for name in next(iter(partners.values())) if name.startswith("exports")]
    slugs = [name.removeprefix("exports_goods_").removesuffix("_census_nsa") for name in exports[1:]]
    names = {f"{2000 + n}": slug.replace("_", " ").title() for n, slug in enumerate(slugs)}
    names["2005"] = "Korea, South"
    rest = {f"{4000 + n}": f"Small Country {chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(REST)}
    figures: dict[str, dict[At, list[float]]] = {
        "0004": {at: [row["imports_goods_census_sa"], row["exports_goods_census_sa"]] for at, row in goods.items()},
        "0015": {at: [row["imports_goods_census_nsa"], row["exports_goods_census_nsa"]] for at, row in goods.items()},
    }
    for code, slug in zip(names, slugs, strict=True):
        figures[code] = {
            at: [row[f"{flow}_goods_{slug}_census_nsa"] for flow in ("imports", "exports")]
            for at, row in partners.items()
        }
    figures["2002"][2023, 1][0] += 2
    for at in partners:
        left = [figures["0015"][at][flow] - sum(figures[code][at][flow] for code in names) for flow in (0, 1)]
        for code in rest:
            figures.setdefault(code, {})[at] = [round(value / REST, 1) for value in left]
    called = {"0004": "World, Seasonally Adjusted", "0015": "World, Not Seasonally Adjusted"} | names | rest
    rows: layouts.Rows = [layouts.country()[0]]
    for code, months in figures.items():
        for year in sorted({year for year, _ in months}):
            flows = [[months.get((year, month), [0.0, 0.0])[flow] for month in range(1, 13)] for flow in (0, 1)]
            rows.append([str(year), code, called[code], *flows[0], sum(flows[0]), *flows[1], sum(flows[1])])
    return rows


def _even(goods: Table) -> Table:
    """Return goods with adjusted figures that make the same year 2025 as the unadjusted ones, as official ones do."""
    gaps = {
        f"{flow}_goods_census_sa": sum(
            row[f"{flow}_goods_census_nsa"] - row[f"{flow}_goods_census_sa"]
            for (y, _), row in goods.items()
            if y == 2025
        )
        for flow in ("exports", "imports")
    }
    return revised(goods, (2025, 12), gaps)


def balance() -> layouts.Rows:
    """Return FRED's BOPGSTB, its December 2025 revised by 50."""
    name = "balance_total_bop_sa"
    table = until(revised(stored("bea_fred"), (2025, 12), {name: 50}))
    return [["observation_date", "BOPGSTB"], *([f"{y}-{m:02}-01", f"{row[name]:.0f}"] for (y, m), row in table.items())]


def prices(
    flow: str, code: str, last: At = UNTIL, *, october: float = 0.3, first: int | None = None
) -> dict[str, object]:
    """Return an answer of the BLS API about three years: October 2024 revised, a month without a survey."""
    name = f"{flow}_price_index_bls_nsa_base2000"
    table = until(revised(stored("bls_prices"), (2024, 10), {name: october}), last)
    data = [
        {"year": str(y), "period": f"M{m:02}", "periodName": layouts.LONG[m - 1], "value": f"{row[name]:.1f}",
         "footnotes": [{}]}
        for (y, m), row in sorted(table.items(), reverse=True) if y >= (first or last[0] - 2) and (y, m) != NO_SURVEY
    ]  # fmt: skip
    return layouts.bls_answer() | {"Results": {"series": [{"seriesID": code, "data": data}]}}


def real_goods(flow: str) -> str:
    """Return ``realexp`` or ``realimp`` since 2012, chained (2017) dollars: the nominal values in six parts."""
    nominal = [
        row[f"{flow.lower()}_goods_census_sa"] for at, row in until(stored("census_goods")).items() if at[0] > 2011
    ]
    parts = [[float(round(share * value)) for share in (0.08, 0.3, 0.3, 0.1, 0.16, 0.05)] for value in nominal]
    data = [[sum(own) + 900.0, *own, 900.0] for own in parts]
    rows = long_series(flow, len(data), year=2017, first=2012, data=data)
    return "\n".join("\t".join(f"{c:.0f}" if isinstance(c, float) else c for c in row) for row in rows)


def files(folder: Path) -> dict[str, bytes]:
    """Return what every source has on the day, by source; workbooks are written in a folder of their own."""
    table = history()
    last = table.months[UNTIL[0], UNTIL[1] - 1]
    exhibit1 = official.write_workbook(official.exhibit1_rows(table.since(2023), last), folder / "exh1.xlsx")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as whole:
        whole.write(exhibit1, "exh1.xlsx")
    return {
        "history": official.as_text(official.history_rows(table)).encode(),
        "exhibit1": exhibit1.read_bytes(),
        "exhibits": archive.getvalue(),
        "services": layouts.write_sheets(services(), folder / "series.xlsx").read_bytes(),
        "areas": layouts.write_sheets(layouts.bea_geo(), folder / "geo.xlsx").read_bytes(),
        "country": layouts.write_sheets({"country": country()}, folder / "country.xlsx").read_bytes(),
        "balance": layouts.as_csv(balance()).encode(),
        "import_prices": json.dumps(prices("imports", "EIUIR")).encode(),
        "export_prices": json.dumps(prices("exports", "EIUIQ")).encode(),
        "real_exports": real_goods("Exports").encode(),
        "real_imports": real_goods("Imports").encode(),
    }

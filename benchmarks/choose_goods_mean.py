"""Choose among the total adjusted directly, the sum of partners adjusted one by one, and their means.

As in ``choose_goods_spec.py``, each is run as if it were February of 2011, 2014, 2017 and 2020 and compared with the
agency's series over the five years before that month, with the chosen specification and windows of 15 or 20 years. The
last columns are March 2020 and later, which decide nothing. Notebook ``29_own_adjustment`` uses the nearest.

The second table adds the sum of end uses, which begin in 2016, for the months from 2016-01 to 2020-02. Its settings,
``agency.SPEC``, were chosen on 2016 to 2020; a choice on these months alone would have them among the nearest too.
"""

from __future__ import annotations

import itertools

import pandas as pd

import tradelib
from tradelib import store
from tradelib.quantity.labels import partners
from tradelib.seasonal import goods
from tradelib.seasonal.agency import agreement, force_years, indirect, load_detail

ENDS = ("2011-02", "2014-02", "2017-02", "2020-02", "2025-02")
WINDOWS = (180, 240)
DAY, LATER = "2025-04-03", ENDS[-1]


def tables(flow: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return unadjusted goods by country, with the rest of the world, and the agency's adjusted total."""
    known = store.release(DAY).quantities
    countries = [name for name, row in partners().items() if row["kind"] == "country"]
    names = [name for country in countries if (name := f"{flow}_goods_{country}_census_nsa") in known]
    world = [f"{flow}_goods_census_{adjustment}" for adjustment in ("nsa", "sa")]
    data = tradelib.load([*names, *world], start="1992-01", vintage=DAY, unit="billions")
    return data[names].assign(rest=data[world[0]] - data[names].sum(axis=1)), data[world[1]]


def by_detail(flow: str, unadjusted: pd.Series) -> pd.Series:
    """Return the total adjusted by the factors of its end-use detail, years forced."""
    detail = load_detail()[0][flow]
    months = detail.index.intersection(unadjusted.index)
    factor = indirect(detail).total / detail.sum(axis=1)
    return force_years(unadjusted.loc[months] * factor.loc[months], unadjusted.loc[months])


def ranked(distances: dict[str, dict[tuple[str, str], float]]) -> str:
    """Return a table of distances, sorted by the mean of both flows over months before March 2020."""
    table = pd.DataFrame(distances).T
    early = table.drop(columns=LATER, level=1).T.groupby(level=0).mean().T
    shown = early.assign(both=early.mean(axis=1)).join(table.xs(LATER, axis=1, level=1).add_suffix(" later"))
    return shown.sort_values("both").round(3).to_string()


def main() -> None:
    spec, rows, detailed = goods.goods_spec("seats"), {}, {}
    for flow in ("exports", "imports"):
        detail, agency = tables(flow)
        for end in ENDS:
            sums = {}
            for window in WINDOWS:
                part = detail.loc[:end].iloc[-window:]
                total = part.sum(axis=1).to_frame("total")
                sums["total", window] = indirect(total, spec=spec).total.iloc[-60:]
                sums["partners", window] = indirect(part, spec=spec).total.iloc[-60:]
            for count in (1, 2, 3, 4):
                for chosen in itertools.combinations(sums, count):
                    mean = sum(sums[member] for member in chosen) / count
                    name = " + ".join(f"{way} {window // 12}" for way, window in chosen)
                    rows.setdefault(name, {})[flow, end] = agreement(mean, agency.loc[mean.index]).mean_absolute
            if end in ENDS[-2:]:
                total, partners = sums["total", 180], sums["partners", 240]
                third = by_detail(flow, detail.sum(axis=1)).reindex(total.index).dropna()
                total, partners = total.loc[third.index], partners.loc[third.index]
                ways = {
                    "total": total, "partners": partners, "end uses": third, "total, partners": (total + partners) / 2,
                    "total, end uses": (total + third) / 2, "partners, end uses": (partners + third) / 2,
                    "all three": (total + partners + third) / 3,
                    "end uses, mean of the others": (total + partners) / 4 + third / 2,
                }  # fmt: skip
                for name, mean in ways.items():
                    near = agreement(mean, agency.loc[mean.index]).mean_absolute
                    detailed.setdefault(name, {})[flow, end] = near
    print("total and partners, mean distance in percent over four times five years\n" + ranked(rows))
    print(f"months that the end-use detail has, to {ENDS[-2]} and later\n" + ranked(detailed))


if __name__ == "__main__":
    main()

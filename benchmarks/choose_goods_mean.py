"""Is the total adjusted as such, the sum of partners adjusted one by one, or their mean nearest to the agency's series?

As in ``choose_goods_spec.py``, all is run as if it were February of 2011, 2014, 2017 and 2020 and judged on the five
years before that month, with the chosen specification and windows of 15 or 20 years. The last columns are March 2020
and later, which decide nothing. Notebook ``29_own_adjustment`` uses the nearest.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

import tradelib
from tradelib import store
from tradelib.quantity.labels import partners
from tradelib.seasonal.agreement import agreement
from tradelib.seasonal.indirect import indirect
from tradelib.seasonal.x13 import goods

ENDS = ("2011-02", "2014-02", "2017-02", "2020-02", "2025-02")
WINDOWS = (180, 240)
DAY = "2025-04-03"


def tables(flow: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return unadjusted goods by country, with what is left of the world, and the agency's adjusted world."""
    known = store.release(DAY).quantities
    countries = [name for name, row in partners().items() if row["kind"] == "country"]
    names = [name for country in countries if (name := f"{flow}_goods_{country}_census_nsa") in known]
    world = [f"{flow}_goods_census_{adjustment}" for adjustment in ("nsa", "sa")]
    data = tradelib.load([*names, *world], start="1992-01", vintage=DAY, unit="billions")
    return data[names].assign(rest=data[world[0]] - data[names].sum(axis=1)), data[world[1]]


def main() -> None:
    spec, rows = goods.goods_spec("seats"), {}
    for flow in ("exports", "imports"):
        detail, agency = tables(flow)
        for end in ENDS:
            found = {}
            for window in WINDOWS:
                part = detail.loc[:end].iloc[-window:]
                total = part.sum(axis=1).to_frame("total")
                found["total", window] = indirect(total, spec=spec).total.iloc[-60:]
                found["partners", window] = indirect(part, spec=spec).total.iloc[-60:]
            for count in (1, 2, 3, 4):
                for chosen in itertools.combinations(found, count):
                    mean = sum(found[one] for one in chosen) / count
                    rows.setdefault(chosen, {})[flow, end] = agreement(mean, agency.loc[mean.index]).mean_absolute
    table = pd.DataFrame(rows).T
    table.index = [" + ".join(f"{name} {window // 12}" for name, window in chosen) for chosen in rows]
    early = {flow: table[flow][list(ENDS[:-1])].mean(axis=1) for flow in ("exports", "imports")}
    later = {f"{flow} later": table[flow][ENDS[-1]] for flow in early}
    shown = pd.DataFrame(early | {"both": np.mean(list(early.values()), axis=0)} | later)
    print(shown.sort_values("both").round(3).to_string())


if __name__ == "__main__":
    main()

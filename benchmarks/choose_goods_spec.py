"""Choose how to adjust goods trade, by the distance from the agency's series, without looking at the last five years.

Each candidate is run as if it were February of 2011, 2014, 2017 and 2020, on the data up to then, with complete years
forced to the unadjusted totals. The distance is measured over the five years before that month. One specification
serves exports and imports. ``goods.CHOSEN`` holds the nearest; it alone is then run on all months and compared with the
agency's series since March 2020.
"""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

import tradelib
from tradelib.quantity.errors import EngineError
from tradelib.seasonal import goods
from tradelib.seasonal.agency import agreement, force_years
from tradelib.seasonal.x13 import x13

ENDS = ("2011-02", "2014-02", "2017-02", "2020-02")
WINDOWS = {"15 years": 180, "20 years": 240, "all": 0}
HOLIDAYS = {"": (), "Easter": ("easter[8]",), "US holidays": ("easter[8]", "labor[8]", "thank[1]")}
OUTLIERS: dict[str, dict[str, Any]] = {
    "AO LS": {},
    "AO LS TC": {"types": ("ao", "ls", "tc")},
    "AO LS, 3.5": {"critical": "3.5"},
}
MODELS = ("(0 1 1)(0 1 1)", "(2 1 1)(0 1 1)")
ENGINES: dict[str, dict[str, Any]] = {
    "SEATS": {"engine": "seats"},
    "X-11": {"engine": "x11"},
    "X-11 wide": {"engine": "x11", "x11": {"sigmalim": "(2.5 3.5)"}},
}
# Departures from the chosen specification that were tried, one at a time.
DEPARTURES: dict[str, dict[str, Any]] = {
    "one coefficient of trading days": {"regression": {"variables": ("td1coef",)}},
    "critical value 3": {"outlier": {"types": ("ao", "ls", "tc"), "critical": 3.0}},
    "critical value 5": {"outlier": {"types": ("ao", "ls", "tc"), "critical": 5.0}},
    "no outliers": {"outlier": None},
    "levels": {"transform": {"function": "none"}},
    "X-11": {"engine": "x11"},
} | {
    f"X-11, filter {name}": {"engine": "x11", "x11": {"seasonalma": name}} for name in ("s3x3", "s3x5", "s3x9", "s3x15")
}
NAMES = [f"{flow}_goods_census_{adjustment}" for flow in ("exports", "imports") for adjustment in ("sa", "nsa")]
DATA = tradelib.load(NAMES, start="1989-01", vintage="2025-04-03", unit="billions")


def distance(flow: str, end: str, window: str, holidays: str, outliers: str, model: str, engine: str) -> float:
    specs = ENGINES[engine] | {
        "transform": {"function": "log"},
        "regression": {"variables": ("td", *HOLIDAYS[holidays])},
        "outlier": OUTLIERS[outliers],
        "arima": {"model": model},
    }
    return distance_of(flow, end, WINDOWS[window], specs)


def distance_of(flow: str, end: str, months: int, asked: dict[str, Any]) -> float:
    unadjusted, agency = DATA[f"{flow}_goods_census_nsa"].loc[:end], DATA[f"{flow}_goods_census_sa"]
    try:
        adjusted = x13(unadjusted.iloc[-months:], **asked).adjusted
    except EngineError:
        return float("nan")
    adjusted = force_years(adjusted, unadjusted.loc[adjusted.index]).iloc[-60:]
    return agreement(adjusted, agency.loc[adjusted.index]).mean_absolute


def main() -> None:
    names = ["window", "holidays", "outliers", "model", "engine"]
    candidates = list(itertools.product(WINDOWS, HOLIDAYS, OUTLIERS, MODELS, ENGINES))
    jobs = [(flow, end, *candidate) for candidate in candidates for flow in ("exports", "imports") for end in ENDS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        distances = list(pool.map(lambda job: distance(*job), jobs))
    frame = pd.DataFrame(jobs, columns=["flow", "end", *names]).assign(distance=distances)
    table = frame.pivot_table(index=names, columns="flow", values="distance", aggfunc=lambda v: np.mean(v.to_numpy()))
    ranked = table.assign(both=table.mean(axis=1, skipna=False)).sort_values("both")
    print(f"{len(candidates)} candidates; mean distance from the agency's series in percent, the ten nearest")
    print(ranked.head(10).round(3).to_string())
    departures()
    later = {}
    for flow in ("exports", "imports"):
        adjusted = goods.adjust_in_windows(DATA[f"{flow}_goods_census_nsa"], goods.goods_spec("seats")).loc["2020-03":]
        later[flow] = agreement(adjusted, DATA[f"{flow}_goods_census_sa"].loc["2020-03":]).mean_absolute
    print("the specification in tradelib.seasonal.goods since March 2020:", later)


def departures() -> None:
    """Print the distances of the chosen specification and its neighbours, before March 2020 and in the years since."""
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for (name, asked), years, flow in itertools.product(
        ({"as chosen": {}} | DEPARTURES).items(), (15, 20), ("exports", "imports")
    ):
        specs = {"engine": "seats"} | goods.CHOSEN | asked
        before = [distance_of(flow, end, 12 * years, specs) for end in ENDS]
        since = distance_of(flow, "2025-02", 12 * years, specs)
        rows.setdefault((name, years), {}).update({flow: float(np.mean(before)), f"{flow} since": since})
    table = pd.DataFrame(rows).T.rename_axis(["specification", "years"])
    print("one departure at a time, mean of four times five years, and since March 2020, which decided nothing")
    print(table.assign(both=table[["exports", "imports"]].mean(axis=1)).sort_values("both").round(3).to_string())


if __name__ == "__main__":
    main()

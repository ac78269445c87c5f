"""Choose how to adjust five-digit end-use series, by the distance of their sum from the agency's totals in 2016-2020.

One specification serves exports and imports. Distances in 2021 to 2024 are printed too and decide nothing.
``agency.SPEC`` is among the nearest. Each candidate adjusts 280 series, which takes about eight seconds. The last four
columns, for months before March 2020 and since, show what the choice would have been without the pandemic.
"""

from __future__ import annotations

import itertools

import pandas as pd

from tradelib.seasonal.agency import agreement, indirect, load_detail
from tradelib.seasonal.x13 import Spec, build

LIMITS = ((1.0, 2.0), (1.2, 2.2), (1.5, 2.5))
FILTERS = (None, "s3x5")
CRITICAL = (3.0, 3.3, 3.6)
TRADING_DAYS = (-4, -2)
MOST_Q = (1.0, 1.5, 2.0)
SPANS = {
    "2016 on": slice("2016", "2020"), "2021 on": slice("2021", "2024"), "to 2020-02": slice("2016-01", "2020-02"),
    "since": slice("2020-03", "2024-12"),
}  # fmt: skip


def spec(limits: tuple[float, float], filters: str | None, critical: float, trading_days: float) -> Spec:
    return build(
        "x11",
        transform={"function": "log"},
        regression={"aictest": ("td",), "aicdiff": trading_days},
        outlier={"types": ("ao", "ls", "tc"), "critical": critical},
        x11={"sigmalim": limits} | ({"seasonalma": filters} if filters else {}),
    )


def main() -> None:
    detail, agency = load_detail()
    rows: dict[tuple[object, ...], dict[tuple[str, str], float]] = {}
    for options in itertools.product(LIMITS, FILTERS, CRITICAL, TRADING_DAYS):
        for flow in ("exports", "imports"):
            theirs = agency[f"{flow}_goods_census_sa"]
            run = indirect(detail[flow], spec=spec(*options), most_q=float("inf"))
            for most_q in MOST_Q:
                good = run.quality <= most_q  # years are forced series by series, so that the others can be replaced
                total = run.adjusted.loc[:, good].sum(axis=1) + detail[flow].loc[:, ~good].sum(axis=1)
                for name, months in SPANS.items():
                    near = agreement(total.loc[months], theirs.loc[months]).mean_absolute
                    rows.setdefault((*options, most_q), {})[name, flow] = near
    table = pd.DataFrame(rows).T
    table.index.names = ["sigmalim", "seasonalma", "critical", "aicdiff", "most_q"]
    order = table["2016 on"].mean(axis=1).sort_values()
    print(table.loc[order.index[:12]].round(3).to_string())


if __name__ == "__main__":
    main()

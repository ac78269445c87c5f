"""How long forecasts and their backtest take, and how the cost grows; with the scores of a long backtest."""

from time import perf_counter

import pandas as pd

from tradelib import forecast, load
from tradelib.forecast import backtest, conformal


def seconds(work):
    start = perf_counter()
    made = work()
    return made, perf_counter() - start


if __name__ == "__main__":
    data = load(["BOPTEXP", "BOPTIMP"], vintage="2024-04-04", unit="billions")
    flows = dict(zip(("exports", "imports"), (data[name] for name in data), strict=True))
    forecast.forecast(flows["exports"].iloc[:48], 1)
    print("one fit and forecast, seconds   96 months  193 months  386 months")
    for method in forecast.METHODS:
        spans = [flows["exports"].iloc[-months:] for months in (96, 193, 386)]
        times = [seconds(lambda s=span, m=method: forecast.forecast(s, 12, m))[1] for span in spans]
        print(f"{method:28}" + "".join(f"{time:12.3f}" for time in times))
    tests, time = seconds(lambda: backtest.roll(flows, 12, origins=53, every=3, refit=18))
    print(f"backtest, 53 origins, refit every 18th: {time:.1f} s")
    again, slow = seconds(lambda: backtest.roll(flows, 12, origins=12, every=3, refit=1))
    print(f"backtest, 12 origins, refit at each:    {slow:.1f} s, {slow / 12 * 53 / time:.1f} times as much an origin")
    print("Fitting costs far more than looking ahead; both grow with the months, as a filter passes over all of them.")
    for name, test in tests.items():
        mended = conformal.intervals(test)
        told = {
            "rmse": backtest.relative_error(test)["rmse"],
            "p, 1 month": backtest.relative_error(test, [1])["p"],
            "95 %": backtest.coverage(test)[0.95],
            "2020-21": backtest.coverage(test, ("2020-03", "2021-12"))[0.95],
            "conformal": backtest.coverage(test, conformal=mended)[0.95],
            "conf. 2020-21": backtest.coverage(test, ("2020-03", "2021-12"), conformal=mended)[0.95],
        }
        print(f"\n{name}: RMSE over naive's, steps 1-12, and coverage of 95 % intervals\n{pd.DataFrame(told).round(2)}")

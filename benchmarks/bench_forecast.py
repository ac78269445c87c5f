"""Time of forecasts from every month, by model and ``refit``; the first row of each series is what notebook 27 does."""

from time import process_time

import numpy as np

from tradelib import load
from tradelib.analysis import forecast


def seconds(work):
    """Return the processor seconds that the work takes."""
    start = process_time()
    work()
    return process_time() - start


if __name__ == "__main__":
    data = np.log(load(["BOPTEXP", "BOPTIMP"], vintage="2024-04-04", unit="billions"))
    for model in forecast.METHODS:
        forecast.roll(data["exports_total_bop_sa"].iloc[:40], 1, model)
    print("processor seconds, 386 months, 12 ahead   " + "".join(f"{model:>8}" for model in forecast.METHODS))
    for name in data:
        for refit in (10, 30, len(data)):
            times = [
                seconds(lambda m=model, n=name, r=refit: forecast.roll(data[n], 12, m, refit=r))
                for model in forecast.METHODS
            ]
            print(f"{name:24} refit every {refit:4} " + "".join(f"{time:8.2f}" for time in times))
    print("Fitting is nearly all of it: one pass of the filter gives the forecasts of every month.")

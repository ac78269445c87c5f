"""Time of the search for breaks, and its growth with the number of months and breaks."""

from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd

from tradelib.analysis import break_tests, breaks


def seconds(work, repeat=5):
    """Return the shortest time of several runs."""
    times = []
    for _ in range(repeat):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def walk(months):
    steps = np.random.default_rng(0).normal(size=months)
    return pd.Series(np.cumsum(steps), pd.period_range("1900-01", periods=months, freq="M"))


if __name__ == "__main__":
    breaks.search(walk(60))
    print("search, milliseconds          months   most=2   most=5   most=8")
    for model in ("level", "trend"):
        for months in (96, 193, 386, 772):
            series, repeat = walk(months), 5 if model == "level" else 1
            row = [1000 * seconds(partial(breaks.search, series, model=model, most=most), repeat) for most in (2, 5, 8)]
            print(f"{model:24}{months:12}" + "".join(f"{cell:9.1f}" for cell in row))
    print(f"search, tests, intervals (386 months): {seconds(lambda: break_tests.weigh(walk(386))):.2f} s")
    print("The exact search grows with the square of the months and in proportion to the most breaks.")

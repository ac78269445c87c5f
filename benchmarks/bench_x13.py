"""Time per series: the bare program (the limit), the driver, and the statsmodels wrapper, measured in one run.

Rounds are interleaved and the best of each is taken, because the machine may be busy with other things.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.tsa.x13 import x13_arima_analysis

import tradelib
from tradelib.seasonal.x13 import _to_run, build, ready, x13
from tradelib.seasonal.x13.batch import Batch, x13_batch
from tradelib.seasonal.x13.run import binary

ROUNDS, MOST_WRAPPED = 5, 10
COUNTS = [int(count) for count in sys.argv[1:]] or [1, 10, 100, 1000]
FIXED = {
    "transform": {"function": "log"},
    "regression": {"variables": ("td", "easter[8]")},
    "outlier": None,
    "arima": {"model": "(0 1 1)(0 1 1)"},
}
AUTOMATIC = {"automdl": {}}


def bare(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "run.spc").write_text(text)
        subprocess.run([binary(), "run", "-s", "-n", "-q"], cwd=folder, check=True, capture_output=True)


def wrapper(series: pd.Series) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x13_arima_analysis(series, x12path=str(binary()), log=True, outlier=False, trading=True)


def best(jobs: dict[str, object], rounds: int = ROUNDS) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - start)
    return {name: min(found) for name, found in times.items()}


def many(count: int, series: pd.Series) -> pd.DataFrame:
    noise = np.exp(0.01 * np.random.default_rng(0).normal(size=(len(series), count)))
    return pd.DataFrame(noise * series.to_numpy()[:, None], series.index, [f"s{n}" for n in range(count)])


def main() -> None:
    series = tradelib.load("exports_goods_census_nsa", start="2005-01").iloc[:, 0]
    stamped = series.set_axis(series.index.to_timestamp())
    stamped.index.freq = "MS"
    for engine in ("x11", "seats"):
        for name, asked in (("fixed", FIXED), ("automatic", AUTOMATIC)):
            text = _to_run(build(engine, **asked), engine).text(ready(series))
            jobs = {"bare": lambda text=text: bare(text), "driver": lambda e=engine, a=asked: x13(series, e, **a)}
            if (engine, name) == ("x11", "fixed"):
                jobs["statsmodels"] = lambda: wrapper(stamped)
            times = best(jobs)
            told = ", ".join(f"{job} {1000 * t:.0f} ms ({t / times['bare']:.2f})" for job, t in times.items())
            print(f"{engine} {name}, {len(series)} months: {told}")
    for name, asked in (("fixed", FIXED), ("automatic", AUTOMATIC)):
        for count in COUNTS:
            batch(name, asked, many(count, series))


def batch(name: str, asked: dict[str, dict[str, object] | None], frame: pd.DataFrame) -> None:
    """Time many series on all cores: the bare program, the driver, and (where it does not take minutes) statsmodels."""
    cores, count = os.cpu_count() or 1, frame.shape[1]
    texts = [_to_run(build("x11", **asked), "x11").text(ready(frame[column])) for column in frame]
    stamped = frame.set_axis(frame.index.to_timestamp()).asfreq("MS")
    jobs: dict[str, object] = {
        "bare": lambda: on_all_cores(bare, texts),
        "batch": lambda: all_there(x13_batch(frame, "x11", progress=False, **asked), count),
    }
    if count <= MOST_WRAPPED and name == "fixed":
        jobs["statsmodels"] = lambda: on_all_cores(wrapper, [stamped[column] for column in stamped])
    times = best(jobs, rounds=ROUNDS if count <= MOST_WRAPPED else 1)
    told = ", ".join(f"{job} {t:.2f} s ({t / times['bare']:.2f})" for job, t in times.items())
    print(f"x11 {name}, {count} series on {cores} cores: {told}", flush=True)


def on_all_cores(job: object, given: list[object]) -> None:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(job, given))


def all_there(done: Batch, count: int) -> None:
    if len(done.results) != count:
        raise SystemExit(done.summary())


if __name__ == "__main__":
    main()

"""Time per series: the bare program (the limit), the driver, and the statsmodels wrapper, measured in one run.

All read the same text and have their files in the same place; no result comes from the cache. Rounds are interleaved,
because the machine may be busy with other things. For one series, the best of five rounds is reported. Many series are
split into lots of 40, which the program and the driver adjust in turns; the median and the quartiles of the lots'
ratios are reported, for wall time and for processor time.

``python benchmarks/bench_x13.py 1000`` sets the number of series with a fixed model. The 280 series of the end-use
detail, adjusted as in ``seasonal.agency.indirect``, are always measured.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import pandas as pd
from statsmodels.tsa.x13 import x13_arima_analysis

import tradelib
from tradelib.seasonal.agency import SPEC, load_detail
from tradelib.seasonal.x13 import Spec, _to_run, build, ready, x13, x13_batch
from tradelib.seasonal.x13.run import _memory, binary
from tradelib.store.tables import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS, LOT = 5, 40
FIXED = {
    "transform": {"function": "log"},
    "regression": {"variables": ("td", "easter[8]")},
    "outlier": None,
    "arima": {"model": "(0 1 1)(0 1 1)"},
}
AUTOMATIC = {"automdl": {}}


def bare(text: str) -> None:
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        (Path(folder) / "run.spc").write_text(text)
        subprocess.run([binary(), "run", "-s", "-n", "-q"], cwd=folder, check=True, capture_output=True)


def wrapper(series: pd.Series) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x13_arima_analysis(series, x12path=str(binary()), log=True, outlier=False, trading=True)


def timed(job: Callable[[], object]) -> tuple[float, float]:
    """Return wall time and processor time of a job and the programs that it starts, seconds."""
    start, before = time.perf_counter(), os.times()
    job()
    after = os.times()
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])


def ask_anew() -> None:
    """Empty the cache of X-13, so that it computes everything again."""
    shutil.rmtree(cache_folder() / "x13", ignore_errors=True)


def fresh() -> Iterator[int]:
    """Yield the number of each round, with the cache of X-13 emptied before it."""
    for number in range(ROUNDS):
        ask_anew()
        yield number


def single(series: pd.Series) -> None:
    stamped = series.set_axis(series.index.to_timestamp())
    stamped.index.freq = "MS"
    for engine in ("x11", "seats"):
        for name, asked in (("fixed", FIXED), ("automatic", AUTOMATIC)):
            text = _to_run(build(engine, **asked)).text(ready(series))
            jobs = {"bare": lambda text=text: bare(text), "driver": lambda e=engine, a=asked: x13(series, e, **a)}
            if (engine, name) == ("x11", "fixed"):
                jobs["statsmodels"] = lambda: wrapper(stamped)
            rounds = [[timed(job)[0] for job in jobs.values()] for _ in fresh()]
            best = dict(zip(jobs, np.min(rounds, axis=0), strict=True))
            shown = ", ".join(f"{job} {1000 * t:.0f} ms ({t / best['bare']:.2f})" for job, t in best.items())
            print(f"{engine} {name}, {len(series)} months: {shown}")


def many(count: int, series: pd.Series) -> pd.DataFrame:
    noise = np.exp(0.01 * np.random.default_rng(0).normal(size=(len(series), count)))
    return pd.DataFrame(noise * series.to_numpy()[:, None], series.index, [f"s{n}" for n in range(count)])


def end_use() -> pd.DataFrame:
    """Return the five-digit end uses that were traded in every month."""
    detail = load_detail()[0]
    return detail.set_axis([" ".join(name) for name in detail], axis=1).loc[:, (detail > 0).all().to_numpy()]


def lots(frame: pd.DataFrame, spec: Spec, size: int = LOT) -> np.ndarray:
    """Return wall and processor seconds (last axis) of the driver and the bare program, lot by lot, on all cores."""
    x13_batch(frame.iloc[:, :2], spec=spec)  # warms the file cache
    ask_anew()
    times = []
    for start in range(0, frame.shape[1], size):
        lot = frame.iloc[:, start : start + size]
        texts = [_to_run(spec).text(ready(lot[column])) for column in lot]
        jobs = {
            "driver": lambda lot=lot: x13_batch(lot, spec=spec),
            "bare": lambda texts=texts: on_all_cores(bare, texts),
        }
        order = list(jobs) if start // size % 2 else list(jobs)[::-1]
        seconds = {job: timed(jobs[job]) for job in order}
        times.append([seconds["driver"], seconds["bare"]])
    return np.array(times)


def batch(name: str, frame: pd.DataFrame, spec: Spec, limit: float) -> None:
    """Compare the driver with the bare program over the lots."""
    times = lots(frame, spec)
    low, middle, high = np.percentile(times[:, 0] / times[:, 1], [25, 50, 75], axis=0)
    shown = [f"{kind} {m:.2f} ({a:.2f} to {b:.2f})" for kind, a, m, b in zip(("wall", "cpu"), low, middle, high)]  # noqa: B905
    cores = os.cpu_count() or 1
    print(f"{name}, {frame.shape[1]} series on {cores} cores, driver to program: {', '.join(shown)}; aim {limit}")


def on_all_cores(job: Callable[[str], None], texts: list[str]) -> None:
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        list(pool.map(job, texts))


def main() -> None:
    with tempfile.TemporaryDirectory() as cache, mock.patch.dict(os.environ, TRADELIB_CACHE=cache):
        compare()


def compare() -> None:
    series = tradelib.load("exports_goods_census_nsa", start="2005-01").iloc[:, 0]
    single(series)
    batch("end use", end_use(), SPEC, 1.3)
    for count in [int(count) for count in sys.argv[1:]] or [1000]:
        batch("fixed model", many(count, series), build("x11", **FIXED), 1.2)


if __name__ == "__main__":
    main()

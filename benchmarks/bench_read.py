"""How long reading, adding and loading take, as ratios to plain calls that read the same rows: best and median.

The process's own time is measured, so that what else the machine does counts little; imports, in fresh processes,
by the clock. What needs official files is left out where they are not beside the repository.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from python_calamine import load_workbook

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import official

from tradelib import load, store
from tradelib.sources.files import read_file

REPEATS = 40
BESIDE = Path(os.environ.get("TRADELIB_OFFICIAL") or Path(__file__).parents[2] / "shared" / "official")


def compare(what: str, against: str, one, two, repeats: int = REPEATS, clock=time.process_time, goal: str = "") -> None:
    """Print the best times of two calls, run in turn, and the ratios of the best and of the medians."""
    times: dict[str, list[float]] = {what: [], against: []}
    for _ in range(repeats):
        for name, call in ((what, one), (against, two)):
            start = clock()
            call()
            times[name].append(1000 * (clock() - start))
    first, second = (min(times[name]) for name in (what, against))
    median = statistics.median(times[what]) / statistics.median(times[against])
    print(
        f"{what:<22} {first:8.1f} ms   {against:<24} {second:8.1f} ms   ratio {first / second:5.2f}, "
        f"of medians {median:5.2f}{goal}"
    )


def fresh(code: str):
    """Return a call that runs code in a new process."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def added(paths: list[Path], day: str) -> float:
    """Return the seconds of the processor that adding files to an empty store takes."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRADELIB_DATA"] = folder
        start = time.process_time()
        store.add(paths, day)
        del os.environ["TRADELIB_DATA"]
        return time.process_time() - start


def main() -> None:
    table = official.bundled()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, rows = folder / "history.txt", folder / "rows.txt"
        text.write_text(official.as_text(official.history_rows(table)), encoding="ascii")
        figures = [line for line in text.read_text().split("\n") if line.count("\t") == 9]
        rows.write_text("\n".join(figures), encoding="ascii")
        compare(
            "history text", "pd.read_csv(its rows)",
            lambda: read_file(text), lambda: pd.read_csv(rows, sep="\t", header=None, thousands=","),
            goal=", goal 3",
        )  # fmt: skip
    newest = store.releases()[-1].folder / "fred_BOPGSTB.csv"
    compare(
        "load('BOPGSTB')", "pd.read_csv(its table)", lambda: load("BOPGSTB"), lambda: pd.read_csv(newest, skiprows=10)
    )
    compare(
        "import tradelib", "import pandas",
        fresh("import tradelib"), fresh("import pandas"), repeats=7, clock=time.perf_counter,
    )  # fmt: skip
    if not BESIDE.is_dir():
        return
    book = BESIDE / "country_2023-03.xlsx"
    compare(
        "country workbook", "opening it", lambda: read_file(book),
        lambda: load_workbook(book).get_sheet_by_index(0).to_python(), repeats=7, goal=", goal 1.5",
    )  # fmt: skip
    for paths, day, limit in [([BESIDE / "ft900xlsx_2023-06-07"], "2023-06-07", 3),
                              ([BESIDE / "ft900_2025-05-06.pdf"], "2025-05-06", 10)]:  # fmt: skip
        print(f"adding {paths[0].name:<35} {added(paths, day):8.1f} s    limit {limit} s")


if __name__ == "__main__":
    main()

"""How long reading takes, as a ratio to the plain pandas call that reads the same rows; medians of alternating runs.

The process's own time is measured, so that what else the machine does counts little; imports, in fresh processes,
by the clock.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import official

from tradelib import load
from tradelib.sources import read_history

REPEATS = 40


def compare(what: str, against: str, one, two, repeats: int = REPEATS, clock=time.process_time) -> None:
    """Print the median times of two calls, run in turn, and their ratio."""
    times: dict[str, list[float]] = {what: [], against: []}
    for _ in range(repeats):
        for name, call in ((what, one), (against, two)):
            start = clock()
            call()
            times[name].append(1000 * (clock() - start))
    first, second = (statistics.median(times[name]) for name in (what, against))
    print(f"{what:<42} {first:8.1f} ms   {against:<44} {second:8.1f} ms   ratio {first / second:5.2f}")


def fresh(code: str):
    """Return a call that runs code in a new process."""
    return lambda: subprocess.run([sys.executable, "-c", code], check=True)


def main() -> None:
    table = official.bundled()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, rows = folder / "history.txt", folder / "rows.txt"
        text.write_text(official.as_text(official.history_rows(table)), encoding="ascii")
        figures = [line for line in text.read_text().split("\n") if line.count("\t") == 9]
        rows.write_text("\n".join(figures), encoding="ascii")
        book = official.write_workbook(official.workbook_rows(table), folder / "history.xlsx")
        compare(
            "read_history(text)", "pd.read_csv(its rows)",
            lambda: read_history(text), lambda: pd.read_csv(rows, sep="\t", header=None, thousands=","),
        )  # fmt: skip
        compare(
            "read_history(workbook)", "pd.read_excel(engine='calamine')",
            lambda: read_history(book), lambda: pd.read_excel(book, header=None, engine="calamine"),
        )  # fmt: skip
    bundled = official.RELEASE / "months.csv"
    compare("load()", "pd.read_csv(months.csv)", load, lambda: pd.read_csv(bundled, index_col=0))
    compare(
        "import tradelib", "import pandas",
        fresh("import tradelib"), fresh("import pandas"), repeats=9, clock=time.perf_counter,
    )  # fmt: skip


if __name__ == "__main__":
    main()

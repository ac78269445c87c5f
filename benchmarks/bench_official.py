"""Reading official files: the country workbook against what the fastest workbook library needs merely to open it.

Without official files a workbook of the same size and layout is written first. Ratios are of medians taken in turn.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from python_calamine import load_workbook

from tradelib.sources import read_any
from tradelib.sources.country import read_country

ROUNDS = 9
LIMIT = 1.5
BESIDE = Path(__file__).parents[2] / "shared" / "official"


def written(folder: Path) -> Path:
    """Write a workbook with 250 partners and 38 years."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import layouts

    head = layouts.country()[0]
    rows = [head]
    years = range(1985, 2023)
    values = [round(1000.5 + 7.3 * n, 1) for n in range(12)]
    for number, code in enumerate(["0004", "0015", *(str(1000 + 7 * n) for n in range(250))]):
        own = [v * 250 for v in values] if number < 2 else values
        rows += [[str(year), code, f"Partner {code}", *own, sum(own), *own, sum(own)] for year in years]
    return layouts.write_sheets({"country": rows}, folder / "country.xlsx")


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    official = Path(os.environ.get("TRADELIB_OFFICIAL") or BESIDE)
    with tempfile.TemporaryDirectory() as folder:
        path = next(iter(sorted(official.glob("country*.xlsx"))), None) or written(Path(folder))
        read_country(path)
        opened, read, known = [], [], []
        for _ in range(ROUNDS):
            opened.append(seconds(lambda: load_workbook(path).get_sheet_by_index(0).to_python()))
            read.append(seconds(lambda: read_country(path)))
            known.append(seconds(lambda: read_any(path)))
        ratio = median(r / o for r, o in zip(read, opened, strict=True))
        print(f"{path.name}: opened in {median(opened):.2f} s, read and checked in {median(read):.2f} s ({ratio:.2f})")
        print(f"  with recognition of the layout {median(known):.2f} s")
    for other in sorted(official.glob("*.[cx]*")) if official.is_dir() else []:
        print(f"  {other.name}: {median(seconds(lambda p=other: read_any(p)) for _ in range(3)):.2f} s")
    if ratio > LIMIT:
        sys.exit(f"{ratio:.2f} times what opening takes; at most {LIMIT} was promised")


if __name__ == "__main__":
    main()

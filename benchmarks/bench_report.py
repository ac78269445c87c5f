"""Cost of a report: notebooks side by side against one after another, and the share of set-up.

Set-up is what every notebook costs besides its analysis: kernel start, imports, shutdown. It is measured by running a
notebook that only imports what the real ones import. All ratios come from one run.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import nbformat

from tradelib.report.execution import jobs, planned, threads

IMPORTS = (
    "from matplotlib import pyplot as plt\nfrom tradelib.report.look import figures\n"
    "from tradelib.report.notebook import Record\nimport statsmodels.tsa.seasonal"
)


def seconds(work: list[jobs.Job], workers: int) -> tuple[float, dict[str, float]]:
    """Return wall time and the time of each notebook."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        outcomes = list(threads(workers)(work, Path(folder) / "work"))
        wall = time.perf_counter() - begun
    if failed := [o for o in outcomes if o.error]:
        sys.exit(f"{failed[0].job.notebook}: {failed[0].error}")
    return wall, {o.job.notebook: o.seconds for o in outcomes}


def empty_notebook(folder: Path, like: jobs.Job) -> None:
    """Write a notebook that takes the parameters and imports, and does nothing else."""
    cells = [
        nbformat.v4.new_code_cell(
            "\n".join(f"{name} = {value!r}" for name, value in like.values.items()), metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(IMPORTS),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{like.notebook}.ipynb")


def main() -> None:
    """Measure and print."""
    work, cores = planned({})[0], os.cpu_count() or 1
    seconds(work[:1], 1)  # warm the file cache
    one_by_one, each = seconds(work, 1)
    side_by_side, _ = seconds(work, cores)
    with tempfile.TemporaryDirectory() as folder:
        for job in work:
            empty_notebook(Path(folder), job)
        with mock.patch.object(jobs, "notebook_folder", return_value=Path(folder)):
            set_up, _ = seconds(work, 1)
    print(f"{len(work)} notebooks, {cores} cores")
    for name, took in sorted(each.items()):
        print(f"  {name:<24}{took:6.1f} s")
    print(f"one after another       {one_by_one:6.1f} s")
    print(f"side by side            {side_by_side:6.1f} s   {one_by_one / side_by_side:.2f} times as fast")
    print(f"set-up alone            {set_up:6.1f} s   {set_up / one_by_one:.0%} of one after another")


if __name__ == "__main__":
    main()

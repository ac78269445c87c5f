"""Choose how forecast intervals follow volatility, by their Winkler score on outcomes before 2013.

``memory`` and ``back`` are lambda and rho of notebook ``27_forecasts``, whose own cells are run here. The score of each
flow is divided by the score without volatility (``memory`` 1), and the mean of these ratios decides; outcomes from 2013
on are reported too and decide nothing. The notebook uses 0.4 and 0.9, because a ``memory`` below 0.4 follows single
errors. A ``memory`` of 0.1 would score 3 percent better before 2013 but not since, and 0.2 would score one percent
better both before and since. Values of ``back`` from 0.9 to 1 differ by less than one percent.
"""

from __future__ import annotations

import contextlib
import io
import itertools
from typing import Any

import matplotlib as mpl
import nbformat
import pandas as pd

from tradelib.store import notebook_folder

SPANS = {
    "before 2013": slice(None, "2012-12"), "since 2013": slice("2013-01", None), "2008-09": slice("2008-09", "2009-12"),
    "2020-21": slice("2020-03", "2021-12"),
}  # fmt: skip
MEMORY, BACK = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), (0.5, 0.7, 0.9, 0.95, 1.0)
LAST = "def score"
"""Text that marks the last notebook cell to run."""


def page() -> dict[str, Any]:
    """Run the notebook until its forecasts are made and its intervals defined, and return its names."""
    names: dict[str, Any] = {"__name__": "page"}
    for cell in nbformat.read(notebook_folder() / "27_forecasts.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, "27_forecasts", "exec"), names)  # noqa: S102 - the project's own notebook
            if LAST in cell.source:
                return names
    raise SystemExit(f"27_forecasts has no cell with {LAST!r}")


def scores(names: dict[str, Any], memory: float, back: float) -> dict[tuple[str, str, str], float]:
    """Return score, coverage and width by flow, for outcomes before and since 2013 and in the two collapses."""
    names |= {"memory": memory, "back": back}
    errors, size = names["combined"], names["size"]
    names["usual"] = {
        name: size[name] * names["volatility"]((e / size[name])[1].shift(1).iloc[1:]) for name, e in errors.items()
    }
    measured = {}
    for name in errors:
        edges = tuple(names["bound"](name, 0.95, sign) for sign in (-1, 1))
        names["bounds"] = dict.fromkeys([(name, 0.8), (name, 0.95)], edges)  # the score is that of 95%
        outcomes = pd.concat([names["outcomes"](name, step) for step in names["steps"]])
        by_month = outcomes.set_index("month").sort_index()
        for part, months in SPANS.items():
            result = names["score"](by_month.loc[months])
            measured |= {(measure, part, name): result[measure] for measure in ("winkler", "covered", "width")}
    return measured


def main() -> None:
    mpl.use("agg")
    with contextlib.redirect_stdout(io.StringIO()):
        names = page()
    grid = [(1 - 1e-9, 1.0), *itertools.product(MEMORY, BACK)]
    table = pd.DataFrame({pair: scores(names, *pair) for pair in grid}).T.rename_axis(["memory", "back"])
    for measure in ("winkler", "width"):
        table[measure] = table[measure] / table[measure].iloc[0]
    order = table["winkler"]["before 2013"].mean(axis=1).sort_values()
    print("nearest first by the mean Winkler score before 2013, in relation to the one without volatility")
    means = {part: table["winkler"][part].mean(axis=1).loc[order.index] for part in ("before 2013", "since 2013")}
    print(f"mean of the flows\n{pd.DataFrame(means).round(3).to_string()}")
    for measure in ("winkler", "covered", "width"):
        print(f"{measure}\n{table[measure].loc[order.index].round(3).to_string()}")


if __name__ == "__main__":
    main()

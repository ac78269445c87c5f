"""The skeleton of a notebook that is part of report, sweep and tests from its first line."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import nbformat

from tradelib.quantity.errors import ParameterError
from tradelib.report.execution.jobs import normalise
from tradelib.report.parameters import notebooks
from tradelib.store.paths import notebook_folder

if TYPE_CHECKING:
    from pathlib import Path

_CELLS = {
    "title": "# {title}\n\n**What does the release say about {word}?**",
    "parameters": """vintage = None  # the release: a day, a statistical month, or None for the newest complete one
output = None  # folder for figures, tables and results; None writes nothing
series = "{series}"  # what `tradelib series {word}` lists""",
    "read": "The release in use; every figure below remembers its cell.",
    "load": """from matplotlib import pyplot as plt

from tradelib.report.look import charts
from tradelib.report.notebook import Record
from tradelib.report.parameters import asked
from tradelib.words import sentences as say

chapter = asked("{name}", vintage=vintage, output=output, series=series)
record = Record(chapter, title="{title}", question="What does the release say about {word}?")
release = record.release()
values = release.series(chapter.series).dropna()
at = values.index[-1]""",
    "answer": "## The answer",
    "say": """moved = say.flow_moved(abs(values[at]), abs(values[at - 1]), levels=True, plural=False)
record.text("answer", "{title} in " + say.month(at), [f"In {{say.month(at)}} it {{moved}}."])""",
    "path": "## The path",
    "draw": """path = (values / 1000).astype(float).rename("billions")
fig, ax = plt.subplots()
charts.filled_balance(ax, path)
title = f"{title}: {{say.plain(say.money(values[at]))}} in {{say.month(at)}}"
record.figure(fig, "path", path, title=title, unit="Billions of dollars", alt=f"A line by month. {{title}}.")
record.reading(f"It lay between {{say.money(min(values))}} and {{say.money(max(values))}}.")""",
    "checks": "## Checks",
    "check": """record.check("months in order", list(values.index), expected=sorted(values.index))""",
    "end": "## Conclusion\n\nWhat follows from it.\n\nReferences: U.S. Census Bureau and BEA, FT-900.",
    "finish": "record.result(month=str(at), value=float(values[at]))\nrecord.finish()",
}
_TEXT = {"title", "read", "answer", "path", "checks", "end"}


def write_skeleton(word: str) -> Path:
    """Write a notebook about the first series that a word finds, under the next free number from 30.

    Raises
    ------
    ParameterError
        The word is no name, a notebook has it, or no series of a release is described by it.
    """
    from tradelib import store

    if not re.fullmatch(r"[a-z][a-z_]*", name := word.lower().replace(" ", "_")):
        raise ParameterError(f"{word!r} is no name for a notebook; expected a word like steel")
    if taken := [stem for stem in notebooks() if stem.partition("_")[2] == name]:
        raise ParameterError(f"there is a notebook {taken[0]}; give another name")
    release, listed = store.release_of(), store.series(word.replace("_", " ")).index
    found = []
    for one in listed:
        with suppress(ParameterError):  # of years, quarters or another release
            found += [one] if len(release.series(one).dropna()) > 1 else []
    number = max((int(stem[:2]) for stem in notebooks()), default=0)
    path = notebook_folder() / f"{max(number + 1, 30)}_{name}.ipynb"
    if not found:
        raise ParameterError(f"the release of {release.released} has no months of a series about {word!r}")
    values = {"title": word.replace("_", " ").capitalize(), "word": word, "name": path.stem, "series": found[0]}
    cells = [
        nbformat.v4.new_markdown_cell(text.format(**values))
        if kind in _TEXT
        else nbformat.v4.new_code_cell(
            text.format(**values), metadata={"tags": ["parameters"]} if kind == "parameters" else {}
        )
        for kind, text in _CELLS.items()
    ]
    nbformat.write(normalise(nbformat.v4.new_notebook(cells=cells)), path)
    return path

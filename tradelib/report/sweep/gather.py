"""All runs of a sweep in one table and on one page."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from tradelib.report.execution.runs import place_of
from tradelib.report.page import style_sheet, templates
from tradelib.report.parameters import in_words
from tradelib.report.recorded import RecordError, read_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tradelib.report.execution.jobs import Job

MOST_SHOWN = 2000
"""More small figures than this no browser shows and no reader looks through; the table has every run."""
_LONGEST = 200
"""Characters of a value that the page shows."""


def gather(folder: Path, jobs: Sequence[Job], work: Path) -> None:
    """Write ``results.csv`` and ``index.html`` from what the runs left.

    The table has a row for each run: its parameters, outcome, seconds, place and every key result that its
    notebook kept; unrounded. They are written in the folder ``work`` first.
    """
    rows, shown, failed = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    varying, question = _varying(jobs), ""
    for number, job in enumerate(jobs):
        run = _told(folder, job)
        results, question = run["recorded"].get("results", {}), question or run["recorded"].get("question", "")
        state = {key: run.get(key) for key in ("outcome", "error", "seconds", "place")}
        rows.append(job.values | state | {f"result_{name}": value for name, value in results.items()})
        for runs in [shown] * (number < MOST_SHOWN) + [failed] * (state["outcome"] != "ok"):
            runs.append(_run(number, job, varying, run))
    frame = pd.DataFrame(rows)
    frame.to_csv(work / "results.csv", index=False, lineterminator="\n")
    (work / "index.html").write_text(_page(jobs, question, varying, shown, failed) + "\n", encoding="utf-8")
    for name in ("results.csv", "index.html"):
        (work / name).replace(folder / name)  # so that a reader never sees half of it


def _run(number: int, job: Job, varying: Sequence[str], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a run."""
    recorded, asked = told["recorded"], {name: _short(in_words(name, job.values[name])) for name in varying}
    results = {name: _short("" if value is None else value) for name, value in recorded.get("results", {}).items()}
    return {
        "number": number, "asked": asked, "place": told.get("place"), "notebook": told["notebook_there"],
        "error": _short(told.get("error") or "not run yet", 10 * _LONGEST),
        "cells": asked | {"outcome": told["outcome"], "seconds": told.get("seconds", "")} | results,
        "figures": [item for item in recorded.get("items", []) if item["kind"] == "figure"],
    }  # fmt: skip


def _short(value: Any, most: int = _LONGEST) -> Any:
    """Return a number as it is, and of a long text its beginning."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = str(value)
    return text if len(text) <= most else text[:most] + "…"


def _varying(jobs: Sequence[Job]) -> list[str]:
    """Return the parameters that differ between runs, or all of them when there is one run."""
    seen: dict[str, set[Any]] = {}
    for job in jobs:
        for name, value in job.values.items():
            seen.setdefault(name, set()).add(repr(value))
    return [name for name, values in seen.items() if len(values) > 1] or list(seen)


def _told(folder: Path, job: Job) -> dict[str, Any]:
    """Return what is there of a run; of a record that cannot be read, which is why it failed, nothing."""
    place, recorded = place_of(folder, job), dict[str, Any]()
    with suppress(RecordError):
        recorded = read_recorded(place)
    known = json.loads((place / "run.json").read_text(encoding="utf-8"))
    return dict(known) | {
        "outcome": "failed" if known["error"] else "ok", "place": place.relative_to(folder).as_posix(),
        "recorded": recorded, "notebook_there": (place / "notebook.ipynb").exists(),
    }  # fmt: skip


def _page(
    jobs: Sequence[Job],
    question: str,
    varying: Sequence[str],
    shown: Sequence[Mapping[str, Any]],
    failed: Sequence[Mapping[str, Any]],
) -> str:
    fixed = {name: value for name, value in jobs[0].values.items() if name not in varying}
    return (
        templates("tradelib.report.sweep")
        .get_template("index.html.j2")
        .render(
            notebook=jobs[0].notebook,
            question=question,
            fixed={name: _short(in_words(name, value)) for name, value in fixed.items()},
            runs=shown,
            failed=failed,
            most=MOST_SHOWN,
            columns=list(dict.fromkeys(name for run in shown for name in run["cells"])),
            figure_names=list(dict.fromkeys(figure["name"] for run in shown for figure in run["figures"])),
            total=len(jobs),
            style=Markup(style_sheet()),  # noqa: S704 - ours
        )
    )

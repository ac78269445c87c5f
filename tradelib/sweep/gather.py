"""All runs of a sweep in one table and on one page."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tradelib.report.jobs import Job

MOST_CARDS = 2000
"""More small figures than this no browser shows and no reader looks through; the table has every run."""


def gather(folder: Path, jobs: Sequence[Job]) -> None:
    """Write ``results.csv``, ``results.parquet`` and ``index.html`` from what the runs left.

    The table has a row for each run: its parameters, outcome, seconds, place and every key result that its
    notebook kept; unrounded.
    """
    rows, cards = list[dict[str, Any]](), list[dict[str, Any]]()
    varying = _varying(jobs)
    for job in jobs:
        told = _told(folder, job)
        results = told["recorded"].get("results", {})
        state = {key: told.get(key) for key in ("outcome", "error", "seconds", "place")}
        rows.append(job.values | state | {f"result_{name}": value for name, value in results.items()})
        if len(cards) < MOST_CARDS:
            figures = [item for item in told["recorded"].get("items", []) if item["kind"] == "figure"]
            cards.append(state | {"varying": {name: job.values[name] for name in varying}, "figures": figures})
    frame = pd.DataFrame(rows)
    _replace(folder / "results.csv", lambda path: frame.to_csv(path, index=False, lineterminator="\n"))
    _replace(folder / "results.parquet", lambda path: _write_parquet(frame, path))
    page = _page(jobs[0], varying, cards, rows)
    _replace(folder / "index.html", lambda path: path.write_text(page + "\n", encoding="utf-8"))


def _varying(jobs: Sequence[Job]) -> list[str]:
    """Return the parameters that differ between runs, or all of them when there is one run."""
    seen: dict[str, set[Any]] = {}
    for job in jobs:
        for name, value in job.values.items():
            seen.setdefault(name, set()).add(repr(value))
    return [name for name, values in seen.items() if len(values) > 1] or list(seen)


def _told(folder: Path, job: Job) -> dict[str, Any]:
    for kind, outcome in (("runs", "ok"), ("failed", "failed")):
        place = folder / kind / job.place
        if (place / "run.json").exists():
            told: dict[str, Any] = json.loads((place / "run.json").read_text(encoding="utf-8"))
            recorded = place / "results.json"
            told["recorded"] = json.loads(recorded.read_text(encoding="utf-8")) if recorded.exists() else {}
            return told | {"outcome": outcome, "place": f"{kind}/{job.place}"}
    return {"outcome": "missing", "recorded": {}}


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    whole = frame.copy()
    for column in whole.columns[whole.dtypes.map(lambda dtype: dtype.kind == "O")]:
        kept = whole[column].dropna()
        one_kind = len(set(kept.map(type))) == 1
        if one_kind and isinstance(kept.iloc[0], bool):
            whole[column] = whole[column].astype("boolean")
        else:
            whole[column] = [None if pd.isna(value) else str(value) for value in whole[column]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fastparquet asks pandas for an option of old, and closes late
        import fastparquet  # not pyarrow, whose presence would change the type of all text in pandas

        fastparquet.write(str(path), whole.astype({c: object for c in whole if whole[c].dtype == "str"}))


def _replace(path: Path, write: Any) -> None:
    """Write a file beside its place, then put it there, so that a reader never sees half of it."""
    partial = path.with_name(f".{path.name}")
    write(partial)
    partial.replace(path)


def _page(job: Job, varying: Sequence[str], cards: Sequence[Mapping[str, Any]], rows: Sequence[Any]) -> str:
    environment = Environment(
        loader=PackageLoader("tradelib.sweep"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    names = {figure["name"]: figure["title"] for card in cards for figure in card["figures"]}
    return environment.get_template("index.html.j2").render(
        notebook=job.notebook,
        question=(type(job.parameters).__doc__ or "").strip(),
        fixed={name: value for name, value in job.values.items() if name not in varying},
        cards=cards,
        figure_names=list(names),
        total=len(rows),
        failed=sum(row["outcome"] != "ok" for row in rows),
        seconds=sum(row["seconds"] or 0 for row in rows),
    )

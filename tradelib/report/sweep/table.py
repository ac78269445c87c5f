"""What a sweep is to run: combinations of values or the rows of a table, checked as a whole."""

from __future__ import annotations

import csv
import io
import itertools
from typing import TYPE_CHECKING, Any

from tradelib.quantity.errors import ParameterError, did_you_mean
from tradelib.report.execution.jobs import Job, named
from tradelib.report.parameters import check, notebooks
from tradelib.report.parameters.assignments import literal, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tradelib.report.parameters import Common

Row = dict[str, Any]


def sweep_of(
    notebook: str, *, over: Sequence[str] = (), table: Path | None = None, common: Sequence[str] = ()
) -> list[Job]:
    """Return the checked jobs of a sweep: a row of the table, if there is one, with every combination.

    Parameters
    ----------
    notebook : str
        With or without its number.
    over : sequence of str
        ``NAME=V1,V2,...`` words.
    table : Path, optional
        As ``read_table`` takes it.
    common : sequence of str
        ``NAME=VALUE`` words for every run; the value may hold a comma.
    """
    model = notebooks()[named(notebook)]
    rows = read_table(table, model) if table else [{}]
    several = combinations(over, model)
    if both := {name for row in rows for name in row} & {name for row in several for name in row}:
        raise ParameterError(f"{', '.join(sorted(both))}: given by --over and by the table")
    fixed = {name: _value(model, name, text) for name, text in split(common).items()}
    if both := set(fixed) & {name for row in [*rows, *several] for name in row}:
        raise ParameterError(f"{', '.join(sorted(both))}: given by --set and by --over or the table")
    return jobs_of(notebook, [row | one for row in rows for one in several], fixed)


def combinations(over: Sequence[str], model: type[Common]) -> list[Row]:
    """Return every combination of the values of ``NAME=V1,V2`` words.

    A value that holds a comma needs a table. An empty value is None.
    """
    texts = split(over, "--over", "NAME=VALUE,VALUE,...")
    axes = {name: [_value(model, name, text) for text in values.split(",")] for name, values in texts.items()}
    return [dict(zip(axes, row, strict=True)) for row in itertools.product(*axes.values())]


def read_table(path: Path, model: type[Common]) -> list[Row]:
    """Return the rows of a parameter table.

    Parameters
    ----------
    path : Path
        ``.csv`` with a header of parameter names, where an empty cell leaves the default.
    model : type of Common
        Says which values are text.

    Raises
    ------
    ParameterError
        The file cannot be read, or is none of these.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # a value keeps the line ends that it has
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"cannot read the parameter table {path}: {error}") from error
    if path.suffix != ".csv":
        raise ParameterError(f"{path}: a parameter table is .csv")
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    try:
        header, *body = csv.reader(io.StringIO(text, newline=""), strict=True) if text else [[]]
    except csv.Error as error:
        raise ParameterError(f"{path}: {error}") from error
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise ParameterError(f"{path}: the header has {', '.join(twice)} twice")
    if wrong := [(n, row) for n, row in enumerate(body, 2) if len(row) != len(header)]:
        raise ParameterError(f"{path}: row {wrong[0][0]} has {len(wrong[0][1])} cells, the header {len(header)}")
    return [{n: _value(model, n, cell) for n, cell in zip(header, row, strict=True) if cell} for row in body]


def _value(model: type[Common], name: str, text: str) -> Any:
    """Return what a text stands for: itself where the parameter is text, else a number, true, false or null."""
    field = model.model_fields.get(name)
    as_text = field is None or "str" in str(field.annotation)
    return None if not text else text if as_text else literal(text)


def jobs_of(notebook: str, rows: Iterable[Mapping[str, Any]], common: Mapping[str, Any]) -> list[Job]:
    """Return a job for each row, every one checked before the first runs.

    Raises
    ------
    ParameterError
        Names what is wrong with each row, the first ten of them; or two rows that are the same run.
    """
    name = named(notebook)
    model, jobs, wrong = notebooks()[name], dict[str, tuple[int, Job]](), list[str]()
    for number, row in enumerate(rows, 1):
        if "output" in row or "output" in common:
            raise ParameterError(f"output is set by the sweep; {did_you_mean('output', set(model.model_fields))}")
        try:
            job = Job(name, check(model, {**common, **row}))
        except ParameterError as error:
            wrong.append(f"run {number}: {error}")
            continue
        if job.place in jobs:
            wrong.append(f"runs {jobs[job.place][0]} and {number} are the same: {job.values}")
        jobs[job.place] = number, job
    if wrong:
        more = f"\nand {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise ParameterError("nothing was run:\n" + "\n".join(wrong[:10]) + more)
    if not jobs:
        raise ParameterError("nothing to run: the table has no row")
    return [job for _, job in jobs.values()]

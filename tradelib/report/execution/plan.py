"""What to run, checked as a whole: the notebooks of a report, or the rows and combinations of a sweep."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tradelib.quantity.errors import ParameterError, did_you_mean
from tradelib.report.execution.jobs import Job
from tradelib.report.parameters import LackingError, check, notebooks


def planned(options: Mapping[str, Any], only: Sequence[str] = ()) -> tuple[list[Job], dict[str, str]]:
    """Return the jobs of a report with checked parameters, and by notebook why it is left out.

    A notebook is left out if the data do not have what it needs, unless it was named in ``only`` or in an option.

    Parameters
    ----------
    options : mapping
        Values by parameter name, for every notebook that takes it; ``forecasts.horizon`` is for one notebook alone.
    only : sequence of str
        Notebooks to run, with or without their number; if empty, all for which the data suffice.

    Raises
    ------
    ParameterError
        A notebook or a parameter is unknown, or a value impossible.
    LackingError
        The data do not have what a notebook that was named needs, or what any notebook that takes an option needs.
    """
    models, shared, own = notebooks(), dict[str, Any](), dict[str, dict[str, Any]]()
    for option, value in options.items():
        word, _, parameter = option.rpartition(".")
        given = own.setdefault(named(word), {}) if word else shared
        if parameter in given:
            raise ParameterError(f"{parameter} of {named(word)}: given twice")
        given[parameter] = value
    chosen = list(dict.fromkeys([*(map(named, only) if only else models), *own]))
    takers = {option: [name for name in chosen if option in models[name].shared()] for option in shared}
    # ``vintage`` is the report's release, even if no notebook takes it.
    if unknown := [option for option, names in takers.items() if not names and option != "vintage"]:
        known = {option for name in chosen for option in models[name].shared()} - {"output"}
        known |= {f"{name.partition('_')[2]}.{option}" for name in chosen for option in models[name].own}
        raise ParameterError(f"unknown parameter {unknown[0]!r}; {did_you_mean(unknown[0], known)}")
    jobs, errors = list[Job](), dict[str, LackingError]()
    for name in chosen:
        given = {option: value for option, value in shared.items() if name in takers[option]}
        try:
            # An option of one notebook takes precedence over one for all.
            jobs.append(Job(name, check(models[name], given | own.get(name, {}))))
        except LackingError as error:
            if only or name in own:
                raise
            errors[name] = error
    # An option that none of its takers can use is a mistake, not a reason to leave all of them out.
    for names in (*takers.values(), chosen):
        if names and errors.keys() >= set(names):
            raise errors[names[0]]
    return jobs, {name: str(error).removeprefix(f"{name}: ") for name, error in errors.items()}


def named(word: str) -> str:
    """Return the notebook that a word names: ``23_trend`` or ``trend``."""
    for name in notebooks():
        if word in (name, name.partition("_")[2]):
            return name
    raise ParameterError(f"unknown notebook {word!r}; {did_you_mean(word, [n.partition('_')[2] for n in notebooks()])}")


def assignments(words: Sequence[str], option: str = "--set", form: str = "NAME=VALUE") -> dict[str, str]:
    """Return the values of ``NAME=VALUE`` words by name, as text; the model of the parameters converts them.

    Raises
    ------
    ParameterError
        A word has no equals sign, or a name is given twice.
    """
    texts = dict[str, str]()
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ParameterError(f"{option} {word!r} is not {form}")
        if name in texts:
            raise ParameterError(f"{name}: given twice by {option}; expected {option} {name}=...")
        texts[name] = text
    return texts


def sweep_of(
    notebook: str, *, over: Sequence[str] = (), table: Path | None = None, common: Sequence[str] = ()
) -> list[Job]:
    """Return the checked jobs of a sweep: each row of the table, if there is one, with every combination of ``over``.

    Parameters
    ----------
    notebook : str
        With or without its number.
    over : sequence of str
        ``NAME=V1,V2,...`` words.
    table : Path, optional
        As ``read_table`` takes it.
    common : sequence of str
        ``NAME=VALUE`` words for every run; the value may contain a comma.
    """
    rows, axes = read_table(table) if table else [{}], assignments(over, "--over", "NAME=VALUE,VALUE,...")
    fixed = assignments(common)
    givers = {"--set": fixed.keys(), "--over": axes.keys(), "the table": {name for row in rows for name in row}}
    for (giver, names), (other, others) in itertools.combinations(givers.items(), 2):
        if both := names & others:
            raise ParameterError(f"{', '.join(sorted(both))}: given by {giver} and by {other}")
    # An empty value is None; a value with a comma needs a table.
    choices = itertools.product(*(values.split(",") for values in axes.values()))
    runs = (fixed | row | dict(zip(axes, choice, strict=True)) for row, choice in itertools.product(rows, choices))
    return jobs_of(notebook, [{name: text or None for name, text in texts.items()} for texts in runs])


def read_table(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a parameter table.

    Parameters
    ----------
    path : Path
        ``.csv`` with a header of parameter names, where an empty cell leaves the default.

    Raises
    ------
    ParameterError
        The file cannot be read, or is not such a table.
    """
    if path.suffix != ".csv":
        raise ParameterError(f"{path}: a parameter table is .csv")
    csv.field_size_limit(2**31 - 1)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # newline="" keeps line ends in values
            header, *body = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ParameterError(f"cannot read the parameter table {path}: {error}") from error
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise ParameterError(f"{path}: the header has {', '.join(twice)} twice")
    if wrong := [(n, row) for n, row in enumerate(body, 2) if len(row) != len(header)]:
        raise ParameterError(f"{path}: row {wrong[0][0]} has {len(wrong[0][1])} cells, the header {len(header)}")
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in body]


def jobs_of(notebook: str, rows: Iterable[Mapping[str, Any]]) -> list[Job]:
    """Return a checked job for each row.

    Raises
    ------
    ParameterError
        Rows have impossible parameters or repeat each other (the message names the first ten), or there is no row.
    """
    name = named(notebook)
    model, jobs, wrong = notebooks()[name], dict[str, tuple[int, Job]](), list[str]()
    for number, row in enumerate(rows, 1):
        if "output" in row:
            raise ParameterError(f"output is set by the sweep; {did_you_mean('output', set(model.model_fields))}")
        try:
            job = Job(name, check(model, row))
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

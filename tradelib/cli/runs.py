"""Commands that run notebooks, and commands on notebooks and reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from tradelib.cli.app import AsJson, Kernel, app, err as _err, example, out as _out, show_table
from tradelib.quantity.errors import ParameterError


@app.command(epilog=example("report", "report --release 2023-04", "report --only trend --set trend.end=2019-12"))
def report(
    start: Annotated[str | None, typer.Option(help="First month, for example 2010-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last month.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Series for notebooks trend and seasonal: name or FRED code.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option("--vintage", "--release", help="A day or a statistical month (default: the newest).")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="[NOTEBOOK.]NAME=VALUE", help="Any other parameter.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Run this notebook only; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Notebooks at a time (default: cores + a few).")] = None,
    kernel: Kernel = "warm",
    force: Annotated[bool, typer.Option("--force", help="Run even if nothing has changed.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print the page to report.pdf; needs Chromium.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Run the notebooks and write a report to reports/<run>/."""
    from tradelib.report.execution import threads
    from tradelib.report.execution.plan import assignments

    given = {"start": start, "end": end, "series": series, "vintage": vintage}
    options, more = {name: value for name, value in given.items() if value is not None}, assignments(set_ or [])
    if both := options.keys() & more.keys():
        raise ParameterError(f"{', '.join(sorted(both))}: given by an option of its own and by --set")
    executor = threads(jobs, kernel) if jobs or kernel == "stock" else None
    write_report(options | more, show=open_, only=only or (), out=out, executor=executor, force=force, pdf=pdf)


def write_report(options: dict[str, Any], *, show: bool = False, **how: Any) -> None:
    """Run the notebooks, show progress, and print where the report is; exit with code 1 if a notebook failed."""
    from tradelib.fetch.update import freshness
    from tradelib.report.follow import follow  # imported here to keep --help fast
    from tradelib.report.run import report as run
    from tradelib.store import cache_folder

    with follow(_err) as (begin, progress):
        result = run(options, kept=cache_folder() / "runs", begin=begin, progress=progress, **how)
    for name, reason in result.left_out.items():
        _err.print(f"{name} is left out: {reason}")
    if result.skipped:
        _err.print("Nothing has changed since this report was made (--force makes it again).")
    if result.headline:
        _out.print(result.headline)
    verdict, words = freshness()
    if "vintage" not in options and verdict == "overdue":
        _err.print(words)
    _out.print(f"Report: {result.folder / 'index.html'}")
    if show:
        typer.launch((result.folder / "index.html").absolute().as_uri())
    if result.failures:
        for notebook, error in result.failures.items():
            copy = result.folder / "notebooks" / f"{notebook}.ipynb"
            _err.print(f"{notebook} failed in {error}\n  see {copy}")
        raise typer.Exit(1)


@app.command(epilog=example("new steel"))
def new(name: Annotated[str, typer.Argument(help="A word, for example steel.")]) -> None:
    """Write the skeleton of a new notebook, which report, sweep and tests then include."""
    from tradelib.report.skeleton import write_skeleton

    _out.print(f"Notebook: {write_skeleton(name)}")


@app.command(epilog=example("parameters", "parameters trend"))
def parameters(
    notebook: Annotated[str | None, typer.Argument(help="With or without its number; all by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the parameters of a notebook: name, default, and what is allowed."""
    import pandas as pd

    from tradelib.report.execution.plan import named
    from tradelib.report.parameters import assigned, notebooks
    from tradelib.store import notebook_folder

    chosen = [named(notebook)] if notebook else list(notebooks())
    rows = [
        (place, name, default, comment)
        for place in chosen
        for name, (default, comment) in assigned(notebook_folder() / f"{place}.ipynb").items()
    ]
    table = pd.DataFrame(rows, columns=["notebook", "parameter", "default", "meaning"], dtype=object)
    show_table(table.set_index("notebook"), as_json=as_json)


@app.command(epilog=example("verify reports/2025-03"))
def verify(folder: Annotated[Path, typer.Argument(help="A report, for example reports/2025-03.")]) -> None:
    """Reproduce a report in another folder, and say whether every file is identical."""
    from tradelib.report.again import verify as run

    differing, digest = run(folder)
    for line in differing:
        _out.print(line)
    if differing:
        raise typer.Exit(1)
    _out.print(f"Identical: {digest}")


@app.command(epilog=example("whence reports/2025-03/figures/03_goods-categories.png"))
def whence(file: Annotated[Path, typer.Argument(help="A figure or table of a report, wherever it is now.")]) -> None:
    """Say from which release, notebook and parameters a file was made, and which command reproduces it."""
    from tradelib.report.again import whence as run

    _out.print(run(file))


@app.command(epilog=example("sweep trend --over series=BOPTEXP,BOPTIMP --over end=2019-12,2024-02"))
def sweep(
    notebook: Annotated[str, typer.Argument(help="Which notebook, with or without its number.")],
    over: Annotated[list[str] | None, typer.Option(metavar="NAME=V1,V2,...", help="A run for each of these.")] = None,
    table: Annotated[Path | None, typer.Option(help="Parameter table, .csv: a run for each row.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The same for every run.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep; finished runs in it are kept.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at a time (by default cores + 3).")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="Seconds that one run may take.")] = 600,
    memory: Annotated[
        int | None, typer.Option(min=1, help="Gigabytes that one run may take; by default an equal share.")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="tcp://HOST:PORT", help="Run on this Dask cluster.")] = None,
    kernel: Kernel = "warm",
    force: Annotated[bool, typer.Option("--force", help="Repeat runs that are already done.")] = False,
) -> None:
    """Run one notebook for many sets of parameters, into one folder with a table and a page."""
    from tradelib.report.execution import threads
    from tradelib.report.execution.jobs import Limits, memory_share
    from tradelib.report.execution.plan import sweep_of
    from tradelib.report.follow import follow
    from tradelib.report.sweep import sweep as run

    wanted = sweep_of(notebook, over=over or [], table=table, common=set_ or [])
    limits = Limits(seconds, memory and memory * 10**9, output=20_000_000)
    if scheduler:
        from tradelib.report.execution.cluster import cluster

        executor = cluster(scheduler, kernel, limits)
    else:
        executor = threads(jobs, kernel, replace(limits, memory=limits.memory or memory_share(jobs)))
    with follow(_err) as (begin, progress):
        result = run(wanted, out, executor=executor, force=force, begin=begin, progress=progress)
    done = result.runs - len(result.failures)
    _out.print(f"{done} of {result.runs} runs are done.\nSweep: {result.folder / 'index.html'}")
    if result.failures:
        _err.print(f"Failed runs are in {result.folder / 'failed'}.")
        raise typer.Exit(1)

"""The commands."""

from __future__ import annotations

import datetime as dt
import math
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from typer.core import TyperGroup

from tradelib.parameters.assignments import assignments
from tradelib.quantity.errors import ParameterError, TradelibError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run a command; say what an interruption leaves."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            _err.print(f"tradelib: interrupted; {str(interruption) or 'nothing half made stays'}", markup=False)
            raise typer.Exit(130) from None


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_NAME_PATHS = (
    "TRADELIB_DATA",
    "TRADELIB_NOTEBOOKS",
    "TRADELIB_CACHE",
    "TRADELIB_SOURCES",
    "TRADELIB_ARCHIVE",
    "TRADELIB_X13",
)
_out, _err = (Console(stderr=err, highlight=False, soft_wrap=True) for err in (False, True))


@app.callback()
def main() -> None:
    """Read, check and analyse the monthly U.S. International Trade in Goods and Services."""
    # Notebooks run side by side, one a core; threads of linear algebra slow small models many times over.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A notebook runs in a folder of its own, where a relative path would name something else.
    for name in _NAME_PATHS:
        if name in os.environ:
            os.environ[name] = str(Path(os.environ[name]).absolute())


@app.command()
def report(
    start: Annotated[str | None, typer.Option(help="First month, for example 2010-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last month.")] = None,
    series: Annotated[
        str | None, typer.Option(help="Series that trend and seasonal look at: name or FRED code.")
    ] = None,
    vintage: Annotated[str | None, typer.Option(help="A day, a statistical month, or the newest.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="[NOTEBOOK.]NAME=VALUE", help="Any other parameter.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Run this notebook only; may be repeated.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Notebooks at a time; by default one a core.")] = None,
    kernel: Annotated[
        Literal["auto", "warm", "stock"],
        typer.Option(help="Forked from a preloaded process, or Jupyter's own."),
    ] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Run even when nothing has changed.")] = False,
) -> None:
    """Run the notebooks and write a report to reports/<run>/."""
    said = {"start": start, "end": end, "series": series, "vintage": vintage}
    options, more = {name: value for name, value in said.items() if value is not None}, assignments(set_ or [])
    if both := options.keys() & more.keys():
        raise ParameterError(f"{', '.join(sorted(both))}: given by an option of its own and by --set")
    options |= more
    _report(options, only=only or [], out=out, jobs=jobs, kernel=kernel, force=force)


def _report(
    options: dict[str, Any],
    *,
    only: list[str],
    out: Path | None = None,
    jobs: int | None = None,
    kernel: Literal["auto", "warm", "stock"] = "auto",
    force: bool = False,
) -> None:
    """Run the notebooks, show progress, say where the report is; fail when a notebook did."""
    from tradelib.report import Outcome, left_out, plan, report as run, threads  # imports that --help need not wait for

    total, done = len(plan(options, only)), 0
    for name, reason in ({} if only else left_out(options)).items():
        _err.print(f"{name} is left out: {reason}", markup=False)
    with _err.status(f"0 of {total} notebooks") as status:

        def tell(outcome: Outcome) -> None:
            nonlocal done
            done += 1
            state = f"FAILED in {outcome.error}" if outcome.error else "done"
            _err.print(f"[{done}/{total}] {outcome.job.notebook} {state} ({outcome.seconds:.0f} s)", markup=False)
            status.update(f"{done} of {total} notebooks")

        result = run(options, only=only, out=out, force=force, executor=threads(jobs, kernel), progress=tell)
    if result.skipped:
        _err.print("Nothing has changed since this report was made (--force makes it anew).")
    if result.headline:
        _out.print(result.headline, markup=False)
    _out.print(f"Report: {result.folder / 'index.html'}", markup=False)
    if result.failures:
        for notebook, error in result.failures.items():
            copy = result.folder / "notebooks" / f"{notebook}.ipynb"
            _err.print(f"{notebook} failed in {error}\n  see {copy}", markup=False)
        raise typer.Exit(1)


@app.command()
def sweep(
    notebook: Annotated[str, typer.Argument(help="Which notebook, with or without its number.")],
    over: Annotated[list[str] | None, typer.Option(metavar="NAME=V1,V2,...", help="Take every one of these.")] = None,
    table: Annotated[Path | None, typer.Option(help="Parameter table, .csv: a run for each row.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The same for every run.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep; what is done there is kept.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at a time; by default one a core.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Time that one run may take.")] = 600,
    memory: Annotated[
        float | None, typer.Option(min=0.1, help="Gigabytes that one run may take; by default its share.")
    ] = None,
    scheduler: Annotated[str | None, typer.Option(metavar="tcp://HOST:PORT", help="Run on this Dask cluster.")] = None,
    kernel: Annotated[
        Literal["auto", "warm", "stock"],
        typer.Option(help="Forked from a preloaded process, or Jupyter's own."),
    ] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Run also what is done.")] = False,
) -> None:
    """Run one notebook for many parameters, into one folder with a table and a page."""
    from tradelib.report import threads
    from tradelib.report.kernels import Limits, memory_share
    from tradelib.sweep import follow, kept, sweep as run, sweep_of

    asked = sweep_of(notebook, over=over or [], table=table, common=set_ or [])
    for name, value in {"seconds": seconds, "memory": memory}.items():
        if value is not None and not math.isfinite(value):
            raise ParameterError(f"--{name} {value}: expected a number")
    limits = Limits(seconds, int(memory * 1e9) if memory else None, output=20_000_000)
    if scheduler:
        from tradelib.sweep.cluster import cluster

        executor = cluster(scheduler, kernel, limits)
    else:
        executor = threads(jobs, kernel, replace(limits, memory=limits.memory or memory_share(jobs)))
    folder = out or Path("reports") / f"sweep-{asked[0].notebook}"
    try:
        with follow(_err, len(asked), folder) as (progress, skipping):
            result = run(asked, folder, executor=executor, force=force, progress=progress, skipping=skipping)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(kept(asked, folder)) from None
    done = result.runs - len(result.failures)
    _out.print(f"{done} of {result.runs} runs are done.\nSweep: {result.folder / 'index.html'}", markup=False)
    if result.failures:
        raise typer.Exit(1)


@app.command()
def add(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Workbooks, texts, PDFs, folders and archives of one release."),
    ],
    released: Annotated[
        str | None, typer.Option(help="Day of release, for example 2024-05-02, where no file names it.")
    ] = None,
) -> None:
    """Add official files to the store: read them, check them together and against the store, say what they revise."""
    from tradelib import store

    _out.print(store.add(files, released).summary(), markup=False)


@app.command()
def check(
    all_: Annotated[bool, typer.Option("--all", help="Show also the figures that the data cannot reproduce.")] = False,
    implausible: Annotated[float, typer.Option(min=0, help="Billions a month that are too much for a revision.")] = 8.0,
) -> None:
    """Compare every printed figure in the store with our own number; fail when one is in error."""
    from tradelib.printcheck import check as compare

    result = compare(implausible=implausible)
    _out.print(f"{result.text(everything=all_)}\n{result.summary()}", markup=False)
    if result.verdict == "contradicts":
        raise typer.Exit(1)


@app.command()
def fetch(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="As tradelib sources lists.")] = None,
) -> None:
    """Get the newest official files into the cache, read and checked; what is here stays when that fails."""
    from tradelib.fetch import files as fetching

    with _progress() as tell:
        fetched = fetching.fetch(names, progress=tell)
    for one in fetched:
        _out.print(one.summary(), markup=False)
        if one.status == "new" and one.record:
            _out.print(f"  {one.record.path}\n  from {one.record.url}", markup=False)
    if not fetching.is_whole(fetched):
        raise typer.Exit(1)


@app.command()
def update(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="As tradelib sources lists.")] = None,
    released: Annotated[str | None, typer.Option(help="Day of the FT-900, where no file of it names it.")] = None,
    since: Annotated[str | None, typer.Option(help="Fill the store from the archive, from this month on.")] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Fetch and add only.")] = False,
) -> None:
    """Release day: fetch, add every new table to its release, say what was revised, report.

    Without a connection it goes on with what is here. The exit code is 1 when a source, a file or a notebook failed.
    With --since it adds every earlier release that the store lacks instead; the same command takes it up again.
    """
    from tradelib.fetch import archive, freshness, update as updates

    if since:
        bad = 0
        for one in archive.fill(since, updates.last_month()):
            _out.print(one.summary(), markup=False)
            bad |= one.status in ("failed", "refused")
        raise typer.Exit(int(bad))
    with _progress() as tell:
        done = updates.update(names, released=_day(released), progress=tell)
    _out.print(f"{done.summary()}\n\n{freshness.in_words(asked=done.asked)}\n", markup=False)
    if not no_report:
        _report({}, only=[])
    if not done.is_whole:
        _err.print("The update is not whole: see what failed or was not added above.")
        raise typer.Exit(1)


@app.command()
def sources() -> None:
    """List the releases of the store and the files that can be fetched."""
    from tradelib import store
    from tradelib.fetch import files as fetching, freshness

    for publisher in store.publishers():
        known = store.releases(publisher)
        _out.print(f"{publisher}: {known[-1].contents['title']}", style="bold", markup=False)
        for one in known:
            _out.print(f"  {one.released} about {one.month}: {', '.join(one.exhibits)}", markup=False)
    _out.print("\nTo fetch", style="bold")
    for name, row in fetching.downloads().iterrows():
        here = f"; here: about {row.month}, fetched {row.fetched}" if row.month else ""
        _out.print(f"{name}\n  {row.what}{f'; key in {row.key}' if row.key else ''}{here}", markup=False)
    _out.print(f"\n{freshness.in_words()}", markup=False)


@app.command()
def series(
    text: Annotated[list[str] | None, typer.Argument(help="Words to look for; all must be there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List or search the series of the store: deficit, oil, cars, semiconductors, China ..."""
    from rich.table import Table

    from tradelib import store

    listed = store.series(" ".join(text or [])).reset_index()
    if as_json:
        _out.print_json(listed.to_json(orient="records"))
        return
    table = Table(*listed.columns, box=None)
    for row in listed.astype(str).itertuples(index=False):
        table.add_row(*row)
    _out.print(table, soft_wrap=False)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a bar for each download on the standard error stream."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=_err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(source: str, done: int, total: int | None) -> None:
            if source not in tasks:
                tasks[source] = bars.add_task(source, total=total)
            bars.update(tasks[source], completed=done, total=total)

        yield tell


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise ParameterError(f"released {text!r} is not a day like 2024-04-04") from None


def run() -> None:
    """Run the command line; what tradelib refuses is one plain message and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that nothing half stays
    try:
        app()
    except TradelibError as error:
        _err.print(f"tradelib: {error}", markup=False)
        sys.exit(2)

"""Commands on figures: list, search and compare releases, fetch and add files, check texts."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer

from tradelib.cli.app import AsJson, app, err as _err, example, out as _out, show_table
from tradelib.cli.runs import write_report
from tradelib.quantity.errors import ParameterError

Released = Annotated[str | None, typer.Option(help="Day of release, for example 2024-05-02, if no file names it.")]
Sources = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Names, as in tradelib sources.")]
"""Arguments and options that several commands share."""


@app.command(epilog=example("add exh1.xlsx --released 2024-05-02", "add ft900xlsx_2304.zip --released 2023-06-07"))
def add(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Workbooks, texts, PDFs, folders and archives of one release."),
    ],
    released: Released = None,
) -> None:
    """Add official files to the store: check them together and against the store, and say what they revise."""
    from tradelib import store

    _out.print(store.add(files, released).summary())


@app.command(epilog=example("diff 2025-04-03 2025-05-06"))
def diff(
    before: Annotated[str, typer.Argument(help="A release: a day or a statistical month.")],
    after: Annotated[str, typer.Argument(help="Another release; the later is compared with the earlier.")],
    largest: Annotated[int, typer.Option(min=1, help="Entries in each list.")] = 10,
) -> None:
    """Say what a release revised against an earlier one, and which commodities moved most in its month."""
    from tradelib import store
    from tradelib.quantity.labels import item_label
    from tradelib.quantity.rounding import printed

    old, new = sorted((store.release(before), store.release(after)), key=lambda release: release.released)
    revised, both = store.revisions(new.facts, old)
    pair = f"{old.released} about {old.month}, {new.released} about {new.month}"
    _out.print(f"{pair}: {len(revised)} of {both:,} figures in common were revised")
    known = revised["name"].isin(store.HEADLINE)
    for title, rows in {"Headline series": revised[known], "Other series": revised[~known]}.items():
        _out.print(f"{title}, the largest of {len(rows)} revisions: month, before, now, change")
        for row in rows.head(largest).itertuples(index=False):
            sizes = [printed(row.before, 0), printed(row.now, 0), printed(row.change, 0, sign=True)]
            _out.print(f"  {row.month} {''.join(f'{size:>11}' for size in sizes)}  {row.name}")
    for flow in ("exports", "imports"):
        moved = store.moves(new, flow).head(largest)
        parts = [f"{item_label(str(item))} {printed(change, 0, sign=True)}" for item, change in moved.items()]
        _out.print(f"{flow.capitalize()} that moved most in {new.month}: {'; '.join(parts) or 'no exhibit'}")


@app.command(epilog=example("check article.md", "check - --json"))
def check(
    file: Annotated[
        Path | None, typer.Argument(help="A text (.txt, .md, .html, .pdf), or - for standard input.")
    ] = None,
    released: Annotated[str | None, typer.Option(help="Day of the release that the text is about.")] = None,
    as_json: AsJson = False,
    as_html: Annotated[Path | None, typer.Option("--html", help="Write the text with a mark on each number.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also show the numbers that agree.")] = False,
) -> None:
    """Check every number in a text on U.S. trade against the store; the exit code is 1 if a number is wrong.

    Without a file, check the numbers that the agencies' bundled documents print in words.
    """
    from tradelib.words import checking

    if file is None:
        result = checking.check_documents()
    else:
        text = sys.stdin.read() if str(file) == "-" else checking.text_of(file)
        result = checking.check(text, released=released)
    if as_html:
        _write_marked(as_html, result.html())
    table = result.table.drop(columns="sentence")
    if as_json:
        _out.print(table.to_json(orient="records", indent=2), soft_wrap=True)
    else:
        rows = table if all_ or len(table) < 20 else table[table["verdict"] != "agrees"]
        width = _out.width if _out.is_terminal else 10_000  # one line per number in a pipe
        for row in rows.itertuples(index=False):
            line = f"{row.verdict:16} {row.number}: {row.quantity} {row.month}; {row.why}"
            _out.print(textwrap.fill(line, width, subsequent_indent=" " * 17, break_on_hyphens=False))
        _out.print(result.summary())
    if result.counts["wrong"]:
        raise typer.Exit(1)


def _write_marked(path: Path, marked: str) -> None:
    """Write a text with marks as an HTML page; overwrite only an earlier page of this kind."""
    head = '<!doctype html><meta charset="utf-8"><meta name="generator" content="tradelib check">'
    try:
        if path.is_file() and not path.read_bytes().startswith(head.encode()):
            raise ParameterError(f"--html {path}: found a file that tradelib check did not write; give another name")
        path.write_text(f"{head}{marked}\n", encoding="utf-8")
    except OSError as error:
        raise ParameterError(f"--html {path}: {error.strerror}; expected a file that can be written") from error


@app.command(epilog=example("fetch", "fetch fred_BOPGSTB"))
def fetch(names: Sources = None) -> None:
    """Fetch the newest official files into the cache and check them; if that fails, the cached files stay."""
    from tradelib.fetch import files

    with _err.status("Fetching") as status:
        outcomes = files.fetch(names, progress=status.update)
    for outcome in outcomes:
        _out.print(outcome.summary())
        if outcome.status == "new" and outcome.record:
            _out.print(f"  {outcome.record.path}\n  from {outcome.record.url}")
    if not files.is_whole(outcomes):
        raise typer.Exit(1)


@app.command(epilog=example("update", "update --since 2020-09"))
def update(
    names: Sources = None,
    released: Released = None,
    since: Annotated[str | None, typer.Option(help="Fill the store from the archive, from this month on.")] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Fetch and add only.")] = False,
) -> None:
    """On release day: fetch, add every new table to its release, say what was revised, write the report.

    Without a connection, continue with the files in the cache. The exit code is 1 if a source, file or notebook failed.
    With --since, instead add the past releases that the store does not have; the same command resumes it.
    """
    from tradelib.fetch import files, update as updates

    if since:
        if names or released:
            raise ParameterError("--since takes neither sources nor --released; files of the archive name their day")
        statuses = set()
        for outcome in updates.fill(since, updates.last_month()):
            _out.print(outcome.summary())
            statuses.add(outcome.status)
        raise typer.Exit(int(not statuses.isdisjoint({"failed", "refused"})))
    with _err.status("Fetching") as status:
        outcomes = updates.update(names, released=released, progress=status.update)
    _, fresh = updates.freshness(reached=any(outcome.is_reached for outcome in outcomes))
    _out.print(f"{updates.summary(outcomes)}\n\n{fresh}\n")
    if not no_report:
        write_report({})
    if not files.is_whole(outcomes):
        _err.print("The update is incomplete: see above what failed or was not added.")
        raise typer.Exit(1)


@app.command(epilog=example("sources"))
def sources() -> None:
    """List the releases of the store and the files that can be fetched."""
    from tradelib import store
    from tradelib.fetch import addresses, files
    from tradelib.fetch.update import freshness

    for publisher in dict.fromkeys(release.publisher for release in store.releases("*")):
        known = store.releases(publisher)
        _out.print(f"{publisher}: {known[-1].contents['title']}", style="bold")
        for release in known:
            _out.print(f"  {release.released} about {release.month}: {', '.join(release.exhibits)}")
    _out.print("\nTo fetch", style="bold")
    for name, source in addresses.sources().items():
        record = files.at_hand(name)
        here = f"; here: about {record.month}, fetched {record.fetched[:10]}" if record else ""
        _out.print(f"{name}\n  {source.what}{here}")
    _out.print(f"\n{freshness()[1]}")


@app.command(epilog=example("series oil", "series imports china --json"))
def series(
    text: Annotated[list[str] | None, typer.Argument(help="Words to look for; all must match.")] = None,
    as_json: AsJson = False,
) -> None:
    """List or search the series of the store: deficit, oil, cars, semiconductors, China ..."""
    from tradelib import store

    listed = store.series(" ".join(text or []))
    show_table(listed, ["label", "unit", "freq", "mnemonic", "newest"], as_json=as_json)


@app.command(epilog=example("headline", "headline exh1.xlsx", "headline ft900.pdf --json", "headline 2024-02"))
def headline(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE | RELEASE]...",
            help="Exhibit 1, the history table, a workbook, archive or PDF of a release, or the day or month of a "
            "release in the store; by default its newest complete release.",
        ),
    ] = None,
    month: Annotated[str | None, typer.Option(help="An earlier month in the release.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a month in words: deficit, goods and services, exports and imports, year to date."""
    from tradelib import store
    from tradelib.words.month import headline as of

    chosen: Any = source[0] if source and len(source) == 1 else source or None
    result = of(chosen, month)
    if as_json:
        _out.print_json(data=result.to_dict())
        return
    _out.print(result.summary())
    if not source and (newest := store.release_of(store.BALANCE)).released > result.release.released:
        known = f"The store has the balance until {newest.month}, without its parts"
        _err.print(f"{known}: tradelib headline {newest.month}")

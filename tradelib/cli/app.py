"""The command-line application, its output streams, and options that commands share."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from tradelib import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Kernel = Annotated[Literal["warm", "stock"], typer.Option(help="Forked from a preloaded process, or Jupyter's own.")]
"""Options that several commands share."""

_WIDE = 200
"""Width of a table in characters if the output is not a terminal."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run a command; if interrupted, say what is left."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            err.print(f"tradelib: interrupted; {str(interruption) or 'nothing incomplete is left'}")
            raise typer.Exit(130) from None


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)
NAME_PATHS = ("TRADELIB_DATA", "TRADELIB_NOTEBOOKS", "TRADELIB_CACHE", "TRADELIB_SOURCES", "TRADELIB_X13")
_console = partial(Console, highlight=False, markup=False, emoji=False)  # prints texts of files and users unchanged
out, err = (_console(stderr=to_errors, soft_wrap=True) for to_errors in (False, True))


def print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    """Print the version and exit."""
    if wanted:
        out.print(f"tradelib {__version__}")
        raise typer.Exit


def example(*commands: str) -> str:
    """Return the examples at the end of a command's help."""
    return "\n\n".join(["Examples:", *(f"tradelib {command}" for command in commands)])


def show_table(frame: pd.DataFrame, shown: Sequence[str] | None = None, *, as_json: bool) -> None:
    """Print a table: as JSON with all columns, or the chosen ones as text, with long words folded to the terminal."""
    if as_json:
        return out.print_json(frame.reset_index().to_json(orient="records"))
    frame = frame[list(shown)] if shown else frame
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (frame.index.name, *frame.columns):
        table.add_column(str(name), overflow="fold")
    for row in frame.itertuples(name=None):
        table.add_row(*(Text(str(cell)) for cell in row))
    return _console(width=None if sys.stdout.isatty() else _WIDE).print(table)


@app.callback(epilog=example("headline", "headline exh1.xlsx", "series oil", "report", "COMMAND --help"))
def main(
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Read, check and analyse the monthly U.S. International Trade in Goods and Services."""
    # Notebooks run in parallel, and multithreaded linear algebra makes small models many times slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Notebooks run in folders of their own, where a relative path would mean another file.
    for name in NAME_PATHS:
        if name in os.environ:
            os.environ[name] = str(Path(os.environ[name]).absolute())

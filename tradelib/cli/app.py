"""The application that the commands belong to, and where they write."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperGroup


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run a command; say what an interruption leaves."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interruption:
            err.print(f"tradelib: interrupted; {str(interruption) or 'nothing half made stays'}", markup=False)
            raise typer.Exit(130) from None


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
NAME_PATHS = (
    "TRADELIB_DATA",
    "TRADELIB_NOTEBOOKS",
    "TRADELIB_CACHE",
    "TRADELIB_SOURCES",
    "TRADELIB_ARCHIVE",
    "TRADELIB_X13",
)
out, err = (Console(stderr=to_errors, highlight=False, soft_wrap=True) for to_errors in (False, True))


@app.callback()
def main() -> None:
    """Read, check and analyse the monthly U.S. International Trade in Goods and Services."""
    # Notebooks run side by side, one a core; threads of linear algebra slow small models many times over.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A notebook runs in a folder of its own, where a relative path would name something else.
    for name in NAME_PATHS:
        if name in os.environ:
            os.environ[name] = str(Path(os.environ[name]).absolute())

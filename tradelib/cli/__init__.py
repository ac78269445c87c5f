"""The command line."""

from __future__ import annotations

import re
import signal
import sys
from importlib.metadata import requires

from tradelib.cli import data, runs  # noqa: F401 - their commands register themselves
from tradelib.cli.app import app, err
from tradelib.quantity.errors import ParameterError, TradelibError


def run() -> None:
    """Run the command line; an error of tradelib is printed as a plain message and gives exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # like Ctrl-C, so that nothing incomplete is left
    try:
        if "" in sys.argv:  # as a path, it would mean the current folder
            raise ParameterError("found an empty argument; expected a value (is a variable of the shell unset?)")
        app()
    except TradelibError as error:
        err.print(f"tradelib: {error}")
        sys.exit(2)
    except ModuleNotFoundError as error:
        if not (extra := _extra_with(error.name or "")):
            raise
        err.print(f"tradelib: needs {error.name}; install it with: pip install 'tradelib[{extra}]'")
        sys.exit(2)


def _extra_with(module: str) -> str | None:
    """Return the smallest extra of the package that installs a module; None if none does."""
    package = module.split(".", maxsplit=1)[0].replace("_", "-")
    lines = [line for line in requires("tradelib") or () if package and line.startswith(package)]
    extras = [match[1] for line in lines if (match := re.search(r"extra == ['\"](\w+)", line))]
    return extras[-1] if extras else None  # in alphabetical order: all, lab, report

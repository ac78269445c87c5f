"""The command line."""

from __future__ import annotations

import signal
import sys

from tradelib.cli import data, runs  # noqa: F401 - their commands register themselves
from tradelib.cli.app import app, err
from tradelib.quantity.errors import TradelibError


def run() -> None:
    """Run the command line; what tradelib refuses is one plain message and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C, so that nothing half stays
    try:
        app()
    except TradelibError as error:
        err.print(f"tradelib: {error}", markup=False)
        sys.exit(2)

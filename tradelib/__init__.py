"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

import sys
from importlib import import_module
from typing import Any

from tradelib.quantity.errors import TradelibError
from tradelib.store import load

__version__ = "0.1.0"
__all__ = ["TradelibError", "__version__", "check", "load", "release", "series"]

_LATER = {"check": "tradelib.words.checking", "release": "tradelib.store", "series": "tradelib.store"}
"""Verbs that are imported when they are first used, so that ``import tradelib`` stays quick."""


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'tradelib' has no attribute {name!r}")


if "IPython" in sys.modules:
    from tradelib.report.completing import complete_names

    complete_names()

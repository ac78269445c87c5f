"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

import sys
from importlib import import_module
from typing import Any

from tradelib.quantity.errors import TradelibError as TradelibError

__version__ = "0.1.0"
_ROOMS = {
    "store": "add combine load read release series",
    "words.checking": "check",
    "words.month": "contributions headline",
    "analysis.forecast": "forecast",
    "analysis.revisions": "revisions",
    "seasonal.x13": "x13",
    "report.look.plot": "plot",
}
"""Where each verb lives; it is imported when it is first used, so that ``import tradelib`` takes no time. Their types
are in ``__init__.pyi``."""

_VERBS = {verb: room for room, verbs in _ROOMS.items() for verb in verbs.split()}
__all__ = ["TradelibError", "__version__", *_VERBS]  # noqa: PLE0604 - they are names


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(f"tradelib.{_VERBS[name]}"), name)
    raise AttributeError(f"module 'tradelib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


if "IPython" in sys.modules:
    from tradelib.report.completing import complete_names

    complete_names()

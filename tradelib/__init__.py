"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from tradelib.quantity.errors import TradelibError as TradelibError
from tradelib.quantity.result import Result

__version__ = "0.1.0"


def attach(
    package: str, modules: Mapping[str, str], *names: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package that imports its names when they are first used.

    Parameters
    ----------
    package : str
        Its name.
    modules : mapping of str to str
        By module of tradelib, the names that it has, parted by blanks.
    *names : str
        Names that the package has at once.
    """
    places = {name: module for module, names in modules.items() for name in names.split()}
    everything = [*names, *places]

    def find(name: str) -> Any:
        if name in places:
            return getattr(import_module(f"tradelib.{places[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find, lambda: everything, everything


_MODULES = {
    "store.adding": "add read",
    "store.loading": "load",
    "store.queries": "combine series",
    "store.reading": "release",
    "words.checking": "check",
    "words.month": "contributions headline",
    "analysis.forecast": "forecast",
    "analysis.revisions": "revisions",
    "seasonal.x13": "x13",
    "report.look.plot": "plot",
}
"""Where each verb lives; ``import tradelib`` takes no time. Their types are in ``__init__.pyi``."""

__getattr__, __dir__, __all__ = attach(__name__, _MODULES, "TradelibError", "__version__")
Result.find_verb = __getattr__

if "IPython" in sys.modules:
    from tradelib.report.completing import complete_names

    complete_names()

"""Lazy imports: a package imports each name when it is first used, so importing the package takes no time."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def attach(
    package: str, modules: Mapping[str, str], *names: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package that imports its names at their first use.

    Parameters
    ----------
    package : str
        Name of the package.
    modules : mapping of str to str
        Module of tradelib to the names it defines, separated by blanks.
    *names : str
        Names that the package defines itself.
    """
    places = {name: module for module, names in modules.items() for name in names.split()}
    everything = [*names, *places]

    def find(name: str) -> Any:
        if name in places:
            return getattr(import_module(f"tradelib.{places[name]}"), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find, lambda: everything, everything

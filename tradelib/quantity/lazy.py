"""Lazy imports: a package imports each name when it is first used, so importing the package takes no time."""

import ast
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package that imports its names at their first use.

    Parameters
    ----------
    package, file : str
        ``__name__`` and ``__file__`` of the package. The stub beside the file says which module each name comes from,
        to this function and to type checkers alike; a name that it only annotates is one of the package's own.
    """
    body = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8")).body
    places = {name.name: node.module for node in body if isinstance(node, ast.ImportFrom) for name in node.names}
    names = [*places, *(ast.unparse(node.target) for node in body if isinstance(node, ast.AnnAssign))]

    def find(name: str) -> Any:
        if module := places.get(name):
            return getattr(import_module(module), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find, lambda: names, names

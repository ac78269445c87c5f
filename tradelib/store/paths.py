"""Where the project's files are: beside the package in a checkout, inside it when installed from a wheel."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def _bundled(name: str) -> Path:
    inside = _PACKAGE / "_bundled" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def data_folder() -> Path:
    """Return the store's folder; the environment variable ``TRADELIB_DATA`` names another one."""
    return Path(os.environ.get("TRADELIB_DATA") or _bundled("data"))


def notebook_folder() -> Path:
    """Return the folder of the parameterized notebooks; ``TRADELIB_NOTEBOOKS`` names another one."""
    return Path(os.environ.get("TRADELIB_NOTEBOOKS") or _bundled("notebooks"))


def cache_folder() -> Path:
    """Return the folder of what can be made or fetched again; ``TRADELIB_CACHE`` names another one."""
    if named := os.environ.get("TRADELIB_CACHE"):
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("tradelib", appauthor=False)

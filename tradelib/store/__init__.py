"""The store: releases as published, in folders ``data/<publisher>/<day of release>/``.

Names are imported at their first use, so that loading a series does not import the code that reads and adds official
files. Types are in ``__init__.pyi``.
"""

from tradelib.quantity.lazy import attach

_MODULES = {
    "store.adding": "Added DayUnknownError add read revisions",
    "store.loading": "BALANCE HEADLINE StoreWarning load",
    "store.queries": "combine find moves release_in_use release_of series",
    "store.reading": "Release release releases",
    "store.tables": "cache_folder data_folder notebook_folder",
    "store.triangles": "triangle",
    "store.writing": "StoreError",
}
__getattr__, __dir__, __all__ = attach(__name__, _MODULES)

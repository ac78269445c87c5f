"""The store: what was published when, in folders ``data/<publisher>/<day of release>/``."""

from tradelib.store.adding import Added, DayUnknownError, add
from tradelib.store.combining import combine
from tradelib.store.comparing import moves, revisions
from tradelib.store.cutting import cut
from tradelib.store.folders import publishers, release, releases
from tradelib.store.loading import (
    HEADLINE,
    StoreWarning,
    find,
    load,
    release_of,
)
from tradelib.store.opened import read
from tradelib.store.queries import series, triangle
from tradelib.store.reading import Release
from tradelib.store.writing import StoreError

__all__ = [
    "HEADLINE",
    "Added",
    "DayUnknownError",
    "Release",
    "StoreError",
    "StoreWarning",
    "add",
    "combine",
    "cut",
    "find",
    "load",
    "moves",
    "publishers",
    "read",
    "release",
    "release_of",
    "releases",
    "revisions",
    "series",
    "triangle",
]

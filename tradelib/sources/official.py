"""The exhibits whose series have names of their own, told by their titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tradelib.sources.exhibit1 import EXHIBIT1
from tradelib.sources.history import HISTORY

if TYPE_CHECKING:
    from tradelib.sources.exhibit import Layout


class Kind(NamedTuple):
    """One kind of exhibit: what people call it, and how it is read."""

    name: str
    layout: Layout


KINDS = (Kind("history table", HISTORY), Kind("Exhibit 1", EXHIBIT1))

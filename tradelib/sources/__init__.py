"""Readers of the official files: from what the agencies publish to tidy frames, checked on load."""

from tradelib.sources.exhibit import Exhibit
from tradelib.sources.history import read_history

__all__ = ["Exhibit", "read_history"]

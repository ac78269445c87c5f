"""Readers of the official files: from what the agencies publish to tidy frames, checked on load."""

from tradelib.sources.exhibit import Exhibit
from tradelib.sources.history import read_history
from tradelib.sources.official import Official, read_official

__all__ = ["Exhibit", "Official", "read_history", "read_official"]

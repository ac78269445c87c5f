"""Readers of the official files: from what the agencies publish to tidy frames, checked on load."""

from tradelib.sources.exhibit import Exhibit
from tradelib.sources.history import read_history
from tradelib.sources.package import Package, read_package
from tradelib.sources.recognise import read_any
from tradelib.sources.tidy import Facts

__all__ = ["Exhibit", "Facts", "Package", "read_any", "read_history", "read_package"]

"""Figures that know their cells, under the name that sentences import them by."""

from tradelib.quantity.figure import Cell, Figure

__all__ = ["Cell", "Figure"]

"""Rounding for print, under the name that older code imports it by."""

from tradelib.quantity.rounding import HALF, exact, half_up, is_settled, is_tie, printed

__all__ = ["HALF", "exact", "half_up", "is_settled", "is_tie", "printed"]

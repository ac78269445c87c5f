"""Rounding as the release prints it, written independently of the package."""


def billions(millions):
    """Return the size of an amount in billions, half up, as text: ``-140498`` gives ``140.5``."""
    tenths = (abs(round(millions)) + 50) // 100
    return f"{tenths // 10:,}.{tenths % 10}"

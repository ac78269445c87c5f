"""The store: releases as published, in folders ``data/<publisher>/<day of release>/``.

Names are imported at their first use, so that loading a series does not import the code that reads and adds official
files. Which they are, and where, is in ``__init__.pyi``.
"""

from tradelib.quantity.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)

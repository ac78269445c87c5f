"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

import sys

from tradelib.quantity.lazy import attach
from tradelib.quantity.result import Result

__version__ = "0.1.0"

# Which verbs there are, and where, is in ``__init__.pyi``.
__getattr__, __dir__, __all__ = attach(__name__, __file__)
Result.find_verb = __getattr__

if "IPython" in sys.modules:
    from tradelib.report.completing import complete_names

    complete_names()

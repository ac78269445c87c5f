"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

import sys

from tradelib.quantity.errors import TradelibError as TradelibError
from tradelib.quantity.lazy import attach
from tradelib.quantity.result import Result

__version__ = "0.1.0"

_MODULES = {
    "store": "add combine load read release series",
    "words.checking": "check",
    "words.month": "contributions headline",
    "analysis.forecast": "forecast",
    "analysis.revisions": "revisions",
    "seasonal.x13": "x13",
    "report.look.plot": "plot",
}
"""The module of each verb, imported at its first use. Their types are in ``__init__.pyi``."""

__getattr__, __dir__, __all__ = attach(__name__, _MODULES, "TradelibError", "__version__")
Result.find_verb = __getattr__

if "IPython" in sys.modules:
    from tradelib.report.completing import complete_names

    complete_names()

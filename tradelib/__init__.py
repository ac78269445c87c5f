"""Read, check and analyse the monthly U.S. International Trade in Goods and Services (FT-900)."""

from tradelib.quantity.errors import TradelibError
from tradelib.store import load

__version__ = "0.1.0"
__all__ = ["TradelibError", "__version__", "load"]

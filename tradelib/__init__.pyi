from tradelib.analysis.forecast import forecast as forecast
from tradelib.analysis.revisions import revisions as revisions
from tradelib.quantity.errors import TradelibError as TradelibError
from tradelib.report.look.plot import plot as plot
from tradelib.seasonal.x13 import x13 as x13
from tradelib.store import (
    add as add,
    combine as combine,
    load as load,
    read as read,
    release as release,
    series as series,
)
from tradelib.words.checking import check as check
from tradelib.words.month import contributions as contributions, headline as headline

__version__: str

"""The store: what was published when, in folders ``data/<publisher>/<day of release>/``."""

from tradelib.store.adding import Added as Added, DayUnknownError as DayUnknownError, add as add
from tradelib.store.choosing import HEADLINE as HEADLINE, find as find, release_of as release_of
from tradelib.store.combining import combine as combine
from tradelib.store.comparing import moves as moves, revisions as revisions
from tradelib.store.cutting import cut as cut
from tradelib.store.folders import publishers as publishers, release as release, releases as releases
from tradelib.store.loading import StoreWarning as StoreWarning, load as load
from tradelib.store.opened import read as read
from tradelib.store.queries import series as series, triangle as triangle
from tradelib.store.reading import Release as Release
from tradelib.store.writing import StoreError as StoreError

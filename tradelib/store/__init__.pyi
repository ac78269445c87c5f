from tradelib.store.adding import (
    Added as Added,
    DayUnknownError as DayUnknownError,
    add as add,
    read as read,
    revisions as revisions,
)
from tradelib.store.formulas import combine as combine
from tradelib.store.loading import (
    BALANCE as BALANCE,
    HEADLINE as HEADLINE,
    StoreWarning as StoreWarning,
    load as load,
)
from tradelib.store.queries import (
    find as find,
    moves as moves,
    release_in_use as release_in_use,
    release_of as release_of,
    series as series,
)
from tradelib.store.reading import (
    Release as Release,
    release as release,
    releases as releases,
)
from tradelib.store.tables import (
    cache_folder as cache_folder,
    data_folder as data_folder,
    notebook_folder as notebook_folder,
)
from tradelib.store.triangles import triangle as triangle
from tradelib.store.writing import StoreError as StoreError

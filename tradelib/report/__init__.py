"""Notebooks: their parameters, record and figures, the runs that execute them and the pages made from them."""

import sys

# With rfc3987-syntax installed, nbformat's validator compiles a grammar of internet addresses. That adds a second to
# every start, for formats that no notebook uses. Without the library they go unchecked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

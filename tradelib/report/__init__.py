"""The notebooks: their parameters, record and figures, the runs that execute them and the page they leave."""

import sys

# nbformat's validator would compile a grammar of internet addresses, which takes a second of every start, for formats
# that no notebook has; without that library it leaves them unchecked.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

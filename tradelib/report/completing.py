"""Names of series complete inside quotes, in IPython, JupyterLab and VS Code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_VERBS = "combine|contributions|find|forecast|load|plot|revisions|triangle|x13"
QUOTED = re.compile(rf"(?:\b(?:{_VERBS})\((?:[^()\"']|\"[^\"]*\"|'[^']*')*|\bseries\s*=\s*)[\"'][^\"']*$")
"""An open quote in a call that takes names of series, or in what a parameter ``series`` is set to."""

MOST = 200
"""Names that one list shows: those that begin with the word, and the shortest, which are wholes rather than parts."""


def complete_names() -> None:
    """Let the IPython shell that runs, if one does, complete names of series."""
    from IPython.core.completer import context_matcher
    from IPython.core.getipython import get_ipython

    if (shell := get_ipython()) is not None:
        shell.Completer.custom_matchers.append(context_matcher(identifier="tradelib")(_names))


def _names(context: CompletionContext) -> SimpleMatcherResult:
    """Return the names and mnemonics that have the word at the cursor."""
    from IPython.core.completer import SimpleCompletion

    from tradelib.store import series

    before = "\n".join([*context.full_text.split("\n")[: context.cursor_line], context.text_until_cursor])
    if not QUOTED.search(before):
        return {"completions": []}
    known, word = series(), context.token.lower()
    names = [name for name in (*known.index, *known["mnemonic"]) if name and word in name.lower()]
    names.sort(key=lambda name: (not name.lower().startswith(word), len(name)))
    return {"completions": [SimpleCompletion(text=name, type="series") for name in names[:MOST]], "suppress": True}

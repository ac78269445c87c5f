"""Completion of series names inside quotes, in IPython, JupyterLab and VS Code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

_VERBS = "combine|contributions|find|forecast|load|plot|revisions|triangle|x13"
QUOTED = re.compile(rf"(?:\b(?:{_VERBS})\((?:[^()\"']|\"[^\"]*\"|'[^']*')*|\bseries\s*=\s*)[\"'][^\"']*$")
"""An open quote in a call that takes series names, or after ``series =``."""

MOST = 200
"""Most names in one list: first those that begin with the word, and shorter ones (totals, not parts) before longer."""


def complete_names() -> None:
    """Register the completion of series names with the running IPython shell, if there is one."""
    from IPython.core.completer import context_matcher
    from IPython.core.getipython import get_ipython

    if (shell := get_ipython()) is not None:
        shell.Completer.custom_matchers.append(context_matcher(identifier="tradelib")(_names))


def _names(context: CompletionContext) -> SimpleMatcherResult:
    """Return the names and mnemonics that contain the word at the cursor."""
    from IPython.core.completer import SimpleCompletion

    from tradelib.store import series

    before = "\n".join([*context.full_text.split("\n")[: context.cursor_line], context.text_until_cursor])
    if not QUOTED.search(before):
        return {"completions": []}
    known, word = series(), context.token.lower()
    names = [name for name in (*known.index, *known["mnemonic"]) if name and word in name.lower()]
    names.sort(key=lambda name: (not name.lower().startswith(word), len(name)))
    return {"completions": [SimpleCompletion(text=name, type="series") for name in names[:MOST]], "suppress": True}

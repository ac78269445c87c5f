"""Parameters as the command line has them, ``NAME=VALUE``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tradelib.quantity.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence


def split(words: Sequence[str], option: str = "--set", form: str = "NAME=VALUE") -> dict[str, str]:
    """Return the texts of ``NAME=VALUE`` words by name.

    Raises
    ------
    ParameterError
        A word is none, or a name is given twice.
    """
    texts = dict[str, str]()
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ParameterError(f"{option} {word!r} is not {form}")
        if name in texts:
            raise ParameterError(f"{name}: given twice by {option}; expected {option} {name}=...")
        texts[name] = text
    return texts


def literal(text: str) -> Any:
    """Return the number, truth value or null that a text is, or the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (int, float, bool, type(None))) else text


def assignments(words: Sequence[str]) -> dict[str, Any]:
    """Return ``NAME=VALUE`` words with numbers, true, false and null as such."""
    return {name: literal(text) for name, text in split(words).items()}

"""Parameters as the command line has them, ``NAME=VALUE``."""

from __future__ import annotations

import json
from typing import Any

from tradelib.quantity.errors import ParameterError


def assignments(pairs: list[str]) -> dict[str, Any]:
    """Return ``NAME=VALUE`` pairs with numbers, true, false and null as such."""
    values = dict[str, Any]()
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ParameterError(f"--set {pair!r} is not NAME=VALUE")
        if name in values:
            raise ParameterError(f"{name}: given twice by --set")
        try:
            value = json.loads(text)
            values[name] = value if isinstance(value, (int, float, bool, type(None))) else text
        except ValueError:
            values[name] = text
    return values

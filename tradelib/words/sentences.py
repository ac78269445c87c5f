"""Sentences with the right verb, sign and unit, in which every number links to its proof.

Numbers become text only at the very end: a function takes ``Figure`` objects (or plain floats, which have no proof),
rounds once, half up on the magnitude, and writes ``<a class="n" href="#p...">$140.5 billion</a>``. ``proofs()`` returns
the proofs of all numbers printed in a notebook. ``plain`` returns a text without links.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal

from tradelib.quantity.figure import Figure
from tradelib.quantity.rounding import exact, half_up, is_tie, printed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from typing import Any

    import pandas as pd

MINUS, NBSP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_registry: dict[str, dict[str, Any]] = {}


def proofs() -> list[dict[str, Any]]:
    """Return the proofs of the numbers printed so far, in order.

    Returns
    -------
    list of dict
        ``id`` (the target of its link), ``text`` as printed, ``value``, ``formula`` in names, ``working`` (the formula
        with the numbers filled in), ``tie`` (the value is halfway between two roundings) and ``cells`` (name, period,
        value, exhibit, cell, file, sha256, released).
    """
    return list(_registry.values())


def clear() -> None:
    """Forget all numbers printed so far, before a new document."""
    _registry.clear()


def prove(text: str, value: object, *, tie: bool = False) -> str:
    """Record the proof of a printed number and return its id, the target of a link; empty if it has no proof."""
    if not text or not isinstance(value, Figure) or not value.cells:
        return ""
    row = {"id": value.key, "text": text, "value": float(value), "formula": value.formula, "working": value.working}
    cells = [[c.name, c.period, float(c.value), c.exhibit, c.cell, c.file, c.sha256, c.released] for c in value.cells]
    _registry.setdefault(value.key, row | {"tie": tie, "cells": cells})
    return value.key


def link(text: str, value: float, *, tie: bool = False) -> str:
    """Return a printed number as a link to its proof, or as text if it has none."""
    nowrap = html.escape(text, quote=False).replace(" ", NBSP)
    number = prove(text, value, tie=tie)
    return f'<a class="n" href="#{number}">{nowrap}</a>' if number else nowrap


def plain(text: str) -> str:
    """Return a text without links and with ordinary spaces, as for a terminal."""
    return html.unescape(re.sub(r"</?a\b[^>]*>", "", text)).replace(NBSP, " ")


def rounded(value: float, decimals: int = 1, scale: int = 1) -> Decimal:
    """Return a value as printed: divided by the scale, then rounded half up on its magnitude."""
    return half_up(_exact(value) / scale, decimals)


def _exact(value: float) -> Any:
    return value.exact if isinstance(value, Figure) else exact(float(value))


def money(value: float, decimals: int = 1, *, sign: bool = False, short: bool = False) -> str:
    """Return an amount in billions of dollars, without its sign unless requested.

    Parameters
    ----------
    value : Figure or float
        Millions of dollars.
    decimals : int
        Digits after the point.
    sign : bool
        Print ``+`` or a minus sign before the dollar sign.
    short : bool
        Leave out the word "billion", as in a list or a table whose header has it.

    Examples
    --------
    >>> plain(money(-140498.0))
    '$140.5 billion'
    >>> money(15300.0, sign=True, short=True)
    '+$15.3'
    """
    return _sized(value, decimals, 1000, "${}" if short else "${} billion", sign=sign)


def percent(value: float, decimals: int = 1, *, sign: bool = False, word: str = " percent") -> str:
    """Return a percentage, without its sign unless requested; ``word`` may be ``%``."""
    return _sized(value, decimals, 1, f"{{}}{word}", sign=sign)


def _sized(value: float, decimals: int, scale: int, form: str, *, sign: bool) -> str:
    """Return the magnitude of a value in a form such as ``${} billion``, preceded by its sign if requested."""
    size = rounded(value, decimals, scale)
    mark = "" if not sign or not size else "+" if size > 0 else MINUS
    return link(mark + form.format(f"{abs(size):,}"), value, tie=is_tie(_exact(value) / scale, decimals))


def number(value: float, decimals: int = 0, unit: str = "", *, sign: bool = False) -> str:
    """Return any other number, with its unit if given."""
    return link(f"{printed(_exact(value), decimals, sign=sign)}{' ' + unit if unit else ''}", value)


def count(things: int, noun: str, plural: str = "") -> str:
    """Return a number of things, in words up to twelve: ``one month``, ``three months``, ``14 months``."""
    many = _COUNTS[things] if 0 <= things < len(_COUNTS) else f"{things:,}"
    return f"{many} {noun if things == 1 else plural or noun + 's'}"


def listing(words: Sequence[str]) -> str:
    """Return words joined for a sentence: ``a``, ``a and b``, ``a, b, and c``."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def capital(text: str) -> str:
    """Return a text with its first letter capitalized, even inside a link."""
    return re.sub(r"^((?:<[^>]*>)*)(\w)", lambda match: match[1] + match[2].upper(), text)


def month(period: pd.Period) -> str:
    """Return a month's name with its year."""
    return f"{period:%B %Y}"


def direction(value: float) -> Literal[-1, 0, 1]:
    """Return the sign of millions of dollars as printed: 0 if they round to 0.0 billion."""
    size = rounded(value, scale=1000)
    return 0 if not size else 1 if size > 0 else -1


def rose(change: float, verbs: Sequence[str] = ("fell", "was unchanged", "rose")) -> str:
    """Return the verb for a change of a flow, without an amount."""
    return verbs[direction(change) + 1]


def flow_moved(now: float, before: float, *, share: bool = True, levels: bool = False) -> str:
    """Return how a flow moved, ready to follow its name: ``rose $17.8 billion (4.4 percent) to $419.0 billion``.

    Parameters
    ----------
    now, before : Figure or float
        Millions of dollars.
    share : bool
        Add the percentage in parentheses, unless the value before was zero or the change rounds to zero.
    levels : bool
        Add ``to ...``.
    """
    change = now - before
    rate = f" ({percent(abs(change / before * 100))})" if share and before and direction(change) else ""
    return _moved(now, change, ("fell", "were nearly unchanged", "rose"), rate, levels=levels)


def _moved(
    now: float, change: float, verbs: Sequence[str], rate: str = "", *, levels: bool = True, amount: bool = True
) -> str:
    """Return the verb with the amount and the level; without the amount if it rounds to zero."""
    is_still = not direction(change)
    level = f" {'at' if is_still else 'to'} {money(now)}" if levels else ""
    return f"{rose(change, verbs)}{'' if is_still or not amount else f' {money(abs(change))}'}{rate}{level}"


def side(balance: float) -> str:
    """Return ``deficit`` or ``surplus``; ``balance`` if it rounds to zero."""
    return ("deficit", "balance", "surplus")[direction(balance) + 1]


def balance_moved(now: float, before: float, *, name: str = "", levels: bool = True, amount: bool = True) -> str:
    """Return how a balance moved, as a clause: a deficit widens or narrows, a surplus rises or falls, or one turns.

    Parameters
    ----------
    now, before : Figure or float
        Millions of dollars, negative for a deficit.
    name : str
        The words before the noun: ``goods`` gives "the goods deficit widened ...".
    levels : bool
        Add ``to ...``.
    amount : bool
        Add by how much; a headline has no room for it.

    Examples
    --------
    >>> plain(balance_moved(-140498.0, -123184.0, name="goods and services"))
    'the goods and services deficit widened $17.3 billion to $140.5 billion'
    >>> plain(balance_moved(1200.0, -300.0, name="petroleum"))
    'the petroleum balance turned from a deficit of $0.3 billion to a surplus of $1.2 billion'
    """
    word, noun = f"{name} " if name else "", side(now)
    if noun != side(before):
        return f"the {word}balance turned from {_standing(before)} to {_standing(now)}"
    if noun == "balance":
        return f"the {word}balance stayed close to zero"
    verbs = ("widened", "narrowed") if noun == "deficit" else ("fell", "rose")
    moved = _moved(now, now - before, (verbs[0], "was nearly unchanged", verbs[1]), levels=levels, amount=amount)
    return f"the {word}{noun} {moved}"


def moved_short(now: float, before: float, flow: str) -> str:
    """Return how a key figure moved: ``$17.3 bn wider (+14.0%)``.

    Parameters
    ----------
    now, before : Figure or float
        Millions of dollars, negative for a deficit.
    flow : str
        ``balance`` (a deficit is wider or narrower, a surplus larger or smaller) or another flow (more or less).
    """
    way = direction(abs(now) - abs(before))
    if flow == "balance" and side(now) != side(before):
        return f"after {_standing(before)}"
    if not way or not before:
        return "nearly unchanged"
    words = ("less", "more") if flow != "balance" else ("narrower", "wider") if now < 0 else ("smaller", "larger")
    rate = percent(100 * (abs(now) / abs(before) - 1), sign=True, word="%")
    return f"{money(abs(now - before), short=True)} bn {words[way > 0]} ({rate})"


def _standing(balance: float) -> str:
    return f"a {side(balance)} of {money(balance)}" if direction(balance) else "close to zero"


def led_by(changes: pd.Series, total: float, names: dict[Any, str] | None = None) -> str:
    """Return the two parts that led a change, largest first, among those that moved in the direction of the total.

    Parameters
    ----------
    changes : Series
        Change of each part, by its key; missing values are left out.
    total : Figure or float
        Change of the whole.
    names : dict, optional
        Words for the keys.

    Returns
    -------
    str
        ``, led by pharmaceutical preparations (+$20.9 billion)``; empty if no part moved that way or the total did not
        move.
    """
    way = direction(total)
    numbers = changes.dropna()
    ordered = sorted(numbers.items(), key=lambda item: -abs(float(item[1])))
    leaders = [(key, change) for key, change in ordered if direction(change) == way][:2] if way else []
    words = [f"{(names or {}).get(key, str(key))} ({money(change, sign=True)})" for key, change in leaders]
    return f", led by {listing(words)}" if words else ""


def sentences(*clauses: str) -> str:
    """Return clauses as sentences, each capitalized and with one full stop; empty ones are left out."""
    return " ".join(f"{capital(clause.strip().rstrip('.'))}." for clause in clauses if clause.strip())

"""What a number is, by the words right around it: rules in order, of which the first that fits tells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradelib.words.checking.grammar import Sentence
    from tradelib.words.checking.statements import Kind, Subject

ABOUT = r"about|around|roughly|nearly|almost|approximately|some|more than|over|just under|close to"
_FILLER = re.compile(
    rf"\s*(?:(?:a|an|the|another|further|just|under|record|revised|at|to|less than|{ABOUT})\s*)*", re.IGNORECASE
)
"""What may stand between a verb and its number."""
_BESIDE = re.compile(r"(?:\(\s*|,? or |,? and |, )$")
"""What may stand between a change and its rate: *$0.5 billion, or 0.2 percent*."""


class Role(NamedTuple):
    """What a number is: its kind, whether it says up or down, and its subject where another one is named."""

    kind: Kind
    way: int = 0
    subject: Subject | None = None
    lag: int = 0
    is_base: bool = False


class Number:
    """A number and the words around it."""

    def __init__(self, sentence: Sentence, at: int, start: int) -> None:
        words = sentence.tokens
        self.sentence, self.at, self.token = sentence, at, words[at]
        self.segment = words[start:at]
        self.left = next((token for token in reversed(words[:at]) if token.kind != "than"), None)
        self.ahead = words[at + 1] if at + 1 < len(words) else None
        self.raw, self.rest = sentence.text[: self.token.start], sentence.text[self.token.end :]
        self.near = self.raw[self.left.end if self.left else 0 :]
        self.after = sentence.between(at, at + 1)
        self.is_money = self.token.kind == "money"
        way = next((token.value for token in reversed(self.segment) if token.kind == "direction"), "")
        self.way = {"up": 1, "down": -1}.get(way, 0)
        self.last = sentence.found[-1] if sentence.found else None

    def follows(self, *kinds: str) -> bool:
        """Whether the word before is of one of these kinds."""
        return self.left is not None and self.left.kind in kinds


def _compared(n: Number) -> Role | None:
    """Take ``$0.5 billion more than in February``."""
    if re.match(r"\s*(?:more|higher|greater|above|wider|larger|bigger)\b", n.rest):
        return Role("change", 1)
    return Role("change", -1) if re.match(r"\s*(?:less|lower|fewer|below|narrower|smaller)\b", n.rest) else None


def _before_its_noun(n: Number) -> Role | None:
    """Take ``a 1.4 percent increase in nominal exports``."""
    joined = n.ahead and n.ahead.kind == "direction" and re.fullmatch(r"[\s-]*", n.after)
    if not joined or (n.is_money and n.follows("level", "from")):
        return None
    return Role("change", 1 if n.ahead and n.ahead.value == "up" else -1, n.sentence.named_after(n.at + 1))


def _in_a_list(n: Number) -> Role | None:
    """Take ``increases in travel ($0.4 billion), in transport ($0.2 billion)``; ``deficits with China ($24.8)``."""
    if not n.is_money or not re.search(r"\(\s*$", n.raw):
        return None
    n.sentence.way = n.way or n.sentence.way
    if side := n.sentence.listed_side():
        return Role("level", 0, replace(n.sentence.subject, sign=side))
    return Role("change", n.sentence.way) if n.sentence.way else Role("level")


def _beside_its_change(n: Number) -> Role | None:
    """Take ``$41.1 billion or 5.2 percent``."""
    if n.is_money or not n.last or n.last.kind != "change" or n.way:
        return None
    between = n.raw[n.last.start - n.sentence.place + len(n.last.number) :]
    return Role("percent", n.last.direction, n.last.subject, n.last.lag) if _BESIDE.search(between) else None


def _level_before(n: Number) -> Role | None:
    """Take ``from $123.2 billion in February``."""
    return Role("level", is_base=True) if n.follows("from") else None


def _by(n: Number) -> Role | None:
    """Take ``widened by $14.0 billion``."""
    return Role("change", n.way) if n.way and re.search(r"\bby\s*(?:\w+\s+){0,2}$", n.near) else None


def _of(n: Number) -> Role | None:
    """Take ``a deficit of $140.5 billion``; ``an increase in the goods deficit of $16.5 billion``."""
    if re.search(r"\b(?:high|low|peak|total|level)\s+of\s*(?:\w+\s+)?$", n.raw):
        return Role("level")
    if re.search(r"\bof\s*(?:\w+\s+)?$", n.near):
        return Role("change", n.way) if n.way else Role("level")
    return None


def _level_after(n: Number) -> Role | None:
    """Take ``to $163.5 billion``, ``was $140.5 billion``."""
    return Role("level") if n.follows("level") and _FILLER.fullmatch(n.near) else None


def _change_after(n: Number) -> Role | None:
    """Take ``increased $17.8 billion``, ``up 4.4 percent``."""
    return Role("change", n.way) if n.way and (n.follows("direction") or _FILLER.fullmatch(n.near)) else None


def _signed(n: Number) -> Role | None:
    """Take ``+14.0%`` after a level."""
    is_signed = not n.is_money and n.token.text[0] in "+-\N{MINUS SIGN}" and n.last
    return Role("percent", 1 if n.token.text[0] == "+" else -1, n.last.subject) if is_signed and n.last else None


def _headline(n: Number) -> Role | None:
    """Take ``Deficit: $140.5 billion``; ``imports $419.0 billion``."""
    bare = n.follows("flow", "item", "partner") and re.fullmatch(r"[\s,:(]*", n.near)
    is_average = n.left is not None and n.left.text == "averaged"
    return Role("level") if n.is_money and (bare or is_average or re.search(r":\s*$", n.raw)) else None


def _before_its_flow(n: Number) -> Role | None:
    """Take ``a $163.5 billion goods deficit``."""
    if not n.is_money or not n.ahead or n.ahead.kind not in ("flow", "item") or n.after.strip(" -"):
        return None
    subject = n.sentence.named_at(n.at + 1)
    return Role("level", 0, subject) if subject else None


def _like_the_last(n: Number) -> Role | None:
    """Take ``exports rose 5 percent and imports 3 percent``."""
    is_like = not n.is_money and n.last and n.last.kind in ("percent", "change") and n.follows("flow", "item")
    return Role("percent", n.last.direction) if is_like and n.last else None


RULES: tuple[Callable[[Number], Role | None], ...] = (
    _compared, _before_its_noun, _in_a_list, _beside_its_change, _level_before, _by, _of, _level_after, _change_after,
    _signed, _headline, _before_its_flow, _like_the_last,
)  # fmt: skip
"""In order: the first that fits tells the role of a number."""

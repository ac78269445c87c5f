"""What a number is, by the words right around it: rules in order, of which the first that fits counts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tradelib.words.checking.vocabulary import phrase, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradelib.words.checking.grammar import Sentence
    from tradelib.words.checking.statements import Kind, Subject


def _filled(near: str) -> bool:
    """Whether only small words stand between a verb and its number."""
    small = "|".join((words()["phrases"]["filler"], *words()["about"].values()))
    return bool(re.fullmatch(rf"\s*(?:(?:{small})\s*)*", near, re.IGNORECASE))


class Role(NamedTuple):
    """What a number is: its kind, whether it is up or down, and its subject where the words around it name another."""

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
        self.segment, self.names = words[start:at], {token.kind for token in words[start:at]}
        self.left = next((token for token in reversed(words[:at]) if token.kind != "than"), None)
        self.ahead = words[at + 1] if at + 1 < len(words) else None
        self.raw, self.rest = sentence.text[: self.token.start], sentence.text[self.token.end :]
        self.near = self.raw[self.left.end if self.left else 0 :]
        self.after = sentence.between(at, at + 1)
        self.is_money = self.token.kind == "money"
        self.sign = {"+": 1, "-": -1, "\N{MINUS SIGN}": -1}.get(self.token.text[0], 0)
        way = next((token.value for token in reversed(self.segment) if token.kind == "direction"), "")
        self.way = {"up": 1, "down": -1}.get(way, 0)
        self.last = sentence.rows[-1] if sentence.rows else None

    def follows(self, *kinds: str) -> bool:
        """Whether the word before is of one of these kinds."""
        return self.left is not None and self.left.kind in kinds

    def level(self, *, is_base: bool = False) -> Role:
        """Return the role of an amount; its sign is that of the balance, or of a change of another flow."""
        subject = self.sentence.subject
        if not self.sign or subject.flow == "balance":
            return Role("level", self.sign, replace(subject, sign=0) if self.sign else None, is_base=is_base)
        return Role("change", self.sign)


def qualifier(before: str) -> tuple[int, bool]:
    """Return bound and roughness that the end of a text gives to the number after it."""
    about = words()["about"].items()
    fits = (key for key, small in about if re.search(rf"(?:\b|(?=~))(?:{small})\s*$", before, re.IGNORECASE))
    bound, _, rough = next(fits, "0").partition(" ")
    return int(bound), bool(rough)


def _multiplied(n: Number) -> Role | None:
    """Take ``doubled``, ``twice its February level``, ``rose tenfold``; a ratio of two quantities has no verdict."""
    if n.token.kind != "ratio" or n.token.value == "part":
        return None
    if n.token.value == "times" and n.ahead and n.ahead.kind in ("flow", "item", "partner"):
        return Role("")
    return Role("change", n.way, n.sentence.named_after(n.at))


def _compared(n: Number) -> Role | None:
    """Take ``$0.5 billion more than in February``."""
    if phrase("more").match(n.rest):
        return Role("change", 1)
    return Role("change", -1) if phrase("less").match(n.rest) else None


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
    is_list_of_balances = n.sentence.subject.flow == "balance" and n.sentence.subject.partner
    return Role("level") if is_list_of_balances or not n.sentence.way else Role("change", n.sentence.way)


def _beside_its_change(n: Number) -> Role | None:
    """Take ``$41.1 billion or 5.2 percent``."""
    if n.is_money or not n.last or n.last.kind != "change" or n.way:
        return None
    between = n.raw[n.last.start - n.sentence.place + len(n.last.number) :]
    return Role("percent", n.last.direction, n.last.subject, n.last.lag) if phrase("beside").search(between) else None


def _level_before(n: Number) -> Role | None:
    """Take ``from $123.2 billion in February``, ``vs Feb $123.2bn``."""
    is_base = n.follows("from") or (n.follows("month") and [token.kind for token in n.segment[-2:-1]] == ["from"])
    return n.level(is_base=True) if is_base else None


def _of(n: Number) -> Role | None:
    """Take ``a deficit of $140.5 billion``; ``an increase in the goods deficit of $16.5 billion``."""
    if re.search(r"\b(?:high|low|peak|total|level)\s+of\s*(?:\w+\s+)?$", n.raw):
        return Role("level")
    if re.search(r"\bof\s*(?:\w+\s+)?$", n.near):
        return Role("change", n.way) if n.way else Role("level")
    return None


def _level_after(n: Number) -> Role | None:
    """Take ``to $163.5 billion``, ``was $140.5 billion``, ``fell below $250 billion``."""
    return Role("level") if n.follows("level") and _filled(n.near) else None


def _change_after(n: Number) -> Role | None:
    """Take ``increased $17.8 billion``, ``widened by $14.0 billion``, ``up 4.4 percent``."""
    return Role("change", n.way) if n.way and (n.follows("direction") or _filled(n.near)) else None


def _signed(n: Number) -> Role | None:
    """Take ``+14.0%`` after a level, ``imports +4.4%``."""
    names_flow = n.names & {"flow", "item", "partner"}
    if n.is_money or not n.sign or not (n.last or names_flow):
        return None
    return Role("percent", n.sign, n.last.subject if n.last and not names_flow else None)


def _headline(n: Number) -> Role | None:
    """Take ``Deficit: $140.5 billion``; ``imports $419.0 billion``; ``trade balance Mar 2025 -$140.5bn``."""
    is_named = n.follows("flow", "item", "partner") or (n.follows("month") and "flow" in n.names)
    bare = is_named and re.fullmatch(r"[\s,:(]*", n.near)
    is_average = n.left is not None and n.left.text == "averaged"
    return n.level() if n.is_money and (bare or is_average or re.search(r":\s*$", n.raw)) else None


def _before_its_flow(n: Number) -> Role | None:
    """Take ``a $163.5 billion goods deficit``."""
    if not n.is_money or not n.ahead or n.ahead.kind not in ("flow", "item") or n.after.strip(" -"):
        return None
    subject = n.sentence.named_at(n.at + 1)
    return Role("level", 0, subject) if subject else None


def _like_the_last(n: Number) -> Role | None:
    """Take ``exports rose 5 percent and imports 3 percent``; ``imports rose $5 billion, those of cars $2 billion``."""
    kinds = ("change",) if n.is_money else ("change", "percent", "ratio")
    is_like = (
        n.last
        and n.last.kind in kinds
        and n.follows("flow", "item", "partner")
        and re.fullmatch(r"[\s,]*(?:by )?", n.near)
    )
    return Role("change", n.last.direction) if is_like and n.last else None


RULES: tuple[Callable[[Number], Role | None], ...] = (
    _multiplied, _compared, _before_its_noun, _in_a_list, _beside_its_change, _level_before,
    _of, _before_its_flow, _level_after, _change_after, _signed, _like_the_last, _headline,
)  # fmt: skip
"""In order: the first that fits is the role of a number."""

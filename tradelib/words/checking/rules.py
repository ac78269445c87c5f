"""Classify a number by the words around it, with the rules of ``rules.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradelib.words.checking.vocabulary import words

if TYPE_CHECKING:
    from tradelib.words.checking.grammar import Sentence
    from tradelib.words.checking.statements import Statement

_WAYS = {"up": 1, "down": -1}
_SIGNS = {"+": "up", "-": "down", "\N{MINUS SIGN}": "down"}


class Number:
    """A number and the texts around it, under the names that ``rules.toml`` gives them."""

    def __init__(self, sentence: Sentence, at: int, start: int) -> None:
        tokens, text = sentence.tokens, sentence.text
        self.sentence, self.at, self.token, self.segment = sentence, at, tokens[at], tokens[start:at]
        left = next((token for token in reversed(tokens[:at]) if token.kind != "than"), None)
        self.right = tokens[at + 1] if at + 1 < len(tokens) else None
        self.last = sentence.rows[-1] if sentence.rows else None
        direction = next((token.value for token in reversed(self.segment) if token.kind == "direction"), "")
        before, subject, last = text[: self.token.start], sentence.subject, self.last
        if self.token.kind == "money" and re.search(r"\(\s*$", before):
            sentence.listed = direction or sentence.listed
        number = (self.token.kind, self.token.value, "after", left.kind if left else "none")
        self.texts = {
            "number": " ".join(filter(None, number)), "subject": f"{subject.flow} {subject.partner}",
            "before": before, "near": before[left.end if left else 0 :], "rest": text[self.token.end :],
            "next": sentence.between(at, at + 1), "beyond": sentence.between(at + 1, at + 2) if self.right else "",
            "left": f"{left.kind}:{left.text}" if left else "",
            "right": f"{self.right.kind}:{self.right.text}" if self.right else "",
            "words": " ".join(token.kind for token in self.segment),
            "said": direction, "listed": sentence.listed, "sign": _SIGNS.get(self.token.text[0], ""),
            "coming": self.right.value if self.right and self.right.kind == "direction" else "",
            "last": last.kind if last else "none",
            "after_last": before[last.start - sentence.place + len(last.number) :] if last else "",
        }  # fmt: skip

    def statement(self, blank: Statement) -> Statement | None:
        """Return the statement with the fields that the first matching rule sets; None if no rule matches."""
        fitting = (then for patterns, then in _rules() if all(p.search(self.texts[name]) for name, p in patterns))
        return next((replace(blank, **role) for then in fitting if (role := self._role(**then))), None)

    def _role(
        self, kind: str, way: str = "", subject: str = "", lag: str = "", *, is_base: bool = False
    ) -> dict[str, Any] | None:  # fmt: skip
        """Return the fields that a rule sets; None if the subject that it refers to is missing."""
        last, named = self.last, self.sentence.subject
        direction = last.direction if last and way == "last" else _WAYS.get(self.texts.get(way, way), 0)
        moved, direction = (direction, 0) if kind == "level" else (0, direction)
        if kind == "amount":  # its sign is that of a balance, or of a change of another flow
            kind = "change" if direction and named.flow != "balance" else "level"
            named = replace(named, sign=0) if direction and kind == "level" else named
        elif subject in ("right", "beyond"):
            named = self.sentence.named_at(self.at + 1 + (subject == "beyond"))
            if not named.flow:
                return None
        elif last and subject == "last":
            named = last.subject
        lags = {"last": last.lag if last else 0, "earlier": -1}
        before = {"lag": lags.get(lag, 0), "is_base": is_base and kind == "level"}
        return {"kind": kind, "direction": direction, "moved": moved, "subject": named} | before


@cache
def _rules() -> list[tuple[list[tuple[str, re.Pattern[str]]], dict[str, Any]]]:
    """Return the rules in order: their patterns by text, and what they set."""
    small = "|".join((words()["phrases"]["filler"], *words()["about"].values()))
    text = (Path(__file__).parent / "rules.toml").read_text(encoding="utf-8").replace("SMALL", small)
    rows = tomllib.loads(text)["rule"]
    return [([(name, re.compile(row["if"][name], re.IGNORECASE)) for name in row["if"]], row["then"]) for row in rows]


def qualifier(before: str) -> tuple[int, bool]:
    """Return how the end of a text qualifies the number after it: its bound, and whether it is rough."""
    about = words()["about"].items()
    fits = (key for key, small in about if re.search(rf"(?:\b|(?=~))(?:{small})\s*$", before, re.IGNORECASE))
    bound, _, rough = next(fits, "0").partition(" ")
    return int(bound), bool(rough)

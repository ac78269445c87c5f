"""Split texts about the trade figures into tokens, by one pattern made of ``words.toml``."""

from __future__ import annotations

import html
import math
import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tradelib import store
from tradelib.quantity.labels import ITEMS, item_label, partners
from tradelib.quantity.periods import MONTHS


class Token(NamedTuple):
    """A word or number that the grammar knows, and its position in the sentence."""

    kind: str
    value: str
    start: int
    end: int
    text: str


_MONTHS = "|".join([*(f"{name}|{name.upper()}|{name[:3]}\\.?" for name in MONTHS), "Sept\\.?"])
_SCALE = {"t": 1_000_000, "b": 1_000, "m": 1}
_NO_TOKENS = ("about", "plain", "phrases", "values")


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the table of words: by kind and meaning, a regular expression with its parts filled in."""
    table = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    parts = table.pop("parts") | {"MONTH": f"(?-i:{_MONTHS})"}
    whole = partial(re.sub, "|".join(parts), lambda match: parts[match[0]])
    return {kind: {value: whole(text) for value, text in meanings.items()} for kind, meanings in table.items()}


@cache
def phrase(name: str) -> re.Pattern[str]:
    """Return the pattern of a phrase."""
    return re.compile(words()["phrases"][name], re.IGNORECASE)


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """Return the pattern of all tokens, in the order of the table, and the kind and meaning of each of its groups."""
    names = "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in sorted(_names(), key=len, reverse=True))
    groups: dict[str, tuple[str, str]] = {}
    patterns = []
    for kind in (kind for kind in words() if kind not in _NO_TOKENS):
        for value, words_of in words()[kind].items():
            text = words_of.replace("NAME", names)
            text = text if kind in ("money", "percent") else rf"(?<![\w$])(?:{text})(?!\w)"
            patterns.append(f"(?P<g{len(groups)}>{text})")
            groups[f"g{len(groups)}"] = (kind, value)
    return re.compile("|".join(patterns), re.IGNORECASE), groups


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Return items and partners by their name in lower case."""
    release = next((other for other in reversed(store.releases()) if "7" in other.exhibits), None)  # by commodity
    items = dict.fromkeys(quantity.item for quantity in release.quantities.values()) if release else {}
    roots = r"goods/(?:foods|industrial_supplies|capital_goods|automotive|consumer_goods)/[^/]+"
    named = {item_label(item): ("item", item) for item in items if re.fullmatch(roots, item)}
    for path, text in ITEMS.items():
        named |= dict.fromkeys((re.sub(r" (?:services|products)$", "", text["text"]), text["text"]), ("item", path))
    for row in partners().values():
        names = (row["name"], row["text"].removeprefix("the "), *row["other_names"].split(";"))
        named |= {name.lower(): ("partner", row["slug"]) for name in names if name and row["kind"] != "world"}
    return {name.replace("-", " "): meaning for name, meaning in named.items() if meaning[1] != "goods/residual"}


def factor(text: str) -> Fraction:
    """Return the number of a ratio in words: 2 for *doubled* and *twice*, 10 for *tenfold*, 2/3 for *two-thirds*."""
    values = words()["values"].items()
    parts = re.split(r"[ -]|(?=fold)", text.lower())
    named = (next((value for stem, value in values if part.startswith(stem)), part) for part in parts)
    return math.prod((Fraction(value) for value in named if value[:1].isdigit()), start=Fraction(1))


def month_of(text: str, near: pd.Period) -> pd.Period:
    """Return a named month; without a year, the last such month up to the month of the text."""
    number = pd.Timestamp(f"1 {text[:3]} 2000").month
    year = re.search(r"(?:19|20)\d\d", text)
    return pd.Period(year=int(year[0]) if year else near.year - (number > near.month), month=number, freq="M")


def subject_month(text: str) -> pd.Period | None:
    """Return the first month that a text names with its year but without a day; None if it names none."""
    named = (token.text for token in tokens(plain(text)) if token.kind == "month" and token.text[-1].isdigit())
    return next((month_of(text, pd.Period("2000-01", "M")) for text in named), None)


def amount(token: Token, *, billions: bool) -> tuple[Decimal | None, Decimal]:
    """Return a number in millions, percent or times, None for money without a unit; and one unit of its last place."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", token.text)
    if token.kind == "ratio" or digits is None:
        number = factor(token.text)
        return Decimal(number.numerator) / Decimal(number.denominator), Decimal(1)
    unit = re.search(r"\d[ -]?([a-z])", token.text, re.IGNORECASE)
    if token.kind == "money" and not unit and not (billions and "." in digits[0]):
        return None, Decimal(1)
    value = Decimal(digits[0].replace(",", ""))
    scale = Decimal(_SCALE[unit[1].lower()] if unit else 1_000) if token.kind == "money" else Decimal(1)
    return value * scale, scale.scaleb(int(value.as_tuple().exponent))


def tokens(sentence: str) -> list[Token]:
    """Return the tokens of a sentence in order."""
    pattern, groups = _pattern()
    row = []
    for match in pattern.finditer(sentence):
        kind, value = groups[str(match.lastgroup)]
        if kind == "name":
            kind, value = _names()[match[0].lower().replace("-", " ")]
        row.append(Token(kind, value, match.start(), match.end(), match[0]))
    return row


def sentences(text: str) -> list[tuple[int, str]]:
    """Return the sentences of a text with their positions; a bullet or an empty line begins a new one."""
    ends = [match.span() for match in phrase("end").finditer(text)]
    starts, stops = [0, *(stop for _, stop in ends)], [*(start for start, _ in ends), len(text)]
    return [(start, text[start:stop]) for start, stop in zip(starts, stops, strict=True) if text[start:stop].strip()]


def plain(text: str) -> str:
    """Return a text with dollar signs, spaces, line ends and abbreviations made uniform."""
    text = html.unescape(text)
    for pattern, new in words()["plain"].items():
        text = re.sub(pattern, new, text)
    return text

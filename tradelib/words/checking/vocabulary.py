"""The words of texts about the trade figures, as one pattern whose matches are tokens."""

from __future__ import annotations

import calendar
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tradelib.quantity.labels import ITEMS, partners


class Token(NamedTuple):
    """A word or number that the grammar knows, and where it stands in its sentence."""

    kind: str
    value: str
    start: int
    end: int
    text: str


_MONTHS = "|".join(f"{name}|{name[:3]}\\.?" for name in calendar.month_name[1:])
_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_MONEY = (
    rf"(?:[-\u2212+] ?)?\$ ?{_DIGITS}(?:[ -]?(?:billion|bn|million|mn|trillion|tn|[bmt])\b)?"
    rf"|{_DIGITS}[ -]?(?:billion|bn|million|mn|trillion|tn)(?: (?:US )?dollars)?\b"
)
_PERCENT = rf"(?:[-\u2212+] ?)?{_DIGITS}[ -]?(?:percent|per cent|pct|%)"
_DATE = rf"(?:{_MONTHS}) \d{{1,2}}, (?:19|20)\d\d|\d{{1,2}} (?:{_MONTHS}) (?:19|20)\d\d"
_YEAR = r"(?:19|20)\d\d"


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the table of words: by kind and meaning, a regular expression."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """Return the pattern of all tokens, the longest first, and what each of its groups means."""
    kinds = [("date", "", _DATE), ("points", "", r"\d+(?:\.\d+)? percentage points?"), ("money", "", _MONEY)]
    kinds += [("percent", "", _PERCENT), ("month", "", rf"(?:{_MONTHS})(?:,? (?:of )?{_YEAR})?")]
    kinds += [
        ("dollars", "", rf"(?:chained \(?)?{_YEAR}\)? dollars"),
        ("year", "", rf"'?{_YEAR}"),
        ("gdp", "", r"gdp|gross domestic product"),
    ]
    for kind in ("foreign", "span", "basis", "price", "flow", "direction"):
        kinds += [(kind, value, expression) for value, expression in words()[kind].items()]
    kinds += [
        ("level", "", words()["level"]["before"]),
        ("from", "", "from|after|versus|against|compared (?:with|to|against)"),
        ("than", "", "than"),
    ]
    kinds += [("item", path, expression) for path, expression in words()["items"].items()]
    order = {"date": 0, "points": 0, "money": 0, "percent": 0, "month": 1, "dollars": 1, "foreign": 2}
    kinds.sort(key=lambda row: order.get(row[0], 3))
    literal = "|".join(re.escape(name).replace(r"\ ", "[ -]") for name in sorted(_names(), key=len, reverse=True))
    kinds.insert(sum(row[0] in order for row in kinds), ("name", "", literal))
    groups = {f"g{number}": (kind, value) for number, (kind, value, _) in enumerate(kinds)}
    whole = [text if kind in ("money", "percent") else rf"(?<![\w$])(?:{text})(?!\w)" for kind, _, text in kinds]
    parts = [f"(?P<g{number}>{text})" for number, text in enumerate(whole)]
    return re.compile("|".join(parts), re.IGNORECASE), groups


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Return items and partners by their name in small letters."""
    named = {name: ("item", path) for path, name in commodities().items()}
    for path, text in ITEMS.items():
        named |= dict.fromkeys((re.sub(r" (?:services|products)$", "", text["text"]), text["text"]), ("item", path))
    for row in partners().values():
        names = (row["name"], row["text"].removeprefix("the "), *row["other_names"].split(";"))
        named |= {name.lower(): ("partner", row["slug"]) for name in names if name and row["kind"] != "world"}
    return {name.replace("-", " "): meaning for name, meaning in named.items() if meaning[1] != "goods/residual"}


@cache
def commodities() -> dict[str, str]:
    """Return by path the commodities of the newest release that has exhibits by commodity, in words."""
    from tradelib import store
    from tradelib.quantity.labels import item_label

    known = [release for release in store.releases() if "7" in release.exhibits]
    quantities = known[-1].quantities.values() if known else ()
    return {
        quantity.item: item_label(quantity.item)
        for quantity in quantities
        if quantity.item.count("/") == 2
        and quantity.item.split("/")[1]
        in ("foods", "industrial_supplies", "capital_goods", "automotive", "consumer_goods")
    }


def tokens(sentence: str) -> list[Token]:
    """Return the tokens of a sentence in order."""
    pattern, groups = _pattern()
    found = []
    for match in pattern.finditer(sentence):
        kind, value = groups[str(match.lastgroup)]
        if kind == "name":
            kind, value = _names()[match[0].lower().replace("-", " ")]
        found.append(Token(kind, value, match.start(), match.end(), match[0]))
    return found


_END = re.compile(
    r"(?<=[.!?;])[\"')\u201d]*\s+(?=[\"'(\u201c$\[A-Z\d])|\n\s*\n|\n(?=\s*(?:[\u2022\u25aa\u25cb*-]|o)\s)"
)


def sentences(text: str) -> list[tuple[int, str]]:
    """Return the sentences of a text with their places; a bullet and an empty line begin a new one."""
    found, at = [], 0
    for end in [*_END.finditer(text), None]:
        stop = end.start() if end else len(text)
        if text[at:stop].strip():
            found.append((at, text[at:stop]))
        at = end.end() if end else stop
    return found


def plain(text: str) -> str:
    """Return a text in which dollar signs, blanks, line ends and abbreviations are written in one way."""
    text = (
        text.replace("\\$", "$")
        .replace("\u00a0", " ")
        .replace("\u202f", " ")
        .replace("\u2019", "'")
        .replace("\u2013", "-")
    )
    text = re.sub(r"\b(?:US|U\.S\.) ?(?=\$)", "", text)
    text = re.sub(r"\bU\.S\.", "US", text)
    text = re.sub(r"\b(a|p)\.m\.", r"\1m", text)
    text = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", text)
    text = re.sub(r"\(/[^\s)]*\)|https?://[^\s)]+", " ", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"(?<=[^\n.:!?;])\n(?=[ \t]*[^\s\u2022\u25aa\u25cb*-])(?![ \t]*o )", " ", text)

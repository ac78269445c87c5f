"""Words for items and partners, from two tables beside this module; others are worded from their path."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

_HERE = Path(__file__).parent


WORDS: dict[str, dict[str, str]] = tomllib.loads((_HERE / "items.toml").read_text(encoding="utf-8"))
"""All of ``items.toml``; ``basis``, ``adjustment``, ``measure`` and ``partition`` have words for other fields."""

ITEMS: dict[str, dict[str, str]] = WORDS["items"]  # type: ignore[assignment] # it has tables of its own
MNEMONICS, SEARCH = {name: code for code, name in WORDS["mnemonics"].items()}, WORDS["search"]
"""``ITEMS``: words by path, in up to three lengths (``text``, ``chart``, ``narrow``). ``MNEMONICS``: code by name.
``SEARCH``: what to search for by everyday word; alternatives are separated by ``|``."""


def slug(text: str) -> str:
    """Return a label as one step of a path: ``Computers, peripherals`` becomes ``computers_peripherals``."""
    plain = text.lower().replace("&", " and ").replace("'", "")
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def item_label(item: str, length: Literal["text", "chart", "narrow"] = "text") -> str:
    """Return an item in words.

    Parameters
    ----------
    item : str
        Path, for example ``goods/capital_goods``.
    length : {"text", "chart", "narrow"}
        For a sentence, a wide chart or a narrow one. If an item has no words of that length, the next longer are used.
    """
    words = ITEMS.get(item, {})
    for wanted in ("narrow", "chart", "text")[("narrow", "chart", "text").index(length) :]:
        if wanted in words:
            return words[wanted]
    return item.rpartition("/")[2].replace("_", " ")


@cache
def partners() -> dict[str, dict[str, str]]:
    """Return the known partners by slug: name, Census codes, kind (country, area, world) and other names."""
    with (_HERE / "partners.csv").open(encoding="utf-8", newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}


def countries(names: Iterable[str]) -> list[str]:
    """Return the partners that are countries, without areas (groups of countries) and remainders of areas."""
    areas = {name for name, row in partners().items() if row["kind"] != "country"}
    return [name for name in names if name not in areas and "other" not in name]


@cache
def _partner_slugs() -> dict[str, str]:
    return {
        slug(name): row["slug"]
        for row in partners().values()
        for name in (row["name"], *filter(None, row["other_names"].split(";")))
    }


def partner_slug(name: str) -> str:
    """Return the slug of a partner from its name in any table; an unlisted name becomes a slug of its own."""
    return _partner_slugs().get(slug(name), slug(name))


def partner_label(partner: str) -> str:
    """Return a partner's name for use in a sentence."""
    row = partners().get(partner)
    if row:
        return row["text"] or row["name"]
    return " ".join(word.capitalize() for word in partner.rpartition("/")[2].split("_"))

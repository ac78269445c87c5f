"""Words for items and partners, from the two tables beside this module; what is in neither words itself."""

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
"""The table as it is; ``basis``, ``adjustment``, ``measure`` and ``partition`` say in words what else a quantity is."""

ITEMS: dict[str, dict[str, str]] = WORDS["items"]  # type: ignore[assignment] # it has tables of its own
MNEMONICS, SEARCH = {name: code for code, name in WORDS["mnemonics"].items()}, WORDS["search"]
"""By path, the words of an item in up to three lengths (``text``, ``chart``, ``narrow``); by name, FRED's code; by an
everyday word, what to search for instead, several words parted by ``|``."""


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
        For a sentence, a wide drawing or a narrow one. A length without words of its own takes the next longer.
    """
    words = ITEMS.get(item, {})
    for wanted in ("narrow", "chart", "text")[("narrow", "chart", "text").index(length) :]:
        if wanted in words:
            return words[wanted]
    return item.rpartition("/")[2].replace("_", " ")


@cache
def partners() -> dict[str, dict[str, str]]:
    """Return by slug the name, Census code, kind (country, area, world) and other names of each known partner."""
    with (_HERE / "partners.csv").open(encoding="utf-8", newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}


def countries(names: Iterable[str]) -> list[str]:
    """Return the partners that are countries: no areas, which hold some of them, and no remainder of an area."""
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
    """Return the slug of a partner as any table prints it; a country not seen before gets its own name."""
    return _partner_slugs().get(slug(name), slug(name))


def partner_label(partner: str) -> str:
    """Return a partner's name as a sentence has it."""
    row = partners().get(partner)
    if row:
        return row["text"] or row["name"]
    return " ".join(word.capitalize() for word in partner.rpartition("/")[2].split("_"))

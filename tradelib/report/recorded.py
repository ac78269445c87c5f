"""What a notebook recorded in its folder, read back; a record that is cut short is an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tradelib.quantity.errors import TradelibError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "results.json"
# What Record.finish writes.
_RECORD: dict[str, type] = {
    "notebook": str, "title": str, "question": str, "parameters": dict, "sources": dict, "items": list,
    "results": dict, "checks": list,
}  # fmt: skip
_ITEM: dict[str, dict[str, type]] = {
    "figure": {"name": str, "title": str, "alt": str, "reading": str},
    "table": {"name": str, "title": str, "reading": str, "columns": list, "numeric": list, "rows": list},
    "text": {"name": str, "title": str, "reading": str},
    "tiles": {"name": str, "title": str, "reading": str, "rows": list},
}
_SOURCE: dict[str, type] = dict.fromkeys(
    ("sha256", "compilation", "vintage", "source", "unit", "statistical_month"), str
)


class RecordError(TradelibError):
    """What a notebook recorded cannot be read."""


def read_recorded(place: Path) -> dict[str, Any]:
    """Return what a notebook recorded; an empty mapping when it recorded nothing.

    Parameters
    ----------
    place : Path
        Folder of the run.

    Raises
    ------
    RecordError
        The file is no JSON, cut short, or says something else than ``Record.finish`` writes; a figure has no file.
    """
    path = place / NAME
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        json.dumps(content, ensure_ascii=False).encode()  # half a surrogate pair can be read, but never written
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError(f"{NAME} cannot be read: {error}") from error
    _check(NAME, content, _RECORD)
    for number, item in enumerate(content["items"], 1):
        where = f"{NAME}, item {number}"
        _check(where, item, {"kind": str})
        if item["kind"] not in _ITEM:
            raise RecordError(f"{where}: found the kind {item['kind']!r}, expected {', '.join(_ITEM)}")
        _check(where, item, _ITEM[item["kind"]])
        if item["kind"] == "figure" and not (place / "figures" / f"{item['name']}.svg").is_file():
            raise RecordError(f"{where}: there is no figures/{item['name']}.svg")
    for name, source in content["sources"].items():
        _check(f"{NAME}, source {name}", source, _SOURCE)
    for number, check in enumerate(content["checks"], 1):
        _check(f"{NAME}, check {number}", check, {"claim": str, "holds": bool, "found": str})
    return dict(content)


def _check(where: str, content: Any, parts: dict[str, type]) -> None:
    if not isinstance(content, dict):
        raise RecordError(f"{where}: found {type(content).__name__}, expected a mapping")
    for name, kind in parts.items():
        if not isinstance(content.get(name), kind):
            there = type(content[name]).__name__ if name in content else "nothing"
            raise RecordError(f"{where}: found {there} as {name}, expected {kind.__name__}")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number in JSON")

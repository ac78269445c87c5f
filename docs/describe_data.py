"""Describe the files of ``data/`` in ``datapackage.json`` by the Frictionless standard; run it after adding a release.

The tables of a release are the cells of official files, without a header row: they are described as files with their
hashes, and ``tradelib.load`` returns their figures. Tables with a header row are described with their columns.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PUBLIC = {"name": "other-pd", "title": "Work of the United States government, public domain (17 U.S.C. 105)"}
TYPES = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "yearmonth": r"\d{4}-\d{2}", "date": r"\d{4}-\d{2}-\d{2}"}
TITLES = {"published/statements.csv": "Numbers that the agencies printed in words, one per row"}
"""Titles of the files that are tables with a header row."""


def fields(path: Path) -> list[dict[str, str]]:
    """Return the name and type of each column of a table; empty cells are missing values and fit every type."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    columns = {name: [row[at] for row in rows if row[at]] for at, name in enumerate(head)}
    return [{"name": name, "type": type_of(cells)} for name, cells in columns.items()]


def type_of(cells: list[str]) -> str:
    """Return the first type that all cells of a column have; ``string`` if none fits or there are no cells."""
    fitting = (kind for kind, form in TYPES.items() if all(re.fullmatch(form, cell) for cell in cells))
    return next(fitting, "string") if cells else "string"


def resource(path: Path, data: Path) -> dict[str, Any]:
    """Return the description of one file."""
    inside = path.relative_to(data).as_posix()
    raw = path.read_bytes()
    described: dict[str, Any] = {"name": re.sub(r"[^a-z0-9.-]+", "-", inside.removesuffix(".csv").lower())}
    described |= {"path": f"data/{inside}", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
    described |= {"bytes": len(raw), "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}"}
    if inside in TITLES:
        schema = {"fields": fields(path), "missingValues": [""]}
        return described | {"profile": "tabular-data-resource", "title": TITLES[inside], "schema": schema}
    release = tomllib.loads((path.parent / "release.toml").read_text(encoding="utf-8"))
    table = release["tables"][path.stem]
    about = f"release of {release['released']} about {release['statistical_month']}"
    source = {"title": f"{release['publisher']}, {release['title']}, {about}: {table['file']}"}
    return described | {"title": table["title"], "sources": [source], "dialect": {"header": False}}


def package(data: Path) -> dict[str, Any]:
    """Return the description of a folder of releases."""
    return {
        "profile": "data-package",
        "name": "us-international-trade",
        "title": "U.S. International Trade in Goods and Services (FT-900), release by release",
        "description": "Official figures as published, one folder per release; data/README.md is the data log.",
        "licenses": [PUBLIC],
        "resources": [resource(path, data) for path in sorted(data.rglob("*.csv"))],
    }


if __name__ == "__main__":
    text = json.dumps(package(ROOT / "data"), indent=1, ensure_ascii=False)
    (ROOT / "datapackage.json").write_text(text + "\n", encoding="utf-8")

"""The descriptions of the project for other programs, datapackage.json and CITATION.cff, are correct."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import importlib.util
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import tradelib

ROOT = Path(__file__).parents[1]
PACKAGE = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
NAME = {"type": "string", "pattern": "^[-a-z0-9._/]+$"}
TYPES = ["string", "number", "integer", "date", "yearmonth"]
LICENCE = {"type": "object", "anyOf": [{"required": ["name"]}, {"required": ["path"]}]}
FIELD = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "type": {"enum": TYPES}},
}
RESOURCE = {
    "type": "object",
    "required": ["name", "path"],
    "properties": {
        "name": NAME,
        "path": {"type": "string", "pattern": r"^(?!/)(?!.*\.\.)(?!\w+:)"},
        "profile": {"enum": ["data-resource", "tabular-data-resource"]},
        "bytes": {"type": "integer", "minimum": 1},
        "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "encoding": {"const": "utf-8"},
        "sources": {"type": "array", "items": {"type": "object", "required": ["title"]}},
        "schema": {
            "type": "object",
            "required": ["fields"],
            "properties": {"fields": {"type": "array", "items": FIELD}},
        },
    },
    "if": {"properties": {"profile": {"const": "tabular-data-resource"}}, "required": ["profile"]},
    "then": {"required": ["schema"]},
}
SCHEMA = {
    "type": "object",
    "required": ["name", "resources", "licenses"],
    "properties": {
        "name": NAME,
        "profile": {"const": "data-package"},
        "licenses": {"type": "array", "minItems": 1, "items": LICENCE},
        "resources": {"type": "array", "minItems": 1, "items": RESOURCE},
    },
}
"""Requirements of the Frictionless standard (Data Package 1.0), and one of ours: a hash for every file."""


def test_the_description_is_a_data_package():
    jsonschema.Draft7Validator(SCHEMA).validate(PACKAGE)
    names = [resource["name"] for resource in PACKAGE["resources"]]
    assert len(names) == len(set(names))


def test_every_table_of_the_data_is_described():
    got = {resource["path"] for resource in PACKAGE["resources"]}
    expected = {path.relative_to(ROOT).as_posix() for path in (ROOT / "data").rglob("*.csv")}
    assert got == expected, "after a release came or went: python docs/describe_data.py"


@pytest.mark.parametrize("resource", PACKAGE["resources"], ids=lambda resource: resource["name"])
def test_every_file_agrees_with_its_description(resource):
    raw = (ROOT / resource["path"]).read_bytes()
    assert (len(raw), f"sha256:{hashlib.sha256(raw).hexdigest()}") == (resource["bytes"], resource["hash"])
    if "schema" not in resource:
        assert resource["dialect"] == {"header": False}
        return
    head, *rows = csv.reader(raw.decode(resource["encoding"]).splitlines())
    described = resource["schema"]["fields"]
    assert [field["name"] for field in described] == head
    casts = {"integer": int, "number": float, "string": str, "date": dt.date.fromisoformat}
    casts["yearmonth"] = lambda cell: dt.date.fromisoformat(f"{cell}-01")
    for row in rows:
        for field, cell in zip(described, row, strict=True):
            assert cell == "" or casts[field["type"]](cell) is not None


def test_the_committed_description_is_up_to_date():
    spec = importlib.util.spec_from_file_location("describe_data", ROOT / "docs" / "describe_data.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.package(ROOT / "data") == PACKAGE


def test_the_citation_is_complete_and_of_this_version():
    got = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(got)
    assert (str(got["version"]), got["license"]) == (tradelib.__version__, "MIT")

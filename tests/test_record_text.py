"""The record keeps texts, and prints tables half up."""

import json

import pandas as pd
import pytest

from tradelib.notebook import Record
from tradelib.parameters import Headline


@pytest.fixture
def record(tmp_path):
    return Record(Headline(output=str(tmp_path)), title="The month", question="What?")


def items(record, tmp_path):
    record.finish()
    return json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["items"]


def test_text_escapes_the_dollar_that_would_begin_a_formula(record, tmp_path, capsys):
    record.text("text", "Deficit of $1.0 billion", ["It was $1.0 billion.", "Exports were $2.0 billion."])
    [got] = items(record, tmp_path)
    assert got == {
        "kind": "text",
        "name": "text",
        "title": "Deficit of $1.0 billion",
        "reading": "It was \\$1.0 billion.\n\nExports were \\$2.0 billion.",
    }
    assert "checks hold" in capsys.readouterr().out


def test_tables_round_half_up_and_keep_missing_values_empty(record, tmp_path):
    frame = pd.DataFrame({"value": [68.95, -0.25, -0.04, float("nan"), 1061.65], "count": [1, 2, 3, 4, 1000]})
    record.table(frame, "table", "Values")
    [got] = items(record, tmp_path)
    assert [row[1] for row in got["rows"]] == ["69.0", "\u22120.3", "0.0", "", "1,061.7"]
    assert (tmp_path / "tables" / "table.csv").read_text(encoding="utf-8").splitlines()[1] == "0,68.95,1"

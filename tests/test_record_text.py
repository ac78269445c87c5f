"""The record keeps texts, and rounds tables half up."""

import json
from base64 import b64decode
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from tradelib.report import notebook
from tradelib.report.notebook import Record
from tradelib.report.parameters import notebooks


@pytest.fixture
def record(tmp_path):
    return Record(notebooks()["23_trend"](output=str(tmp_path)), title="The month", question="What?")


def items(record, tmp_path):
    record.finish()
    return json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["items"]


def test_dollars_are_money_and_never_begin_a_formula(record, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(notebook, "display", lambda item: shown.append(item.data))
    record.text("text", "Deficit of $1.0 billion", ["It was $1.0 billion.", "Exports were $2.0 billion."])
    [got] = items(record, tmp_path)
    assert (got["kind"], got["title"]) == ("text", "Deficit of $1.0 billion")
    assert got["reading"] == "It was $1.0 billion.\n\nExports were $2.0 billion."
    # Each dollar sign is in its own element, so that JupyterLab does not pair it with the next.
    [text] = shown
    assert text.count(r"<span>\$</span>") == text.count("$") == 3


def test_tables_round_half_up_and_keep_missing_values_empty(record, tmp_path):
    frame = pd.DataFrame({"value": [68.95, -0.25, -0.04, float("nan"), 1061.65], "count": [1, 2, 3, 4, 1000]})
    record.table(frame, "table", "Values")
    [got] = items(record, tmp_path)
    assert [row[1] for row in got["rows"]] == ["69.0", "\u22120.3", "0.0", "", "1,061.7"]
    assert (tmp_path / "tables" / "table.csv").read_text(encoding="utf-8").splitlines()[1] == "0,68.95,1"


def test_the_record_is_complete_or_absent(record, tmp_path, monkeypatch):
    """A kernel can be killed at any moment; a partly written file is not taken for the record."""
    written = []
    original = Path.write_text

    def cut(path, text, **kwargs):
        written.append(path.name)
        original(path, text[:10], **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", cut)
    with pytest.raises(KeyboardInterrupt):
        record.finish()
    assert written
    assert not (tmp_path / "results.json").exists()


def test_a_figure_with_files_is_drawn_once_and_shown_from_its_file(record, tmp_path, monkeypatch):
    drawn, shown = [], []
    monkeypatch.setattr("tradelib.report.notebook.print_figure", lambda *_, **__: drawn.append(1))
    monkeypatch.setattr("tradelib.report.notebook.display", lambda data, **how: shown.append((data, how)))
    fig, ax = plt.subplots()
    width = round(fig.get_figwidth() * fig.dpi)
    data = pd.DataFrame({"a": [1.0, 2.0, 4.0]})
    ax.plot(data.index, data["a"])
    record.figure(fig, "rise", data, title="It rose", unit="Billions", alt="A line", source="BEA")
    [(pictures, how)] = shown
    assert drawn == []
    assert b64decode(pictures["image/png"]) == (tmp_path / "figures" / "rise.png").read_bytes()
    assert how["metadata"]["image/png"] == {"alt": "A line", "width": width}

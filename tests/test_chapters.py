"""Every chapter, on a release from workbooks and on one from a PDF: it runs, and says what the release printed."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient

from tradelib.parameters import Chapter, notebooks
from tradelib.paths import notebook_folder
from tradelib.quantity.errors import ParameterError
from tradelib.report import left_out, plan

CHAPTERS = [name for name, model in notebooks().items() if issubclass(model, Chapter)]
SAID = {
    ("2023-06-07", "03_goods"): ["Imports of goods rose by $", "in April 2023"],
    ("2023-06-07", "08_partners"): ["with China (24.2)", "The deficit with Switzerland widened by 2.3 billion"],
    ("2023-06-07", "10_petroleum"): ["Crude oil and petroleum in April 2023", "A barrel cost $"],
    ("2023-06-07", "13_gold"): ["In April 2023 the deficit of $74.6 billion was, without gold, between"],
    ("2025-05-06", "03_goods"): ["pharmaceutical preparations rose most, by $20.9 billion"],
    ("2025-05-06", "08_partners"): ["with Ireland (29.3), China (", "widened by 15.3 billion to $29.3 billion"],
    ("2025-05-06", "10_petroleum"): ["A barrel cost $66.64 after $"],
    ("2025-05-06", "13_gold"): ["between a deficit of $126.2 billion and a deficit of $145.3 billion"],
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what a chapter leaves for a release; each runs once."""
    kept = {}

    def run(day, name):
        if (day, name) not in kept:
            folder = tmp_path_factory.mktemp("chapter")
            notebook = nbformat.read(notebook_folder() / f"{name}.ipynb", 4)
            at = next(at for at, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
            notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(f"vintage, output = {day!r}, {str(folder)!r}"))
            NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
            kept[day, name] = json.loads((folder / "results.json").read_text())
        return kept[day, name]

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
@pytest.mark.parametrize("day", ["2023-06-07", "2025-05-06"])
def test_a_chapter_says_what_the_release_printed(told, day, name):
    got = told(day, name)
    text = " ".join([item["reading"] + item["title"] for item in got["items"]])
    assert [words for words in SAID[day, name] if words not in text] == [], text
    assert not re.search(r"nan|None|\\bNaT\\b|--|\u2212\\$|\\$\u2212", text)
    assert all(check["holds"] for check in got["checks"])
    assert {item["kind"] for item in got["items"]} == {"text", "figure", "table"}


def test_a_chapter_without_its_exhibits_is_left_out_and_refused_when_it_is_asked_for():
    got = left_out({"vintage": "2024-02"})
    assert set(got) == {*CHAPTERS} - {"01_overview", "12_method"}
    assert got["08_partners"] == "the release of 2024-04-04 about 2024-02 has no exhibit 19"
    assert not {job.notebook for job in plan({"vintage": "2024-02"})} & set(got)
    with pytest.raises(ParameterError, match="has no exhibit 19"):
        plan({"vintage": "2024-02"}, ["partners"])
    assert left_out({}) == {}

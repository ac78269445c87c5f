"""The committed notebooks are complete: built as a reader expects, executed, and with outputs worth comparing.

nbval skips a cell without an execution count silently, so that a comparison could be empty; these tests
fail first.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from tradelib.report.page import ANALYSES
from tradelib.report.parameters import notebooks

ROOT = Path(__file__).parent.parent
PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    loaded = nbformat.read(request.param, as_version=4)
    loaded.stem = request.param.stem
    return loaded


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_parameters(cell: nbformat.NotebookNode) -> bool:
    return "parameters" in cell.metadata.get("tags", [])


def test_every_notebook_has_parameters_and_every_model_a_notebook() -> None:
    assert [path.stem for path in PATHS] == sorted(notebooks())


def test_notebooks_are_valid(notebook: nbformat.NotebookNode) -> None:
    stem = notebook.pop("stem")
    nbformat.validate(notebook)
    assert notebook.cells[0].cell_type == "markdown", stem
    assert notebook.cells[0].source.startswith("# ")


def test_the_parameters_cell_has_the_parameters_of_the_model(notebook: nbformat.NotebookNode) -> None:
    [cell] = [cell for cell in notebook.cells if is_parameters(cell)]
    got = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(cell.source).body}
    expected = {name: field.default for name, field in notebooks()[notebook.stem].model_fields.items()}
    assert got == expected


def test_every_code_cell_was_executed_in_order(notebook: nbformat.NotebookNode) -> None:
    got = [cell.execution_count for cell in code_cells(notebook)]
    assert got == list(range(1, len(got) + 1))


def test_there_are_outputs_to_compare(notebook: nbformat.NotebookNode) -> None:
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    shown = {kind for output in outputs for kind in output.get("data", {})}
    assert {"image/png", "text/markdown", "text/html"} <= shown
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "checks hold." in printed
    assert "FAIL" not in printed
    checks = [cell for cell in code_cells(notebook) if "record.check" in cell.source]
    assert checks
    assert all(cell.outputs for cell in checks)


def test_cells_are_short_and_explained_in_prose(notebook: nbformat.NotebookNode) -> None:
    long = {cell.id: cell.source.count("\n") + 1 for cell in code_cells(notebook) if cell.source.count("\n") >= 15}
    assert long == {}
    prose = sum(cell.cell_type == "markdown" for cell in notebook.cells)
    assert prose >= 0.4 * len(code_cells(notebook))


LONG_CELLS = {"22_seasonal"}
"""Notebooks whose cells are not short yet; names are only ever removed from this list."""


def lines_of_code(cell: nbformat.NotebookNode) -> int:
    lines = [line.strip() for line in cell.source.splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def test_nine_of_ten_cells_have_at_most_five_lines(notebook: nbformat.NotebookNode) -> None:
    """Blank lines and comments do not count, nor does the cell of the parameters, which only declares them."""
    counts = {cell.id: lines_of_code(cell) for cell in code_cells(notebook) if not is_parameters(cell)}
    long = {cell: count for cell, count in counts.items() if count > 5}
    if notebook.stem not in LONG_CELLS:
        assert len(long) <= 0.1 * len(counts), long


def test_every_figure_has_a_reading_and_alternative_text(notebook: nbformat.NotebookNode) -> None:
    waiting = None
    for cell in code_cells(notebook):
        if "record.figure" in cell.source:
            assert waiting is None, f"{notebook.stem}: no reading between {waiting} and {cell.id}"
            alt = [o.metadata.get("image/png", {}).get("alt") for o in cell.outputs if "image/png" in o.get("data", {})]
            is_drawn = bool(cell.outputs) or not cell.source.startswith("if ")  # some data are not in the repository
            assert bool(alt) == is_drawn, cell.id
            assert all(alt), cell.id
            waiting = cell.id
        if "record.reading" in cell.source:
            waiting = None
    assert waiting is None, f"{notebook.stem}: no reading after {waiting}"


def test_notebooks_are_normalised(notebook: nbformat.NotebookNode) -> None:
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}
    got = [cell.id for cell in notebook.cells]
    assert got == [f"cell-{number:02}" for number in range(1, len(got) + 1)]


def test_checks_compare_what_was_computed_with_what_must_hold(notebook: nbformat.NotebookNode) -> None:
    """The record compares, and prints both sides; a notebook must not pass it the result of its own comparison."""
    calls = [
        node
        for cell in code_cells(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "record.check"
    ]
    assert calls
    for call in calls:
        assert len(call.args) == 2, ast.unparse(call)
        assert {word.arg for word in call.keywords} & {"expected", "at_most"}, ast.unparse(call)
        assert not isinstance(call.args[1], (ast.Compare, ast.BoolOp, ast.Constant)), ast.unparse(call)
    printed = "".join(o.text for cell in code_cells(notebook) for o in cell.outputs if o.output_type == "stream")
    checks = [line for line in printed.splitlines() if line.startswith("ok   ")]
    assert checks
    assert all(": got " in line and ", expected " in line for line in checks)


@pytest.mark.parametrize("path", [path for path in PATHS if path.stem < ANALYSES], ids=lambda path: path.stem)
def test_a_chapter_compares_at_least_five_numbers_with_what_the_release_printed(path: Path) -> None:
    cells = code_cells(nbformat.read(path, as_version=4))
    lines = "".join(o.text for cell in cells for o in cell.outputs if o.output_type == "stream").splitlines()
    expected = [line.partition("expected ")[2] for line in lines if "as printed: got" in line]
    assert len(re.findall(r"\d[\d,]*(?:\.\d+)?", " ".join(expected))) >= 5, expected


ALLOWED = re.compile(r"(0\.1|5|3|80|95) ?(percent|%)|5,850 million")
"""Numbers allowed in prose: rounding, levels of tests and intervals, and an example of a tie; none is from the data."""


def test_prose_holds_no_figures_from_the_data(notebook: nbformat.NotebookNode) -> None:
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    figures = re.findall(r"(?<![\w$\\{.^_,])\d+(?:[.,]\d+)*\s?(?:percent|billion|million|%)", prose)
    assert [text for text in figures if not ALLOWED.fullmatch(text)] == []

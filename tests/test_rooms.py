"""The package stays thin, and its rooms use each other in one direction only."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "tradelib"
ROOMS = ("quantity", "sources", "store", "fetch", "seasonal", "analysis", "words", "report", "cli")
"""From the bottom up: a room may use those before it."""

CEILING = 8_868
"""Lines of code of the package; it goes down to 7,000 as rooms are rebuilt, and never up."""

_BLANK = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.COMMENT}


def code_lines(text):
    """Return how many lines of a module hold code: no blanks, no comments, no docstrings."""
    documented = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(
            node, clean=False
        ):
            documented.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _BLANK:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def imported(path):
    """Return the modules of the package that a module imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tradelib":
            parts = node.module.split(".")
            yield from [parts[1]] if parts[1:] else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("tradelib."))


def test_code_lines_are_counted_without_words():
    assert (
        code_lines('"""Words."""\n\n# why\nx = (\n    1,\n)\n\n\ndef f():\n    """Words\n    more."""\n    return x\n')
        == 5
    )


def test_the_package_stays_below_its_ceiling():
    got = sum(code_lines(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    assert got <= CEILING


def test_nothing_but_the_rooms_lies_at_the_top():
    got = {path.name for path in PACKAGE.iterdir() if path.name[0] not in "._"}
    assert got - {"py.typed"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_rooms_below_it(room):
    above = set(ROOMS[ROOMS.index(room) + 1 :])
    paths = [*(PACKAGE / room).rglob("*.py"), *PACKAGE.glob(f"{room}.py")]
    got = {f"{path.relative_to(PACKAGE)} uses {name}" for path in paths for name in imported(path) if name in above}
    assert got == set()

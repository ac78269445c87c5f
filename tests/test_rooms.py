"""The package stays thin, and its rooms use each other in one direction only."""

import ast
import copy
import io
import re
import tokenize
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tradelib.quantity.labels import WORDS

PACKAGE = Path(__file__).parents[1] / "tradelib"
ROOMS = ("quantity", "sources", "store", "fetch", "seasonal", "analysis", "words", "report", "cli")
"""From the bottom up: a room may use those before it."""

CEILING = 8_740
"""Lines of code of the package; it only comes down, towards 7,000."""

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


def dotted(path):
    """Return the name under which a module is imported."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def parsed(path):
    """Return the tree of a module, with the imports of the stub that a package imports its names by."""
    stub = path.with_suffix(".pyi")
    texts = [file.read_text(encoding="utf-8") for file in (path, stub) if file.exists()]
    return ast.Module([node for text in texts for node in ast.parse(text).body], [])


MODULES = {dotted(path): parsed(path) for path in PACKAGE.rglob("*.py")}


def imported(tree):
    """Yield the modules of the package that a module imports, also inside functions, or when a name is first used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names if name.startswith("tradelib."))
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)


class AtRunTime(ast.NodeTransformer):
    """A module without what only a type checker imports."""

    def visit_If(self, node):
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def test_code_lines_are_counted_without_words():
    text = '"""Words."""\n\n# why\nx = (\n    1,\n)\n\n\ndef f():\n    """Words\n    more."""\n    return x\n'
    assert code_lines(text) == 5


def test_the_package_stays_below_its_ceiling():
    got = sum(code_lines(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    assert got <= CEILING


def test_nothing_but_the_rooms_lies_at_the_top():
    got = {path.name for path in PACKAGE.iterdir() if path.name[0] not in "._"}
    assert got - {"py.typed"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_the_rooms_below_it(room):
    above = {f"tradelib.{name}" for name in ROOMS[ROOMS.index(room) + 1 :]}
    got = {
        f"{module} uses {name}"
        for module, tree in MODULES.items()
        for name in imported(tree)
        if module.split(".")[1:2] == [room] and ".".join(name.split(".")[:2]) in above
    }
    assert got == set()


def test_no_module_writes_by_hand_what_a_table_or_a_quantity_makes():
    words = set(WORDS["adjustment"].values())
    got = {
        f"{module}: {node.value}"
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value in words or re.fullmatch(r"\w*_bop_sa", node.value)
    }
    assert got == set()


def test_no_modules_use_each_other_in_a_circle():
    uses = {module: set(imported(AtRunTime().visit(copy.deepcopy(tree)))) for module, tree in MODULES.items()}
    assert "tradelib.store.loading" in uses["tradelib.store"]
    TopologicalSorter(uses).prepare()  # a CycleError names the modules

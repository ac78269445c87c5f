"""Run recipes and README and write what they print beneath their code, after a change that moves their figures."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

RECIPES = Path(__file__).parent / "recipes"
PAIR = re.compile(r"```python\n(?P<code>.*?)```\n+```text\n(?P<output>.*?)```", re.DOTALL)
"""Code of a recipe and what it prints."""


def output_of(code: str) -> str:
    """Return what code prints, with the value of a last expression as Python shows it.

    It runs in a folder of its own, which has the recipes' files and goes away with all that is written there.
    """
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    names: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
        for path in RECIPES.glob("*.csv"):
            shutil.copy(path, folder)
        with contextlib.chdir(folder):
            exec(compile(tree, "recipe", "exec"), names)  # noqa: S102 - the project's own documents
            value = eval(compile(ast.Expression(last.value), "recipe", "eval"), names) if last else None  # noqa: S307
            if value is not None:
                print(repr(value))  # noqa: T201 - into the output that is caught
    return "\n".join(line.rstrip() for line in printed.getvalue().splitlines()) + "\n"


def refreshed(text: str) -> str:
    """Return the text of a recipe with the output that its code has now."""

    def pair(match: re.Match[str]) -> str:
        return f"```python\n{match['code']}```\n\n```text\n{output_of(match['code'])}```"

    return PAIR.sub(pair, text)


if __name__ == "__main__":
    pages = [RECIPES.parents[1] / "README.md", RECIPES.parent / "index.md", *sorted(RECIPES.glob("*.md"))]
    chosen = [Path(name) for name in sys.argv[1:]] or pages
    for path in chosen:
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")

"""How much of an analysis a reader sees: lines executed in a notebook's cells against lines executed in the package.

Executed statements are counted by `coverage`, without imports and the lines that begin a function or a class; in the
package only those inside functions. Of the package, only the modules that analyse count: reading data, drawing,
recording, and driving the X-13 program are never in a notebook and are not counted.

Run as ``python benchmarks/lines_on_the_page.py 23_trend 26_breaks 27_forecasts``.
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
import tempfile
from pathlib import Path

import coverage
import matplotlib as mpl
import nbformat

import tradelib
from tradelib import store

PACKAGE = Path(tradelib.__file__).parent
PROGRAM = {"run.py", "saved.py", "spec.py"}
"""Of ``seasonal/x13``: they write what X-13 reads, start it, and read what it wrote; the analysis is the program's."""
ROOMS = ("analysis", "seasonal", "quantity/monthly.py", "store/triangles.py")


def counted(path: Path, *, only_in_functions: bool) -> set[int]:
    """Return the lines of a file that count: where a statement begins, without imports, definitions and docstrings."""
    lines: set[int] = set()

    def visit(node: ast.AST, *, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            defines = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.stmt) and not defines and not text and (inside or not only_in_functions):
                lines.update([] if isinstance(child, (ast.Import, ast.ImportFrom)) else [child.lineno])
            visit(child, inside=inside or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)))

    visit(ast.parse(path.read_text(encoding="utf-8")), inside=False)
    return lines


def executed(measured: coverage.CoverageData, path: Path, *, only_in_functions: bool) -> int:
    """Return how many of the lines that count were executed."""
    return len(counted(path, only_in_functions=only_in_functions) & set(measured.lines(str(path)) or ()))


def run(notebook: Path, folder: Path) -> tuple[int, dict[str, int]]:
    """Run a notebook's cells; return the lines executed on its page, and in each room of the package."""
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    files = [folder / f"{notebook.stem}_{number:02}.py" for number in range(len(cells))]
    watch, names = coverage.Coverage(data_file=None, include=[f"{PACKAGE}/*", f"{folder}/*"]), {"__name__": "__main__"}
    watch.start()
    for path, source in zip(files, cells, strict=True):
        path.write_text(source, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, str(path), "exec"), names)  # noqa: S102 - the project's own notebooks
    watch.stop()
    measured = watch.get_data()
    page = sum(executed(measured, path, only_in_functions=False) for path in files)
    rooms = {}
    for room in ROOMS:
        modules = [PACKAGE / room] if room.endswith(".py") else sorted((PACKAGE / room).rglob("*.py"))
        modules = [module for module in modules if module.exists() and module.name not in PROGRAM]
        rooms[room] = sum(executed(measured, module, only_in_functions=True) for module in modules)
    return page, rooms


if __name__ == "__main__":
    mpl.use("agg")
    folder = Path(tempfile.mkdtemp()).resolve()
    chosen = sys.argv[1:] or sorted(path.stem for path in store.notebook_folder().glob("2*.ipynb"))
    print(f"{'notebook':20}{'page':>6}{'package':>9}{'share':>7}   where in the package")
    for name in chosen:
        page, rooms = run(store.notebook_folder() / f"{name}.ipynb", folder)
        package = sum(rooms.values())
        where = ", ".join(f"{room} {lines}" for room, lines in rooms.items() if lines)
        print(f"{name:20}{page:6}{package:9}{100 * page / (page + package):6.0f}%   {where}")

"""The inputs of a result: when one of them changes, an existing result is no longer valid."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import tradelib
from tradelib.report.execution import inputs, planned

if TYPE_CHECKING:
    import pytest

# Modules that no notebook runs, and libraries that affect no number, word or line.
_NOT_IN_A_RUN = {"cli.py", "fetch", "warm.py", "forkserver.py", "report", "sweep"}
_DECIDES_NOTHING = {"filelock", "jsonschema", "tomli_w", "cycler", "pyyaml", "platformdirs", "typer", "rich"}


def libraries() -> set[str]:
    """Return the distributions that the modules of the package import."""
    root, names = Path(tradelib.__file__).parent, set[str]()
    for path in root.rglob("*.py"):
        if path.relative_to(root).parts[0] in _NOT_IN_A_RUN:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {known[name][0].lower() for name in names - sys.stdlib_module_names if name in known}


def test_every_library_of_a_result_is_among_the_versions() -> None:
    imported = libraries()
    assert {"numpy", "pandas", "scipy", "statsmodels"} <= imported
    assert imported - _DECIDES_NOTHING - set(inputs.LIBRARIES) == set()


def test_the_x13_program_is_an_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got = [inputs.surroundings()["x13"]]
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        monkeypatch.setenv("TRADELIB_X13", str(tmp_path / name))
        got.append(inputs.surroundings()["x13"])
    monkeypatch.setenv("TRADELIB_X13", str(tmp_path / "gone"))
    assert inputs.surroundings()["x13"] is None
    assert len(set(got)) == 3


def test_files_are_read_again_only_after_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("1")
    monkeypatch.setattr(inputs, "data_folder", lambda: tmp_path)
    first, calls, hits = inputs.surroundings(), inputs._computed.cache_info().misses, []
    assert inputs.surroundings() == first
    assert inputs._computed.cache_info().misses == calls
    path.write_text("2")
    hits = [name for name, value in inputs.surroundings().items() if value != first[name]]
    assert hits == ["tables"]


def test_a_changed_page_template_does_not_count_as_a_change_of_a_notebook() -> None:
    [job] = planned({}, ["trend"])[0]
    around = inputs.surroundings()
    assert around[inputs.PAGE] != around["package"]
    assert inputs.changes(inputs.digests(job, around), job) == []
    assert inputs.changes(inputs.digests(job, around | {"package": "other"}), job) == ["package"]
    assert inputs.changes(inputs.digests(job, around | {inputs.PAGE: "other"}), job) == []

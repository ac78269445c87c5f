"""Every snippet of README and documentation can be run as printed."""

from __future__ import annotations

import importlib.util
import re
import shlex
import warnings
from pathlib import Path

import pytest
import typer.main

from tradelib.cli.app import app
from tradelib.seasonal.x13 import available
from tradelib.store import StoreWarning

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        ROOT / "data" / "README.md",
        ROOT / "reports" / "README.md",
    ]
}
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.+)|`((?:tradelib|make) [^`]+)`", re.MULTILINE)
"""A line of a console, or a command in a sentence or table."""

PLACEHOLDER = re.compile(r"[<\[]|\b[A-Z]{3,}\b(?!=)|\.\.\.|…")
"""Placeholders for the reader's own words: such a command is a form, not to be run as printed."""

_spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
refresh = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(refresh)


def commands():
    for page, text in PAGES.items():
        for line, inline in COMMAND.findall(text):
            command = line or inline
            if page != "CHANGELOG.md" and not PLACEHOLDER.search(command.split(" #")[0].replace("ARGS=", "")):
                yield pytest.param(command, id=f"{page}: {command[:60]}")


def parse(words):
    """Let the command line read a command without running it."""
    known = typer.main.get_command(app).commands
    assert words[0] in known, f"{words[0]} is none of {', '.join(known)}"
    known[words[0]].make_context(words[0], list(words[1:]))


@pytest.mark.parametrize("command", list(commands()))
def test_every_printed_command_exists(command):
    words = shlex.split(command, comments=True)
    name = Path(words[0]).name
    if name == "make":
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        named = [word for word in words[1:] if "=" not in word]
        assert set(named) <= targets
        options = [word.removeprefix("ARGS=") for word in words if word.startswith("ARGS=")]
        if named == ["report"] and options:
            parse(["report", *shlex.split(options[0])])
    elif name == "tradelib":
        if words[1:] and not words[1].startswith("-"):
            parse(words[1:])
    else:
        assert name in {"conda", "pip", "python", "dask"}


def test_the_pages_have_commands():
    assert len(list(commands())) > 25


@pytest.mark.parametrize(
    "page", [page for page, text in PAGES.items() if PYTHON.search(text) and page != "CONTRIBUTING.md"]
)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    if "x13" in "".join(PYTHON.findall(PAGES[page])) and not available():
        pytest.skip("no X-13 program on this platform")
    monkeypatch.chdir(tmp_path)
    names = {}
    with warnings.catch_warnings():
        warnings.simplefilter("default", StoreWarning)  # the page mentions it
        for code in PYTHON.findall(PAGES[page]):
            exec(compile(code, page, "exec"), names)  # noqa: S102 - the project's own page


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if refresh.PAIR.search(text)])
def test_what_a_page_prints_is_what_its_code_prints(page):
    for match in refresh.PAIR.finditer(PAGES[page]):
        assert refresh.output_of(match["code"]) == match["output"]

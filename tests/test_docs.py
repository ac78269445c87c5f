"""The documentation builds offline without a warning, and its pages request nothing from the network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import tradelib

ROOT = Path(__file__).parents[1]
LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]+src=\"https?:|<link[^>]+(?:stylesheet|icon|preload)[^>]+href=\"https?:"
)
"""References to other hosts that a browser would fetch by itself."""


pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", folder / "trees"]
    done = subprocess.run([*command, ROOT / "docs", folder / "html"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(folder / "html").as_posix(): path.read_text(encoding="utf-8")
            for path in (folder / "html").rglob("*.html")}  # fmt: skip


def test_pages_load_nothing_from_the_network(pages):
    assert len(pages) > 30
    assert {name for name, text in pages.items() if LOADED.search(text)} == set()


def test_the_start_page_leads_to_every_recipe(pages):
    expected = {f"recipes/{path.stem}.html" for path in (ROOT / "docs" / "recipes").glob("*.md")} - {
        "recipes/index.html"
    }
    assert expected <= set(re.findall(r'href="([^"#]+)', pages["index.html"]))


def test_every_public_verb_has_its_reference(pages):
    reference = pages["_made/reference.html"]
    missing = [name for name in tradelib.__all__ if name[0] != "_" and f'id="tradelib.{name}"' not in reference]
    assert missing == []


def test_every_figure_of_the_notebooks_is_in_the_gallery(pages):
    expected = sum(
        path.read_text(encoding="utf-8").count('"image/png": "') for path in (ROOT / "notebooks").glob("*.ipynb")
    )
    assert pages["_made/gallery.html"].count("<img") == expected > 40

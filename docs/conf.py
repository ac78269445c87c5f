"""Build the documentation: ``make docs``. Nothing is fetched, and every warning is an error."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))

import tradelib.report  # noqa: E402 - before nbformat, which it keeps from compiling for a second what no notebook needs

project = "tradelib"
author = "tradelib contributors"
version = release = tradelib.__version__
copyright = "tradelib contributors; the figures are works of the United States government"  # noqa: A001 - Sphinx's name
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "picture.py", "**/.ipynb_checkpoints"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the outputs are those that the tests compare
nb_merge_streams = True
html_theme = "furo"
html_title = "tradelib"
html_math_renderer = "mathml"
html_copy_source = False
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
suppress_warnings = ["myst.strikethrough"]

MATHML = "{http://www.w3.org/1998/Math/MathML}"
ET.register_namespace("", MATHML[1:-1])
MADE = DOCS / "_made"
"""Pages that are made of the notebooks and the package; not in the repository."""


def make_notebooks() -> None:
    """Copy the notebooks, and gather their figures on one page."""
    pages = ["# Figures\n\nWhat the notebooks draw, each from its own first release and parameters.\n"]
    contents = [
        "# Notebooks\n\nAs they are committed: executed, and compared by the tests.\n\n```{toctree}\n:maxdepth: 1\n"
    ]
    (MADE / "figures").mkdir(parents=True)
    (MADE / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copy(path, MADE / "notebooks")
        contents.append(f"notebooks/{path.stem}")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")
        pages.append(f"## [{title}](notebooks/{path.stem}.ipynb)\n")
        outputs = [
            output for cell in cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
        ]
        for count, output in enumerate(outputs, 1):
            figure = MADE / "figures" / f"{path.stem}-{count}.png"
            figure.write_bytes(base64.b64decode(output["data"]["image/png"]))
            alt = output["metadata"]["image/png"]["alt"].replace("$", r"\$")  # an amount is no formula
            pages.append(f"```{{figure}} figures/{figure.name}\n:alt: {alt}\n:width: 100%\n\n{alt}\n```\n")
    (MADE / "gallery.md").write_text("\n".join(pages), encoding="utf-8")
    (MADE / "notebooks.md").write_text("\n".join([*contents, "```\n"]), encoding="utf-8")


def make_reference() -> None:
    """Write the page of all that ``tradelib.<TAB>`` offers."""
    lines = ["# Reference\n\nAll that `tradelib.<TAB>` offers.\n"]
    for name in sorted(name for name in tradelib.__all__ if name[0] != "_"):
        kind = "autoexception" if isinstance(getattr(tradelib, name), type) else "autofunction"
        lines.append(f"## `{name}`\n\n```{{eval-rst}}\n.. {kind}:: tradelib.{name}\n```\n")
    (MADE / "reference.md").write_text("\n".join(lines), encoding="utf-8")


def mathml(translator: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers show without a script from elsewhere."""
    formula = node.astext().replace(r"\dots", r"\ldots")
    text = tex2mathml(formula, as_block=isinstance(node, nodes.math_block))
    root = ET.fromstring(re.sub(r"&(?!lt|gt|amp)\w+;", lambda entity: html.unescape(entity[0]), text))  # noqa: S314 - made above
    for element in root.iter(f"{MATHML}munderover"):
        letter, index, accent = element
        if accent.get("stretchy") == "false":  # a bar or hat, whose index belongs beside it and not beneath
            element.clear()
            element.tag = f"{MATHML}msub"
            with_accent = ET.SubElement(element, f"{MATHML}mover")
            with_accent.extend([letter, accent])
            element.append(index)
    translator.body.append(ET.tostring(root, encoding="unicode"))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Make the pages, and register how formulas are written."""
    shutil.rmtree(MADE, ignore_errors=True)
    make_notebooks()
    make_reference()
    app.add_html_math_renderer("mathml", (mathml, None), (mathml, None))

"""The page of a run: one self-contained HTML file, made from what the notebooks recorded."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from tradelib.parameters import in_words, notebooks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def write_page(folder: Path, failures: Mapping[str, str]) -> str:
    """Write ``index.html`` into a run's folder and return the headline.

    Parameters
    ----------
    folder : Path
        Has ``results.json`` and ``figures/``.
    failures : mapping of str to str
        By notebook, what failed; the page says so at its top.
    """
    results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    sections = [results[name] for name in notebooks() if name in results]
    for section in sections:
        for item in section["items"]:
            if item["kind"] == "figure":
                svg = (folder / "figures" / f"{section['notebook']}-{item['name']}.svg").read_bytes()
                item["src"] = "data:image/svg+xml;base64," + base64.b64encode(svg).decode()
    headline = next((s["results"]["headline"] for s in sections if "headline" in s["results"]), "")
    sources = {told["sha256"]: told for s in sections for told in s["sources"].values()}
    environment = Environment(
        loader=PackageLoader("tradelib.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["markdown"] = lambda text: Markup(_MARKDOWN.render(text))  # noqa: S704 - raw HTML is off
    template = environment.get_template("index.html.j2")
    page = template.render(
        headline=headline,
        sections=sections,
        sources=sorted(sources.values(), key=lambda told: (told["compilation"], told["vintage"])),
        failures=failures,
        in_words=in_words,
        checks=sum(len(s["checks"]) for s in sections),
    )
    (folder / "index.html").write_text(page + "\n", encoding="utf-8")
    return headline

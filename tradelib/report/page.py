"""The pages of a report, each a self-contained HTML file, made from the records of the notebooks."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from tradelib import __version__, store
from tradelib.quantity.labels import slug
from tradelib.quantity.rounding import printed
from tradelib.report.drawing import inline
from tradelib.report.parameters import Chapter, in_words, notebooks
from tradelib.report.take import write_feed, write_workbook
from tradelib.words.checking import printed_figures
from tradelib.words.checking.statements import documents

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
FRONT = "01_overview"
"""The notebook whose answer, key figures and two drawings fill the first screen."""
FIRST_SCREEN = ("answer", "path", "drivers", "revised", "tiles")
"""Names of the items on the first screen."""
BRIEF = (FRONT, "13_in_proportion", "14_changes")
"""Notebooks shown before the list of chapters."""
ANALYSES = "20"
"""Notebooks from this number on belong to the page of analyses."""


def write_page(folder: Path, failures: Mapping[str, str]) -> str:
    """Write ``index.html`` and, if there are chapters and analyses, ``analysis.html``; return the headline.

    Also writes the workbook and, if the overview has run, the feed.

    Parameters
    ----------
    folder : Path
        Has ``results.json``, ``figures/`` and, for the page's own drawings, ``drawings/``.
    failures : mapping of str to str
        Errors by notebook, listed at the top of the page.
    """
    results: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    models = notebooks()
    sections = [results[name] for name in models if name in results]
    for section in sections:
        for number, item in enumerate(section["items"]):
            item.update(_drawn(folder, section["notebook"], item, number) if item["kind"] == "figure" else {})
    chapters = [s for s in sections if s["notebook"] < ANALYSES and issubclass(models[s["notebook"]], Chapter)]
    analyses = [s for s in sections if s not in chapters]
    headline = next((s["results"]["headline"] for s in sections if "headline" in s["results"]), "")
    pages = {"index.html": chapters or analyses} | ({"analysis.html": analyses} if chapters and analyses else {})
    day = max((source["vintage"] for section in chapters for source in section["sources"].values()), default="9999")
    for name, shown in pages.items():
        text = _page(name, shown, headline=headline, failures=failures, beside=list(pages), day=day)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    write_workbook(folder, results, json.dumps(_origin(sections)))
    if front := results.get(FRONT):
        write_feed(folder, front, headline)
    return headline


@cache
def template(name: str) -> Template:
    """Return the template of a page, compiled once, with the style sheet and the filters for texts and numbers."""
    loader = PackageLoader("tradelib.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"markdown": _markdown, "slug": slug, "unbroken": _unbroken, "plain": _plain}
    environment.globals |= {"style": Markup(_style_sheet()), "in_words": in_words}
    return environment.get_template(name)


def _page(name: str, sections: list[dict[str, Any]], **values: Any) -> str:
    front = next((s for s in sections if s["notebook"] == FRONT), None)
    brief = [s for s in sections if front and s["notebook"] in BRIEF]
    sources = {source["sha256"]: source for s in sections for source in s["sources"].values()}
    glossary = tomllib.loads(_part("glossary.toml").decode())[name.removesuffix(".html")]
    body = template("index.html.j2").render(
        name=name, sections=[s for s in sections if s not in brief], brief=brief,
        front={item["name"]: item for item in front["items"] if item["name"] in FIRST_SCREEN} if front else {},
        sources=sorted(sources.values(), key=lambda source: (source["compilation"], source["vintage"])),
        about=_about(front) if front else None, checks=sum(len(s["checks"]) for s in sections), glossary=glossary,
        origin=Markup(json.dumps(_origin(sections), ensure_ascii=True).replace("<", "\\u003c")),
        script=Markup(_part("page.js").decode()), proofs=Markup("PROOFS"), **values,
    )  # fmt: skip
    body = explained(body, glossary)
    used = dict.fromkeys(re.findall(r'href="#(p[0-9a-f]{10})"', body))
    known = {row["id"]: row for s in sections for row in s.get("proofs", ())}
    days = {source["vintage"] for source in sources.values()}
    return body.replace("PROOFS", proofs((known[key] for key in used if key in known), days))


def _origin(sections: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the origin that is stored in files taken from a page, in the form that ``whence`` reads."""
    sources = [source for section in sections for source in section["sources"].values()]
    return {
        "tradelib": __version__,
        "notebooks": {section["notebook"]: section.get("origin", section["parameters"]) for section in sections},
        "data": sorted({source["sha256"][:12] for source in sources}),
        "source": sources[0]["source"] if sources else "",
    }


def _unbroken(title: str) -> Markup:
    """Return a title without line breaks between sign, number and unit."""
    number = r"(?:[\u2212+]\$?|\$)\d[\d.,]*(?: (?:billion|million)\b)?|\b\d[\d.,]* (?:billion|million|percent)\b"
    return Markup(re.sub(number, r'<span class="w">\g<0></span>', str(escape(title))))


_QUIET = ("a", "svg", "script", "style", "summary", "h1", "h2", "h3", "dl", "code", "header", "footer", "li")
"""Elements in which no term is linked to the glossary."""


def explained(html: str, glossary: Mapping[str, str]) -> str:
    """Link each term of a glossary to its meaning where a paragraph of the page first uses it."""
    pieces, inside, paragraph = re.split(r"(<[^>]+>)", html), 0, False
    waiting = {part.strip(): slug(term) for term in glossary for part in re.sub(r"\(.*?\)", "", term).split(",")}
    for at, piece in enumerate(pieces):
        if tag := re.match(r"<(/?)(\w+)", piece):
            inside += (-1 if tag[1] else 1) * (tag[2] in _QUIET)
            paragraph = not tag[1] if tag[2] == "p" else paragraph
        elif paragraph and not inside:
            for term, name in waiting.items():
                link, use = rf'<a class="t" href="#term-{name}">\1</a>', rf"(?<!\w)({re.escape(term)})(?!\w)"
                pieces[at], count = re.subn(use, link, piece, count=1, flags=re.IGNORECASE)
                if count:
                    waiting = {other: target for other, target in waiting.items() if target != name}
                    break
    return "".join(pieces)


def _about(front: dict[str, Any]) -> dict[str, Any]:
    """Return the month that the first screen is about, the day of its release and, if known, that of the next one."""
    days = [dt.date.fromisoformat(source["vintage"]) for source in front["sources"].values()]
    month = front["results"].get("month")
    printed = [about for about in documents().values() if about["released"] == max(days)]
    following = next((about["next_release"] for about in printed if "next_release" in about), None)
    return {"released": max(days), "month": f"{pd.Period(month):%B %Y}" if month else "", "next": following}


def _markdown(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text).replace('<a href="#p', '<a class="n" href="#p'))


@cache
def _part(name: str) -> bytes:
    return (files("tradelib.report") / "templates" / name).read_bytes()


def _style_sheet() -> str:
    """Return the style sheet with its fonts embedded."""

    def embedded(font: re.Match[str]) -> str:
        return f"url(data:font/woff2;base64,{base64.b64encode(_part(font[1])).decode()})"

    return re.sub(r"url\((fonts/[\w.-]+)\)", embedded, _part("page.css").decode())


def _drawn(folder: Path, notebook: str, item: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the drawings of a figure (only the wide one if it scrolls on a phone) and its data."""
    name, label = f"{notebook}-{item['name']}", str(escape(item["alt"]))
    drawings = dict.fromkeys(("wide", "narrow"), Markup())
    for width in drawings:
        if (path := folder / "drawings" / f"{name}-{width}.svg").exists():
            svg = inline(path.read_text(encoding="utf-8"), f"f{notebook[:2]}{number}{width[0]}", label)
            drawings[width] = Markup(svg)
    data = folder / "figures" / f"{name}.csv"
    text = data.read_text(encoding="utf-8") if data.exists() else ""
    # Seven digits are enough to draw and to read; the file beside the page has twelve.
    text = re.sub(r"(?<![\w.])-?\d+\.\d{5,}(?!\w)", lambda number: f"{float(number[0]):.7g}", text)
    # A closing tag in the text would end the script element.
    return drawings | {"csv": Markup(text.replace("<", "&lt;")), "id": name}


def proofs(rows: Iterable[Mapping[str, Any]], days: Collection[str]) -> str:
    """Return the list of proofs: each number's formula, in names and in numbers, its cells, and where it is printed.

    Parameters
    ----------
    rows : iterable of mapping
        As ``sentences.proofs`` returns them.
    days : collection of str
        Days of the releases whose texts are searched for the same number.
    """
    prints = dict[tuple[Any, str], Any]()
    for release in store.releases():
        prints |= printed_numbers(release) if str(release.released) in days else {}
    shown = []
    for row in rows:
        cells = [(name, period, released) for name, period, *_, released in row["cells"]]
        # Texts are compared in millions; the tables of the page are in billions.
        keys = [_identity(cells, row["value"] * scale) for scale in (1, 1000)]
        shown.append({**row, "printed": next((prints[key] for key in keys if key in prints), None)})
    page = template("proofs.html.j2")
    return page.render(rows=shown, label=_label, month=_month, formula=_formula).rstrip()


def printed_numbers(release: store.Release) -> Mapping[tuple[Any, str], Any]:
    """Return the numbers in the documents about a release: verdict, place and address of each, by its identity.

    Takes a second; cached until the release is written again.
    """
    return _judged(str(release.released), (release.folder / "release.toml").stat().st_mtime_ns)


@cache
def _judged(day: str, written: int) -> Mapping[tuple[Any, str], Any]:  # noqa: ARG001 - part of the cache key
    prints = dict[tuple[Any, str], Any]()
    for judged, where, url in printed_figures(store.release(day)):
        if judged.proof is not None:
            cells = [(cell.name, cell.period, cell.released) for cell in judged.proof.cells]
            prints.setdefault(_identity(cells, float(judged.proof)), (judged, where, url))
    return prints


def _identity(cells: Collection[tuple[str, str, str]], value: float) -> tuple[Any, str]:
    """Return a key that is equal for numbers from the same cells with the same absolute value, however computed."""
    return frozenset(cells), f"{abs(value):.9g}"


def _formula(row: Mapping[str, Any]) -> str:
    """Return a formula in print: with minus signs, and with negative numbers after an operator in brackets.

    Empty for a number that is a single cell, or a single cell in billions.
    """
    if len(row["cells"]) == 1 and re.fullmatch(r"\w+\[[\d.-]+\]( / 1000)?", row["formula"]):
        return ""
    text = re.sub(r"(?<=[-+/\u00d7] )(\u2212[\d.,]+)", r"(\1)", row["working"]).replace(" - ", " \N{MINUS SIGN} ")
    return re.sub(r"\|\(([^()]*|[^()]*\([^()]*\))\)\|", r"|\1|", text)


def _month(period: str) -> str:
    return f"{pd.Period(period):%B %Y}" if re.fullmatch(r"\d{4}-\d\d", period) else period


def _plain(value: float) -> str:
    return printed(value, 0 if value == round(value) else 3)


@cache
def _label(name: str, released: str) -> str:
    [quantity] = store.find(name, dt.date.fromisoformat(released))
    return quantity.label()

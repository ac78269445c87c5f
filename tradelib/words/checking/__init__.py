"""Check a text about the U.S. trade figures, number by number, against the store."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.result import Result
from tradelib.sources.formats import pdf_texts
from tradelib.store.periods import Month, month_of
from tradelib.words.checking import grammar, statements
from tradelib.words.checking.verdicts import VERDICTS, Judgement, judge
from tradelib.words.checking.vocabulary import plain, subject_month

if TYPE_CHECKING:
    import datetime as dt

    from tradelib.store import Release

__all__ = ["VERDICTS", "Checked", "Judgement", "check", "check_documents", "printed_figures", "text_of"]


@dataclass(frozen=True, repr=False)
class Checked(Result):
    """A text and the verdict on each of its numbers.

    Attributes
    ----------
    text : str
        The text as read, with spaces, dollar signs and abbreviations made uniform.
    judgements : list of Judgement
        One for each number, in the order of the text.
    sources : tuple of str
        The document of each judgement, if they come from several.
    """

    text: str
    judgements: list[Judgement]
    sources: tuple[str, ...] = ()

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per number: ``number``, ``quantity``, ``month``, ``kind``, ``verdict``, ``why``, ``sentence``."""
        pairs = [(j.statement, j) for j in self.judgements]
        rows = [(s.number, j.quantity, str(s.month or ""), s.kind, j.verdict, j.why, s.sentence) for s, j in pairs]
        table = pd.DataFrame(rows, columns=["number", "quantity", "month", "kind", "verdict", "why", "sentence"])
        return table.assign(source=list(self.sources)) if self.sources else table

    @property
    def counts(self) -> dict[str, int]:
        """How many numbers have each verdict."""
        return {verdict: sum(j.verdict == verdict for j in self.judgements) for verdict in VERDICTS}

    def summary(self) -> str:
        """Return the counts in one line."""
        counts = self.counts.items()
        words = ", ".join(f"{n} {verdict.removesuffix('s') if n > 1 else verdict}" for verdict, n in counts if n)
        numbers = f"{len(self.judgements)} number{'s' if len(self.judgements) > 1 else ''}"
        return f"{numbers}: {words}" if words else "no number about the U.S. trade figures"

    def html(self) -> str:
        """Return the text with a mark on each number, or the table if the numbers come from several documents.

        Hovering over a number shows the verdict, the figure and its cells.
        """
        if self.sources:
            return str(self.table.drop(columns="sentence").to_html(index=False))
        text, parts, at = self.text, [_STYLE, "<p>"], 0
        for j in self.judgements:
            start, number = j.statement.start, j.statement.number
            about, kind = html.escape(f"{j.verdict}: {j.quantity} {j.why}"), j.verdict.replace(" ", "-")
            parts += [html.escape(text[at:start]), f'<mark class="{kind}" title="{about}">{html.escape(number)}</mark>']
            at = start + len(number)
        return "".join([*parts, html.escape(text[at:])]).replace("\n\n", "</p><p>") + "</p>"

    def __repr__(self) -> str:
        return f"<{self.summary()}>"

    def _repr_html_(self) -> str:
        return f"{'' if self.sources else self.html()}<p><b>{html.escape(self.summary())}</b></p>"


_STYLE = (
    "<style>mark{padding:0 2px;color:inherit;background:#eee}mark.agrees,mark.ties{background:#cfe8d5}"
    "mark.wrong{background:#f6c4b0;font-weight:600}mark.revised-since{background:#f4e3a5}</style>"
)


def check(text: str, *, released: str | dt.date | None = None, month: Month = None) -> Checked:
    """Check a text in English about the U.S. trade figures.

    Parameters
    ----------
    text : str
        The text itself; ``tradelib.words.checking.text_of`` reads one from a file.
    released : str or date, optional
        Day of the release that the text is about; by default the release about its month.
    month : str, date or Period, optional
        Statistical month; by default that of ``released``, else the first month that the text names with its year, else
        the newest of the store.

    Returns
    -------
    Checked
        The verdict on each number; a notebook shows them in the text.

    Raises
    ------
    ParameterError
        The store has no such release, or ``text`` is not a str.

    Examples
    --------
    >>> tradelib.check("Imports came to $419.0 billion in March 2025.")
    <1 number: 1 agrees>
    """
    if not isinstance(text, str):
        raise ParameterError(f"found a {type(text).__name__}; expected the text itself; text_of reads one from a file")
    own = store.release(released) if released else None
    subject = month_of(month) if month is not None else own.month if own else subject_month(text)
    period = subject or store.release_of().month
    releases = _releases(period, own)
    return Checked(plain(text), [judge(row, releases, period, own=own) for row in grammar.read(text, period)])


def check_documents(until: dt.date | None = None) -> Checked:
    """Check the figures that the bundled documents of the agencies print in their texts.

    Parameters
    ----------
    until : date, optional
        Leave out documents and releases after this day.

    Returns
    -------
    Checked
        A verdict is *wrong* only if the store contradicts a print; a number that changed later is *revised since*.
    """
    table, judgements, sources = statements.read(), list[Judgement](), list[str]()
    last = str(until or "9999")
    for (released, month), rows in table[table["released"] <= last].groupby(["released", "statistical_month"]):
        period = pd.Period(month, "M")
        known = [release for release in _releases(period, None) if released <= str(release.released) <= last]
        judgements += [judge(row, known, period, is_official=True) for row in statements.of_rows(rows)]
        sources += rows["source"].tolist()
    return Checked("", judgements, tuple(sources))


def printed_figures(release: Release) -> list[tuple[Judgement, str, str]]:
    """Return the numbers in the documents about a release that its figures confirm: judgement, place, address.

    Only the verdicts *agrees* and *ties* are returned, and only the release's own figures count: its documents were
    written with them.
    """
    table = statements.read()
    table = table[table["released"] == str(release.released)]
    judged = (judge(row, [release], release.month, is_official=True) for row in statements.of_rows(table))
    places = statements.places(table)
    return [(j, *place) for j, place in zip(judged, places, strict=True) if j.verdict in ("agrees", "ties")]


def _releases(month: pd.Period, own: Release | None) -> list[Release]:
    """Return the releases: ``own``, then those about the month, then later ones, then earlier ones, nearest first."""
    known = [release for release in store.releases() if release.quantities]
    return sorted(known, key=lambda its: (
        its is not own, its.month != month, its.month < month, abs((its.month - month).n), -len(its.quantities)
    ))  # fmt: skip


def text_of(path: str | Path, *, pages: int | None = None) -> str:
    """Return the text of a file: PDF (its first pages, or all), HTML, or plain text such as Markdown.

    Raises
    ------
    ParameterError
        There is no such file, or it is not UTF-8 text.
    SourceError
        A PDF is damaged.
    """
    path = Path(path)
    if not path.is_file():
        raise ParameterError(f"{path} is not a file; expected a text about the trade figures (.txt, .md, .html, .pdf)")
    if path.suffix.lower() == ".pdf":
        return "\n\n".join(islice(pdf_texts(path.name, path.read_bytes()), pages))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(
            f"{path} is not UTF-8 text: byte {error.start}; save it as .txt, .md, .html or .pdf"
        ) from error
    if path.suffix.lower() in (".html", ".htm"):
        text = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", text, flags=re.DOTALL | re.IGNORECASE)
        text = re.sub(r"</?(?:p|div|li|h\d|br|tr|section|article|ul)\b[^>]*>", "\n\n", text, flags=re.IGNORECASE)
        return html.unescape(re.sub(r"<[^>]*>", "", text))
    return text

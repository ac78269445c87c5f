"""Verdicts: what the store has to say to a statement, and where it stands."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tradelib import store
from tradelib.quantity import WORLD
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.figure import Figure
from tradelib.quantity.labels import item_label
from tradelib.quantity.rounding import exact, printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tradelib.quantity import Quantity
    from tradelib.store import Release
    from tradelib.words.checking.statements import Statement, Subject

Verdict = Literal["agrees", "ties", "revised since", "wrong", "not in the store", "not understood"]
VERDICTS: tuple[Verdict, ...] = ("agrees", "ties", "revised since", "wrong", "not in the store", "not understood")
ROUGH = 0.05
"""How far *about* may be from the figure, as a share of it."""
IMPLAUSIBLE = 8000.0
"""Millions a month that are too much for a revision; the largest of a month's balance in the store is 5,500."""
_LEAST = 60
"""Months of a series that make a rank worth the name."""
_ANNUAL_OFF, _MONTH_OFF = 5.0, 0.5
"""Millions by which a sum of published months, and a published month, may be off the unrounded one."""


@dataclass(frozen=True)
class Judgement:
    """A statement beside the store.

    Attributes
    ----------
    statement : Statement
        What the text says.
    verdict : str
        One of ``VERDICTS``.
    quantity : str
        In words.
    ours : float
        The store's figure, unrounded, in the unit of the statement; missing where it has none.
    why : str
        What it should be, or where it stands.
    proof : Figure or None
        Formula and cells.
    """

    statement: Statement
    verdict: Verdict
    quantity: str = ""
    ours: float = float("nan")
    why: str = ""
    proof: Figure | None = None


def judge(
    statement: Statement, releases: Sequence[Release], month: pd.Period, *, is_official: bool = False
) -> Judgement:
    """Return the verdict on one statement.

    Parameters
    ----------
    statement : Statement
        As ``grammar.read`` returns it.
    releases : sequence of Release
        The release that the text is about first, then those that it may have been revised in, and the earlier ones.
    month : Period
        The statistical month of the release that the text is about; the store need not have it.
    is_official : bool
        The text is an agency's own, so that another figure of a later release is a revision and no error.
    """
    if statement.kind in ("", "rank"):
        return _ranked(statement, releases) if statement.kind else Judgement(statement, "not understood")
    first, own = None, next((release for release in releases[:1] if release.month == month), None)
    for release in releases:
        for quantity, ours in _ours(statement, release):
            word = _compare(statement, ours)
            got = Judgement(statement, word, quantity.label(), float(ours), _where(statement, release, ours), ours)
            if word != "wrong":
                return got if first is None or release is first[0] else _otherwise(got, first, release)
            first = first or (release, got)
    missing = f"the store lacks the figures that FT-900 about {month} printed (ft900xlsx_{month:%y%m}.zip)"
    if first is None:
        return Judgement(statement, "not in the store", _named(statement.subject), why=missing)
    release, got = first
    gap = abs(float(statement.value) - abs(got.ours))
    is_revision = statement.kind in ("percent", "share") or gap < IMPLAUSIBLE * statement.length
    if release is own or not is_revision:
        return replace(got, verdict="wrong", why=f"should be {got.why}{_meant(statement, release)}")
    if is_official:
        return replace(got, verdict="revised since", why=f"printed {statement.number}; later {got.why}")
    return replace(got, verdict="not in the store", why=f"{missing}; later it is {got.why}")


def _ranked(statement: Statement, releases: Sequence[Release]) -> Judgement:
    """Return the verdict on a rank: a month among those of the first release that has five years of them.

    A later release than the text's own can confirm a rank, and cannot refute it.
    """
    word, month = "largest" if statement.direction > 0 else "smallest", statement.month
    for release in releases if month is not None else ():
        for quantity in quantities(statement.subject, release):
            try:
                values = release.series(quantity.name).dropna().astype(float)[:month]
            except ParameterError:
                continue
            known = values * (statement.subject.sign or 1) * statement.direction
            if month not in known.index or len(known) < _LEAST:
                continue
            above = known.index[:-1][known.iloc[:-1] >= known.iloc[-1]]
            since = month - statement.lag if month is not None and statement.lag else None
            holds = not len(above) if since is None else bool(len(above)) and above[-1] == since
            if statement.length > 1 and month is not None:  # of so many months
                holds = not len(above) or bool(above[-1] <= month - statement.length)
            last = f"{above[-1]:%B %Y}" if len(above) else f"the series begins in {known.index[0]:%B %Y}"
            refuted: Verdict = "wrong" if release is releases[0] else "not in the store"
            why = f"the {word} since {last} (release of {release.released})"
            return Judgement(statement, "agrees" if holds else refuted, quantity.label(), why=why)
    return Judgement(statement, "not in the store", _named(statement.subject), why="no series of five years to rank")


def _otherwise(got: Judgement, first: tuple[Release, Judgement], release: Release) -> Judgement:
    """Return the verdict where another release than the text's own has the figure as the text has it."""
    older, other = (release, first[0]) if release.released < first[0].released else (first[0], release)
    if older is release:
        return replace(
            got, verdict="revised since", why=f"right in the release of {older.released}; now {first[1].why}"
        )
    return replace(got, verdict="revised since", why=f"in the release of {other.released}; before, {first[1].why}")


def quantities(subject: Subject, release: Release, *, annual: bool = False) -> list[Quantity]:
    """Return what a release has of a subject, the likeliest first: basis and adjustment may be left open by a text."""
    item = subject.item or ("goods" if subject.partner or subject.price else "total")
    partner, is_real = subject.partner or WORLD, subject.price == "real"
    bases = {subject.basis} if subject.basis else {"census"} if subject.price else {"bop", "census"}
    found = [
        quantity for quantity in release.quantities.values()
        if (quantity.flow, quantity.partner, quantity.measure) == (subject.flow, partner, "value")
        and quantity.basis in bases and is_real == (quantity.price != "current") and _is_item(quantity.item, item)
    ]  # fmt: skip
    best = "nsa" if annual and subject.partner else "sa"
    return sorted(found, key=lambda other: (other.item != item, other.basis != "bop", other.adjustment != best))


def _is_item(known: str, item: str) -> bool:
    """Whether an item is meant: itself, or the same commodity of another table (crude oil has two)."""
    return known == item or (known.count("/") == item.count("/") == 2 and known.split("/")[2] == item.split("/")[2])


def _ours(statement: Statement, release: Release) -> Iterator[tuple[Quantity, Figure]]:
    """Yield the store's figure for each quantity that the statement may mean."""
    subject = statement.subject
    meant = quantities(subject, release, annual=statement.length == 12)
    for quantity in meant:
        ours = _measured(statement, release, partial(_figure, release, quantity), quantity.name)
        if ours is not None:
            yield quantity, ours
    if subject.flow == "balance" and not meant:
        for exports in quantities(replace(subject, flow="exports"), release):
            imports = release.find(exports.name.replace("exports_", "imports_", 1))
            ours = _measured(statement, release, partial(_difference, release, exports, imports), "")
            if ours is not None:
                yield replace(exports, flow="balance"), ours


def _figure(release: Release, quantity: Quantity | None, month: pd.Period) -> Figure | None:
    """Return a month's figure in millions of dollars; None where the release has none."""
    if quantity is None:
        return None
    try:
        figure = release.figure(quantity.name, month)
    except ParameterError:
        return None
    scale = {"billions": Fraction(1000), "thousands": Fraction(1, 1000)}.get(quantity.unit.split()[0], Fraction(1))
    return None if pd.isna(figure) else figure * scale if scale != 1 else figure


def _difference(release: Release, exports: Quantity, imports: Quantity | None, month: pd.Period) -> Figure | None:
    out, home = _figure(release, exports, month), _figure(release, imports, month)
    return None if out is None or home is None else out - home


def _measured(
    statement: Statement, release: Release, figure: Callable[[pd.Period], Figure | None], name: str
) -> Figure | None:
    """Return what the statement measures, from the months of one release; None where months are missing."""
    sign, month = statement.subject.sign or 1, statement.month
    if month is None or (now := _span(figure, month, statement)) is None:
        return None
    if statement.kind == "revision":
        older = [other for other in store.releases() if other.released < release.released and other.find(name)]
        before = _figure(older[-1], older[-1].find(name), month) if older else None
        return None if before is None else (now - before) * sign
    if statement.kind == "share":
        return _share(now, statement, release)
    if statement.kind == "level":
        return now * sign if statement.subject.sign else abs(now)
    before = _span(figure, month - statement.lag, statement)
    if before is None or (statement.kind == "percent" and not before):
        return None
    moved: Figure = (now - before) * sign if statement.kind == "change" else (abs(now) / abs(before) - 1) * 100
    return moved


def _span(figure: Callable[[pd.Period], Figure | None], month: pd.Period, statement: Statement) -> Figure | None:
    """Return the sum, or the mean, of the months of a span; None where one is missing."""
    found = [figure(month - number) for number in range(statement.length)]
    parts = [part for part in found if part is not None]
    if len(parts) < len(found):
        return None
    total: Figure = reduce(operator.add, parts)
    mean: Figure = total / statement.length
    return mean if statement.average else total


def _share(now: Figure, statement: Statement, release: Release) -> Figure | None:
    """Return a balance in percent of the GDP of its span, as GDP was known on the day of the release."""
    known = [other for other in store.releases("gdp") if other.released <= release.released and other.find("GDP")]
    if not known or statement.month is None or statement.length % 3:  # GDP is published by quarter
        return None
    gdp = known[-1].series("GDP", "quarterly") * 1000
    ends = [statement.month - 3 * number for number in range(statement.length // 3)]
    if not set(ends) <= set(gdp.index):
        return None
    share: Figure = abs(now) * 4 / reduce(operator.add, gdp[ends]) * 100
    return share


def _compare(statement: Statement, ours: Figure) -> Verdict:
    """Return whether a figure prints as the text has it: ``ties`` where the millions as published cannot settle it."""
    size = ours.exact if isinstance(ours, Figure) else exact(float(ours))
    if statement.direction:
        if size and (size > 0) != (statement.direction > 0) and abs(size) >= exact(statement.step) / 2:
            return "wrong"
        size = abs(size)
    elif statement.kind == "revision" or statement.bound:
        size = abs(size)
    gap, half = abs(size - exact(statement.value)), exact(statement.step) / 2
    if statement.bound:
        return "agrees" if size < exact(statement.value) else "wrong"
    if statement.rough:
        half = max(half, exact(ROUGH) * abs(size))
    off = _off(statement, ours)
    if gap < half:
        return "agrees"
    return "ties" if gap <= half + off else "wrong"


def _off(statement: Statement, ours: Figure) -> Fraction:
    """Return how far whole millions may lie from the unrounded figure, in the unit of the statement."""
    millions = min(statement.length * _MONTH_OFF, _ANNUAL_OFF) if not statement.average else _MONTH_OFF
    if statement.kind in ("change", "revision"):
        return exact(2 * millions)
    if statement.kind == "level":
        return exact(millions)
    base = max((abs(float(cell.value)) for cell in ours.cells), default=1.0) or 1.0
    return exact(200 * millions / base)


def _where(statement: Statement, release: Release, ours: Figure) -> str:
    """Return the store's figure in words, with its release and cell."""
    unit = "percent" if statement.kind in ("percent", "share") else "billion"
    scale = 1 if unit == "percent" else 1000
    words = printed(
        (ours.exact if isinstance(ours, Figure) else exact(float(ours))) / scale, max(1, _decimals(statement, scale))
    )
    cell = f", {cells[0].cell} of {cells[0].file}" if (cells := ours.cells) else ""
    return (
        f"{'$' if scale == 1000 else ''}{words} {unit}".replace("$\N{MINUS SIGN}", "\N{MINUS SIGN}$")
        + f" (release of {release.released}{cell})"
    )


def _decimals(statement: Statement, scale: int) -> int:
    return max(0, -int((statement.step / scale).as_tuple().exponent))


def _named(subject: Subject) -> str:
    item = item_label(subject.item or ("goods" if subject.partner else "total"))
    return f"{subject.flow} of {item}{' with ' + subject.partner if subject.partner else ''}"


def _meant(statement: Statement, release: Release) -> str:
    """Return what else the number would be right for: another flow, item or month of the headline."""
    from tradelib.words.checking.statements import Subject

    found = []
    for flow, sign in (("balance", -1), ("exports", 1), ("imports", 1)):
        for item in ("total", "goods", "services"):
            for back in (0, 1, 12):
                if statement.month is None:
                    continue
                other = replace(statement, subject=Subject(flow, sign, item), month=statement.month - back, direction=0)
                for quantity, ours in _ours(other, release):
                    if (
                        quantity.basis == "bop"
                        and _compare(replace(other, value=abs(other.value)), abs(ours)) == "agrees"
                    ):
                        found.append(f"{quantity.label('short').lower()} in {other.month:%B %Y}")
    return f"; it would be right for {' or '.join(dict.fromkeys(found[:2]))}" if found else ""

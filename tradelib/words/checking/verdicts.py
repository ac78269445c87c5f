"""Verdicts: a statement compared with the figures of the releases, in its own rounding, with the cells as evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Literal, get_args

from tradelib.quantity.labels import item_label
from tradelib.quantity.rounding import exact, printed
from tradelib.words.checking.measuring import measured, measures, quantities
from tradelib.words.checking.statements import Statement, Subject
from tradelib.words.month import LONG, largest_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tradelib.quantity.figure import Figure
    from tradelib.store import Release

Verdict = Literal["agrees", "ties", "revised since", "wrong", "not in the store", "not understood"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
ROUGH = 0.05
"""How far a number with *about*, *nearly* or *just over* may be from the figure, as a share of the figure."""
WORDED = 0.1
"""How far a ratio in words may be off, as a share of the change it states: *doubled* is 1.9 to 2.1 times, *a third
higher* is 30 to 37 percent more, *nearly doubled* is 1.8 to 2.0 times."""
BOUND = 2
"""A figure may be up to this many times the number of *more than*; beyond that a digit or unit must be wrong."""
IMPLAUSIBLE = 8000.0
"""Millions a month that are too much for a revision; of a share of GDP, one percent is. The largest revision of a
month's balance in the store is 5,500."""
_ANNUAL_OFF, _MONTH_OFF = 5.0, 0.5
"""Millions by which a sum of published months, and a published month, may differ from the unrounded one."""


@dataclass(frozen=True)
class Judgement:
    """The verdict on a statement, with its evidence.

    Attributes
    ----------
    statement : Statement
        What the text says.
    verdict : str
        One of ``VERDICTS``.
    quantity : str
        The quantity compared, in words.
    why : str
        The figure of the store, or what is missing.
    proof : Figure or None
        That figure in millions of dollars, percent or times, unrounded, with formula and cells.
    """

    statement: Statement
    verdict: Verdict
    quantity: str = ""
    why: str = ""
    proof: Figure | None = None


def judge(
    statement: Statement, releases: Sequence[Release], month: pd.Period, *, is_official: bool = False,
    own: Release | None = None,
) -> Judgement:  # fmt: skip
    """Return the verdict on one statement.

    Parameters
    ----------
    statement : Statement
        As ``grammar.read`` returns it.
    releases : sequence of Release
        First the release that the text is about, then those that may have revised its figures, then earlier ones.
    month : Period
        The statistical month of the release that the text is about; the store need not have it.
    is_official : bool
        The text is an agency's own, so that a different figure in a later release is a revision, not an error.
    own : Release, optional
        The release that the text is dated by; if it has the figure, no later release can confirm a different one.
    """
    if statement.kind in ("", "rank"):
        return _ranked(statement, releases) if statement.kind else Judgement(statement, "not understood")
    first: tuple[Release, Judgement] | None = None
    for release in releases:
        if first and first[0] is own and release.released > first[0].released:
            continue
        for quantity, figure in measures(statement, release):
            change = measured(replace(statement, kind="change"), release, quantity) if statement.moved else None
            is_contrary = change is not None and change * statement.moved <= -exact(statement.step) / 2
            verdict = "wrong" if is_contrary else _compared(statement, figure)
            judgement = Judgement(statement, verdict, quantity.label(), _where(statement, release, figure), figure)
            if verdict != "wrong":
                return judgement if first is None or release is first[0] else _revised(judgement, first, release)
            first = first or (release, judgement)
    missing = f"the store lacks the figures that FT-900 about {month} printed (ft900xlsx_{month:%y%m}.zip)"
    if first is None:
        return Judgement(statement, "not in the store", _named(statement.subject), missing)
    release, judgement = first
    gap = abs(float(statement.value) - abs(float(judgement.proof or 0)))
    is_contradicted = gap >= {"share": 1.0}.get(statement.kind, IMPLAUSIBLE * statement.length)
    is_own = release is releases[0] and release.month == month and statement.lag > 0  # not an earlier print
    if is_contradicted or statement.kind == "points" or is_own:
        return replace(judgement, verdict="wrong", why=_correction(statement, release, judgement))
    if is_official:
        # The later figure is shown with its sign, so the printed one needs a sign too.
        number = ("\N{MINUS SIGN}" if statement.direction < 0 else "") + statement.number
        return replace(judgement, verdict="revised since", why=f"printed {number}; later {judgement.why}")
    return replace(judgement, verdict="not in the store", why=f"{missing}; later it is {judgement.why}")


def _revised(judgement: Judgement, first: tuple[Release, Judgement], release: Release) -> Judgement:
    """Return the verdict if a release other than the text's own has the figure that the text gives."""
    is_earlier = release.released < first[0].released
    when = f"right in the release of {release.released}; now" if is_earlier else f"{judgement.why}; before,"
    return replace(judgement, verdict="revised since", why=f"{when} {first[1].why}")


def _ranked(statement: Statement, releases: Sequence[Release]) -> Judgement:
    """Return the verdict on a rank, from the first release whose months reach as far back as the rank claims.

    A release other than the text's own can confirm a rank but not refute it.
    """
    word, month = "largest" if statement.direction > 0 else "smallest", statement.month
    for release in releases:
        for quantity in quantities(statement.subject, release):
            if not release.has(quantity.name):
                continue
            values = release.rows(quantity.name)["value"][:month]
            sign = (statement.subject.sign or 1) * statement.direction
            sizes = values * sign
            if month not in sizes.index:
                continue
            above = sizes.index[:-1][sizes.iloc[:-1] >= sizes.iloc[-1]]
            months = statement.length if statement.length > 1 else statement.lag + 1 if statement.lag else LONG
            if not len(above) and len(sizes) < months:
                continue
            beyond = above[-1] if len(above) else None
            since = month - statement.lag if statement.lag else None
            is_right = beyond == since or (beyond is None and since == sizes.index[0])
            refuted: Verdict = "wrong" if release is releases[0] else "not in the store"
            years = filter(None, (largest_year(other, quantity.name, sign) for other in releases))
            if is_right and not statement.lag and statement.length == 1 and (bound := next(years, None)):
                is_right = sizes.iloc[-1] > bound
                refuted = refuted if 2 * sizes.iloc[-1] <= bound else "not in the store"
            if statement.length > 1:
                is_right = beyond is None or beyond <= month - statement.length
            last = f"{beyond:%B %Y}" if beyond is not None else f"the series begins in {sizes.index[0]:%B %Y}"
            figure = release.figure(quantity.name, month)
            why = f"{'' if is_right else 'should be '}the {word} since {last} ({_source(release, figure)})"
            return Judgement(statement, "agrees" if is_right else refuted, quantity.label(), why, figure)
    return Judgement(statement, "not in the store", _named(statement.subject), "no series of five years to rank")


def _compared(statement: Statement, figure: Figure) -> Verdict:
    """Return whether a figure rounds to the number of the text; ``ties`` if the published millions cannot settle it."""
    size, value, half = figure.exact, exact(statement.value), exact(statement.step) / 2
    if statement.kind == "points":  # an amount does not move by points
        return "wrong"
    if statement.kind == "ratio":  # measured from no change, so that halving has a size just as doubling has
        way = 1 if value > 1 else -1
        size, value = (size - 1) * way, (value - 1) * way
        half, near = exact(WORDED) * value, 2 * exact(WORDED) * value
    else:
        if size * statement.direction < 0 and abs(size) >= half:
            return "wrong"
        size = abs(size) if statement.direction or statement.kind == "revision" or statement.bound else size
        near = exact(ROUGH) * abs(size)
    if statement.bound:
        inside = (size - value) * statement.bound
        is_open = statement.kind == "ratio" or value <= 2 * half  # *less than $0.1 billion* is next to nothing
        far = inside if is_open else value * (BOUND - 1 if statement.bound > 0 else Fraction(1, BOUND))
        return "agrees" if 0 < inside <= (near if statement.rough else far) else "wrong"
    half = max(half, near) if statement.rough else half
    gap = abs(size - value)
    return "agrees" if gap < half else "ties" if gap <= half + _off(statement, figure) else "wrong"


def _off(statement: Statement, figure: Figure) -> Fraction:
    """Return how far published millions may be from the unrounded figure, in the unit of the statement."""
    millions = exact(_MONTH_OFF if statement.average else min(statement.length * _MONTH_OFF, _ANNUAL_OFF))
    if statement.kind in ("level", "change", "revision"):
        return millions if statement.kind == "level" else 2 * millions
    base = max(abs(cell.value) for cell in figure.cells) or 1
    return (2 if statement.kind == "ratio" else 200) * millions / base


def _where(statement: Statement, release: Release, figure: Figure) -> str:
    """Return the store's figure in words, with its release and cells."""
    if statement.kind == "ratio":
        return f"{printed(figure.exact, 2)} times {statement.month - statement.lag:%B %Y} ({_source(release, figure)})"
    scale = 1000 if statement.kind in ("level", "change", "revision") else 1
    decimals = max(1, -int((statement.step / scale).as_tuple().exponent))
    number = printed(figure.exact / scale, decimals)
    amount = f"{number} percent" if scale == 1 else f"${number} billion".replace("$\N{MINUS SIGN}", "\N{MINUS SIGN}$")
    return f"{amount} ({_source(release, figure)})"


def _source(release: Release, figure: Figure) -> str:
    """Return the source of a figure: release, exhibit, cells and file."""
    first, last = figure.cells[0], figure.cells[-1]
    exhibit = f"exhibit {first.exhibit}, " if first.exhibit[:1].isdigit() else ""
    table, _, address = last.cell.rpartition("!")
    is_near = (last.file, table) == (first.file, first.cell.rpartition("!")[0]) and last.cell != first.cell
    return f"release of {release.released}, {exhibit}{first.cell}{f' and {address}' * is_near} of {first.file}"


def _named(subject: Subject) -> str:
    item = item_label(subject.item or ("goods" if subject.partner else "total"))
    return f"{subject.flow} of {item}{' with ' + subject.partner if subject.partner else ''}"


def _correction(statement: Statement, release: Release, judgement: Judgement) -> str:
    """Return what a wrong number should be, or that the quantity moved the other way."""
    figure, subject, way = judgement.proof, statement.subject, statement.direction or statement.moved
    is_right = figure is not None and _compared(replace(statement, direction=0), abs(figure)) != "wrong"
    meant = "" if is_right else _meant(statement, release)
    verbs = ("widened", "narrowed") if subject.flow == "balance" and subject.sign else ("rose", "fell")
    verb = (("was revised up", "was revised down") if statement.kind == "revision" else verbs)[way > 0]
    if figure is not None and statement.kind not in ("level", "ratio") and figure * way <= -exact(statement.step) / 2:
        return f"{verb} by {_where(statement, release, abs(figure))}{meant}"
    return f"{f'{verb} to' if is_right and statement.moved else 'should be'} {judgement.why}{meant}"


def _meant(statement: Statement, release: Release) -> str:
    """Return what else the number would be right for: another flow, item or month of the headline."""
    flows, items, matches = (("balance", -1), ("exports", 1), ("imports", 1)), ("total", "goods", "services"), []
    for (flow, sign), item, back in product(flows, items, (0, 1, 12)):
        subject = Subject(flow, sign, item, basis="bop")
        other = replace(statement, subject=subject, month=statement.month - back, direction=0)
        for quantity, figure in measures(other, release):
            if _compared(other, abs(figure)) == "agrees":
                matches.append(f"{quantity.label('short').lower()} in {other.month:%B %Y}")
    return f"; it would be right for {' or '.join(dict.fromkeys(matches[:2]))}" if matches else ""

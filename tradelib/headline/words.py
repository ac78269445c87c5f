"""The sentences about a month; plain, our own, each number carrying the cells that made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tradelib.headline.amounts import RANK, Amount, Cell, Number, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradelib.headline.amounts import Months

SIDES = {-1: "deficit", 1: "surplus"}
NEAR_ZERO = "a balance close to zero"
UNCHANGED = "virtually unchanged"
COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True)
class Phrase:
    """Words, and the numbers in them in the order in which they stand there."""

    text: str
    numbers: tuple[Number, ...] = ()

    def __str__(self) -> str:
        return self.text


def say(template: str, *parts: str | Number | Phrase) -> Phrase:
    """Fill the ``{}`` of a template, collecting the numbers."""
    numbers: list[Number] = []
    for part in parts:
        numbers += part.numbers if isinstance(part, Phrase) else [part] if isinstance(part, Number) else []
    return Phrase(template.format(*map(str, parts)), tuple(numbers))


def join(*phrases: Phrase, by: str = " ") -> Phrase:
    """Put phrases one after the other, leaving out empty ones."""
    kept = [phrase for phrase in phrases if phrase.text]
    return say(by.join(["{}"] * len(kept)), *kept)


def name_beside(month: pd.Period, other: pd.Period) -> str:
    """Return a month's name as it reads beside another month: with the year only where that differs."""
    return f"{month:%B}" if month.year == other.year else f"{month:%B %Y}"


def standing(balance: Amount) -> Phrase:
    """Return a balance as a noun: a deficit, a surplus, or close to zero."""
    if not balance.sign:
        return say("{}", balance.dollars(NEAR_ZERO))
    return say("a {} of {}", SIDES[balance.sign], balance.dollars())


def moved(now: Amount, then: Amount, *, percent: bool = True) -> Phrase:
    """Return "up", "down" or "virtually unchanged" with the amount; a deficit that grows is up."""
    change = now.minus(then)
    if not change.sign:
        return say("{}", change.dollars(UNCHANGED))
    way = "up" if change.sign * now.sign >= 0 else "down"
    share = now.percent_of(then) if percent else None
    return say("{} {} ({})", way, change.dollars(), share) if share else say("{} {}", way, change.dollars())


def cause(exports: Amount, imports: Amount, balance: Amount) -> str:
    """Say which flow moved the balance; the arguments are changes.

    When the balance moved, the larger of two movements in the same direction is the cause, or both when they
    went apart. Movements that round to 0.0 are said to be small, not hidden.
    """
    words = {1: "increased", -1: "decreased", 0: "were virtually unchanged"}
    out, into = exports.sign, imports.sign
    if out == into == 0:
        if not balance.sign:
            return "exports and imports were virtually unchanged too"
        edged = {1: "edged up", -1: "edged down", 0: "did not move"}
        ways = [edged[(flow.millions > 0) - (flow.millions < 0)] for flow in (exports, imports)]
        return f"exports {ways[0]} and imports {ways[1]}"
    if out != into:
        return f"exports {words[out]} and imports {words[into]}"
    if not balance.sign:
        return f"exports and imports {words[out]} by nearly the same amount"
    larger, smaller = ("exports", "imports") if balance.sign == out else ("imports", "exports")
    return f"{larger} {words[out]} more than {smaller}"


def item_clause(noun: str, now: Amount, then: Amount | None) -> Phrase:
    """Return how one balance stands and moved, for example "the goods deficit was $91.4 billion, down ..."."""
    if not now.sign or (then is not None and then.sign != now.sign):
        after = say(", after {}", standing(then)) if then is not None else Phrase("")
        return say("the {} balance was {}{}", noun, standing(now), after)
    moves = say(", {}", moved(now, then, percent=False)) if then is not None else Phrase("")
    return say("the {} {} was {}{}", noun, SIDES[now.sign], now.dollars(), moves)


def part_clause(noun: str, now: Amount, then: Amount | None) -> Phrase:
    """Return how a part of a flow stands and moved, for example "goods $176.7 billion, up $5.0 billion"."""
    moves = say(", {}", moved(now, then, percent=False)) if then is not None else Phrase("")
    return say("{} {}{}", noun, now.dollars(), moves)


@dataclass(frozen=True)
class Comparison:
    """A span of months beside an earlier one: all nine amounts of each.

    Attributes
    ----------
    get : callable
        Amount of a series over a span of months.
    now, then : months
        The two spans; ``then`` is None where the table cannot fill it.
    """

    get: Callable[[str, Months], Amount]
    now: Months
    then: Months | None

    def pair(self, flow: str, item: str = "total") -> tuple[Amount, Amount | None]:
        """Return the amount of a series now and then."""
        series = f"{flow}_{item}_bop_sa"
        return self.get(series, self.now), None if self.then is None else self.get(series, self.then)

    def change(self, flow: str) -> Amount | None:
        """Return the change of a total."""
        now, then = self.pair(flow)
        return None if then is None else now.minus(then)

    def cause(self) -> Phrase:
        """Return ": " and the cause, or nothing without an earlier span."""
        exports, imports, balance = (self.change(flow) for flow in ("exports", "imports", "balance"))
        if exports is None or imports is None or balance is None:
            return Phrase("")
        return Phrase(": " + cause(exports, imports, balance))

    def total(self, when: str, before: str, revised: Phrase | str = "") -> Phrase:
        """Return the sentence about the total balance: ``when`` opens it, ``before`` names the earlier span."""
        now, then = self.pair("balance")
        if then is not None and now.sign == then.sign != 0:
            sentence = "{} the {} in goods and services was {}, {} from {} {}{}{}."
            parts = (SIDES[now.sign], now.dollars(), moved(now, then), then.dollars())
            return say(sentence, when, *parts, before, revised, self.cause())
        if then is not None:
            swing = now.minus(then)
            told = say(", a swing of {}", swing.dollars()) if swing.sign else Phrase("")
            sentence = "{} trade in goods and services showed {}, after {} {}{}{}{}."
            return say(sentence, when, standing(now), standing(then), before, revised, told, self.cause())
        if now.sign:
            return say("{} the {} in goods and services was {}.", when, SIDES[now.sign], now.dollars())
        return say("{} trade in goods and services showed {}.", when, standing(now))

    def items(self) -> Phrase:
        """Return the sentence about the goods and the services balance."""
        parts = join(*(item_clause(item, *self.pair("balance", item)) for item in ("goods", "services")), by="; ")
        return say("{}.", Phrase(parts.text[0].upper() + parts.text[1:], parts.numbers))

    def flow(self, flow: str, before: str = "", *, parts: bool = False) -> Phrase:
        """Return the sentence about a flow, with its goods and services parts if asked."""
        now, then = self.pair(flow)
        told = say("{} were {}", flow.capitalize(), now.dollars())
        if then is not None:
            told = say("{}, {}{}", told, moved(now, then), f" from {before}" if before else "")
        if parts:
            told = say(
                "{}: {}", told, join(*(part_clause(i, *self.pair(flow, i)) for i in ("goods", "services")), by="; ")
            )
        return say("{}.", told)


def averages(table: Table, month: pd.Period) -> Phrase:
    """Return the three-month averages beside those ending a month and a year before."""
    spans = {back: pd.period_range(month - back - 2, month - back, freq="M") for back in (0, 1, 12)}
    if why := table.why_missing(spans[0]):
        return Phrase(f"No three-month average can be given: {why}.")
    names = {back: f"the three months to {name_beside(month - back, month)}" for back in (1, 12)}
    lacking = {back: table.why_missing(spans[back]) for back in (1, 12)}
    have = [back for back in (1, 12) if not lacking[back]]
    means = {
        flow: [table.mean(f"{flow}_total_bop_sa", spans[back]) for back in (0, *have)]
        for flow in ("balance", "exports", "imports")
    }
    opening = f"Over the three months to {month:%B %Y}"
    told = [_average_balance(opening, means["balance"], [names[back] for back in have])]
    ago = [{1: " from a month earlier", 12: " from a year earlier"}[back] for back in have]
    told += [
        say("{} averaged {}{}.", flow.capitalize(), now.dollars(), _moves(now, befores, ago))
        for flow, (now, *befores) in means.items()
        if flow != "balance"
    ]
    told += [Phrase(f"No comparison with {names[back]} can be given: {why}.") for back, why in lacking.items() if why]
    return join(*told)


def _average_balance(opening: str, means: list[Amount], names: list[str]) -> Phrase:
    now, *befores = means
    if now.sign and all(before.sign == now.sign for before in befores):
        moves = _moves(now, befores, [f" from {name}" for name in names])
        return say("{} the {} averaged {} a month{}.", opening, SIDES[now.sign], now.dollars(), moves)
    after = join(*(say("{} in " + name, standing(b)) for b, name in zip(befores, names, strict=True)), by=" and ")
    told = say(", after {}", after) if befores else Phrase("")
    return say("{} monthly trade averaged {}{}.", opening, standing(now), told)


def _moves(now: Amount, befores: list[Amount], endings: list[str]) -> Phrase:
    told = [say("{}" + end, moved(now, before)) for before, end in zip(befores, endings, strict=True)]
    return say(", {}", join(*told, by=" and ")) if told else Phrase("")


def place_in_history(table: Table, month: pd.Period) -> Phrase:
    """Return the rank of the balance among all months so far, and since when it was not so large or so small."""
    series = "balance_total_bop_sa"
    so_far = table.so_far(series, month)
    now = table.total(series, [month])
    if len(so_far) < 2 or not now.sign:
        return Phrase("")
    side, first = SIDES[now.sign], next(iter(so_far))
    sizes = {at: value * now.sign for at, value in so_far.items()}
    size = sizes.pop(month)
    rank = sum(other > size for other in sizes.values()) + 1
    cells = tuple(Cell(series, at) for at in so_far)
    words = {1: "largest", len(so_far): "smallest"}.get(rank, f"{rank:,}{_ending(rank)} largest")
    formula = f"1 + number of months with a larger {side}, {first}..{month}"
    number = Number(words, rank, RANK, formula, cells)
    count = Number(f"{len(so_far):,}", len(so_far), RANK, f"number of months, {first}..{month}", cells)
    sentence = "In current dollars it was the {} {} of the {} months since {}{}."
    return say(sentence, number, side, count, f"{first:%B %Y}", _since(table, sizes, size))


def _since(table: Table, before: dict[pd.Period, float], size: float) -> Phrase:
    """Return the last month with as large a balance when it grew, or as small a one when it shrank."""
    newest = list(before.values())[-1]
    backwards = reversed(before.items())
    if newest <= 0:
        last = next((month for month, other in backwards if other > 0), None)
        return Phrase(f", and the first since {last:%B %Y}" if last else ", and the first so far")
    if newest == size:
        return Phrase("")
    word = "largest" if newest < size else "smallest"
    last = next((m for m, other in backwards if (other >= size if newest < size else 0 < other <= size)), None)
    if last is None:
        return Phrase("")
    return say(
        ", and the {} since {} ({})", word, f"{last:%B %Y}", table.total("balance_total_bop_sa", [last]).dollars()
    )


def _ending(rank: int) -> str:
    """Return the ending of an ordinal: 1st, 2nd, 3rd, 4th, 11th."""
    return "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")

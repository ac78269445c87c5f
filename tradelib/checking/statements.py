"""Statements with a number in a text about the U.S. trade figures: what quantity, month and change each speaks of."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

import pandas as pd

from tradelib.checking.vocabulary import Token, plain, sentences, tokens

Kind = Literal["level", "change", "percent", "share", "revision", ""]
_SCALE = {"t": 1_000_000, "b": 1_000, "m": 1}
_ROUGH = re.compile(r"(?:about|around|roughly|nearly|almost|approximately|some|more than|over|just under|close to|~)\s*$", re.IGNORECASE)
_BOUND = re.compile(r"less than\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """What a number is about.

    Attributes
    ----------
    flow : str
        ``exports``, ``imports`` or ``balance``; empty where the text has not said.
    sign : int
        What the size of a balance is multiplied by: -1 for a deficit, 1 for a surplus, 0 where either may be.
    item, partner : str
        As ``Quantity`` has them; an empty item is the total, or goods with a partner.
    basis, price : str
        ``census``, ``bop`` or ``net``, and ``real`` or ``nominal``, where the text says so.
    """

    flow: str = ""
    sign: int = 1
    item: str = ""
    partner: str = ""
    basis: str = ""
    price: str = ""


@dataclass(frozen=True)
class Statement:
    """One number of a text and what it says.

    Attributes
    ----------
    number, sentence : str
        As written.
    start : int
        Place of the number in the plain text.
    subject : Subject
        What it is about.
    kind : {"level", "change", "percent", "share", "revision", ""}
        What it measures: an amount, a change of one, a change in percent, a share of GDP, a revision; empty where the
        text was not understood.
    month : Period or None
        Last month of the span.
    length, lag : int
        Months in the span, and between it and the one it is compared with.
    average : bool
        The mean of the span's months instead of their sum.
    direction : {-1, 0, 1}
        Whether it says up or down.
    value, step : Decimal
        Millions of dollars or percent, and one unit of the last place written.
    rough, bound, is_base : bool
        It says *about*, *less than*, or is what a change is counted from.
    """

    number: str
    sentence: str
    start: int
    subject: Subject = Subject()
    kind: Kind = ""
    month: pd.Period | None = None
    length: int = 1
    lag: int = 1
    average: bool = False
    direction: int = 0
    value: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    rough: bool = False
    bound: bool = False
    is_base: bool = False


@dataclass
class _Context:
    """What a text has said so far, for sentences that leave it out."""

    month: pd.Period | None
    current: pd.Period | None = None
    subject: Subject = field(default_factory=Subject)
    length: int = 1
    lag: int = 1
    average: bool = False
    revised: pd.Period | None = None
    billions: bool = False


def read(text: str, month: pd.Period | None = None) -> list[Statement]:
    """Return the statements of a text in order, also those that were not understood.

    Parameters
    ----------
    text : str
        In English.
    month : Period, optional
        The statistical month that it is about; by default the first that it names with its year.
    """
    text = plain(text)
    context = _Context(month or subject_month(text))
    found: list[Statement] = []
    end = 0
    for place, sentence in sentences(text):
        if "\n" in text[end:place]:
            context.current = None  # a new paragraph is about the month of the text again
        end = place + len(sentence)
        found += (said := _Sentence(sentence, place, context).statements())
        named = [row.month for row in said if row.kind in ("level", "change", "percent") and not row.is_base]
        context.current = named[-1] if named and context.length == 1 else context.current
    return found


def subject_month(text: str) -> pd.Period | None:
    """Return the first month that a text names with its year, without days; None where it names none."""
    months = [_period(token.text, None) for token in tokens(plain(text)) if token.kind == "month" and re.search(r"\d", token.text)]
    return next(iter(months), None)


def released_day(text: str) -> dt.date | None:
    """Return the first day that a text names; None where it names none."""
    days = [token.text for token in tokens(plain(text)) if token.kind == "date"]
    return pd.Timestamp(days[0]).date() if days else None


def _period(text: str, month: pd.Period | None) -> pd.Period | None:
    """Return a named month; without its year the last one up to the month of the text."""
    name = re.match(r"[A-Za-z]{3}", text)
    number = pd.Timestamp(f"1 {name[0]} 2000").month if name else 12
    if year := re.search(r"(?:19|20)\d\d", text):
        return pd.Period(year=int(year[0]), month=number, freq="M")
    if month is None:
        return None
    return pd.Period(year=month.year - (number > month.month), month=number, freq="M")


class _Sentence:
    """The grammar: roles of the numbers of one sentence, from the words around each."""

    def __init__(self, sentence: str, place: int, context: _Context) -> None:
        self.sentence, self.place, self.context = sentence, place, context
        self.tokens = tokens(sentence)
        self.numbers = [at for at, token in enumerate(self.tokens) if token.kind in ("money", "percent", "points")]

    def between(self, left: int, right: int) -> str:
        """Return the text between two tokens, -1 and beyond for the ends of the sentence."""
        start = self.tokens[left].end if left >= 0 else 0
        return self.sentence[start : self.tokens[right].start if right < len(self.tokens) else None]

    def statements(self) -> list[Statement]:
        """Return what each number says, and leave in the context what the next sentence may refer to."""
        self._spans()
        if re.search(r"in billions of dollars|billions? \$", self.sentence, re.IGNORECASE):
            self.context.billions = True
        found = []
        before = -1
        has_foreign = any(token.kind == "foreign" for token in self.tokens)
        self.subject = replace(self.context.subject, price="", basis=self._basis())
        self.spoken = False
        self.list_direction = 0
        for at in self.numbers:
            self._subject(before + 1, at)
            token = self.tokens[at]
            blank = Statement(token.text, self.sentence.strip(), self.place + token.start)
            said = None if has_foreign or token.kind == "points" else self._said(at, before, blank, found)
            found.append(said or blank)
            before = at
        self._subject(before + 1, len(self.tokens))
        if self.spoken and not has_foreign:
            self.context.subject = self.subject
        return [row for row in found if row.kind or self.spoken]

    def _spans(self) -> None:
        """Take over month, span and comparison that the sentence names."""
        # A span named after the numbers is that of another sentence or of a drawing beside the text.
        stop = self.numbers[0] if self.numbers else len(self.tokens)
        context, own = self.context, {
            token.value for at, token in enumerate(self.tokens)
            if token.kind == "span" and (at < stop or token.value != "average")
        }  # fmt: skip
        named = [token for token in self.tokens if token.kind == "month"]
        years = [token for token in self.tokens if token.kind == "year"]
        if heading := re.search(r"\bRevisions to (?=[A-Z])", self.sentence):
            context.revised = next((_period(t.text, context.month) for t in named if t.start >= heading.end()), None)
        elif re.search(r"\(exhibit", self.sentence):
            context.revised = None
        months = [period for token in named if (period := _period(token.text, context.month))]
        if "year_to_date" in own and context.month is not None:
            context.length, context.lag, context.average = context.month.month, 12, False
        elif "average" in own:
            context.length, context.average = 3, True
            context.lag = 12 if "year_ago" in own or (context.lag == 12 and context.length == 3 and not months) else 1
        elif re.search(r"(?:deficit|surplus|exports|imports): ?\$", self.sentence, re.IGNORECASE):
            context.length, context.lag, context.average = 1, 1, False
        elif "annual" in own or (years and not named):
            context.length, context.lag, context.average = 12, 12, False
        elif named or any(token.kind == "flow" for token in self.tokens) and not self._follows():
            context.length, context.lag, context.average = 1, 1, False
        if "year_ago" in own and context.length == 1:
            context.lag = 12

    def _follows(self) -> bool:
        """Whether the sentence goes on about the span of the one before: it names neither month nor whole."""
        return self.context.length > 1 and not any(token.kind == "month" for token in self.tokens)

    def _basis(self) -> str:
        named = [token.value for token in self.tokens if token.kind == "basis"]
        return named[0] if named else ""

    def _subject(self, first: int, stop: int) -> None:
        """Take over flow, item, partner and price that stand between two numbers."""
        for at in range(first, stop):
            token = self.tokens[at]
            if token.kind == "flow":
                self._flow(at, token, first)
            elif token.kind == "item":
                ahead = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
                if not (ahead and ahead.kind == "flow" and re.fullmatch(r"[\s-]*(?:trade\s+)?", self.between(at, at + 1))):
                    self.subject = replace(self.subject, item=token.value)
                self.spoken = self.spoken or bool(self.subject.flow)
            elif token.kind == "partner":
                kept = self.subject.item if self.subject.item.startswith("goods/") and self._linked(at) else ""
                self.subject = replace(self.subject, partner=token.value, item=kept)
                self.spoken = self.spoken or bool(self.subject.flow)
            elif token.kind == "price":
                self.subject = replace(self.subject, price=token.value)
            elif token.kind == "basis" and token.value == "net":
                self.subject, self.spoken = replace(self.subject, item="goods", basis="net"), True

    def _linked(self, at: int) -> bool:
        return at > 0 and self.tokens[at - 1].kind == "item"

    def _flow(self, at: int, token: Token, first: int) -> None:
        """Take over a flow, with the item before it (*goods deficit*) or without one."""
        flow = token.value if token.value in ("exports", "imports") else "balance"
        sign = {"deficit": -1, "balance": 0}.get(token.value, 1)
        left = self.tokens[at - 1] if at else None
        item, partner = "", ""
        if left and left.kind == "item" and re.fullmatch(r"[\s-]*(?:trade\s+)?", self.between(at - 1, at)):
            item = left.value
        elif left and left.kind == "partner" and re.fullmatch(r"[\s-]*(?:trade\s+)?", self.between(at - 1, at)):
            partner = left.value
        elif left and left.kind == "price" and not self.spoken and self.subject.item:
            item = ""
        if not item and not partner and self.context.subject.partner and at == next(
            (number for number, other in enumerate(self.tokens) if other.kind == "flow"), at
        ) or (not item and self.subject.partner and self.spoken):
            partner = self.subject.partner
        price = left.value if left and left.kind == "price" else self.subject.price if item else ""
        if not price and first and self.subject.price and self.subject.flow != flow:
            price = ""
        real = any(other.kind == "price" for other in self.tokens[max(0, at - 2) : at])
        self.subject = replace(
            self.subject, flow=flow, sign=sign, item=item, partner=partner, price=self._price(at) if real else ""
        )
        self.spoken = True

    def _price(self, at: int) -> str:
        return next(token.value for token in reversed(self.tokens[:at]) if token.kind == "price")

    def _said(self, at: int, before: int, blank: Statement, found: list[Statement]) -> Statement | None:
        """Return what one number says; None where the words around it do not tell."""
        token, context = self.tokens[at], self.context
        value, step = _value(token, billions=context.billions)
        if value is None or context.month is None:
            return None
        left = next((t for t in reversed(self.tokens[:at]) if t.kind != "than"), None)
        near = self.sentence[left.end if left else 0 : token.start]
        ahead = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        after = self.between(at, at + 1)
        raw = self.sentence[: token.start]
        segment = self.tokens[before + 1 : at]
        way = next((1 if t.value == "up" else -1 for t in reversed(segment) if t.kind == "direction"), 0)
        subject, kind, lag = self.subject, "", context.lag
        month = context.current if context.current is not None and context.length == 1 else context.month
        last = found[-1] if found else None
        named = [t for t in segment if t.kind == "month"]
        if ahead and ahead.kind == "direction" and re.fullmatch(r"[\s-]*(?:points? )?", after) and left and not (
            left.kind in ("level", "from") and token.kind == "money"
        ):
            way, kind = (1 if ahead.value == "up" else -1), "change"
            noun = self._noun_after(at + 1)
            subject = noun or subject
        elif re.match(r"\s*(?:more|higher|greater|above)\b(?: than)?", after):
            way, kind = 1, "change"
        elif re.match(r"\s*(?:less|lower|fewer|below)\b(?: than)?", after):
            way, kind = -1, "change"
        elif re.search(r"\(\s*$", raw) and token.kind == "money":
            way = self.list_direction = way or self.list_direction
            kind = "change" if way and not self._listed() else "level"
            way = way if kind == "change" else 0
            subject = replace(subject, sign=self._listed() or subject.sign)
        elif token.kind == "percent" and last and re.search(r"(?:\(\s*|,? or |,? and |, )$", raw[last.start - self.place + len(last.number) :]) and last.kind == "change" and not way:
            kind, way, subject = "percent", last.direction, last.subject
            lag = last.lag
        elif left and left.kind == "from":
            kind = "level"
            lag_to = self._month_after(at)
            month = lag_to or month - lag
            way = 0
        elif re.search(r"\bby\s*(?:\w+\s+){0,2}$", near) and way:
            kind = "change"
        elif re.search(r"\bof\s*(?:\w+\s+){0,1}$", near):
            kind = "change" if way else "level"
        elif left and left.kind == "level" and re.fullmatch(r"\s*(?:a|an|the|about|around|nearly|roughly|some|almost|record|just|over|under|revised|at|to|approximately|\s)*\s*", near):
            kind, way = "level", 0
        elif way and left and left.kind == "direction":
            kind = "change"
        elif way and re.fullmatch(r"\s*(?:a|an|the|about|around|nearly|roughly|some|almost|less than|more than|another|further|just|over|\s)*\s*", near):
            kind = "change"
        elif token.text[0] in "+-\u2212" and token.kind == "percent" and last:
            kind, way, subject = "percent", (1 if token.text[0] == "+" else -1), last.subject
        elif subject.flow and token.kind == "money" and not segment[-1:] == [] and segment[-1].kind in ("flow", "item", "level"):
            kind, way = "level", 0
        if token.kind == "percent":
            has_gdp = any(t.kind == "gdp" for t in self.tokens) and (
                (ahead and ahead.kind == "gdp") or re.search(r"percentage of|share of|percent of", self.sentence, re.IGNORECASE)
            )
            if has_gdp:
                kind, way = "share", 0
            elif kind in ("change", "level"):
                kind = "percent" if kind == "change" else ""
        if not kind or not (subject.flow or kind == "share"):
            return None
        if not (self.spoken or last or (way and self.context.subject.flow)):
            return None
        if kind == "share":
            subject = replace(subject, flow="balance", sign=subject.sign or -1, item="total")
        if self.context.revised is not None and "revised" in raw:
            kind, month = "revision", self.context.revised
        elif left and left.kind == "from":
            pass
        elif (own := self._month_of(at, segment)) is not None:
            month = own
        if kind in ("change", "percent") and (base := self._base(at)) is not None and month > base:
            lag = (month - base).n
        return replace(
            blank, subject=subject, kind=kind, month=month, length=context.length, lag=lag, average=context.average,
            direction=way, value=value, step=step, rough=bool(_ROUGH.search(raw)), bound=bool(_BOUND.search(raw)),
            is_base=bool(left and left.kind == "from"),
        )  # fmt: skip

    def _listed(self) -> int:
        """Whether the sentence lists partners under surpluses or deficits: 1 or -1."""
        if not any(token.kind == "partner" for token in self.tokens):
            return 0
        words = [token.value for token in self.tokens if token.kind == "flow"]
        return {"surplus": 1, "deficit": -1}.get(words[0], 0) if words else 0

    def _noun_after(self, at: int) -> Subject | None:
        """Return the subject that follows *increase in*, up to the next number."""
        if not re.match(r"\s+(?:in|of)\b", self.between(at, at + 1) if at + 1 < len(self.tokens) else ""):
            return None
        stop = next((number for number in self.numbers if number > at), len(self.tokens))
        kept, spoken = self.subject, self.spoken
        self._subject(at + 1, stop)
        found, self.subject, self.spoken = self.subject, kept, spoken
        return found if found != kept else replace(kept)

    def _month_after(self, at: int) -> pd.Period | None:
        """Return the month or year named right after a number."""
        ahead = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if ahead and ahead.kind in ("month", "year") and re.fullmatch(r"\s*(?:revised )?(?:in|for)\s*(?:the )?", self.between(at, at + 1)):
            return self._named(ahead)
        return None

    def _named(self, token: Token) -> pd.Period | None:
        if token.kind == "year":
            return pd.Period(year=int(token.text[-4:]), month=12, freq="M")
        return _period(token.text, self.context.month)

    def _month_of(self, at: int, segment: list[Token]) -> pd.Period | None:
        """Return the month that a number is about where the words around it name one."""
        if (own := self._month_after(at)) is not None:
            return own
        previous = None
        for number, token in enumerate(segment):
            is_base = number and segment[number - 1].kind == "from"
            if token.kind in ("month", "year") and not is_base:
                previous = self._named(token)
        if previous is None and self.numbers and at != self.numbers[0]:
            return None if self.context.month is None else self._first_month()
        return previous if previous is not None else self._first_month()

    def _first_month(self) -> pd.Period | None:
        """Return the first month of the sentence that is no base of comparison and stands with no earlier level."""
        for number, token in enumerate(self.tokens):
            left = self.tokens[number - 1] if number else None
            if token.kind in ("month", "year") and not (left and left.kind in ("from", "money")) and not (
                left and left.kind == "percent" and number > 1 and self.tokens[number - 2].kind == "from"
            ):
                return self._named(token)
        return None

    def _base(self, at: int) -> pd.Period | None:
        """Return the month that a change is counted from, where it is named after the number."""
        pair = self.tokens[at + 1 : at + 4]
        for left, right in zip(pair, pair[1:], strict=False):
            if left.kind in ("money", "percent"):
                return None
            if left.kind == "from" and right.kind in ("month", "year"):
                return self._named(right)
        return None


def _value(token: Token, *, billions: bool) -> tuple[Decimal | None, Decimal]:
    """Return a number in millions of dollars or percent, and one unit of its last place."""
    digits = re.search(r"\d[\d,]*(?:\.\d+)?", token.text)
    if not digits:
        return None, Decimal(1)
    value = Decimal(digits[0].replace(",", ""))
    scale = Decimal(1)
    if token.kind == "money":
        unit = re.search(r"\d[ -]?([a-z])", token.text, re.IGNORECASE)
        if not unit and not billions:
            return None, scale
        scale = Decimal(_SCALE[unit[1].lower()] if unit else _SCALE["b"])
    return value * scale, scale.scaleb(int(value.as_tuple().exponent))

"""Parse a text of the agencies or the press into statements, by rules on the words around each number."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from tradelib.words.checking.rules import Number, qualifier
from tradelib.words.checking.statements import Context, Kind, Span, Statement, Subject
from tradelib.words.checking.vocabulary import Token, amount, factor, month_of, phrase, plain, sentences, tokens, words

_KINDS: dict[str, Kind] = {"money": "level", "percent": "percent", "points": "points", "ratio": "ratio"}
_AGO = {"month_ago": 1, "year_ago": 12}
_SUBJECTS = ("flow", "item", "partner")


_NEAR = 11
"""A number belongs to the record before it if fewer characters lie between them: *record high of $419.0 billion*."""
_FAR = 3
"""Number of sentences without a flow after which the last flow is no longer carried over."""


def read(text: str, month: pd.Period) -> list[Statement]:
    """Return the statements of a text in order, including those not understood.

    Parameters
    ----------
    text : str
        In English.
    month : Period
        The statistical month that the text is about.
    """
    text = plain(text)
    elsewhere = [*phrase("elsewhere").findall(text), *re.findall(words()["foreign"]["countries"], text, re.IGNORECASE)]
    if len(elsewhere) > len(phrase("here").findall(text)):
        return []
    context, rows, end = Context(month), list[Statement](), 0
    for place, sentence in sentences(text):
        if "\n" in text[end:place]:
            context.current = None  # a new paragraph returns to the month of the text
        end = place + len(sentence)
        own = Sentence(sentence, place, context).statements()
        months = [row.month for row in own if row.kind not in ("", "rank", "revision", "share") and not row.is_base]
        context.current = months[-1] if months and context.span.length == 1 else context.current
        rows += own
    return rows


class Sentence:
    """One sentence: its subject, tracked from word to word, and the statements of its numbers."""

    def __init__(self, text: str, place: int, context: Context) -> None:
        self.text, self.place, self.context = text, place, context
        self.tokens = tokens(phrase("aside").sub(lambda aside: f",{' ' * (len(aside[0]) - 2)},", text))
        self.numbers = [at for at, token in enumerate(self.tokens) if token.kind in _KINDS]
        basis = next((token.value for token in self.tokens if token.kind == "basis"), "")
        self.terms = next((token.value for token in self.tokens if token.kind == "terms"), "")
        subject = context.subject if context.distance < _FAR else Subject()
        self.subject = replace(subject, price=self.terms, basis=basis)
        self.has_subject = not context.distance and bool(phrase("pronoun").match(text))
        self.listed = ""
        self.rows: list[Statement] = []

    def between(self, left: int, right: int) -> str:
        """Return the text between two tokens, up to the end of the sentence."""
        return self.text[self.tokens[left].end : self.tokens[right].start if right < len(self.tokens) else None]

    def statements(self) -> list[Statement]:
        """Return a statement for each number, and update the context for the next sentence."""
        self._take_span()
        self.context.billions |= "in billions of dollars" in self.text.lower()
        start = 0
        for at in self.numbers:
            self._take_subject(start, at)
            token = self.tokens[at]
            statement = Statement(token.text, self.text.strip(), self.place + token.start)
            if not self._is_foreign(token.start):
                self.subject = replace(self.subject, basis=self._basis(token.start))
                statement = self._statement(Number(self, at, start), statement)
            self.rows.append(statement)
            start = at + 1
        self._take_subject(start, len(self.tokens))
        self.context.distance += 1
        if self.has_subject and not self._is_foreign(len(self.text)):
            self.context.subject, self.context.distance = self.subject, 0
        is_trade = self.has_subject or phrase("trade").search(self.text)
        rows = [row for row in [*self.rows, *self._ranks()] if row.kind or is_trade]
        return sorted(rows, key=lambda row: row.start)

    def _is_foreign(self, place: int) -> bool:
        """Return whether the last subject before a place in the sentence is not trade: *the budget deficit*."""
        subjects = [token for token in self.tokens if token.kind in ("flow", "foreign") and token.start < place]
        return bool(subjects) and subjects[-1].kind == "foreign"

    def _ranks(self) -> list[Statement]:
        """Return the ranks, each of the level right after it, else the last before, else the first, else the month."""
        ranks = []
        levels = [row for row in self.rows if row.kind == "level" and not row.is_base and row.length == 1]
        for match in phrase("rank").finditer(self.text):
            place = self.place + match.start()
            before = [row for row in levels if row.start < place]
            beside = [row for row in self.rows if row.kind == "level" and 0 < row.start - place - len(match[0]) < _NEAR]
            month = [*self._months(self.tokens, "from", "money"), self.context.month][0]
            usual = Statement("", self.text.strip(), place, self.subject, "level", month)
            level = [*beside, *reversed(before), *levels, usual][0]
            since = month_of(match["since"].removeprefix("in "), level.month) if match["since"] else None
            way = -1 if re.search(r"\b(?:low|lowest|smallest|narrowest|least)\b", match[0], re.IGNORECASE) else 1
            lag = (level.month - since).n if since is not None else 0
            span = int(factor(match["span"] or ""))
            is_trade = level.subject.flow and (levels or self.has_subject) and not self._is_foreign(match.start())
            if is_trade and (span > 1 or not match["span"]):
                rank = replace(level, number=match[0], start=place, kind="rank", direction=way, lag=lag, length=span)
                ranks.append(Statement(match[0], self.text.strip(), place) if match["doubt"] else rank)
        return ranks

    def _take_span(self) -> None:
        """Update the context with the month, span and comparison that the sentence names."""
        context, kinds = self.context, {token.kind for token in self.tokens}
        # An average named after the numbers belongs to another sentence or to a chart beside the text.
        stop = self.numbers[0] if self.numbers else len(self.tokens)
        all_spans = [(at, token.value) for at, token in enumerate(self.tokens) if token.kind == "span"]
        spans = {value for at, value in all_spans if at < stop or value != "average"}
        lag = 12 if "year_ago" in spans else 1
        named = next((self._span(token, lag) for token in self.tokens if token.kind == "range"), Span())
        if heading := re.search(r"\bRevisions to (?=[A-Z])", self.text):
            months = [token for token in self.tokens if token.kind == "month" and token.start >= heading.end()]
            context.revised = month_of(months[0].text, context.month) if months else None
        elif "(exhibit" in self.text:
            context.revised = None
        if named.length > 2 and "average" not in spans:
            context.span = named
        elif "year_to_date" in spans:
            context.span = Span(context.month.month, 12)
        elif "average" in spans:
            goes_on = context.span.average and context.span.lag == 12 and "month" not in kinds
            context.span = Span(max(3, named.length), 12 if goes_on else lag, average=True, end=named.end)
        elif re.search(r"(?:deficit|surplus|exports|imports): ?\$", self.text, re.IGNORECASE):
            context.span = Span()
        elif "annual" in spans or ("year" in kinds and "month" not in kinds):
            context.span = Span(12, 12)
        elif "month" in kinds or ("flow" in kinds and context.span.length == 1):
            context.span = Span(1, lag)

    def _span(self, token: Token, lag: int) -> Span:
        """Return the span of a quarter or of *January to March*, and its lag: the span before or a year before."""
        months = r"\b(?!(?i:from|between|and|through|over|for|during)\b)[A-Z][A-Za-z]{2,8}"
        names = re.findall(months, f"{token.value} {token.text}")[:2]
        end = month_of(f"{names[-1]} {token.text[-4:]}", self.context.month)
        length = (end - month_of(names[0], end)).n + 1
        if token.value == "last":
            length = int(factor(re.split(" (?:months|through|to|until|end)", token.text.lower())[0]))
        return Span(length, 12 if lag == 12 else length, end=end)

    def _basis(self, place: int) -> str:
        """Return the basis of a number: the last one before it if bases precede their numbers, else the next."""
        bases = [token for token in self.tokens if token.kind == "basis" and token.value != "net"]
        is_led = any(token.start < self.tokens[self.numbers[0]].start for token in bases[:1])
        near = [token for token in bases if (token.start < place) == is_led] or bases[-1:]
        return near[-1 if is_led else 0].value if near else self.subject.basis

    def _take_subject(self, first: int, stop: int) -> None:
        """Update the subject with the flow, item, partner and price named between two numbers."""
        for at in range(first, stop):
            token, left = self.tokens[at], self.tokens[at - 1] if at else None
            ahead = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            if token.kind == "flow":
                self._take_flow(at, token)
            elif token.kind == "item":
                is_suffix = left and left.kind == "item" and left.value.startswith(f"{token.value}/")
                is_of_flow = ahead and ahead.kind == "flow" and phrase("joined").fullmatch(self.between(at, at + 1))
                if not is_of_flow and not (is_suffix and self.between(at - 1, at) == " "):
                    self.subject = replace(self.subject, item=token.value)
            elif token.kind == "partner":
                is_kept = left and left.kind in ("item", "flow", "from", "level")
                kept = self.subject.item if is_kept and self.subject.item not in ("goods", "total") else ""
                self.subject = replace(self.subject, partner=token.value, item=kept, is_carried=False)
            elif token.kind == "price":
                self.subject = replace(self.subject, price=token.value)
            elif token.kind == "basis" and token.value == "net":
                self.subject = replace(self.subject, item="goods", basis="net")
            if left and left.kind == token.kind in _SUBJECTS and self.between(at - 1, at) == " and ":
                self.subject = replace(self.subject, flow="")  # its numbers are about both
            is_subject = token.kind in _SUBJECTS or (token.kind, token.value) == ("basis", "net")
            self.has_subject |= token.kind == "flow" or (is_subject and bool(self.subject.flow))

    def _take_flow(self, at: int, token: Token) -> None:
        """Update the subject with a flow and the item or partner before it (*goods deficit*), or an earlier partner."""
        flow = token.value if token.value in ("exports", "imports") else "balance"
        left = next((other for other in reversed(self.tokens[:at]) if other.kind != "level"), token)
        named = left if phrase("joined").fullmatch(self.text[left.end : token.start]) else None
        kept = self.subject.item if phrase("leaving").search(self.text[: token.start]) else ""
        item = named.value if named and named.kind == "item" else kept
        partner = named.value if named and named.kind == "partner" else ""
        is_first = not any(other.kind == "flow" for other in self.tokens[:at])
        before, is_carried = (self.subject if self.has_subject else self.context.subject), False
        if not item and not partner and (self.has_subject or is_first):
            partner, is_carried = before.partner, before.is_carried or not self.has_subject
        near = self.tokens[max(0, at - 2) : at]
        price = [self.terms, *(other.value for other in near if other.kind == "price")][-1]
        sign = {"deficit": -1, "balance": 0}.get(token.value, 1)
        self.subject = Subject(
            "" if self._is_unknown(token.end, at) else flow, sign, item, partner, self.subject.basis, price, is_carried
        )

    def _followed(self, at: int, subject: Subject) -> Subject:
        """Return a subject with the item and partner named right after an amount: *$14.1 billion with Vietnam*."""
        last = self.tokens[at]
        for token in [other for other in self.tokens[at + 1 :] if other.kind not in ("from", "level")]:
            link = self.text[last.end : token.start]
            if not phrase("linked").fullmatch(last.kind + link + token.kind):
                break
            if token.kind == "partner":
                flow = "" if " and " in link else subject.flow
                subject = replace(subject, flow=flow, partner=token.value, is_carried=False)
            elif token.kind == "item" and token.value != "total":
                subject = replace(subject, item=token.value)
            last = token
        return replace(subject, flow="") if self._is_unknown(last.end, at) else subject

    def _is_unknown(self, end: int, at: int) -> bool:
        """Return whether a token is followed by an item or partner that no table has."""
        after = phrase("follows").match(self.text, end)
        return after is not None and not any(-5 < other.start - after.end() <= 0 for other in self.tokens[at + 1 :])

    def named_at(self, at: int) -> Subject:
        """Return the subject as it would be after the words from a token to the next number."""
        stop = next((number for number in self.numbers if number > at), len(self.tokens))
        subject, has_subject = self.subject, self.has_subject
        self._take_subject(at, stop)
        named, self.subject, self.has_subject = self.subject, subject, has_subject
        return named

    def _statement(self, n: Number, blank: Statement) -> Statement:
        """Return the statement of one number; the blank one if the words around it do not determine it."""
        span, token, before = self.context.span, n.token, n.texts["before"]
        value, step = amount(token, billions=self.context.billions)
        claim = n.statement(blank)
        if value is None or claim is None or not claim.kind:
            return blank
        if not (self.has_subject or n.last or claim.direction or claim.subject is not self.subject):
            return blank
        if token.value == "part":
            value = 1 + value * claim.direction
        elif token.kind == "ratio" and claim.direction < 0 and value > 1:  # *fell tenfold*
            value = 1 / value
        month = self._month_of(n, claim)
        if token.kind != "money":
            is_share = re.search(r"percentage of|share of|percent of", self.text, re.IGNORECASE) or n.right
            if any(token.kind == "gdp" for token in self.tokens) and is_share:
                sign = claim.subject.sign or -1
                subject = replace(claim.subject, flow="balance", sign=sign, item="total", price="", basis="")
                claim = replace(claim, kind="share", direction=0, moved=0, subject=subject)
            elif claim.kind != "change" or (token.kind == "points" and phrase("economy").search(self.text)):
                return blank
            else:
                claim = replace(claim, kind=_KINDS[token.kind])
        else:
            claim = replace(claim, subject=self._followed(n.at, claim.subject))
        if not claim.subject.flow:
            return blank
        if self.context.revised is not None and "revised" in before:
            claim, month = replace(claim, kind="revision"), self.context.revised
        named = phrase("base").match(n.texts["rest"]) or phrase("led").match(self.text)
        base = self._named(tokens(named["base"])[0]) if named and claim.kind not in ("level", "share") else None
        bound, rough = qualifier(before)
        return replace(
            claim, month=month, length=span.length, average=span.average, value=value, step=step,
            lag=(month - base).n if base and month > base else self._ago(token.start) or claim.lag or span.lag,
            rough=rough, bound=bound, is_base=claim.is_base or bool(re.search(r"\([^()]*:\s*$", before)),
        )  # fmt: skip

    def _named(self, token: Token) -> pd.Period:
        if token.kind == "month":
            return month_of(token.text, self.context.month)
        month = 12 if self.context.span.length == 12 else self.context.month.month
        return pd.Period(year=int(token.text[-4:]), month=month, freq="M")

    def _month_of(self, n: Number, claim: Statement) -> pd.Period:
        """Return the last month of the span that a number is about."""
        context, span = self.context, self.context.span
        if span.end is not None:
            return span.end - span.lag * claim.is_base
        usual = (context.current if span.length == 1 else None) or context.month
        if n.right and phrase("dated").fullmatch(n.texts["next"] + n.right.kind):
            return self._named(n.right)
        ago = phrase("ago").match(n.texts["rest"]) or phrase("ago").match(self.text) if claim.kind == "level" else None
        if claim.is_base and not ago:
            return usual - span.lag
        named = self._months(n.segment, "from", "than")[-1:] or self._months(self.tokens, "from", "than", "money")
        month = named[0] if named else usual
        return month - (12 if ago["year"] else 1) if ago else month

    def _months(self, words: list[Token], *after: str) -> list[pd.Period]:
        """Return the months among words, except those after words of the given kinds, such as bases of comparison."""
        pairs = pairwise([None, *words])
        named = [token for left, token in pairs if token and not (left and left.kind in after)]
        return [self._named(token) for token in named if token.kind in ("month", "year")]

    def _ago(self, place: int) -> int:
        """Return how many months back the sentence compares, preferably as named after a number; 0 if it does not."""
        spans = [token for token in self.tokens if token.value in _AGO and self.context.span.length == 1]
        token = next((token for token in spans if token.start > place), spans[-1] if spans else None)
        return _AGO[token.value] if token else 0

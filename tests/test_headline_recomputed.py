"""Every number in the text of every month, computed again from the file by other code."""

import calendar
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

import official
import pytest

import tradelib
from tradelib import headline
from tradelib.store import HEADLINE

CAUSE = (
    r"(?:imports|exports) (?:in|de)creased more than (?:imports|exports)"
    r"|exports and imports (?:in|de)creased by nearly the same amount"
    r"|exports and imports were virtually unchanged too"
    r"|exports (?:(?:in|de)creased|were virtually unchanged|edged up|edged down) and imports "
    r"(?:(?:in|de)creased|were virtually unchanged|edged up|edged down)"
)
TOKEN = re.compile(
    rf"{CAUSE}|\$[\d,]+\.\d billion(?: ±0\.1)?|less than 0\.1 percent|[\d,]+\.\d percent(?: ±0\.1)?"
    r"|virtually unchanged|\b(?:up|down|deficit|surplus|widened|narrowed)\b"
)
MONTHS = list(calendar.month_name)[1:]


@pytest.fixture(scope="module")
def cells():
    """Return the millions by series and month, as they stand in the file."""
    return {
        (name.removesuffix("_bop_sa"), f"{year}-{month:02}"): Decimal(value)
        for (year, month), row in official.bundled().months.items()
        for name, value in zip(HEADLINE, row, strict=True)
    }


@pytest.fixture(scope="module")
def texts():
    frame = tradelib.load(vintage="2024-04-04")
    return {str(month): headline.write(frame, month) for month in frame.index}


def tenth(value):
    with localcontext(prec=60):
        return abs(value).quantize(Decimal("0.1"), ROUND_HALF_UP)


def tie(value):
    return " ±0.1" if abs(value) * 100 % 10 == 5 else ""


def money(millions):
    value = millions / 1000
    return f"${tenth(value):,} billion{tie(value)}"


def percent(now, then):
    value = 100 * (now - then) / then
    return "less than 0.1 percent" if not tenth(value) else f"{tenth(value):,} percent{tie(value)}"


def move(now, then, *, share=True):
    """Return the tokens of a change; a deficit that becomes more negative is up."""
    if then is None:
        return []
    change = now - then
    if not tenth(change / 1000):
        return ["virtually unchanged"]
    return ["up" if abs(now) > abs(then) else "down", money(change), *([percent(now, then)] if share else [])]


def shift(month, back):
    year, number = (int(part) for part in month.split("-"))
    count = 12 * year + number - 1 - back
    return f"{count // 12}-{count % 12 + 1:02}"


class Sums:
    """Sums and means of a series over months, None where the file has none."""

    def __init__(self, cells, months, divisor=1):
        self.cells, self.months, self.divisor = cells, months, Decimal(divisor)

    def __getitem__(self, series):
        values = [self.cells.get((series, month)) for month in self.months]
        return None if None in values else sum(values) / self.divisor


def why(now, then):
    """Return the cause of a change, found by cases that cover each other as little as possible."""
    if then["balance_total"] is None:
        return []
    out, into, net = (now[f"{s}_total"] - then[f"{s}_total"] for s in ("exports", "imports", "balance"))
    flat = {name: not tenth(value / 1000) for name, value in (("out", out), ("into", into), ("net", net))}
    word = {True: "increased", False: "decreased"}
    if flat["out"] and flat["into"]:
        edge = {True: "edged up", False: "edged down"}
        too = "exports and imports were virtually unchanged too"
        return [too if flat["net"] else f"exports {edge[out > 0]} and imports {edge[into > 0]}"]
    if flat["out"] or flat["into"] or (out > 0) != (into > 0):
        ways = ["were virtually unchanged" if flat[n] else word[v > 0] for n, v in (("out", out), ("into", into))]
        return [f"exports {ways[0]} and imports {ways[1]}"]
    if flat["net"]:
        return [f"exports and imports {word[out > 0]} by nearly the same amount"]
    more, less = ("exports", "imports") if abs(out) > abs(into) else ("imports", "exports")
    return [f"{more} {word[out > 0]} more than {less}"]


def of_balance(now, then):
    level, before = now["balance_total"], then["balance_total"]
    return [
        "deficit",
        money(level),
        *move(level, before),
        *([] if before is None else [money(before)]),
        *why(now, then),
    ]


def of_items(now, then):
    return [
        *("deficit", money(now["balance_goods"]), *move(now["balance_goods"], then["balance_goods"], share=False)),
        *("surplus", money(now["balance_services"])),
        *move(now["balance_services"], then["balance_services"], share=False),
    ]


def of_flow(flow, now, then, *, parts):
    told = [money(now[f"{flow}_total"]), *move(now[f"{flow}_total"], then[f"{flow}_total"])]
    for item in ("goods", "services") if parts else ():
        told += [money(now[f"{flow}_{item}"]), *move(now[f"{flow}_{item}"], then[f"{flow}_{item}"], share=False)]
    return told


def of_year(cells, month):
    months = [f"{month[:4]}-{number:02}" for number in range(1, int(month[5:]) + 1)]
    now, then = Sums(cells, months), Sums(cells, [shift(m, 12) for m in months])
    items = of_items(now, then) if month.endswith("-12") else []
    flows = [token for flow in ("exports", "imports") for token in of_flow(flow, now, then, parts=False)]
    return [*of_balance(now, then), *items, *flows]


def of_averages(cells, month):
    spans = [Sums(cells, [shift(month, back + step) for step in (2, 1, 0)], 3) for back in (0, 1, 12)]
    if spans[0]["balance_total"] is None:
        return []
    told = ["deficit"]
    for flow in ("balance", "exports", "imports"):
        now, *befores = (span[f"{flow}_total"] for span in spans)
        told += [money(now), *(token for before in befores for token in move(now, before))]
    return told


def of_title(now, then):
    level, before = now["balance_total"], then["balance_total"]
    if before is None:
        return ["deficit", money(level)]
    if not tenth((level - before) / 1000):
        return ["deficit", "virtually unchanged", money(level)]
    return ["deficit", "widened" if level < before else "narrowed", money(level)]


def test_every_month_has_a_text(texts, cells):
    assert len(texts) == 386
    assert list(texts) == [month for series, month in cells if series == "balance_total"]
    assert all(len(told.paragraphs) >= 6 for told in texts.values())


def test_every_number_in_every_text(texts, cells):
    counted = 0
    for month, told in texts.items():
        now, then = Sums(cells, [month]), Sums(cells, [shift(month, 1)])
        expected = {
            "title": of_title(now, then),
            "balance": of_balance(now, then),
            "goods and services": of_items(now, then),
            "exports": of_flow("exports", now, then, parts=True),
            "imports": of_flow("imports", now, then, parts=True),
            "year" if month.endswith("-12") else "year to date": of_year(cells, month),
            "three-month averages": of_averages(cells, month),
        }
        got = {"title": told.title} | {p.about: p.text for p in told.paragraphs if p.about != "history"}
        assert {about: TOKEN.findall(text) for about, text in got.items()} == expected, month
        for text in got.values():
            digits = re.findall(r"\d+", TOKEN.sub("", text))
            assert all(re.fullmatch(r"(19|20)\d\d", number) for number in digits), text
        counted += sum(any(c.isdigit() for c in token) for tokens in expected.values() for token in tokens)
    assert counted > 15_000


def test_every_place_in_history(texts, cells):
    sizes = {month: -value for (series, month), value in cells.items() if series == "balance_total"}
    months = list(sizes)
    for place, (month, told) in enumerate(texts.items()):
        text = told.paragraph("history")
        if not place:
            assert text == ""
            continue
        size, before = sizes[month], [(m, sizes[m]) for m in months[:place]]
        rank = 1 + sum(s > size for _, s in before)
        [(said, count)] = re.findall(
            r"it was the (?:(\d+)(?:st|nd|rd|th) largest|largest|smallest) deficit of the (\d+)", text
        )
        assert int(count) == place + 1
        assert (int(said) if said else {True: 1, False: place + 1}["the largest deficit" in text]) == rank
        way, word = (1, "largest") if size > before[-1][1] else (-1, "smallest")
        found = next(((m, s) for m, s in reversed(before) if way * s >= way * size), None)
        if found and size != before[-1][1]:
            year, number = found[0].split("-")
            assert text.endswith(f"and the {word} since {MONTHS[int(number) - 1]} {year} ({money(found[1])}).")
        else:
            assert "since" not in text.partition("months since")[2]


def test_the_trace_gives_each_print_its_value(texts):
    """A print that is a number is the magnitude of its value, and its formula gives that value from its cells."""
    frame = tradelib.load(vintage="2024-04-04")
    namespace = {"sum": sum, "mean": lambda values: sum(values) / len(values)}
    for month in ("1992-02", "2009-05", "2016-12", "2024-01", "2024-02"):
        for number in texts[month].numbers:
            if number.unit == "rank":
                continue
            if found := re.match(r"\$?([\d,]+\.\d) (billion|percent)", number.printed):
                assert abs(Decimal(found[1].replace(",", "")) - abs(Decimal(number.value))) <= Decimal("0.0500001")
            code = number.formula.replace("\u2212", "-").replace("\u00d7", "*")
            code = re.sub(r"(\w+_bop_sa)\[([\d-]+)\.\.([\d-]+)\]", r"list(cells.loc['\2':'\3', '\1'])", code)
            code = re.sub(r"(\w+_bop_sa)\[([\d-]+)\]", r"cells.at['\2', '\1']", code)
            value = eval(code, namespace | {"cells": frame.set_axis(frame.index.astype(str))})  # noqa: S307 - our own formula
            assert value / (1000 if number.unit.startswith("billions") else 1) == pytest.approx(number.value, abs=1e-9)

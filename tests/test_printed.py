"""A proof says where the agencies printed its number in words, and names no place with another number."""

import re

import pandas as pd
import pytest

from tradelib import store
from tradelib.report import page
from tradelib.words import checking, sentences
from tradelib.words.checking import grammar, statements, vocabulary


def entry(number, day):
    """Return the entry of a number in the list of proofs of a page about the release of a day."""
    sentences.clear()
    sentences.money(number)
    [row] = sentences.proofs()
    return page.proofs([row], {day})


def printed_line(number, day):
    line = re.search(r"<p class=v>(.*?)</p>", entry(number, day))
    return re.sub(r"<[^>]*>", "", line[1]) if line else ""


MARCH, FEBRUARY = "2025-05-06", "2024-04-04"
TITLE = "U.S. International Trade in Goods and Services"
TIE = "a tie, the millions as published round either way."


@pytest.mark.parametrize(
    ("day", "count", "verdicts"), [(MARCH, 126, {"agrees", "ties"}), (FEBRUARY, 31, {"agrees"})]
)  # fmt: skip
def test_the_release_has_every_number_that_its_text_prints(day, count, verdicts):
    got = checking.printed_figures(store.release(day))
    assert len(got) == count
    assert {judged.verdict for judged, _, _ in got} == verdicts
    assert [where.endswith(f", number {n} of {count}") for n, (_, where, _) in enumerate(got, start=1)] == [
        True
    ] * count


@pytest.mark.parametrize(
    ("day", "name", "month", "back", "expected"),
    [
        (MARCH, "balance_total_bop_sa", "2025-03", 0,
         f"Printed as $140.5 billion in {TITLE}, March 2025, page 1, number 1 of 126: agrees."),
        (MARCH, "balance_total_bop_sa", "2025-03", 1,
         f"Printed as $17.3 billion in {TITLE}, March 2025, page 1, number 2 of 126: agrees."),
        (MARCH, "balance_goods_france_census_sa", "2025-03", 1,
         f"Printed as $2.4 billion in {TITLE}, March 2025, page 4, number 115 of 126: {TIE}"),
        (FEBRUARY, "balance_total_bop_sa", "2024-02", 0,
         f"Printed as $68.9 billion in {TITLE}, February 2024, number 1 of 31: agrees."),
        (MARCH, "balance_total_bop_sa", "2024-01", 0, ""),
        (MARCH, "balance_total_bop_sa", "2025-03", 2, ""),
    ],
)  # fmt: skip
def test_a_proof_says_what_was_printed_where(day, name, month, back, expected):
    release = store.release(day)
    at = pd.Period(month, "M")
    now = release.figure(name, at)
    assert printed_line(now - release.figure(name, at - back) if back else now, day) == expected


def test_a_table_in_billions_and_a_sum_of_months_are_found_too():
    release = store.release(MARCH)
    series = release.series("balance_total_bop_sa")
    assert "Printed as $140.5 billion" in printed_line(series[pd.Period("2025-03", "M")] / 1000, MARCH)
    year = sum(series["2025-01":"2025-03"]) - sum(series["2024-01":"2024-03"])
    assert "Printed as $189.6 billion" in printed_line(year, MARCH)
    assert "Printed as 92.6 percent" in printed_line(year / sum(series["2024-01":"2024-03"]) * 100, MARCH)


def test_the_same_month_of_another_release_is_not_what_was_printed():
    """February's deficit was $122.7 billion in the release of April 2025 and is $123.2 billion in that of May."""
    february = store.release("2025-04-03").figure("balance_total_bop_sa", pd.Period("2025-02", "M"))
    assert printed_line(february, MARCH) == ""
    assert printed_line(february, "2025-04-03") == ""


def test_a_proof_shows_formula_and_cells_as_printed_and_no_names_of_the_store():
    release = store.release(MARCH)
    march, february = (release.figure("balance_total_bop_sa", pd.Period(m, "M")) for m in ("2025-03", "2025-02"))
    got = entry(abs(march - february), MARCH)
    assert "<p class=f>|\N{MINUS SIGN}140,498 \N{MINUS SIGN} (\N{MINUS SIGN}123,195)| = 17,303</p>" in got
    assert "<li>Balance on goods and services, March 2025: <b>\N{MINUS SIGN}140,498</b>. " in got
    assert not re.search(r"_bop_|bea1|2025-03", got.replace("ft900_2025", ""))


def test_the_pages_of_a_document_are_those_of_its_file(official_folder):
    """The first number of every page, counted in the text of one page, of two, and so on."""
    about = statements.documents()["release_march_2025"]
    path, month = official_folder / about["official_file"], pd.Period(about["statistical_month"], "M")
    texts = [vocabulary.plain(checking.text_of(path, pages=n + 1)) for n in range(len(about["page_starts"]))]
    starts = [statement.start for statement in grammar.read(texts[-1], month) if statement.kind]
    first = [sum(start < len(text) for start in starts) + 1 for text in texts[:-1]]
    assert about["page_starts"] == [1, *first]

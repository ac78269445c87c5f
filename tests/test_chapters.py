"""Every chapter runs on a release from workbooks and on one from a PDF, and says what the release printed."""

from __future__ import annotations

import re

import pytest
from page import record_of

from tradelib.quantity.errors import ParameterError
from tradelib.report.execution import planned
from tradelib.report.page import ANALYSES
from tradelib.report.parameters import Chapter, notebooks

CHAPTERS = [name for name, model in notebooks().items() if issubclass(model, Chapter) and name < ANALYSES]
FIRST = "2023-06-07"
"""The oldest complete release; a chapter about it may use no other one."""

SAID = {
    ("2023-06-07", "01_overview"): ["The goods and services deficit widened $14.0 billion to $74.6 billion",
                                    "Exports of crude oil widened it most"],
    ("2023-06-07", "02_averages"): ["The average goods and services deficit widened $1.5 billion to $68.5 billion"],
    ("2023-06-07", "03_goods"): ["Exports of goods fell $9.2 billion (5.3 percent)", "crude oil (\u2212$2.1 billion)"],
    ("2023-06-07", "04_services"): ["The services surplus rose $0.6 billion to $21.6 billion"],
    ("2023-06-07", "07_real_goods"): ["The real goods deficit widened $13.6 billion to $95.8 billion"],
    ("2023-06-07", "08_partners"): ["China ($24.2)",
                                    "With Switzerland, the deficit widened $2.3 billion to $4.5 billion"],
    ("2023-06-07", "09_technology"): ["The advanced technology deficit widened $0.6 billion to $15.0 billion"],
    ("2023-06-07", "10_petroleum"): ["The petroleum surplus fell $3.7 billion to $3.2 billion", "A barrel cost $69.08"],
    ("2023-06-07", "11_motor_vehicles"): ["came from Mexico ($14.0), Canada ($4.8)"],
    ("2023-06-07", "12_method"): ["no earlier release of goods and services in the same compilation"],
    ("2025-05-06", "01_overview"): [
        "The goods and services deficit widened $17.3 billion to $140.5 billion",
        "Exports rose $0.5 billion (0.2 percent) to $278.5 billion",
        "Imports rose $17.8 billion (4.4 percent) to $419.0",
        "the goods and services deficit widened $189.6 billion", "Exports rose $41.1 billion (5.2 percent)",
        "February's deficit is now $123.2 billion; in the release of April 3 it was $122.7 billion",
    ],
    ("2025-05-06", "02_averages"): ["The average goods and services deficit widened $14.1 billion to $131.4 billion",
                                    "Average imports rose $76.9 billion"],
    ("2025-05-06", "03_goods"): ["pharmaceutical preparations (+$20.9 billion)",
                                 "Imports of industrial supplies and materials fell $10.7 billion"],
    ("2025-05-06", "04_services"): ["Exports of services fell $0.9 billion (0.9 percent) to $95.2 billion, led by"],
    ("2025-05-06", "07_real_goods"): ["Real imports of goods rose $16.4 billion (5.8 percent) to $300.6 billion"],
    ("2025-05-06", "08_partners"): ["With Ireland, the deficit widened $15.3 billion to $29.3 billion",
                                    "imports rose $15.5 billion to $30.7 billion"],
    ("2025-05-06", "09_technology"): ["The advanced technology deficit widened $25.2 billion to $57.1 billion",
                                      "Compared with March 2024, a month of the same season, the advanced"],
    ("2025-05-06", "10_petroleum"): ["A barrel cost $66.64 after $"],
    ("2025-05-06", "11_motor_vehicles"): ["The largest imports, in billions of dollars, came from Mexico ($16.2)"],
    ("2025-05-06", "12_method"): ["exports of services were revised down by $0.4 billion",
                                  "imports of services were revised up by $0.1 billion"],
    ("2025-05-06", "13_in_proportion"): [
        "The goods deficit widened $16.5 billion to $163.5 billion",
        "services surplus fell $0.8 billion to $23.0 billion",
        "balance without gold lies between \u2212$147.6 billion and \u2212$124.0 billion",
        "for whole years it was 2.8 percent in 2023 and 3.1 percent in 2024",
        "covers 14 percent of the goods deficit"],
    ("2025-05-06", "14_changes"): [
        "Nine figures of the headline series differ from the release of April 3, 2025",
        "Exports, February 2025: \u2212$0.5 billion",
        "Balance: largest deficit, $140.5 billion", "Imports of goods: largest amount, $346.8 billion",
        "Imports of pharmaceutical preparations: +$20.9 billion", "Balance with Ireland: \u2212$15.3 billion"],
    ("2023-06-07", "13_in_proportion"): [
        "The goods deficit widened $14.5 billion to $96.1 billion",
        "lies between \u2212$76.3 billion and \u2212$68.5 billion"],
    ("2023-06-07", "14_changes"): ["No headline series is at a record."],
    ("2023-06-07", "31_check_a_text"): ["Two numbers are wrong; five were checked"],
    ("2025-05-06", "31_check_a_text"): [
        "5 numbers: 2 agree, 2 wrong, 1 not in the store",
        "No figures in print contradict the store: 273 compared"],
    ("2024-04-04", "13_in_proportion"): ["The goods deficit narrowed $0.3 billion to $91.4 billion"],
    ("2024-04-04", "14_changes"): ["36 figures of the headline series differ from the release of June 7, 2023",
                                   "Largest moves. The release has no exhibits by commodity or partner."],
    ("2024-04-04", "01_overview"): ["The goods and services deficit widened $1.3 billion to $68.9 billion"],
    ("2024-04-04", "12_method"): ["16 monthly figures of goods and services differ from the release of June 7, 2023"],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("day", "name"), list(SAID))
def test_a_chapter_says_what_the_release_printed(day, name):
    got = record_of(name, vintage=day)
    linked = " ".join(item["title"] + ". " + item["reading"] for item in got["items"])
    text = re.sub(r"\[([^\]]*)\]\(#p\w+\)", r"\1", linked).replace("\u00a0", " ")
    assert [words for words in SAID[day, name] if words not in text] == [], text
    assert not re.search(
        r"\bnan\b|None|\bNaT\b|--|\u2212\$|\$\u2212|0 billion\)? and 0",
        re.sub(r"\(?\u2212\$[\d.]+|\u2212\$[\d.]+", "", text),
    )
    assert all(check["holds"] for check in got["checks"])
    assert day != FIRST or {source["vintage"] for source in got["sources"].values()} == {FIRST}
    assert {item["kind"] for item in got["items"]} >= {"text"}
    known = {row["id"] for row in got["proofs"]}
    assert known.issuperset(re.findall(r"\(#(p\w+)\)", linked))


def test_every_chapter_is_tested_on_two_releases():
    assert {(day, name) for day in ("2023-06-07", "2025-05-06") for name in CHAPTERS} <= set(SAID)


def test_a_chapter_whose_exhibits_are_missing_is_left_out_and_refused_if_requested():
    got = planned({"vintage": "2024-02"})[1]
    whole = {"01_overview", "12_method", "13_in_proportion", "14_changes", "31_check_a_text"}
    assert set(got) == {*CHAPTERS} - whole | {"25_revisions", "29_own_adjustment", "42_news_or_noise"}
    assert got["08_partners"] == "the release of 2024-04-04 about 2024-02 has no exhibit 19"
    assert not {job.notebook for job in planned({"vintage": "2024-02"})[0]} & set(got)
    with pytest.raises(ParameterError, match="has no exhibit 19"):
        planned({"vintage": "2024-02"}, ["partners"])[0]
    assert planned({})[1] == {}

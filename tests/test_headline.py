"""The text of a month: its grammar, its cases, its golden copies and its errors."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

import tradelib
from tradelib import headline
from tradelib.quantity.errors import ComparabilityError, ParameterError, SeriesError

GOLDEN = Path(__file__).parent / "golden"
PARTS = ("exports_goods", "exports_services", "imports_goods", "imports_services")
NUMBER = re.compile(r"\$[\d,]+\.\d billion(?: ±0\.1)?|[\d,]+\.\d percent(?: ±0\.1)?")


@pytest.fixture(scope="module")
def history():
    return tradelib.load(vintage="2024-04-04")


def table(rows, first="2020-01"):
    """Build a consistent table from exports of goods and services, imports of goods and services by month."""
    index = pd.period_range(first, periods=len(rows), freq="M", name="period")
    parts = pd.DataFrame(rows, columns=PARTS, index=index, dtype=float)
    for flow in ("exports", "imports"):
        parts[f"{flow}_total"] = parts[f"{flow}_goods"] + parts[f"{flow}_services"]
    for item in ("total", "goods", "services"):
        parts[f"balance_{item}"] = parts[f"exports_{item}"] - parts[f"imports_{item}"]
    return parts.add_suffix("_bop_sa")[list(headline.COLUMNS)]


def two_months(exports, imports, exports_change, imports_change):
    """Build two months in which goods carry all of the change."""
    return table([(exports, 5000, imports, 5000), (exports + exports_change, 5000, imports + imports_change, 5000)])


@pytest.mark.parametrize("month", ["2024-02", "2023-12"])
def test_golden(history, month):
    got = headline.write(history, month).summary() + "\n"
    assert got == (GOLDEN / f"headline_{month}.txt").read_text(encoding="utf-8")


def test_published_figures_of_february_2024(history):
    told = headline.write(history)
    assert told.title == "U.S. trade deficit widened to $68.9 billion in February 2024"
    assert "was $68.9 billion, up $1.3 billion (1.9 percent) from $67.6 billion in January" in told.paragraph("balance")
    assert told.paragraph("exports").startswith("Exports were $263.0 billion, up $5.8 billion")
    assert told.paragraph("imports").startswith("Imports were $331.9 billion, up $7.1 billion")


@pytest.mark.parametrize(
    ("exports_change", "imports_change", "direction", "cause"),
    [
        (1000, 2000, "up", "imports increased more than exports"),
        (-2000, -1000, "up", "exports decreased more than imports"),
        (-1000, 1000, "up", "exports decreased and imports increased"),
        (2000, 1000, "down", "exports increased more than imports"),
        (-1000, -2000, "down", "imports decreased more than exports"),
        (1000, -1000, "down", "exports increased and imports decreased"),
        (0, 1000, "up", "exports were virtually unchanged and imports increased"),
        (1000, 30, "down", "exports increased and imports were virtually unchanged"),
        (40, -40, "down", "exports edged up and imports edged down"),
        (-50, 0, "up", "exports decreased and imports were virtually unchanged"),
    ],
)
def test_cause(exports_change, imports_change, direction, cause):
    frame = two_months(100_000, 150_000, exports_change, imports_change)
    got = headline.write(frame).paragraph("balance")
    size = abs(exports_change - imports_change) / 1000
    assert f", {direction} ${size + 1e-9:.1f} billion" in got
    assert got.endswith(f" in January: {cause}.")


@pytest.mark.parametrize(
    ("exports_change", "imports_change", "cause"),
    [
        (2000, 2030, "exports and imports increased by nearly the same amount"),
        (-2000, -2000, "exports and imports decreased by nearly the same amount"),
        (0, 49, "exports and imports were virtually unchanged too"),
        (60, 40, "exports increased and imports were virtually unchanged"),
    ],
)
def test_virtually_unchanged_balance(exports_change, imports_change, cause):
    told = headline.write(two_months(100_000, 150_000, exports_change, imports_change))
    assert told.title == "U.S. trade deficit virtually unchanged at $50.0 billion in February 2020"
    assert told.paragraph("balance") == (
        "In February 2020 the deficit in goods and services was $50.0 billion, virtually unchanged "
        f"from $50.0 billion in January: {cause}."
    )


@pytest.mark.parametrize(
    ("exports_change", "imports_change", "title", "expected"),
    [
        (
            2000,
            1000,
            "surplus widened to $51.0",
            "surplus in goods and services was $51.0 billion, up $1.0 billion",
        ),
        (1000, 2000, "surplus narrowed to $49.0", "surplus in goods and services was $49.0 billion, down $1.0 billion"),
    ],
)
def test_surplus(exports_change, imports_change, title, expected):
    told = headline.write(two_months(150_000, 100_000, exports_change, imports_change))
    assert told.title == f"U.S. trade {title} billion in February 2020"
    assert expected in told.paragraph("balance")


def test_deficit_to_surplus():
    told = headline.write(two_months(100_000, 101_000, 3000, 400))
    assert told.title == "U.S. trade moved to a surplus of $1.6 billion in February 2020"
    assert told.paragraph("balance") == (
        "In February 2020 trade in goods and services showed a surplus of $1.6 billion, after a deficit of "
        "$1.0 billion in January, a swing of $2.6 billion: exports increased more than imports."
    )
    assert told.paragraph("goods and services") == (
        "The goods balance was a surplus of $1.6 billion, after a deficit of $1.0 billion; "
        "the services balance was a balance close to zero, after a balance close to zero."
    )
    assert told.paragraph("history").endswith("months since January 2020, and the first so far.")


def test_surplus_to_deficit_over_a_balance_close_to_zero():
    frame = table([(150_000, 0, 100_000, 0), (100_049, 0, 100_000, 0), (100_000, 0, 101_000, 0)])
    middle, last = (headline.write(frame, month) for month in ("2020-02", "2020-03"))
    assert middle.title == "U.S. trade close to balance in February 2020"
    assert "showed a balance close to zero, after a surplus of $50.0 billion in January" in middle.paragraph("balance")
    assert "showed a deficit of $1.0 billion, after a balance close to zero in February" in last.paragraph("balance")
    assert middle.paragraph("history") == ""


def test_less_than_a_tenth_of_a_percent():
    got = headline.write(two_months(200_000, 300_000, 60, 0)).paragraph("exports")
    assert got.startswith("Exports were $205.1 billion, up $0.1 billion (less than 0.1 percent) from January")


def test_a_level_that_rounds_to_zero_is_less_than_a_tenth():
    frame = table([(5000, 20, 5030, 20), (5000, 20, 5500, 20), (5000, 20, 5200, 20)])
    told = headline.write(frame)
    assert told.paragraph("history").endswith("and the smallest since January 2020 (less than $0.1 billion).")
    assert "services less than $0.1 billion, virtually unchanged." in told.paragraph("exports")


def test_exact_ties_are_marked():
    told = headline.write(two_months(100_000, 150_000, 450, 0))
    assert told.paragraph("exports").startswith("Exports were $105.5 billion ±0.1, up $0.5 billion ±0.1 (0.4 percent)")
    assert {number.printed for number in told.ties} >= {"$105.5 billion ±0.1", "$0.5 billion ±0.1"}
    assert any("exact tie" in note for note in told.notes)
    assert not any("exact tie" in note for note in headline.write(two_months(100_000, 150_000, 500, 0)).notes)


def test_parts_that_do_not_add_are_left_alone():
    frame = table([(0, 0, 0, 0), (1040, 1040, 9000, 9000)])
    got = headline.write(frame).paragraph("exports")
    assert got == (
        "Exports were $2.1 billion, up $2.1 billion from January: "
        "goods $1.0 billion, up $1.0 billion; services $1.0 billion, up $1.0 billion."
    )


def test_first_month_says_that_no_change_is_possible(history):
    told = headline.write(history, "1992-01")
    assert told.title == "U.S. trade deficit was $2.0 billion in January 1992"
    assert told.paragraph("balance") == (
        "In January 1992 the deficit in goods and services was $2.0 billion. "
        "No change from December 1991 can be given: the table starts in January 1992."
    )
    assert told.paragraph("three-month averages").startswith("No three-month average can be given")
    assert "No comparison with January 1991 can be given" in told.paragraph("year to date")


def test_january_is_its_own_year_to_date(history):
    got = headline.write(history, "2024-01").paragraph("year to date")
    assert got.startswith(
        "The year to date is January alone. In January 2024 the deficit in goods and services was $67.6"
    )
    assert " in January 2023: " in got


def test_december_tells_the_year_against_published_figures(history):
    """The year 2022 was 951.2 in the release of 2024-02-07 and is not revised in this vintage."""
    told = headline.write(history, "2023-12")
    assert "from $951.2 billion in 2022: exports increased and imports decreased" in told.paragraph("year")
    assert told.paragraph("year to date") == ""
    assert any("gross domestic product" in note for note in told.notes)


def test_a_missing_month_inside_is_named(history):
    holed = history.copy()
    holed.loc["2023-12", "exports_goods_bop_sa"] = np.nan
    january, february = (headline.write(holed, month) for month in ("2024-01", "2024-02"))
    assert january.paragraph("balance").endswith(
        "No change from December 2023 can be given: December 2023 is missing from the table."
    )
    assert february.paragraph("balance") == headline.write(history, "2024-02").paragraph("balance")
    assert february.paragraph("three-month averages") == (
        "No three-month average can be given: December 2023 is missing from the table."
    )
    assert "of the 385 months" in february.paragraph("history")


def test_averages_say_which_comparison_is_missing(history):
    got = headline.write(history, "1992-06").paragraph("three-month averages")
    assert "from the three months to May." in got
    assert got.endswith(
        "No comparison with the three months to June 1991 can be given: the table starts in January 1992."
    )


@pytest.mark.parametrize(
    ("was", "expected"),
    [
        (-67_601, "from $67.6 billion in January: "),
        (-67_400, "from $67.6 billion in January (revised from $67.4 billion): "),
        (-67_590, "from $67.6 billion in January (revised): "),
        (100, "from $67.6 billion in January (revised from a surplus of $0.1 billion): "),
        (np.nan, "from $67.6 billion in January: "),
    ],
)
def test_revised_only_when_an_earlier_vintage_shows_it(history, was, expected):
    previous = history.loc[:"2024-01", ["balance_total_bop_sa"]].copy()
    previous.loc["2024-01"] = was
    if np.isnan(was):
        previous = previous.loc[:"2023-12"]
    told = headline.write(history, "2024-02", previous)
    assert expected in told.paragraph("balance")
    assert not any("earlier vintage" in note for note in told.notes)
    earlier = [number.printed for number in told.numbers if number.cells[0].vintage == "previous vintage"]
    assert earlier == re.findall(r"revised from .*?(\$\d+\.\d billion)", told.paragraph("balance"))


def test_a_month_of_another_year_is_named_with_it(history):
    assert " from December 2023: " in headline.write(history, "2024-01").paragraph("exports")


def test_rank_and_since(history):
    largest = headline.write(history, "2022-03").paragraph("history")
    assert largest == "In current dollars it was the largest deficit of the 363 months since January 1992."
    narrowed = headline.write(history, "1992-02").paragraph("history")
    assert narrowed == "In current dollars it was the smallest deficit of the 2 months since January 1992."


@pytest.mark.parametrize(
    ("rank", "expected"), [(1, "st"), (2, "nd"), (3, "rd"), (4, "th"), (11, "th"), (12, "th"), (113, "th"), (121, "st")]
)
def test_ordinals(rank, expected):
    from tradelib.headline.words import _ending

    assert _ending(rank) == expected


CHANGES = st.one_of(st.integers(-3000, 3000), st.sampled_from([-100, -50, -49, 0, 49, 50, 100, 150]))


@st.composite
def tables(draw):
    """Draw tables of 1 to 26 months, some with a hole, with balances on either side of zero."""
    first = [draw(st.integers(80_000, 84_000)) for _ in PARTS]
    months = draw(st.integers(1, 26))
    steps = draw(st.lists(st.tuples(*[CHANGES] * 4), min_size=months - 1, max_size=months - 1))
    levels = np.cumsum([first, *steps], axis=0)
    frame = table(levels, first=draw(st.sampled_from(["2020-01", "2019-11"])))
    if months > 2 and draw(st.booleans()):
        frame.iloc[draw(st.integers(0, months - 2))] = np.nan
    return frame


@given(tables())
def test_every_table_has_a_text_that_reads(frame):
    told = headline.write(frame)
    for text in (told.title, *(p.text for p in told.paragraphs), *told.notes):
        assert re.search(r"  |\{|\}|nan|None|\$0\.0|\D0\.0 percent|\u2212|: \.|, \.|\.\.|,,", text) is None, text
        assert text == text.strip()
        assert text[0].isupper() or text[0] == "±"
    assert all(p.text.endswith(".") for p in told.paragraphs)
    assert len(told.title) < 90


@given(tables())
def test_every_number_is_in_the_trace_in_order(frame):
    told = headline.write(frame)
    for place, text in [("title", told.title), *((p.about, p.text) for p in told.paragraphs)]:
        mine = [number for number in told.numbers if number.place == place]
        at = 0
        for number in mine:
            at = text.index(number.printed, at) + len(number.printed)
        printed = [number.printed for number in mine if NUMBER.fullmatch(number.printed)]
        assert printed == NUMBER.findall(re.sub(r"less than \$?0\.1 \w+", "", text)), text
    assert len(told.trace()) == len(told.numbers)


@given(tables())
def test_ties_are_those_half_way(frame):
    for number in headline.write(frame).numbers:
        if number.unit == "billions of dollars" and "mean" not in number.formula:
            assert number.tie == (abs(round(number.value * 1000)) % 100 == 50)
        assert not (number.tie and number.settled)
        assert number.cells


@given(tables())
def test_the_cause_agrees_with_the_flows(frame):
    whole = frame.dropna()
    if len(whole) < 2 or whole.index[-1] - whole.index[-2] != pd.offsets.MonthEnd(1):
        return
    text = headline.write(frame).paragraph("balance")
    out, into = (float(whole[f"{flow}_total_bop_sa"].diff().iloc[-1]) for flow in ("exports", "imports"))
    said = text.rpartition(": ")[2].rstrip(".")
    if "more than" in said:
        flow, word = said.split()[:2]
        mine, other = (out, into) if flow == "exports" else (into, out)
        assert abs(mine) > abs(other)
        assert mine * other > 0
        assert (mine > 0) == (word == "increased")
    elif match := re.fullmatch(r"exports (\w+) and imports (\w+)", said):
        assert out * into < 0
        assert (match[1], match[2]) == (("increased", "decreased") if out > 0 else ("decreased", "increased"))
    else:
        assert re.search("virtually unchanged|nearly the same|edged|did not move", said)
        assert min(abs(out), abs(into), abs(out - into)) < 50


def test_the_frame_is_not_changed(history):
    before = history.copy()
    headline.write(history)
    pd.testing.assert_frame_equal(history, before)


def test_nothing_after_the_month_is_used(history):
    got = headline.write(history, "2015-07")
    assert got == headline.write(history.loc[:"2015-07"])


@given(tables())
def test_contributions_sum_exactly(frame):
    whole = frame.dropna()
    if len(whole) < 2 or whole.index[-1] - whole.index[-2] != pd.offsets.MonthEnd(1):
        return
    parts = headline.contributions(frame, whole.index[-1])
    assert sum(part.millions for part in parts) == whole["balance_total_bop_sa"].diff().iloc[-1]
    assert parts[-1] == ("rounding", 0.0)


def test_contributions_of_february_2024(history):
    got = dict(headline.contributions(history, "2024-02"))
    assert got == {
        "exports_goods_bop_sa": 4997, "exports_services_bop_sa": 833,
        "imports_goods_bop_sa": -4723, "imports_services_bop_sa": -2407, "rounding": 0,
    }  # fmt: skip


def test_contributions_keep_the_rounding_of_the_cells(history):
    gaps = [dict(headline.contributions(history, month))["rounding"] for month in history.index[-40:]]
    assert any(gaps)
    assert max(map(abs, gaps)) <= 5


def test_contributions_need_the_month_before(history):
    with pytest.raises(SeriesError, match="the table starts in January 1992"):
        headline.contributions(history, "1992-01")


def test_at_a_glance(history):
    got = headline.at_a_glance(history, "2024-02").loc["exports_total_bop_sa"]
    expected = [263.014, 257.184, 5.83, 100 * 5830 / 257184, 520.198, 510.940, (256863 + 257184 + 263014) / 3000]
    assert got.tolist() == pytest.approx(expected, rel=1e-12)
    first = headline.at_a_glance(history, "1992-01")
    assert first["now"].notna().all()
    assert first.drop(columns=["now", "year to date"]).isna().all(axis=None)


def test_history_ranks(history):
    got = headline.history(history, "2010-06")
    balance = history.loc[:"2010-06", "balance_total_bop_sa"]
    assert got["rank"].iloc[-1] == 1 + (balance < balance.iloc[-1]).sum()
    assert got["share"].iloc[-1] == pytest.approx(
        100 * balance.iloc[-1] / history.loc["2010-06", ["exports_total_bop_sa", "imports_total_bop_sa"]].sum()
    )
    surplus = headline.history(two_months(150_000, 100_000, 2000, 1000), "2020-02")
    assert surplus["rank"].tolist() == [2, 1]


def test_month_must_be_there(history):
    with pytest.raises(
        SeriesError, match="found no complete figures for 2025-01; expected a month of 1992-01 to 2024-02"
    ):
        headline.write(history, "2025-01")
    with pytest.raises(SeriesError, match="found no place in history for 1991-12"):
        headline.history(history, "1991-12")


@pytest.mark.parametrize("month", ["2024", "2024-13", "February", 5])
def test_month_must_be_a_month(history, month):
    with pytest.raises(ParameterError, match="expected a month like 2024-02"):
        headline.write(history, month)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.drop(columns="imports_goods_bop_sa"), "found no imports_goods_bop_sa"),
        (lambda f: f.set_axis(f.index.to_timestamp()), "found an index of DatetimeIndex"),
        (lambda f: f.set_axis(f.index.asfreq("Q")), "expected a monthly PeriodIndex"),
        (lambda f: f.iloc[::-1], "repeat or run backwards"),
        (lambda f: f.replace(f.iloc[-1, 0], np.inf), "found an infinite value"),
        (lambda f: f.astype(str), "not to be numbers"),
        (lambda f: f * np.nan, "found no month with all of"),
    ],
)
def test_unfit_tables_are_refused(history, spoil, message):
    with pytest.raises(SeriesError, match=message):
        headline.write(spoil(history.iloc[-30:]))


def test_billions_are_refused():
    with pytest.raises(SeriesError, match="found billions of dollars; expected millions"):
        headline.write(tradelib.load(unit="billions", vintage="2024-04-04"))


def test_mixed_vintages_are_refused():
    frame = tradelib.load(vintage="2024-04-04")
    frame.attrs["series"]["imports_goods_bop_sa"]["vintage"] = "2024-03-07"
    with pytest.raises(ComparabilityError, match="census of 2024-03-07 and census of 2024-04-04"):
        headline.write(frame)


def test_an_earlier_vintage_of_another_compilation_is_refused():
    frame, previous = tradelib.load(vintage="2024-04-04"), tradelib.load("BOPGSTB", vintage="2024-04-04")
    previous.attrs["series"]["balance_total_bop_sa"]["compilation"] = "bea"
    with pytest.raises(ComparabilityError, match="found vintages of bea and census"):
        headline.write(frame, previous=previous)


def test_cells_told_in_short(history):
    numbers = headline.write(history, "2024-02").numbers
    got = {number.cells_told for number in numbers if number.place == "year to date"}
    assert "balance_total_bop_sa 2023-01..2023-02, 2024-01..2024-02" in got

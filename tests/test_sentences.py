"""Numbers that remember their cells, and sentences that keep sign, number and unit."""

from fractions import Fraction

import pandas as pd
import pytest

from tradelib.quantity.figure import Cell, Figure
from tradelib.words import sentences as words


def figure(name, period, value):
    return Figure.of(Cell(name, period, Fraction(str(value)), exhibit="1", cell="1!B9", file="exh1.xlsx"))


@pytest.fixture
def frame():
    values = {"now": [5, -7], "before": [1, 2]}
    columns = {at: [figure(n, at, v) for n, v in zip("ab", column, strict=True)] for at, column in values.items()}
    return pd.DataFrame(columns, index=["a", "b"], dtype=object)


def test_an_ordinary_formula_over_a_frame_keeps_its_proof(frame):
    change = frame["now"] - frame["before"]
    assert change["a"].formula == "a[now] - a[before]"
    assert change.sum().working == "(5 - 1) + (-7 - 2)".replace("-7", "\N{MINUS SIGN}7")
    assert [cell.name for cell in change.sum().cells] == ["a", "a", "b", "b"]


def test_figures_are_exact_where_floats_are_not():
    tenths = sum((figure("x", str(at), "0.1") for at in range(3)), start=0)
    assert tenths.exact == Fraction(3, 10)
    assert float(tenths) == 0.3


def test_equal_expressions_and_only_they_have_equal_keys():
    a, b = figure("a", "1", 3), figure("b", "1", 3)
    assert (a - b).key == (figure("a", "1", 3) - b).key
    assert (a - b).key != (b - a).key


def test_a_missing_value_stays_missing():
    assert pd.isna(figure("a", "1", 3) + float("nan"))
    assert pd.isna(figure("a", "1", 3) / figure("b", "1", 0))


def test_a_printed_number_links_to_its_proof():
    words.clear()
    text = words.money(figure("balance_total_bop_sa", "2025-03", -140498))
    (proof,) = words.proofs()
    assert text == f'<a class="n" href="#{proof["id"]}">$140.5\xa0billion</a>'
    assert proof["cells"][0][:3] == ["balance_total_bop_sa", "2025-03", -140498.0]
    assert words.plain(text) == "$140.5 billion"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (-140498, -123184, "the goods deficit widened $17.3 billion to $140.5 billion"),
        (-60000, -68900, "the goods deficit narrowed $8.9 billion to $60.0 billion"),
        (4700, 3800, "the goods surplus rose $0.9 billion to $4.7 billion"),
        (3800, 4700, "the goods surplus fell $0.9 billion to $3.8 billion"),
        (-60010, -60000, "the goods deficit was nearly unchanged at $60.0 billion"),
        (1200, -300, "the goods balance turned from a deficit of $0.3 billion to a surplus of $1.2 billion"),
        (20, -10, "the goods balance stayed close to zero"),
        (-300, 20, "the goods balance turned from close to zero to a deficit of $0.3 billion"),
    ],
)
def test_the_change_of_a_balance_is_put_in_words_with_the_right_sign(now, before, expected):
    assert words.plain(words.balance_moved(float(now), float(before), name="goods")) == expected


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (419000, 401200, "rose $17.8 billion (4.4 percent)"),
        (401200, 419000, "fell $17.8 billion (4.2 percent)"),
        (419000, 419010, "were nearly unchanged"),
        (500, 0, "rose $0.5 billion"),
    ],
)
def test_the_change_of_a_flow_is_put_in_words(now, before, expected):
    assert words.plain(words.flow_moved(float(now), float(before))) == expected


@pytest.mark.parametrize(
    ("now", "before", "flow", "expected"),
    [
        (-140498, -123184, "balance", "$17.3 bn wider (+14.1%)"),
        (-60000, -68900, "balance", f"$8.9 bn narrower ({words.MINUS}12.9%)"),
        (4700, 3800, "balance", "$0.9 bn larger (+23.7%)"),
        (3800, 4700, "balance", f"$0.9 bn smaller ({words.MINUS}19.1%)"),
        (1200, -300, "balance", "after a deficit of $0.3 billion"),
        (-60010, -60000, "balance", "nearly unchanged"),
        (278500, 278000, "exports", "$0.5 bn more (+0.2%)"),
        (401200, 419000, "imports", f"$17.8 bn less ({words.MINUS}4.2%)"),
        (500, 0, "imports", "nearly unchanged"),
    ],
)
def test_the_change_of_a_key_figure_is_put_in_few_words(now, before, flow, expected):
    assert words.plain(words.moved_short(float(now), float(before), flow)) == expected


def test_only_parts_that_moved_with_the_total_are_named_as_leading_it():
    changes = pd.Series({"drugs": 20900.0, "metals": -10300.0, "cars": 2100.0, "rest": float("nan")})
    got = words.plain(words.led_by(changes, 12700.0))
    assert got == ", led by drugs (+$20.9 billion) and cars (+$2.1 billion)"
    assert words.led_by(changes[["metals"]], 12700.0) == ""
    assert words.led_by(changes, 10.0) == ""


def test_numbers_keep_singular_and_plural():
    got = [words.count(n, "month") for n in (0, 1, 3, 14)]
    assert got == ["no months", "one month", "three months", "14 months"]


def test_lists_and_sentences_read_as_written():
    assert words.listing(["a", "b", "c"]) == "a, b, and c"
    assert words.sentences("the deficit widened", "", "exports fell.") == "The deficit widened. Exports fell."


def test_half_a_unit_rounds_away_from_zero_and_is_a_tie():
    words.clear()
    assert words.plain(words.money(figure("x", "1", -2450), sign=True)) == "\N{MINUS SIGN}$2.5 billion"
    assert words.proofs()[0]["tie"]

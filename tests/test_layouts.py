"""Every layout but the history's: what is read is what the file says, with all that makes it the quantity it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import layouts
import numpy as np
import pytest

from tradelib.errors import ParameterError, SourceError
from tradelib.sources import read_any
from tradelib.sources.tidy import Facts, Quantity

NUMBERS = (int, float)


@pytest.fixture
def put(tmp_path):
    """Return a function that writes a file under a name that says nothing and reads it."""

    def write(content) -> Facts:
        path = tmp_path / "download"
        if isinstance(content, dict):
            layouts.write_sheets(content, path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_any(path)

    return write


def test_fred_keeps_dots_as_missing_and_knows_what_the_code_is(put):
    got = put(layouts.as_csv(layouts.fred()))
    row = got.values.iloc[4]
    assert (row["flow"], row["item"], row["basis"], row["adjustment"]) == ("balance", "total", "bop", "sa")
    assert (str(row["last"]), row["value"]) == ("1992-05", -2054.0)
    assert got.counts() == {"figures": 17, "missing": 1, "marked": 1}
    assert got.values["marker"].tolist()[3] == "."


def test_both_fred_heads_give_the_same(put):
    one, two = (put(layouts.as_csv(layouts.fred(head=head))) for head in ("DATE", "observation_date"))
    assert one.values.equals(two.values)


def test_quarterly_figures_under_a_monthly_code_are_refused(put):
    with pytest.raises(SourceError, match=r"dates 3 months apart; expected monthly figures, as BOPGSTB has them"):
        put(layouts.as_csv(layouts.fred(step=3)))


def test_monthly_figures_under_a_quarterly_code_are_refused(put):
    with pytest.raises(SourceError, match=r"a date every month; expected quarterly figures, as EXPGS has them"):
        put(layouts.as_csv(layouts.fred("EXPGS")))


def test_a_fred_download_that_ends_with_zero_is_refused(put):
    rows = layouts.fred()
    rows[-1][1] = "0"
    with pytest.raises(SourceError, match=r"line 19, column 2: found 0 at the end; expected a value, or \."):
        put(layouts.as_csv(rows))


@pytest.mark.parametrize(
    "notes", ["", "[{'coode': 'R', 'text': 'Revised.'}]", "[{'code': 'R'}]", "R", "[['R']]", "''", "None"]
)
def test_a_bls_footnote_that_cannot_be_read_is_refused(put, notes):
    rows = layouts.bls()
    rows[3][5] = notes
    with pytest.raises(SourceError, match=r"line 4: found footnotes .* expected a list such as"):
        put(layouts.as_csv(rows))


def test_an_unknown_fred_code_is_refused_with_what_is_close(put):
    with pytest.raises(SourceError, match="did you mean BOPGSTB"):
        put(layouts.as_csv(layouts.fred("BOPGSTBX")))


def test_doubled_line_ends_of_a_transfer_lose_nothing(put):
    got = put(layouts.as_csv(layouts.fred()).replace("\n", "\r\r\n"))
    assert got.counts()["figures"] == 17


def test_bls_orders_and_answers_agree(put):
    tables = [layouts.as_csv(layouts.bls(newest_first=newest)) for newest in (False, True)]
    got = [put(text).wide() for text in [*tables, layouts.as_json(layouts.bls_answer())]]
    assert got[0].equals(got[1])
    assert got[0].equals(got[2])
    assert got[0].columns.tolist() == ["imports_price_index_bls_nsa_base2000"]
    assert np.isnan(got[0].loc["1988-04"].iloc[0])  # quarterly then: missing, not invented


def test_bls_twins_count_once_and_must_be_equal(put):
    rows = layouts.bls()
    assert put(layouts.as_csv(rows)).counts()["figures"] == len(rows) - 2
    rows[-1][4] = "999.9"
    with pytest.raises(SourceError, match=r"1989-02 again with 999\.9"):
        put(layouts.as_csv(rows))


def test_bls_month_without_a_survey_is_no_gap(put):
    rows = layouts.bls()[:1]
    rows += [["EIUIR", "2025", f"M{m:02}", layouts.LONG[m - 1], "140.0", "[{}]", ""] for m in (8, 9, 11, 12)]
    got = put(layouts.as_csv(rows)).wide()
    assert np.isnan(got.loc["2025-10"].iloc[0])
    with pytest.raises(SourceError, match="no 2025-09"):
        put(layouts.as_csv([rows[0], rows[1], *rows[3:]]))


def test_bls_refusal_is_told_with_its_messages(put):
    answer = {"status": "REQUEST_NOT_PROCESSED", "message": ["daily threshold reached"], "Results": {}}
    with pytest.raises(SourceError, match="daily threshold reached"):
        put(layouts.as_json(answer))


def test_census_answer_in_whole_dollars_by_partner(put):
    got = put(layouts.as_json(layouts.census_api()))
    row = got.values.iloc[1]
    assert (row["partner"], row["code"], row["item"], row["value"]) == ("China", "5700", "goods_hs_84", 501.0)
    assert set(got.values["unit"]) == {"U.S. dollars"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[1].__setitem__(4, "2009-12"), "2010-01 or later"),
        (lambda rows: rows[1].__setitem__(0, "12.5"), "whole dollars"),
        (lambda rows: rows[1].__setitem__(5, "85"), "expected '84'"),
        (lambda rows: rows[2].__setitem__(0, "999"), "498 dollars above the total"),
        (lambda rows: rows.append(list(rows[1])), "in 2024-01 again"),
        (lambda rows: rows[0].__setitem__(0, "GEN_VAL"), "the column 'GEN_VAL'"),
        (lambda rows: rows[3].pop(), "5 cells"),
        (lambda rows: rows[2].__setitem__(2, ""), "row 2: found 5700 without a name"),
        (lambda rows: [row.pop(1) for row in rows], "one of CTY_CODE and CTY_NAME"),
        (lambda rows: [row.__setitem__(0, "0") for row in rows[-3:]], "row 7: found zeros alone in 2024-03"),
    ],
)
def test_census_answer_refused(put, change, said):
    rows = layouts.census_api()
    change(rows)
    with pytest.raises(SourceError, match=said):
        put(layouts.as_json(rows))


def test_a_request_a_key_page_is_no_answer(put):
    with pytest.raises(SourceError, match="an HTML or XML page"):
        put("<html><title>Missing Key</title></html>")


def test_country_tells_unpublished_months_from_zeros(put):
    got = put({"country": layouts.country()})
    monthly = got.values[got.values["frequency"] == "monthly"]
    assert str(got.statistical_month) == "2023-02"
    assert monthly.loc[monthly["last"] > "2023-02", "value"].isna().all()
    assert set(got.values.loc[got.values["adjustment"] == "sa", "code"]) == {"0004"}
    assert set(got.values.loc[got.values["kind"] == "aggregate", "code"]) == {"0004", "0015"}
    assert set(got.values.loc[got.values["last"] == "2023-02", "frequency"]) == {"monthly", "year to date"}
    expected = layouts.country()[13][3 + 4]
    assert got.wide(code="5700", flow="imports").loc["2021-05"].iloc[0] == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[7].__setitem__(15, rows[7][15] + 1), "the sum of its months"),
        (lambda rows: rows[7].__setitem__(4, "12.5"), "numbers from the fourth on"),
        (lambda rows: rows[7].__setitem__(4, -rows[7][4]), "zero or more"),
        (lambda rows: rows.append(list(rows[7])), "in 2021 again"),
        (lambda rows: rows[7].__setitem__(2, "Kanada"), "expected 1220"),
        (lambda rows: rows[0].__setitem__(3, "JAN"), "row 1"),
        (lambda rows: rows.pop(5), "code 0015"),
        (lambda rows: rows.pop(7), "countries of"),
        (lambda rows: rows[7].__setitem__(1, "122"), "a code of four digits"),
        (lambda rows: rows[1].__setitem__(slice(3, 29), [0.0] * 26), "January 2021: found 0 for code 0004"),
        (lambda rows: rows[1].__setitem__(slice(3, 16), [9.0] * 12 + [108.0]), "imports of 2021: found 108.0 adjusted"),
    ],
)
def test_country_refused(put, change, said):
    rows = layouts.country()
    change(rows)
    with pytest.raises(SourceError, match=said):
        put({"country": rows})


def test_bea_series_has_five_tables_that_agree(put):
    got = put(layouts.bea_series())
    assert len(set(got.values["table"])) == 5
    assert got.updated == dt.date(2025, 4, 3)
    wide = got.wide()
    parts = [name for name in wide if name.startswith("exports_") and "_previous" not in name]
    total = wide[[name for name in parts if name.split("_")[1] not in ("total", "goods", "services")]].sum(axis=1)
    assert (total.loc["1999":] == wide.loc["1999":, "exports_services_bop_sa"]).all()
    assert "exports_travel_bop_sa" in wide
    assert "exports_travel_previous_bop_sa" in wide


def test_bea_previous_presentation_keeps_what_is_withheld(put):
    values = put(layouts.bea_series()).values
    told = values[(values["item"] == "services_previous") & (values["last"] > "1998-12")]
    assert set(told["marker"]) == {"(1)", "(R) (1)"}
    assert told["value"].isna().all()


def test_bea_months_that_are_a_copy_of_later_ones_are_marked(put):
    sheets = layouts.bea_series()
    table = sheets["Table 4"]
    start = next(at for at, row in enumerate(table) if row and str(row[0]).startswith("1998 Jan"))
    for n in range(12):
        table[start + n][2] = table[start + n + 12][2]
    values = put(sheets).values
    told = values[values["marker"] == "[as 1999-01 to 1999-12]"]
    assert set(told["item"]) == {"travel_previous"}
    assert len(told) == 12


@pytest.mark.parametrize(
    ("sheet", "label", "column", "said"),
    [
        ("Table 1", "1999 Mar", 1, "balance = exports - imports"),
        ("Table 2", "1999 Mar", 3, "its categories"),
        ("Table 3", "1999", 5, "its categories"),
        ("Table 4", "1998", 3, "its categories"),
    ],
)
def test_bea_series_refused_when_it_contradicts_itself(put, sheet, label, column, said):
    sheets = layouts.bea_series()
    row = next(row for row in sheets[sheet] if row and str(row[0]).removesuffix(".0").strip() == label)
    row[column] += 100
    with pytest.raises(SourceError, match=said):
        put(sheets)


def test_bea_table_that_ends_before_the_others_is_refused(put):
    sheets = layouts.bea_geo()
    at = next(at for at, row in enumerate(sheets["Table 3"]) if row and str(row[0]).startswith("2024 2"))
    row = sheets["Table 3"].pop(at)
    with pytest.raises(SourceError, match=r"sheet 'Table 3'.* found lines until 2024-03; expected 2024-06"):
        put(sheets)
    sheets["Table 3"].insert(0, row)
    with pytest.raises(SourceError, match=r"sheet 'Table 3', cell B1: .* expected text alone above the header"):
        put(sheets)


@pytest.mark.parametrize("name", ["2024 1", "2023"])
def test_bea_line_of_zeros_is_refused(put, name):
    sheets = layouts.bea_geo()
    row = next(row for row in sheets["Table 2"] if row and str(row[0]).removesuffix(".0").startswith(name))
    row[1:] = [0.0] * (len(row) - 1)
    with pytest.raises(SourceError, match=r"sheet 'Table 2'.* found zeros in every column; expected figures"):
        put(sheets)


def test_bea_geo_by_partner(put):
    got = put(layouts.bea_geo())
    wide = got.wide("quarterly")
    assert str(wide.index[-1]) == "2024Q2"
    balance = wide["exports_goods_bop_sa", "China"] - wide["imports_goods_bop_sa", "China"]
    assert (balance == wide["balance_goods_bop_sa", "China"]).all()
    assert set(got.values.loc[got.values["partner"] == "CAFTA-DR", "marker"]) <= {"n.a.", "(R) n.a."}
    assert "South/ Central America" not in set(got.values["partner"])


def test_exhibit12_says_both_bases_and_what_lies_between(put):
    got = put({"12": layouts.exhibit12()})
    wide = got.wide()
    assert "exports_net_adjustments_bop_nsa" in wide
    gap = wide["imports_goods_bop_nsa"] - wide["imports_goods_census_nsa"] - wide["imports_net_adjustments_bop_nsa"]
    assert (gap == 0).all()
    assert any("last month" in str(table) for table in set(got.values["table"]))


def test_exhibit12_refuses_a_broken_step_between_the_bases(put):
    rows = layouts.exhibit12()
    for at in (-7 - 10, -17):
        rows[at] = list(rows[at])
    row = next(row for row in rows if row and row[0] == "March")
    row[4] += 50
    with pytest.raises(SourceError, match="expected"):
        put({"12": rows})


def test_an_exhibit_without_a_layout_is_read_in_its_own_words(put):
    got = put({"3": layouts.plain_exhibit()})
    assert got.title == "Exhibit 3. U.S. Services by Major Category / Exports"
    assert set(got.values["flow"]) == {"exports", "imports"}
    assert set(got.values["item"]) == {"Total Services", "Category / Transport", "Category / Travel"}
    assert set(got.values["basis"]) == {"not told"}
    assert set(got.values["adjustment"]) == {"sa"}


@pytest.mark.parametrize("line", [8, 23])
@pytest.mark.parametrize("to", [0, 1, 2, None])
def test_an_annual_line_that_left_its_block_is_refused(put, line, to):
    """Above the title, or gone: the other block still has its line, so both must."""
    rows = layouts.plain_exhibit()
    moved = rows.pop(line)
    if to is not None:
        rows.insert(to, moved)
    with pytest.raises(SourceError, match=r"no line for January to December 2023|text alone above the header"):
        put({"3": rows})


def test_content_decides_and_not_the_name(tmp_path):
    path = layouts.write_sheets({"12": layouts.exhibit12()}, tmp_path / "realexp.xls")
    assert read_any(path).layout == "Exhibit 12"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"a,b\n1,2\n", "the columns a, b"),
        (b"{}", "other JSON"),
        (b"[", "damaged JSON"),
        ("DATE,BOPGSTB\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 no zip", "a damaged workbook"),
        (b"DATE,BOPGSTB\n1992-01-01,1", "cut short"),
    ],
)
def test_other_content_is_refused(put, content, said):
    with pytest.raises(SourceError, match=said):
        put(content)


def test_negative_exports_are_refused(put):
    with pytest.raises(SourceError, match=r"line 2.*found -2026; expected exports above zero"):
        put(layouts.as_csv(layouts.fred("BOPTEXP")))


def test_wide_says_what_is_possible(put):
    facts = put(layouts.as_csv(layouts.fred()))
    with pytest.raises(ParameterError, match="unknown frequency 'weekly'"):
        facts.wide("weekly")
    with pytest.raises(ParameterError, match="unknown column 'country'"):
        facts.wide(country="China")
    with pytest.raises(ParameterError, match="has nothing monthly"):
        facts.wide(flow="exports")
    empty = replace(facts, values=facts.values.assign(value=float("nan")))
    with pytest.raises(SourceError, match="no value in its monthly lines; expected at least one"):
        empty.wide()


@pytest.mark.parametrize(
    "name", ["balance_total_bop_sa", "exports_net_adjustments_bop_nsa", "imports_goods_census_sa_chained2012"]
)
def test_a_name_tells_the_quantity(name):
    assert Quantity.named(name).name == name

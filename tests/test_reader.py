"""One reader for all tables of the release: every figure with its meaning and place; damaged files are refused."""

import csv
import gzip
import io
import json
import re
import subprocess
from pathlib import Path

import layouts as layouts_made
import numpy as np
import openpyxl
import pandas as pd
import pytest
import whole

from tradelib import store
from tradelib.quantity import Quantity
from tradelib.quantity.errors import SourceError
from tradelib.sources import formats
from tradelib.sources.facts import read_series, series_layout, series_table
from tradelib.sources.files import read_file
from tradelib.sources.formats import read_grids
from tradelib.sources.identities import check
from tradelib.sources.reader import read_table
from tradelib.sources.rows import Grid, numbers
from tradelib.sources.tables import layouts, tables_of

TITLE = [
    ["Part A: Seasonally Adjusted (by Commodity/Service)"],
    ["Exhibit 1. U.S. International Trade in Goods and Services"],
    ["In millions of dollars."],
    ["Period", "Balance", "", "", "Exports", "", "", "Imports"],
    ["", "Total", "Goods (1)", "Services", "Total", "Goods (1)", "Services", "Total", "Goods (1)", "Services"],
]
HEADS = TITLE[-2:]


def line(label, exports, imports):
    """Return a row of Exhibit 1 whose accounts hold."""
    goods, services = (out - into for out, into in zip(exports, imports, strict=True))
    figures = [goods + services, goods, services, sum(exports), *exports, sum(imports), *imports]
    return [label, *map(str, figures)]


def exhibit1(*rows):
    body = rows or (
        ["2025"], line("Jan. - Mar.", (30, 15), (60, 9)), line("January", (10, 5), (20, 3)),
        line("February (R)", (10, 5), (20, 3)), line("March", (10, 5), (20, 3)), ["April"],
        ["February data as published last month:"], line("", (11, 5), (20, 3)), ["(1) A note."],
    )  # fmt: skip
    return Grid("exh1.xlsx", "1", [*TITLE, *body])


def value(facts, **wanted):
    rows = facts
    for name, text in wanted.items():
        rows = rows[rows[name].astype(str) == text]
    assert len(rows) == 1, rows
    return rows.iloc[0]


def test_a_cell_means_what_title_block_row_and_column_say():
    facts = read_table([exhibit1()]).facts
    got = value(facts, flow="balance", item="goods", first="2025-03", last="2025-03")
    assert (got["value"], got["basis"], got["adjustment"], got["cell"]) == (-10.0, "bop", "sa", "1!C10")


def test_spans_markers_and_the_print_of_last_month_keep_their_meaning():
    facts = read_table([exhibit1()]).facts
    span = value(facts, flow="exports", item="total", first="2025-01", last="2025-03")
    assert span["value"] == 45.0
    february = facts[(facts["last"] == "2025-02") & (facts["flow"] == "exports") & (facts["item"] == "goods")]
    assert dict(zip(february["edition"], february["value"], strict=True)) == {"current": 10.0, "previous": 11.0}
    assert set(february.loc[february["edition"] == "current", "marker"]) == {"(R)"}


@pytest.mark.parametrize(
    ("row", "column", "text", "message"),
    [
        (9, 4, "(D)", "the agencies withhold none"),
        (9, 1, "-", "the agencies withhold none"),
        (9, 4, "15.5", "a whole number"),
        (9, 4, "l5", "a figure, or a marker"),
        (9, 4, "", "8 figures beside 'March'"),
        (9, 0, "Marsh", "a month, a year or a span"),
        (4, 2, "Services", "no head 'total' where it should follow"),
        (5, 0, "year", "under no year"),
    ],
)
def test_a_damaged_cell_is_refused_with_its_place(row, column, text, message):
    grid = exhibit1()
    grid.rows[row] = list(grid.rows[row])
    grid.rows[row][column] = text
    with pytest.raises(SourceError, match=re.escape(message)) as caught:
        read_table([grid])
    assert caught.value.file == "exh1.xlsx"


@pytest.mark.parametrize(
    ("row", "column", "text", "message"),
    [
        (9, 2, "-20", "balance = exports - imports"),
        (9, 1, "7", "balance = exports - imports"),
        (6, 4, "4500", "balance = exports - imports"),
        (12, 5, "11000", "balance = exports - imports"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(row, column, text, message):
    grid = exhibit1()
    grid.rows[row] = [*grid.rows[row][:column], text, *grid.rows[row][column + 1 :]]
    with pytest.raises(SourceError, match=re.escape(message)):
        check([read_table([grid])])


def test_a_span_that_is_not_the_sum_of_its_months_is_refused():
    rows = (
        ["2025"], line("Jan. - Mar.", (40, 15), (60, 9)),
        *(line(month, (10, 5), (20, 3)) for month in ("January", "February", "March")),
    )  # fmt: skip
    with pytest.raises(SourceError, match="its months add up to"):
        check([read_table([exhibit1(*rows)])])


def test_a_print_of_last_month_before_any_month_is_refused():
    rows = ["February data as published last month:"], line("", (11, 5), (20, 3))
    with pytest.raises(SourceError, match="a month, a year or a span of months"):
        read_table([exhibit1(*rows)])


def test_two_tables_of_one_release_that_disagree_are_refused_with_both_cells():
    other = Grid("history.txt", "", [
        ["U.S. International Trade in Goods and Services, 1992 - Present"], *HEADS, ["2025"],
        line("January", (10, 5), (20, 3)), line("February", (10, 9), (20, 3)), line("March", (10, 5), (20, 3)),
    ])  # fmt: skip
    with pytest.raises(SourceError, match=r"as in history\.txt, line"):
        check([read_table([exhibit1()]), read_table([other])])


def test_a_grid_survives_as_csv_text():
    grid = exhibit1()
    again = Grid.from_csv(grid.to_csv(), grid.file, grid.sheet)
    assert read_table([again]).facts.equals(read_table([grid]).facts)


@pytest.mark.parametrize(
    ("exhibit", "official", "other", "message"),
    [
        ("1", "Services", "Service", "table 1, but found 'Service', expected 'Services'"),
        ("10", "Principal", "Main", "table 10, but found 'Main', expected 'Principal'"),
        ("13", "Principal", "Main", "table 13, but found 'Main', expected 'Principal'"),
        ("6", "Part A", "Section A", "table 6, but its number or another line at its top differs"),
    ],
)
def test_a_nearly_official_title_says_which_table_it_looks_like_and_what_differs(exhibit, official, other, message):
    grid = next(table.grids[0] for table in store.release("2023-06-07").tables() if table.exhibit == exhibit)
    rows = [[cell.replace(official, other) for cell in row] if at < 5 else row for at, row in enumerate(grid.rows)]
    with pytest.raises(SourceError, match=f"it looks like the title of {message}"):
        read_table([Grid(grid.file, grid.sheet, rows)])


def test_an_unknown_reference_year_and_an_unknown_country_are_read():
    rows = [
        ["Seasonally Adjusted"], ["Real Exports of Goods by Principal End-Use Category"], ["Chained (2022) Dollars"],
        ["Period", "Total Census Basis", "Foods, Feeds, & Beverages", "Industrial Supplies", "Capital Goods",
         "Automotive Vehicles, etc.", "Consumer Goods", "Other Goods", "Residual"],
        ["2027"], ["January", *map(str, (27, 1, 2, 3, 4, 5, 6, 6))],
    ]  # fmt: skip
    facts = read_table([Grid("realexp.xlsx", "realexp", rows)]).facts
    assert set(facts["price"]) == {"chained2022"}
    country = [
        ["Part B: NOT Seasonally Adjusted"], ["Exhibit 14. U.S. Trade in Goods by Selected Countries and Areas: 2027"],
        ["Item (1)", "Balance", "", "", "Exports", "", "", "Imports"],
        ["", *("March\n2027", "February\n2027", "Year-to-Date\n2027") * 3],
        ["Newland", *map(str, (1, 2, 3, 4, 5, 6, 3, 3, 3))],
    ]  # fmt: skip
    table = read_table([Grid("exh14.xlsx", "14", country)])
    assert set(table.facts["partner"]) == {"newland"}
    assert "'Newland' is an unknown partner" in table.notes[0]


def test_hidden_sheets_are_never_data(tmp_path):
    book = openpyxl.Workbook()
    hidden, shown = book.active, book.create_sheet("1")
    for sheet, factor in ((hidden, 2), (shown, 1)):
        for row in exhibit1().rows:
            sheet.append([int(cell) * factor if re.fullmatch(r"-?\d{1,3}", cell) else cell for cell in row])
    hidden.title, hidden.sheet_state = "copy", "hidden"
    book.active = 1
    book.save(tmp_path / "exh1.xlsx")
    [table] = read_file(tmp_path / "exh1.xlsx")
    assert table.facts["value"].max() == 69.0
    hidden.sheet_state = "visible"
    book.save(tmp_path / "exh1.xlsx")
    with pytest.raises(SourceError, match="in sheet 'copy' and in sheet '1'"):
        read_file(tmp_path / "exh1.xlsx")


def test_figures_without_a_line_that_names_their_flow_are_refused():
    [table] = [table for table in store.release("2023-06-07").tables() if table.exhibit == "10"]
    grid = table.grids[0]
    rows = [row for row in grid.rows if "".join(row).strip() != "Exports"]
    with pytest.raises(SourceError, match="under no flow; expected one of the lines"):
        read_table([Grid(grid.file, grid.sheet, rows)])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1,234", "-5", "0"], [1234, -5, 0]),
        (["1,234.5", "(D)", "-"], [1234.5, None, None]),
        (["12345678901234567890", "1"], [12345678901234567890, 1]),
        (["1e-05", "n.a."], [1e-05, None]),
    ],
)
def test_figures_are_the_numbers_that_they_print(texts, expected):
    values, wrong = numbers(texts)
    assert wrong is None
    assert [None if np.isnan(value) else value for value in values] == expected


@pytest.mark.parametrize("text", ["12,34", "1,2345", "1 234", "--5", "l5", "1.", "1_000", "+5", "\u0661"])
def test_a_cell_that_is_no_figure_is_refused_with_its_position(text):
    assert numbers(["1", "(D)", text, text])[1] == 2


def test_the_text_of_a_table_of_series_says_what_its_numbers_say():
    values = np.array([[np.nan, 1234.5], [7.0, -0.1]])
    columns = [(Quantity("exports", "goods", partner), partner) for partner in ("china", "mexico")]
    layout = series_layout("country", "By country", "ft900", "country")
    table = series_table(layout, "country.xlsx", columns, pd.period_range("2024-01", periods=2, freq="M"), values)
    [grid] = table.grids
    assert grid.rows[-2:] == [["2024-01", "", "1234.5"], ["2024-02", "7", "-0.1"]]
    assert read_series(layout, grid).facts.equals(table.facts)
    grid.rows[-1][2] = "x"
    with pytest.raises(SourceError, match="found 'x'; expected a number"):
        read_series(layout, grid)


def test_every_layout_has_a_name_of_its_own_and_columns():
    names = [layout.exhibit for layout in layouts()]
    assert len(names) == len(set(names)) > 40
    assert all(layout.columns for layout in layouts())


# The real files, as published


@pytest.fixture(scope="module")
def release(official_folder):
    return official_folder / "ft900xlsx_2023-06-07"


@pytest.fixture(scope="module")
def workbooks(release):
    """Return the tables of a folder of workbooks, read once for all tests."""
    return store.read(release).tables()


@pytest.fixture(scope="module")
def pdf(official_folder):
    return official_folder / "ft900_2025-05-06.pdf"


@pytest.fixture(scope="module")
def printed(pdf, shared):
    with whole.read_once(shared):
        return read_file(pdf)


@pytest.mark.slow
def test_every_number_of_31_workbooks_is_read_as_another_library_reads_it(release, workbooks):
    read, tables = 0, {table.grids[0].file: table for table in workbooks}
    assert len(tables) == len(workbooks) == 31
    for path in sorted(release.glob("*.xlsx")):
        sheet = openpyxl.load_workbook(path, data_only=True, keep_links=False).worksheets[0]
        cells = (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, (int, float)))
        numbers = {f"{sheet.title}!{cell.coordinate}": float(cell.value) for cell in cells}
        facts = tables[path.name].facts
        facts = facts[facts["value"].notna()]
        assert dict(zip(facts["cell"], facts["value"], strict=True)).items() <= numbers.items(), path.name
        assert {numbers[at] for at in numbers.keys() - set(facts["cell"])} <= {2021.0, 2022.0, 2023.0}, path.name
        read += len(facts)
    assert read == 18_584


def test_the_accounts_of_a_whole_release_hold(workbooks):
    got = check(workbooks)
    assert got["printed twice"] == 1440
    assert got["balance = exports - imports"] == 2785
    assert min(got.values()) >= 12


@pytest.mark.slow
@pytest.mark.needs("poppler")
def test_every_row_of_the_pdf_is_there_as_poppler_shows_it(printed, pdf):
    shown = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    figure = re.compile(r"(?<![\w.,(])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w,])")
    for table in printed:
        pages = {int(re.search(r"page (\d+)", cell)[1]) for cell in table.facts["cell"]}
        text = "\n".join(page for at, page in enumerate(shown.split("\f"), 1) if at in pages)
        expected = sorted(float(number.replace(",", "")) for number in figure.findall(text))
        facts = table.facts["value"].dropna()
        large = facts[facts.abs() >= 1000]
        got = sorted(large[large != 0])
        assert [number for number in got if number not in expected] == [], table.exhibit
        assert len(expected) - len(got) <= 3 * len(pages), table.exhibit


@pytest.mark.slow
def test_pdf_and_workbook_of_one_release_agree(printed, official_folder):
    tables = [*printed, *read_file(official_folder / "trad-time-series-0325.xlsx")]
    got = check(tables)
    assert len(printed) == 31
    assert got["printed twice"] == 3153
    keys = ["flow", "item", "partner", "basis", "adjustment", "price", "measure", "first", "last"]
    frames = [pd.concat([t.facts for t in part]).drop_duplicates(keys) for part in (printed, tables[31:])]
    both = frames[0].astype(dict.fromkeys(keys[:7], str)).merge(frames[1].astype(dict.fromkeys(keys[:7], str)), on=keys)
    both = both[both["value_x"].notna() & both["value_y"].notna()]
    assert len(both) == 899
    assert (both["value_x"] - both["value_y"]).abs().max() <= 0.5


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("exh1_2021-07-02.xlsx", 315), ("exh1_2022-02-08.xlsx", 360), ("exh10_2022-03-08.xlsx", 256),
        ("exh12_2026-02-19.xlsx", 320), ("exh14_2024-11-05.xlsx", 558), ("exhibit_history_2023-02-07.xlsx", 3627),
        ("realexp_2021-07.xls", 2856), ("realimp_2022-02.xlsx", 2912), ("trad-time-series-0225.xlsx", 12327),
        ("trad-geo-time-series-0125.xlsx", 31590),
    ],
)  # fmt: skip
def test_older_and_longer_tables_are_read_completely(name, facts, official_folder):
    tables = read_file(official_folder / name)
    assert sum(len(table.facts) for table in tables) == facts
    check(tables)


def test_a_month_that_the_bulk_file_does_not_list_is_refused(official_folder, tmp_path):
    text = (official_folder / "FTD-mf_2023-01-05.csv").read_text()
    (tmp_path / "FTD-mf.csv").write_text(text.replace("Jan-1992", "Jam-1992"))
    with pytest.raises(SourceError, match=r"line \d+: .* expected a listed month"):
        read_file(tmp_path / "FTD-mf.csv")


def test_a_pdf_that_is_no_release_is_refused_with_its_first_words(tmp_path):
    from pypdf import PdfWriter

    with PdfWriter() as writer:
        writer.add_blank_page(100, 100)
        writer.write(tmp_path / "letter.pdf")
    with pytest.raises(SourceError, match="a PDF that begins"):
        read_file(tmp_path / "letter.pdf")


def test_pages_of_a_pdf_that_repeat_a_title_are_one_table():
    lines = ["Exhibit 5. U.S. Trade in Goods", "Part A: Seasonally Adjusted"]
    pages = [Grid("x.pdf", "pdf", [[f"page {page}", line] for line in lines]) for page in (1, 2)]
    assert [len(group) for group in tables_of(pages)] == [2]


def test_a_csv_text_is_read_by_its_lines():
    out = io.StringIO()
    csv.writer(out).writerows(exhibit1().rows)
    assert len(next(read_grids(Path("exh1.csv"), out.getvalue().encode())).rows) == len(exhibit1().rows)


def test_every_official_file_is_read(official_folder):
    read = {}
    for path in sorted(official_folder.glob("*.*")):
        if path.suffix == ".md" or path.is_dir() or path.name.startswith("ft900"):
            continue
        read[path.name] = sum(len(table.facts) for table in read_file(path))
    assert min(read.values()) > 150
    assert len(read) == 25


def test_the_chained_year_and_the_countries_are_those_in_the_file():
    """A new reference year and a new country are read without a change of code."""
    [real] = [table for table in store.release("2023-06-07").tables() if table.exhibit == "10"]
    grid = real.grids[0]
    rows = [[cell.replace("2017", "2022") if "Chained" in cell else cell for cell in row] for row in grid.rows]
    got = read_table([Grid(grid.file, grid.sheet, rows)])
    assert set(got.facts["price"]) == {"chained2022"}
    [goods] = [table for table in store.release("2023-06-07").tables() if table.exhibit == "19"]
    grid = goods.grids[0]
    rows = [[cell.replace("Vietnam", "Atlantis") for cell in row] for row in grid.rows]
    got = read_table([Grid(grid.file, grid.sheet, rows)])
    assert "atlantis" in set(got.facts["partner"])
    assert got.notes == ("'Atlantis' is an unknown partner",)


FRED = layouts_made.fred()
BLS = layouts_made.bls()
ENDUSE = layouts_made.enduse()


@pytest.mark.parametrize(
    ("rows", "at", "text", "message"),
    [
        (FRED, (0, 1), "BOPGST", "found code 'BOPGST'; expected one of BOPGSTB"),
        (FRED, (2, 0), "1992-02-02", "line 3: found period '1992-02-02'; expected the first day of a month"),
        (FRED, (2, 0), "1992-03-01", "line 4: found period '1992-03'; expected each period once"),
        (FRED, (18, 1), "0", "line 19: found value '0'; expected whole millions"),
        (FRED, (5, 1), "-12a", "line 6: found value '-12a'"),
        (FRED, (5, 1), "-12.5", "expected whole millions of dollars"),
        (
            FRED[:2] + FRED[3:],
            (0, 0),
            "DATE",
            "BOPGSTB: found no 1992-02; expected every period from 1992-01 to 1993-06",
        ),
        (
            layouts_made.fred("BOPTEXP"),
            (1, 1),
            "-5",
            "found value '-5'; expected exports, imports and indexes above zero",
        ),
        (BLS, (5, 3), "June", "found period '1989.0 M01 June'"),
        (BLS, (5, 2), "M13", "found period '1989.0 M13 January'"),
        (BLS, (5, 4), "0.0", "line 6: found value '0.0'; expected an index such as 141.2"),
        (BLS, (5, 5), "[{'code': 'R'}]", "expected a list such as [{}]"),
        (BLS, (5, 0), "EIUIX", "found code 'EIUIX'; expected one of EIUIR, EIUIQ"),
        (BLS[:-1], (6, 2), "M01", "found period '1989.0 M01 February'"),
        (ENDUSE, (7, 0), "0000", "line 8: found code 'imports 0000'; expected one of exports -, exports 0"),
        (ENDUSE, (7, 0), "70000", "line 8: found code 'imports 70000'"),
        (ENDUSE, (7, 7), "transit", "line 8: found code 'transit 00000'"),
        (ENDUSE, (7, 2), "(D)", "line 8: found value '(D)'; expected whole dollars"),
        (ENDUSE, (7, 3), "2016-13", "line 8: found period '2016-13'; expected a month such as 2024-04"),
        (ENDUSE, (7, 3), "2016-02", "line 9: found period '2016-02'; expected each period once"),
    ],
)
def test_a_damaged_file_of_coded_series_is_refused_with_its_place(rows, at, text, message, tmp_path):
    rows = [list(row) for row in rows]
    rows[at[0]][at[1]] = text
    (tmp_path / "file.csv").write_text(layouts_made.as_csv(rows))
    with pytest.raises(SourceError, match=re.escape(message)) as caught:
        read_file(tmp_path / "file.csv")
    assert caught.value.file == "file.csv"


def test_five_digit_end_uses_add_up_to_their_category_and_a_month_without_trade_stays_missing(tmp_path, monkeypatch):
    path = tmp_path / "enduse.csv.gz"
    path.write_bytes(gzip.compress(layouts_made.as_csv(ENDUSE).encode()))
    [table] = read_file(path)
    check([table])
    cocoa = table.facts[table.facts["item"] == "goods/enduse/foods/cocoa_beans"]
    assert cocoa["cell"].tolist() == ["imports 00010, 2016-01", "imports 00010, 2016-02"]
    rows = [[*row] for row in ENDUSE]
    rows[8][2] = "7020"
    path.write_bytes(gzip.compress(layouts_made.as_csv(rows).encode()))
    with pytest.raises(SourceError, match=r"imports 0, 2016-02.*found 732; expected 7,050, as goods by end-use code"):
        check(read_file(path))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="a damaged gzip file"):
        read_file(path)
    path.write_bytes(gzip.compress(bytes(3_000_000)))
    with pytest.raises(SourceError, match="more than 200 times its size"):
        read_file(path)
    monkeypatch.setattr(formats, "MOST_BYTES", 1_000)
    path.write_bytes(gzip.compress(bytes(2_000)))
    with pytest.raises(SourceError, match="over 1,000 bytes"):
        read_file(path)


def test_an_answer_that_was_not_processed_is_refused_with_its_messages(tmp_path):
    answer = {"status": "REQUEST_NOT_PROCESSED", "message": ["daily threshold reached"]}
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    with pytest.raises(SourceError, match=r"REQUEST_NOT_PROCESSED \(daily threshold reached\)"):
        read_file(tmp_path / "answer.json")
    (tmp_path / "answer.json").write_text('{"status": "REQUEST_SUCCEEDED", "Results": {}}')
    with pytest.raises(SourceError, match=r"found other JSON \('series'\); expected Results with series"):
        read_file(tmp_path / "answer.json")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bls.json", '{"status": "REQUEST_SUCCEEDED", "Results": {"series": []}}', "found no figures"),
        ("bls.json", '{"status": "REQUEST_SUCCEEDED", "Results": {"series": [{"seriesID": "EIUIR", "data": []}]}}',
         "found no figures"),
        ("fred.csv", "DATE\n2024-01-01\n", "found no figures"),
        ("fred.csv", "observation_date,DATE,BOPGSTB\n2024-01-01,2024-01-01,-1\n", "found code 'DATE'"),
        ("fred.csv", "observation_date,BOPGSTB,value\n2024-01-01,-1,2\n", "found code 'value'"),
        ("fred.csv", "observation_date,place\n2024-01-01,1\n", "found code 'place'"),
        ("ftd.csv", "CATEGORIES,x\n1,2\n", "a file that begins 'CATEGORIES x"),
    ],
)  # fmt: skip
def test_a_file_that_is_nearly_one_of_coded_series_is_refused_in_words(name, text, message, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=message):
        read_file(tmp_path / name)


def test_other_columns_beside_those_of_end_use_are_ignored(tmp_path):
    rows = [[*row, "2024-01-01" if at else "DATE"] for at, row in enumerate(ENDUSE)]
    (tmp_path / "enduse.csv").write_text(layouts_made.as_csv(rows))
    [table] = read_file(tmp_path / "enduse.csv")
    assert table.layout.publisher == "census_enduse"

"""Whatever happens to an official file: a SourceError, or exactly the right values."""

from __future__ import annotations

import re

import official
import pytest
from hypothesis import assume, example, given, settings, strategies as st
from official import as_text, history_rows, plain_reading
from test_history import as_table, write

from tradelib.errors import SourceError
from tradelib.sources import read_history

RECENT = official.bundled().since(2015)
TEXT = as_text(history_rows(RECENT))
LINES = TEXT.split("\n")
FIGURES = [at for at, line in enumerate(LINES) if re.search(r"\t-?\d", line)]
MONTHLY = [at for at in FIGURES if not LINES[at].startswith("Jan. -")]


def read(folder, content):
    """Return the table that the reader finds; None when it refuses the file. Any other error fails the test."""
    try:
        return as_table(read_history(write(folder, content)))
    except SourceError:
        return None


def rows_of(lines):
    return [line.split("\t") for line in lines]


def joined(rows):
    return "\n".join("\t".join(row) for row in rows)


# A mutation that leaves each figure as it is must be refused or change nothing.

line = st.integers(0, len(LINES) - 1)
figure_line = st.sampled_from(FIGURES)
column = st.integers(0, 9)


@st.composite
def moved_lines(draw):
    lines = list(LINES)
    one, two = draw(line), draw(line)
    match draw(st.sampled_from(["delete", "repeat", "swap", "move", "cut out"])):
        case "delete":
            del lines[one]
        case "repeat":
            lines.insert(two, lines[one])
        case "swap":
            lines[one], lines[two] = lines[two], lines[one]
        case "move":
            lines.insert(two, lines.pop(one))
        case "cut out":
            del lines[min(one, two) : max(one, two)]
    return "\n".join(lines)


@st.composite
def moved_cells(draw):
    rows = rows_of(LINES)
    row = rows[draw(figure_line)]
    one, two = draw(column), draw(column)
    match draw(st.sampled_from(["delete", "empty", "repeat", "swap"])):
        case "delete":
            del row[one]
        case "empty":
            row[one] = ""
        case "repeat":
            row.insert(one, row[one])
        case "swap":
            row[one], row[two] = row[two], row[one]
    return joined(rows)


@st.composite
def moved_columns(draw):
    rows = rows_of(LINES)
    one, two = draw(column), draw(column)
    delete = draw(st.booleans())
    since = draw(line)
    for row in rows[since:]:
        if len(row) == 10 and delete:
            del row[one]
        elif len(row) == 10:
            row[one], row[two] = row[two], row[one]
    return joined(rows)


@st.composite
def other_separators(draw):
    separator = draw(st.sampled_from([" ", ",", ";", "|", "  ", "\x1f", "\u2003", "\\t", ""]))
    since, until = sorted((draw(line), draw(line)))
    return "\n".join(text.replace("\t", separator) if since <= at <= until else text for at, text in enumerate(LINES))


@st.composite
def inserted_letters(draw):
    at = draw(st.integers(0, len(TEXT)))
    letters = draw(st.text(st.characters(exclude_categories=["Nd", "Cs"]), min_size=1, max_size=3))
    assume(not set(letters) & set("-.,") or not any(c.isdigit() for c in TEXT[max(0, at - 1) : at + 1]))
    return TEXT[:at] + letters + TEXT[at:]


@pytest.mark.parametrize(
    "mutations", [moved_lines, moved_cells, moved_columns, other_separators, inserted_letters], ids=lambda m: m.__name__
)
@given(data=st.data())
def test_moved_text_is_refused_or_read_exactly(tmp_path, mutations, data):
    got = read(tmp_path, data.draw(mutations()))
    assert got is None or got == RECENT


@given(end=st.integers(0, len(TEXT) - 1))
@example(end=len(TEXT) - 1)
def test_text_cut_at_any_byte_is_refused_or_read_exactly(tmp_path, end):
    got = read(tmp_path, TEXT.encode()[:end])
    assert got is None or got == RECENT


@given(start=st.integers(1, len(TEXT)))
def test_text_that_lost_its_beginning_is_refused_or_read_exactly(tmp_path, start):
    got = read(tmp_path, TEXT.encode()[start:])
    assert got is None or got == RECENT


@given(
    encoding=st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "utf-8-sig", "cp1252", "cp500"])
)
def test_other_encodings_are_refused_or_read_exactly(tmp_path, encoding):
    got = read(tmp_path, TEXT.encode(encoding))
    assert got is None or got == RECENT


HEADS = ["Total", "Goods (1)", "Services", "Balance", "Exports", "Imports", "Period"]


@given(old=st.sampled_from(HEADS), new=st.sampled_from([*HEADS, "", "Goods (2)", "Goods", "Total (R)", "1992", "5"]))
def test_other_heads_are_refused(tmp_path, old, new):
    assume(old != new)
    above, below = TEXT.split("Period", 1)
    assert read(tmp_path, above + ("Period" + below).replace(old, new, 1)) is None


# A mutation that changes a figure must be refused where the accounts can tell, and never be read as something else.


@given(at=st.sampled_from(MONTHLY), column=st.integers(1, 9), change=st.integers(3, 9_999), up=st.booleans())
def test_monthly_figure_that_is_3_or_more_off_is_refused(tmp_path, at, column, change, up):
    rows = rows_of(LINES)
    value = int(rows[at][column].replace(",", ""))
    rows[at][column] = f"{value + change if up else value - change:,}"
    assert read(tmp_path, joined(rows)) is None


@given(at=figure_line, column=st.integers(1, 9), change=st.integers(11, 99_999), up=st.booleans())
def test_any_figure_that_is_11_or_more_off_is_refused(tmp_path, at, column, change, up):
    rows = rows_of(LINES)
    value = int(rows[at][column].replace(",", ""))
    rows[at][column] = f"{value + change if up else value - change:,}"
    assert read(tmp_path, joined(rows)) is None


def says(text):
    """Return what a text says, markers as missing, by the plain reading; None when it cannot be read plainly."""
    try:
        return plain_reading("\n".join(_without_markers(line) for line in text.split("\n")))
    except (ValueError, UnicodeDecodeError):
        return None


def _without_markers(line):
    label, *cells = line.split("\t")
    return "\t".join([re.sub(r"\s*\([A-Z]+\)$", "", label.strip(), flags=re.IGNORECASE), *cells])


@given(data=st.data())
def test_damaged_bytes_are_refused_or_read_as_they_stand(tmp_path, data):
    raw = bytearray(TEXT.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    got = read(tmp_path, bytes(raw))
    assert got is None or got == says(raw.decode())


@given(noise=st.binary(max_size=300))
def test_noise_is_refused(tmp_path, noise):
    assert read(tmp_path, noise) is None


@given(noise=st.text("\t\n 0123456789-,(R)JanuryPeriod", max_size=300))
def test_noise_after_a_true_beginning_is_refused(tmp_path, noise):
    assert read(tmp_path, "\n".join(LINES[:10]) + "\n" + noise) is None


# The same on the real file.


@settings(max_examples=max(20, settings().max_examples // 3))
@given(data=st.data())
def test_official_text_with_damaged_bytes(tmp_path, official_text, data):
    raw = bytearray(official_text.read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(["change", "delete", "insert", "cut"])):
        case "change":
            raw[at] = data.draw(st.integers(0, 255))
        case "delete":
            del raw[at]
        case "insert":
            raw.insert(at, data.draw(st.integers(0, 255)))
        case "cut":
            del raw[at:]
    got = read(tmp_path, bytes(raw))
    assert got is None or got == says(raw.decode())


@settings(max_examples=max(20, settings().max_examples // 3))
@given(data=st.data())
def test_official_workbook_with_damaged_bytes(tmp_path, official_workbook, data):
    expected = as_table(read_history(official_workbook))
    raw = bytearray(official_workbook.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    got = read(tmp_path, bytes(raw))
    assert got is None or got == expected

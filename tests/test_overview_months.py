"""The overview of many months: whatever the month was like, its sentences are grammatical, signed and true."""

import re

import pytest
from page import record_of

from tests.rounding_by_hand import billions
from tradelib import store
from tradelib.quantity.errors import ParameterError
from tradelib.words import sentences as say

STEM = "01_overview"
MONTHS = [
    "1992-03", "1995-12", "1997-01", "1999-07", "2001-09", "2003-05", "2006-08", "2008-07", "2008-12", "2009-05",
    "2010-06", "2012-10", "2014-02", "2016-12", "2018-10", "2019-01", "2020-03", "2020-04", "2020-05", "2020-08",
    "2021-01", "2022-03", "2022-04", "2023-06", "2023-12", "2024-12", "2025-01", "2025-02",
]  # fmt: skip
RELEASES = ["2023-04", "2024-02", "2025-02", "2025-03"]


def read(record):
    text = "\n".join(f"{item['title']}. {item['reading']}" for item in record["items"])
    return re.sub(r"\[([^\]]*)\]\(#p\w+\)", r"\1", text).replace("\u00a0", " ")


def must_read_well(text):
    assert not re.search(r"\bnan\b|None|NaT|  |\.\.|,\.| ,|\$0\.0 billion (wider|more|less)|\bby \$0\.0\b", text), text
    assert not re.search(r"(widened|narrowed|rose|fell) (to|in|by) (?!\$|a )", text), text
    assert not re.search(r"(?<!U\.S)\. [a-z]", text), text


@pytest.mark.slow
@pytest.mark.parametrize("month", MONTHS)
def test_a_month_as_the_newest_release_has_it(month):
    got = record_of(STEM, vintage="2025-03", month=month)
    text = read(got)
    must_read_well(text)
    values = store.release("2025-05-06").series("balance_total_bop_sa").dropna().astype(float)
    now, before = float(values[month]), float(values.shift(1)[month])
    change = now - before
    verb = "narrowed" if abs(now) < abs(before) else "widened"
    level, moved = billions(now), billions(change)
    if moved != "0.0":
        assert f"deficit {verb} ${moved} billion to ${level} billion" in text
    else:
        assert f"deficit was nearly unchanged at ${level} billion" in text
    assert "Figures as revised up to the release of May 6, 2025." in text
    smaller = values[:month][values[:month] < now]
    assert ("since the series began in January 1992" in text) == (smaller.empty and len(values[:month]) > 60)
    assert f"in {say.month(values[[month]].index[0])}" in got["results"]["headline"]


@pytest.mark.slow
@pytest.mark.parametrize("vintage", RELEASES)
def test_the_month_of_a_release(vintage):
    got = record_of(STEM, vintage=vintage)
    must_read_well(read(got))
    assert "Figures as revised" not in read(got)
    assert all(check["holds"] for check in got["checks"])


def test_a_month_that_the_release_does_not_have_is_refused_before_anything_runs():
    with pytest.raises(ParameterError, match="has 1992-01 to 2025-03, not 2025-04 and the month before"):
        record_of(STEM, vintage="2025-03", month="2025-04")
    with pytest.raises(ParameterError, match="not 1992-01 and the month before"):
        record_of(STEM, vintage="2025-03", month="1992-01")

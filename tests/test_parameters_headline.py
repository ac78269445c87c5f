"""What the headline notebook can be asked for."""

import pandas as pd
import pytest

from tradelib import published, store
from tradelib.parameters import Headline, check
from tradelib.quantity.errors import ParameterError


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("2015-01", "2025-03", "2025-03")),
        ({"month": "1995-06"}, ("1992-01", "1995-06", "1995-06")),
        ({"end": "2015-12"}, ("2005-01", "2015-12", "2015-12")),
        ({"start": "2023-01"}, ("2023-01", "2025-03", "2025-03")),
        ({"month": "2020-04", "end": "2024-02"}, ("2010-01", "2024-02", "2020-04")),
        ({"vintage": "2024-02", "month": None}, ("2014-01", "2024-02", "2024-02")),
    ],
)
def test_months_are_filled_in(asked, expected):
    got = check(Headline, asked)
    assert (got.start, got.end, got.month) == expected


def test_what_is_filled_in_can_be_asked_for_again():
    once = check(Headline, {"month": "2020-04"})
    assert check(Headline, once.model_dump()) == once


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"month": "2030-01"}, "month 2030-01 is outside the span 1992-01 to 2025-03"),
        ({"month": "2020-01", "end": "2019-01"}, "month 2020-01 is outside the span 2010-01 to 2019-01"),
        ({"month": "2010-01", "start": "2014-01"}, "start 2014-01 is after end 2010-01"),
        ({"month": "1992-01"}, "month 1992-01 is the first of the table; expected one with a month before it"),
        ({"month": "February"}, "month='February': 'February' is not a month like 2024-02"),
        ({"month": 202402}, "month=202402: Input should be a valid string"),
        ({"mnth": "2024-02"}, "unknown parameter 'mnth'; did you mean month?"),
        ({"vintage": "2020-01"}, "no release for vintage"),
    ],
)
def test_refused(asked, message):
    with pytest.raises(ParameterError) as error:
        check(Headline, asked)
    assert message in str(error.value)


def test_without_an_earlier_release_previous_is_what_was_printed_and_differs(monkeypatch):
    monkeypatch.setattr(store.Release, "compilations", lambda *_: [])
    got = check(Headline, {"vintage": "2024-04-04"}).load_previous()["balance_total_bop_sa"].dropna()
    # October 2023 was last printed as 64.5 (65.214 now), November as 61.9 (62.658), January 2024 as 67.4 (67.601).
    # December was 62.2, then 64.2, as it is now (64.168): no revision that a print could prove.
    assert {str(month): value for month, value in got.items()} == {
        "2023-10": -64500, "2023-11": -61900, "2024-01": -67400,
    }  # fmt: skip


def test_nothing_printed_and_no_earlier_release_is_no_previous(monkeypatch):
    nothing = pd.Series([], index=pd.PeriodIndex([], freq="M"), dtype=float)
    monkeypatch.setattr(published, "levels", lambda *_: nothing)
    monkeypatch.setattr(store.Release, "compilations", lambda *_: [])
    assert check(Headline, {}).load_previous() is None


def test_previous_is_the_release_before_the_one_in_use():
    got = check(Headline, {}).load_previous()
    assert got.attrs["series"]["balance_total_bop_sa"]["vintage"] == "2025-04-03"
    assert got["balance_total_bop_sa"]["2025-02"] == -122662.0

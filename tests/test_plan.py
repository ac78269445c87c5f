"""What to run is checked as a whole before anything starts."""

from __future__ import annotations

import pytest

from tradelib.quantity.errors import ParameterError
from tradelib.report.execution import planned
from tradelib.report.parameters import check, notebooks


def test_all_notebooks_in_order_by_default() -> None:
    got = [job.notebook for job in planned({})[0]]
    assert got == list(notebooks())


def test_values_go_to_every_notebook_that_takes_them() -> None:
    jobs = {job.notebook: job.values for job in planned({"start": "2010-01", "series": "BOPTEXP"})[0]}
    spans = {name: values["start"] for name, values in jobs.items() if "start" in values}
    assert set(spans.values()) == {"2010-01"}
    assert min(spans) > "2"  # chapters are about one month
    assert len(spans) > 5
    assert jobs["23_trend"]["series"] == "exports_total_bop_sa"
    assert "series" not in jobs["24_real_vs_nominal"]


def test_one_notebook_can_be_given_its_own_values() -> None:
    jobs = {job.notebook: job.values for job in planned({"trend.start": "2015-01", "start": "2010-01"})[0]}
    assert jobs["23_trend"]["start"] == "2015-01"
    assert jobs["22_seasonal"]["start"] == "2010-01"


def test_notebooks_are_chosen_with_or_without_their_number() -> None:
    got = [job.notebook for job in planned({}, ["trend", "22_seasonal"])[0]]
    assert got == ["23_trend", "22_seasonal"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sereis": "BOPTEXP"}, ["sereis", "did you mean series"]),
        ({"series": "BOPTEXPP"}, ["BOPTEXPP", "did you mean BOPTEXP"]),
        ({"series": "exports_*"}, ["exports_*", "stands for"]),
        ({"series": 3}, ["series=3", "string"]),
        ({"start": "January"}, ["January", "not a month like 2024-02"]),
        ({"start": "2030-01"}, ["2030-01", "span 1992-01 to 2025-03"]),
        ({"start": "2015-01", "end": "2010-01"}, ["start 2015-01 is after end 2010-01"]),
        ({"vintage": "1999-01-01"}, ["1999-01-01", "2024-04-04"]),
        ({"trend.nonsense": 1}, ["nonsense", "23_trend"]),
        ({"tend.start": "2010-01"}, ["tend", "did you mean trend"]),
        ({"end": "1996-06", "horizon": 3}, ["27_forecasts", "54 months"]),
        ({"end": "1996-06", "forecasts.horizon": 3}, ["27_forecasts", "54 months"]),
        ({"trend.start": "2015-01", "23_trend.start": "2016-01"}, ["start of 23_trend: given twice"]),
    ],
)
def test_impossible_options_are_refused_with_the_possible_ones(options: dict, words: list[str]) -> None:
    with pytest.raises(ParameterError) as refused:
        planned(options)[0]
    got = str(refused.value)
    assert [word for word in words if word not in got] == [], got


def test_the_release_is_for_all_and_parameters_of_one_notebook_are_given_by_its_name() -> None:
    [job] = planned({"vintage": "2025-03"}, ["revisions"])[0]
    assert job.values["vintage"] == "2025-03"
    with pytest.raises(ParameterError, match=r"unknown parameter 'series'; possible: .*revisions\.series"):
        planned({"series": "BOPTEXP"}, ["revisions"])


def test_notebooks_for_which_the_span_is_too_short_are_left_out_with_the_reason() -> None:
    reasons = planned({"end": "1996-06"})[1]
    assert "forecasts: balance_total_bop_sa has 54 months; expected at least 92" in reasons["27_forecasts"]
    assert "expected at least 60" in reasons["26_breaks"]
    got = [job.notebook for job in planned({"end": "1996-06"})[0]]
    assert "23_trend" in got
    assert not {"26_breaks", "27_forecasts"} & set(got)


@pytest.mark.parametrize("vintage", ["2025-12", "2026-02-19", "2026-02-25"])
def test_a_named_release_is_in_use_even_if_it_has_only_one_series(vintage: str) -> None:
    jobs, left_out = planned({"vintage": vintage})
    assert [job.notebook for job in jobs] == ["23_trend", "25_revisions", "42_news_or_noise"]
    reasons = {
        "01_overview": "the release of 2026-02-19 about 2025-12 has 1 of the 9 series of Exhibit 1",
        "03_goods": "the release of 2026-02-19 about 2025-12 has no exhibit 5 and no 6 and no 7 and no 8",
        "20_deficit": "the release of 2026-02-19 has no balance_goods_bop_sa; "
        "the newest that has it is that of 2025-05-06 about 2025-03",
        "27_forecasts": "exports_total_bop_sa and imports_total_bop_sa end in 2025-03, balance_total_bop_sa in 2025-12",
    }
    assert reasons.items() <= left_out.items()
    trend = check(notebooks()["23_trend"], jobs[0].values)
    assert str(trend.load(trend.series).index[-1]) == "2025-12"


def test_no_older_release_replaces_the_named_one() -> None:
    with pytest.raises(ParameterError, match="has no exports_goods_census_nsa; the newest that has it is that of 2023"):
        planned({"vintage": "2024-02"}, ["own_adjustment"])
    with pytest.raises(ParameterError, match="no release for vintage '2024-03'"):
        planned({"vintage": "2024-03"})


def test_an_unknown_notebook_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"unknown notebook 'trends'; did you mean trend"):
        planned({}, ["trends"])[0]

"""The store's queries, compared with plain loops over its files."""

import datetime as dt
import itertools
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from page import names_after

from tradelib import load, store
from tradelib.quantity.errors import ComparabilityError, ParameterError
from tradelib.store import triangles as queries, writing

NAME = "balance_total_bop_sa"
COMPILATION = "bea"
FIRST = pd.Period("2001-01", freq="M")


def prints_of(triangle, month):
    """Return the notebook's table of how one month was printed, release by release."""
    names = {"prints": triangle, "triangle": queries, "farthest": None}
    parameters = SimpleNamespace(example=str(month))
    return names_after("25_revisions", "reprinted = ", parameters=parameters, **names)["reprinted"]


@st.composite
def stores(draw):
    """Draw random releases (day, statistical month, {month: value}), some of them skipped, late or short."""
    about = sorted(draw(st.sets(st.integers(3, 30), min_size=1, max_size=6)))
    rows = []
    for number in about:
        month = FIRST + number
        day = (month + 1).end_time.date() + dt.timedelta(days=draw(st.integers(1, 28)))
        start = FIRST + draw(st.integers(0, number - 1))
        months = pd.period_range(start, month, freq="M")
        values = draw(st.lists(st.integers(-9, -1), min_size=len(months), max_size=len(months)))
        rows.append((day, month, dict(zip(months, values, strict=True))))
    return rows


def write(published, folder):
    for day, _, values in published:
        path = Path(folder) / "BOPGSTB.csv"
        lines = [f"{month}-01,{value}\n" for month, value in values.items()]
        path.write_text("observation_date,BOPGSTB\n" + "".join(lines))
        store.add(path, day)


def read_by_loops(published):
    """Return {day: {month: value}}, without tradelib."""
    return {day.isoformat(): {str(month): value for month, value in values.items()} for day, _, values in published}


def add_months(month, n):
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + n, 12)
    return f"{year}-{number + 1:02}"


def plain(series):
    return {str(month): value for month, value in series.dropna().items()}


@pytest.mark.filterwarnings("ignore:from the release of")  # days long after the last release
@settings(max_examples=12, deadline=None)
@given(stores(), st.integers(0, 1200), st.integers(1, 6))
def test_queries_agree_with_loops_over_the_files(published, days, n):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADELIB_DATA", folder)
        patch.setitem(writing.PUBLISHERS["ft900"], "days", [1, 60])
        write(published, folder)
        files = read_by_loops(published)
        day = (dt.date(2001, 4, 1) + dt.timedelta(days=days)).isoformat()
        triangle = store.triangle(NAME, COMPILATION)

        def known(day):
            """Return the newest value not later than a day, month by month."""
            values = {}
            for released in sorted(files):
                if released <= day:
                    values |= files[released]
            return values

        if known(day):
            assert plain(queries.latest(store.triangle(NAME, COMPILATION, day))) == known(day)
            got = load(NAME, vintage=day)[NAME]
            assert plain(got) == files[max(released for released in files if released <= day)]
        else:
            with pytest.raises(ParameterError, match="no release"):
                store.triangle(NAME, COMPILATION, day)
            with pytest.raises(ParameterError, match="no release"):
                load(NAME, vintage=day)
        newest = known("9999-12-31")
        assert plain(queries.latest(triangle)) == newest
        assert plain(load(NAME)[NAME]) == files[max(files)]

        about = {released: max(values) for released, values in files.items()}
        expected = {
            add_months(month, 1 - n): files[released][add_months(month, 1 - n)]
            for released, month in about.items()
            if add_months(month, 1 - n) in files[released]
        }
        assert plain(queries.nth_print(triangle, n)) == expected

        for month in list(newest)[:: max(1, len(newest) // 4)]:
            values = [(released, files[released][month]) for released in sorted(files) if month in files[released]]
            table = prints_of(triangle, month)
            got = list(zip(table.index.strftime("%Y-%m-%d"), table["value"], strict=True))
            assert got == values
            changed = [later[0] for earlier, later in itertools.pairwise(values) if earlier[1] != later[1]]
            assert table.index[table["revision"].abs() > 0].strftime("%Y-%m-%d").tolist() == changed


@settings(max_examples=20, deadline=None)
@given(stores())
def test_each_step_is_the_change_from_the_newest_print_before_it(published):
    frames = [(day, about, pd.Series(values, dtype=float)) for day, about, values in published]
    for *_, values in frames:
        values.index = pd.PeriodIndex(values.index, freq="M")
    steps = queries.steps(queries.build(frames))
    before = {}
    for at, (_, _, values) in enumerate(published):
        expected = {str(month): value - before[month] for month, value in values.items() if month in before}
        assert plain(steps.iloc[:, at]) == expected
        before |= values


@pytest.fixture(scope="module")
def balance():
    return store.triangle("BOPGSTB", COMPILATION)


def test_there_are_fifteen_bundled_vintages(balance):
    assert balance.shape == (410, 15)
    assert [str(m) for m in queries.statistical_months(balance)][:5] == [
        "2022-02",
        "2023-09",
        "2024-09",
        "2024-12",
        "2025-02",
    ]
    assert queries.released(balance).is_monotonic_increasing


def test_first_print_is_that_of_the_release_about_the_month(balance):
    first = queries.nth_print(balance, 1)
    assert first["2024-12"] == -98431  # published on 2025-02-05 as 98.4
    assert pd.isna(first["2025-01"])  # its release is not in the store; the oldest value available is no first print
    assert first.notna().sum() == 15


def test_second_print_of_july_2025_follows_the_delayed_release(balance):
    assert queries.nth_print(balance, 2)["2025-07"] == -78154


def test_a_vintage_that_starts_late_keeps_older_months_as_they_were_known():
    got = queries.latest(store.triangle("BOPGSTB", COMPILATION, "2023-12-01"))
    assert (got["1992-01"], got["2023-09"], len(got)) == (-2026, -61542, 381)
    assert str(load("BOPGSTB", vintage="2023-09").index[0]) == "2000-01"  # a series has the months of its release only


def test_a_revision_over_skipped_releases_says_how_many_it_may_belong_to(balance):
    table = prints_of(balance, "2024-12")
    assert table["releases"].tolist()[:3] == [0, 2, 1]
    assert table.loc[table["revision"].abs() > 0, "revision"].tolist() == [369.0, 1114.0]


def test_a_missing_value_inside_a_release_is_not_filled_from_an_older_one():
    months = pd.period_range("2001-01", "2001-03", freq="M")
    old = pd.Series([1.0, 2, 3], index=months)
    new = pd.Series([1.0, float("nan"), 4, 5], index=pd.period_range("2001-01", "2001-04", freq="M"))
    triangle = queries.build([(dt.date(2001, 6, 1), months[-1], old), (dt.date(2001, 7, 1), months[-1] + 1, new)])
    got = queries.latest(triangle)
    assert len(got) == 4
    assert got.dropna().tolist() == [1, 4, 5]


def test_the_first_print_is_from_the_earlier_of_two_releases_about_one_month():
    month = pd.Period("2001-01", freq="M")
    index = pd.PeriodIndex([month])
    prints = [(dt.date(2001, 3, day), month, pd.Series([float(day)], index=index)) for day in (5, 9)]
    assert queries.nth_print(queries.build(prints), 1)[month] == 5


def test_compilations_are_not_mixed():
    with pytest.raises(ComparabilityError, match="one compilation"):
        store.triangle(NAME, ["bea", "census"])


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda t: queries.nth_print(t, 0), "first print is number 1"),
        (lambda _: store.triangle(NAME, COMPILATION, "2022-04-04"), "no release .*; the store has 2022-04-05"),
        (lambda _: store.triangle(NAME, COMPILATION, "spring"), "neither a day like"),
        (lambda _: store.triangle("balance_*_bop_sa"), "of one series"),
        (lambda _: store.triangle("GDP"), "no release prints gdp_total_nipa_sa by month"),
        (lambda _: store.triangle("exports_goods_census_sa", "bea"), "bea has no exports_goods_census_sa"),
        (lambda _: store.triangle("BOPGSTB", "bls"), "possible: bea, census"),
    ],
)
def test_an_impossible_request_is_refused(balance, ask, message):
    with pytest.raises(ParameterError, match=message):
        ask(balance)


def test_the_day_of_release_counts_as_known():
    got = store.triangle(NAME, COMPILATION, dt.date(2022, 4, 5))
    assert queries.latest(got).index[-1] == pd.Period("2022-02", freq="M")

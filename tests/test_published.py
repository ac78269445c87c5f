"""The printed figures are what the documents say, and a wrong row is refused."""

import datetime as dt
import shutil

import pandas as pd
import pytest

from tradelib import paths, published
from tradelib.quantity.errors import SourceError


def value(table, released, measure, series):
    at = (table["released"] == dt.date.fromisoformat(released)) & (table["measure"] == measure)
    [got] = table.loc[at & (table["series"] == series), "value"]
    return got


@pytest.mark.parametrize(
    ("released", "measure", "series", "expected"),
    [
        ("2024-01-09", "level", "balance_total_bop_sa", -63.2),
        ("2024-02-07", "previous_level", "balance_total_bop_sa", -61.9),
        ("2024-02-07", "level", "balance_total_bop_sa", -62.2),
        ("2024-03-07", "previous_level", "balance_total_bop_sa", -64.2),
        ("2024-02-07", "change", "balance_goods_bop_sa", -0.7),
        ("2024-02-07", "percent_change", "balance_goods_census_sa", -0.5),
        ("2024-02-07", "percent_change", "balance_goods_census_sa_chained2017", -1.4),
        ("2024-02-07", "annual_level", "balance_total_bop_sa", -773.4),
        ("2024-03-07", "change", "exports_automotive_census_sa", 1.4),
        ("2024-04-04", "change", "imports_total_bop_sa", 7.1),
        ("2025-02-05", "annual_level", "balance_china_census_nsa", -295.4),
    ],
)
def test_figures_are_as_printed(released, measure, series, expected):
    assert value(published.read(), released, measure, series) == expected


def test_every_figure_has_its_document_and_every_document_its_figures():
    assert set(published.read()["source"]) == set(published.documents())
    for told in published.documents().values():
        assert {"producer", "title", "dated", "licence", "official_file"} <= set(told)


def test_the_table_covers_the_releases_of_the_documents():
    got = (
        published.read().groupby("released")["statistical_month"].unique().map(lambda months: [str(m) for m in months])
    )
    expected = {"2024-01-09": "2023-11", "2024-02-07": "2023-12", "2024-03-07": "2024-01"}
    expected |= {"2024-04-04": "2024-02", "2025-02-05": "2024-12"}
    assert {str(day): months for day, months in got.items()} == {day: [month] for day, month in expected.items()}


@pytest.fixture
def store(tmp_path, monkeypatch):
    shutil.copytree(paths.data_folder() / "published", tmp_path / "published")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path))
    return tmp_path / "published" / "figures.csv"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2024-02-07,2023-12,level,balance_total_bop_sa,-62.2", "2024-02-07,2023-12,level,deficit,-62.2", "'deficit'"),
        (",level,balance_total_bop_sa,-62.2", ",levels,balance_total_bop_sa,-62.2", "measure 'levels'"),
        ("2024-02-07,2023-12,level", "2023-12-07,2023-12,level", "before the month was over"),
        ("level,balance_total_bop_sa,-62.2", "level,balance_total_bop_sa,-62", "'-62' with 1 decimals"),
        ("level,balance_total_bop_sa,-62.2", "level,balance_total_bop_sa,sixty", "'sixty' with 1 decimals"),
        ("-63.2,billions of U.S. dollars,1", "-63.2,percent,1", "unit 'percent' of level"),
        ("1,bea_home_page", "1,hearsay", "source 'hearsay'"),
        ("2023-11,level,balance_total_bop_sa", "2023-11,annual_level,balance_total_bop_sa", "which ends no year"),
        ("released,statistical_month", "day,statistical_month", "day"),
        ("12,level,balance_total_bop_sa,-62.2", "12,previous_level,balance_total_bop_sa,-62.2", "again"),
    ],
)  # fmt: skip
def test_a_row_outside_the_vocabulary_is_refused(store, old, new, found):
    text = store.read_text()
    assert old in text
    store.write_text(text.replace(old, new, 1))
    with pytest.raises(SourceError, match=found):
        published.read()


@pytest.mark.parametrize(
    ("series", "measure", "wrong", "what"),
    [
        ("balance_total_bop_sa", "change", "-1.6", "change of balance_total_bop_sa off"),
        ("exports_total_bop_sa", "percent_change", "2.5", "percent_change of exports_total_bop_sa off"),
        ("imports_total_bop_sa", "level", "332.3", "level of balance_total_bop_sa off"),
        ("balance_services_bop_sa", "change", "-1.9", "change of balance_total_bop_sa off"),
    ],
)
def test_a_mistyped_digit_contradicts_its_neighbours(series, measure, wrong, what):
    table = published.read()
    at = (table["released"] == dt.date(2024, 4, 4)) & (table["series"] == series) & (table["measure"] == measure)
    assert at.sum() == 1
    assert not list(published.contradictions(table))
    table.loc[at, "value"] = float(wrong)
    assert any(what in said for said in published.contradictions(table))


def test_periods_are_periods():
    table = published.read()
    assert all(isinstance(month, pd.Period) for month in table["statistical_month"])

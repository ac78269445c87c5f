"""load(): the bundled figures, what can be asked for, and what a damaged store answers."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import subprocess
import sys

import official
import pandas as pd
import pytest

from tradelib import listing, load
from tradelib.errors import ParameterError, SourceError
from tradelib.paths import data_folder
from tradelib.vintages import families, read_months, releases, select

SHA256 = "33589a745ec174c5dfc2432205b1fcb0ce27fef66b098f180ee41fce40528063"
OFFICIAL_SHA256 = "454839604b59fa1eb61f5859e17017cddad5b807b37cf62ea8399d34328ba6fb"


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Return a copy of the store that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(data_folder(), folder)
    monkeypatch.setenv("TRADELIB_DATA", str(folder))
    return folder / "census_history" / "2024-04-04"


# What is in it


def test_bundled_table_is_the_one_that_was_released():
    release = select("census_history", "2024-04-04")
    assert hashlib.sha256((release.folder / "months.csv").read_bytes()).hexdigest() == release.sha256 == SHA256
    assert release.provenance["official_sha256"] == OFFICIAL_SHA256


def test_official_text_has_the_hash_that_the_provenance_records(official_text):
    assert hashlib.sha256(official_text.read_bytes()).hexdigest() == OFFICIAL_SHA256


def test_all_values_equal_an_independent_reading():
    got = load(vintage="2024-04-04")
    expected = official.bundled().months
    assert {(p.year, p.month): row for p, row in zip(got.index, got.to_numpy().tolist(), strict=True)} == expected
    assert got.shape == (386, 9)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ("1992-01", [-2026, -6952, 4926, 50251, 35498, 14753, 52277, 42450, 9827]),
        ("2009-02", [-28778, -37359, 8581, 127893, 86043, 41849, 156671, 123402, 33269]),
        ("2022-03", [-102536, -121458, 18921, 245683, 170679, 75004, 348219, 292137, 56083]),
        ("2024-02", [-68901, -91428, 22527, 263014, 176654, 86360, 331914, 268082, 63833]),
    ],
)
def test_golden_rows(month, expected):
    assert load(vintage="2024-04-04").loc[month].tolist() == expected


def test_february_2024_as_released():
    data = load(vintage="2024-02", unit="billions")
    now, change = data.loc["2024-02"].round(1), data.diff().loc["2024-02"].round(1)
    total = ["balance_total_bop_sa", "exports_total_bop_sa", "imports_total_bop_sa"]
    assert now[total].tolist() == [-68.9, 263.0, 331.9]
    assert change[total].tolist() == [-1.3, 5.8, 7.1]
    assert data.loc["2024-01", "balance_total_bop_sa"].round(1) == -67.6


def test_every_release_has_a_gap_free_calendar_and_the_hash_it_says():
    for family in families():
        for release in releases(family):
            index = read_months(release).index
            assert index.equals(pd.period_range(*release.span, freq="M", name="period"))


# What can be asked for


def test_frame_is_monthly_and_says_what_each_column_is():
    got = load("BOPTEXP", vintage="2024-04-04")
    assert got.index.equals(pd.period_range("1992-01", "2024-02", freq="M", name="period"))
    assert got.attrs["series"] == {
        "exports_total_bop_sa": {
            "flow": "exports", "item": "total", "basis": "bop", "adjustment": "sa", "family": "census_history",
            "label": "Exports of goods and services", "mnemonic": "BOPTEXP", "price_basis": "current",
            "unit": "millions of U.S. dollars", "vintage": "2024-04-04", "statistical_month": "2024-02",
            "source": "U.S. Census Bureau and U.S. Bureau of Economic Analysis, "
            "U.S. International Trade in Goods and Services, 1992 - Present, released 2024-04-04",
            "sha256": SHA256,
        }
    }  # fmt: skip


def test_default_is_the_nine_series_of_the_history_table():
    got = list(load())
    expected = [f"{f}_{i}_bop_sa" for f in ("balance", "exports", "imports") for i in ("total", "goods", "services")]
    assert got == expected


def test_series_come_in_the_order_asked_for():
    got = list(load(["BOPTIMP", "balance_goods_bop_sa", "exports_*_bop_sa"]))
    expected = ["imports_total_bop_sa", "balance_goods_bop_sa"]
    expected += ["exports_total_bop_sa", "exports_goods_bop_sa", "exports_services_bop_sa"]
    assert got == expected


def test_span_is_of_both_ends():
    got = load("BOPGSTB", "2008-11", pd.Period("2009-02", "M"))
    assert list(got.index.astype(str)) == ["2008-11", "2008-12", "2009-01", "2009-02"]
    assert len(load("BOPGSTB", "2008-11", "2008-11")) == 1


def test_billions_scale_dollars_and_leave_indexes():
    millions, billions = (load(["BOPGEXP", "IQ"], "2010-01", "2024-02", unit=unit) for unit in ("millions", "billions"))
    pd.testing.assert_series_equal(billions.iloc[:, 0], millions.iloc[:, 0] / 1000)
    pd.testing.assert_series_equal(billions.iloc[:, 1], millions.iloc[:, 1])
    units = [told["unit"] for told in billions.attrs["series"].values()]
    assert units == ["billions of U.S. dollars", "index, 2000 = 100"]


def test_series_of_different_length_are_missing_where_they_were_not_published():
    got = load(["BOPGSTB", "exports_goods_census_nsa"])
    assert got.index.equals(pd.period_range(got.index[0], got.index[-1], freq="M", name="period"))
    assert got.loc["1990-01"].isna().tolist() == [True, False]


@pytest.mark.parametrize("vintage", ["2024-04-04", "2024-02", dt.date(2024, 4, 4), "2024-12-31"])
def test_vintage_is_a_day_or_a_statistical_month(vintage):
    assert select("census_history", vintage).released == dt.date(2024, 4, 4)


# What is refused


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"series": "BOPGSTX"}, "unknown series 'BOPGSTX'; did you mean BOPGSTB"),
        ({"series": "soybeans"}, "unknown series 'soybeans'; possible: "),
        ({"unit": "thousands"}, "unknown unit 'thousands'; possible: billions, millions"),
        ({"start": "1991-12"}, "start 1991-12 is outside the data, which span 1992-01 to 2024-02"),
        ({"end": "2024-03"}, "end 2024-03 is outside the data, which span 1992-01 to 2024-02"),
        ({"start": "2020-02", "end": "2020-01"}, "start 2020-02 is after end 2020-01"),
        ({"start": "2020"}, "start '2020' is not a month like 2024-02"),
        ({"start": "2020-13"}, "start '2020-13' is not a month like 2024-02"),
        ({"end": "Feb 2020"}, "end 'Feb 2020' is not a month like 2024-02"),
        ({"end": 2020}, "end 2020 is not a month like 2024-02"),
        ({"vintage": "2024-04-03"}, "no release of census_history for vintage '2024-04-03'; the store has 2024-04-04"),
        ({"vintage": "2024-03"}, "no release of census_history for vintage '2024-03'; the store has 2024-04-04"),
        ({"vintage": "April"}, "vintage 'April' is neither a day like 2024-04-04 nor a month like 2024-02"),
        ({"vintage": "2024-13"}, "vintage '2024-13' is neither a day"),
        ({"family": "census_histroy"}, "no source family 'census_histroy'.* did you mean census_history"),
        ({"family": "bls_prices", "vintage": None}, "bls_prices has no balance_total_bop_sa"),
    ],
)
def test_what_is_not_there_is_an_error_that_helps(asked, message):
    with pytest.raises(ParameterError, match=message):
        load(**({"vintage": "2024-04-04"} | asked))


def test_what_was_read_before_is_neither_stale_nor_shared(store):
    before = load()
    expected = before.copy()
    before.iloc[0] = 0
    before.index.name = "other"
    select("census_history").provenance["title"] = "changed"
    pd.testing.assert_frame_equal(load(), expected)
    assert select("census_history").provenance["title"] != "changed"
    table, told = store / "months.csv", store / "release.toml"
    digits = table.read_text().replace("-2026", "-2027", 1)  # the same size, at the same moment
    status = table.stat()
    table.write_text(digits)
    os.utime(table, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(SourceError, match="months"):
        load()
    told.write_text(told.read_text().replace(SHA256, hashlib.sha256(digits.encode()).hexdigest()))
    assert load().iloc[0, 0] == -2027


def test_changed_table_is_refused(store):
    table = (store / "months.csv").read_text()
    (store / "months.csv").write_text(table.replace("-68901", "-68900"))
    with pytest.raises(SourceError, match=rf"months\.csv: found sha256 [0-9a-f]+; expected {SHA256}"):
        load()


def test_lost_table_is_refused(store):
    (store / "months.csv").unlink()
    with pytest.raises(SourceError, match=r"months\.csv: found no such file.*; expected the table of the release"):
        load()


@pytest.mark.parametrize(
    "key", ["statistical_month", "table_sha256", "family", "released", "producer", "title", "months"]
)
def test_lost_provenance_is_refused(store, key):
    path = store / "release.toml"
    path.write_text("\n".join(line for line in path.read_text().split("\n") if not line.startswith(f"{key} =")))
    with pytest.raises(SourceError, match=rf"release\.toml: found .*{key}.*; expected the provenance of a release"):
        load()


@pytest.mark.parametrize("damage", ["family = ", "\udcff", "released = 2024-04-05", 'statistical_month = "soon"'])
def test_damaged_provenance_is_refused(store, damage):
    path = store / "release.toml"
    key = damage.split(" =", maxsplit=1)[0]
    lines = [line for line in path.read_text().split("\n") if not line.startswith(f"{key} =")]
    path.write_bytes("\n".join([damage, *lines]).encode(errors="surrogateescape"))
    with pytest.raises(SourceError, match=r"release\.toml: found "):
        load()


def test_empty_store_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path))
    with pytest.raises(ParameterError, match="no source family 'census_history'"):
        load()


# What it costs


def test_import_leaves_heavy_libraries_alone():
    heavy = "matplotlib statsmodels pydantic scipy papermill nbformat python_calamine rich typer jinja2 tomli_w IPython"
    code = f"import sys, tradelib; tradelib.load(); print(*sorted(set({heavy.split()}) & set(sys.modules)))"
    got = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert got.stdout.strip() == ""


def test_categories_and_partners_are_loaded_like_any_series():
    frame = load(["exports_travel_bop_sa", "BOPTEXP"], start="2024-01", unit="billions")
    assert list(frame) == ["exports_travel_bop_sa", "exports_total_bop_sa"]
    assert frame.attrs["series"]["exports_travel_bop_sa"]["family"] == "bea_services"
    assert frame.attrs["series"]["exports_travel_bop_sa"]["unit"].startswith("billions")
    partners = load("imports_goods_*_census_nsa")
    assert {"imports_goods_china_census_nsa", "imports_goods_canada_census_nsa"} <= set(partners)
    assert len(partners.columns) == 21
    with pytest.raises(ParameterError, match="did you mean exports_travel_bop_sa"):
        load("exports_travl_bop_sa")


def test_every_series_that_is_listed_and_in_the_store_is_loaded():
    listed = listing.series()
    held = listed[listed["vintage"] != ""].reset_index().drop_duplicates("name", keep="first")
    frame = load(list(held["name"]))
    assert list(frame) == list(held["name"])

"""Release day: Exhibit 1 alone, minutes after 8:30, is a release, and the report is about it."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import official
import pytest
from test_update import next_month

from tradelib import load, store
from tradelib.report.execution import planned
from tradelib.report.parameters import asked
from tradelib.report.run import report
from tradelib.store import data_folder


def exact(row):
    """Return a month whose totals are exact sums of goods and services, so that its year adds up, too."""
    exports, imports = row[4] + row[5], row[7] + row[8]
    return [exports - imports, row[4] - row[7], row[5] - row[8], exports, row[4], row[5], imports, row[7], row[8]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the store as it was on 2024-04-04, plus Exhibit 1 of the next release and nothing else of it."""
    root = tmp_path_factory.mktemp("release-day")
    days = [path for path in (data_folder() / "ft900").iterdir() if path.name <= "2024-04-04"]
    for path in [*days, data_folder() / "bls" / "2024-12-06"]:
        shutil.copytree(path, root / "data" / path.parent.name / path.name)
    table = next_month().since(2023)
    table = official.Table({at: exact(row) for at, row in table.months.items()}, table.annual)
    rows = official.exhibit1_rows(table, official.bundled().months[2024, 2])
    official.write_workbook(rows, root / "exh1.xlsx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADELIB_DATA", str(root / "data"))
        store.add(root / "exh1.xlsx", "2024-05-02")
    return root


@pytest.fixture
def desk(folder, monkeypatch):
    monkeypatch.setenv("TRADELIB_DATA", str(folder / "data"))
    return folder


@pytest.mark.usefixtures("desk")
def test_exhibit_1_alone_is_a_release_whose_series_start_where_it_starts():
    newest = store.releases()[-1]
    assert (newest.released, str(newest.month), newest.exhibits) == (dt.date(2024, 5, 2), "2024-03", ["1"])
    frame = load()
    assert (str(frame.index[0]), str(frame.index[-1]), frame.attrs["notes"]) == ("2023-01", "2024-03", [])


@pytest.mark.usefixtures("desk")
def test_a_longer_history_warns_that_a_newer_release_was_passed_over():
    with pytest.warns(store.StoreWarning, match="that of 2024-05-02 has only"):
        long = load("BOPGSTB", start="2000-01")
    assert long.attrs["series"]["balance_total_bop_sa"]["vintage"] == "2024-04-04"
    [note] = long.attrs["notes"]
    assert note.startswith("from the release of 2024-04-04, the newest that has all of these series and months")
    assert note.endswith("that of 2024-05-02 has only balance_total_bop_sa (2023-01 to 2024-03)")
    assert str(asked("01_overview").at) == "2024-03"
    assert asked("23_trend").load("BOPGSTB").attrs["notes"] == [note]


@pytest.mark.usefixtures("desk")
def test_notebooks_for_which_the_release_does_not_suffice_are_left_out_with_the_reason():
    reasons = planned({})[1]
    assert reasons["08_partners"] == "the release of 2024-05-02 about 2024-03 has no exhibit 19"
    assert reasons["28_agency_way"] == "the store has no goods by five-digit end use (census_enduse)"
    assert reasons["29_own_adjustment"].startswith("the release of 2024-05-02 has no exports_goods_census_nsa")
    chapters = ["01_overview", "12_method", "13_in_proportion", "14_changes"]
    analyses = ["20_deficit", "22_seasonal", "23_trend", "24_real_vs_nominal", "26_breaks", "27_forecasts"]
    analyses += ["30_first_adjustment", "31_check_a_text", "32_gdp_bridge"]
    analyses += ["40_newest_trend", "41_turbulence", "43_one_index", "44_terms_of_trade"]
    assert [job.notebook for job in planned({})[0]] == [*chapters, *analyses]


@pytest.mark.slow
@pytest.mark.usefixtures("desk", "warm_server")
def test_the_report_is_about_the_new_month(tmp_path):
    got = report(only=["overview", "method", "trend", "seasonal"], out=tmp_path / "r")
    assert got.failures == {}
    assert "in March 2024" in got.headline
    overview = json.loads((tmp_path / "r" / "results.json").read_text())["01_overview"]
    assert {source["vintage"] for source in overview["sources"].values()} == {"2024-05-02"}
    text = " ".join(item["reading"] for item in overview["items"]).replace("\u00a0", " ")
    assert "in the release of April 4 it was [$68.9 billion]" in text

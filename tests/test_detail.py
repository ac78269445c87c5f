"""Services by category and goods by partner: from the store, from a folder, and what is said when there is nothing."""

from __future__ import annotations

import shutil

import layouts
import pytest
import releases

from tradelib import detail, paths, store
from tradelib.errors import ParameterError, SourceError
from tradelib.parameters import ServicesAndPartners, check


def test_services_of_the_store_add_up_and_say_where_they_come_from():
    got = detail.load_services()
    for flow in ("exports", "imports"):
        own = [name for name in got if name.startswith(flow) and "_services_" not in name]
        assert len(own) == 11
        assert (got[own].sum(axis=1) - got[f"{flow}_services_bop_sa"]).abs().max() < 0.0041
    told = got.attrs["series"]["exports_travel_bop_sa"]
    assert (told["label"], told["unit"], told["vintage"]) == ("Travel", "billions of U.S. dollars", "2025-04-03")


def test_partners_of_the_store_are_part_of_the_world():
    got = detail.load_partners()
    own = [name for name in got if name.startswith("imports") and "_world_" not in name]
    assert len(own) == 20
    ratio = got[own].sum(axis=1) / got["imports_goods_world_census_nsa"]
    assert ratio.between(0.6, 0.95).all()


def test_the_world_is_that_of_the_family_that_has_only_the_world():
    world = store.read_months(store.select("census_goods"))["exports_goods_census_nsa"]
    partners = store.read_months(store.select("census_partners"))["exports_goods_world_census_nsa"]
    assert (partners.loc[:"2012"] / world.loc["1992":"2012"] - 1).abs().max() < 0.01


@pytest.fixture
def folder(tmp_path):
    layouts.write_sheets(layouts.bea_series(), tmp_path / "trad-time-series-0200.xlsx")
    layouts.write_sheets({"country": layouts.country()}, tmp_path / "country_x.xlsx")
    return tmp_path


def test_a_folder_of_official_files(folder):
    services, partners = detail.load_services(str(folder)), detail.load_partners(str(folder))
    assert str(services.index[-1]) == "2000-02"
    assert {"exports_goods_china_census_nsa", "imports_goods_world_census_nsa"} <= set(partners)
    assert len(partners.columns) == 8
    assert str(partners.index[-1]) == "2023-02"
    assert "trad-time-series-0200.xlsx" in services.attrs["series"]["exports_travel_bop_sa"]["source"]


def test_a_folder_is_the_same_in_another_working_directory(folder, tmp_path_factory, monkeypatch):
    layouts.write_sheets(releases.services((2026, 2)), folder / "trad-time-series-0226.xlsx")
    monkeypatch.chdir(folder.parent)
    asked = check(ServicesAndPartners, {"official": folder.name, "largest": 3})
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert asked.official == str(folder)
    assert str(asked.load_services().index[-1]) == "2026-02"


def test_a_file_of_too_few_months_is_refused(folder):
    with pytest.raises(ParameterError, match="1999-01 to 2000-02 are 14 months; expected 24 or more"):
        check(ServicesAndPartners, {"official": str(folder)})


def test_a_family_that_the_store_lacks_is_told_with_what_to_fetch(tmp_path, monkeypatch):
    shutil.copytree(paths.data_folder() / store.HISTORY, tmp_path / store.HISTORY)
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path))
    with pytest.raises(ParameterError, match=r"no family bea_services; .* get it with: tradelib update services"):
        check(ServicesAndPartners, {})
    with pytest.raises(SourceError, match=r"no family census_partners; .* get it with: tradelib update country"):
        detail.load_partners()


def test_a_missing_file_is_told_with_what_to_fetch(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADELIB_CACHE", str(tmp_path))
    with pytest.raises(SourceError, match="tradelib fetch services"):
        detail.load_services(str(tmp_path))
    with pytest.raises(SourceError, match="tradelib fetch country"):
        detail.load_partners(detail.FETCHED)


def test_parameters_say_what_is_possible(tmp_path):
    got = ServicesAndPartners(start="2010-01", end="2019-12")
    assert [str(month) for month in got.load_services().index[[0, -1]]] == ["2010-01", "2019-12"]
    assert str(ServicesAndPartners(start="2024-06").load_partners().index[0]) == "2021-02"
    with pytest.raises(ParameterError, match="expected 3 to 20 partners"):
        check(ServicesAndPartners, {"largest": 50})
    with pytest.raises(ParameterError, match="leaves 1 months; expected 2000-12 or later"):
        check(ServicesAndPartners, {"end": "1999-01"})
    with pytest.raises(ParameterError, match="tradelib fetch services"):
        check(ServicesAndPartners, {"official": str(tmp_path)})

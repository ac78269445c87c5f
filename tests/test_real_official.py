"""The notebook on real and nominal trade with official files, which these tests write in the official layout."""

import datetime as dt
import shutil

import nbformat
import numpy as np
import pytest
from layouts_real import long_series
from nbclient import NotebookClient
from test_real_goods import write

from tradelib import archive, load, parameters, real
from tradelib.errors import ParameterError
from tradelib.notebook import Record
from tradelib.paths import data_folder, notebook_folder
from tradelib.real import balance as real_balance, chained, figures as real_figures
from tradelib.real.consistency import consistency
from tradelib.sources.real_goods import read_real_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with real exports and imports of 2012 to 2015."""
    path = tmp_path_factory.mktemp("official")
    for flow, stem in (("Exports", "realexp"), ("Imports", "realimp")):
        write(long_series(flow, 48, first=2012), path / f"{stem}.xls")
    return path


def test_the_span_is_cut_and_the_provenance_kept(folder):
    got = parameters.RealVsNominal(
        official=str(folder), start="2013-01", end="2014-06", reference_year=2012
    ).load_chained()
    assert (str(got.index[0]), str(got.index[-1])) == ("2013-01", "2014-06")
    told = got.attrs["series"]["exports_goods_census_sa_chained2012"]
    assert (told["basis"], told["adjustment"], told["price_basis"]) == ("census", "sa", "chained2012")
    assert len(told["sha256"]) == 64


def test_without_files_there_are_no_chained_dollars():
    assert parameters.RealVsNominal().load_chained() is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"official": "/nowhere"}, "no realexp"),
        ({"episode_start": "2008-01"}, "both ends of an episode between 1992-01 and 2024-02"),
        ({"episode_start": "2008-07", "episode_end": "2008-01"}, "both ends of an episode"),
        ({"episode_start": "2008-07", "episode_end": "2009-01", "start": "2010-01"}, "between 2010-01 and 2024-02"),
    ],
)
def test_impossible_parameters_are_refused(asked, said):
    with pytest.raises(ParameterError, match=said):
        parameters.check(parameters.RealVsNominal, asked)


def test_the_folder_is_the_same_in_another_working_directory(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder.parent)
    asked = parameters.check(parameters.RealVsNominal, {"official": folder.name, "reference_year": 2012})
    monkeypatch.chdir(tmp_path)
    assert len(asked.load_chained(whole=True)) == 48


def test_the_reference_year_is_one_that_the_files_have(folder):
    with pytest.raises(ParameterError, match="official files, 2012 to 2015"):
        parameters.check(parameters.RealVsNominal, {"official": str(folder)})
    got = parameters.RealVsNominal(official=str(folder), start="2014-06", reference_year=2012)
    assert (len(got.load_chained()), len(got.load_chained(whole=True))) == (19, 48)


def test_a_span_that_the_files_do_not_have_is_refused(folder):
    with pytest.raises(ParameterError, match="outside the data, which span 2012-01 to 2015-12"):
        parameters.check(parameters.RealVsNominal, {"official": str(folder), "start": "2008-01"})


def test_what_only_official_files_show_is_told(folder, tmp_path):
    asked = parameters.RealVsNominal(official=str(folder), output=str(tmp_path), reference_year=2012)
    record = Record(asked, title="Real", question="Real?")
    data = record.note(asked.load_chained())
    value = load("exports_goods_census_sa", start="2012-01", end="2015-12", unit="billions").iloc[:, 0]
    official = chained.implicit_price(value, data["exports_goods_census_sa_chained2012"], accept=("vintage",))
    index = load("exports_price_index_*").iloc[:, 0]
    ours = real.deflate(value, index, 2012, accept=("basis", "adjustment", "vintage"))
    real_figures.show_consistency(record, {"exports": consistency(ours, official)}, "source")
    real_figures.show_real_balance(record, real_balance.real_balance(data), "source")
    record.finish()
    figure, by_year, balance = record._told["items"]
    assert "correlation" in figure["reading"]
    assert [row[0] for row in by_year["rows"]] == ["2012", "2013", "2014", "2015"]
    assert [row[0] for row in balance["rows"]][-1] == "residual"
    assert "no contributions to real growth" in balance["reading"]


def test_a_rebased_series_keeps_its_vintage(folder):
    data = read_real_folder(folder)["exports_goods_census_sa_chained2012"]
    nominal = load("exports_goods_census_sa").iloc[:, 0]
    got = chained.rebase_chained(data, nominal, 2013, accept=("vintage",))
    assert got.attrs["series"][got.name]["vintage"] == "about 2015-12"
    np.testing.assert_allclose(got.pct_change().dropna(), data.pct_change().dropna(), rtol=1e-9)


def test_a_release_in_the_store_serves_as_well(folder, tmp_path, monkeypatch):
    shutil.copytree(data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    months = 1000 * read_real_folder(folder)
    provenance = {"family": "real_goods", "released": dt.date(2016, 2, 5), "producer": "Census", "title": "Real goods"}
    archive.write_release(months, provenance)
    got = parameters.RealVsNominal(start="2013-01", reference_year=2012).load_chained()
    assert (str(got.index[0]), str(got.index[-1])) == ("2013-01", "2015-12")
    np.testing.assert_allclose(got, months.loc["2013-01":] / 1000, rtol=1e-12)
    assert set(got.attrs["series"][got.columns[0]]) >= {"vintage", "source", "sha256", "unit"}


def executed(official):
    """Return what the notebook says when it is given a folder of official files."""
    path = notebook_folder() / "04_real_vs_nominal.ipynb"
    notebook = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    cell.source += f"\nofficial = {str(official)!r}\nreference_year = 2013"
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    return "".join(str(output.get("data", {}).get("text/markdown", "")) for output in outputs)


@pytest.mark.slow
def test_the_notebook_runs_on_files_in_the_official_layout(folder):
    told = executed(folder)
    assert "January 2012 to December 2015" in told
    assert "the residual of" in told


@pytest.mark.slow
def test_the_notebook_runs_on_the_real_files(official_folder):
    told = executed(official_folder)
    assert "January 1994 to December 2021" in told
    for correlation in ("correlation 0.96", "correlation 0.98"):
        assert correlation in told

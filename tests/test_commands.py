"""The commands on the store: what they print, and how they end."""

from __future__ import annotations

import os
import shutil

import pytest
from official import as_text, bundled, history_rows
from typer.testing import CliRunner

from tradelib import cli, paths
from tradelib.cli.app import NAME_PATHS, app
from tradelib.quantity.errors import ParameterError
from tradelib.quantity.rounding import printed
from tradelib.report import Report


@pytest.fixture
def data(tmp_path, monkeypatch):
    shutil.copytree(paths.data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_check_shows_the_table_and_the_verdict():
    got = run("check")
    assert got.exit_code == 0
    line = next(line for line in got.stdout.splitlines() if line.split()[:2] == ["2024-02", "level"])
    assert line.split()[2:] == ["balance_total_bop_sa", printed(-68.9), printed(-68.901, 3), "agreement", "2024-04-04"]
    assert got.stdout.splitlines()[-1].startswith("agrees: 45 agreement, 65 different vintage")
    assert "percent_of_gdp" not in got.stdout
    assert "exports_travel_bop_sa" in run("check", "--all").stdout


def test_check_fails_when_a_figure_is_in_error(data):
    path = data / "published" / "figures.csv"
    text = path.read_text()
    path.write_text(text.replace("level,exports_goods_bop_sa,176.7", "level,exports_goods_bop_sa,176.9"))
    got = run("check")
    assert got.exit_code == 1
    assert "contradicts" in got.stdout


@pytest.mark.usefixtures("data")
def test_add_says_that_the_bundled_release_is_there(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = run("add", path, "--released", "2024-04-04")
    assert got.exit_code == 0
    assert "the release of 2024-04-04 about 2024-02 is in the store already" in got.stdout


@pytest.mark.usefixtures("data")
def test_add_refuses_in_words(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = run("add", path, "--released", "2024-04-05")
    assert "later releases are about later months" in str(got.exception)
    assert isinstance(run("add", path, "--released", "soon").exception, ParameterError)


def test_options_that_contradict_each_other_are_refused_by_name():
    for words, said in [
        (["--set", "end=2019-12", "--set", "end=2020-12"], "end: given twice by --set"),
        (["--end", "2019-12", "--set", "end=2020-12"], "end: given by an option of its own and by --set"),
        (["--set", "trend.end=2019-12", "--set", "23_trend.end=2020-12"], "end of 23_trend: given twice"),
    ]:
        got = run("report", *words)
        assert isinstance(got.exception, ParameterError)
        assert said in str(got.exception)


def test_relative_paths_of_the_environment_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in NAME_PATHS:
        monkeypatch.setenv(name, "beside")
    run("series", "no such words")
    assert {os.environ[name] for name in NAME_PATHS} == {str(tmp_path / "beside")}


def test_an_interruption_says_what_stays(tmp_path, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("tradelib.sweep.sweep", interrupt)
    monkeypatch.setattr("tradelib.report.report", interrupt)
    for words, said in [
        (
            ["sweep", "trend", "--over", "start=2010-01,2011-01", "--out", str(tmp_path)],
            "0 of 2 runs are done and kept",
        ),
        (["report", "--only", "trend", "--out", str(tmp_path)], "nothing half made stays"),
    ]:
        monkeypatch.setattr("sys.argv", ["tradelib", *words])
        with pytest.raises(SystemExit) as ended:
            cli.run()
        assert ended.value.code == 130
        assert f"interrupted; {said}" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("option", ["--seconds", "--memory"])
def test_a_limit_is_a_number(tmp_path, option):
    got = run("sweep", "trend", option, "inf", "--out", tmp_path)
    assert f"{option} inf: expected a number" in str(got.exception)


def test_a_report_without_a_headline_prints_no_empty_line(tmp_path, monkeypatch):
    monkeypatch.setattr("tradelib.report.report", lambda *_, **__: Report(tmp_path, "", {}))
    assert run("report", "--only", "trend").stdout.splitlines() == [f"Report: {tmp_path / 'index.html'}"]

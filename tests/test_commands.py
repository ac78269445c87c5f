"""The commands on the store: what they print, and how they end."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from official import as_text, bundled, history_rows
from typer.testing import CliRunner

from tradelib import cli
from tradelib.cli.app import NAME_PATHS, app
from tradelib.quantity.errors import ParameterError
from tradelib.report.run import Report
from tradelib.store import paths


@pytest.fixture
def data(tmp_path, monkeypatch):
    shutil.copytree(paths.data_folder(), tmp_path / "data")
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_check_without_a_file_checks_the_documents():
    got = run("check")
    assert got.exit_code == 0
    assert got.stdout.splitlines()[-1].startswith("273 numbers: 174 agree, 1 ties, 83 revised since")
    assert "agrees           " not in got.stdout
    assert "agrees           $68.9 billion: Balance on goods and services 2024-02;" in run("check", "--all").stdout


def test_check_fails_when_a_number_is_wrong(tmp_path):
    path = tmp_path / "article.md"
    path.write_text("Exports rose to $419.0 billion in March 2025. Imports came to $419.0 billion.")
    got = run("check", path)
    assert got.exit_code == 1
    assert "wrong            $419.0 billion: Exports of goods and services 2025-03; should be $278.5" in got.stdout
    assert got.stdout.splitlines()[-1] == "2 numbers: 1 agrees, 1 wrong"


def test_check_gives_json_and_a_marked_text(tmp_path):
    path = tmp_path / "article.html"
    path.write_text(
        "<p>The trade deficit was <b>$140.5 billion</b> in March 2025.</p><script>x = '$1 billion'</script>"
    )
    got = run("check", path, "--json", "--html", tmp_path / "marked.html")
    [row] = json.loads(got.stdout)
    assert (row["verdict"], row["month"], row["kind"]) == ("agrees", "2025-03", "level")
    assert '<mark class="agrees"' in (tmp_path / "marked.html").read_text()


def test_check_of_a_file_that_is_not_there_is_one_plain_message(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.txt is no file; expected a text"):
        raise run("check", tmp_path / "none.txt").exception


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

    monkeypatch.setattr("tradelib.report.sweep.sweep", interrupt)
    monkeypatch.setattr("tradelib.report.run.report", interrupt)
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
    monkeypatch.setattr("tradelib.report.run.report", lambda *_, **__: Report(tmp_path, "", {}))
    assert run("report", "--only", "trend").stdout.splitlines() == [f"Report: {tmp_path / 'index.html'}"]


REQUIRES = [
    "distributed>=2025.5; extra == 'all'",
    "distributed>=2025.5; extra == 'cluster'",
    "papermill<3,>=2.6; extra == 'all'",
    "papermill<3,>=2.6; extra == 'lab'",
    "papermill<3,>=2.6; extra == 'report'",
    "rich<16,>=14",
]
"""Lines of the installed package's metadata, as the build writes them."""


@pytest.mark.parametrize(("module", "extra"), [("papermill.clientwrap", "report"), ("distributed", "cluster")])
def test_a_library_that_is_not_installed_is_named_with_its_extra(module, extra, monkeypatch, capsys):
    def fails():
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(cli, "requires", lambda _: REQUIRES)
    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as stop:
        cli.run()
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"tradelib: needs {module}; install it with: pip install 'tradelib[{extra}]'\n"


@pytest.mark.parametrize("module", ["rich", "nowhere", None])
def test_a_library_that_no_extra_brings_stays_an_error(module, monkeypatch):
    def fails():
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(cli, "requires", lambda _: REQUIRES)
    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(ModuleNotFoundError):
        cli.run()


def test_a_pdf_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    got = run("check", str(tmp_path / "a.pdf"))
    assert "a.pdf: found a PDF; expected pypdf, which reads it: pip install 'tradelib[pdf]'" in str(got.exception)

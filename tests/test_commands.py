"""The commands: what they print, and their exit codes."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile

import pytest
from official import as_text, bundled, history_rows
from typer.main import get_command
from typer.testing import CliRunner

import tradelib
from tradelib import cli, store
from tradelib.cli.app import NAME_PATHS, app
from tradelib.quantity.errors import ParameterError, did_you_mean
from tradelib.report.run import Report


@pytest.fixture
def data(tmp_path, monkeypatch):
    shutil.copytree(store.data_folder(), tmp_path / "data")
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
    assert run("check", path, "--html", tmp_path / "marked.html").exit_code == 0


@pytest.mark.parametrize("place", ["article.txt", "theirs.html", "folder", "nowhere/marked.html"])
def test_check_overwrites_only_marked_texts_of_its_own(tmp_path, place):
    (tmp_path / "folder").mkdir()
    text = "The trade deficit was $140.5 billion in March 2025."
    for name in ("article.txt", "theirs.html"):
        (tmp_path / name).write_text(text)
    with pytest.raises(ParameterError, match=f"{place}: .*; (give another name|expected a file that can be written)"):
        raise run("check", tmp_path / "article.txt", "--html", tmp_path / place).exception
    assert (tmp_path / "article.txt").read_text() == (tmp_path / "theirs.html").read_text() == text


@pytest.mark.parametrize("words", ["add", "headline", "report --out", "check - --html", "sweep trend --out"])
def test_an_empty_argument_is_never_the_current_folder(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["tradelib", *words.split(), ""])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 2
    assert "tradelib: found an empty argument; expected a value" in capsys.readouterr().err


def test_check_of_a_missing_file_is_one_plain_message(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.txt is not a file; expected a text"):
        raise run("check", tmp_path / "none.txt").exception


@pytest.mark.usefixtures("data")
def test_add_says_that_the_bundled_release_is_in_the_store_already(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = run("add", path, "--released", "2024-04-04")
    assert got.exit_code == 0
    assert "the release of 2024-04-04 about 2024-02 is in the store already" in got.stdout


@pytest.mark.usefixtures("data")
def test_add_says_in_words_why_it_refuses(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = run("add", path, "--released", "2024-04-05")
    assert "later releases are about later months" in str(got.exception)
    assert isinstance(run("add", path, "--released", "soon").exception, ParameterError)


@pytest.mark.parametrize("name", ["folder", "empty.zip"])
def test_a_folder_or_archive_without_files_says_so(tmp_path, name):
    (tmp_path / "folder").mkdir()
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    with pytest.raises(ParameterError, match=f"{name}: found no file; expected official files"):
        raise run("add", tmp_path / name).exception


def test_add_asks_to_remove_an_unofficial_file_from_the_folder(tmp_path):
    for name, body in {"readme.txt": b"hello\n", "logo.png": b"\x89PNG\r\n\x1a\n"}.items():
        folder = tmp_path / name[:4]
        folder.mkdir()
        (folder / name).write_bytes(body)
        message = str(run("add", folder, "--released", "2025-05-06").exception)
        assert message.startswith(f"{name}")
        assert "take a file that is not official out of the folder" in message


def test_file_names_are_printed_unchanged(tmp_path, monkeypatch, capsys):
    missing = tmp_path / "rates:fire:.csv"
    monkeypatch.setattr(sys, "argv", ["tradelib", "add", str(missing)])
    with pytest.raises(SystemExit):
        cli.run()
    assert f"tradelib: {missing}: found" in capsys.readouterr().err


def test_two_releases_are_compared_in_the_order_of_their_days():
    got = run("diff", "2025-05-06", "2025-04-03")
    assert got.stdout == run("diff", "2025-04-03", "2025-05-06").stdout
    assert got.stdout.startswith("2025-04-03 about 2025-02, 2025-05-06 about 2025-03: 15 of 10,490 figures")


def test_options_that_contradict_each_other_are_refused_by_name():
    for words, message in [
        (["--set", "end=2019-12", "--set", "end=2020-12"], "end: given twice by --set"),
        (["--end", "2019-12", "--set", "end=2020-12"], "end: given by an option of its own and by --set"),
        (["--set", "trend.end=2019-12", "--set", "23_trend.end=2020-12"], "end of 23_trend: given twice"),
    ]:
        got = run("report", *words)
        assert isinstance(got.exception, ParameterError)
        assert message in str(got.exception)


def test_relative_paths_of_the_environment_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in NAME_PATHS:
        monkeypatch.setenv(name, "beside")
    run("series", "no such words")
    assert {os.environ[name] for name in NAME_PATHS} == {str(tmp_path / "beside")}


def test_an_interruption_says_what_is_kept(tmp_path, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("tradelib.report.execution.runs.bring", interrupt)
    monkeypatch.setattr("tradelib.report.run.report", interrupt)
    for words, message in [
        (
            ["sweep", "trend", "--over", "start=2010-01,2011-01", "--out", str(tmp_path)],
            "0 of 2 runs are done and kept",
        ),
        (["report", "--only", "trend", "--out", str(tmp_path)], "nothing incomplete is left"),
    ]:
        monkeypatch.setattr("sys.argv", ["tradelib", *words])
        with pytest.raises(SystemExit) as ended:
            cli.run()
        assert ended.value.code == 130
        assert f"interrupted; {message}" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("option", ["--seconds", "--memory"])
def test_a_limit_must_be_a_number(tmp_path, option):
    got = run("sweep", "trend", option, "inf", "--out", tmp_path)
    assert got.exit_code == 2
    assert "as an integer" in " ".join(got.output.split())


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


# The month in words, and what the commands list


def test_headline_of_a_file_is_the_month_in_words(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text(as_text(history_rows(bundled())))
    got = run("headline", path)
    assert got.stdout.splitlines()[0] == "The U.S. trade deficit widened to $68.9 billion in February 2024"
    answer = json.loads(run("headline", path, "--json").stdout)
    assert (answer["month"], answer["released"]) == ("2024-02", None)
    assert answer["headline"] == got.stdout.splitlines()[0]
    assert [row["2024-02"] for row in answer["figures"]] == bundled().months[2024, 2]
    assert run("headline", path, "--month", "2023-12").stdout.splitlines()[0].endswith("in December 2023")


def test_headline_without_a_file_is_of_the_newest_complete_release_and_names_a_newer_one():
    got = run("headline")
    assert got.stdout.splitlines()[0].endswith("a record $140.5 billion in March 2025")
    assert "until 2026-02, without its parts: tradelib headline 2026-02" in got.stderr
    assert "2026-02-01" not in run("headline", "2025-03").stderr


def test_the_version_is_that_of_the_package():
    assert run("--version").stdout.strip() == f"tradelib {tradelib.__version__}"
    assert run("--version").exit_code == 0


def test_the_shell_completes_commands():
    got = CliRunner(env={"_TRADELIB_COMPLETE": "complete_bash", "COMP_WORDS": "tradelib he", "COMP_CWORD": "1"})
    assert got.invoke(app, [], prog_name="tradelib").stdout.split() == ["headline"]
    assert "--install-completion" in run("--help").stdout


COMMANDS = get_command(app).commands


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_ends_with_examples_that_parse(command):
    shown = run(*filter(None, [command]), "--help").stdout
    examples = [line.split()[1:] for line in shown.split("Examples:")[1].splitlines() if line.strip()]
    assert examples
    for words in examples:
        name, *rest = words
        if name != "COMMAND":
            assert not command or name == command
            COMMANDS[name].make_context(name, rest, resilient_parsing=False).close()


def test_series_are_a_table_or_json():
    got = run("series", "deficit")
    assert got.stdout.splitlines()[0].split() == ["name", "label", "unit", "freq", "mnemonic", "newest"]
    assert got.stdout.splitlines()[1].split()[0] == "balance_total_bop_sa"
    assert json.loads(run("series", "deficit", "--json").stdout)[0]["name"] == "balance_total_bop_sa"


def test_parameters_are_those_of_the_tagged_cell():
    rows = {row["parameter"]: row for row in json.loads(run("parameters", "overview", "--json").stdout)}
    assert rows["largest"] == {
        "notebook": "01_overview", "parameter": "largest", "default": 10, "meaning": "drivers in the picture, 3 to 20",
    }  # fmt: skip
    assert "3 to 20" in run("parameters", "overview").stdout
    assert {"01_overview", "27_forecasts"} <= {line.split()[0] for line in run("parameters").stdout.splitlines()}
    assert "unknown notebook 'overvew'; did you mean overview?" in str(run("parameters", "overvew").exception)


def test_an_unknown_file_is_refused_with_the_known_formats(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# A project\n\nIt has words.\n")
    for command in ("add", "headline"):
        message = str(run(command, path).exception)
        assert message.startswith("README.md: found a file that begins '# A project")
        for word in ("FT-900", "history table", "FRED", ".xlsx", ".pdf", ".zip"):
            assert word in message


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("real_goods", "the nearest are exports_goods_census_sa_chained2017, imports_goods_census_sa_chained2017"),
        ("cars", "passenger_cars"),
        ("BOPGTSB", "did you mean BOPGSTB"),
        ("qwerty", "tradelib series finds names by everyday words"),
    ],
)
def test_an_unknown_series_is_refused_with_at_most_five_similar_names(name, hint):
    with pytest.raises(ParameterError) as refused:
        tradelib.load(name)
    assert hint in str(refused.value)
    assert str(refused.value).count(",") <= 4 + ("everyday" in hint)


def test_a_hint_lists_only_the_five_nearest_of_many_names():
    got = did_you_mean("zzz", [f"name_{number}" for number in range(130)])
    assert got.count("name_") == 5
    assert got.endswith("and 125 more")
    assert did_you_mean("real goods", ["census_goods", "census_country"]) == "possible: census_country, census_goods"


def test_a_sweep_never_replaces_the_table_of_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = []

    def made(jobs, folder, *_, **__):
        folders.append(folder)
        for job in jobs:
            (folder / "runs" / job.place).mkdir(parents=True, exist_ok=True)
            (folder / "runs" / job.place / "run.json").write_text("{}")
        return {}

    monkeypatch.setattr("tradelib.report.execution.runs.bring", made)
    monkeypatch.setattr("tradelib.report.sweep.gather", lambda *_: {})
    words = ["sweep", "trend", "--over", "start=2010-01,2011-01"]
    first, again = run(*words), run(*words)
    assert first.exit_code == again.exit_code == 0
    assert first.stdout == again.stdout == "2 of 2 runs are done.\nSweep: reports/sweep-23_trend/index.html\n"
    assert run(*words[:-1], "start=2010-01,2011-01,2012-01").exit_code == 0  # the same and more
    assert len({*folders}) == 1
    run("sweep", "trend", "--over", "start=2015-01,2016-01")
    assert folders[-1] != folders[0]
    assert folders[-1].name.startswith(folders[0].name + "-")
    got = run("sweep", "trend", "--over", "start=2015-01,2016-01", "--out", folders[0])
    assert "holds another sweep: 3 of its runs are not in this one" in str(got.exception)
    assert len(folders) == 4


@pytest.mark.parametrize("option", ["--release", "--vintage"])
def test_a_report_takes_its_release_from_either_option(tmp_path, monkeypatch, option):
    got = []

    def stand_in(options, **_):
        got.append(options)
        return Report(tmp_path, "", {})

    monkeypatch.setattr("tradelib.report.run.report", stand_in)
    assert run("report", option, "2023-04", "--only", "overview").exit_code == 0
    assert got == [{"vintage": "2023-04"}]

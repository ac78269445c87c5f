"""A sweep is checked as a whole, keeps finished runs, names failures, and is never mixed with another."""

from __future__ import annotations

import errno
import functools
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import sweeps
from filelock import FileLock
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from tradelib.quantity.errors import ParameterError
from tradelib.report import sweep as sweep_module
from tradelib.report.execution import Outcome, inputs, runs
from tradelib.report.execution.jobs import Kernels, Limits
from tradelib.report.execution.notebook_run import NotebookRun
from tradelib.report.execution.partial import MARK, OccupiedError
from tradelib.report.execution.plan import jobs_of, read_table, sweep_of
from tradelib.report.execution.runs import RunError
from tradelib.report.follow import follow
from tradelib.report.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tradelib.report.execution import Job

ROWS = [{"start": f"20{year:02}-01"} for year in range(10, 16)]


class StandIn:
    """An executor that writes the files of notebooks, fails or stops at chosen runs, and lists what it ran."""

    def __init__(self, fails: Iterable[str] = (), stops_at: str | None = None) -> None:
        self.fails, self.stops_at, self.ran = set(fails), stops_at, list[str]()

    def __call__(self, jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
        for job in jobs:
            start = job.values["start"]
            self.ran.append(start)
            place = folder / job.place
            (place / "figures").mkdir(parents=True)
            (place / "notebook.ipynb").write_text("{}")
            if start == self.stops_at:
                raise KeyboardInterrupt
            if start in self.fails:
                yield Outcome(job, 1.0, "cell 3: ValueError: <no>")
                continue
            for end in ("png", "svg"):
                (place / "figures" / f"path.{end}").write_text(start)
            figure = {"kind": "figure", "name": "path", "title": "T", "alt": 'Says "so"', "reading": ""}
            results = {"headline": f'about {start}, "so"\nand é', "value": 1.5, "flag": True, "nothing": None}
            (place / "results.json").write_text(json.dumps(sweeps.record(items=[figure], results=results)))
            yield Outcome(job, 1.0)


@functools.cache  # checking parameters reads series, and these tests are about the runs
def jobs() -> list[Job]:
    return jobs_of("trend", ROWS)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(".*") if path.name not in (".lock", MARK)]


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_row_is_run_with_every_combination(tmp_path: Path) -> None:
    over = sweep_of("trend", over=["start=2010-01,2012-01", "series=BOPTEXP,BOPTIMP"], common=["end=2020-12"])
    assert [(j.values["start"], j.values["series"], j.values["end"]) for j in over] == [
        ("2010-01", "exports_total_bop_sa", "2020-12"), ("2010-01", "imports_total_bop_sa", "2020-12"),
        ("2012-01", "exports_total_bop_sa", "2020-12"), ("2012-01", "imports_total_bop_sa", "2020-12"),
    ]  # fmt: skip
    (tmp_path / "t.csv").write_text("reference_year,start\n2018,2012-01\n2019,\n", encoding="utf-8")
    table = sweep_of("real_vs_nominal", table=tmp_path / "t.csv")
    assert [(j.values["reference_year"], j.values["start"]) for j in table] == [(2018, "2012-01"), (2019, None)]
    assert len({job.place for job in over + table}) == 6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"over": ["start=2010-01,January,2030-01"]}, ["run 2", "January", "run 3", "2030-01", "nothing was run"]),
        ({"over": ["sereis=BOPTEXP"]}, ["sereis", "did you mean series"]),
        ({"over": ["start"]}, ["--over 'start'", "NAME=VALUE"]),
        ({"common": ["start"]}, ["--set 'start'"]),
        ({"over": ["start=2010-01,2010-01"]}, ["runs 1 and 2 are the same"]),
        ({"over": ["start=2010-01", "start=2011-01"]}, ["start: given twice by --over"]),
        ({"common": ["end=2010-01", "end=2011-01"]}, ["end: given twice by --set"]),
        ({"over": ["end=2010-01"], "common": ["end=2011-01"]}, ["end: given by --set and by --over"]),
        ({"table": "end\n2010-01\n", "common": ["end=2011-01"]}, ["end: given by --set and"]),
        ({"table": "start,end,start\n2010-01,2020-01,2011-01\n"}, ["the header has start twice"]),
        ({"over": ["output=a,b"]}, ["output is set by the sweep"]),
        ({"table": "start,end\n2010-01\n"}, ["row 2 has 1 cells, the header 2"]),
        ({"table": "start\n"}, ["no row"]),
        ({"table": 'start\n"2010', "suffix": ".csv"}, ["t.csv"]),
        ({"table": "start\n2010-01\n", "over": ["start=2011-01"]}, ["start: given by --over and by the table"]),
        ({"table": "", "suffix": ".xlsx"}, ["a parameter table is .csv"]),
    ],
)
def test_impossible_sweeps_are_refused_before_anything_runs(tmp_path: Path, options: dict, words: list[str]) -> None:
    if (text := options.pop("table", None)) is not None:
        options["table"] = tmp_path / f"t{options.pop('suffix', '.csv')}"
        options["table"].write_text(text)
    with pytest.raises(ParameterError) as refused:
        sweep_of("trend", **options)
    got = str(refused.value)
    assert [word for word in words if word not in got] == [], got


def test_a_table_keeps_line_ends_and_long_values(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'text,start\r\n"one\r\ntwo","2010-01"\r\n"' + b"x" * 300_000 + b'",\r\n')
    got = read_table(tmp_path / "t.csv")
    assert [row["text"] for row in got] == ["one\r\ntwo", "x" * 300_000]


def test_a_very_long_message_is_cut(tmp_path: Path) -> None:
    [job, *_] = jobs()
    got = Outcome(job, 1.0, "cell 3: ValueError: " + "y" * 30_000_000).error
    assert got is not None
    assert len(got) < 2100
    assert got.startswith("cell 3: ValueError: yyy")
    assert got.endswith("(30,000,020 characters)")
    assert Outcome(job, 1.0, "\ud800 half").error == "\\ud800 half"
    cell = new_code_cell(outputs=[])
    run = NotebookRun(new_notebook(cells=[cell]), tmp_path, Kernels("python3", Limits(output=1000), tmp_path))
    run.clear_before_next_output = False
    for text in ("y" * 400, "y"):
        content = {"ename": "E", "evalue": text, "traceback": ["y" * 500]}
        message = {
            "msg_type": "error",
            "header": {"msg_type": "error"},
            "parent_header": {"msg_id": "1"},
            "content": content,
        }
        run.process_message(message, cell, 0)
    assert [output.evalue for output in cell.outputs] == ["y" * 400]
    assert run._reason == "showed more than 0.001 million characters"


def test_a_long_list_of_mistakes_is_cut() -> None:
    with pytest.raises(ParameterError, match="and 15 more") as refused:
        sweep_of("trend", over=["start=" + ",".join(f"bad{n}" for n in range(25))])
    assert "bad9" in str(refused.value)
    assert "bad10" not in str(refused.value)


def test_results_of_all_runs_are_in_one_table_and_on_one_page(tmp_path: Path) -> None:
    got = sweep(jobs(), tmp_path / "s", executor=StandIn(fails=["2012-01"]))
    assert (got.runs, got.skipped, list(got.failures.values())) == (6, 0, ["cell 3: ValueError: <no>"])
    table = pd.read_csv(got.folder / "results.csv")
    assert list(table["start"]) == [row["start"] for row in ROWS]
    assert list(table["outcome"]) == ["ok", "ok", "failed", "ok", "ok", "ok"]
    assert table["result_headline"][0] == 'about 2010-01, "so"\nand é'
    page = (got.folder / "index.html").read_text(encoding="utf-8")
    assert page.count("<img") == 5
    assert 'alt="Says &#34;so&#34;"' in page
    assert "ValueError: &lt;no&gt;" in page
    for line in page.split('src="')[1:]:
        assert (got.folder / line.split('"')[0]).is_file()
    assert not hidden(got.folder)


def test_finished_runs_are_skipped_and_failed_ones_retried(tmp_path: Path) -> None:
    sweep(jobs(), tmp_path / "s", executor=StandIn(fails=["2012-01"]))
    again, begun = StandIn(), list[dict[str, str]]()
    got = sweep(jobs(), tmp_path / "s", executor=again, begin=lambda _, reasons: begun.append(reasons))
    assert (again.ran, got.skipped, got.failures) == (["2012-01"], 5, {})
    assert begun == [{jobs()[2].place: "not run with these parameters before"}]
    assert not list((tmp_path / "s" / "failed").glob("*/*"))
    sweep(jobs(), tmp_path / "s", executor=(forced := StandIn()), force=True)
    assert len(forced.ran) == 6


@pytest.mark.parametrize("damage", ["cut", "gone", "inputs", "run.json"])
def test_a_damaged_or_outdated_run_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    sweep(jobs(), tmp_path / "s", executor=StandIn())
    place = tmp_path / "s" / "runs" / jobs()[0].place
    if damage == "cut":
        (place / "results.json").write_text("{")
    elif damage == "gone":
        (place / "figures" / "path.png").unlink()
    elif damage == "run.json":
        (place / "run.json").write_text("{")
    else:
        (tmp_path / "x13").touch()
        monkeypatch.setenv("TRADELIB_X13", str(tmp_path / "x13"))
    sweep(jobs(), tmp_path / "s", executor=(again := StandIn()))
    assert len(again.ran) == (6 if damage == "inputs" else 1)


WRONG = [
    '{"results": {', "[]", "3", '{"results": []}', '{"results": {"value": NaN}}', '{"items": [{"kind": "figure"}]}',
    '{"results": {"headline": "\\ud800"}}', "\udcff", "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("written", WRONG)
def test_a_run_with_an_unreadable_record_fails_alone(tmp_path: Path, written: str) -> None:
    def cut(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
        for outcome in StandIn(fails=["2013-01"])(jobs, folder):
            if outcome.job.values["start"] in ("2012-01", "2013-01"):
                (folder / outcome.job.place / "results.json").write_text(written, errors="surrogateescape")
            yield outcome

    outcomes = list[Outcome]()
    got = sweep(jobs(), tmp_path / "s", executor=cut, progress=outcomes.append)
    assert [bool(outcome.error) for outcome in outcomes] == [False, False, True, True, False, False]
    assert "results.json" in got.failures[jobs()[2].place]
    assert got.failures[jobs()[3].place] == "cell 3: ValueError: <no>"
    table = pd.read_csv(got.folder / "results.csv")
    assert list(table["outcome"]) == ["ok", "ok", "failed", "failed", "ok", "ok"]
    assert "results.json" in table["error"][2]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            {"items": [{"kind": "picture", "name": "a", "title": "", "reading": ""}]},
            "items[0].kind: 'picture' is not one",
        ),
        ({"items": [{"kind": "table", "name": "a", "title": "", "reading": ""}]}, "items[0]: 'columns' is a required"),
        ({"sources": {"x": {"unit": 3}}}, "sources.x"),
        ({"checks": [{"claim": "c", "holds": 1, "found": ""}]}, "checks[0].holds: 1 is not of type 'boolean'"),
        (
            {"items": [{"kind": "figure", "name": "a", "title": "", "alt": "", "reading": ""}]},
            "there is no figures/a.svg",
        ),
    ],
)
def test_the_message_says_what_is_wrong_with_a_record_and_where(tmp_path: Path, parts: dict, message: str) -> None:
    (tmp_path / "results.json").write_text(json.dumps(sweeps.record(**parts)))
    record, fault = runs.read_recorded(tmp_path)
    assert record == {}
    assert message in str(fault)


@pytest.mark.parametrize("what", ["notebook", "package", "tables", "x13", "versions"])
def test_a_change_in_the_middle_stops_the_sweep_and_keeps_no_mixture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def change(jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
        original = inputs.surroundings
        for number, outcome in enumerate(StandIn()(jobs, folder)):
            if number == 3:
                monkeypatch.setattr(inputs, "surroundings", lambda *given: original(*given) | {what: "other"})
            yield outcome

    with pytest.raises(RunError, match=f"{what} changed while the notebooks ran"):
        sweep(jobs(), tmp_path / "s", executor=change)
    monkeypatch.undo()
    assert sweep(jobs(), tmp_path / "s", executor=StandIn()).skipped == 3


@pytest.mark.parametrize("row", ROWS)
def test_an_interrupted_sweep_is_resumed_with_the_same_result(tmp_path: Path, row: dict) -> None:
    sweep(jobs(), tmp_path / "undisturbed", executor=StandIn())
    with pytest.raises(KeyboardInterrupt):
        sweep(jobs(), tmp_path / "s", executor=StandIn(stops_at=row["start"]))
    got = sweep(jobs(), tmp_path / "s", executor=StandIn())
    assert got.skipped == ROWS.index(row)
    assert files_of(tmp_path / "s") == files_of(tmp_path / "undisturbed")


def test_unfinished_files_of_a_killed_sweep_are_removed(tmp_path: Path) -> None:
    (tmp_path / "s" / ".partial-left" / "made" / jobs()[0].place).mkdir(parents=True)
    for folder in (tmp_path / "s", tmp_path / "s" / ".partial-left"):
        (folder / MARK).touch()
    assert sweep(jobs(), tmp_path / "s", executor=StandIn()).failures == {}
    assert not hidden(tmp_path / "s")


def test_two_sweeps_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / MARK).touch()
    with (
        FileLock(tmp_path / "s" / ".lock"),
        pytest.raises(RunError, match="another sweep is at work"),
    ):
        sweep(jobs(), tmp_path / "s", executor=(second := StandIn()))
    assert second.ran == []


@pytest.mark.parametrize("where", ["_keep", "gather"])
def test_a_full_disk_is_one_message_and_finished_runs_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    module = sweep_module if where == "gather" else runs
    original, calls = getattr(module, where), []

    def full(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == (3 if where == "_keep" else 1):
            raise OSError(errno.ENOSPC, "No space left on device")
        original(*arguments)

    monkeypatch.setattr(module, where, full)
    with pytest.raises(RunError, match="disk is full") as refusal:
        sweep(jobs(), tmp_path / "s", executor=StandIn(fails=["2012-01"]))
    done = {"_keep": 2, "gather": 5}[where]
    assert f"{done} of 6 runs are done and kept" in str(refusal.value)
    monkeypatch.undo()
    assert sweep(jobs(), tmp_path / "s", executor=StandIn()).skipped == done


@pytest.mark.needs("mount")
def test_a_full_real_disk_is_one_message_and_finished_runs_stay(tmp_path: Path) -> None:
    """As above, on a real file system of half a megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], check=True)

    class Large(StandIn):
        def __call__(self, jobs: Iterable[Job], folder: Path) -> Iterator[Outcome]:
            for outcome in super().__call__(jobs, folder):
                (folder / outcome.job.place / "large").write_bytes(b"0" * 150_000)
                yield outcome

    try:
        with pytest.raises(RunError, match="disk is full") as refusal:
            sweep(jobs(), disk / "s", executor=Large())
        done = int(str(refusal.value).split(" of 6 runs are done")[0].split()[-1])
        assert 1 <= done <= 3
        subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
        assert sweep(jobs(), disk / "s", executor=Large()).skipped == done
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot write to .*file.* is no folder"):
        sweep(jobs(), tmp_path / "file" / "s", executor=(first := StandIn()))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(RunError, match="Read-only file system"):
        sweep(jobs(), tmp_path / "s", executor=first)
    assert first.ran == []


class Clock:
    """A clock that stands still until it is advanced."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


def test_failures_are_printed_at_once() -> None:
    console = Console(force_terminal=False, width=200, record=True)
    [first, second, third, *_] = jobs()
    with follow(console) as (begin, progress):
        begin([first, second, third, jobs()[3]], {j.place: "package changed" for j in (first, second, third)})
        progress(Outcome(first, 1.0))
        progress(Outcome(second, 1.0, "took longer than 5 seconds"))
        progress(Outcome(third, 1.0))
    got = console.export_text()
    assert "1 of 4 runs are there already (--force runs them anew)" in got
    assert f"[1/3] start='{ROWS[0]['start']}', series='balance_total_bop_sa' done, package changed (1 s)" in got
    assert f"FAILED start='{ROWS[1]['start']}', series='balance_total_bop_sa'\n" in got
    assert "  took longer than 5 seconds\n" in got


def test_the_time_left_is_estimated_from_the_pace_since_the_first_run_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradelib.report.follow.time", clock := Clock())
    console = Console(force_terminal=False, width=200, record=True)
    many = jobs_of("trend", [{"start": f"{1992 + n // 12}-{n % 12 + 1:02}"} for n in range(100)])
    with follow(console) as (begin, progress):
        clock.now += 60  # the parameters are checked: no run has begun
        begin(many, {job.place: "" for job in many})
        for job in many[:15]:
            clock.now += 2
            progress(Outcome(job, 1.0, "boom" if job is many[7] else None))
    assert console.export_text().splitlines() == [
        "5 of 100 runs, about 0:03:10 left",
        f"FAILED start='{many[7].values['start']}', series='balance_total_bop_sa'",
        "  boom",
        "10 of 100 runs, 1 failed, about 0:03:00 left",
        "15 of 100 runs, 1 failed, about 0:02:50 left",
    ]


def test_a_users_folder_is_no_place_for_a_sweep(tmp_path):
    page = tmp_path / "mine" / "index.html"
    page.parent.mkdir()
    page.write_text("mine")
    with pytest.raises(OccupiedError, match="no sweep made by tradelib"):
        sweep(jobs(), page.parent)
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    assert page.read_text() == "mine"

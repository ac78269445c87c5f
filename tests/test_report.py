"""A report is complete or absent; a stand-in executes the notebooks here."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tradelib.report import run as run_module
from tradelib.report.execution import Job, Outcome, inputs, planned
from tradelib.report.execution.partial import OccupiedError
from tradelib.report.execution.runs import RunError
from tradelib.report.run import Report, report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>'


def record_of(notebook: str) -> dict:
    """Return what a notebook records, with text that must be escaped."""
    return {
        "notebook": notebook, "title": f"Title of {notebook}", "question": "What if <b>1 < 2</b>?",
        "parameters": {"start": None, "series": "x"},
        "sources": {"x": {"sha256": "0" * 64, "compilation": "f", "vintage": "2024-04-04", "source": "A source",
                          "unit": "billions", "statistical_month": "2024-02"}},
        "items": [
            {"kind": "figure", "name": "path", "title": "A path", "alt": 'Says "so"', "reading": "Up **3**."},
            {"kind": "table", "name": "t", "title": "A table", "reading": "", "columns": ["period", "value"],
             "numeric": [False, True], "rows": [["2024-02", "\u22121.0"], ["<script>", "2.0"]]},
        ],
        "results": {"headline": "The deficit was 68.9 billion"},
        "checks": [{"claim": "c", "holds": True, "found": "f"}],
    }  # fmt: skip


class StandIn:
    """An executor that writes the files of notebooks, fails for chosen ones, and counts its calls."""

    def __init__(self, fails: Sequence[str] = (), breaks: bool = False) -> None:
        self.fails, self.breaks, self.calls = fails, breaks, 0

    def __call__(self, jobs: Sequence[Job], folder: Path) -> Iterator[Outcome]:
        self.calls += 1
        for job in jobs:
            place = folder / job.place
            (place / "figures").mkdir(parents=True)
            (place / "notebook.ipynb").write_text("{}")
            if self.breaks:
                raise KeyboardInterrupt
            if job.notebook in self.fails:
                yield Outcome(job, 1.0, "cell 3: ValueError: no")
                continue
            (place / "figures" / "path.svg").write_text(SVG)
            (place / "drawings").mkdir()
            (place / "drawings" / "path-wide.svg").write_text(SVG)
            (place / "tables").mkdir()
            (place / "tables" / "t.csv").write_text("period,value\n2024-02,-1.0\n")
            (place / "results.json").write_text(json.dumps(record_of(job.notebook)))
            yield Outcome(job, 1.0)


FEW = ("overview", "seasonal", "trend")


def few(options: dict | None = None, **given: object) -> Report:
    """Return a report of a few notebooks, for tests in which their number does not matter."""
    return report(options, only=FEW, **given)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Return a report of all notebooks, for tests that only read it."""
    return report(out=tmp_path_factory.mktemp("whole") / "r", executor=StandIn())


def test_a_report_has_all_its_files(whole: Report) -> None:
    assert (whole.failures, whole.skipped) == ({}, False)
    assert whole.headline == "The deficit was 68.9 billion"
    names = {path.name for path in whole.folder.iterdir()}
    assert names == {
        "index.html",
        "analysis.html",
        "report.xlsx",
        "feed.json",
        "notebooks",
        "figures",
        "tables",
        "results.json",
        "manifest.json",
    }
    manifest = json.loads((whole.folder / "manifest.json").read_text())
    assert manifest["outcome"] == "ok"
    assert manifest["inputs"]["data"]["ft900/2025-05-06"]
    assert "figures/23_trend-path.svg" in manifest["files"]
    assert [path.name for path in whole.folder.parent.iterdir()] == ["r"]


def test_the_page_is_self_contained_and_escapes(whole: Report) -> None:
    page = (whole.folder / "index.html").read_text(encoding="utf-8")
    assert "<title>The deficit was 68.9 billion</title>" in page
    assert "<strong>3</strong>" in page
    assert "&lt;script&gt;" in page
    assert "<script>2" not in page
    assert 'aria-label="Says &#34;so&#34;"' in page
    assert "What if &lt;b&gt;1 &lt; 2&lt;/b&gt;?" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_the_same_report_is_not_made_twice_without_force(tmp_path: Path) -> None:
    executor = StandIn()
    first = few(out=tmp_path / "r", executor=executor)
    again = few(out=tmp_path / "r", executor=executor)
    assert (again.skipped, again.headline, executor.calls) == (True, first.headline, 1)
    assert not few(out=tmp_path / "r", executor=executor, force=True).skipped
    assert executor.calls == 2


def reused(tmp_path: Path, **given: object) -> tuple[dict[str, str], bytes]:
    """Make a report whose runs are kept; return by notebook why it ran, and the content of ``results.json``."""
    why = dict[str, str]()

    def begin(jobs: Sequence[Job], reasons: dict[str, str]) -> None:
        why.update({job.notebook: reasons[job.place] for job in jobs if job.place in reasons})

    got = few(out=tmp_path / "r", executor=StandIn(), kept=tmp_path / "kept", begin=begin, **given)
    assert got.failures == {}
    return why, (got.folder / "results.json").read_bytes()


def test_only_notebooks_with_a_change_run_and_the_reason_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, content = reused(tmp_path)
    assert set(first) == {job.notebook for job in planned({}, FEW)[0]}
    assert set(first.values()) == {"not run with these parameters before"}
    only_trend, _ = reused(tmp_path, options={"trend.start": "2010-01"})
    assert only_trend == {"23_trend": "not run with these parameters before"}
    back, again = reused(tmp_path)
    assert (back, again) == ({}, content)
    assert set(reused(tmp_path, force=True)[0].values()) == {"forced"}
    (tmp_path / "x13").touch()
    monkeypatch.setenv("TRADELIB_X13", str(tmp_path / "x13"))
    assert set(reused(tmp_path)[0].values()) == {"x13 changed"}


def test_a_damaged_kept_run_is_made_again(tmp_path: Path) -> None:
    _, content = reused(tmp_path)
    [trend] = [job for job in planned({"vintage": "2025-05-06"}, FEW)[0] if job.notebook == "23_trend"]
    (tmp_path / "kept" / "runs" / trend.place / "figures" / "path.svg").write_text("cut")
    (tmp_path / "r" / "index.html").write_text("cut")
    got, again = reused(tmp_path)
    assert got == {"23_trend": "its files were changed"}
    assert again == content


def test_while_another_report_uses_the_kept_runs_all_notebooks_run(tmp_path: Path) -> None:
    reused(tmp_path)
    (tmp_path / "r" / "index.html").write_text("cut")
    with FileLock(tmp_path / "kept" / ".lock"):
        assert len(reused(tmp_path)[0]) == len(FEW)
    (tmp_path / "file").touch()
    assert few(out=tmp_path / "s", executor=StandIn(), kept=tmp_path / "file").failures == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "kept", "r", "s"]


@pytest.mark.parametrize("damage", ["page", "input", "file"])
def test_a_damaged_or_different_report_is_made_again(tmp_path: Path, damage: str) -> None:
    executor = StandIn()
    folder = few(out=tmp_path / "r", executor=executor).folder
    options = {}
    if damage == "page":
        (folder / "index.html").write_text("cut")
    elif damage == "file":
        (folder / "results.json").unlink()
    else:
        options = {"start": "2010-01"}
    assert not few(options, out=tmp_path / "r", executor=executor).skipped
    assert executor.calls == 2


@pytest.mark.parametrize("out", ["", ".", "/"])
def test_a_report_needs_a_folder_of_its_own(out: str) -> None:
    with pytest.raises(OccupiedError, match="expected a folder for the report alone, for example reports/report"):
        few(out=Path(out), executor=StandIn())


@pytest.mark.parametrize("manifest", ["{", '{"files": 1}', None])
def test_a_folder_with_an_unreadable_manifest_is_never_replaced(tmp_path: Path, manifest: str | None) -> None:
    folder = few(out=tmp_path / "r", executor=StandIn()).folder
    if manifest is None:
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(OccupiedError, match="no report made by tradelib"):
        few(out=tmp_path / "r", executor=(second := StandIn()))
    assert second.calls == 0
    assert (folder / "index.html").exists()


def test_a_failure_leaves_the_good_report_and_keeps_the_executed_copy(tmp_path: Path) -> None:
    good = few(out=tmp_path / "r", executor=StandIn())
    before = (good.folder / "manifest.json").read_bytes()
    got = few(out=tmp_path / "r", executor=StandIn(fails=["23_trend"]), force=True)
    assert got.failures == {"23_trend": "cell 3: ValueError: no"}
    assert got.folder == tmp_path / "r-failed"
    assert (got.folder / "notebooks" / "23_trend.ipynb").exists()
    assert "This report is incomplete" in (got.folder / "index.html").read_text(encoding="utf-8")
    assert json.loads((got.folder / "manifest.json").read_text())["outcome"] == "failed"
    assert (good.folder / "manifest.json").read_bytes() == before
    # A failed run never counts as done.
    assert not few(out=tmp_path / "r-failed", executor=StandIn()).skipped


@pytest.mark.parametrize("damage", ["{", "[]", '{"results": {}}', "svg"])
def test_a_notebook_with_an_unreadable_record_has_failed(tmp_path: Path, damage: str) -> None:
    def cut(jobs: Sequence[Job], folder: Path) -> Iterator[Outcome]:
        for outcome in StandIn()(jobs, folder):
            if outcome.job.notebook == "23_trend":
                if damage == "svg":
                    (folder / outcome.job.place / "figures" / "path.svg").unlink()
                else:
                    (folder / outcome.job.place / "results.json").write_text(damage)
            yield outcome

    got = few(out=tmp_path / "r", executor=cut)
    assert list(got.failures) == ["23_trend"]
    assert "results.json" in got.failures["23_trend"]
    kept = json.loads((got.folder / "results.json").read_text())
    assert "22_seasonal" in kept
    assert "23_trend" not in kept


def test_a_change_during_the_run_leaves_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(jobs: Sequence[Job], folder: Path) -> Iterator[Outcome]:
        original = inputs.surroundings
        for outcome in StandIn()(jobs, folder):
            yield outcome
            monkeypatch.setattr(inputs, "surroundings", lambda *given: original(*given) | {"package": "other"})

    with pytest.raises(RunError, match="package changed while the notebooks ran"):
        few(out=tmp_path / "r", executor=change)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("where", ["executor", "write_page", "_gather", "publish"])
def test_an_interrupted_report_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    few(out=tmp_path / "r", executor=StandIn())
    before = sorted((p, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file())

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if where != "executor":
        monkeypatch.setattr(run_module, where, interrupt)
    with pytest.raises(KeyboardInterrupt):
        few(out=tmp_path / "r", executor=StandIn(breaks=where == "executor"), force=True)
    assert sorted((p, p.read_bytes()) for p in tmp_path.rglob("*") if p.is_file()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_reports_are_named_by_month_and_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    got = [
        str(report(options, only=only, executor=StandIn()).folder)
        for options, only in [({}, []), ({"start": "2010-01", "series": "BOPTEXP"}, []), ({}, ["trend"])]
    ]
    assert got == ["reports/2025-03", "reports/2025-03_series-BOPTEXP_start-2010-01", "reports/2025-03_trend"]


def test_a_folder_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot write .*r: .*file is no folder"):
        few(out=tmp_path / "file" / "r", executor=StandIn())

    def full(jobs: Sequence[Job], folder: Path) -> Iterator[Outcome]:
        yield from StandIn()(jobs, folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    first = few(out=tmp_path / "r", executor=StandIn())
    with pytest.raises(RunError, match=r"the disk is full\. What was there before is unchanged"):
        few(out=tmp_path / "r", executor=full, force=True)
    assert few(out=tmp_path / "r", executor=StandIn()).skipped
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", first.folder.name]

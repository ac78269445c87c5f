"""The whole job: real kernels, ``make report`` in a copy of the project, the page in a browser."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
import whole

from tradelib.report.execution import jobs, planned, threads
from tradelib.report.run import report

ROOT = Path(__file__).parent.parent
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("warm_server")]

NIGHTLY = bool(os.environ.get("TRADELIB_NIGHTLY"))
PARAMETERS = "series = 'balance_total_bop_sa'\nstart = None\nend = None\nvintage = None\noutput = None"


def write_notebook(path: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture
def small_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Replace the project's notebooks by small ones that need no library."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(jobs, "notebook_folder", lambda: folder)
    return folder


RECORD = """
import json, pathlib
section = {"notebook": "23_trend", "title": "T", "question": "Q", "parameters": {}, "sources": {}, "items": [],
        "results": {"headline": series, "start": start, "output": output}, "checks": []}
pathlib.Path(output, "results.json").write_text(json.dumps(section))
"""


def test_parameters_arrive_and_no_path_of_the_machine_stays(small_notebooks: Path, tmp_path: Path) -> None:
    write_notebook(small_notebooks / "23_trend.ipynb", RECORD)
    got = report({"start": "2010-01"}, only=["trend"], out=tmp_path / "r")
    results = json.loads((got.folder / "results.json").read_text())["23_trend"]["results"]
    assert results == {"headline": "balance_total_bop_sa", "start": "2010-01", "output": "."}
    for path in got.folder.rglob("*"):
        assert not path.is_file() or str(tmp_path) not in path.read_text(encoding="utf-8"), path


def test_a_failing_cell_is_named_and_the_others_finish(small_notebooks: Path, tmp_path: Path) -> None:
    write_notebook(small_notebooks / "23_trend.ipynb", "x = 1", "raise ValueError('no such month')")
    write_notebook(small_notebooks / "22_seasonal.ipynb", RECORD.replace("23_trend", "22_seasonal"))
    write_notebook(small_notebooks / "24_real_vs_nominal.ipynb", "import os; os._exit(1)")
    got = report(only=["trend", "seasonal", "real_vs_nominal"], out=tmp_path / "r", executor=threads(2))
    assert set(got.failures) == {"23_trend", "24_real_vs_nominal"}
    assert got.failures["23_trend"] == "cell 4: ValueError: no such month"
    assert "DeadKernelError" in got.failures["24_real_vs_nominal"]
    copy = nbformat.read(got.folder / "notebooks" / "23_trend.ipynb", as_version=4)
    assert [o.ename for cell in copy.cells for o in cell.get("outputs", []) if o.output_type == "error"] == [
        "ValueError"
    ]
    assert "22_seasonal" in json.loads((got.folder / "results.json").read_text())


def test_make_report_leaves_only_the_report(made: Path, clone: Path) -> None:
    known = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts
    }
    new = {path.relative_to(clone).as_posix() for path in clone.rglob("*") if path.is_file()} - known
    assert {name.split("/")[0] for name in new if "__pycache__" not in name and ".venv" not in name} <= {"reports"}
    assert [path.name for path in made.parent.iterdir() if path.is_dir()] == ["2025-03"]
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outcome"] == "ok"
    assert manifest["notebooks"].keys() == {path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}


def test_a_second_run_is_skipped(made: Path, clone: Path) -> None:
    assert "Nothing has changed" in whole.make(clone, "report", "ARGS=--kernel stock").stderr
    assert made.is_dir()


FORCED = [] if NIGHTLY else ["overview", "seasonal", "trend"]
"""Notebooks that are run twice; all of them in ``make nightly``."""


def test_a_forced_run_gives_the_same_bytes_also_in_stock_kernels(made: Path, clone: Path) -> None:
    words = [word for name in FORCED for word in ("--only", name)]
    got = whole.make(clone, "report", f"ARGS=--force --kernel stock --out reports/forced {' '.join(words)}")
    assert got.returncode == 0, got.stderr
    first, second = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        for folder in (made, clone / "reports" / "forced")
    )
    own = {name for name in second if name.count("/")}  # what notebooks leave; the pages are about all of them
    assert len(own) > 20
    assert {name: second[name] for name in own} == {name: first[name] for name in own}
    assert FORCED or second == first


def test_one_parameter_of_one_notebook_runs_that_notebook_alone(made: Path, clone: Path) -> None:
    got = whole.make(clone, "report", "ARGS=--set trend.start=2015-01 --out reports/other")
    assert got.returncode == 0, got.stderr
    count = len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
    messages = re.sub(r"\s+", " ", got.stderr)
    assert f"{count - 1} of {count} runs are there already (--force runs them anew): 01_overview, " in messages
    assert "[1/1] 23_trend done, not run with these parameters before" in messages
    first, other = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        for folder in (made, clone / "reports" / "other")
    )
    differing = {name for name, _ in first.items() ^ other.items()}
    pages = {"index.html", "analysis.html", "report.xlsx", "results.json"}
    assert {name for name in differing if "23_trend" not in name} <= pages
    assert "notebooks/23_trend.ipynb" in differing


def test_every_figure_has_png_svg_and_data(made: Path) -> None:
    results = json.loads((made / "results.json").read_text(encoding="utf-8"))
    named = [
        f"{n}-{item['name']}" for n, section in results.items() for item in section["items"] if item["kind"] == "figure"
    ]
    assert len(named) >= 10
    for name in named:
        sizes = {end: (made / "figures" / f"{name}.{end}").stat().st_size for end in ("png", "svg", "csv")}
        assert min(sizes.values()) > 30, (name, sizes)
    assert {
        item["reading"] != "" for section in results.values() for item in section["items"] if item["kind"] == "figure"
    } == {True}


def test_refused_parameters_are_one_plain_message(clone: Path) -> None:
    got = whole.make(clone, "report", "ARGS=--start 2030-01")
    assert got.returncode != 0
    assert "2030-01 is outside the data, which span 1992-01 to 2025-03" in got.stderr
    assert "Traceback" not in got.stderr


def test_the_report_of_an_older_release_is_whole_and_says_what_was_published_later(tmp_path: Path) -> None:
    chapters = [job.notebook for job in planned({"vintage": "2023-04"})[0] if job.notebook < "20"]
    assert len(chapters) == 12
    only = [] if NIGHTLY else ["overview", "services", "method", "changes", "gdp_bridge"]
    got = report({"vintage": "2023-04"}, only=only, out=tmp_path / "r")
    assert got.failures == {}
    assert got.headline == "The U.S. trade deficit widened to $74.6 billion in April 2023"
    results = json.loads((got.folder / "results.json").read_text(encoding="utf-8"))
    sections = [section for name, section in results.items() if name in chapters]
    assert len(sections) == (len(chapters) if NIGHTLY else 4)  # test_chapters.py reads them all
    assert {source["vintage"] for section in sections for source in section["sources"].values()} == {"2023-06-07"}
    text = (got.folder / "analysis.html").read_text(encoding="utf-8")
    assert "With figures published up to 2026-06-25, after the release that the chapters are about." in text

"""Folders of work in progress are removed with their process, and never by another process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tradelib.report.execution.partial import OccupiedError, partial_folder, publish, require_replaceable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAKER = """
import pathlib, sys, time
from tradelib.report.execution.partial import partial_folder
with partial_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "sub").mkdir()
    (folder / "sub" / "half").write_text("half")
    print("made", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Provide a process that has a folder in progress and does not finish."""
    process = subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"made\n"
    yield process
    process.kill()
    process.communicate()


def test_what_is_not_moved_away_is_removed(tmp_path: Path) -> None:
    with partial_folder(tmp_path) as folder:
        (folder / "whole").mkdir()
        (folder / "half").touch()
        (folder / "whole").rename(tmp_path / "whole")
        assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(ValueError, match="no"), partial_folder(tmp_path):
        raise ValueError("no")
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]
    assert not [p for p in psutil.Process().children() if "rmtree" in " ".join(p.cmdline())]


def test_folders_of_other_processes_stay(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    with partial_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2
    assert [path.name for path in tmp_path.glob(".partial-*/made/sub/half")] == ["half"]
    assert maker.poll() is None


def test_a_folder_is_removed_when_its_process_is_killed(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert list(tmp_path.iterdir())
    maker.kill()
    until = time.monotonic() + 30
    while list(tmp_path.iterdir()):
        assert time.monotonic() < until, list(tmp_path.rglob("*"))
        time.sleep(0.05)


def test_the_next_process_removes_an_abandoned_folder(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    for process in [*psutil.Process(maker.pid).children(), psutil.Process(maker.pid)]:  # as in a power cut
        process.kill()
    maker.wait()
    [left] = tmp_path.iterdir()
    with partial_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder.parent]
    assert not left.exists()


def test_a_published_folder_replaces_the_former_one(tmp_path: Path) -> None:
    for content in ("first", "second"):
        with partial_folder(tmp_path) as folder:
            (folder / "page").write_text(content)
            publish(folder, tmp_path / "r")
            assert (tmp_path / "r" / "page").read_text() == content
        assert [path.name for path in tmp_path.iterdir()] == ["r"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take two steps")
def test_folders_are_exchanged_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r").mkdir()
    with partial_folder(tmp_path) as folder:
        (folder / "page").write_text("second")
        monkeypatch.setattr("pathlib.Path.rename", None)  # no step in which the place is empty
        publish(folder, tmp_path / "r")
        assert [(tmp_path / "r" / "page").exists(), folder.exists()] == [True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_of_the_users_own_is_not_removed_whatever_its_name(tmp_path):
    photo = tmp_path / ".partial-photos" / "sea.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"sea")
    with partial_folder(tmp_path):
        pass
    assert photo.read_bytes() == b"sea"


def test_a_published_folder_has_the_permissions_of_its_owner(tmp_path):
    former = os.umask(0o077)
    try:
        with partial_folder(tmp_path) as folder:
            publish(folder, tmp_path / "run")
    finally:
        os.umask(former)
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def report_in(folder):
    folder.mkdir()
    (folder / "index.html").write_text("report")
    (folder / "manifest.json").write_text('{"files": {"index.html": "0"}}')


@pytest.mark.parametrize("there", ["nothing", "empty", "report"])
def test_a_free_place_or_an_earlier_report_may_be_replaced(tmp_path, there):
    place = tmp_path / "place"
    {"nothing": lambda _: None, "empty": lambda f: f.mkdir(), "report": report_in}[there](place)
    require_replaceable(place)


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ("file", "is a file"),
        ("thesis", "no report made by tradelib"),
        ("reports", "no report made by tradelib"),
        ("notes in a report", "holds other files, too: notes.txt"),
        ("folder in a folder", "no report made by tradelib"),
    ],
)
def test_the_users_own_files_are_never_replaced_and_another_place_is_suggested(tmp_path, there, message):
    place = tmp_path / "place"
    if there == "file":
        place.write_text("thesis")
    elif there == "notes in a report":
        report_in(place)
        (place / "notes.txt").write_text("mine")
    elif there == "reports":
        place.mkdir()
        report_in(place / "2024-02")
    else:
        (place / "chapter").mkdir(parents=True)
        if there == "thesis":
            (place / "chapter" / "one.tex").write_text("thesis")
    with pytest.raises(OccupiedError, match=message) as caught:
        require_replaceable(place)
    assert str(tmp_path / "place-report") in str(caught.value)

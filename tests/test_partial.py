"""What is being made is gone when its maker is, and nobody removes what another one makes."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tradelib.report import partial
from tradelib.report.partial import partial_folder, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAKER = """
import pathlib, sys, time
from tradelib.report.partial import partial_folder
with partial_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "sub").mkdir()
    (folder / "sub" / "half").write_text("half")
    print("made", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that makes something and does not get on."""
    process = subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"made\n"
    yield process
    process.kill()
    process.communicate()


def test_moved_away_or_gone(tmp_path: Path) -> None:
    with partial_folder(tmp_path) as folder:
        (folder / "whole").mkdir()
        (folder / "half").touch()
        (folder / "whole").rename(tmp_path / "whole")
        assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(ValueError, match="no"), partial_folder(tmp_path):
        raise ValueError("no")
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]
    assert not [p for p in psutil.Process().children() if "rmtree" in " ".join(p.cmdline())]


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked")
def test_what_another_one_makes_stays(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    with partial_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2
    assert [path.name for path in tmp_path.glob(".partial-*/sub/half")] == ["half"]
    assert maker.poll() is None


def test_gone_when_its_maker_is_killed(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert list(tmp_path.iterdir())
    maker.kill()
    until = time.monotonic() + 30
    while list(tmp_path.iterdir()):
        assert time.monotonic() < until, list(tmp_path.rglob("*"))
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked")
def test_the_next_one_clears_up_when_nobody_else_could(maker: subprocess.Popen[bytes], tmp_path: Path) -> None:
    for process in [*psutil.Process(maker.pid).children(), psutil.Process(maker.pid)]:  # as in a power cut
        process.kill()
    maker.wait()
    [left] = tmp_path.iterdir()
    with partial_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert not left.exists()


@pytest.mark.parametrize("in_one_step", [True, False])
def test_published_over_a_former_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_one_step: bool) -> None:
    if not in_one_step:
        monkeypatch.setattr(partial, "_exchanged", lambda *_: False)
    elif sys.platform != "linux":
        pytest.skip("Linux only")
    for content in ("first", "second"):
        with partial_folder(tmp_path) as folder:
            (folder / "page").write_text(content)
            publish(folder, tmp_path / "r")
            assert (tmp_path / "r" / "page").read_text() == content
        assert [path.name for path in tmp_path.iterdir()] == ["r"]

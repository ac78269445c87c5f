"""Killed at random moments, the process, its kernels, a worker: nothing half, no orphan, the same in the end."""

from __future__ import annotations

import os
import random
import subprocess
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import sweeps

from tradelib.report.execution import warm
from tradelib.report.run import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from distributed import LocalCluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not warm.available(), reason="needs Linux"),
]
KILLS = int(os.environ.get("TRADELIB_KILLS", "4"))  # make nightly: 50
Victims = dict[str, list[psutil.Process]]


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks of a moment, which other processes find too."""
    for name in ("22_seasonal", "23_trend"):
        sweeps.write_notebook(tmp_path / "notebooks", name)
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(tmp_path / "notebooks"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A sweep that nobody disturbed, and the seconds it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    sweeps.write_notebook(folder / "notebooks", "23_trend")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADELIB_NOTEBOOKS", str(folder / "notebooks"))
        return folder / "s", seconds_of(sweeps.sweep_command(folder / "s"))


class Killer:
    """Starts a command again and again and kills at moments spread over the time that it takes."""

    def __init__(self, kills: int, seconds: float, others: Callable[[], list[int]] = list) -> None:
        self.left, self.seconds, self.others = kills, seconds, others
        self.chance, self.hit, self.seen = random.Random(20240404), list[str](), set[psutil.Process]()  # noqa: S311

    def disturb(self, command: list[str]) -> None:
        """Start the command and kill two to four times until it ends."""
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun = time.monotonic()
        moments = sorted(self.chance.uniform(0, self.seconds) for _ in range(self.chance.randint(2, 4)))
        for moment in moments[: self.left]:
            while process.poll() is None and time.monotonic() < begun + moment:
                time.sleep(0.01)
            victims = {kind: processes for kind, processes in self.victims(process).items() if processes}
            if process.poll() is not None or not victims:
                break
            kind = min(sorted(victims), key=lambda kind: (self.hit.count(kind), self.chance.random()))
            self.chance.choice(victims[kind]).kill()
            self.hit.append(kind)
            self.left -= 1
        process.wait(timeout=120)

    def victims(self, process: subprocess.Popen[bytes]) -> Victims:
        """Return who may be killed now; take note of all processes there are."""
        others = self.others()
        below = sweeps.family([process.pid, *others])
        self.seen |= set(below)
        return {
            "process": [psutil.Process(process.pid)] if process.poll() is None else [],
            "kernel": sweeps.kernels(below),
            "worker": [psutil.Process(pid) for pid in others if psutil.pid_exists(pid)],
        }

    def orphans(self) -> list[psutil.Process]:
        """Return who lives though its command has ended; the workers live on, with what is theirs."""
        allowed = {*sweeps.family(self.others()), *map(psutil.Process, self.others())}
        return [process for process in self.seen - allowed if sweeps.lives(process)]


def seconds_of(command: list[str]) -> float:
    """Return what a command takes undisturbed."""
    begun = time.monotonic()
    done = sweeps.run(command)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def disturb_sweep(
    killer: Killer, folder: Path, undisturbed: Path, *more: str, ready: Callable[[], object] = lambda: True
) -> None:
    """Kill a sweep as often as wanted, then let it end, and compare with the undisturbed one."""
    before = sweeps.store()
    while killer.left:
        sweeps.wait_until(ready, "no worker came back", 60)
        done = sweeps.whole_runs(folder) == len(sweeps.MONTHS)
        killer.disturb(sweeps.sweep_command(folder, *more, *(["--force"] if done else [])))
        sweeps.wait_until(lambda: not killer.orphans(), f"orphans after {killer.hit}")
        sweeps.wait_until(lambda: not sweeps.hidden(folder), f"something half after {killer.hit}")
    sweeps.wait_until(ready, "no worker came back", 60)
    last = sweeps.run(sweeps.sweep_command(folder, *more))
    assert last.returncode == 0, last.stderr
    assert sweeps.whole_runs(folder) == len(sweeps.MONTHS)
    assert sweeps.results(folder) == sweeps.results(undisturbed)
    assert sweeps.store() == before


def test_a_sweep(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    disturb_sweep(Killer(KILLS // 2, undisturbed[1]), tmp_path / "s", undisturbed[0])


@pytest.fixture
def dask_cluster(small: None) -> Iterator[LocalCluster]:  # noqa: ARG001 - they inherit its folder
    """Provide a scheduler and two workers that are started again when they die."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


@pytest.mark.nightly  # that a worker dies is tried in test_sweep_runs.py, too
def test_a_sweep_on_a_cluster(dask_cluster: LocalCluster, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    def workers() -> list[int]:
        return [worker.pid for worker in dask_cluster.workers.values() if worker.pid]

    killer = Killer(KILLS // 4, 1.5 * undisturbed[1], workers)
    # Where both workers were killed it takes a moment until one is there again; without any a sweep is refused.
    words = ("--scheduler", dask_cluster.scheduler_address)
    disturb_sweep(killer, tmp_path / "s", undisturbed[0], *words, ready=lambda: dask_cluster.scheduler.workers)


@pytest.mark.usefixtures("warm_server")
def test_a_report(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    parent, before = tmp_path / "reports", sweeps.store()
    assert report(only=["trend", "seasonal"], force=True, out=tmp_path / "undisturbed").failures == {}
    killer = Killer(KILLS - KILLS // 2 - KILLS // 4, 0.7 * undisturbed[1])  # it has fewer runs than the sweep
    good = 0
    while killer.left:
        killer.disturb(sweeps.report_command(parent / "r", "--force"))
        sweeps.wait_until(lambda: not killer.orphans(), f"orphans after {killer.hit}")
        sweeps.wait_until(lambda: not sweeps.hidden(parent), f"something half after {killer.hit}")
        good, former = sweeps.whole_reports(parent), good
        assert good >= former, "a good report was lost"
    last = sweeps.run(sweeps.report_command(parent / "r"))
    assert last.returncode == 0, last.stderr
    assert sweeps.results(parent / "r") == sweeps.results(tmp_path / "undisturbed")
    assert sweeps.store() == before

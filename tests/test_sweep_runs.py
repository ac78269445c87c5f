"""Sweeps with real kernels: what runs may do to each other (nothing), and what killing leaves (nothing half)."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path  # noqa: TC003 - pydantic resolves the annotations of this module
from typing import ClassVar

import nbformat
import pandas as pd
import psutil
import pytest

from tradelib import warm
from tradelib.parameters import Parameters
from tradelib.report import jobs as jobs_module, threads
from tradelib.report.jobs import Job
from tradelib.report.kernels import Limits
from tradelib.sweep import SweepError, sweep, sweep_of
from tradelib.sweep.cluster import cluster

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("TRADELIB_KILLS", "12"))  # make nightly: 50
linux = pytest.mark.skipif(not warm.available(), reason="needs Linux")


DEFAULTS = "series = None\nstart = None\nend = None\nvintage = None\noutput = None"


class Odd(Parameters):
    """A notebook that takes any text."""

    notebook: ClassVar[str] = "odd"
    text: str = ""


def write_notebook(folder: Path, name: str, defaults: str, source: str) -> None:
    folder.mkdir(exist_ok=True)
    first = nbformat.v4.new_code_cell(defaults, metadata={"tags": ["parameters"]})
    cells = [first, nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")


def odd_jobs(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, texts: list[str]) -> list[Job]:
    write_notebook(
        folder / "notebooks", "odd", "text = None\nstart = None\nend = None\nvintage = None\noutput = None", source
    )
    monkeypatch.setattr(jobs_module, "notebook_folder", lambda: folder / "notebooks")
    return [Job("odd", Odd(text=text), f"{n:02}") for n, text in enumerate(texts)]


VALUES = [
    "it's \"quoted\" '''thrice''' \"\"\"and\"\"\"", "two\nlines\r\nand\ttabs", "{start} {{}} {text!r} %s $HOME `x` {",
    "\\n is no newline \\", "Σ né 貿易 \U0001f6a2 \u2028 \u202e \x00 \x1b[31m", "x" * 300_000, "", " ",
    "'; open('ran', 'w').close(); '", '"); open("ran", "w").close(); ("', "__import__('pathlib').Path('ran').touch()",
    "# comment", "\"\"\"\nopen('ran', 'w').close()\n\"\"\"", "None", "1", "\\", "\\'", "\ud83d"[:0] + "\x7f",
]  # fmt: skip
RETURN = """
import json, pathlib
told = {"results": {"text": text, "ran": pathlib.Path("ran").exists()}}
pathlib.Path(output, "results.json").write_text(json.dumps(told))
"""


def test_values_arrive_as_given_and_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "with {braces} and 'quotes'"
    folder.mkdir()
    jobs = odd_jobs(folder, monkeypatch, RETURN, VALUES)
    got = sweep(jobs, folder / "s", executor=threads(2))
    assert got.failures == {}
    for job, value in zip(jobs, VALUES, strict=True):
        told = json.loads((got.folder / "runs" / job.place / "results.json").read_text())["results"]
        assert told == {"text": value, "ran": False}
    assert not list(tmp_path.rglob("ran"))
    table = pd.read_csv(got.folder / "results.csv", keep_default_na=False, lineterminator="\n")
    assert list(table["text"])[:3] == VALUES[:3]


MISBEHAVE = """
import os, time
if text == "endless":
    time.sleep(1000)
elif text == "hungry":
    kept = bytearray(3_000_000_000)
elif text == "deaf":
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    while True:
        pass
elif text == "chatty":
    for _ in range(1000):
        print("x" * 100_000)
elif text == "dying":
    os._exit(1)
elif text == "aborting":
    os.abort()
"""


@linux
@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_each_misbehaviour_is_a_clear_message_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: str
) -> None:
    texts = ["endless", "hungry", "good", "deaf", "chatty", "better", "dying", "aborting", "best"]
    jobs = odd_jobs(tmp_path, monkeypatch, MISBEHAVE, texts)
    limits = Limits(seconds=15, memory=2_000_000_000, output=5_000_000)
    got = sweep(jobs, tmp_path / "s", executor=threads(3, kernel, limits))
    told = {job.values["text"]: got.failures.get(job.place) for job in jobs}
    assert {name for name, error in told.items() if error is None} == {"good", "better", "best"}
    assert told["endless"] == told["deaf"] == "took longer than 15 seconds"
    assert "MemoryError" in told["hungry"]
    assert told["chatty"] == "showed more than 5 million characters"
    assert "Kernel died" in told["dying"]
    assert "Kernel died" in told["aborting"]
    assert not psutil.Process().children()
    largest = max(path.stat().st_size for path in (tmp_path / "s").rglob("*.ipynb"))
    assert largest < 20_000_000


SMALL = """
import json, pathlib, time
time.sleep(0.05)
pathlib.Path(output, "figures").mkdir()
for end in ("png", "svg"):
    pathlib.Path(output, "figures", f"path.{end}").write_text(start)
figure = {"kind": "figure", "name": "path", "title": "T", "alt": "A", "reading": ""}
pathlib.Path(output, "results.json").write_text(json.dumps({"items": [figure], "results": {"about": start}}))
"""
MONTHS = [f"20{year:02}-{month:02}" for year in range(10, 14) for month in range(1, 13, 2)]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notebooks that other processes find too."""
    folder = tmp_path / "notebooks"
    write_notebook(folder, "03_trend", DEFAULTS, SMALL)
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(folder))
    return folder


def command(folder: Path, *more: str) -> list[str]:
    start = [sys.executable, "-c", "from tradelib.cli import run; run()", "sweep", "trend"]
    return [*start, "--over", f"start={','.join(MONTHS)}", "--out", str(folder), "--jobs", "2", *more]


def results(folder: Path) -> dict[str, str]:
    """Return the hashes of all that a sweep left, but for how long its runs took."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {".lock", "index.html", "results.parquet"}:
            content = path.read_bytes()
            if path.name == "run.json":
                content = json.dumps(json.loads(content) | {"seconds": 0}).encode()
            elif path.name == "results.csv":
                content = pd.read_csv(path).drop(columns="seconds").to_csv().encode()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def whole(folder: Path) -> int:
    """Return how many runs are there, after checking that each is whole."""
    count = 0
    for path in folder.glob("runs/*/*"):
        told = json.loads((path / "run.json").read_text())
        assert told["error"] is None
        for name, sha256 in told["files"].items():
            assert hashlib.sha256((path / name).read_bytes()).hexdigest() == sha256
        count += 1
    return count


@linux
def test_killed_at_random_moments(small: Path, tmp_path: Path) -> None:
    """The process, its server, its kernels: nothing half, no orphan, and the same results in the end."""
    assert small.is_dir()
    subprocess.run(command(tmp_path / "undisturbed"), check=True, capture_output=True)
    chance, folder, kills, seen = random.Random(20240404), tmp_path / "s", 0, list[psutil.Process]()  # noqa: S311
    while kills < KILLS:
        process = subprocess.Popen(command(folder, "--force"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        victims = {"process": 1, "server": 2, "kernels": 7}
        while process.poll() is None and sum(victims.values()):
            time.sleep(chance.uniform(0.02, 0.3))
            living = family(process)
            seen += living
            servers = [p for p in living if p.ppid() == process.pid]
            targets = {"process": [psutil.Process(process.pid)], "server": servers}
            targets["kernels"] = [p for p in living if p not in servers]
            kind = chance.choice([name for name, left in victims.items() if left])
            if kind == "process" and sum(victims.values()) > 1 and chance.random() < 0.7:
                continue
            if targets[kind]:
                chance.choice(targets[kind]).kill()
                victims[kind] -= 1
                kills += 1
        process.wait(timeout=120)
        whole(folder)
    until = time.monotonic() + 20
    while [p for p in seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]:
        assert time.monotonic() < until, "orphans"
        time.sleep(0.1)
    last = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stderr
    assert whole(folder) == len(MONTHS)
    assert results(folder) == results(tmp_path / "undisturbed")


@linux
def test_ctrl_c_and_a_second_sweep_in_the_same_folder(small: Path, tmp_path: Path) -> None:
    assert small.is_dir()
    process = subprocess.Popen(command(tmp_path / "s"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not (tmp_path / "s" / "runs").exists():
        assert process.poll() is None
        time.sleep(0.05)
    second = subprocess.run(command(tmp_path / "s"), capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "another sweep is at work" in second.stderr
    living = family(process)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[0].decode()
    assert process.returncode != 0
    assert "Traceback" not in told
    assert not [p for p in living if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    assert not (tmp_path / "s" / ".work").exists()
    assert 0 < whole(tmp_path / "s") < len(MONTHS)


@linux
def test_memory_and_open_files_stay_flat(small: Path, tmp_path: Path) -> None:
    assert small.is_dir()
    here, told = psutil.Process(), list[tuple[int, int]]()
    jobs = [Job("03_trend", job.parameters, f"{n}-{i}") for n in range(3) for i, job in
            enumerate(sweep_of("trend", over=[f"start={','.join(MONTHS)}"]))]  # fmt: skip
    sweep(jobs, tmp_path / "s", executor=threads(2),
          progress=lambda _: told.append((here.memory_info().rss, here.num_fds())))  # fmt: skip
    third = len(told) // 3
    assert max(fds for _, fds in told[-third:]) <= max(fds for _, fds in told[:third]) + 4
    assert told[-1][0] < told[third][0] * 1.15


@pytest.fixture
def dask_cluster(small: Path):
    """A scheduler and two workers, in processes of their own."""
    assert small.is_dir()
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as made:
        yield made


@linux
def test_a_cluster_gives_the_same_though_a_worker_is_killed(dask_cluster, tmp_path: Path) -> None:
    jobs = sweep_of("trend", over=[f"start={','.join(MONTHS)}"])
    sweep(jobs, tmp_path / "here", executor=threads(2))
    [victim, _] = [worker.pid for worker in dask_cluster.workers.values()]
    kernels, done = list[psutil.Process](), list[str]()

    def kill_at_the_fifth(outcome) -> None:
        done.append(outcome.job.place)
        if len(done) == 5:
            kernels.extend(psutil.Process(victim).children(recursive=True))
            for process in psutil.Process(victim).children():  # the nanny's worker
                process.kill()

    got = sweep(jobs, tmp_path / "there", executor=cluster(dask_cluster.scheduler_address), progress=kill_at_the_fifth)
    assert got.failures == {}
    assert results(tmp_path / "there") == results(tmp_path / "here")
    assert not [p for p in kernels if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_other_code_on_a_worker_is_refused(dask_cluster, tmp_path: Path, small: Path) -> None:
    jobs = sweep_of("trend", over=["start=2010-01,2011-01"])
    (tmp_path / "other").mkdir()
    write_notebook(tmp_path / "other", "03_trend", DEFAULTS, "x = 1")
    os.environ["TRADELIB_NOTEBOOKS"] = str(tmp_path / "other")
    with pytest.raises(SweepError, match=r"must be the same on both sides:(.|\n)*notebooks"):
        sweep(jobs, tmp_path / "s", executor=cluster(dask_cluster.scheduler_address))
    assert small.is_dir()


def test_no_scheduler_is_a_plain_message(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert small.is_dir()
    monkeypatch.setattr("tradelib.sweep.cluster.SECONDS_TO_ANSWER", 1)
    with pytest.raises(SweepError, match="no Dask scheduler answers"):
        sweep(sweep_of("trend"), tmp_path / "s", executor=cluster("tcp://127.0.0.1:1"))

"""Sweeps with real kernels: what runs may do to each other (nothing), and what killing leaves (nothing half)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import ClassVar

import nbformat
import pandas as pd
import psutil
import pytest
import sweeps

from tradelib.report.execution import cluster as cluster_module, jobs as jobs_module, threads, warm
from tradelib.report.execution.cluster import cluster
from tradelib.report.execution.jobs import Job, Limits
from tradelib.report.execution.plan import sweep_of
from tradelib.report.execution.runs import RunError
from tradelib.report.parameters import Parameters
from tradelib.report.sweep import sweep

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("warm_server")]
linux = pytest.mark.skipif(not warm.available(), reason="needs Linux")


class Odd(Parameters):
    """A notebook that takes any text."""

    notebook: ClassVar[str] = "odd"
    text: str = ""


def odd_jobs(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, texts: list[str]) -> list[Job]:
    defaults = "text = None\nstart = None\nend = None\nvintage = None\noutput = None"
    sweeps.write_notebook(folder / "notebooks", "odd", source, defaults)
    monkeypatch.setattr(jobs_module, "notebook_folder", lambda: folder / "notebooks")
    return [Job("odd", Odd(text=text)) for text in texts]


VALUES = [
    "it's \"quoted\" '''thrice''' \"\"\"and\"\"\"", "two\nlines\r\nand\ttabs", "{start} {{}} {text!r} %s $HOME `x` {",
    "\\n is no newline \\", "Σ né 貿易 \U0001f6a2 \u2028 \u202e \x00 \x1b[31m", "x" * 300_000, "", " ",
    "'; open('ran', 'w').close(); '", '"); open("ran", "w").close(); ("', "__import__('pathlib').Path('ran').touch()",
    "# comment", "\"\"\"\nopen('ran', 'w').close()\n\"\"\"", "None", "1", "\\", "\\'", "\ud83d"[:0] + "\x7f",
]  # fmt: skip
RETURN = f"""
import json, pathlib
section = {sweeps.record()} | {{"results": {{"text": text, "ran": pathlib.Path("ran").exists()}}}}
pathlib.Path(output, "results.json").write_text(json.dumps(section))
"""


def test_values_arrive_as_given_and_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "with {braces} and 'quotes'"
    folder.mkdir()
    jobs = odd_jobs(folder, monkeypatch, RETURN, VALUES)
    got = sweep(jobs, folder / "s", executor=threads(2))
    assert got.failures == {}
    for job, value in zip(jobs, VALUES, strict=True):
        results = json.loads((got.folder / "runs" / job.place / "results.json").read_text())["results"]
        assert results == {"text": value, "ran": False}
    assert not list(tmp_path.rglob("ran"))
    table = pd.read_csv(got.folder / "results.csv", keep_default_na=False, lineterminator="\n")
    assert list(table["text"])[:3] == VALUES[:3]


def test_what_a_cell_printed_is_one_text_however_many_pieces_it_came_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import time\nprint('7 checks', end='', flush=True)\ntime.sleep(0.3)\nprint(' hold.')"
    [job] = odd_jobs(tmp_path, monkeypatch, source, [""])
    assert [outcome.error for outcome in threads(1)([job], tmp_path / "s")] == [None]
    outputs = nbformat.read(tmp_path / "s" / job.place / "notebook.ipynb", as_version=4).cells[-1].outputs
    assert [output.text for output in outputs] == ["7 checks hold.\n"]


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
@pytest.mark.parametrize("kernel", ["warm", pytest.param("stock", marks=pytest.mark.nightly)])
def test_each_misbehaviour_is_a_clear_message_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: str
) -> None:
    texts = ["endless", "deaf", "hungry", "good", "chatty", "better", "dying", "aborting", "best"]
    jobs = odd_jobs(tmp_path, monkeypatch, MISBEHAVE, texts)
    seconds = 8 if kernel == "warm" else 15  # a stock kernel takes some to start
    limits = Limits(seconds=seconds, memory=2_000_000_000, output=5_000_000)
    before = psutil.Process().children(recursive=True)
    got = sweep(jobs, tmp_path / "s", executor=threads(3, kernel, limits))
    errors = {job.values["text"]: got.failures.get(job.place) for job in jobs}
    assert {name for name, error in errors.items() if error is None} == {"good", "better", "best"}
    assert errors["endless"] == errors["deaf"] == f"took longer than {seconds} seconds"
    assert errors["hungry"] == "cell 3: MemoryError; a run may take 2 GB"
    assert errors["chatty"] == "showed more than 5 million characters"
    assert "Kernel died: it crashed" in errors["dying"]
    assert "Kernel died" in errors["aborting"]
    assert sweeps.kernels(set(psutil.Process().children(recursive=True)) - set(before)) == []
    largest = max(path.stat().st_size for path in (tmp_path / "s").rglob("*.ipynb"))
    assert largest < 20_000_000


STARTS = """
import os, pathlib, signal, subprocess, time
pathlib.Path(text).write_text(str(subprocess.Popen(["sleep", "1000"]).pid))
os.kill(os.getppid(), signal.SIGKILL) if "server" in text else os._exit(1)
time.sleep(60)  # the end of the server is the end of its kernels, though not at this very moment
"""


@linux
@pytest.mark.parametrize(("kernel", "dies"), [("warm", "server"), ("warm", "kernel"), ("stock", "kernel")])
def test_what_a_kernel_started_does_not_outlive_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: str, dies: str
) -> None:
    number = tmp_path / f"pid-of-child-when-{dies}-dies"
    got = sweep(odd_jobs(tmp_path, monkeypatch, STARTS, [str(number)]), tmp_path / "s", executor=threads(1, kernel))
    assert len(got.failures) == 1
    child = int(number.read_text())
    try:
        sweeps.wait_until(lambda: not psutil.pid_exists(child) or not sweeps.lives(psutil.Process(child)), "alive", 5)
    finally:
        if psutil.pid_exists(child):
            os.kill(child, signal.SIGKILL)


def test_a_run_on_a_cluster_has_its_share_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_kept", ExitStack())
    monkeypatch.setattr(cluster_module, "memory_share", lambda runs: 10**12 // runs)
    for limits, runs, memory in [(Limits(), 4, 25 * 10**10), (Limits(memory=7), 4, 7), (Limits(), 2, 5 * 10**11)]:
        assert cluster_module._kernels("stock", limits, runs).limits.memory == memory
    cluster_module._kernels.cache_clear()


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "foo://x:1", "tcp://host", "tcp://host:port"])
def test_no_address_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("distributed.Client", None)  # none is made
    with pytest.raises(RunError, match="is no address of a Dask scheduler"):
        sweep(sweep_of("trend"), tmp_path / "s", executor=cluster(address))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notebooks that other processes find too."""
    folder = tmp_path / "notebooks"
    sweeps.write_notebook(folder, "23_trend")
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(folder))
    return folder


@linux
def test_ctrl_c_and_a_second_sweep_in_the_same_folder(small: Path, tmp_path: Path) -> None:
    sweeps.write_notebook(small, "23_trend", sweeps.SMALL.replace("0.05", "1"))  # seconds: it must not end by itself
    process = subprocess.Popen(sweeps.sweep_command(tmp_path / "s"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while not sweeps.whole_runs(tmp_path / "s"):  # one is done, and eleven are to come
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)  # it must not end while the second one starts
    second = sweeps.run(sweeps.sweep_command(tmp_path / "s"))
    assert second.returncode == 2
    assert "another sweep is at work" in second.stderr
    living = sweeps.family([process.pid])
    process.send_signal(signal.SIGINT)  # it arrives as the process goes on, before the sweep can end by itself
    process.send_signal(signal.SIGCONT)
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 130
    assert "Traceback" not in output
    done = sweeps.whole_runs(tmp_path / "s")
    assert f"interrupted; {done} of {len(sweeps.MONTHS)} runs are done and kept" in output
    assert not list(filter(sweeps.lives, living))
    assert not sweeps.hidden(tmp_path / "s")
    assert 0 < sweeps.whole_runs(tmp_path / "s") < len(sweeps.MONTHS)


@linux
@pytest.mark.nightly
def test_memory_and_open_files_stay_flat(small: Path, tmp_path: Path) -> None:
    assert small.is_dir()
    here, taken = psutil.Process(), list[tuple[int, int]]()
    jobs = sweep_of("trend", over=[f"start={','.join(sweeps.MONTHS)}", "end=2020-12,2021-12,2022-12"])
    sweep(jobs, tmp_path / "s", executor=threads(2),
          progress=lambda _: taken.append((here.memory_info().rss, here.num_fds())))  # fmt: skip
    third = len(taken) // 3
    # At the last no kernel is under way any more; what each run left open would be more than two kernels have.
    assert taken[-1][1] < median(fds for _, fds in taken[:third])
    assert taken[-1][0] < taken[third][0] * 1.15


@pytest.fixture(scope="module")
def cluster_of_two(tmp_path_factory: pytest.TempPathFactory):
    """Return a scheduler and two workers, in processes of their own, which have found a folder of notebooks."""
    from distributed import LocalCluster

    folder = tmp_path_factory.mktemp("cluster") / "notebooks"
    sweeps.write_notebook(folder, "23_trend")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADELIB_NOTEBOOKS", str(folder))
        made = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with made:
        yield made, folder


@pytest.fixture
def dask_cluster(cluster_of_two, monkeypatch: pytest.MonkeyPatch):
    """Return the cluster, the notebooks here being those of its workers; a worker that was killed is there again."""
    made, folder = cluster_of_two
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(folder))
    sweeps.wait_until(lambda: len(made.scheduler.workers) == 2, "a worker is missing")
    return made


@linux
def test_a_cluster_gives_the_same_though_a_worker_is_killed(dask_cluster, tmp_path: Path) -> None:
    jobs = sweep_of("trend", over=[f"start={','.join(sweeps.MONTHS[:8])}"])
    sweep(jobs, tmp_path / "here", executor=threads(2))
    [victim, _] = [worker.pid for worker in dask_cluster.workers.values()]
    below, done = list[psutil.Process](), list[str]()

    def kill_at_the_third(outcome) -> None:  # as many runs are under way or wait for a worker as there may be, five
        done.append(outcome.job.place)
        if len(done) == 3:
            below.extend(sweeps.family([victim]))
            psutil.Process(victim).kill()

    got = sweep(jobs, tmp_path / "there", executor=cluster(dask_cluster.scheduler_address), progress=kill_at_the_third)
    assert got.failures == {}
    assert sweeps.results(tmp_path / "there") == sweeps.results(tmp_path / "here")
    assert victim not in [worker.pid for worker in dask_cluster.workers.values()]
    assert sweeps.kernels(below) == []


def test_other_code_on_a_worker_is_refused(dask_cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = sweep_of("trend", over=["start=2010-01,2011-01"])
    sweeps.write_notebook(tmp_path / "other", "23_trend", "x = 1")
    monkeypatch.setenv("TRADELIB_NOTEBOOKS", str(tmp_path / "other"))
    with pytest.raises(RunError, match=r"must be the same on both sides:\ntcp.*: other notebook"):
        sweep(jobs, tmp_path / "s", executor=cluster(dask_cluster.scheduler_address))


def test_no_scheduler_is_a_plain_message(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert small.is_dir()
    monkeypatch.setattr("tradelib.report.execution.cluster.SECONDS_TO_ANSWER", 1)
    with pytest.raises(RunError, match="no Dask scheduler answers"):
        sweep(sweep_of("trend"), tmp_path / "s", executor=cluster("tcp://127.0.0.1:1"))

"""Warm kernels are stock kernels in all but their start, and none outlives who asked for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from tradelib.report.execution import jobs, planned, threads, warm
from tradelib.report.execution.jobs import normalise

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not warm.available(), reason="warm kernels need Linux")
slow = pytest.mark.slow

STATE = """
import gc, locale, os, sys, warnings
import matplotlib, numpy, pandas, statsmodels.api, scipy.stats
from matplotlib import pyplot as plt
from tradelib.report.look import figures
from tradelib.report import notebook
print(sorted((name, pandas.get_option(name)) for name in pandas._config.config._registered_options
             if not pandas._config.config._get_deprecated_option(name)))
print(sorted((name, matplotlib.rcParams[name]) for name in matplotlib.rcParams if name != 'backend_fallback'))
print(numpy.geterr(), numpy.get_printoptions(), gc.isenabled(), gc.get_threshold())
print(sorted(map(str, warnings.filters)))  # the shell's own come first or last; they are about other things
print(sys.flags, sys.path, sys.argv[:1], sys.stdin, os.getcwd())
print(locale.setlocale(locale.LC_ALL), sorted(set(os.environ) - {'JPY_PARENT_PID'}), __name__)
""", """
figure, axes = plt.subplots()
axes.plot([1, 2, 1])
axes.set_title('Déficit')
figures.finish(figure, title='A', unit='B', source='C', alt='D')
""", """
print(matplotlib.get_backend(), plt.isinteractive(), plt.get_fignums())
pandas.DataFrame({f'a long name of column {n}': [1.5] for n in range(9)})
""", "import nothing_of_this_name"  # fmt: skip


@pytest.fixture
def of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the server of the other tests alone: this one's begins and ends with the test."""
    monkeypatch.setattr(warm, "_server", None)
    monkeypatch.setattr(warm, "_users", 0)


@pytest.fixture(autouse=True)
def _specs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(warm.SPECS))


def run(name: str, *sources: str, folder: Path) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    options = {"allow_errors": True, "coalesce_streams": True, "resources": {"metadata": {"path": str(folder)}}}
    NotebookClient(notebook, kernel_name=name, extra_arguments=["--IPKernelApp.log_level=50"], **options).execute()
    return normalise(notebook)


def printed_by(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(map(printed_by, notebook.cells))


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pids: set[int], seconds: float = 30) -> set[int]:
    """Return those that still live after a while."""
    until = time.monotonic() + seconds
    while living := {p for p in pids if lives(p)}:
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    return living


@slow
@pytest.mark.usefixtures("warm_server")
def test_a_warm_kernel_finds_and_shows_what_a_stock_kernel_does(tmp_path: Path) -> None:
    with warm.running():
        got = run(warm.NAME, *STATE, folder=tmp_path)
    expected = run("python3", *STATE, folder=tmp_path)
    for ours, stock in zip(got.cells, expected.cells, strict=True):
        assert printed_by(ours).splitlines() == printed_by(stock).splitlines()
        assert ours == stock
    assert [cell.outputs[-1].output_type for cell in got.cells[-2:]] == ["execute_result", "error"]
    assert "image/png" in got.cells[1].outputs[-1].data


@slow
@pytest.mark.usefixtures("of_its_own")
def test_kernels_share_no_random_state_and_no_variable(tmp_path: Path) -> None:
    source = "import random, numpy; print(random.random(), numpy.random.random(), 'kept' in globals()); kept = 1"
    with warm.running():
        first, second = (printed(run(warm.NAME, source, folder=tmp_path)).split() for _ in range(2))
        begun = printed(run(warm.NAME, "import os; print(os.getppid())", folder=tmp_path))
        assert int(begun) == warm.server()._process.pid
    assert gone({int(begun)}) == set()
    assert first[2] == second[2] == "False"
    assert set(first[:2]).isdisjoint(second[:2])


@slow
@pytest.mark.usefixtures("warm_server")
def test_a_kernel_ends_as_a_stock_kernel_does(tmp_path: Path) -> None:
    """What it has open is written, and what it asked for at its end is done."""
    source = "import atexit, pathlib; atexit.register(pathlib.Path('asked').touch); kept = open('kept', 'w')"
    with warm.running():
        run(warm.NAME, source, "kept.write('all of it');", folder=tmp_path)
    assert (tmp_path / "kept").read_text() == "all of it"
    assert (tmp_path / "asked").exists()


@slow
@pytest.mark.usefixtures("of_its_own")
def test_after_a_change_of_code_kernels_start_as_stock_ones_and_those_at_work_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import os; print(os.getppid())"
    with warm.running():
        server = warm.server()
        assert server.ready()
        kernel = server.fork(["-f", str(tmp_path / "connection.json")], str(tmp_path), dict(os.environ))
        monkeypatch.setattr(warm, "_state", lambda: "package files have changed")
        assert not server.ready()
        assert int(printed(run(warm.NAME, source, folder=tmp_path))) == os.getpid()
        assert lives(kernel)
    assert gone({server._process.pid, kernel}) == set()


def test_state_follows_files_and_start_up_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module.py").touch()
    assert warm._PACKAGE.name == "tradelib"
    monkeypatch.setattr(warm, "_PACKAGE", tmp_path)
    states = [warm._state()]
    (tmp_path / "module.py").write_text("x = 1")
    states.append(warm._state())
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    states.append(warm._state())
    monkeypatch.setenv("SOMETHING_ELSE", "7")
    assert len(set(states)) == 3
    assert warm._state() == states[-1]


@slow
@pytest.mark.usefixtures("of_its_own")
def test_a_killed_server_takes_its_kernels_along_and_is_replaced(tmp_path: Path) -> None:
    with warm.running():
        first = warm.server()
        assert first.ready()
        kernel = first.fork(["-f", str(tmp_path / "connection.json")], str(tmp_path), dict(os.environ))
        os.kill(first._process.pid, signal.SIGKILL)
        assert gone({kernel}) == set()
        first._process.wait()
        assert printed(run(warm.NAME, "print('well')", folder=tmp_path)) == "well\n"
        assert warm.server() is not first


@pytest.mark.usefixtures("of_its_own")
def test_where_a_server_cannot_load_kernels_are_stock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "libraries.toml").write_text('preload = ["no_such_library"]')
    monkeypatch.setattr(warm, "_SERVER", shutil.copy(warm._SERVER, tmp_path))
    with warm.running():
        assert not warm.server().ready()
    with jobs.kernels("warm") as chosen:
        assert chosen.name == "python3"


@pytest.mark.usefixtures("of_its_own")
def test_a_server_that_still_loads_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C in the first seconds ends the command at once."""
    endless = tmp_path / "forkserver.py"
    endless.write_text("import time; time.sleep(1000)")
    monkeypatch.setattr(warm, "_SERVER", endless)
    with warm.running():
        process = warm.server()._process
    assert process.returncode == -signal.SIGKILL


def test_elsewhere_kernels_are_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "available", lambda: False)
    with jobs.kernels("warm") as chosen:
        assert chosen.name == "python3"


SLEEPERS = """
import sys, pathlib
from unittest import mock
from tradelib.report.execution import jobs, threads
from tradelib.report.run import report
folder = pathlib.Path(sys.argv[1])
with mock.patch.object(jobs, "notebook_folder", return_value=folder):
    report(only=["trend", "seasonal"], out=folder / "out" / "r", executor=threads(2, sys.argv[2]))
"""


@slow
@pytest.mark.parametrize("kernel", ["warm", pytest.param("stock", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_process_and_no_half_report_stays_when_the_run_is_ended(
    tmp_path: Path, kernel: str, ending: signal.Signals
) -> None:
    # Each kernel has a child of its own, as one that runs X-13 has.
    source = (
        "import os, pathlib, subprocess, time\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        f"pathlib.Path({str(tmp_path)!r}, f'{{os.getpid()}}.pid').write_text(f'{{os.getppid()}} {{child.pid}}')\n"
        "time.sleep(1000)"
    )
    for name in ("23_trend", "22_seasonal"):
        cells = [nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell(source)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    with (tmp_path / "stderr").open("w") as stderr:
        process = subprocess.Popen([sys.executable, "-c", SLEEPERS, str(tmp_path), kernel], stderr=stderr)
    while len(notes := [path for path in tmp_path.glob("*.pid") if path.read_text()]) < 2:
        assert process.poll() is None, (tmp_path / "stderr").read_text()
        time.sleep(0.1)
    pids = {int(path.stem) for path in notes}
    parents, children = ({int(path.read_text().split()[n]) for path in notes} for n in (0, 1))
    process.send_signal(ending)
    process.wait(timeout=60)
    # A stock kernel notices by itself that its parent was killed, but not what it has started.
    after = pids | parents - {process.pid} | (children if (kernel, ending) != ("stock", signal.SIGKILL) else set())
    assert gone(after) == set()
    for child in children:
        if lives(child):
            os.kill(child, signal.SIGKILL)
    if ending == signal.SIGINT:
        assert (tmp_path / "stderr").read_text().rstrip().endswith("KeyboardInterrupt")
        assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "out" / "r").exists()


@slow
@pytest.mark.usefixtures("of_its_own")
@pytest.mark.parametrize("kernel", ["warm", "stock"])
def test_the_executor_says_which_kernel_and_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernel: str
) -> None:
    monkeypatch.setattr(jobs, "notebook_folder", lambda: tmp_path)
    before = set(psutil.Process().children(recursive=True))
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    sources = {
        "23_trend": "import os; print(os.environ['OPENBLAS_NUM_THREADS'])",
        "22_seasonal": "import os; os._exit(1)",
    }
    for name, source in sources.items():
        first = nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]})
        nbformat.write(
            nbformat.v4.new_notebook(cells=[first, nbformat.v4.new_code_cell(source)]), tmp_path / f"{name}.ipynb"
        )
    outcomes = {o.job.notebook: o for o in threads(2, kernel)(planned({}, ["trend", "seasonal"])[0], tmp_path / "work")}
    assert {o.kernel for o in outcomes.values()} == {kernel}
    assert outcomes["23_trend"].error is None
    # One thread for linear algebra, wherever the run was asked for.
    ran = nbformat.read(tmp_path / "work" / outcomes["23_trend"].job.place / "notebook.ipynb", as_version=4)
    assert printed_by(ran.cells[-1]) == "1\n"
    assert "DeadKernelError" in outcomes["22_seasonal"].error
    assert set(psutil.Process().children(recursive=True)) - before == set()

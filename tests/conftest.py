"""One thread for linear algebra, profiles of hypothesis, and what a machine lacks, said once instead of skipped."""

from __future__ import annotations

import os

# Before NumPy loads: threads of small matrix products wait for each other and take the cores from the other processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import gc
import itertools
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import whole
from browser import chromium
from filelock import FileLock
from hypothesis import HealthCheck, settings

import tradelib.report  # noqa: F401 - before nbformat, which it keeps from compiling what no notebook needs

if TYPE_CHECKING:
    from collections.abc import Iterator

# Libraries are 200,000 objects that live to the end: to search them for garbage so often takes a tenth of the time.
gc.set_threshold(50_000, 20, 50)

_QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
settings.register_profile("default", derandomize=True, database=None, max_examples=40, **_QUIET)
settings.register_profile("nightly", derandomize=False, print_blob=True, max_examples=2000, **_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_BESIDE = Path(__file__).parents[2] / "shared" / "official"
OFFICIAL = Path(os.environ.get("TRADELIB_OFFICIAL") or _BESIDE)


FILES = (
    "page_in_browser", "sweep_runs", "lab", "parameter_sets", "mutated", "killed", "run", "warm", "take", "checking",
    "installed", "docs", "release_day", "reader", "overview_months", "add_killed", "archive", "chapters", "report",
    "indirect", "sweep", "sweep_page", "chained", "verbs", "commands", "fetch",
)  # fmt: skip
"""Files that take five seconds and more. The first makes the whole report, which has the others of it wait least."""

LONGEST = {name: at for at, name in enumerate(FILES)}


def _may_mount() -> bool:
    """Return whether this process may mount a file system (the capability CAP_SYS_ADMIN, bit 21)."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="utf-8") if status.exists() else ""
    return any(int(line.split()[1], 16) >> 21 & 1 for line in text.splitlines() if line.startswith("CapEff"))


def lacking() -> dict[str, str]:
    """Return what this machine does not have, by the name that tests mark their need with, and the remedy."""
    wanted = {
        "official": (OFFICIAL.is_dir(), "the agencies' own files: set TRADELIB_OFFICIAL to a folder that has them"),
        "poppler": (shutil.which("pdftotext"), "the program pdftotext: install poppler-utils"),
        "browser": (chromium() or os.environ.get("TRADELIB_REQUIRE_BROWSER"), "a browser: install chromium"),
        "mount": (_may_mount(), "a small file system of their own: run as root of a Linux machine"),
    }
    return {name: remedy for name, (there, remedy) in wanted.items() if not there}


def pytest_sessionstart() -> None:
    """Fail at once where the engine must be there and is not: without it more than two hundred tests would skip."""
    from tradelib.seasonal.x13 import available

    if os.environ.get("TRADELIB_REQUIRE_X13") and not available():
        raise pytest.UsageError("TRADELIB_REQUIRE_X13 is set, and there is no X-13ARIMA-SEATS program")


def pytest_configure(config: pytest.Config) -> None:
    """Give kernels of the notebooks sockets in a folder: a port that is free now is another test's a moment later."""
    if not config.getoption("nbval", default=False) or sys.platform == "win32":
        return
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    folder = tempfile.TemporaryDirectory(prefix="k")
    config.add_cleanup(folder.cleanup)
    numbers = itertools.count()

    class Manager(KernelManager):
        def __init__(self, **kwargs: object) -> None:
            super().__init__(transport="ipc", connection_file=f"{folder.name}/{next(numbers)}.json", **kwargs)

    nbval.kernel.KernelManager = Manager


def pytest_report_header() -> list[str]:
    """Say once which tests this machine cannot run, and what would let it."""
    return [f"left out: tests that need {remedy}" for remedy in lacking().values()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need what the machine does not have; put the longest files first."""
    missing = set(lacking()) | ({"night"} if not os.environ.get("TRADELIB_NIGHTLY") else set())

    def needs(item: pytest.Item) -> set[str]:
        fixtures = {"official"} if "official_folder" in getattr(item, "fixturenames", ()) else set()
        night = {"night"} if item.get_closest_marker("nightly") else set()
        return fixtures | night | {mark.args[0] for mark in item.iter_markers("needs")}

    items.sort(key=lambda item: LONGEST.get(item.path.stem.removeprefix("test_"), len(LONGEST)))
    if left_out := [item for item in items if needs(item) & missing]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not needs(item) & missing]


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later look for garbage, that of pytest's end among them."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """End the process that the kernels of the notebooks were forked from."""
    warm = sys.modules.get("tradelib.report.execution.warm")
    if warm and warm._server:
        warm._server.stop()


@pytest.fixture(scope="session")
def official_folder() -> Path:
    """Return the folder of real official files; tests that use it are left out where there is none."""
    return OFFICIAL


@pytest.fixture(scope="session")
def warm_server() -> Iterator[None]:
    """Keep the process that kernels are forked from while tests run that need one: it takes three seconds to load."""
    from tradelib.report.execution import warm

    if not warm.available():
        yield
        return
    with warm.running():
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all test processes have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture
def read_once(shared: Path) -> Iterator[None]:
    """Let the pages of a PDF be those that another test process has read."""
    with whole.read_once(shared):
        yield


@pytest.fixture(scope="session")
def clone(shared: Path) -> Path:
    """Return a copy of the project with the report that ``make report`` left there; one for all test processes."""
    folder = shared / "clone"
    with FileLock(folder.with_suffix(".lock")):
        if not (done := folder.with_suffix(".done")).exists():
            whole.copy(folder)
            got = whole.make(folder, "report")
            assert got.returncode == 0, got.stderr
            assert got.stdout.splitlines()[-1] == "Report: reports/2025-03/index.html"
            assert "140.5 billion" in got.stdout
            done.touch()
    return folder


@pytest.fixture(scope="session")
def made(clone: Path) -> Path:
    """Return the folder that ``make report`` leaves in a clean clone."""
    return clone / "reports" / "2025-03"

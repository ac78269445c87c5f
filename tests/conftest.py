"""Profiles of hypothesis, and the folder of real official files where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
settings.register_profile("default", derandomize=True, database=None, max_examples=60, **_QUIET)
settings.register_profile("nightly", derandomize=False, print_blob=True, max_examples=2000, **_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_sessionstart() -> None:
    """Fail at once where the engine must be there and is not: without it more than two hundred tests would skip."""
    from tradelib.seasonal.x13 import available

    if os.environ.get("TRADELIB_REQUIRE_X13") and not available():
        raise pytest.UsageError("TRADELIB_REQUIRE_X13 is set, and there is no X-13ARIMA-SEATS program")


_BESIDE = Path(__file__).parents[2] / "shared" / "official"


@pytest.fixture(scope="session")
def official_folder() -> Path:
    """Return the folder of real official files; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("TRADELIB_OFFICIAL") or _BESIDE)
    if not folder.is_dir():
        pytest.skip(f"no official files: TRADELIB_OFFICIAL is not set and {folder.name} is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def official_text(official_folder: Path) -> Path:
    """Return the real history text."""
    found = [
        *official_folder.glob("exhibit_history*.txt"),
        *official_folder.parent.glob("sources/exhibit_history*.txt"),
    ]
    if not found:
        pytest.skip("no official history text")
    return found[0]


@pytest.fixture(scope="session")
def official_workbook(official_folder: Path) -> Path:
    """Return the real history workbook."""
    found = sorted(official_folder.glob("exhibit_history*.xlsx"))
    if not found:
        pytest.skip("no official history workbook")
    return found[0]

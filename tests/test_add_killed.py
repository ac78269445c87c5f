"""If adding is killed at any moment, the release is complete or absent, and the next attempt adds it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tradelib import store

KILLS = int(os.environ.get("TRADELIB_KILLS", "3"))
ADD = "import sys; from tradelib import store; store.add(sys.argv[1:], '2023-06-07')"


@pytest.mark.slow
def test_a_killed_add_leaves_a_complete_release_or_none(official_folder, tmp_path, monkeypatch):
    files = sorted(map(str, (official_folder / "ft900xlsx_2023-06-07").glob("*.xlsx")))
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(Path.cwd())])))
    # The harder case: one part is in the store already, and the killed process joins another to it.
    store.add(files[:2], "2023-06-07")
    [before] = store.releases()
    tables, chance, begun = set(before.exhibits), random.Random(20230607), time.monotonic()  # noqa: S311
    subprocess.run([sys.executable, "-c", ADD, *files[:6]], check=True)
    usual = time.monotonic() - begun
    tables = set(store.releases()[0].exhibits)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", ADD, *files])
        time.sleep(chance.uniform(0.3, 1.6) * usual)
        process.kill()
        process.wait()
        [release] = store.releases()
        there = set(release.exhibits)
        assert there == tables or len(there) == len(files), "half of what was added"
        assert len(release.facts) > 0
        tables = there
    subprocess.run([sys.executable, "-c", ADD, *files], check=True)
    [whole] = store.releases()
    assert len(whole.exhibits) == len(files)
    assert len(whole.facts) == len(store_facts(files, tmp_path, monkeypatch))


def store_facts(files, tmp_path, monkeypatch):
    """Return the facts of the same files added at once and undisturbed."""
    monkeypatch.setenv("TRADELIB_DATA", str(tmp_path / "undisturbed"))
    store.add(files, "2023-06-07")
    return store.releases()[0].facts

"""Every release is in the log, and every table is the one its provenance describes."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from tradelib import store, vintages
from tradelib.sources.checks import MONTHLY_TOLERANCE, identities

DATA = Path(__file__).parents[1] / "data"
FOLDERS = sorted(path.parent for path in DATA.glob("*/*/release.toml"))


def section(name: str) -> str:
    text = (DATA / "README.md").read_text(encoding="utf-8")
    return re.split(r"^## ", text.split(f"\n## {name}\n")[1], flags=re.MULTILINE)[0]


def test_there_are_releases():
    assert len(FOLDERS) >= 16
    assert {folder.parent.name for folder in FOLDERS} == set(store.families())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_a_release_is_logged_whole_and_unchanged(folder):
    told = tomllib.loads((folder / "release.toml").read_text(encoding="utf-8"))
    assert f"| {folder.name} | {told['statistical_month']} |" in section(folder.parent.name)
    assert {"producer", "title", "unit", "basis", "adjustment", "licence", "official_file"} <= set(told)
    hashes = told["official_sha256"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", one) for one in ([hashes] if isinstance(hashes, str) else hashes))
    for table in folder.glob("*.csv"):
        name = "table" if table.stem == "months" else table.stem
        assert told[f"{name}_sha256"] == hashlib.sha256(table.read_bytes()).hexdigest(), table


@pytest.mark.parametrize("family", store.families())
def test_the_log_has_no_release_that_is_not_there(family):
    logged = re.findall(r"^\| (\d{4}-\d\d-\d\d) \|", section(family), flags=re.MULTILINE)
    assert logged == [release.released.isoformat() for release in store.releases(family)]


@pytest.mark.parametrize("family", store.families())
def test_a_release_ends_with_its_statistical_month_and_satisfies_its_accounts(family):
    for release in store.releases(family):
        months = vintages.read_months(release)
        assert release.span == (months.index[0], months.index[-1])
        assert release.statistical_month == months.index[-1]
        assert release.released > months.index[-1].end_time.date()
        for identity in identities(months.columns):
            left, right = identity.sides(dict(months.items()))
            assert (left - right).abs().max() <= MONTHLY_TOLERANCE

"""What must not be in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Written in pieces, so that this file does not contain what it searches for.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"https?://[^\s\"')]*(/simple\b|/artifactory|/api/pypi)",
            r"(?<![\w.])/(?:ro" + r"ot|home/\w+|Users/\w+)/",
            r"(?<![\w.])/tm" + r"p/\w",
            r"\b(?i:api[_-]?key|token|secret)\s*[=:]\s*['\"][A-Za-z0-9]{16,}",
        ]
    )
)


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_machine_path_index_host_or_secret() -> None:
    files = tracked()
    assert len(files) > 30
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        match = FORBIDDEN.search(text)
        assert not match, f"{path.relative_to(ROOT)}: {match[0]}"


def test_official_files_are_not_committed() -> None:
    got = [path.name for path in tracked() if path.suffix in {".xlsx", ".xls", ".zip", ".pdf"}]
    assert got == []


def test_modules_stay_short() -> None:
    modules = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tradelib")]
    assert len(modules) > 50
    long = {path.name: lines for path in modules if (lines := path.read_text(encoding="utf-8").count("\n")) > 320}
    assert long == {}


def named_in_the_map() -> list[tuple[str, Path, list[str]]]:
    """Return the changes in CONTRIBUTING's map that name a file: description, file, and names in the file."""
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("| Change | File |\n|---|---|\n")[1]
    named: list[tuple[str, Path, list[str]]] = []
    for row in table.split("\n\n")[0].splitlines():
        change, places = row.strip("| ").split(" | ")
        folder = ROOT
        for name in re.findall(r"`([^`]+)`", places):
            if "/" not in name and "." not in name:
                named[-1][2].append(name)
                continue
            path = ROOT / name if "/" in name else folder / name  # a bare name is in the folder of the file before it
            folder = path if name.endswith("/") else path.parent
            named.append((change, path, []))
    return named


def test_every_file_of_the_map_is_there_and_has_what_the_map_says() -> None:
    named = named_in_the_map()
    assert len(named) > 20
    lost = [str(path) for _, path, _ in named if not path.exists()]
    lost += [name for _, path, names in named for name in names if name not in path.read_text(encoding="utf-8")]
    assert lost == []


def test_the_map_leads_from_ten_changes_to_their_files() -> None:
    expected = {
        "a new exhibit": "tradelib/sources/layouts/release.toml",
        "another tolerance": "tradelib/sources/layouts/identities.toml",
        "a wrong label": "tradelib/quantity/items.toml",
        "a new partner": "tradelib/quantity/partners.csv",
        "rounded for print": "tradelib/quantity/rounding.py",
        "an address that moved": "tradelib/fetch/addresses.toml",
        "a footnote sign": "tradelib/sources/tables.py",
        "a command": "tradelib/cli/runs.py",
        "a new figure": "tradelib/report/look/charts.py",
    }
    files = [(change, str(path.relative_to(ROOT))) for change, path, _ in named_in_the_map()]
    got = {words: next((file for change, file in files if words in change), "") for words in expected}
    assert got == expected
    # The tenth: a new price year needs no change.
    assert "| a year of chained dollars or a country that nobody has seen | nothing |" in (
        ROOT / "CONTRIBUTING.md"
    ).read_text(encoding="utf-8")

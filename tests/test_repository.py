"""What must not be in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Written in pieces, so that this file does not hold what it looks for.
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
        found = FORBIDDEN.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}"


def test_official_files_are_not_committed() -> None:
    got = [path.name for path in tracked() if path.suffix in {".xlsx", ".xls", ".zip", ".pdf"}]
    assert got == []


def test_modules_stay_one_idea() -> None:
    modules = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tradelib")]
    assert len(modules) > 50
    long = {path.name: lines for path in modules if (lines := path.read_text(encoding="utf-8").count("\n")) > 320}
    assert long == {}

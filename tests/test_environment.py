"""The conda environment, the project file and the lock file agree."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from rattler import MatchSpec, Version as CondaVersion, VersionSpec

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA_NAMES = {"jupyter-client": "jupyter_client", "matplotlib": "matplotlib-base"}
"""Packages with another name on conda-forge; ``matplotlib-base`` is matplotlib without a GUI toolkit."""


DEFAULT = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]


def requirements() -> dict[str, Requirement]:
    """Return the requirements of the package and all of its extras, without extras that only name others."""
    listed = [Requirement(text) for text in [*DEFAULT, *(text for extra in EXTRAS.values() for text in extra)]]
    return {requirement.name: requirement for requirement in listed if requirement.name != "tradelib"}


def environment() -> dict[str, MatchSpec]:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    specs = [MatchSpec(line, strict=True) for line in environment["dependencies"] if isinstance(line, str)]
    return {spec.name.normalized: spec for spec in specs}


def pip_section() -> dict[str, Requirement]:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    [section] = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    assert section[-1] == "--editable ."
    return {(r := Requirement(text)).name: r for text in section[:-1]}


def locked() -> dict[str, list[Version]]:
    versions: dict[str, list[Version]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", line):
            versions.setdefault(match[1], []).append(Version(match[2]))
    return versions


def test_the_required_packages_are_few_and_the_readme_has_their_number() -> None:
    assert len(DEFAULT) < 20
    assert f"brings the {len(DEFAULT)} packages" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_extra_all_names_every_other_one() -> None:
    [got] = [Requirement(text).extras for text in EXTRAS["all"]]
    assert got == set(EXTRAS) - {"all"}


def test_environment_and_project_name_the_same_packages() -> None:
    got = set(environment()) - {"python", "pip"} | set(pip_section())
    expected = {CONDA_NAMES.get(name, name) for name in requirements()}
    assert got == expected


def test_environment_and_project_require_the_same_python() -> None:
    got = SpecifierSet(str(environment()["python"].version))
    assert got == SpecifierSet(PROJECT["project"]["requires-python"])


@pytest.mark.parametrize("name", sorted(requirements()))
def test_environment_and_project_have_the_same_bounds(name: str) -> None:
    requirement = requirements()[name]
    if name in pip_section():
        assert pip_section()[name].specifier == requirement.specifier
        return
    assert SpecifierSet(str(environment()[CONDA_NAMES.get(name, name)].version)) == requirement.specifier


@pytest.mark.parametrize("name", sorted(requirements()))
def test_locked_versions_satisfy_both(name: str) -> None:
    versions = locked()[name]
    assert versions
    for version in versions:
        assert version in requirements()[name].specifier
        if name not in pip_section():
            conda = VersionSpec(str(environment()[CONDA_NAMES.get(name, name)].version))
            assert conda.matches(CondaVersion(str(version)))


def test_lock_has_hashes_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9][^\n]*==", text, re.MULTILINE)
    assert len(pins) > 100
    for block in re.split(r"\n(?=[a-z0-9])", text):
        assert "--hash=sha256:" in block, block[:60]

"""Trace a file back to the run that made it, and make a report again to verify it."""

from __future__ import annotations

import hashlib
import html
import json
import re
import shlex
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from tradelib.quantity.errors import TradelibError
from tradelib.report.execution.inputs import sha256_of
from tradelib.report.execution.partial import MANIFEST, manifest_in
from tradelib.report.parameters import in_words, notebooks
from tradelib.report.parameters.analyses import Revisions
from tradelib.report.run import report


class UnknownOriginError(TradelibError):
    """The origin of a file is unknown."""


def verify(folder: Path) -> tuple[list[str], str]:
    """Make a report again in a temporary folder and compare every file.

    Returns
    -------
    tuple of list of str and str
        What differs, one line per file, empty if nothing does; and one hash over all files.

    Raises
    ------
    UnknownOriginError
        The folder is not a report.
    """
    manifest = _manifest(folder)
    inputs, files = manifest["inputs"], manifest["files"]
    with tempfile.TemporaryDirectory() as place:
        again = report(inputs["options"], only=inputs["only"], pdf=inputs["pdf"], out=Path(place) / "again", force=True)
        now = _manifest(again.folder)
    seen = {name: sha256_of(path) if (path := folder / name).is_file() else "" for name in files}
    lines = [f"{n} was {'changed' if seen[n] else 'removed'} after it was made" for n in files if seen[n] != files[n]]
    moved = sorted(name for name, value in now["inputs"].items() if value != inputs.get(name))
    why = f" ({', '.join(moved)} changed)" if moved else ""
    lines += [f"{n} differs{why}" for n in sorted({n for n, _ in files.items() ^ now["files"].items()})]
    return lines, hashlib.sha256(json.dumps(now["files"], sort_keys=True).encode()).hexdigest()


def whence(file: Path) -> str:
    """Return where a file of a report comes from, and the command that makes it again.

    Raises
    ------
    UnknownOriginError
        The file does not exist; or no report beside or above it or in ``reports/`` has a file with these bytes, and
        the file itself does not record its origin.
    """
    if not file.is_file():
        raise UnknownOriginError(f"{file} is not a file")
    sha256 = sha256_of(file)
    for folder in [*file.absolute().parents, *sorted(Path("reports").glob("*/"))]:
        if (folder / MANIFEST).is_file() and not folder.name.startswith("."):
            manifest = _manifest(folder)
            if same := [name for name, known in manifest["files"].items() if known == sha256]:
                return _origin(same[0], manifest)
    if origin := _written_in(file.read_bytes()):
        return _again(origin["source"], origin.get("notebooks") or {origin["notebook"]: origin["parameters"]})
    raise UnknownOriginError(
        f"no report beside {file} or in reports/ has a file with its content (sha256 {sha256[:12]})"
    )


def _written_in(content: bytes) -> dict[str, Any]:
    """Return the origin recorded in a PNG, SVG, HTML page, CSV table, PDF or workbook; empty if there is none."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as parts:
            content = parts.read("docProps/core.xml") if "docProps/core.xml" in parts.namelist() else b""
    if content.startswith(b"%PDF"):
        content = re.sub(rb"\\(\d{3})", lambda code: bytes([int(code[1], 8)]), content)
    match = re.search(r'\{"tradelib": ?".*?"source": ?"[^"]*"\}', html.unescape(content.decode("utf-8", "replace")))
    return dict(json.loads(match[0])) if match else {}


def _again(title: str, notebook_parameters: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the title and the command that runs notebooks again, on the same release even if a newer one exists.

    The command names every parameter that differs from its default. For a single notebook all parameters are listed.
    """
    models, options, lines = notebooks(), dict[str, Any](), [title]
    for notebook, parameters in notebook_parameters.items():
        short, model = notebook.partition("_")[2], models[notebook]
        defaults = {name: str(field.default) for name, field in model.model_fields.items()}
        for name, value in parameters.items():
            if str(value) == defaults.get(name, "None"):
                continue
            if name == "vintage" and not issubclass(model, Revisions):  # revisions may use a newer release
                options.setdefault(name, value)  # for all notebooks; one with another release gets its own below
            if options.get(name) != value:
                options[f"{short}.{name}"] = value
        if len(notebook_parameters) == 1:
            words = ", ".join(f"{name} = {in_words(name, value)}" for name, value in parameters.items())
            lines.append(f"notebook {notebook} with {words}")
    only = [] if set(notebook_parameters) >= set(models) else [name.partition("_")[2] for name in notebook_parameters]
    return "\n".join([*lines, f"again: {_command(options, only)}"])


def _origin(name: str, manifest: Mapping[str, Any]) -> str:
    inputs, title = manifest["inputs"], f"{name}: {manifest['headline']}".removesuffix(": ")
    notebook = next((n for n in inputs["notebooks"] if name.rsplit("/", maxsplit=1)[-1].startswith(n)), "")
    if not notebook:
        return f"{title}\nagain: {_command(inputs['options'], inputs['only'])}"
    return _again(title, {notebook: inputs["notebooks"][notebook]["parameters"]})


def _command(options: Mapping[str, Any], only: Sequence[str]) -> str:
    given = [word for name, value in options.items() if value is not None for word in ("--set", f"{name}={value}")]
    return shlex.join(["tradelib", "report", *given, *(word for name in only for word in ("--only", name))])


def _manifest(folder: Path) -> dict[str, Any]:
    manifest = manifest_in(folder / MANIFEST)
    if "options" not in manifest.get("inputs", {}):
        raise UnknownOriginError(f"{folder} is no report: its {MANIFEST} cannot be read")
    return manifest

"""Archives from outside, opened with care: no path that leaves the folder, no expansion beyond reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tradelib.quantity.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 300_000_000
"""All files of an archive together, unpacked."""

MOST_RATIO = 200
"""Unpacked against packed, for files above a megabyte; official workbooks reach about 12."""

MOST_FILES = 2000
_SMALL = 1_000_000
_CHUNK = 1 << 16


def is_archive(path: Path) -> bool:
    """Tell whether a file is a ZIP archive; a modern workbook is one too."""
    return zipfile.is_zipfile(path)


def is_package(raw: bytes) -> bool:
    """Tell whether bytes are an archive that has workbooks in it and is none itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
    except Exception:  # noqa: BLE001 - no archive, or a damaged one
        return False
    return "xl/workbook.xml" not in names and any(name.lower().endswith((".xls", ".xlsx")) for name in names)


def check_archive(path: Path) -> list[str]:
    """Check an archive before anything in it is read; return what is worth telling about it.

    Raises
    ------
    SourceError
        A path leaves the folder, a file is encrypted, there are too many, or they unpack to too much. What the
        archive says about its sizes is not trusted: everything is unpacked once, counted and thrown away.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(path, archive, members)
            links = [member for member in members if "externalLinks/externalLink" in member.filename]
    except SourceError:
        raise
    except Exception as error:  # zlib, lzma and struct each have an error of their own
        raise _refuse(path.name, f"a damaged archive ({error})", "a whole archive") from error
    return [f"{len(links)} links to other workbooks, which were not followed"] if links else []


def unpack(path: Path, folder: Path) -> list[Path]:
    """Unpack the workbooks of a checked archive into a folder, flat, and return them."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename.replace("\\", "/")).name
            if member.is_dir() or not name.lower().endswith((".xls", ".xlsx")):
                continue
            target = folder / name
            if target.exists():
                raise _refuse(path.name, f"{name} twice", "each workbook once")
            target.write_bytes(archive.read(member))
            found.append(target)
    if not found:
        raise _refuse(path.name, "no workbook in it", "the exhibits")
    return found


def _check_members(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES:
        raise _refuse(path.name, f"{len(members)} files", f"at most {MOST_FILES}")
    budget = MOST_BYTES
    for member in members:
        _check_name(path, member)
        budget -= sum(map(len, chunks(path.name, archive, member, budget)))


def _check_name(path: Path, member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ":" in (parts[0] if parts else "") or "\0" in member.orig_filename:
        raise _refuse(path.name, f"the path {member.filename!r}", "paths inside the archive")
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        raise _refuse(path.name, f"the link {member.filename!r}", "files")
    if member.flag_bits & 1:
        raise _refuse(path.name, f"{member.filename!r} encrypted", "an open archive")


def chunks(file: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int = MOST_BYTES) -> Iterator[bytes]:
    """Unpack a file of an archive piece by piece; stop as soon as it is too much.

    Raises
    ------
    SourceError
        It unpacks to more than the budget, or to more than ``MOST_RATIO`` times its size.
    """
    size = 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > budget:
                raise _refuse(file, f"more than {MOST_BYTES:,} bytes unpacked", "a file of reasonable size")
            if size > max(_SMALL, MOST_RATIO * member.compress_size):
                raise _refuse(file, f"{member.filename!r} more than {MOST_RATIO} times its size", "less expansion")
            yield chunk


def _refuse(file: str, found: str, expected: str) -> SourceError:
    return SourceError(file, None, found=found, expected=expected)

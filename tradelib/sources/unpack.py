"""Archives from outside, unpacked in memory and with care: no path that leads out, no expansion beyond reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath

from tradelib.quantity.errors import SourceError

MOST_BYTES = 300_000_000
"""All files of an archive together, unpacked."""

MOST_RATIO = 200
"""Unpacked against packed, for files above a megabyte; official workbooks reach about 12."""

MOST_FILES = 2000
_SMALL = 1_000_000


def is_package(raw: bytes) -> bool:
    """Tell whether bytes are an archive that has workbooks in it and is none itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
    except Exception:  # noqa: BLE001 - no archive, or a damaged one
        return False
    return "xl/workbook.xml" not in names and any(name.lower().endswith((".xls", ".xlsx")) for name in names)


def members(file: str, raw: bytes) -> dict[str, bytes]:
    """Return the files of an archive by their names, with their checksums verified.

    Raises
    ------
    SourceError
        The archive is damaged or encrypted, a path leads out of it, a file stands in it twice, or there are too many or
        they unpack to too much. What the archive says of its sizes is not trusted: bytes are counted as they come.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _contents(file, archive)
    except SourceError:
        raise
    except Exception as error:  # zlib, lzma and struct each have an error of their own
        raise _refused(file, f"a damaged archive ({error})", "a whole archive") from error


def _contents(file: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    left = MOST_BYTES
    for member in archive.infolist():
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts or ":" in name:
            raise _refused(file, f"the path {member.filename!r}", "paths inside the archive")
        if name in contents or len(contents) == MOST_FILES:
            raise _refused(file, f"{name!r} twice, or after {MOST_FILES} files", "fewer files, each once")
        most = min(left, max(_SMALL, MOST_RATIO * member.compress_size))
        with archive.open(member) as stream:
            contents[name] = stream.read(most + 1)
        if len(contents[name]) > most:
            found = f"{name!r} more than {MOST_RATIO} times its size, or {MOST_BYTES:,} bytes with the others"
            raise _refused(file, found, "less expansion")
        left -= len(contents[name])
    return contents


def _refused(file: str, found: str, expected: str) -> SourceError:
    return SourceError(file, None, found=found, expected=expected)

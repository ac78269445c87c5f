"""The bytes and the text of an official file, or why there are none."""

from __future__ import annotations

import codecs
from pathlib import Path

from tradelib.quantity.errors import SourceError


def read_raw(path: str | Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    SourceError
        The file is missing, unreadable or empty.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(str(path), None, found=reason.lower(), expected="a readable file") from error
    if not raw.strip():
        raise SourceError(path.name, None, found="an empty file", expected="an official table")
    return raw


def decode(path: Path, raw: bytes) -> str:
    """Return the text that bytes are.

    Raises
    ------
    SourceError
        The bytes are not UTF-8, an HTML page, or have a zero byte.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(path.name, None, found="text in UTF-16", expected="text in UTF-8 or ASCII")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x} that is not UTF-8"
        raise SourceError(path.name, f"line {line}", found=found, expected="text in UTF-8 or ASCII") from error
    if text.lstrip().startswith("<"):
        raise SourceError(path.name, "line 1", found="an HTML or XML page", expected="an official table")
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise SourceError(path.name, f"line {line}", found="a zero byte", expected="text in UTF-8 or ASCII")
    return text

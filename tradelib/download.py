"""One polite HTTP download: conditional, retried, bounded, hashed; keys never leave in a message or a log."""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from tradelib.errors import TradelibError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self

    from requests import RequestException, Response, Session

    from tradelib.addresses import Key

TRIES = 4
"""Attempts for each file: the first one and three more."""

LONGEST_WAIT = 60
"""Seconds to wait when a server names a time to come back; one that names a later time is not asked again."""

TIMEOUT = (10, 60)
"""Seconds to connect, and between two pieces of an answer."""

MOST_BYTES = 100_000_000
BACKOFF = 0.5
_CHUNK = 1 << 16
_RETRIED = frozenset({429, 500, 502, 503, 504})


class DownloadError(TradelibError):
    """A server answered, but not with a file; ``status`` is what it answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class Offline(TradelibError):  # noqa: N818 - it is a state
    """The server cannot be reached; the message says why."""


@dataclass(frozen=True)
class Answer:
    """A downloaded file, not yet read: where it lies, what it is called, its hash, what the server says of it."""

    path: Path
    name: str
    url: str
    sha256: str
    etag: str
    last_modified: str


def redact(text: str, secrets: Sequence[str]) -> str:
    """Return a text without keys, as they are and as addresses write them."""
    for secret in secrets:
        for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(form, "***")
    return text


@contextmanager
def session() -> Iterator[Session]:
    """Return an HTTP session that retries with patience and takes proxies from the environment."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import MaxRetryError, ResponseError
    from urllib3.util.retry import Retry

    from tradelib import __version__

    class Patient(Retry):
        """Does not wait for a server that names a later time than anyone waits for."""

        def increment(self, *args: Any, **kwargs: Any) -> Self:
            response = kwargs.get("response")
            if response and (self.get_retry_after(response) or 0) > LONGEST_WAIT:
                raise MaxRetryError(kwargs["_pool"], None, ResponseError("asked to come back later"))
            return super().increment(*args, **kwargs)

    retry = Patient(
        total=TRIES - 1,
        connect=1,
        read=1,
        status_forcelist=_RETRIED,
        allowed_methods={"GET"},
        backoff_factor=BACKOFF,
        retry_after_max=sys.maxsize,
        raise_on_status=False,
    )
    with requests.Session() as http:
        for scheme in ("https://", "http://"):
            http.mount(scheme, HTTPAdapter(max_retries=retry))
        http.max_redirects = 5
        http.headers["User-Agent"] = f"tradelib/{__version__} (reads official trade statistics)"
        yield http


def download(
    http: Session,
    url: str,
    target: Path,
    *,
    key: Key | None = None,
    known: tuple[str, str] = ("", ""),
    progress: Callable[[int, int | None], None] = lambda *_: None,
) -> Answer | None:
    """Download one file.

    Parameters
    ----------
    http : requests.Session
        From ``session()``.
    url : str
        Address without a key.
    target : Path
        Where to write.
    key : Key, optional
        Sent as a parameter where it is set; it appears nowhere else.
    known : (str, str)
        ``ETag`` and ``Last-Modified`` of the file at hand, to ask only for a newer one.
    progress : callable
        Called with bytes so far, and all bytes where the server says how many.

    Returns
    -------
    Answer or None
        None when the server says that nothing changed.

    Raises
    ------
    DownloadError
        The server has no data, sends a page instead, an error, does not answer, or breaks off each time.
    Offline
        The server cannot be reached: its name is not known, it takes no connection, or the proxy has no way to it.
    """
    from requests import RequestException
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    secrets = [key.value] if key and key.value else []
    attempts = Retrying(
        retry=retry_if_exception_type(_BrokenOffError), stop=stop_after_attempt(TRIES), reraise=True,
        wait=wait_exponential(BACKOFF, max=LONGEST_WAIT),
    )  # fmt: skip
    with _quiet_about(secrets):
        try:
            return attempts(_once, http, url, target, key, known, progress)
        except _BrokenOffError as error:
            failed: TradelibError = DownloadError(f"{url}: the connection broke off {TRIES} times ({error})")
        except RequestException as error:
            failed = _failure(url, error, secrets)
    raise failed from None  # the cause would show the address with its key


def _failure(url: str, error: RequestException, secrets: Sequence[str]) -> TradelibError:
    """Return what is told of a request that failed: before the connection stood one is offline, after it not."""
    from requests.exceptions import SSLError
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    first = error.args[0] if error.args else None
    reason = getattr(first, "reason", None) or first
    if unreached := _unreached(urlsplit(url).netloc, error, reason):
        return Offline(redact(unreached, secrets))
    told = redact(str(error), secrets)[:200]
    if isinstance(error, SSLError):
        told = f"the certificate is not accepted ({told})"
    elif isinstance(reason, ReadTimeoutError):
        told = f"the server did not answer within {TIMEOUT[1]} s"
    elif isinstance(reason, ProtocolError):
        told = "the server broke the connection off before it answered"
    return DownloadError(f"{url}: {told}")


def _unreached(host: str, error: RequestException, reason: object) -> str | None:
    """Return why there was no connection at all; None when there was one."""
    from requests.exceptions import ConnectTimeout, ProxyError
    from urllib3.exceptions import NameResolutionError, NewConnectionError

    if isinstance(error, ProxyError):
        return f"the proxy does not lead to {host} ({getattr(reason, 'original_error', reason)})"
    if isinstance(error, ConnectTimeout):
        return f"{host} did not take the connection within {TIMEOUT[0]} s"
    if isinstance(reason, NameResolutionError):
        return f"the name {host} cannot be resolved"
    if isinstance(reason, NewConnectionError):
        return f"{host} cannot be reached: {str(reason).rpartition('] ')[2].lower()}"
    return None


class _BrokenOffError(Exception):
    """An answer ended before its end."""


def _once(
    http: Session, url: str, target: Path, key: Key | None, known: tuple[str, str],
    progress: Callable[[int, int | None], None],
) -> Answer | None:  # fmt: skip
    from requests.exceptions import ChunkedEncodingError, ConnectionError as NoConnection, ContentDecodingError
    from urllib3.exceptions import ReadTimeoutError

    headers = {name: told for name, told in zip(("If-None-Match", "If-Modified-Since"), known, strict=True) if told}
    parameters = {key.parameter: key.value} if key and key.value else None
    with http.get(url, params=parameters, headers=headers, stream=True, timeout=TIMEOUT) as response:
        if response.status_code == 304 and headers:
            return None
        _check_status(url, response, key)
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() and "Content-Encoding" not in response.headers else None
        digest, size = hashlib.sha256(), 0
        try:
            with target.open("wb") as file:
                for chunk in response.iter_content(_CHUNK):
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise DownloadError(f"{url}: more than {MOST_BYTES:,} bytes; no official file is that large")
                    digest.update(chunk)
                    file.write(chunk)
                    progress(size, total)
        except (ChunkedEncodingError, ContentDecodingError, NoConnection) as error:
            if isinstance(error.args[0] if error.args else None, ReadTimeoutError):
                raise  # the server is slow or gone; to ask it again means to wait as long again
            of = f" of {total:,}" if total else ""
            raise _BrokenOffError(f"after {response.raw.tell():,}{of} bytes") from None
        if size == 0:
            raise DownloadError(f"{url}: an empty answer", status=response.status_code)
        return Answer(
            target,
            _name(response),
            url,
            digest.hexdigest(),
            response.headers.get("ETag", ""),
            response.headers.get("Last-Modified", ""),
        )


def _check_status(url: str, response: Response, key: Key | None) -> None:
    """Refuse what is no file: no data, an error, a page that asks for a key, a page at all."""
    status = response.status_code
    if status == 204:
        raise DownloadError(f"{url}: no data (204)", status=status)
    if status != 200:
        later = response.headers.get("Retry-After", "").strip()
        wait = f", come back in {later} s" if later.isdigit() else f", come back on {later}" if later else ""
        raise DownloadError(f"{url}: {status} {response.reason}{wait}", status=status)
    where = urlsplit(response.url)
    is_page = "html" in response.headers.get("Content-Type", "").lower()
    if response.history and re.search(r"key", where.path, re.IGNORECASE):
        hint = f"; set {key.variable}, or check it" if key else ""
        raise DownloadError(f"{url}: sent on to a page that asks for a key ({where.path}){hint}", status=status)
    if is_page:
        hint = f"; is {key.variable} right?" if key else ""
        raise DownloadError(f"{url}: a web page instead of a file{hint}", status=status)


def _name(response: Response) -> str:
    """Return a plain file name: as the server calls the file, else the end of its address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    told = message.get_filename() or unquote(urlsplit(response.url).path)
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(told.replace("\\", "/")).name).lstrip(".")
    return name[-100:] or "download"


@contextmanager
def _quiet_about(secrets: Sequence[str]) -> Iterator[None]:
    """Keep keys out of the debugging log of the HTTP library."""

    def clean(record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage(), secrets), ()
        return True

    loggers = [logging.getLogger(f"urllib3.{name}") for name in ("connectionpool", "util.retry", "connection")]
    for logger in loggers:
        logger.addFilter(clean)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(clean)

"""One polite download: conditional, retried, bounded in time and size, hashed; keys never leave in a message or a log.

A cache of answers (requests-cache, hishel, pooch) would keep whatever came, before it was read and checked, and none of
them ends a download that drips. What is needed of conditional requests are two headers, so they are sent from here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tradelib.quantity.errors import TradelibError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx import AsyncClient, Response
    from tenacity import RetryCallState

    from tradelib.fetch.addresses import Key

DEADLINE = 600
"""Seconds for one file in all: every attempt, every wait, every redirect, to the last byte."""

TRIES = 4
"""Attempts for each file: the first one and three more."""

LONGEST_WAIT = 60
"""Seconds to wait when a server names a time to come back; one that names a later time is not asked again."""

CONNECT, SILENCE = 10, 60
"""Seconds to connect, and between two pieces of an answer."""

MOST_BYTES = 100_000_000
BACKOFF = 0.5
_REDIRECTS = 5
_RETRIED = frozenset({429, 500, 502, 503, 504})
_LOGGED = ("connection", "http11", "http2", "proxy", "socks")


class DownloadError(TradelibError):
    """A server answered, but not with a file; ``status`` is what it answered."""

    def __init__(self, message: str, status: int | None = None, *, again: float | None = None) -> None:
        self.status, self.again = status, again
        super().__init__(message)


class Offline(TradelibError):  # noqa: N818 - it is a state
    """The server cannot be reached; the message says why."""


@dataclass(frozen=True)
class Answer:
    """A downloaded file, not yet read: its bytes and their hash, and what the server says of it.

    ``url`` is the address that answered, after redirects and without a key.
    """

    body: bytes
    name: str
    url: str
    sha256: str
    etag: str
    last_modified: str


def download(
    url: str,
    *,
    key: Key | None = None,
    known: tuple[str, str] = ("", ""),
    progress: Callable[[int, int | None], None] = lambda *_: None,
) -> Answer | None:
    """Download one file.

    Parameters
    ----------
    url : str
        Address without a key.
    key : Key, optional
        Sent as a parameter where it is set; it appears nowhere else and goes to no other host.
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
        The server has no data, sends a page instead, an error, leads elsewhere, does not answer, breaks off each time,
        or is not done after ``DEADLINE`` seconds.
    Offline
        The server cannot be reached: its name is not known, it takes no connection, or the proxy has no way to it.
    """
    from anyio.from_thread import start_blocking_portal

    call = _Call(url, key if key and key.value else None, known, progress)
    failed: TradelibError | None = None
    with _quiet(call.redact), start_blocking_portal() as portal:  # also where a loop runs already, as in a notebook
        try:
            return portal.call(call.retried)
        except TradelibError as error:
            failed = type(error)(call.redact(str(error)), *([error.status] if isinstance(error, DownloadError) else []))
    raise failed from None  # the cause would show the address with its key


@dataclass
class _Call:
    """One file being asked for."""

    url: str
    key: Key | None
    known: tuple[str, str]
    progress: Callable[[int, int | None], None]
    size: int = 0

    def redact(self, text: str) -> str:
        """Return a text without the key."""
        return self.key.redact(text) if self.key else text

    async def retried(self) -> Answer | None:
        """Ask until there is an answer, no try is left or the time is over."""
        import anyio
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        attempts = AsyncRetrying(
            retry=retry_if_exception(lambda error: getattr(error, "again", None) is not None),
            wait=_wait,
            stop=stop_after_attempt(TRIES),
            sleep=anyio.sleep,
            reraise=True,
        )
        try:
            with anyio.fail_after(DEADLINE):
                return await attempts(self.ask)
        except TimeoutError:
            raise DownloadError(f"{self.url}: not whole after {DEADLINE} s ({self.size:,} bytes came)") from None

    async def ask(self) -> Answer | None:
        """Ask once, with the errors of the HTTP library in words."""
        import httpx

        from tradelib import __version__

        agent = {"User-Agent": f"tradelib/{__version__} (reads official trade statistics)"}
        try:
            timeout = httpx.Timeout(SILENCE, connect=CONNECT)
            async with httpx.AsyncClient(timeout=timeout, headers=agent) as client:
                return await self.follow(client)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise _unreached(self.url, error) from None
        except httpx.ReadTimeout:
            raise DownloadError(f"{self.url}: the server did not answer within {SILENCE} s") from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError) as error:
            when = f"after {self.size:,} bytes" if self.size else "before it answered"
            told = f"{self.url}: the server broke the connection off {when}, {TRIES} times ({error})"
            raise DownloadError(told, again=0) from None
        except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:  # a proxy of another kind too
            raise DownloadError(f"{self.url}: {str(error)[:200]}") from None

    async def follow(self, client: AsyncClient) -> Answer | None:
        """Follow redirects, but never from https to http and never with the key to another host."""
        headers = {n: text for n, text in zip(("If-None-Match", "If-Modified-Since"), self.known, strict=True) if text}
        request = client.build_request("GET", self.url, headers=headers)
        if self.key:
            request.url = request.url.copy_merge_params({self.key.parameter: self.key.value})
        first = request.url
        for _ in range(_REDIRECTS + 1):
            response = await client.send(request, stream=True)
            try:
                if response.next_request is None:
                    return await self.take(response, conditional=bool(headers), moved=request.url != first)
            finally:
                await response.aclose()
            following = response.next_request.url
            if request.url.scheme == "https" and following.scheme != "https":
                to = f"{following.scheme}://{following.host}"
                raise DownloadError(f"{self.url}: sent on from https to {to}, which is not followed")
            if following.netloc != first.netloc and self.redact(str(following)) != str(following):
                raise DownloadError(f"{self.url}: sent on with the key to {following.host}, which is not followed")
            request = response.next_request
        raise DownloadError(f"{self.url}: sent on more than {_REDIRECTS} times")

    async def take(self, response: Response, *, conditional: bool, moved: bool) -> Answer | None:
        """Read an answer to its end."""
        if response.status_code == 304 and conditional:
            return None
        self.check(response, moved=moved)
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdigit() and "Content-Encoding" not in response.headers else None
        body, self.size = bytearray(), 0
        async for chunk in response.aiter_bytes():
            body += chunk
            self.size = len(body)
            if self.size > MOST_BYTES:
                raise DownloadError(f"{self.url}: more than {MOST_BYTES:,} bytes; no official file is that large")
            self.progress(self.size, total)
        if not body:
            raise DownloadError(f"{self.url}: an empty answer", response.status_code)
        return Answer(
            body=bytes(body),
            name=_name(response),
            url=self.answered(response),
            sha256=hashlib.sha256(body).hexdigest(),
            etag=response.headers.get("ETag", ""),
            last_modified=response.headers.get("Last-Modified", ""),
        )

    def answered(self, response: Response) -> str:
        """Return the address that answered, without the key."""
        url = response.url.copy_remove_param(self.key.parameter) if self.key else response.url
        return self.redact(str(url))

    def check(self, response: Response, *, moved: bool) -> None:
        """Refuse what is no file: no data, an error, a page that asks for a key, a page at all."""
        status = response.status_code
        if status == 204:
            raise DownloadError(f"{self.url}: no data (204)", status)
        if status != 200:
            later = response.headers.get("Retry-After", "").strip()
            wait = f", come back in {later} s" if later.isdigit() else f", come back on {later}" if later else ""
            told = f"{self.url}: {status} {response.reason_phrase}{wait}"
            raise DownloadError(told, status, again=_again(later) if status in _RETRIED else None)
        hint = f"; is {self.key.variable} right?" if self.key else ""
        path = response.url.path
        if moved and re.search(r"key", path, re.IGNORECASE):
            raise DownloadError(f"{self.url}: sent on to a page that asks for a key ({path}){hint}", status)
        if "html" in response.headers.get("Content-Type", "").lower():
            raise DownloadError(f"{self.url}: a web page instead of a file{hint}", status)


def _again(later: str) -> float | None:
    """Return the seconds until a server may be asked again; None where that is longer than anyone waits."""
    try:
        wait = float(later) if later.isdigit() else 0.0
        if later and not later.isdigit():
            wait = (parsedate_to_datetime(later) - dt.datetime.now(tz=dt.UTC)).total_seconds()
    except (ValueError, TypeError):
        wait = 0.0  # a time that cannot be read
    return max(wait, 0.0) if wait <= LONGEST_WAIT else None


def _wait(state: RetryCallState) -> float:
    """Return the seconds to wait: as the server asked, and at least twice as many as the time before."""
    error = state.outcome.exception() if state.outcome else None
    return max(float(getattr(error, "again", None) or 0), BACKOFF * 2.0 ** (state.attempt_number - 1))


def _unreached(url: str, error: Exception) -> TradelibError:
    """Return why there was no connection: only where the server was reached is it a failure."""
    import socket
    import ssl
    from urllib.request import getproxies, proxy_bypass

    import httpx

    where = urlsplit(url)
    causes = list(_causes(error))
    if refused := next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None):
        return DownloadError(f"{url}: no secure connection ({str(refused)[:200]})")
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
    reason = os.strerror(numbers[-1]).lower() if numbers else error
    if where.scheme in getproxies() and not proxy_bypass(where.netloc):
        return Offline(f"the proxy does not lead to {where.netloc} ({reason})")
    if isinstance(error, httpx.ConnectTimeout):
        return Offline(f"{where.netloc} did not take the connection within {CONNECT} s")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Offline(f"the name {where.netloc} cannot be resolved")
    return Offline(f"{where.netloc} cannot be reached: {reason}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it, outermost first."""
    while error is not None:
        yield error
        inner = getattr(error, "exceptions", ())
        error = inner[0] if inner else error.__cause__ or error.__context__


def _name(response: Response) -> str:
    """Return a plain file name: as the server calls the file, else the end of its address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    text = message.get_filename() or unquote(response.url.path)
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(text.replace("\\", "/")).name).lstrip(".")
    return name[-100:] or "download"


@contextmanager
def _quiet(redact: Callable[[str], str]) -> Iterator[None]:
    """Keep keys out of the log of the HTTP library."""

    def clean(record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True

    loggers = [logging.getLogger(name) for name in ("httpx", *(f"httpcore.{part}" for part in _LOGGED))]
    for logger in loggers:
        logger.addFilter(clean)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(clean)

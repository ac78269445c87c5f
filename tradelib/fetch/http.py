"""One polite download: conditional, retried, bounded in time and size.

A cache of answers (hishel for httpx, requests-cache, pooch) would keep whatever came, before it was read and checked,
and none of them ends a download that drips. Ten lines would go: two headers of a conditional request, the answer that
nothing changed, and two fields of a record.
"""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from tradelib.quantity.errors import TradelibError

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx import Request, Response
    from tenacity import RetryCallState

Received: TypeAlias = "Callable[[int, int | None], None]"
Answer: TypeAlias = "tuple[bytes, Response]"
DEADLINE = 600
"""Seconds for one file in all: every attempt, every wait, every redirect, to the last byte."""

TRIES = 4
"""Attempts for each file: the first one and three more."""

LONGEST_WAIT = 60
"""Seconds to wait when a server says so; one that names more, or a date, is not asked again."""

CONNECT, SILENCE = 10, 60
"""Seconds to connect, and between two pieces of an answer."""

MOST_BYTES = 100_000_000
BACKOFF = 0.5
"""Seconds to wait at least before the second attempt, and twice as many before each further one."""

_REDIRECTS = 5
_RETRIED = frozenset({429, 500, 502, 503, 504})


class DownloadError(TradelibError):
    """A server answered, but not with a file; ``again`` says after how many seconds it may be asked again, if ever."""

    def __init__(self, message: str, again: float | None = None) -> None:
        self.again = again
        super().__init__(message)


class AbsentError(DownloadError):
    """The server has no such file."""


class ForbiddenError(AbsentError):
    """The server answers 403: agencies do where there is no such file, and to a client that they block."""


class Offline(TradelibError):  # noqa: N818 - it is a state
    """The server cannot be reached; the message says why."""


def download(url: str, *, known: tuple[str, str] = ("", ""), progress: Received = lambda *_: None) -> Answer | None:
    """Download one file.

    Parameters
    ----------
    url : str
        Its address.
    known : (str, str)
        ``ETag`` and ``Last-Modified`` of the file at hand, to ask only for a newer one.
    progress : callable
        Called with bytes so far, and all bytes where the server says how many.

    Returns
    -------
    (bytes, httpx.Response) or None
        The file, whole and not yet read, and what the server says of it; None when it says that nothing changed.

    Raises
    ------
    DownloadError
        The server has no data, sends a page instead, an error, leads elsewhere, does not answer, breaks off each time,
        or is not done after ``DEADLINE`` seconds.
    Offline
        The server cannot be reached: its name is not known, it takes no connection, or the proxy has no way to it.
    """
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:  # also where a loop runs already, as in a notebook
        return portal.call(_Call(url, known, progress).retried)


@dataclass
class _Call:
    """One file being asked for; ``size`` is how many bytes of it came."""

    url: str
    known: tuple[str, str]
    progress: Received
    size: int = 0

    async def retried(self) -> Answer | None:
        """Ask until there is an answer, no try is left or the time is over."""
        import anyio
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt

        attempts = AsyncRetrying(
            retry=retry_if_exception(lambda error: getattr(error, "again", None) is not None),
            wait=_wait, stop=stop_after_attempt(TRIES), sleep=anyio.sleep, reraise=True,
        )  # fmt: skip
        try:
            with anyio.fail_after(DEADLINE):
                return await attempts(self.ask)
        except TimeoutError:
            raise DownloadError(f"{self.url}: not whole after {DEADLINE} s ({self.size:,} bytes came)") from None

    async def ask(self) -> Answer | None:
        """Ask once, with the errors of the HTTP library in words."""
        import httpx

        from tradelib import __version__

        headers = {
            "User-Agent": f"tradelib/{__version__} (reads official trade statistics)",
            "If-None-Match": self.known[0], "If-Modified-Since": self.known[1],
        }  # fmt: skip
        client = httpx.AsyncClient(
            timeout=httpx.Timeout(SILENCE, connect=CONNECT), follow_redirects=True, max_redirects=_REDIRECTS,
            event_hooks={"request": [self.stay_secure]}, headers={name: text for name, text in headers.items() if text},
        )  # fmt: skip
        try:
            async with client, client.stream("GET", self.url) as response:
                return await self.take(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise _unreached(self.url, error) from None
        except httpx.ReadTimeout:
            raise DownloadError(f"{self.url}: the server did not answer within {SILENCE} s") from None
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.DecodingError) as error:
            when = f"after {self.size:,} bytes" if self.size else "before it answered"
            message = f"{self.url}: the server broke the connection off {when}, {TRIES} times ({error})"
            raise DownloadError(message, 0) from None
        except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:  # a proxy of another kind too
            raise DownloadError(f"{self.url}: {str(error)[:200]}") from None

    async def stay_secure(self, request: Request) -> None:
        """Refuse a redirect from https to anything else."""
        if self.url.startswith("https:") and request.url.scheme != "https":
            to = f"{request.url.scheme}://{request.url.host}"
            raise DownloadError(f"{self.url}: sent on from https to {to}, which is not followed")

    async def take(self, response: Response) -> Answer | None:
        """Read an answer to its end; refuse an error, no data, a web page and what is too large."""
        status, headers = response.status_code, response.headers
        if status == 304 and any(self.known):
            return None
        if status != 200:
            raise _error(self.url, response)
        if "html" in headers.get("Content-Type", "").lower():
            raise DownloadError(f"{self.url}: a web page instead of a file")
        length = headers.get("Content-Length", "")
        total = int(length) if length.isdigit() and "Content-Encoding" not in headers else None
        body, self.size = bytearray(), 0
        async for chunk in response.aiter_bytes():
            body += chunk
            self.size = len(body)
            if self.size > MOST_BYTES:
                raise DownloadError(f"{self.url}: more than {MOST_BYTES:,} bytes; no official file is that large")
            self.progress(self.size, total)
        if not body:
            raise DownloadError(f"{self.url}: an empty answer")
        return bytes(body), response


def _error(url: str, response: Response) -> DownloadError:
    """Return what an answer that is no file says, and when the server may be asked again."""
    status, later = response.status_code, response.headers.get("Retry-After", "").strip()
    if status == 204:
        return DownloadError(f"{url}: no data (204)")
    wait = f", come back in {later} s" if later.isdigit() else f", come back on {later}" if later else ""
    seconds = float(later or 0) if later.isdigit() or not later else None  # a date is too far away to wait for
    may = status in _RETRIED and seconds is not None and seconds <= LONGEST_WAIT
    error = {403: ForbiddenError, 404: AbsentError}.get(status, DownloadError)
    return error(f"{url}: {status} {response.reason_phrase}{wait}", seconds if may else None)


def _wait(state: RetryCallState) -> float:
    """Return the seconds to wait: as the server asked, and at least twice as many as the time before."""
    error = state.outcome.exception() if state.outcome else None
    return max(float(getattr(error, "again", None) or 0), BACKOFF * 2.0 ** (state.attempt_number - 1))


def _unreached(url: str, error: BaseException | None) -> TradelibError:
    """Return why there was no connection; only where the server was reached is it a failure."""
    cause, where = error, urlsplit(url)
    while error is not None:
        cause = error
        error = next(iter(getattr(error, "exceptions", ())), None) or error.__cause__ or error.__context__
        if isinstance(cause, ssl.SSLError):
            return DownloadError(f"{url}: no secure connection ({str(cause)[:200]})")
    through = " through the proxy" if where.scheme in getproxies() and not proxy_bypass(where.netloc) else ""
    number = getattr(cause, "errno", None) or 0  # that of a name that is not known is negative and no number of errno
    reason = os.strerror(number) if number > 0 else getattr(cause, "strerror", None) or str(cause)
    return Offline(f"{where.netloc} cannot be reached{through} ({reason.lower()})")


def name_of(response: Response) -> str:
    """Return a plain file name: as the server calls the file, else the end of its address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    text = message.get_filename() or unquote(response.url.path)
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(text.replace("\\", "/")).name).lstrip(".")
    return name[-100:] or "download"

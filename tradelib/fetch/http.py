"""Download a file with a conditional request, retries, and limits on time and size.

HTTP caches (hishel for httpx, requests-cache, pooch) are not used: they keep a file before it has been checked, and
none of them stops a download that trickles in. They would save about ten lines: two headers of a conditional request,
the answer 304, and two fields of a record.
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
    from httpx import Request, Response
    from tenacity import RetryCallState

Answer: TypeAlias = "tuple[bytes, Response]"
DEADLINE = 600
"""Seconds for one file in total, including all attempts, waits and redirects."""

TRIES = 4
"""Attempts for each file: the first and three retries."""

LONGEST_WAIT = 60
"""Longest ``Retry-After`` in seconds that is waited for; with a longer one, or a date, there is no retry."""

CONNECT, SILENCE = 10, 60
"""Timeouts in seconds: to connect, and between two chunks of a response."""

MOST_BYTES = 100_000_000
BACKOFF = 0.5
"""Least seconds to wait before the first retry, doubled before each further one."""

_REDIRECTS = 5
_RETRIED = frozenset({429, 500, 502, 503, 504})


class DownloadError(TradelibError):
    """The server answered, but not with a file; ``again`` is the wait before a retry in seconds, None for no retry."""

    def __init__(self, message: str, again: float | None = None) -> None:
        self.again = again
        super().__init__(message)


class AbsentError(DownloadError):
    """The server does not have the file."""


class ForbiddenError(AbsentError):
    """The server answered 403, which agencies send if a file does not exist, but also to a client that they block."""


class Offline(TradelibError):  # noqa: N818 - it is a state
    """The server cannot be reached; the message says why."""


def download(url: str, *, known: tuple[str, str] = ("", "")) -> Answer | None:
    """Download one file.

    Parameters
    ----------
    url : str
        Address of the file.
    known : (str, str)
        ``ETag`` and ``Last-Modified`` of the file in the cache, for a conditional request; empty for none.

    Returns
    -------
    (bytes, httpx.Response) or None
        The complete file, not yet checked, and the response of the server; None if the file has not changed.

    Raises
    ------
    DownloadError
        The server has no data, sends a web page or an error, redirects to an insecure address, does not answer, closes
        the connection each time, or has not sent the complete file after ``DEADLINE`` seconds.
    Offline
        The server cannot be reached: its name is unknown, or it or the proxy refuses the connection.
    """
    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:  # works even if an event loop is running, as in a notebook
        return portal.call(_Call(url, known).retried)


@dataclass
class _Call:
    """The download of one file; ``size`` is the number of bytes received in the current attempt."""

    url: str
    known: tuple[str, str]
    size: int = 0

    async def retried(self) -> Answer | None:
        """Request the file until an attempt succeeds, none is left, or the time is over."""
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
            raise DownloadError(f"{self.url}: incomplete after {DEADLINE} s ({self.size:,} bytes received)") from None

    async def ask(self) -> Answer | None:
        """Request the file once, and turn errors of the HTTP library into ``DownloadError`` or ``Offline``."""
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
            message = f"{self.url}: the server closed the connection {when}, {TRIES} times ({error})"
            raise DownloadError(message, 0) from None
        except (httpx.HTTPError, httpx.InvalidURL, ImportError, ValueError) as error:  # also for unsupported proxies
            raise DownloadError(f"{self.url}: {str(error)[:200]}") from None

    async def stay_secure(self, request: Request) -> None:
        """Refuse a redirect from https to anything else."""
        if self.url.startswith("https:") and request.url.scheme != "https":
            to = f"{request.url.scheme}://{request.url.host}"
            raise DownloadError(f"{self.url}: redirected from https to {to}, which is not followed")

    async def take(self, response: Response) -> Answer | None:
        """Read a response to its end; refuse an error, an empty response, a web page, and a file that is too large."""
        status = response.status_code
        if status == 304 and any(self.known):
            return None
        if status != 200:
            raise _error(self.url, response)
        if "html" in response.headers.get("Content-Type", "").lower():
            raise DownloadError(f"{self.url}: a web page instead of a file")
        body, self.size = bytearray(), 0
        async for chunk in response.aiter_bytes():
            body += chunk
            self.size = len(body)
            if self.size > MOST_BYTES:
                raise DownloadError(f"{self.url}: more than {MOST_BYTES:,} bytes; no official file is that large")
        if not body:
            raise DownloadError(f"{self.url}: an empty answer")
        return bytes(body), response


def _error(url: str, response: Response) -> DownloadError:
    """Return the error for a response that is not a file, with the wait before a retry, if any."""
    status, later = response.status_code, response.headers.get("Retry-After", "").strip()
    if status == 204:
        return DownloadError(f"{url}: no data (204)")
    wait = f", come back in {later} s" if later.isdigit() else f", come back on {later}" if later else ""
    seconds = float(later or 0) if later.isdigit() or not later else None  # a date is not waited for
    may_retry = status in _RETRIED and seconds is not None and seconds <= LONGEST_WAIT
    error = {403: ForbiddenError, 404: AbsentError}.get(status, DownloadError)
    return error(f"{url}: {status} {response.reason_phrase}{wait}", seconds if may_retry else None)


def _wait(state: RetryCallState) -> float:
    """Return the seconds to wait before a retry: as the server asked, and at least the exponential backoff."""
    error = state.outcome.exception() if state.outcome else None
    return max(float(getattr(error, "again", None) or 0), BACKOFF * 2.0 ** (state.attempt_number - 1))


def _unreached(url: str, error: BaseException | None) -> TradelibError:
    """Return the error for a failed connection: a ``DownloadError`` if TLS failed, else ``Offline``."""
    cause, where = error, urlsplit(url)
    while error is not None:
        cause = error
        error = next(iter(getattr(error, "exceptions", ())), None) or error.__cause__ or error.__context__
        if isinstance(cause, ssl.SSLError):
            return DownloadError(f"{url}: no secure connection ({str(cause)[:200]})")
    through = " through the proxy" if where.scheme in getproxies() and not proxy_bypass(where.netloc) else ""
    number = getattr(cause, "errno", None) or 0  # negative for an unknown host name, and then not one of errno's
    reason = os.strerror(number) if number > 0 else getattr(cause, "strerror", None) or str(cause)
    return Offline(f"{where.netloc} cannot be reached{through} ({reason.lower()})")


def name_of(response: Response) -> str:
    """Return a safe file name: from the server's ``Content-Disposition``, else from the end of the address."""
    message = Message()
    message["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    text = message.get_filename() or unquote(response.url.path)
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(text.replace("\\", "/")).name).lstrip(".")
    return name[-100:] or "download"

"""A headless browser, offline, for testing the pages."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def chromium() -> str | None:
    return next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)


needed = pytest.mark.needs("browser")


Opened = tuple[Any, list[str], list[str]]
"""A page, its requests other than for files and data, and its messages on the console."""


@contextmanager
def started() -> Iterator[Callable[[Path], Opened]]:
    """Start a browser; provide a function that opens a page in a new context, as for a first visit."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=flags)

        def open_page(path: Path) -> Opened:
            page = browser.new_context(offline=True, viewport={"width": 1100, "height": 900}).new_page()
            requests, messages = list[str](), list[str]()
            page.on("request", lambda r: None if r.url.startswith(("data:", "file:")) else requests.append(r.url))
            page.on("console", lambda message: messages.append(message.text))
            page.on("pageerror", lambda error: messages.append(str(error)))
            page.on("requestfailed", lambda request: messages.append(request.url))
            page.goto(path.as_uri())
            return page, requests, messages

        yield open_page
        browser.close()


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Provide a page in a browser of its own."""
    with started() as open_page:
        yield open_page(path)


def overflow(page: Any, width: int) -> int:
    """Return the number of pixels by which a page is wider than a window of this width."""
    page.set_viewport_size({"width": width, "height": 900})
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

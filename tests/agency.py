"""A local server that imitates those of the agencies, failures included."""

from __future__ import annotations

import io
import socket
import struct
import threading
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Agency:
    """The answers of the server, by path, and the requests that it got."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def put(self, path: str, body: bytes, *, modified: str = "Thu, 04 Apr 2024 12:30:00 GMT") -> None:
        """Serve a file as a good server does: with an ETag, and 304 if the client has the file already."""
        etag = f'"{sha256(body).hexdigest()[:16]}"'

        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.headers.get("If-None-Match") == etag:
                handler.send_response(304)
                handler.end_headers()
                return
            send(handler, 200, body, {"ETag": etag, "Last-Modified": modified})

        self.answers[path] = answer

    def say(self, path: str, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Serve an answer with any status, body and headers."""
        self.answers[path] = lambda handler: send(handler, status, body, headers or {})

    def in_turn(self, path: str, *answers: Callable[[BaseHTTPRequestHandler], None]) -> None:
        """Serve the answers one after the other, and then repeat the last one."""
        left = list(answers)

        def answer(handler: BaseHTTPRequestHandler) -> None:
            now = left.pop(0) if len(left) > 1 else left[0]
            now(handler)

        self.answers[path] = answer


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def cut(body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return an answer that announces the whole body but ends in the middle."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.close_connection = True

    return answer


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Reset the connection before any answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    handler.wfile = io.BytesIO()  # type: ignore[assignment]


@contextmanager
def serve() -> Iterator[Agency]:
    """Run the server on a free port of this machine."""
    agency: Agency

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            agency.asked.append((self.path, dict(self.headers)))
            path = self.path.partition("?")[0]
            answer = agency.answers.get(path, lambda handler: send(handler, 404, b"gone", {}))
            answer(self)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    agency = Agency(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield agency
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

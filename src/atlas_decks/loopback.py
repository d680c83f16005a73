"""HTTP for this machine only, for `serve` and `preview --watch`: other pages and half requests get nothing."""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PATIENCE = 10.0  # seconds without a byte of a request, or with nobody taking the answer
_WAITING = 1024  # connections that may wait for a thread
_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)


class Handler(BaseHTTPRequestHandler):
    """Answers GET by `respond`, to whoever asks for this machine by its own name.

    A page of another site can have its own name resolved to 127.0.0.1, and could then read what is served here: its
    browser says that name as `Host`.
    """

    server_version = "atlas-decks"
    timeout = _PATIENCE

    def respond(self) -> None:
        """Answer the request."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer one request, or refuse it."""
        host = self.headers.get("Host")
        if host is not None and not _HOST.fullmatch(host.strip()):
            self.answer(403, "text/plain; charset=utf-8", b"this server is for 127.0.0.1 only\n")
        else:
            self.respond()

    def answer(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        """Send a whole answer; `headers` have `_` for `-`."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet; the command says what is going on."""


class Server(ThreadingHTTPServer):
    """A server on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""

    daemon_threads = True  # an open page must not keep the command from ending
    request_queue_size = _WAITING

    def __init__(self, port: int, handler: type[Handler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that has gone away, as a browser does on every reload; say anything else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

"""A mermaid.ink-compatible server on loopback: GET /svg/<base64 of a Mermaid script> and /img/<same>.

For users of mermaid-py, and for the tests of `--renderer mermaid-ink`. It draws with the embedded engine.
"""

from __future__ import annotations

import base64
import binascii
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import mmdr

from atlas_decks.diagrams.script import TEXT_LABELS
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind

_FRONT = re.compile(r"^\s*---\n.*?\n---\n|%%\{.*?\}%%", re.DOTALL)
_MAX = 60_000  # characters of a request path


class _Handler(BaseHTTPRequestHandler):
    server_version = "atlas-decks"

    def do_GET(self) -> None:
        """Answer one request."""
        kind, _, encoded = self.path.split("?")[0].lstrip("/").partition("/")
        if kind not in ("svg", "img") or len(encoded) > _MAX:
            self._answer(404, "text/plain; charset=utf-8", b"GET /svg/<base64> or /img/<base64>\n")
            return
        try:
            script = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
            raw = mmdr.render(script.replace(TEXT_LABELS, ""), backend="merman")
            if kind == "img":
                self._answer(200, "image/png", bytes(raw.png(background="#ffffff")))
            else:
                svg = finish(raw.svg(), diagram_kind(_FRONT.sub("", script)), minified=False).svg
                self._answer(200, "image/svg+xml; charset=utf-8", svg.encode())
        except (binascii.Error, UnicodeDecodeError):
            self._answer(400, "text/plain; charset=utf-8", b"the path is not base64 of UTF-8 text\n")
        except ValueError as error:
            self._answer(400, "text/plain; charset=utf-8", f"{error}\n".encode())

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet; the command says where the server listens."""


def make_server(port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""
    return ThreadingHTTPServer(("127.0.0.1", port), _Handler)

"""A mermaid.ink-compatible server on loopback: GET /svg/<base64 of a Mermaid script> and /img/<same>.

For users of mermaid-py, and for the tests of `--renderer mermaid-ink`. It draws with the embedded engine.
"""

from __future__ import annotations

import base64
import binascii

import mmdr

from atlas_decks import loopback
from atlas_decks.diagrams.script import TEXT_LABELS
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind

_TEXT = "text/plain; charset=utf-8"
_MAX = 60_000  # characters of a request path


class _Handler(loopback.Handler):
    def respond(self) -> None:
        """Draw what the path says."""
        kind, _, encoded = self.path.split("?")[0].lstrip("/").partition("/")
        if kind not in ("svg", "img") or len(encoded) > _MAX:
            self.answer(404, _TEXT, b"GET /svg/<base64> or /img/<base64>\n")
            return
        try:
            script = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
            raw = mmdr.render(script.replace(TEXT_LABELS, ""), backend="merman")
            if kind == "img":
                self.answer(200, "image/png", bytes(raw.png(background="#ffffff")))
            else:
                svg = finish(raw.svg(), diagram_kind(script), minified=False).svg
                self.answer(200, "image/svg+xml; charset=utf-8", svg.encode())
        except (binascii.Error, UnicodeDecodeError):
            self.answer(400, _TEXT, b"the path is not base64 of UTF-8 text\n")
        except ValueError as error:
            self.answer(400, _TEXT, f"{error}\n".encode("utf-8", "replace"))


def make_server(port: int) -> loopback.Server:
    """A server on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""
    return loopback.Server(port, _Handler)

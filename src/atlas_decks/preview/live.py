"""The site from memory, on loopback: pages reload when it changes, and say what is wrong when it cannot be made.

The page learns of a change by server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

from __future__ import annotations

import json
import mimetypes
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import unquote

from atlas_decks import loopback

_SCRIPT = Path(__file__).parent / "pages" / "live.js"
_NOTHING_YET = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Preview</title><link rel="icon" href="data:,"></head><body>\n'
    "<p>Nothing to show yet.</p>\n</body></html>\n"
)
_BEAT = 15.0  # seconds between signs of life; a page that has gone away is noticed when one cannot be sent


class LiveSite:
    """What is served now: the files of the last site that could be made, and the problems of the last attempt."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._files: Mapping[str, str] = {}
        self._problems = ""
        self._version = time.time_ns()  # a page of an earlier server reloads too

    def show(self, files: Iterable[tuple[str, str]]) -> int:
        """Serve these files (name, text) from now on; returns their number. Whatever `files` raises leaves the old."""
        made = dict(files)
        with self._changed:
            self._files, self._problems = made, ""
            self._version += 1
            self._changed.notify_all()
        return len(made)

    def blame(self, problems: str) -> None:
        """Show these problems over the pages of the last site."""
        with self._changed:
            self._problems = problems
            self._changed.notify_all()

    def file(self, name: str) -> str | None:
        """The file of that name as it is served; pages carry the script that listens for changes."""
        if name == "live.js":
            return _SCRIPT.read_text("utf-8")
        with self._changed:
            text, nothing, version = self._files.get(name), not self._files, self._version
        if nothing and name.endswith(".html"):
            text = _NOTHING_YET
        if text is not None and name.endswith(".html"):
            script = f'<script src="/live.js" data-version="{version}"></script>'
            text = text.replace("</body>", f"{script}\n</body>")
        return text

    def state(self, seen: str = "", seconds: float = 0.0) -> str:
        """The version and the problems as JSON, as soon as they differ from `seen`, or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._state() != seen, seconds)
            return self._state()

    def _state(self) -> str:
        return json.dumps({"version": str(self._version), "problems": self._problems}, ensure_ascii=False)


class _Server(loopback.Server):
    def __init__(self, port: int, site: LiveSite) -> None:
        self.site = site
        super().__init__(port, _Handler)


class _Handler(loopback.Handler):
    server: _Server

    def respond(self) -> None:
        """Answer one request; one for /events stays open."""
        name = unquote(self.path.partition("?")[0]).lstrip("/") or "index.html"
        if name == "events":
            self._events()
            return
        text = self.server.site.file(name)
        kind = "text/plain" if text is None else mimetypes.guess_type(name)[0] or "text/plain"
        body = text if text is not None else f"no {name} in this site\n"
        status = 200 if text is not None else 404
        self.answer(status, f"{kind}; charset=utf-8", body.encode("utf-8", "replace"), Cache_Control="no-store")

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        seen = ""
        try:
            while True:
                state = self.server.site.state(seen, _BEAT)
                self.wfile.write(f"data: {state}\n\n".encode() if state != seen else b": still here\n\n")
                self.wfile.flush()
                seen = state
        except OSError:  # the page was closed
            return


def make_live_server(port: int, site: LiveSite) -> loopback.Server:
    """A server of the site on 127.0.0.1; port 0 takes a free one. Raises OSError where the port is taken."""
    return _Server(port, site)

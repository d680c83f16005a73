"""The renderer for `--renderer mermaid-ink`: mermaid-py as the client of a mermaid.ink-compatible server.

Never on the default path, and never without a server named on purpose: diagrams are not sent to strangers by accident.
"""

from __future__ import annotations

import os

import requests

from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import RendererAwayError, RenderError
from atlas_decks.diagrams.script import compose, diagram_kind
from atlas_decks.diagrams.svg.finish import UnsafeSvgError, finish

from mermaid import Mermaid, MermaidError  # isort: skip  # after `script`, which silences its import

VARIABLE = "MERMAID_INK_SERVER"


class _Client(Mermaid):  # type: ignore[misc]
    """mermaid-py's client with a time-out, and without its second request for a bitmap."""

    timeout = 20.0  # seconds

    def _make_request_to_mermaid(self) -> None:
        url = f"{os.environ[VARIABLE].rstrip('/')}/svg/{self._diagram}"
        self.svg_response = requests.get(url, timeout=self.timeout)
        if not self.svg_response.ok:
            raise MermaidError(self.svg_response.status_code, self.svg_response.text, url)


class InkRenderer:
    """Draws through the server named by MERMAID_INK_SERVER. Raises RendererAwayError where it is not named."""

    def __init__(self) -> None:
        self._server = os.environ.get(VARIABLE, "")
        if not self._server.startswith(("http://", "https://")):
            raise RendererAwayError(f"set {VARIABLE} to the address of a mermaid.ink-compatible server")

    @property
    def version(self) -> str:
        """The server stands for the version: what it runs is not known."""
        return f"mermaid-ink {self._server}"

    def render(self, source: str) -> Picture:
        """Draw one source; raises RenderError, or RendererAwayError where the server does not answer."""
        try:
            text = _Client(compose(source, text_labels=True)).svg_response.text
            return finish(text, diagram_kind(source))
        except MermaidError as error:
            if error.status_code == 400:
                raise RenderError(error.response_text.strip() or "the server rejects the diagram") from error
            raise RendererAwayError(f"{self._server} answered {error.status_code}") from error
        except requests.RequestException as error:
            raise RendererAwayError(f"{self._server} does not answer ({type(error).__name__})") from error
        except UnsafeSvgError as error:
            raise RenderError(str(error)) from error

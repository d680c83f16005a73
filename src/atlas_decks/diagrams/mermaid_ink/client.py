"""The renderer for `--renderer mermaid-ink`: mermaid-py as the client of a mermaid.ink-compatible server.

Never on the default path, and never without a server named on purpose: diagrams are not sent to strangers by accident.
"""

from __future__ import annotations

import os

from atlas_decks.diagrams.mermaid_ink import fetch
from atlas_decks.diagrams.picture import Picture
from atlas_decks.diagrams.renderer import RendererAwayError, RenderError
from atlas_decks.diagrams.script import compose, refuse_pictures_in_pictures
from atlas_decks.diagrams.svg.clean import UnsafeSvgError
from atlas_decks.diagrams.svg.finish import finish
from atlas_decks.diagrams.texts import diagram_kind, unshield

from mermaid import Mermaid, MermaidError  # isort: skip  # after `script`, which silences its import

VARIABLE = "MERMAID_INK_SERVER"
_SAID = 300  # characters of what a server says that are passed on


class _Client(Mermaid):  # type: ignore[misc]
    """mermaid-py's client with bounds, and without its second request for a bitmap."""

    text = ""

    def _make_request_to_mermaid(self) -> None:
        url = f"{os.environ[VARIABLE].rstrip('/')}/svg/{self._diagram}"
        answer = fetch.get(url)
        if answer.status != 200:
            raise MermaidError(answer.status, answer.text, url)
        self.text = answer.text


class InkRenderer:
    """Draws through the server named by MERMAID_INK_SERVER. Raises RendererAwayError where it is not named."""

    def __init__(self) -> None:
        try:
            parts = fetch.split_address(os.environ.get(VARIABLE, ""))
        except ValueError as error:
            raise RendererAwayError(f"set {VARIABLE} to the address of a mermaid.ink-compatible server") from error
        port = f":{parts.port}" if parts.port else ""
        self._server = f"{parts.scheme}://{parts.hostname}{port}{parts.path}"  # without a name and password in it

    @property
    def version(self) -> str:
        """The server stands for the version: what it runs is not known."""
        return f"mermaid-ink {self._server}"

    def render(self, source: str) -> Picture:
        """Draw one source; raises RenderError, or RendererAwayError where the server does not answer."""
        refuse_pictures_in_pictures(source)
        try:
            return finish(_Client(compose(source, text_labels=True)).text, diagram_kind(source))
        except MermaidError as error:
            if error.status_code == 400:
                raise RenderError(_said(error.response_text) or "the server rejects the diagram") from error
            raise RendererAwayError(f"{self._server} answered {error.status_code}") from error
        except fetch.FetchError as error:
            raise RendererAwayError(f"{self._server} does not answer ({error})") from error
        except UnsafeSvgError as error:
            raise RenderError(str(error)) from error


def _said(text: str) -> str:
    """What a server says, on one line and without characters that a terminal obeys."""
    words = " ".join(unshield(text, xml=False).split())
    return "".join(char for char in words if char.isprintable())[:_SAID]

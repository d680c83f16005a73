"""Serves the renderer."""

from __future__ import annotations

import click

from atlas_decks.cli.context import Context, pass_context
from atlas_decks.diagrams.mermaid_ink.server import make_server


@click.command("serve")
@click.option("--port", default=7575, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@pass_context
def command(context: Context, port: int) -> None:
    """Serve the embedded renderer on loopback, in the way of mermaid.ink, for mermaid-py and others.

    \b
    Example:
      atlas-decks serve --port 7575 &
      MERMAID_INK_SERVER=http://127.0.0.1:7575 atlas-decks check --renderer mermaid-ink
    """
    with make_server(port) as server:
        context.say(f"http://127.0.0.1:{server.server_address[1]}/svg/<base64>   (Ctrl+C ends it)")
        server.serve_forever()

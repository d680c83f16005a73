"""mermaid.ink: as a client of such a server, and as the server."""

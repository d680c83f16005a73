"""mermaid.ink: the server draws what the engine draws; the client trusts no server."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from atlas_decks.diagrams import EmbeddedRenderer, RendererAwayError, RenderError, make_renderer
from atlas_decks.diagrams.mermaid_ink import fetch
from atlas_decks.diagrams.mermaid_ink.server import make_server
from atlas_decks.diagrams.script import compose

FLOW = 'flowchart TB\n  a(["Client"]):::edge -->|"asks"| b["API (v2)"]:::service\n  b --> c[("C# $$ store")]:::state\n'
SEQUENCE = "sequenceDiagram\n  participant C as Client\n  participant S as Server\n  C->>S: hello\n  S-->>C: ok\n"
STATE = "stateDiagram-v2\n  [*] --> Closed\n  Closed --> Open: too many failures\n  Open --> Closed: reset\n"


@pytest.fixture
def ink(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = make_server(0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("MERMAID_INK_SERVER", address)
    yield address
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("source", [FLOW, SEQUENCE, STATE], ids=["flowchart", "sequence", "state"])
def test_mermaid_ink_draws_what_the_embedded_engine_draws(ink: str, source: str) -> None:
    there, here = make_renderer("mermaid-ink").render(source), EmbeddedRenderer().render(source)
    assert there.nodes == here.nodes
    assert (there.width, there.height) == (here.width, here.height)
    assert there.labels == here.labels
    assert [(e.start, e.end, e.label) for e in there.edges] == [(e.start, e.end, e.label) for e in here.edges]


def test_mermaid_py_itself_can_use_the_server(ink: str) -> None:
    from mermaid import Mermaid  # isort: skip

    picture = Mermaid(compose(FLOW))
    assert picture.svg_response.text.startswith("<svg")
    assert picture.img_response.content.startswith(b"\x89PNG")


def test_a_rejected_diagram_is_an_error_of_the_diagram(ink: str) -> None:
    with pytest.raises(RenderError, match="edge label"):
        make_renderer("mermaid-ink").render("flowchart TB\n  b -->| c[oops(]\n")


# --- servers that are away, broken or hostile -------------------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler], None]


def send(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


def silence(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], list[str]]]:
    """Start a server that gives this answer, and name it; returns the list of paths that it is asked for."""
    servers = []

    def start(answer: Answer) -> list[str]:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                try:
                    answer(self)
                except OSError:
                    return

            def log_message(self, format: str, *args: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("MERMAID_INK_SERVER", f"http://127.0.0.1:{server.server_address[1]}")
        return asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (send(b"x", 500), "answered 500"),
        (send(b"", 404), "answered 404"),
        (drip, "no whole answer in 1 s"),
        (silence, "no whole answer in 1 s"),
        (flood, "more than 100,000 bytes"),
        (send(gzip.compress(b"<svg>" + b" " * 10_000_000), Content_Encoding="gzip"), "more than 100,000 bytes"),
        (send(b"not gzip", Content_Encoding="gzip"), "does not answer"),
        (send(b"x", Content_Encoding="br"), "packed as 'br'"),
        (send(b"", 302, Location="http://127.0.0.2:1/leak"), "another host"),
        (send(b"", 302, Location="https://127.0.0.1/leak"), "another host"),
        (send(b"", 302, Location="/again"), "on and on"),
        (send(b"", 302, Location="file:///etc/passwd"), "does not answer"),
        (send(b"", 302, Location="http://["), "does not answer"),
        (send(b"x", X="a" * 200_000), "does not answer"),
    ],
)
def test_a_bad_server_is_away(
    answer: Answer, message: str, serve: Callable[[Answer], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(answer)
    monkeypatch.setattr(fetch, "LIMIT", 100_000)
    monkeypatch.setattr(fetch.get, "__defaults__", (1.0,))
    begun = time.monotonic()
    with pytest.raises(RendererAwayError, match=message):
        make_renderer("mermaid-ink").render(FLOW)
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize("body", [b"", b"<html><script>1</script></html>", b"\xff\xfe\x00" * 99, b"<svg/>"])
def test_an_answer_that_is_no_picture_is_an_error(body: bytes, serve: Callable[[Answer], list[str]]) -> None:
    serve(send(body))
    with pytest.raises(RenderError):
        make_renderer("mermaid-ink").render(FLOW)


def test_an_answer_may_be_packed(serve: Callable[[Answer], list[str]]) -> None:
    svg = EmbeddedRenderer().draw(FLOW)
    serve(send(gzip.compress(svg.encode()), Content_Encoding="gzip"))
    assert make_renderer("mermaid-ink").render(FLOW).nodes.keys() == {"a", "b", "c"}


def test_what_a_server_says_does_not_reach_the_terminal_as_it_is(serve: Callable[[Answer], list[str]]) -> None:
    serve(send(b"\x1b[2Jbad\x1b]0;x\x07" + b"y" * 5000, 400))
    with pytest.raises(RenderError) as caught:
        make_renderer("mermaid-ink").render(FLOW)
    assert caught.value.message.startswith("[2Jbad]0;xyyy")
    assert len(caught.value.message) <= 300


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "file:///etc",
        "http://",
        "http://[",
        "http://127.0.0.1:99999",
        "http://\u202e.x",
        "http://a b",
        "http://a\r\nX: y",
    ],
)
def test_what_is_no_address_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERMAID_INK_SERVER", address)
    with pytest.raises(RendererAwayError, match="set MERMAID_INK_SERVER to the address"):
        make_renderer("mermaid-ink")


def test_a_server_that_is_away_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERMAID_INK_SERVER", "http://user:secret@127.0.0.1:9")
    renderer = make_renderer("mermaid-ink")
    with pytest.raises(RendererAwayError, match=r"http://127\.0\.0\.1:9 does not answer") as caught:
        renderer.render(FLOW)
    assert "secret" not in str(caught.value) + renderer.version

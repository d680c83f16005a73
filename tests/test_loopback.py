"""The servers of `serve` and `preview --watch`: for this machine, quiet, and not to be held up."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from atlas_decks import loopback
from atlas_decks.diagrams.mermaid_ink.server import make_server
from atlas_decks.preview.live import LiveSite, make_live_server

PATHS = {"serve": "/svg/" + base64.urlsafe_b64encode(b"flowchart TB\n a-->b").decode(), "preview": "/index.html"}


@pytest.fixture(params=PATHS)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """Port of a running server, and the path of something that it has."""
    site = LiveSite()
    site.show([("index.html", "<html><body>secret plan</body></html>")])
    server = make_server(0) if request.param == "serve" else make_live_server(0, site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], PATHS[request.param]
    server.shutdown()
    server.server_close()
    thread.join(5)


def ask(port: int, request: str, seconds: float = 10.0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
        client.sendall(request.encode("latin-1"))
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize("host", ["127.0.0.1:80", "localhost", "LOCALHOST:7575", "[::1]:7575"])
def test_this_machine_is_answered(host: str, served: tuple[int, str]) -> None:
    port, path = served
    assert b" 200 " in ask(port, f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")


@pytest.mark.parametrize(
    "host", ["evil.example", "rebind.evil.example:80", "127.0.0.1.evil.example", "127.0.0.1@evil", ""]
)
def test_another_name_of_this_machine_is_not(host: str, served: tuple[int, str]) -> None:
    port, path = served
    answer = ask(port, f"GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")
    assert b" 403 " in answer
    assert b"secret" not in answer
    assert b"<svg" not in answer


@pytest.mark.parametrize(
    "path", ["http://[/", "//[", "/%00", "/svg/%%%", "/../../etc/passwd", "*", "/svg/\xff\xfe", "/svg/AA"]
)
def test_odd_paths_have_an_answer(path: str, served: tuple[int, str], capfd: pytest.CaptureFixture[str]) -> None:
    answer = ask(served[0], f"GET {path} HTTP/1.0\r\n\r\n")
    assert answer.split(b" ")[1] in (b"400", b"404")
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_that_goes_away_leaves_no_trace(served: tuple[int, str], capfd: pytest.CaptureFixture[str]) -> None:
    port, path = served
    for _ in range(20):
        client = socket.create_connection(("127.0.0.1", port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a farewell
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        client.close()
    assert b" 200 " in ask(port, f"GET {path} HTTP/1.0\r\n\r\n")
    time.sleep(0.3)
    assert capfd.readouterr().err == ""


def test_half_a_request_is_not_waited_for(served: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loopback.Handler, "timeout", 0.3)
    begun = time.monotonic()
    assert ask(served[0], "GET / HT") == b""  # closed
    assert time.monotonic() - begun < 3


def test_many_connections_are_taken_at_once(served: tuple[int, str]) -> None:
    port, path = served
    begun = time.monotonic()
    half = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(400)]
    for client in half:
        client.sendall(b"GET / HT")
    assert b" 200 " in ask(port, f"GET {path} HTTP/1.0\r\n\r\n")
    assert time.monotonic() - begun < 8
    for client in half:
        client.close()

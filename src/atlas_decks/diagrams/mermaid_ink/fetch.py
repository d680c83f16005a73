"""One GET of a server that is not trusted: bounded in bytes, also unpacked, and in seconds; never to another host."""

from __future__ import annotations

import threading
import time
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

LIMIT = 5_000_000  # bytes of an answer, unpacked; the official engine's largest SVGs have some 300,000
SECONDS = 30.0  # for all of an answer
_REDIRECTS = 3
_CHUNK = 16_384  # bytes
_PACKED = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_STEP = 5.0  # s without a byte


class FetchError(Exception):
    """The server gives no answer that can be taken; says why, without the address."""


@dataclass(frozen=True)
class Answer:
    """Status and text of an answer."""

    status: int
    text: str


def split_address(address: str) -> SplitResult:
    """The parts of an http or https address. Raises ValueError where it is none."""
    if not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError("an address has no spaces and no characters beyond ASCII")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address begins with http:// or https:// and a host")
    _ = parts.port  # raises ValueError where it is no number of a port
    return parts


def get(address: str, seconds: float = SECONDS) -> Answer:
    """Fetch an address. Raises FetchError.

    The time-out of a socket is one of each read, so that a server could give a byte now and then for ever: the work is
    done beside, and left to itself when its time is over.
    """
    result: list[Answer | FetchError] = []
    deadline = time.monotonic() + seconds
    thread = threading.Thread(target=lambda: result.append(_answer(address, deadline)), daemon=True)
    thread.start()
    thread.join(seconds)
    if not result:
        raise FetchError(f"no whole answer in {seconds:g} s")
    if isinstance(result[0], FetchError):
        raise result[0]
    return result[0]


def _answer(address: str, deadline: float) -> Answer | FetchError:
    try:
        return _follow(address, deadline)
    except FetchError as error:
        return error
    except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError, zlib.error) as error:
        return FetchError(type(error).__name__)


def _follow(address: str, deadline: float) -> Answer:
    home = _origin(address)
    for _ in range(_REDIRECTS + 1):
        headers = {"Accept": "image/svg+xml", "Accept-Encoding": "identity"}
        with requests.get(address, headers=headers, timeout=_STEP, stream=True, allow_redirects=False) as response:
            if not response.is_redirect:
                return Answer(response.status_code, _body(response, deadline).decode("utf-8", "replace"))
            address = urljoin(address, response.headers["location"])
        if _origin(address) != home:
            raise FetchError("it sends on to another host")
    raise FetchError("it sends on and on")


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = split_address(address)
    return parts.scheme, parts.hostname, parts.port


def _body(response: requests.Response, deadline: float) -> bytes:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "") and packing not in _PACKED:
        raise FetchError(f"an answer packed as {packing[:20]!r}")
    unpacker = zlib.decompressobj(_PACKED[packing]) if packing in _PACKED else None
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        body += unpacker.decompress(chunk, LIMIT + 1 - len(body)) if unpacker else chunk
        if len(body) > LIMIT:
            raise FetchError(f"an answer of more than {LIMIT:,} bytes")
        if time.monotonic() > deadline:
            raise FetchError("it is too slow")
    return bytes(body)

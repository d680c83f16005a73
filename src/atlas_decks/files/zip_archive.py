"""Zip archives with the same bytes for the same content; members may come deflated already."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple

LEVEL = 6  # of members that are deflated once and kept
FILE_LEVEL = 4  # of files, which are deflated in every build: half the time of 6, for 4 % more bytes
_CHUNK = 1 << 20
_WINDOW = 1 << 15  # what deflate looks back
_DATE = (2020, 1, 1, 0, 0, 0)
_RAW = -zlib.MAX_WBITS


class Deflated(NamedTuple):
    """A member ready for an archive: its deflated bytes, and size and CRC-32 of what they stand for."""

    data: bytes
    size: int
    crc: int


def deflate(content: bytes) -> Deflated:
    """A member for archives."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    return Deflated(packer.compress(content) + packer.flush(), len(content), zlib.crc32(content))


def inflate(member: Deflated) -> bytes:
    """The content of a member."""
    return zlib.decompress(member.data, _RAW)


class _Zip(zipfile.ZipFile):
    """A zip file that may be given up."""

    def __del__(self) -> None:
        """Close the file; zipfile would write the directory first, and print a traceback where the disk is full."""
        if self.fp is not None:
            with contextlib.suppress(OSError):
                self.fp.close()


class Archive:
    """A zip file in the making, written member by member."""

    def __init__(self, path: Path) -> None:
        self._zip = _Zip(path, "w")
        self._at = 0

    def add(self, name: str, member: Deflated) -> None:
        """Add a member that is deflated already."""
        info = self._begin(name, member.size)
        info.CRC, info.compress_size = member.crc, len(member.data)
        self._write(info.FileHeader(zip64=False))
        self._write(member.data)
        self._end(info)

    def add_file(self, name: str, path: Path, jobs: int = 1) -> None:
        """Add a file, deflated by `jobs` threads; the bytes do not depend on their number."""
        size = path.stat().st_size
        info = self._begin(name, size)
        large = size * 1.05 > zipfile.ZIP64_LIMIT
        self._write(info.FileHeader(zip64=large))  # again below, when the numbers are known
        start = self._at
        with path.open("rb") as file:
            for crc, packed in _deflate_chunks(file, jobs):
                info.CRC = crc
                self._write(packed)
        info.compress_size = self._at - start
        self._out.seek(info.header_offset)
        self._out.write(info.FileHeader(zip64=large))
        self._out.seek(self._at)
        self._end(info)

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()

    @property
    def _out(self) -> BinaryIO:
        out = self._zip.fp
        assert out is not None, "the archive is open"  # noqa: S101
        return out  # type: ignore[return-value]

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def _begin(self, name: str, size: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, date_time=_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        info.file_size, info.compress_size, info.CRC = size, 0, 0
        info.header_offset = self._at
        return info

    def _end(self, info: zipfile.ZipInfo) -> None:
        """Enter a member into the directory, as zipfile itself does behind `open(..., "w")`."""
        self._zip.filelist.append(info)
        self._zip.NameToInfo[info.filename] = info
        self._zip.start_dir = self._at
        self._zip._didModify = True  # type: ignore[attr-defined]


def _deflate_chunks(file: BinaryIO, jobs: int) -> Iterator[tuple[int, bytes]]:
    """(CRC-32 so far, deflated bytes) of each chunk. A chunk starts from the window before it, and ends on a byte."""
    crc = 0
    waiting: deque[tuple[int, Future[bytes]]] = deque()
    with ThreadPoolExecutor(jobs) as pool:  # zlib works outside the interpreter's lock
        window, chunk = b"", file.read(_CHUNK)
        while True:
            following = file.read(_CHUNK)
            crc = zlib.crc32(chunk, crc)
            waiting.append((crc, pool.submit(_deflate_chunk, chunk, window, not following)))
            if len(waiting) > 2 * jobs:
                done, future = waiting.popleft()
                yield done, future.result()
            if not following:
                break
            window, chunk = chunk[-_WINDOW:], following
        for done, future in waiting:
            yield done, future.result()


def _deflate_chunk(chunk: bytes, window: bytes, last: bool) -> bytes:
    if window:
        packer = zlib.compressobj(FILE_LEVEL, zlib.DEFLATED, _RAW, zdict=window)
    else:
        packer = zlib.compressobj(FILE_LEVEL, zlib.DEFLATED, _RAW)
    return packer.compress(chunk) + packer.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

"""Glyphs -> a WOFF2 font, by joining what was encoded once for each glyph.

A WOFF2 `glyf` table is a set of streams, each the glyphs' parts one after the other (https://www.w3.org/TR/WOFF2/,
section 5.1). fontTools encodes a glyph; a subset is then a matter of joining bytes, some fifty times faster than
fontTools' own subsetter.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import brotli
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.ttProgram import Program
from fontTools.ttLib.woff2 import WOFF2GlyfTable, packBase128, woff2KnownTags

_HEADER = struct.Struct(">4H7L")  # of a transformed glyf table: version, options, glyphs, loca format, stream sizes
_NO_NAMES = struct.pack(">3H", 0, 0, 6)
_QUALITY = 5  # of brotli: 11 saves 2 % of the bytes and takes 40 times as long


@dataclass(frozen=True)
class _Glyph:
    """One glyph: its part of each stream, its size in an ordinary glyf table, its line of hmtx."""

    streams: tuple[bytes, ...]  # contours, points, flags, coordinates
    box: bytes  # of a glyph whose box does not follow from its points
    size: int
    metrics: bytes


class Subsetter:
    """Makes subsets of one TrueType font."""

    def __init__(self, file: Path) -> None:
        font = TTFont(file, lazy=True, recalcTimestamp=False)
        self._font = font
        self._names: dict[int, str] = {c: name for c, name in font.getBestCmap().items() if c <= 0xFFFF}
        self._glyphs: dict[str, _Glyph] = {}
        head = bytearray(font.reader["head"])
        head[8:12] = bytes(4)  # the checksum, which is the decoder's to make
        head[16] |= 8  # bit 11 of the flags: went through a lossless change
        head[50:52] = bytes(2)  # short offsets
        self._head = bytes(head)
        maxp = font["maxp"]
        self._maxima = (
            max(maxp.maxPoints, maxp.maxCompositePoints),
            max(maxp.maxContours, maxp.maxCompositeContours),
        )

    @property
    def characters(self) -> frozenset[int]:
        """The code points that a subset can hold: those of the font within the Basic Multilingual Plane."""
        return frozenset(self._names)

    def width(self, text: str, size: float) -> float:
        """The width of a text set in `size` px, in px. A character that the font lacks counts as one em."""
        whole: int = self._font["head"].unitsPerEm
        metrics = self._font["hmtx"]
        units = (int(metrics[self._names[ord(c)]][0]) if ord(c) in self._names else whole for c in text)
        return sum(units) * size / whole

    def subset(self, characters: Iterable[str]) -> bytes:
        """The WOFF2 font with the glyphs of these characters that it can draw, and `.notdef`."""
        points = sorted(point for point in map(ord, set(characters)) if point in self._names)
        glyphs = [self._glyph(".notdef"), *(self._glyph(self._names[point]) for point in points)]
        count = len(glyphs)
        tables = {
            "OS/2": self._font.reader["OS/2"],
            "cmap": _cmap(points),
            "glyf": _glyf(glyphs),
            "head": self._head,
            "hhea": self._font.reader["hhea"][:34] + struct.pack(">H", count),
            "hmtx": b"".join(glyph.metrics for glyph in glyphs),
            "loca": b"",
            "maxp": struct.pack(">L14H", 0x10000, count, *self._maxima, 0, 0, 1, *[0] * 8),
            "name": _NO_NAMES,
            "post": struct.pack(">L28x", 0x30000),
        }
        originals = {"glyf": sum(glyph.size for glyph in glyphs), "loca": 2 * count + 2}
        directory = b"".join(
            bytes([woff2KnownTags.index(tag)])
            + packBase128(originals.get(tag, len(data)))
            + (packBase128(len(data)) if tag in originals else b"")
            for tag, data in tables.items()
        )
        packed: bytes = brotli.compress(b"".join(tables.values()), mode=brotli.MODE_FONT, quality=_QUALITY)
        length = 48 + len(directory) + len(packed)
        whole = 12 + sum(16 + (originals.get(tag, len(data)) + 3) // 4 * 4 for tag, data in tables.items())
        padding = -length % 4
        # signature, flavour, length, number of tables, reserved, size unpacked, size packed, version
        fields = (b"wOF2", b"\0\1\0\0", length + padding, len(tables), 0, whole, len(packed), 1, 0)
        nothing = (0, 0, 0, 0, 0)  # neither metadata nor private data
        head = struct.pack(
            ">4s4sLHHLLHH5L",
            *fields,
            *nothing,
        )
        return head + directory + packed + bytes(padding)

    def _glyph(self, name: str) -> _Glyph:
        if name not in self._glyphs:
            self._glyphs[name] = self._encode(name)
        return self._glyphs[name]

    def _encode(self, name: str) -> _Glyph:
        table = self._font["glyf"]
        glyph = table[name]
        if glyph.isComposite():  # its parts would have to be in the subset, too
            every = self._font.getGlyphSet()
            pen, shapes = TTGlyphPen(None), DecomposingRecordingPen(every)
            every[name].draw(shapes)
            shapes.replay(pen)
            glyph = pen.glyph()
        glyph.expand(table)
        if glyph.numberOfContours:
            glyph.program = Program()
            glyph.recalcBounds(table)
        one = WOFF2GlyfTable()
        one.glyphOrder, one.glyphs = [name], {name: glyph}
        data = one.transform({"head": self._font["head"]})
        sizes = _HEADER.unpack_from(data)[4:]
        at, parts = _HEADER.size, []
        for size in sizes:
            parts.append(data[at : at + size])
            at += size
        size = len(glyph.compile(table, recalcBBoxes=False)) if glyph.numberOfContours else 0
        advance, _ = self._font["hmtx"][name]
        bearing = glyph.xMin if glyph.numberOfContours else 0
        return _Glyph(tuple(parts[:4]), parts[5][4:], (size + 3) // 4 * 4, struct.pack(">Hh", advance, bearing))


def _glyf(glyphs: Sequence[_Glyph]) -> bytes:
    streams = [b"".join(parts) for parts in zip(*(glyph.streams for glyph in glyphs), strict=True)]
    bits = bytearray((len(glyphs) + 31) // 32 * 4)
    for index, glyph in enumerate(glyphs):
        if glyph.box:
            bits[index >> 3] |= 0x80 >> (index & 7)
    boxes = bytes(bits) + b"".join(glyph.box for glyph in glyphs)
    parts = [*streams, b"", boxes, b""]  # no composites, no instructions
    return _HEADER.pack(0, 0, len(glyphs), 0, *map(len, parts)) + b"".join(parts)


def _cmap(points: Sequence[int]) -> bytes:
    """A cmap of one subtable in format 4; the character at index i has glyph i + 1."""
    runs = []
    for delta, run in groupby(enumerate(points, 1), lambda pair: pair[0] - pair[1]):
        together = [point for _, point in run]
        runs.append((together[0], together[-1], delta & 0xFFFF))
    runs.append((0xFFFF, 0xFFFF, 1))
    count = len(runs)
    log = count.bit_length() - 1
    starts, ends, deltas = (struct.pack(f">{count}H", *column) for column in zip(*runs, strict=True))
    search = struct.pack(">4H", 2 * count, 2 << log, log, 2 * count - (2 << log))
    body = search + ends + bytes(2) + starts + deltas + bytes(2 * count)
    return struct.pack(">4HL3H", 0, 1, 3, 1, 12, 4, len(body) + 6, 0) + body

"""A small picture for a ticket. It is no readable QR code: people here scan by scene, not by camera."""

from __future__ import annotations

import hashlib
import struct
import zlib

CELLS = 25
CELL_PIXELS = 8


def draw(text: str) -> bytes:
    """A PNG of black and white cells, the same for the same text."""
    bits = "".join(f"{byte:08b}" for n in range(3) for byte in hashlib.sha256(f"{n}{text}".encode()).digest())
    rows = []
    for y in range(CELLS):
        cells = bytes(0 if bits[(y * CELLS + x) % len(bits)] == "1" else 255 for x in range(CELLS))
        line = b"\0" + b"".join(bytes([cell]) * CELL_PIXELS for cell in cells)
        rows.append(line * CELL_PIXELS)
    size = CELLS * CELL_PIXELS
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

"""Pictures as employers' servers hold them, made here."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageDraw

GREEN = (0, 122, 75, 255)


def encoded(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def mark(
    size: tuple[int, int] = (300, 200),
    colour: tuple[int, ...] = GREEN,
    ground: tuple[int, ...] = (0, 0, 0, 0),
) -> Image.Image:
    """A disc in the middle third of a picture that is transparent elsewhere."""
    image = Image.new("RGBA", size, ground)
    width, height = size
    edges = (width // 3, height // 3, 2 * width // 3, 2 * height // 3)
    ImageDraw.Draw(image).ellipse(edges, fill=colour)
    return image


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose header speaks of many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(10_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found

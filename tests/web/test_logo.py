"""What becomes of the bytes of a logo, by themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from postings.ingest.report import Code
from postings.ingest.web import Failed
from postings.ingest.web.logo import EDGE, MAX_STORED, tile
from tests.web.pictures import GREEN, encoded, mark, opened, pixel, png_that_says

RGB = tuple[int, int, int]


def noise(mode: str, size: tuple[int, int]) -> Image.Image:
    draw = random.Random(1)
    return Image.frombytes(mode, size, draw.randbytes(len(mode) * size[0] * size[1]))


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(found, wanted, strict=True))


SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", Code.NOT_A_LOGO, "empty"),
        (b"<!doctype html><title>404</title>", Code.NOT_A_LOGO, "a page"),
        (SVG, Code.NOT_A_LOGO, "SVG"),
        (b"\xef\xbb\xbf\n<svg/>", Code.NOT_A_LOGO, "SVG"),
        (b"GIF89a", Code.NOT_A_LOGO, "damaged"),
        (encoded(Image.new("RGB", (64, 64)), "BMP"), Code.NOT_A_LOGO, "no picture"),
        (encoded(Image.new("RGB", (64, 64)), "ICO"), Code.NOT_A_LOGO, "no picture"),
        (encoded(Image.new("RGB", (64, 64)), "TIFF"), Code.NOT_A_LOGO, "no picture"),
        (encoded(Image.new("RGB", (1, 1)), "GIF"), Code.NOT_A_LOGO, "1 by 1 pixels"),
        (encoded(Image.new("RGBA", (64, 64))), Code.NOT_A_LOGO, "transparent"),
        (encoded(mark())[:-80], Code.NOT_A_LOGO, "truncated"),
        (encoded(noise("RGB", (99, 99)), "JPEG")[:3000], Code.NOT_A_LOGO, "truncated"),
        (png_that_says(4097, 4096), Code.TOO_LARGE, "17 million pixels"),
        (png_that_says(20_000, 20_000), Code.TOO_LARGE, "17 million pixels"),
        (png_that_says(2**31 - 1, 2**31 - 1), Code.TOO_LARGE, "17 million pixels"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_what_is_no_still_picture_of_bounded_size_is_refused(
    content: bytes, code: Code, said: str
) -> None:
    with pytest.raises(Failed, match=said) as refused:
        tile(content)
    assert refused.value.code is code


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP"])
def test_a_picture_that_moves_is_refused(format_: str) -> None:
    frames = [mark(colour=(shade, 0, 0, 255)) for shade in (0, 120, 240)]
    moving = encoded(frames[0], format_, save_all=True, append_images=frames[1:])
    with pytest.raises(Failed, match="moves"):
        tile(moving)


@pytest.mark.parametrize("format_", ["GIF", "PNG", "WEBP", "JPEG"])
def test_a_still_picture_is_kept_small_and_its_colour_stays(format_: str) -> None:
    image = mark((1200, 800), ground=(255, 255, 255, 255)).convert("RGB")
    kept = opened(tile(encoded(image, format_)))
    assert kept.format == "WEBP"
    assert kept.size == (EDGE, EDGE * 800 // 1200)
    assert near(pixel(kept.convert("RGB"), 72, 48), GREEN[:3])
    assert near(pixel(kept.convert("RGB"), 2, 2), (255, 255, 255))


def test_a_small_picture_is_not_enlarged() -> None:
    image = Image.new("RGB", (32, 24), GREEN[:3])
    assert opened(tile(encoded(image))).size == (32, 24)


Made = Callable[[], bytes]


def palette() -> bytes:
    image = mark().quantize(16, method=Image.Quantize.FASTOCTREE)
    assert image.mode == "P"
    return encoded(image)


def palette_with_one_transparent_colour() -> bytes:
    image = Image.new("P", (300, 200), 0)
    image.putpalette([255, 0, 255, *GREEN[:3]])
    image.paste(1, (100, 70, 200, 130))
    return encoded(image, "GIF", transparency=0)


def grey_with_alpha() -> bytes:
    return encoded(mark(colour=(60, 60, 60, 255)).convert("LA"))


@pytest.mark.parametrize(
    ("made", "colour"),
    [
        (lambda: encoded(mark()), GREEN[:3]),
        (lambda: encoded(mark(), "WEBP", lossless=True), GREEN[:3]),
        (palette, GREEN[:3]),
        (palette_with_one_transparent_colour, GREEN[:3]),
        (grey_with_alpha, (60, 60, 60)),
    ],
    ids=["PNG", "WebP", "palette", "GIF", "grey"],
)
def test_what_is_transparent_stays_so_and_is_cropped(made: Made, colour: RGB) -> None:
    kept = opened(tile(made()))
    assert kept.mode == "RGBA"
    width, height = kept.size
    assert max(kept.size) <= EDGE
    assert 1.2 < width / height < 1.8  # that of the disc, with a margin
    assert pixel(kept, 1, 1)[3] == 0
    seen = pixel(kept, width // 2, height // 2)
    assert seen[3] > 250
    assert near(seen[:3], colour)


@pytest.mark.parametrize("shade", [255, 230])
def test_a_white_logo_gets_a_dark_ground(shade: int) -> None:
    kept = opened(tile(encoded(mark(colour=(shade, shade, shade, 255)))))
    assert kept.width == kept.height
    middle = pixel(kept.convert("RGB"), kept.width // 2, kept.height // 2)
    assert near(middle, (shade, shade, shade))
    assert near(pixel(kept.convert("RGB"), 1, 1), (17, 24, 22))


def test_a_logo_of_white_and_another_colour_keeps_its_ground() -> None:
    image = mark(colour=(255, 255, 255, 255))
    image.paste(GREEN, (140, 90, 160, 110))
    assert pixel(opened(tile(encoded(image))), 1, 1)[3] == 0


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (Image.new("CMYK", (300, 200), (0, 255, 255, 0)), {"format_": "JPEG"}),
        (Image.new("RGB", (300, 200), (255, 0, 0)), {"format_": "JPEG"}),
        (Image.new("RGBA", (300, 200), (255, 0, 0, 255)), {}),
    ],
    ids=["CMYK", "RGB", "RGBA"],
)
def test_red_is_red_however_it_is_written(
    image: Image.Image, options: dict[str, str]
) -> None:
    kept = opened(tile(encoded(image, **options)))
    assert kept.mode == "RGB"
    assert near(pixel(kept, 70, 40), (255, 0, 0))


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (64, 64), 128),
        Image.new("I;16", (64, 64), 128 << 8),
    ],
    ids=["8 bits", "16 bits"],
)
def test_grey_is_grey(image: Image.Image) -> None:
    assert near(pixel(opened(tile(encoded(image))), 9, 9), (128, 128, 128))


def test_black_and_white_is_read() -> None:
    assert opened(tile(encoded(Image.new("1", (64, 64), 1)))).size == (64, 64)


def test_a_picture_that_was_taken_on_its_side_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (300, 100), "red")
    kept = opened(tile(encoded(image, "JPEG", exif=exif)))
    assert kept.size == (EDGE // 3, EDGE)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(format_: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Jo's phone"
    given = encoded(mark().convert("RGB"), format_, exif=exif, icc_profile=b"a profile")
    assert b"Jo's phone" in given
    kept = tile(given)
    assert b"Jo's phone" not in kept
    assert not {"exif", "icc_profile", "xmp"} & opened(kept).info.keys()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_most_uneven_picture_fits(mode: str) -> None:
    assert len(tile(encoded(noise(mode, (EDGE, EDGE))))) <= MAX_STORED


def test_one_picture_has_one_name() -> None:
    assert tile(encoded(mark())) == tile(encoded(mark()))


_GIVEN = [
    encoded(mark()),
    encoded(mark(), "WEBP"),
    encoded(mark().convert("P"), "GIF"),
    encoded(mark().convert("RGB"), "JPEG"),
]


@given(
    st.sampled_from(_GIVEN),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=9),
    st.integers(0, 10**6),
)
def test_damage_is_refused_or_read_past_and_raises_nothing_else(
    content: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    broken = bytearray(content)
    for position, value in changes:
        broken[position % len(broken)] = value
    with suppress(Failed):
        kept = tile(bytes(broken[: max(1, cut % (2 * len(broken)))]))
        assert len(kept) <= MAX_STORED

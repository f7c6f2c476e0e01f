"""An employer's logo: fetched, judged by its bytes, and written again small.

What is decoded is bounded first: bytes by the client, pixels by the header. What comes
out is WebP of this program's own making, with nothing of the original but its colours.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from postings.ingest.read.document import TooLarge
from postings.ingest.report import Code, Sentence, sentence
from postings.ingest.web.client import Client, Failed, Limits, Validators

#: What is decoded. SVG is a document with scripts, and ICO hides a second header.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")

#: Bytes of the file, and pixels of the picture in it.
MAX_FILE = 4 * 2**20
MAX_PIXELS = 4096 * 4096

#: The shortest longer edge: less is a pixel that counts visitors.
MIN_EDGE = 16

#: The longest edge that is kept, twice that of the largest tile, and the most bytes.
EDGE = 144
MAX_STORED = 10 * 2**10

#: Seconds and bytes a logo may take.
LIMITS = Limits(connect=10, read=10, total=30, size=MAX_FILE)

#: What logos are asked for with; some servers choose by it.
ACCEPT = "image/webp, image/png, image/jpeg, image/gif;q=0.9, */*;q=0.1"

#: Room round a logo without a ground of its own, in parts of its longer edge.
_MARGIN = 12

#: From 0 to 255: what is seen of a pixel, and what is as good as white.
_SEEN = 32
_WHITE = 208
_OPAQUE = 255

#: Of so many pixels less than one may be darker in what is called white.
_FEW = 50

#: Behind a logo that is white itself: the ink of the pages.
_INK = (17, 24, 22, 255)

#: WebP's, from the best on; the first that fits is taken.
_QUALITIES = (85, 65, 45, 25, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A logo as its server gave it; None where the validators still hold."""

    content: bytes | None
    validators: Validators


def fetched(
    client: Client, address: str, *, validators: Validators | None = None
) -> File:
    """What stands at an address, by a client of these `LIMITS`.

    Raises Failed where that is nothing, or too much.
    """
    with client.get(address, size=MAX_FILE, validators=validators) as answer:
        if answer.unchanged and validators is not None:
            return File(content=None, validators=validators)
        if isinstance(answer.fault, TooLarge):
            raise Failed(
                Code.TOO_LARGE,
                sentence(
                    "The file has more than {size}.", size=f"{MAX_FILE >> 20} MiB"
                ),
            )
        return File(content=answer.content(), validators=answer.validators)


def tile(content: bytes) -> bytes:
    """A logo as WebP: at most 144 by 144 pixels and 10 KiB, without metadata.

    What is transparent stays so, cropped to what can be seen, unless all of that is
    as good as white: then it gets a dark ground. Raises Failed for what is no still
    picture of bounded size in PNG, JPEG, GIF or WebP. Cost: up to a second and 350 MB
    for the largest.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of faults that can be read past
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _webp(_on_its_ground(_decoded(content)))
    except Failed:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise Failed(Code.NOT_A_LOGO, _what_else(content)) from error
    except Exception as error:
        message = sentence(
            "The picture is damaged ({error}).", error=str(error)[:200].rstrip(".")
        )
        raise Failed(Code.NOT_A_LOGO, message) from error


def _decoded(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise _too_many_pixels()
        if max(width, height) < MIN_EDGE:
            message = sentence(
                "The picture has {width} by {height} pixels, too few for a logo.",
                width=width,
                height=height,
            )
            raise Failed(Code.NOT_A_LOGO, message)
        if image.format in {"GIF", "PNG", "WEBP"} and getattr(
            image, "is_animated", False
        ):
            raise Failed(
                Code.NOT_A_LOGO,
                sentence("The picture moves; only still ones are kept."),
            )
        # Where JPEG can be decoded at a fraction of its size, it is.
        image.draft("RGB", (2 * EDGE, 2 * EDGE))
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # 16 bits of grey: convert() cuts them
            upright = upright.point(lambda value: value / 256, "L")
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        whole = upright.convert("RGBA")
        least, _most = whole.getchannel("A").getextrema()
        return whole.convert("RGB") if least == _OPAQUE else whole


def _on_its_ground(image: Image.Image) -> Image.Image:
    """The picture at its size, and where it is transparent what can be seen of it."""
    if image.mode == "RGB":
        image.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS, reducing_gap=3)
        return image
    seen = image.getchannel("A").point(lambda alpha: 255 * (alpha >= _SEEN))
    box = seen.getbbox()
    if box is None:
        message = sentence("Nothing can be seen: all of it is transparent.")
        raise Failed(Code.NOT_A_LOGO, message)
    shades = image.convert("L").histogram(mask=seen)
    is_white = sum(shades[:_WHITE]) * _FEW < sum(shades)
    cut = image.crop(box)
    inner = EDGE - 2 * (EDGE // _MARGIN)
    cut.thumbnail((inner, inner), Image.Resampling.LANCZOS, reducing_gap=3)
    margin = max(cut.size) // _MARGIN
    width, height = cut.width + 2 * margin, cut.height + 2 * margin
    if is_white:  # a strip of ink would be no tile
        whole = Image.new("RGBA", (max(width, height),) * 2, _INK)
    else:
        whole = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    whole.alpha_composite(
        cut, ((whole.width - cut.width) // 2, (whole.height - cut.height) // 2)
    )
    return whole


def _webp(image: Image.Image) -> bytes:
    image.info.clear()
    lossless = _saved(image, lossless=True, quality=100)
    for quality in _QUALITIES:
        smallest = min(
            lossless, _saved(image, quality=quality, alpha_quality=quality), key=len
        )
        if len(smallest) <= MAX_STORED:
            return smallest
    message = sentence("The picture is too uneven to be kept small.")
    raise Failed(Code.NOT_A_LOGO, message)


def _saved(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", **options)
    return file.getvalue()


def _too_many_pixels() -> Failed:
    message = sentence(
        "The picture has more than {millions} million pixels.",
        millions=f"{MAX_PIXELS / 1e6:.0f}",
    )
    return Failed(Code.TOO_LARGE, message)


def _what_else(content: bytes) -> Sentence:
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return sentence("It is SVG, which can hold scripts and is not taken.")
    if start[:1] == b"<":
        return sentence("The address answers with a page, not with a picture.")
    if not start:
        return sentence("The answer is empty.")
    return sentence("It is no picture in PNG, JPEG, GIF or WebP, or a damaged one.")

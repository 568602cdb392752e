"""Make safe pictures of what was sent: decoded here and written anew."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST, THUMB_LONGEST = 2048, 320
QUALITY, THUMB_QUALITY = 82, 70
# A few kilobytes can say that they are a gigapixel: refused before they are unpacked.
MOST_PIXELS = 64_000_000


class NotAPictureError(Exception):
    """The bytes are no picture that we take; the text says why."""


@dataclass(frozen=True)
class Made:
    """A picture in two sizes, both JPEG without any metadata."""

    full: bytes
    thumb: bytes
    width: int
    height: int


def make(data: bytes) -> Made:
    """Both sizes of a picture. Raises NotAPictureError."""
    picture = _decoded(data)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    width, height = picture.size
    full = _jpeg(picture, QUALITY)
    picture.thumbnail((THUMB_LONGEST, THUMB_LONGEST), Image.Resampling.LANCZOS)
    return Made(full, _jpeg(picture, THUMB_QUALITY), width, height)


def shrink(data: bytes, *, longest: int) -> bytes:
    """A picture of ours at most so large. Raises NotAPictureError."""
    picture = _decoded(data)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _jpeg(picture, THUMB_QUALITY)


def _decoded(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Our own bound is below the one at which Pillow warns.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(data), formats=FORMATS)
            _refuse_bomb(found)
            # Reads a large JPEG at a fraction of its size.
            found.draft("RGB", (LONGEST * 2, LONGEST * 2))
            upright = ImageOps.exif_transpose(found)
            return _opaque(upright)
    except NotAPictureError:
        raise
    except UnidentifiedImageError as error:
        raise NotAPictureError("It is not a JPEG, PNG or WebP picture.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPictureError("It has too many pixels.") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # What Pillow raises on damaged files of its many formats.
        raise NotAPictureError("It is damaged.") from error


def _refuse_bomb(found: Image.Image) -> None:
    width, height = found.size
    if width * height > MOST_PIXELS:
        raise NotAPictureError(f"It has too many pixels: {width} × {height}.")


def _opaque(picture: Image.Image) -> Image.Image:
    """On white where it is transparent: JPEG knows no transparency."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    # A fresh image: `info` of the old one holds what must not be written again.
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
    return target.getvalue()

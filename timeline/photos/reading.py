"""Judging a file that somebody sent: what it is by its content, and whether it is within the limits.

Pillow reads the header alone until pixels are asked for, so a bomb of pixels is refused before it takes memory.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

# The only formats that Pillow is allowed to try; each decoder more would be a way in.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# What the file picker of a browser offers.
ACCEPT = "image/jpeg,image/png,image/webp,image/gif"
MEGA = 1_000_000
# A photo of a good camera at its best quality has some 12 MB.
MOST_BYTES = 15 * MEGA
MOST_PIXELS = 50 * MEGA

# Pillow checks this as soon as it knows the size, also of a frame of a GIF that is larger than the header says. It
# warns of more than this, and refuses what is more than twice as much.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2
# Its warnings tell us nothing: a photo is read, or refused with a reason.
warnings.filterwarnings("ignore", module=r"PIL\.")

# Brands of the container that phones put HEIC and AVIF photos in.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"})

# What Pillow's decoders raise for a file that is not what its beginning says.
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError)


class PhotoRefusedError(ValidationError):
    """A file that is no photo, or beyond a limit. The message is for who sent it."""


@contextmanager
def read(file: IO[bytes]) -> Iterator[Image.Image]:
    """Open a file as an image whose pixels may be read within the block; close the image, not the file, after it.

    Raises:
        PhotoRefusedError: it is too large, has too many pixels, or is no photo, which may come out only when its
            pixels are read.
    """
    _check_bytes(file)
    try:
        with Image.open(file, formats=FORMATS) as image:
            yield image
    except Image.DecompressionBombError as error:
        raise too_many_pixels() from error
    except PhotoRefusedError:
        raise
    except UNREADABLE as error:
        raise no_photo(file) from error


def _check_bytes(file: IO[bytes]) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise PhotoRefusedError(_("This file is empty."), code="empty")
    if size > MOST_BYTES:
        raise too_large()


def too_large() -> PhotoRefusedError:
    """Return the refusal of a file with too many bytes."""
    return PhotoRefusedError(
        _("This photo is too large: at most %(limit)d MB fit."),
        code="too-large",
        params={"limit": MOST_BYTES // MEGA},
    )


def too_many_pixels() -> PhotoRefusedError:
    """Return the refusal of an image with too many pixels."""
    return PhotoRefusedError(
        _("This photo has more than %(limit)d million pixels. Make it smaller and try again."),
        code="too-many-pixels",
        params={"limit": MOST_PIXELS // MEGA},
    )


def no_photo(file: IO[bytes]) -> PhotoRefusedError:
    """Return the refusal of what cannot be read; it names HEIC, which only looks like a photo to who sends it."""
    file.seek(0)
    head = file.read(12)
    if head[4:8] == b"ftyp" and head[8:] in HEIC_BRANDS:
        return PhotoRefusedError(
            _("This is a HEIC or AVIF photo, which not every browser shows. Save it as JPEG and try again."),
            code="heic",
        )
    return PhotoRefusedError(_("This file is no photo that can be read. JPEG, PNG, WebP and GIF can."), code="no-photo")

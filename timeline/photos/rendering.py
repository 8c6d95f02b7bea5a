"""Drawing a photo anew, in the sizes that are kept: upright, in sRGB, and nothing in the files but pixels."""

import io
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageCms, ImageOps
from PIL.Image import Resampling

# Measured on a photo of 12 MP at 2016 × 1512: WebP 353 kB in 110 ms, JPEG of the same quality 513 kB in 8 ms, WebP with
# method 4 335 kB in 250 ms. A photo is written once and read by each friend.
QUALITY = 80
METHOD = 2

# A profile of colours is larger than this only to do harm; without it colours are off by a little.
MOST_PROFILE_BYTES = 1_000_000
SRGB = ImageCms.createProfile("sRGB")

# How the camera was held, in EXIF data, and what sets it right.
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Decoding and scaling 50 MP takes some 400 MB: this many at once in one process, the others wait.
desk = threading.BoundedSemaphore(2)


class Size(StrEnum):
    """The sizes in which each photo is kept."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True)
class Cut:
    """How large a photo is kept.

    Attributes:
        small: pixels of the shorter side of the small file, so that it fills a square.
        large: pixels of the longer side of the large one, of a square each side, at the most.
        is_square: cut the middle square out.
    """

    small: int
    large: int
    is_square: bool = False

    def target(self, size: tuple[int, int], *, tolerance: float = 1) -> tuple[int, int]:
        """Return to what size an image is scaled for the large file, or with a tolerance, a size that will do."""
        decisive = min(size) if self.is_square else max(size)
        return _scaled(size, min(1, self.large * tolerance / decisive))


POSTED = Cut(small=480, large=2048)
PICTURE = Cut(small=192, large=768, is_square=True)
# A panorama fills the square of its shorter side only up to here.
LONGEST_SMALL = 1280


@dataclass(frozen=True)
class Rendered:
    """A photo drawn anew.

    Attributes:
        files: the content of its files.
        width, height: of the large one.
    """

    files: Mapping[Size, bytes]
    width: int
    height: int


def render(image: Image.Image, cut: Cut) -> Rendered:
    """Draw an image that was just opened, its first frame if it moves.

    Raises:
        Exception: of those that `reading.UNREADABLE` names, when the pixels cannot be read.
    """
    with desk:
        large = _large(image, cut)
        small = _small(large, cut)
        return Rendered({Size.SMALL: encode(small), Size.LARGE: encode(large)}, *large.size)


def _large(image: Image.Image, cut: Cut) -> Image.Image:
    """Return the pixels of the large file."""
    # A JPEG decoder gives halves and quarters without scaling, in a fourth of the time: one about as large will do.
    image.draft(None, cut.target(image.size, tolerance=0.75))
    image.load()
    target = cut.target(image.size)
    pixels = flat(image)
    # Scaled first of all: each step is cheaper on fewer pixels.
    scaled = pixels if pixels.size == target else pixels.resize(target, Resampling.LANCZOS, reducing_gap=2)
    upright = _upright(in_srgb(scaled, image.info.get("icc_profile")), image)
    return _square(upright) if cut.is_square else upright


def _small(large: Image.Image, cut: Cut) -> Image.Image:
    width, height = large.size
    scale = min(cut.small / min(width, height), LONGEST_SMALL / max(width, height))
    return large if scale >= 1 else large.resize(_scaled(large.size, scale), Resampling.LANCZOS, reducing_gap=2)


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    width, height = size
    return max(1, round(width * scale)), max(1, round(height * scale))


def _square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    return ImageOps.fit(image, (side, side))


def flat(image: Image.Image) -> Image.Image:
    """Return an image with eight bits a channel, in grey, RGB or CMYK, and on white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off instead of scaling
        return image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        shown = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), shown).convert("RGB")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return an image in sRGB; a colour profile that is broken, or does not fit the image, is left aside."""
    if profile and len(profile) <= MOST_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
        else:
            return converted or image
    return image.convert("RGB")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """Turn an image as the EXIF data of the original says; broken data say nothing."""
    try:
        turned = TURNS.get(original.getexif().get(ORIENTATION, 1))
    except (SyntaxError, ValueError, TypeError, struct.error):
        turned = None
    return image if turned is None else image.transpose(turned)


def encode(image: Image.Image) -> bytes:
    """Return an image as a WebP file that holds its pixels alone."""
    # A new image: Pillow's encoders take metadata from the `info` of the old one.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    file = io.BytesIO()
    bare.save(file, "WEBP", quality=QUALITY, method=METHOD)
    return file.getvalue()

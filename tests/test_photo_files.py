"""What becomes of a file: judged by its content, within limits, drawn anew with nothing in it but pixels."""

import io
import os
import resource
import struct
import subprocess
import sys
import zlib
from threading import BoundedSemaphore

import pytest
from PIL import Image, ImageCms

from tests.pictures import BLUE, RED, chunk, image_file, png, saved
from tests.servers import ROOT
from timeline.photos import PhotoRefusedError, Size, rendering
from timeline.photos.reading import MOST_BYTES, read
from timeline.photos.rendering import MOST_PROFILE_BYTES, PICTURE, POSTED, Cut, Rendered, render

SECRET = b"52.5200N 13.4050E"


def rendered(content: bytes, cut: Cut = POSTED) -> Rendered:
    with read(io.BytesIO(content)) as image:
        return render(image, cut)


def opened(content: bytes, cut: Cut = POSTED, size: Size = Size.LARGE) -> Image.Image:
    """Return what is stored of a file."""
    image = Image.open(io.BytesIO(rendered(content, cut).files[size]))
    image.load()
    return image


def refusal(content: bytes) -> str:
    with pytest.raises(PhotoRefusedError) as refused:
        rendered(content)
    return refused.value.messages[0]


def is_like(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    """Tell whether a pixel has nearly a colour: WebP is lossy."""
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 25 for one, other in zip(pixel, colour, strict=True))


# --- What is taken --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_photo_of_each_format_becomes_webp(file_format: str) -> None:
    image = opened(image_file(file_format, (200, 100)))
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (200, 100))
    assert is_like(image, (50, 50), RED)
    assert is_like(image, (150, 50), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_can_be_stored(mode: str) -> None:
    assert opened(saved(Image.new(mode, (20, 10)), "PNG")).size == (20, 10)


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off() -> None:
    image = opened(saved(Image.new("I;16", (20, 10), 0x8000), "PNG"))
    assert is_like(image, (5, 5), (128, 128, 128))


def test_what_is_transparent_becomes_white() -> None:
    assert is_like(opened(saved(Image.new("RGBA", (20, 10), (0, 0, 0, 0)), "PNG")), (5, 5), (255, 255, 255))


def test_an_animation_is_stored_as_its_first_frame() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in (RED, BLUE)]
    for file_format in ("GIF", "WEBP", "PNG"):
        image = opened(saved(frames[0], file_format, save_all=True, append_images=frames[1:]))
        assert not getattr(image, "is_animated", False)
        assert is_like(image, (10, 10), RED)


def test_a_name_or_a_type_makes_no_photo() -> None:
    """Guard: `formats` of Image.open. Pillow could read these, by decoders that nobody needs here."""
    for file_format in ("TIFF", "BMP", "ICO", "PPM"):
        assert "no photo" in refusal(image_file(file_format))


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a<script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"%PDF-1.7",
        b"\xff\xd8\xff",
        b"\0" * 5000,
    ],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    assert refusal(content) == "This file is no photo that can be read. JPEG, PNG, WebP and GIF can."


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "This file is empty."


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_heic_photo_is_called_by_its_name(brand: bytes) -> None:
    assert refusal(b"\0\0\0\x18ftyp" + brand + b"\0" * 100).startswith("This is a HEIC or AVIF photo")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_breaks_off_is_refused(file_format: str) -> None:
    noise = saved(Image.effect_noise((300, 300), 90).convert("RGB"), file_format)
    for length in (10, 40, len(noise) // 2):
        assert "no photo" in refusal(noise[:length])


# --- Limits ---------------------------------------------------------------------------------------------------


def test_too_many_bytes_are_refused_with_the_limit() -> None:
    photo = image_file()
    rendered(photo + b"\0" * (MOST_BYTES - len(photo)))
    assert refusal(photo + b"\0" * (MOST_BYTES - len(photo) + 1)) == "This photo is too large: at most 15 MB fit."


def webp_of(width: int, height: int) -> bytes:
    """Return a WebP file whose header says that it has so many pixels."""
    frames = [Image.new("RGB", (9, 9), colour) for colour in (RED, BLUE)]
    small = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    return small[:24] + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3] + small[30:]


def gif_of(width: int, height: int, *, frame: tuple[int, int]) -> bytes:
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    return header + b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0x80) + b"\0" * 6 + b"\2\2\x44\1\0\x3b"


def jpeg_of(width: int, height: int) -> bytes:
    photo = image_file()
    frame = photo.index(b"\xff\xc0")
    return photo[: frame + 5] + struct.pack(">HH", height, width) + photo[frame + 9 :]


@pytest.mark.parametrize(
    "bomb",
    [
        png(60_000, 60_000, pixels=b"\0"),
        png(10_000, 5_001, pixels=b"\0"),
        webp_of(16_383, 16_383),
        gif_of(65_535, 65_535, frame=(1, 1)),
        gif_of(1, 1, frame=(65_535, 65_535)),
        jpeg_of(65_000, 65_000),
    ],
    ids=["png", "png just above", "webp", "gif", "frame of a gif", "jpeg"],
)
def test_a_bomb_of_pixels_is_refused_by_its_header(bomb: bytes) -> None:
    assert refusal(bomb).startswith("This photo has more than 50 million pixels.")


def print_memory_that_bombs_take() -> None:
    """Print how many kilobytes more than before the process has taken at its peak."""
    zeros = zlib.compress(bytes(400_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for bomb in (
        png(60_000, 60_000, pixels=b"0"),
        webp_of(16_383, 16_383),
        gif_of(1, 1, frame=(65_535, 65_535)),
        jpeg_of(65_000, 65_000),
        png(8, 8, chunk(b"iCCP", b"x\0\0" + zeros)),
        png(8, 8, chunk(b"zTXt", b"x\0\0" + zeros)),
        png(8, 8, chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros)),
    ):
        refusal(bomb)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


def test_no_bomb_takes_memory() -> None:
    """Measured in a process of its own. Any of them, decoded, takes 400 MB or more."""
    program = "import django; django.setup(); import tests.test_photo_files as t; t.print_memory_that_bombs_take()"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 50_000


# --- What is stored -------------------------------------------------------------------------------------------


def full_of_metadata() -> list[bytes]:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 29: SECRET.decode()})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET
    jpeg = image_file("JPEG", exif=exif, icc_profile=profile, comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET)
    webp = image_file("WEBP", exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta>" + SECRET)
    texts = chunk(b"tEXt", b"Comment\0" + SECRET), chunk(b"iTXt", b"Title\0\0\0\0\0" + SECRET)
    compressed = chunk(b"zTXt", b"Place\0\0" + zlib.compress(SECRET)), chunk(b"eXIf", exif.tobytes())
    return [
        jpeg,
        jpeg + SECRET,
        webp,
        png(20, 10, *texts, *compressed, chunk(b"teSt", SECRET)),
        image_file("GIF", comment=SECRET),
    ]


@pytest.mark.parametrize("content", full_of_metadata(), ids=["jpeg", "trailing bytes", "webp", "png", "gif"])
def test_nothing_but_pixels_is_stored(content: bytes) -> None:
    assert SECRET in content, "else this test proves nothing"
    for stored in rendered(content).files.values():
        image = Image.open(io.BytesIO(stored))
        assert not image.getexif()
        assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(image.info)
        # The container holds one chunk of pixels and nothing else.
        assert (stored[8:16], 20 + struct.unpack("<I", stored[16:20])[0]) in (
            (b"WEBPVP8 ", len(stored)),
            (b"WEBPVP8 ", len(stored) - 1),
        )
        assert SECRET not in stored


@pytest.mark.parametrize(
    ("orientation", "red_at"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom"), (2, "right"), (5, "top")]
)
def test_a_photo_is_turned_as_its_camera_was_held(orientation: int, red_at: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for file_format in ("JPEG", "PNG", "WEBP"):
        image = opened(image_file(file_format, (80, 40), exif=exif))
        width, height = image.size
        assert (width > height) == (red_at in ("left", "right"))
        red = {"left": (5, 20), "right": (width - 5, 20), "top": (20, 5), "bottom": (20, height - 5)}[red_at]
        assert is_like(image, red, RED)


def test_broken_exif_data_turn_nothing() -> None:
    assert opened(image_file("WEBP", exif=b"Exif\0\0junk")).size == (64, 48)


def with_red_and_blue_swapped() -> bytes:
    """Return the profile of a space in which what is called red is blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_colours_of_another_space_are_converted(file_format: str) -> None:
    """Guard: in_srgb."""
    red = saved(Image.new("RGB", (20, 20), (255, 0, 0)), file_format, icc_profile=with_red_and_blue_swapped())
    assert is_like(opened(red), (5, 5), (0, 0, 255))


def test_a_huge_profile_is_left_aside() -> None:
    """Guard: MOST_PROFILE_BYTES."""
    huge = with_red_and_blue_swapped() + bytes(MOST_PROFILE_BYTES)
    red = saved(Image.new("RGB", (20, 20), (255, 0, 0)), "JPEG", icc_profile=huge)
    assert is_like(opened(red), (5, 5), (255, 0, 0))


@pytest.mark.parametrize("profile", [b"junk" * 50, b""])
def test_a_broken_profile_is_left_aside(profile: bytes) -> None:
    grey = Image.new("RGB", (20, 20), (128, 128, 128))
    assert is_like(opened(saved(grey, "JPEG", icc_profile=profile)), (5, 5), (128, 128, 128))


def test_a_photo_for_print_looks_right() -> None:
    assert is_like(opened(saved(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG")), (5, 5), (255, 0, 0))


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((4032, 3024), (2016, 1512), (640, 480)),
        ((3024, 4032), (1512, 2016), (480, 640)),
        ((4000, 3000), (2000, 1500), (640, 480)),
        ((300, 200), (300, 200), (300, 200)),
        ((6000, 600), (2048, 205), (1280, 128)),
        ((1, 3000), (1, 2048), (1, 1280)),
    ],
)
def test_photos_are_stored_in_two_sizes(size: tuple[int, int], large: tuple[int, int], small: tuple[int, int]) -> None:
    photo = rendered(image_file("JPEG", size))
    assert (photo.width, photo.height) == large
    sizes = {name: Image.open(io.BytesIO(content)).size for name, content in photo.files.items()}
    assert sizes == {Size.LARGE: large, Size.SMALL: small}


@pytest.mark.parametrize(("size", "side"), [((1600, 900), 768), ((900, 1600), 768), ((200, 300), 200), ((1, 9000), 1)])
def test_a_persons_picture_is_the_middle_square(size: tuple[int, int], side: int) -> None:
    picture = rendered(image_file("PNG", size), PICTURE)
    assert (picture.width, picture.height) == (side, side)
    assert Image.open(io.BytesIO(picture.files[Size.SMALL])).size == (min(side, 192),) * 2


def test_many_photos_at_once_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the desk. Each photo of 50 MP takes hundreds of megabytes while it is drawn."""
    one = BoundedSemaphore(1)
    others_wait = []

    def note(image: Image.Image) -> bytes:
        others_wait.append(not one.acquire(blocking=False))
        return b""

    monkeypatch.setattr(rendering, "desk", one)
    monkeypatch.setattr(rendering, "encode", note)
    rendered(image_file())
    assert others_wait == [True, True]

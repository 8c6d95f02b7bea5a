"""The files of photos: under MEDIA_ROOT, named by the photo's key, whole or not there at all."""

import os
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.conf import settings

from timeline.photos.rendering import Size

# What a file is called while it is being written.
UNFINISHED = ".part"


def path_of(key: UUID, size: Size) -> Path:
    """Return where the file of a photo lies, in one size."""
    # The first two digits spread the files over 256 directories.
    return settings.MEDIA_ROOT / key.hex[:2] / f"{key.hex}-{size.value}.webp"


def write(key: UUID, renditions: Mapping[Size, bytes]) -> None:
    """Write the files of a photo; when this returns, they outlive a power cut.

    Raises:
        OSError: the disk is full or cannot be written. Some of the files may be there: `remove` them.
    """
    directory = path_of(key, Size.SMALL).parent
    directory.mkdir(parents=True, exist_ok=True)
    for size, content in renditions.items():
        _write_whole(path_of(key, size), content)
    _sync(directory)


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _sync(directory: Path) -> None:
    """Make the names in a directory durable: syncing a file does not sync its name."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(key: UUID) -> None:
    """Remove the files of a photo, also what a crash left half written; those that are not there are no matter."""
    for size in Size:
        path = path_of(key, size)
        path.unlink(missing_ok=True)
        path.with_name(path.name + UNFINISHED).unlink(missing_ok=True)

"""A small disk of our own, which can be filled."""

import contextlib
import ctypes
import errno
import os
import subprocess
from pathlib import Path

CLONE_NEWNS = 0x00020000
# Room for a few of beanstalkd's files of 10 MB each.
SIZE = "44m"
PAGE = 4096


def mount(directory: Path) -> str:
    """Put a small file system of memory over a directory, seen only by this process and those it starts.

    It vanishes with them, however they end.

    Returns:
        Why it could not be done, or "".
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS):
        return f"no mounts of its own: {os.strerror(ctypes.get_errno())}"
    for command in (
        ["mount", "--make-rprivate", "/"],
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(directory)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip()
    return ""


def fill(directory: Path) -> Path:
    """Fill the disk to the last page. Returns the file to remove."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, PAGE):
            with contextlib.suppress(DiskFullError):
                while True:
                    write(file.fileno(), size)
    return filler


class DiskFullError(Exception):
    """There is no room left."""


def write(descriptor: int, size: int) -> None:
    try:
        os.write(descriptor, bytes(size))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFullError from error

"""What the run tells while it goes on."""

import sys
import time

STARTED = time.monotonic()


def seconds_so_far() -> float:
    """Return the seconds since the start."""
    return time.monotonic() - STARTED


def say(line: str) -> None:
    """Print a line with the seconds since the start."""
    sys.stderr.write(f"{seconds_so_far():6.1f} s  {line}\n")
    sys.stderr.flush()

"""What the run tells while it goes on."""

import sys
import time

STARTED = time.monotonic()


def say(line: str) -> None:
    """Print a line with the seconds since the start."""
    sys.stderr.write(f"{time.monotonic() - STARTED:6.1f} s  {line}\n")
    sys.stderr.flush()

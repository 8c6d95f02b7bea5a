"""What a supervised process needs: to end when told, to die with its parent, and to be the only one."""

import ctypes
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM, which supervisor sends, and on SIGINT, which Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


def follow_parent() -> None:
    """Get SIGTERM when the parent dies, so that a killed supervisord leaves no consumer behind (Linux only)."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died just before we asked
            os.kill(os.getpid(), signal.SIGTERM)


def commit_without_waiting() -> None:
    """Let this process commit without waiting for PostgreSQL's disk: only for one that does nothing but fan-out.

    A crash of PostgreSQL then loses the last entries together with the marks that they are delivered, since both are
    in one transaction, and the sweeper does them again. The tweets themselves are committed by others, durably.
    """
    if connection.vendor == "postgresql":
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c synchronous_commit=off".strip()


class ShardGuard:
    """A lock file that one process at a time holds; the kernel frees it however that process ends.

    Args:
        shard: what to guard.
        give_up: asked now and then while waiting; True ends the waiting without the lock.
    """

    def __init__(self, shard: int, give_up: Callable[[], bool]) -> None:
        self.path = settings.VAR_DIR / "run" / f"shard-{shard}.lock"
        self.give_up = give_up
        self.file: IO[str] | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file = self.path.open("w")
        waiting = False
        while not self._locked() and not self.give_up():
            if not waiting:
                logger.warning("waiting: another process consumes this shard lock=%s", self.path)
            waiting = True
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.file is not None:
            self.file.close()

    def _locked(self) -> bool:
        assert self.file is not None
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

"""The horizon: an id that no tweet reaches soon, and below which every tweet has its partition.

A timeline that is read from the horizon on cannot have rows in the default partition. Only then does PostgreSQL read
the partitions in their order, newest first, and stop when the page is full; else it looks into each of them first.
"""

import time

from django.conf import settings
from django.db import connection
from django.db.models import Max

from timeline.models import Tweet

# How long the horizon is good. It is at least one partition away: nobody posts so many tweets in this time.
SECONDS = 10.0


class Horizon:
    """What this process knows of the horizon: one small query every ten seconds."""

    def __init__(self) -> None:
        self.id = 0
        self.until = 0.0

    def now(self) -> int | None:
        """Return the id; None on SQLite, which has no partitions."""
        if connection.vendor != "postgresql":
            return None
        if time.monotonic() >= self.until:
            size = settings.TIMELINE_PARTITION
            newest = Tweet.objects.aggregate(newest=Max("pk"))["newest"] or 0
            # The sweeper keeps partitions ahead up to here (`partitions.AHEAD`).
            self.id = (newest // size + 2) * size
            self.until = time.monotonic() + SECONDS
        return self.id

    def forget(self) -> None:
        """Ask anew next time."""
        self.until = 0.0


horizon = Horizon()

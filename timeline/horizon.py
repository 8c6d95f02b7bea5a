"""The horizon: an id that no tweet reaches soon, and below which every tweet has its partition.

A timeline that is read from the horizon on cannot have rows in the default partition. Only then does PostgreSQL read
the partitions in their order, newest first, and stop when the page is full; else it looks into each of them first.
"""

import time

from django.conf import settings
from django.db import connection
from django.db.models import Max

from timeline.models import Tweet
from timeline.partitions import AHEAD

# How long the horizon is good. It is at least AHEAD - 1 partitions away: nobody posts so many tweets in this time.
SECONDS = 10.0

# A page is looked for in so many partitions before it is in all of them: PostgreSQL takes 0.04 ms to open each one, in
# whichever the page then is.
NEAR = 16


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
            # The sweeper keeps partitions ahead up to here.
            self.id = (newest // size + AHEAD) * size
            self.until = time.monotonic() + SECONDS
        return self.id

    def forget(self) -> None:
        """Ask anew next time."""
        self.until = 0.0


horizon = Horizon()


def nearest(before: int | None) -> int | None:
    """Return the tweet id after which a page that begins before `before` is to be looked for first; None for anywhere.

    On SQLite it may be anywhere, and so it may while there are few partitions.
    """
    if before is None or connection.vendor != "postgresql":
        return None
    after = before - NEAR * settings.TIMELINE_PARTITION - 1
    return after if after > 0 else None

"""The consumer of one shard: takes tweet ids from its tube and delivers them."""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from timeline.attempts import deliver_counting
from timeline.broker import BrokerUnavailableError, Job, describe
from timeline.fanout import Delivered
from timeline.queue import Inbox
from timeline.shards import tube_of

logger = logging.getLogger(__name__)

# Seconds to wait after the first failure in a row; doubled with each one more, up to the most.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class Consumer:
    """Delivers the tweets of one shard until it is told to stop.

    Args:
        shard: which tube to consume.
    """

    def __init__(self, shard: int) -> None:
        self.shard = shard
        self.inbox = Inbox(tube_of(shard))
        self.stopping = threading.Event()
        self.is_idle = False
        self.failures = 0
        self.batch = settings.TIMELINE_BATCH

    def run(self) -> None:
        """Work until `stop`. Whatever is away, the broker or the database, is waited for."""
        logger.info("consuming shard=%d tube=%s", self.shard, self.inbox.tube)
        while not self.stopping.is_set():
            try:
                self.step()
                self.failures = 0
            except (BrokerUnavailableError, DatabaseError, InterfaceError) as error:
                if not self.stopping.is_set():
                    self._recover(error)
        with contextlib.suppress(BrokerUnavailableError):  # they come again, and are found to be delivered
            self.inbox.finish()
        self.inbox.close()
        logger.info("stopped shard=%d", self.shard)

    def step(self) -> bool:
        """Take what is ready and deliver it. Returns whether there was anything to do.

        Raises:
            BrokerUnavailableError, django.db.Error: the jobs are ready again, nothing is lost.
        """
        jobs = self._take()
        if not jobs:
            return False
        self._deliver([job.tweet_id for job in jobs if job.tweet_id is not None])
        for job in jobs:
            if job.tweet_id is None:
                logger.warning("dropped a job that is no tweet id shard=%d body=%.80r", self.shard, job.body)
        # Last of all: a crash before this line repeats the work, which changes nothing.
        self.inbox.delete(jobs)
        return True

    def stop(self) -> None:
        """End `run`: at once when idle, else after the batch in hand. Safe to call from a signal handler."""
        self.stopping.set()
        if self.is_idle:
            self.inbox.interrupt()

    def _take(self) -> list[Job]:
        self.inbox.connect()
        # In this order: a signal before the check is seen by it, one after it interrupts the waiting.
        self.is_idle = True
        try:
            return [] if self.stopping.is_set() else self.inbox.take(self.batch)
        finally:
            self.is_idle = False

    def _deliver(self, tweet_ids: Sequence[int]) -> None:
        if not tweet_ids:
            return
        started = time.perf_counter()
        delivered = deliver_counting(tweet_ids)
        milliseconds = (time.perf_counter() - started) * 1000
        logger.info(
            "delivered shard=%d tweets=%s rows=%d ms=%.1f",
            self.shard,
            ",".join(map(str, delivered.tweets)) or "-",
            delivered.rows,
            milliseconds,
        )
        self.batch = fitting_batch(delivered)
        if delivered.done:
            logger.info("already delivered shard=%d tweets=%s", self.shard, ",".join(map(str, delivered.done)))
        if delivered.unknown:
            logger.info("no such tweet shard=%d tweets=%s", self.shard, ",".join(map(str, delivered.unknown)))

    def _recover(self, error: Exception) -> None:
        """Give the jobs back, drop the connections, and wait a little, longer each time."""
        self.inbox.close()
        connection.close()
        pause = pause_after(self.failures)
        self.failures += 1
        logger.warning("trying again in %.1f s shard=%d error=%s", pause, self.shard, describe(error).strip())
        self.stopping.wait(pause)


def pause_after(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row; spread, so that consumers part."""
    # No more doublings than the longest pause needs: after an outage of hours the number would fit no float.
    return min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE) * random.uniform(0.5, 1)


def fitting_batch(last: Delivered) -> int:
    """Return how many jobs to take next, so that a batch like the last one stays within the rows it may write.

    Counting the friends of all authors beforehand would cost as much as a third of the fan-out itself.
    """
    if not last.tweets:
        return settings.TIMELINE_BATCH
    rows_each = max(1, last.rows // len(last.tweets))
    return max(1, min(settings.TIMELINE_BATCH, settings.TIMELINE_BATCH_ROWS // rows_each))

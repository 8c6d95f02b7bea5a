"""The sweeper: finds tweets whose fan-out never finished, and pushes them again.

Whatever happens to a push or a job, the tweet's row says "waiting", and from `due_at` on it is looked after here.
"""

import logging
import threading
import time
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction

from timeline import broker, partitions, queue
from timeline.dormancy import let_sleep
from timeline.limits import forget_old
from timeline.models import Tweet
from timeline.models.tweet import TweetQuerySet, end_of_lease
from timeline.photos import clear_away
from timeline.shards import all_shards, tube_of
from timeline.tubes import orphans

logger = logging.getLogger(__name__)

# Seconds between two rounds that found nothing.
PAUSE = 1.0
# Seconds between two rounds of upkeep, in which far fewer tweets are posted than partitions are ahead.
UPKEEP = 30.0
# How many tweets one round pushes; the rest waits for the next, which follows at once.
CHUNK = 500
# A tube with so many ready jobs is long: its consumer is behind, and its tweets are late, not lost. What is pushed
# again is less urgent than what is fresh, so pushing earlier would gain nothing.
LONG = 200


class Sweeper:
    """Pushes again what was lost, round by round, until it is told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.trouble = ""
        self.upkeep_at = 0.0

    def run(self) -> None:
        """Work until `stop`. Whatever is away, the broker or the database, is waited for."""
        logger.info("sweeping every_s=%.0f", PAUSE)
        while not self.stopping.is_set():
            try:
                found = self.step()
                self.trouble = ""
            except (broker.BrokerUnavailableError, DatabaseError, InterfaceError) as error:
                self._report(broker.describe(error).strip())
                connection.close()
                found = False
            if not found:
                self.stopping.wait(PAUSE)
        logger.info("stopped sweeping")

    def step(self) -> bool:
        """Do one round. Returns whether there may be more to do at once.

        Raises:
            BrokerUnavailableError, django.db.Error: the round changes nothing; what it pushed is pushed again.
        """
        close_old_connections()
        self._keep_up()
        tubes = broker.tube_stats()
        moved = adopt_orphans(tubes)
        short = [shard for shard in all_shards() if ready_in(tubes, shard) < LONG]
        return bool(moved) | (push_due(short) == CHUNK)

    def _keep_up(self) -> None:
        """Do the upkeep that need not be done each second."""
        if time.monotonic() >= self.upkeep_at:
            # First of all, so that upkeep which fails is tried again later and does not keep tweets from being swept.
            self.upkeep_at = time.monotonic() + UPKEEP
            partitions.make_ahead()
            let_sleep()
            clear_away()
            forget_old()

    def _report(self, trouble: str) -> None:
        """Log what is wrong, once for as long as it stays the same."""
        if trouble != self.trouble:
            logger.warning("nothing swept, trying every second: %s", trouble)
        self.trouble = trouble

    def stop(self) -> None:
        """End `run` after the round in hand. Safe to call from a signal handler."""
        self.stopping.set()


def ready_in(tubes: broker.TubeStats, shard: int) -> int:
    """Return how many jobs are ready in the tube of a shard; a tube that does not exist is empty."""
    return tubes.get(tube_of(shard), {}).get("current-jobs-ready", 0)


def push_due(shards: list[int]) -> int:
    """Push a chunk of the tweets that are due in some shards, and give each another lease.

    The rows stay locked until the push is done. Another sweeper skips them, and if this one dies they are due
    still. That a tweet may be pushed twice does no harm.

    Returns:
        How many were pushed.
    """
    if not Tweet.objects.due().exists():
        return 0
    with transaction.atomic():
        due = Tweet.objects.due().in_shards(shards).order_by("due_at")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:CHUNK])
        queue.push_all(ids)
        Tweet.objects.waiting().filter(pk__in=ids).update(due_at=end_of_lease())
    if ids:
        logger.warning("pushed again tweets=%d first=%d last=%d", len(ids), min(ids), max(ids))
    return len(ids)


@dataclass(frozen=True)
class PushedAgain:
    """How many tweets are in their tubes again, and how many wait for the sweeper because the broker is away."""

    pushed: int
    left: int


def push_again(tweets: TweetQuerySet) -> PushedAgain:
    """Deliver tweets once more from the beginning, as if they had just been posted, whatever became of them before."""
    ids = tweets.deliver_again()
    pushed = sum(queue.push(pk, priority=queue.AGAIN) for pk in ids)
    return PushedAgain(pushed, len(ids) - pushed)


def adopt_orphans(tubes: broker.TubeStats) -> int:
    """Empty the tubes of shards that are no more since N was lowered. Returns how many jobs were moved."""
    moved = 0
    for tube in orphans(tubes):
        jobs = queue.adopt(tube)
        if jobs:
            logger.warning("moved the jobs of a tube without a shard tube=%s jobs=%d", tube, jobs)
        moved += jobs
    return moved

"""Trellis itself: real consumer processes, real tubes."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.circle import post_quietly
from benchmarks.servers import wait_until
from benchmarks.world import World
from timeline import broker, queue
from timeline.models import Tweet
from timeline.shards import all_shards, tube_of

# Longer than any filling of tubes takes.
PAUSED, RUNNING = 3600, 0

Consumers = list[subprocess.Popen[bytes]]


@contextmanager
def consumers(world: World, count: int) -> Iterator[Consumers]:
    """Run `manage.py consume_tweets` for each of so many shards, each with its connections made, on empty tubes."""
    world.enter(shards=count)
    started = [
        world.start("manage.py", "consume_tweets", str(shard), log=f"consumer-{shard}") for shard in range(count)
    ]
    try:
        wait_until(everybody_waits, "all consumers wait for jobs")
        # One tweet each, after which they have their connections to the database, too.
        drain(post_quietly(world, 2 * count, seed=0))
        yield started
    finally:
        for consumer in started:
            consumer.terminate()
        for consumer in started:
            consumer.wait(timeout=60)


def drain(tweet_ids: Sequence[int]) -> float:
    """Fill the tubes while they are paused, let them go, and return the seconds until the last job is done.

    A job is deleted after its entries are committed, so this is the moment at which nothing is left to do.
    """
    pause_tubes(PAUSED)
    queue.push_all(tweet_ids, priority=queue.FRESH)
    started = time.perf_counter()
    pause_tubes(RUNNING)
    wait_until(everything_is_done, "all tweets are delivered", patience=600)
    seconds = time.perf_counter() - started
    if Tweet.objects.filter(pk__in=tweet_ids[-1:]).waiting().exists():
        raise RuntimeError("the tubes are empty, but a tweet still waits")
    return seconds


def pause_tubes(seconds: int) -> None:
    """Keep consumers from getting jobs, or with RUNNING let them."""
    with broker.Connection(broker.SOON) as connection:
        for shard in all_shards():
            connection.pause_tube(tube_of(shard), seconds)


def everybody_waits() -> bool:
    """Tell whether each tube has a consumer that waits for a job."""
    tubes = broker.tube_stats()
    return all(tubes.get(tube_of(shard), {}).get("current-waiting") == 1 for shard in all_shards())


def everything_is_done() -> bool:
    """Tell whether no tube has a job, nor any consumer."""
    with broker.Connection(broker.SOON) as connection:
        stats = connection.stats()
    return not stats["current-jobs-ready"] and not stats["current-jobs-reserved"]

"""What people would pick instead: Celery, a feed in Redis, and the way of the article that Trellis started from.

Celery and the article's way write the timeline table that Django makes by default.
"""

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import redis
from django.db import connection

from benchmarks.audit import friends_of_everybody
from benchmarks.celery_feed import app, deliver
from benchmarks.circle import PLAIN, post_quietly
from benchmarks.plain.models import FeedEntry
from benchmarks.race import Work, race
from benchmarks.servers import Servers, wait_until
from benchmarks.verdict import Audited
from benchmarks.world import World, execute
from timeline import broker, queue
from timeline.models import Friendship, Tweet
from timeline.shards import tube_of

# Commands in one pipeline to Redis: more gain nothing, and fewer cost round trips.
PIPELINE = 1000


# --- Celery ------------------------------------------------------------------------------------------------


@contextmanager
def celery_worker(world: World, count: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker with so many processes, each with its connections made, on an empty queue."""
    world.enter(shards=count)
    redis.Redis(unix_socket_path=world.servers.redis.address).flushall()
    arguments = f"-A benchmarks.celery_feed worker -c {count} --loglevel WARNING"
    quiet = "--without-gossip --without-mingle --without-heartbeat"
    worker = world.start("celery", *arguments.split(), *quiet.split(), log="celery", module=True)
    try:
        warm_up = post_quietly(world, 4 * count, seed=0)
        rows = rows_to_come(warm_up)
        send(warm_up)
        wait_until(lambda: everything_is_written(rows), "the Celery worker is warm")
        yield worker
    finally:
        # The first TERM lets it finish what it has prefetched.
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=60)


def send(tweet_ids: Sequence[int]) -> None:
    """Send a task for each tweet."""
    with app.producer_pool.acquire() as producer:
        for tweet_id in tweet_ids:
            deliver.apply_async((tweet_id,), producer=producer)


def celery_drain(worker: subprocess.Popen[bytes], tweet_ids: Sequence[int]) -> float:
    """Fill the queue while the worker is stopped, let it go, and return the seconds until everything is committed.

    Its first process takes all messages from Redis, so nothing moves while that one is stopped.
    """
    rows = rows_to_come(tweet_ids)
    worker.send_signal(signal.SIGSTOP)
    send(tweet_ids)
    started = perf_counter()
    worker.send_signal(signal.SIGCONT)
    wait_until(lambda: everything_is_written(rows), "all tasks are done", patience=600)
    return perf_counter() - started


def rows_to_come(tweet_ids: Sequence[int]) -> int:
    """Return which number the table's sequence will have reached when these tweets are delivered, too."""
    to_come = Tweet.objects.filter(pk__gte=min(tweet_ids), pk__lte=max(tweet_ids)).values("author__friendships")
    ((value, is_called),) = execute(f"SELECT last_value, is_called FROM {PLAIN}_id_seq")
    return (int(value) if is_called else 0) + to_come.count()


def everything_is_written(rows: int) -> bool:
    """Tell whether so many rows have their number and nobody is in a transaction; cheaper than counting rows."""
    ((value,),) = execute(f"SELECT last_value FROM {PLAIN}_id_seq")
    if value < rows:
        return False
    ((busy,),) = execute(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE xact_start IS NOT NULL AND datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    return not busy


# --- A feed in Redis ---------------------------------------------------------------------------------------


def redis_drain(servers: Servers, tweet_ids: Sequence[int], processes: int) -> float:
    """Add each tweet to a sorted set of each friend, in memory only. Returns the seconds.

    Generous to it: no queue, nothing is durable, nothing is trimmed, and whose friends are whose is in the memory of
    each process already, with the keys of their feeds.
    """
    feeds = {user: [f"feed:{friend}" for friend in friends] for user, friends in friends_of_everybody().items()}
    authors = Tweet.objects.in_bulk(tweet_ids)
    work = [(pk, feeds[authors[pk].author_id]) for pk in tweet_ids]
    redis.Redis(unix_socket_path=servers.redis.address).flushall()

    def prepare(process: int) -> Work:
        client = redis.Redis(unix_socket_path=servers.redis.address)
        client.ping()
        return lambda: add_to_feeds(client, work[process::processes])

    return race(prepare, processes)


def add_to_feeds(client: "redis.Redis", work: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Send a ZADD for each friend of each tweet, in pipelines."""
    pipeline = client.pipeline(transaction=False)
    for tweet_id, feeds in work:
        for feed in feeds:
            pipeline.execute_command("ZADD", feed, tweet_id, tweet_id)
        if len(pipeline) >= PIPELINE:
            pipeline.execute()
    pipeline.execute()


def audit_redis(servers: Servers, tweet_ids: Sequence[int]) -> Audited:
    """Compare all feeds with the friends of the tweets' authors."""
    friends, authors = friends_of_everybody(), Tweet.objects.in_bulk(tweet_ids)
    expected: dict[int, set[int]] = {}
    for tweet_id in tweet_ids:
        for friend in friends[authors[tweet_id].author_id]:
            expected.setdefault(friend, set()).add(tweet_id)
    client = redis.Redis(unix_socket_path=servers.redis.address)
    people = sorted({friend for several in friends.values() for friend in several})
    pipeline = client.pipeline(transaction=False)
    for person in people:
        pipeline.zrange(f"feed:{person}", 0, -1)
    entries = missing = extra = 0
    for person, members in zip(people, pipeline.execute(), strict=True):
        held, wanted = set(map(int, members)), expected.get(person, set())
        entries, missing, extra = entries + len(held), missing + len(wanted - held), extra + len(held - wanted)
    return Audited(entries, missing, extra)


# --- The article's way -------------------------------------------------------------------------------------


def article_drain(tweet_ids: Sequence[int], processes: int) -> float:
    """Take one tweet at a time out of its tube and save one object for each friend. Returns the seconds."""
    queue.push_all(tweet_ids, priority=queue.FRESH)

    def prepare(shard: int) -> Work:
        connection.ensure_connection()
        return lambda: save_one_by_one(shard)

    return race(prepare, processes)


def save_one_by_one(shard: int) -> None:
    """Empty the tube of a shard."""
    with broker.Connection(broker.SOON, watch=tube_of(shard)) as tube:
        while jobs := tube.reserve_ready(1):
            tweet = Tweet.objects.get(pk=int(jobs[0].body))
            for friendship in Friendship.objects.filter(user=tweet.author_id):
                FeedEntry.objects.create(owner_id=friendship.friend_id, tweet_id=tweet.pk)
            tube.delete_all(jobs)

"""Figure 2: how long a post takes to be visible to the friends, at several loads.

Tweets arrive on a schedule that nothing slows down (open loop, random gaps), posted by plain statements, so that
posting takes little of the machine. Both moments are commits, read from PostgreSQL's own record afterwards: nobody asks
while it runs, and no answer is rounded to a polling interval.

Saturation is the rate at which the whole line, posting included, can go on for ever: measured first, with
posters that never let the queue run empty nor grow.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from django.db import connection, connections

from benchmarks import trellis
from benchmarks.audit import audit_plain, audit_trellis
from benchmarks.circle import ENTRIES, PLAIN, TWEETS, forget_tweets, newest_tweet, settle
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.samples import distribution
from benchmarks.servers import wait_until
from benchmarks.world import World, execute
from timeline import broker, queue
from timeline.models import Tweet

# How many processes post: each waits for the disk most of the time, and they share its flushes.
POSTERS = 8
# Jobs that wait while saturation is measured: a full batch for each of four consumers.
BACKLOG = 400

POST = f"INSERT INTO {TWEETS} (author_id, text) VALUES (%s, 'Hello') RETURNING id"
OWN_ENTRY = f"INSERT INTO {ENTRIES} (owner_id, tweet_id) VALUES (%s, %s)"

# The authors' own entries are written with the tweet, so their commit is the tweet's.
TRELLIS_LAGS = f"""
    SELECT extract(epoch FROM max(at) FILTER (WHERE NOT is_own) - max(at) FILTER (WHERE is_own))::float * 1000
    FROM (
        SELECT tweet_id, owner_id = author_id AS is_own, pg_xact_commit_timestamp(entry.xmin) AS at
        FROM {ENTRIES} entry JOIN {TWEETS} tweet ON tweet.id = tweet_id WHERE tweet_id > %s
    ) commits GROUP BY tweet_id
"""
CELERY_LAGS = f"""
    SELECT extract(epoch FROM max(pg_xact_commit_timestamp(entry.xmin)) - max(pg_xact_commit_timestamp(tweet.xmin)))
           ::float * 1000
    FROM {PLAIN} entry JOIN {TWEETS} tweet ON tweet.id = tweet_id WHERE tweet_id > %s GROUP BY tweet_id
"""


@dataclass(frozen=True)
class Line:
    """A way from a post to the timelines.

    Attributes:
        running: runs its processes, warm.
        post: stores a tweet of an author and hands it on.
        waiting: how many jobs wait.
        is_done: whether all posted tweets are delivered.
        lags: SQL for the milliseconds of each tweet with a larger id.
        audit: raises if the timelines are not right.
    """

    name: str
    running: Callable[[], AbstractContextManager]
    post: Callable[[int], object]
    waiting: Callable[[], int]
    is_done: Callable[[], bool]
    lags: str
    audit: Callable[[int], None]


def measure(plan: Plan, world: World, *, peers: bool) -> list[dict[str, object]]:
    """Measure each line at each load."""
    lines = [trellis_line(plan, world), *([celery_line(plan, world)] if peers else [])]
    saturation = {line.name: saturate(plan, world, line) for line in lines}
    found = []
    for load in plan.loads:
        for line in lines:
            rate = saturation[line.name] * load / 100
            found.append({"contender": line.name, "load_percent": load, **measure_load(plan, world, line, rate)})
    return found


def saturate(plan: Plan, world: World, line: Line) -> float:
    """Return how many tweets a second the line delivers for as long as one likes."""
    with ready(line):
        started = time.monotonic()
        counts = post_together(world, line, lambda _: steadily(line, plan.lag_seconds / 2))
        wait_until(line.is_done, "the backlog is gone", patience=120)
        rate = sum(len(count) for count in counts) / (time.monotonic() - started)
    say(f"{line.name}: saturated at {rate:,.0f} tweets/s")
    return rate


def measure_load(plan: Plan, world: World, line: Line, rate: float) -> dict[str, object]:
    """Let tweets arrive at a rate, and tell how long each took."""
    with ready(line):
        first = newest_tweet()
        late = post_together(world, line, lambda poster: on_schedule(rate / POSTERS, plan.lag_seconds, poster))
        wait_until(line.is_done, "everything is delivered", patience=300)
        line.audit(first)
        lags = [lag for (lag,) in execute(line.lags, first)]
    behind = sorted(lateness * 1000 for each in late for lateness in each)
    found = distribution(lags)
    say(f"{line.name} at {rate:,.0f} tweets/s: p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms")
    return {"tweets_per_second": rate, "lag_ms": found, "posters_late_ms": distribution(behind)}


@contextmanager
def ready(line: Line) -> Iterator[None]:
    """Run a line in a circle where nobody has posted."""
    with line.running():
        forget_tweets()
        settle()
        yield


# --- Posting -----------------------------------------------------------------------------------------------


def on_schedule(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Yield at random moments, so many a second, each time how many seconds too late it is.

    The schedule does not wait for what is done in between: whoever is late has to catch up.
    """
    chance = random.Random(seed)
    due = started = time.monotonic()
    while due < started + seconds:
        time.sleep(max(0, due - time.monotonic()))
        yield time.monotonic() - due
        due += chance.expovariate(rate)


def steadily(line: Line, seconds: float) -> Iterator[float]:
    """Yield for as long as there is a backlog to fill up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if line.waiting() < BACKLOG:
            yield from [0.0] * (BACKLOG // 20)
        else:
            time.sleep(0.001)


def post_together(world: World, line: Line, moments: Callable[[int], Iterator[float]]) -> list[list[float]]:
    """Post from several processes whenever `moments` yields. Returns what was yielded in each."""
    connections.close_all()
    context = get_context("fork")
    ends, children = [], []
    for poster in range(POSTERS):
        receiver, sender = context.Pipe(duplex=False)
        children.append(context.Process(target=post_all, args=(world, line, moments(poster), poster, sender)))
        children[-1].start()
        sender.close()
        ends.append(receiver)
    try:
        return [end.recv() for end in ends]
    finally:
        for child in children:
            child.join()


def post_all(world: World, line: Line, moments: Iterator[float], seed: int, end: Connection) -> None:
    """What each poster does."""
    chance = random.Random(seed)
    execute("SELECT 1")
    late = []
    for lateness in moments:
        line.post(chance.choice(world.authors))
        late.append(lateness)
    end.send(late)


def store(author: int, *, own_entry: bool) -> int:
    """Commit a tweet as Trellis does, durably. Returns its id."""
    raw = connection.connection
    raw.autocommit = False
    with raw.cursor() as cursor:
        cursor.execute(POST, [author])
        tweet_id = int(cursor.fetchone()[0])
        if own_entry:
            cursor.execute(OWN_ENTRY, [author, tweet_id])
    raw.commit()
    return tweet_id


# --- The two lines -----------------------------------------------------------------------------------------


def trellis_line(plan: Plan, world: World) -> Line:
    """Return the product's way."""
    return Line(
        name="Trellis",
        running=lambda: trellis.consumers(world, plan.consumers[-1]),
        post=lambda author: queue.push(store(author, own_entry=True)),
        waiting=jobs_waiting,
        is_done=trellis.everything_is_done,
        lags=TRELLIS_LAGS,
        audit=lambda first: audit_trellis(first).insist("Trellis"),
    )


def celery_line(plan: Plan, world: World) -> Line:
    """Return Celery's way."""
    import redis

    from benchmarks import peers

    broker_of_celery = redis.Redis(unix_socket_path=world.servers.redis.address)

    def is_done() -> bool:
        tweets = Tweet.objects.count()
        return not tweets or peers.everything_is_written(round(tweets * world.friends))

    return Line(
        name="Celery and bulk_create",
        running=lambda: peers.celery_worker(world, plan.consumers[-1]),
        post=lambda author: peers.send([store(author, own_entry=False)]),
        waiting=lambda: int(broker_of_celery.llen("celery")),
        is_done=is_done,
        lags=CELERY_LAGS,
        audit=lambda first: audit_plain(tweets_after(first)).insist("Celery"),
    )


def tweets_after(first: int) -> list[int]:
    """Return the ids of later tweets."""
    return list(Tweet.objects.filter(pk__gt=first).order_by("pk").values_list("pk", flat=True))


def jobs_waiting() -> int:
    """Return how many jobs are ready in all tubes."""
    return int(broker.broker_stats()["current-jobs-ready"])

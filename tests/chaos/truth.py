"""What must be true after every fault, asked of the database, the broker and supervisord themselves."""

import datetime
import time
from collections import Counter

from django.db import connection, transaction
from django.db.models import Count, Max

from deploy.supervision import states
from tests.chaos.points import Strike
from tests.chaos.poison import INCURABLE
from tests.chaos.world import World, patiently
from timeline.models import TimelineEntry, Tweet
from timeline.models.tweet import TweetQuerySet
from timeline.queue import QueueUnavailableError, tube_stats
from timeline.shards import all_shards, tube_of
from timeline.sweep import SHARD_TUBE
from timeline.visibility import entries_of

# Seconds within which everything must be delivered or failed.
LIMIT = 60.0


def newest() -> int:
    """Return the highest id of a tweet now."""
    return patiently(lambda: Tweet.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def settle(world: World, up_to: int) -> list[str]:
    """Wait until the tweets up to an id are delivered or failed and all is well. Returns what is still wrong."""
    deadline = time.monotonic() + LIMIT
    while (wrong := troubles(up_to)) and time.monotonic() < deadline:
        world.check_people()
        time.sleep(0.03)
    return wrong


def troubles(up_to: int) -> list[str]:
    """Return what is not as it must be; the first thing is enough."""
    return late(up_to) or orphan_tubes() or fatal()


def late(up_to: int) -> list[str]:
    """Return the tweets that are still on their way; the incurable ones take their time in the background."""
    waiting: TweetQuerySet = Tweet.objects.waiting().filter(pk__lte=up_to).exclude(text__startswith=INCURABLE)
    ids = patiently(lambda: list(waiting.values_list("pk", "attempts")[:20]))
    return [f"tweet {pk} is still on its way after {attempts} attempts" for pk, attempts in ids]


def orphan_tubes() -> list[str]:
    """Return the tubes of shards that there are no more, and those with jobs that nobody watches."""
    try:
        tubes = tube_stats()
    except QueueUnavailableError as error:
        return [str(error)]
    shards = {tube_of(shard) for shard in all_shards()}
    left = [f"tube {name} is left behind" for name in tubes if SHARD_TUBE.fullmatch(name) and name not in shards]
    lonely = [
        f"nobody watches tube {name}"
        for name in shards & tubes.keys()
        if tubes[name]["current-jobs-ready"] and not tubes[name]["current-watching"]
    ]
    return left + lonely


def fatal() -> list[str]:
    """Return the processes that supervisord has given up."""
    try:
        return [f"{state['name']} is FATAL" for state in states() if state["statename"] == "FATAL"]
    except OSError as error:
        return [f"supervisord does not answer: {error}"]


def audited() -> list[str]:
    """Return what the timelines lack or have too many; nobody misses tweets that are on their way or failed."""
    missing, extra = patiently(differences)
    return [f"the audit finds {missing} missing and {extra} extra"] if missing or extra else []


def differences() -> tuple[int, int]:
    """Count both, in one state of the database."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        present = TimelineEntry.objects.order_by().values_list("owner", "tweet")
        missing = entries_of(Tweet.objects.delivered()).order_by().difference(present)
        extra = present.difference(entries_of(Tweet.objects.all()).order_by())
        return missing.count(), extra.count()


def duplicates() -> list[str]:
    """Return the posts that became two tweets, and the entries that are there twice."""
    texts = Tweet.objects.values("text").annotate(times=Count("pk")).filter(times__gt=1)
    pairs = TimelineEntry.objects.values("owner", "tweet").annotate(times=Count("*")).filter(times__gt=1)
    twice = [f"{row['text']!r} is stored {row['times']} times" for row in patiently(lambda: list(texts))]
    return twice + [f"{row} is there twice" for row in patiently(lambda: list(pairs))]


def unexplained_failures() -> list[str]:
    """Return the failed tweets that say no reason."""
    silent = Tweet.objects.failed().filter(failure="").values_list("pk", flat=True)
    return [f"tweet {pk} failed without a reason" for pk in patiently(lambda: list(silent))]


def next_delivery(strike: Strike) -> float | None:
    """Return the seconds from the death of a consumer to the next delivery in its shard."""
    shard = int(strike.who.removeprefix("shard-"))
    at = datetime.datetime.fromtimestamp(strike.at, datetime.UTC)
    later = Tweet.objects.in_shards([shard]).filter(delivered_at__gt=at).order_by("delivered_at")
    first = patiently(lambda: later.values_list("delivered_at", flat=True).first())
    return (first - at).total_seconds() if first else None


def fates() -> dict[str, Counter[str]]:
    """Return, by text, how many tweets are in each state."""
    found: dict[str, Counter[str]] = {}
    for tweet in patiently(lambda: list(Tweet.objects.all())):
        found.setdefault(tweet.text, Counter())[tweet.delivery.value] += 1
    return found

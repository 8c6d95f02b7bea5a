"""What must be true after every fault, asked of the database, the broker and supervisord themselves."""

import datetime
import time
from collections import Counter

from django.db.models import Count, F, Max

from deploy.supervision import states
from tests.chaos.points import Death
from tests.chaos.poison import INCURABLE
from tests.chaos.world import World, patiently
from timeline import audit
from timeline.broker import BrokerUnavailableError, tube_stats
from timeline.models import TimelineEntry, Tweet
from timeline.models.tweet import TweetQuerySet
from timeline.shards import TUBE_PREFIX, all_shards, tube_of

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


def settle_incurable() -> list[str]:
    """Wait until the incurable tweets are given up. Returns what is still on its way."""
    deadline = time.monotonic() + LIMIT
    waiting = Tweet.objects.waiting()
    while (left := patiently(waiting.count)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [f"{left} tweets are still on their way at the end"] if left else []


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
    except BrokerUnavailableError as error:
        return [str(error)]
    shards = {tube_of(shard) for shard in all_shards()}
    left = [f"tube {name} is left behind" for name in tubes if name.startswith(TUBE_PREFIX) and name not in shards]
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
    """Return what the audit finds, apart from what tweets lack that are on their way or failed."""
    found = patiently(audit.audit)
    missing = found.missing - found.waiting - found.failed
    return [f"the audit finds {missing} missing and {found.extra} extra"] if missing or found.extra else []


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


def next_delivery(death: Death, shards: int) -> float | None:
    """Return the seconds that the shard of a consumer had to wait after its death for the next delivery.

    Args:
        shards: N at that time.
    """
    shard = int(death.who.removeprefix("shard-"))
    at = datetime.datetime.fromtimestamp(death.at, datetime.UTC)
    later = Tweet.objects.alias(shard=F("pk") % shards).filter(shard=shard, delivered_at__gt=at)
    first = later.order_by("delivered_at").values_list("created_at", "delivered_at").first()
    if first is None:
        return None
    posted, delivered = first
    assert delivered is not None
    # While nobody posts there is nothing to wait for.
    return (delivered - max(at, posted)).total_seconds()


def fates() -> dict[str, Counter[str]]:
    """Return, by text, how many tweets are in each state."""
    found: dict[str, Counter[str]] = {}
    for tweet in patiently(lambda: list(Tweet.objects.all())):
        found.setdefault(tweet.text, Counter())[tweet.delivery.value] += 1
    return found
